package reconciliations

import (
	"context"
	"errors"
	"io"
	"slices"

	"hoten/app/access"
	"hoten/app/audit"
	"hoten/app/fault"
	"hoten/app/incidents"
	"hoten/app/installation"
	"hoten/app/jptext"
	"hoten/app/outside"
	"hoten/app/points"
	"hoten/app/store"
	"hoten/app/verbs"
)

// Sources of statements.
const (
	OverHTTP = "http"
	AsFile   = "file"
)

// statement is a statement as it came.
type statement struct {
	ID               int64
	ReconciliationID int64
	Source           string
	Digest           []byte
	Rows             int
	TakenBy          *int64
}

// TableName is the table of statement.
func (statement) TableName() string { return "statements" }

// Taken is what became of a statement.
type Taken struct {
	ID  int64 // of the reconciliation
	New bool  // false: the last one of the day said the same
}

// slots bounds how many statements one program reads at once: each may fill a disk.
var slots = make(chan struct{}, 4)

// Upload takes the statement of a day of the point system with a code from a file, as a whole or
// not at all. A file that is none, or has a row that cannot be one: Invalid; a day that is not
// over: Invalid; too many at once: RateLimited uploads_busy.
func Upload(ctx context.Context, s *store.Store, by access.Actor, code string, day jptext.Date, file io.Reader) (Taken, error) {
	return take(ctx, s, by, code, day, AsFile, func(r *reader) error {
		programs, err := incidents.Programs(store.Read(ctx, s))
		if err != nil {
			return err
		}
		return r.readFile(file, programs)
	})
}

// Ask takes the statement of a day from the point system itself. What it does not give, or gives
// wrongly: Conflict statement_failed, which tells what it said; a copy that is held asks nothing:
// Conflict installation_held.
func Ask(ctx context.Context, s *store.Store, by access.Actor, code string, day jptext.Date) (Taken, error) {
	return take(ctx, s, by, code, day, OverHTTP, func(r *reader) error {
		here, err := installation.Look(ctx, s)
		if err == nil {
			err = here.Refusal()
		}
		if err != nil {
			return err
		}
		from, err := r.of.Stater(s.Vault)
		if err == nil && from == nil {
			return fault.New(fault.Conflict, "statement_by_file")
		}
		if err == nil {
			err = r.readSystem(ctx, from)
		}
		said := ""
		if err != nil {
			said = outside.Said(saying(err))
		}
		if kept := noteAsked(ctx, s, r.of.ID, day, said); kept != nil {
			return errors.Join(err, kept)
		}
		if err != nil {
			return fault.New(fault.Conflict, "statement_failed", "said", said)
		}
		return nil
	})
}

// saying is what of an error may be told.
func saying(err error) string {
	if u, is := errors.AsType[*outside.Unready](err); is {
		return u.Said
	}
	return err.Error()
}

// take reads a statement and keeps it.
func take(ctx context.Context, s *store.Store, by access.Actor, code string, day jptext.Date, source string, read func(r *reader) error) (none Taken, err error) {
	if err := by.Require(ToTake.Needs); err != nil {
		return none, ToTake.Refused(ctx, s, by, verbs.About("points", code), err)
	}
	c, err := points.ByCode(store.Read(ctx, s), code)
	if err != nil {
		return none, err
	}
	if !day.Before(jptext.DateOf(s.Clock())) {
		return none, fault.Input("day", "statement_day_open")
	}
	select {
	case slots <- struct{}{}:
		defer func() { <-slots }()
	default:
		return none, fault.New(fault.RateLimited, "uploads_busy")
	}
	sp, err := newSpool()
	if err != nil {
		return none, err
	}
	defer sp.Close()
	if err := read(&reader{of: *c, day: day, vault: s.Vault, spool: sp}); err != nil {
		return none, err
	}
	return verbs.Do(ctx, s, by, ToTake, verbs.About("points", code), "", func(tx *store.Tx) (Taken, error) {
		return keep(tx, c.ID, day, statement{Source: source, Digest: sp.digest.Sum(nil), Rows: sp.rows, TakenBy: person(by)}, sp)
	})
}

