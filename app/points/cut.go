package points

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"fmt"

	"hoten/app/access"
	"hoten/app/audit"
	"hoten/app/fault"
	"hoten/app/installation"
	"hoten/app/members"
	"hoten/app/outside"
	"hoten/app/store"
	"hoten/app/vault"
	"hoten/app/verbs"
)

// exchange cuts the files of a batch system that are due, and settles legs by the results that
// were taken in.
func (c Connection) exchange(ctx context.Context, s *store.Store, b Batch) error {
	_, err := store.Exclusive(ctx, s, "files of point system "+c.Code, func() error {
		if err := c.apply(ctx, s); err != nil {
			return err
		}
		return c.cutDue(ctx, s, b)
	})
	return err
}

// cutDue cuts files at an agreed moment that has come, until nothing is left for one. A program
// that ends meanwhile leaves the rest to the next.
func (c Connection) cutDue(ctx context.Context, s *store.Store, b Batch) error {
	now, err := ByID(store.Read(ctx, s), c.ID)
	if err != nil {
		return err
	}
	at := b.Terms().Agreed(s.Clock())
	if now.CutUntil != nil && !now.CutUntil.Before(at) {
		return nil
	}
	for now.CutUntil != nil { // nil: it was set up after that moment
		f, err := c.cut(ctx, s, access.System("points"), b)
		if err != nil {
			return err
		}
		if f == nil {
			break
		}
	}
	return store.Keep(ctx, s, func(tx *store.Tx) error {
		tx.Queue("update point_systems set cut_until = $2 where id = $1 and coalesce(cut_until < $2, true)", c.ID, at)
		return nil
	})
}

// CutNow cuts a file of what waits, beside the agreed hours. Conflict: nothing_to_cut, or
// installation_held.
func CutNow(ctx context.Context, s *store.Store, by access.Actor, code string) (f *File, err error) {
	if err := by.Require(ToCut.Needs); err != nil {
		return nil, ToCut.Refused(ctx, s, by, verbs.About("points", code), err)
	}
	c, b, err := openBatch(ctx, s, code)
	if err != nil {
		return nil, err
	}
	ran, err := store.Exclusive(ctx, s, "files of point system "+c.Code, func() error {
		f, err = c.cut(ctx, s, by, b)
		return err
	})
	switch {
	case err != nil:
		return nil, err
	case !ran:
		return nil, fault.New(fault.Conflict, "files_busy")
	case f == nil:
		return nil, fault.New(fault.Conflict, "nothing_to_cut")
	}
	return f, nil
}

// openBatch opens a batch system that this installation may act on. One that takes no files:
// NotFound; a copy that is held: Conflict installation_held.
func openBatch(ctx context.Context, s *store.Store, code string) (*Connection, Batch, error) {
	c, err := ByCode(store.Read(ctx, s), code)
	if err != nil {
		return nil, nil, err
	}
	here, err := installation.Look(ctx, s)
	if err == nil {
		err = here.Refusal()
	}
	if err != nil {
		return nil, nil, err
	}
	b, err := c.Batch(s.Vault)
	if err == nil && b == nil {
		err = fault.Missing()
	}
	return c, b, err
}

// Batch opens the system if it takes files; nil: it does not.
func (c Connection) Batch(v *vault.Vault) (Batch, error) {
	if !c.ByFile {
		return nil, nil
	}
	system, err := systems.Open(v, c.System)
	b, _ := system.(Batch)
	return b, err
}

// drawn is a leg for a file.
type drawn struct {
	Leg
	Movement
	refusal *outside.Refused // no file can hold it
}

// cut makes a file of the legs that wait, and refuses those that no file can hold; nil: none
// waited.
func (c Connection) cut(ctx context.Context, s *store.Store, by access.Actor, b Batch) (*File, error) {
	type outcome struct {
		file  *File
		unfit []drawn
	}
	for {
		o, err := verbs.Do(ctx, s, by, ToCut, verbs.About("points", c.Code), "", func(tx *store.Tx) (o outcome, err error) {
			due, err := c.draw(tx, b)
			if err != nil {
				return o, err
			}
			var fit []drawn
			var sums Sums
			for _, d := range due {
				if d.refusal != nil {
					o.unfit = append(o.unfit, d)
				} else if sums.Add(d.Movement.Points) {
					fit = append(fit, d)
				} else {
					break // its sums are full
				}
			}
			if len(fit) > 0 {
				o.file, err = c.keepFile(tx, b, fit, sums)
			}
			return o, err
		})
		if err != nil {
			return nil, err
		}
		for _, d := range o.unfit {
			l := taken{Leg: d.Leg, login: d.Login}
			l.Attempts-- // none was made
			if err := l.settle(ctx, s, outside.Declined, d.refusal.Code, d.refusal.Said, ""); err != nil {
				return nil, err
			}
		}
		if o.file != nil || len(o.unfit) == 0 {
			return o.file, nil
		}
	}
}

