package resets

import (
	"context"

	"hoten/app/access"
	"hoten/app/audit"
	"hoten/app/cases"
	"hoten/app/fault"
	"hoten/app/store"
	"hoten/app/verbs"
)

// Release lifts the restriction of an ID that was restricted wrongly. A
// supervisor does it, with a reason.
func Release(ctx context.Context, s *store.Store, by access.Actor, caseID int64, reason string) (*cases.Case, error) {
	return verbs.Do(ctx, s, by, ToRelease, cases.Subject(caseID), reason, func(tx *store.Tx) (*cases.Case, error) {
		c, err := store.Lock[cases.Case](tx, caseID)
		if err != nil {
			return nil, err
		}
		if c.IdentityState == nil || *c.IdentityState == cases.Resumed {
			return nil, fault.New(fault.Conflict, "not_restricted")
		}
		if err := cases.Unsuspected(tx.DB, c); err != nil {
			return nil, err
		}
		if err := Directory.Release(tx, c.IdentityID); err != nil {
			return nil, err
		}
		if _, err := store.Exec(tx, "update reset_links set voided_at = $2 where identity_id = $1 and used_at is null and voided_at is null", c.IdentityID, tx.Now); err != nil {
			return nil, err
		}
		if err := c.MarkIdentity(tx, cases.Resumed); err != nil {
			return nil, err
		}
		if err := cases.Tell(tx, cases.Happened{CaseID: c.ID, Kind: cases.Released, Text: tx.Reason}); err != nil {
			return nil, err
		}
		return c, audit.Record(tx, audit.Change{})
	})
}
