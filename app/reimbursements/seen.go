package reimbursements

import (
	"context"
	"maps"
	"slices"

	"gorm.io/gorm"

	"hoten/app/access"
	"hoten/app/store"
)

// LookedAt notes which plans a supervisor has before their eyes, by proposal: as
// they stand now, by Plan.Hash. A list shows the figures of those without flags; the
// others are opened. One statement for any number.
func LookedAt(ctx context.Context, s *store.Store, by access.Actor, plans map[int64][]byte) error {
	if len(plans) == 0 || !by.May(access.Decide) {
		return nil
	}
	// Sorted: two pages of one reader must not wait for each other in a circle.
	ids := slices.Sorted(maps.Keys(plans))
	hashes := make([][]byte, len(ids))
	for i, id := range ids {
		hashes[i] = plans[id]
	}
	return store.Keep(ctx, s, func(tx *store.Tx) error {
		_, err := store.Exec(tx, `insert into reimbursement_looks as l (reimbursement_id, staff_id, at, plan_hash)
			select r, $3, $4, h from unnest($1::bigint[], $2::bytea[]) as u(r, h)
			on conflict (reimbursement_id, staff_id) do update set at = excluded.at, plan_hash = excluded.plan_hash
			where l.plan_hash <> excluded.plan_hash`, ids, hashes, by.ID, tx.Now)
		return err
	})
}

// Looks is AskLooks by itself.
func Looks(db *gorm.DB, staff int64, ids []int64) (map[int64]bool, error) {
	var reads store.Reads
	found := AskLooks(&reads, staff, ids)
	err := reads.Run(db)
	return found(), err
}

// AskLooks tells which of the proposals the person has looked at, when their plan stood
// as it was proposed: what was looked at otherwise does not count. What it returns gives
// them once the reads have run.
func AskLooks(reads *store.Reads, staff int64, ids []int64) func() map[int64]bool {
	rows := store.AskValues[int64](reads, `select r.id from reimbursement_looks l join reimbursements r on r.id = l.reimbursement_id and r.plan_hash = l.plan_hash
		where l.staff_id = $1 and l.reimbursement_id = any($2)`, staff, ids)
	return func() map[int64]bool {
		out := make(map[int64]bool, len(*rows))
		for _, id := range *rows {
			out[id] = true
		}
		return out
	}
}
