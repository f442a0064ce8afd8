package reimbursements

import (
	"context"

	"hoten/app/access"
	"hoten/app/audit"
	"hoten/app/cases"
	"hoten/app/incidents"
	"hoten/app/members"
	"hoten/app/store"
	"hoten/app/verbs"
)

// catchUpChunk bounds one transaction of CatchUp, in IDs.
const catchUpChunk = 500

// CatchUp posts what older releases imported and did not: what happened on accounts after
// the balance that was stated for them. The cases are reviewed, so that what was borne in
// vain is proposed to be put right under the usual four eyes.
func CatchUp(ctx context.Context, s *store.Store) error {
	for after := int64(0); ; {
		ids, err := incidents.Behind(store.Read(ctx, s), after, catchUpChunk)
		if err != nil || len(ids) == 0 {
			return err
		}
		after = ids[len(ids)-1]
		err = verbs.Run(ctx, s, access.System("upgrade"), ToCatchUp, "reimbursements", "", func(tx *store.Tx) error {
			const these = "select unnest($1::bigint[])"
			if err := members.LockKnown(tx, these, ids); err != nil {
				return err
			}
			if err := cases.LockOf(tx, these, ids); err != nil {
				return err
			}
			if err := incidents.CatchUp(tx, these, ids); err != nil {
				return err
			}
			if err := Review(tx, nil, "select id from cases where identity_id = any($1)", ids); err != nil {
				return err
			}
			return audit.Record(tx, audit.Change{After: map[string]any{"identities": ids}})
		})
		if err != nil {
			return err
		}
	}
}