// person is who it was, where it was a person.
func person(by access.Actor) *int64 {
	if by.ID == 0 {
		return nil
	}
	return &by.ID
}

// alone has nothing else compared in a system before the transaction ends.
func alone(tx *store.Tx, system int16) error {
	var n int
	return store.Scan(tx.DB, "select count(*) from (select pg_advisory_xact_lock(hashtextextended('reconciliations', $1::bigint)) offset 0) l", []any{system}, &n)
}

// keep puts a statement in the place of the last one of its day, and compares what it is about.
func keep(tx *store.Tx, system int16, day jptext.Date, st statement, sp *spool) (out Taken, err error) {
	if err := alone(tx, system); err != nil {
		return out, err
	}
	r, err := dayOf(tx, system, day)
	if err != nil {
		return out, err
	}
	tx.Subject = about(r.ID)
	last, err := store.Select[statement](tx.DB, "select * from statements where reconciliation_id = $1 order by id desc limit 1", r.ID)
	if err != nil {
		return out, err
	}
	out.ID = r.ID
	if before := store.First(last); before != nil && string(before.Digest) == string(st.Digest) {
		return out, nil
	}
	ids, err := touched(tx, r)
	if err != nil {
		return out, err
	}
	if err := sp.copyInto(tx, r); err != nil {
		return out, err
	}
	if _, err := store.Exec(tx, "insert into statements (reconciliation_id, source, digest, rows, taken_at, taken_by) values ($1, $2, $3, $4, $5, $6)",
		r.ID, st.Source, st.Digest, st.Rows, tx.Now, st.TakenBy); err != nil {
		return out, err
	}
	if err := byReference(tx, []int64{r.ID}); err != nil {
		return out, err
	}
	more, err := touched(tx, r)
	if err != nil {
		return out, err
	}
	ids = append(append(ids, more...), r.ID)
	slices.Sort(ids)
	if err := compare(tx, slices.Compact(ids)); err != nil {
		return out, err
	}
	out.New = true
	return out, audit.Record(tx, audit.Change{After: map[string]any{"source": st.Source, "rows": st.Rows}})
}

// dayOf is the reconciliation of a day of a system.
func dayOf(tx *store.Tx, system int16, day jptext.Date) (*Reconciliation, error) {
	if err := tx.Uncounted(func() error {
		_, err := store.Exec(tx, "insert into reconciliations (system_id, day) values ($1, $2) on conflict do nothing", system, day)
		return err
	}); err != nil {
		return nil, err
	}
	return store.Find[Reconciliation](tx.DB, "system_id = ? and day = ?", system, day)
}

// touched are the other days on which a statement has a leg that this one has, or on which hoten
// had one done.
func touched(tx *store.Tx, r *Reconciliation) (ids []int64, err error) {
	type other struct{ ID int64 }
	found, err := store.Select[other](tx.DB, `select distinct o.reconciliation_id as id from statement_rows s join statement_rows o on o.leg_id = s.leg_id and o.reconciliation_id <> $1 where s.reconciliation_id = $1
		union select r.id from (select distinct `+dayIn("l.settled_at")+` as day from statement_rows s join point_legs l on l.id = s.leg_id where s.reconciliation_id = $1 and l.settled_at is not null) d
		  join reconciliations r on r.system_id = $2 and r.day = d.day and r.id <> $1`, r.ID, r.SystemID)
	for _, o := range found {
		ids = append(ids, o.ID)
	}
	return ids, err
}

// dayIn is the day in Japan of an instant, in SQL.
func dayIn(at string) string { return "(" + at + " at time zone 'Asia/Tokyo')::date" }

// noteAsked keeps that a system was asked, and why it gave nothing.
func noteAsked(ctx context.Context, s *store.Store, system int16, day jptext.Date, said string) error {
	return store.Keep(context.WithoutCancel(ctx), s, func(tx *store.Tx) error {
		tx.Queue(`insert into reconciliations (system_id, day, asked_at, said) values ($1, $2, $3, $4)
			on conflict (system_id, day) do update set asked_at = excluded.asked_at, said = excluded.said`, system, day, tx.Now, said)
		return nil
	})
}
