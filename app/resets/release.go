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
		c, of, err := cases.Lock(tx, caseID)
		if err != nil {
			return nil, err
		}
		if !of.Closed() {
			return nil, fault.New(fault.Conflict, "not_restricted")
		}
		if err := cases.Unsuspected(of.Standing); err != nil {
			return nil, err
		}
		ids, err := Identities(tx)
		if err != nil {
			return nil, err
		}
		if err := ids.Release(tx, c.IdentityID); err != nil {
			return nil, err
		}
		if err := voidLinks(tx, c.IdentityID); err != nil {
			return nil, err
		}
		if err := cases.ReadMailbox(tx, c.IdentityID); err != nil {
			return nil, err
		}
		if err := c.Touch(tx); err != nil {
			return nil, err
		}
		if err := cases.Tell(tx, cases.Happened{CaseID: c.ID, Kind: cases.Released, Text: tx.Reason}); err != nil {
			return nil, err
		}
		return c, audit.Record(tx, audit.Change{})
	})
}
