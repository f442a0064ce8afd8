package points

import (
	"context"

	"golang.org/x/sync/errgroup"

	"hoten/app/access"
	"hoten/app/audit"
	"hoten/app/outside"
	"hoten/app/store"
	"hoten/app/verbs"
)

// Rows that are settled by a result: so many are read together, and so many settled at once.
const (
	applyRows = 200
	applyings = 4
)

// apply settles the legs of rows whose outcome a result told. A program that ends meanwhile
// leaves the rest to the next.
func (c Connection) apply(ctx context.Context, s *store.Store) error {
	for {
		rows, err := store.Select[Row](store.Read(ctx, s), `select r.* from point_rows r join point_files f on f.id = r.file_id
			where f.system_id = $1 and r.outcome is not null and not r.applied order by r.file_id, r.row limit $2`, c.ID, applyRows)
		if err != nil || len(rows) == 0 {
			return err
		}
		var all errgroup.Group
		all.SetLimit(applyings)
		for _, r := range rows {
			all.Go(func() error {
				if r.was() == RowNotDone {
					return r.applyNotDone(ctx, s)
				}
				return r.applyAnswer(ctx, s)
			})
		}
		if err := all.Wait(); err != nil {
			return err
		}
	}
}

// applied notes that the leg was settled by the row, unless the outcome changed meanwhile.
func (r Row) applied(tx *store.Tx) {
	tx.Queue("update point_rows set applied = true where file_id = $1 and row = $2 and outcome = $3", r.FileID, r.Row, r.was())
}

// applyAnswer settles the leg as the result says. A refusal of a try that another one has
// overtaken changes nothing; that it was done holds always.
func (r Row) applyAnswer(ctx context.Context, s *store.Store) error {
	return verbs.Run(ctx, s, access.System("points"), ToSettle, verbs.About("leg", r.LegID), "", func(tx *store.Tx) error {
		l, err := LegByID(tx.DB, r.LegID)
		if err != nil {
			return err
		}
		l.State, l.Code, l.Said, l.Reference, l.Attempts = outside.Completed, "", r.Said, r.Reference, r.Attempt-1
		if r.was() == RowRefused {
			l.State, l.Code, l.Reference = outside.Declined, r.Code, ""
		}
		settled, err := l.close(tx)
		if err != nil {
			return err
		}
		if !settled {
			return tx.Uncounted(func() error { r.applied(tx); return nil })
		}
		r.applied(tx)
		return audit.Record(tx, audit.Change{After: l.told()})
	})
}

// applyNotDone has the leg wait for the next file.
func (r Row) applyNotDone(ctx context.Context, s *store.Store) error {
	return store.Keep(ctx, s, func(tx *store.Tx) error {
		l, err := store.Lock[Leg](tx, r.LegID)
		if err != nil {
			return err
		}
		if l.Uncertain() && l.Attempts == r.Attempt {
			tx.Queue("update point_legs set state = '"+outside.Waiting+"', next_at = $2, said = $3 where id = $1", l.ID, tx.Now, r.Said)
		}
		r.applied(tx)
		return nil
	})
}
