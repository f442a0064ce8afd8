package reconciliations

import (
	"context"
	"encoding/hex"
	"slices"

	"gorm.io/gorm"

	"hoten/app/access"
	"hoten/app/audit"
	"hoten/app/fault"
	"hoten/app/store"
	"hoten/app/verbs"
)

// Explain notes the cause of differences that stand, with a reason, for somebody who looked at the
// version seen: one difference, or, with the ID 0, all of a kind that have no explanation yet. It
// moves no points. Prepared or signed: Conflict reconciliation_state.
func Explain(ctx context.Context, s *store.Store, by access.Actor, id int64, seen int, difference int64, kind, cause, reason string) error {
	return verbs.Run(ctx, s, by, ToExplain, about(id), reason, func(tx *store.Tx) error {
		if !slices.Contains(Causes, cause) {
			return fault.Input("cause", "required")
		}
		r, err := lock(tx, id, seen, Open, Again)
		if err != nil {
			return err
		}
		of, err := store.Select[Difference](tx.DB, `select * from reconciliation_differences where reconciliation_id = $1 and until is null
			and (id = $2 or $2 = 0 and kind = $3 and cause is null) order by id for update`, id, difference, kind)
		if err == nil && len(of) == 0 {
			err = fault.Missing()
		}
		if err != nil {
			return err
		}
		r.Version++
		if err := r.explain(tx, of, cause); err != nil {
			return err
		}
		if err := r.countUnexplained(tx); err != nil {
			return err
		}
		if err := store.Save(tx, r, "version", "unexplained"); err != nil {
			return err
		}
		after := map[string]any{"cause": cause, "kind": of[0].Kind, "count": len(of), "unexplained": r.Unexplained}
		return audit.Record(tx, audit.Change{After: after})
	})
}

// explain puts the explanation on differences. Those that two people have signed stay as they
// are, and stand anew with it.
func (r *Reconciliation) explain(tx *store.Tx, of []Difference, cause string) error {
	ids := make([]int64, len(of))
	for i, d := range of {
		ids[i] = d.ID
	}
	if _, err := store.Exec(tx, `update reconciliation_differences set until = $2 where id = any($1) and since <= (select coalesce(max(version), 0) from reconciliation_signatures where reconciliation_id = $3)`, ids, r.Version, r.ID); err != nil {
		return err
	}
	type number struct{ ID int64 }
	fresh, err := store.Returning[number](tx, `insert into reconciliation_differences (reconciliation_id, since, what, kind, leg_id, key, program, points_here, points_there, reference, done_at)
		select reconciliation_id, $2, what, kind, leg_id, key, program, points_here, points_there, reference, done_at from reconciliation_differences where id = any($1) and until = $2 order by id returning id`, ids, r.Version)
	if err != nil {
		return err
	}
	for _, f := range fresh {
		ids = append(ids, f.ID)
	}
	reasons := make([][]byte, len(ids))
	for i, id := range ids {
		reasons[i] = tx.Vault().Seal("reconciliation_differences", "reason", id, tx.Reason)
	}
	_, err = store.Exec(tx, `update reconciliation_differences d set cause = $3, reason = e.r, explained_by = $4, explained_at = $5 from unnest($1::bigint[], $2::bytea[]) as e(i, r) where d.id = e.i and d.until is null`,
		ids, reasons, cause, tx.By.ID, tx.Now)
	return err
}

// Prepare puts a reconciliation before another person to sign, as the version seen. While a
// difference stands unexplained: Conflict reconciliation_unexplained.
func Prepare(ctx context.Context, s *store.Store, by access.Actor, id int64, seen int) error {
	return verbs.Run(ctx, s, by, ToPrepare, about(id), "", func(tx *store.Tx) error {
		r, err := lock(tx, id, seen, Open, Again)
		if err != nil {
			return err
		}
		if r.Unexplained > 0 {
			return fault.New(fault.Conflict, "reconciliation_unexplained", "count", r.Unexplained)
		}
		was := r.State
		r.State, r.PreparedBy, r.PreparedAt = Prepared, &by.ID, &tx.Now
		return r.move(tx, was)
	})
}

// Return takes a prepared reconciliation back, with a reason, so that it can be worked on.
func Return(ctx context.Context, s *store.Store, by access.Actor, id int64, seen int, reason string) error {
	return verbs.Run(ctx, s, by, ToReturn, about(id), reason, func(tx *store.Tx) error {
		r, err := lock(tx, id, seen, Prepared)
		if err != nil {
			return err
		}
		last, err := Signatures(tx.DB, id)
		if err != nil {
			return err
		}
		if r.State, r.PreparedBy, r.PreparedAt = Open, nil, nil; len(last) > 0 {
			r.State = Again
		}
		return r.move(tx, Prepared)
	})
}

func (r *Reconciliation) move(tx *store.Tx, was string) error {
	if err := store.Save(tx, r, "state", "prepared_by", "prepared_at"); err != nil {
		return err
	}
	return audit.Record(tx, audit.Change{Before: map[string]any{"state": was}, After: map[string]any{"state": r.State, "version": r.Version}})
}

// Sign signs a prepared reconciliation, as the version seen. Whoever prepared it, explained one
// of its differences or brought its statement does not: Forbidden reconciliation_own.
func Sign(ctx context.Context, s *store.Store, by access.Actor, id int64, seen int) error {
	return verbs.Run(ctx, s, by, ToSign, about(id), "", func(tx *store.Tx) error {
		r, err := lock(tx, id, seen, Prepared)
		if err != nil {
			return err
		}
		hands, err := r.Hands(tx.DB)
		if err != nil {
			return err
		}
		if by.ID == 0 || slices.Contains(hands, by.ID) {
			return fault.New(fault.Forbidden, "reconciliation_own")
		}
		content, err := r.content(tx)
		if err != nil {
			return err
		}
		if err := store.Insert(tx, &Signature{ReconciliationID: id, Version: r.Version, Content: content, Figures: r.Figures, PreparedBy: *r.PreparedBy, PreparedAt: *r.PreparedAt, SignedBy: by.ID, SignedAt: tx.Now}); err != nil {
			return err
		}
		r.State = Signed
		if err := store.Save(tx, r, "state"); err != nil {
			return err
		}
		return audit.Record(tx, audit.Change{Before: map[string]any{"state": Prepared}, After: map[string]any{"state": Signed, "version": r.Version, "content": hex.EncodeToString(content)}})
	})
}

// Hands are those who had a hand in a reconciliation as it stands, and so do not sign it.
func (r *Reconciliation) Hands(db *gorm.DB) (out []int64, err error) {
	type who struct{ ID int64 }
	found, err := store.Select[who](db, `select explained_by as id from reconciliation_differences where reconciliation_id = $1 and until is null and explained_by is not null
		union select taken_by from (select taken_by from statements where reconciliation_id = $1 order by id desc limit 1) s where taken_by is not null
		union select prepared_by from reconciliations where id = $1 and prepared_by is not null`, r.ID)
	for _, w := range found {
		out = append(out, w.ID)
	}
	return out, err
}

// content is the hash of all that is signed: what was compared, and how it was explained.
func (r *Reconciliation) content(tx *store.Tx) (hash []byte, err error) {
	err = store.Scan(tx.DB, `select sha256(r.facts || coalesce((select string_agg(sha256(d.what || convert_to(coalesce(d.cause, ''), 'UTF8') || coalesce(d.reason, ''::bytea)), ''::bytea order by d.what)
		from reconciliation_differences d where d.reconciliation_id = r.id and d.until is null), ''::bytea)) from reconciliations r where r.id = $1`, []any{r.ID}, &hash)
	return hash, err
}