// draw locks the legs that wait, oldest first: each the first of its ID and program that is not
// done.
func (c Connection) draw(tx *store.Tx, b Batch) (out []drawn, err error) {
	legs, err := store.Select[Leg](tx.DB, "select l.* from point_legs l where l.system_id = $1 and l.state = '"+outside.Waiting+`'
		and not exists (select from point_legs b where b.identity_id = l.identity_id and b.program_id = l.program_id and b.id < l.id and b.state `+open+`)
		order by l.id limit $2 for no key update`, c.ID, b.Terms().Most)
	if err != nil || len(legs) == 0 {
		return nil, err
	}
	of := make([]int64, len(legs))
	for i, l := range legs {
		of[i] = l.IdentityID
	}
	var reads store.Reads
	type sealed struct {
		ID    int64
		Login []byte
	}
	identities := store.Ask[sealed](&reads, "select id, login from identities where id = any($1)", of)
	codes := store.Ask[Home](&reads, "select id as program_id, 0::smallint as system_id, code from programs")
	if err := reads.Run(tx.DB); err != nil {
		return nil, err
	}
	logins, programs := map[int64]string{}, map[int16]string{}
	for _, i := range *identities {
		if logins[i.ID], err = (members.Identity{ID: i.ID, Login: i.Login}).PlainLogin(tx.Vault()); err != nil {
			return nil, err
		}
	}
	for _, h := range *codes {
		programs[h.ProgramID] = h.Code
	}
	for _, l := range legs {
		d := drawn{Leg: l, Movement: Movement{Key: l.Key, Login: logins[l.IdentityID], Program: programs[l.ProgramID], Points: l.Points, DecidedAt: l.DecidedAt}}
		if err := json.Unmarshal([]byte(l.Parts), &d.Movement.Parts); err != nil {
			return nil, err
		}
		if d.Login == vault.Damaged {
			d.refusal = &outside.Refused{Code: Unwritable, Said: "account: the ID cannot be read"}
		} else if err := b.Fits(d.Movement); err != nil {
			d.refusal, _ = err.(*outside.Refused)
		}
		out = append(out, d)
	}
	return out, nil
}

// keepFile writes a file of movements that fit. They are uncertain from now on.
func (c Connection) keepFile(tx *store.Tx, b Batch, fit []drawn, sums Sums) (*File, error) {
	f := &File{SystemID: c.ID, CutAt: tx.Now, Count: sums.Count, Credit: sums.Credit, Debit: sums.Debit}
	if tx.By.ID != 0 {
		f.CutBy = &tx.By.ID
	}
	if err := store.Scan(tx.DB, "select coalesce(max(number), 0) + 1 from point_files where system_id = $1", []any{c.ID}, &f.Number); err != nil {
		return nil, err
	}
	ids, err := store.TakeIDs(tx.DB, "point_files", 1)
	if err != nil {
		return nil, err
	}
	f.ID = ids[0]
	movements, legs, attempts := make([]Movement, len(fit)), make([]int64, len(fit)), make([]int, len(fit))
	for i, d := range fit {
		movements[i], legs[i], attempts[i] = d.Movement, d.ID, d.Attempts+1
	}
	content, err := b.Write(FileHead{System: c.Code, Number: f.Number, CutAt: f.CutAt, Sums: sums}, movements)
	if err != nil {
		return nil, fmt.Errorf("file %d of point system %s: %w", f.Number, c.Code, err)
	}
	sum := sha256.Sum256(content)
	f.SHA256, f.Content = sum[:], tx.Vault().Seal("point_files", "content", f.ID, string(content))
	if err := store.Insert(tx, f); err != nil {
		return nil, err
	}
	tx.Queue("insert into point_rows (file_id, row, leg_id, attempt) select $1, n, l, a from unnest($2::bigint[], $3::integer[]) with ordinality as u(l, a, n)", f.ID, legs, attempts)
	tx.Queue("update point_legs set state = '"+outside.Uncertain+"', attempts = attempts + 1, sent_at = $2, said = '' where id = any($1)", legs, tx.Now)
	return f, audit.Record(tx, audit.Change{After: map[string]any{"file": f.Number, "count": f.Count, "credit": f.Credit, "debit": f.Debit, "sha256": Hash(f.SHA256)}})
}
