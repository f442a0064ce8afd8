package resets

import (
	"context"
	"errors"

	"hoten/app/access"
	"hoten/app/audit"
	"hoten/app/cases"
	"hoten/app/directories"
	"hoten/app/fault"
	"hoten/app/members"
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
		if err := voidLinks(tx, c.IdentityID); err != nil {
			return nil, err
		}
		elsewhere, err := directories.Outside(tx.DB, []int64{of.ID})
		if err != nil {
			return nil, err
		}
		told := cases.Happened{CaseID: c.ID, Kind: cases.Released, Text: tx.Reason}
		if len(elsewhere) > 0 {
			if of.State == members.LinkSent {
				err = members.LinksVoided(tx, elsewhere)
			}
			told.Kind = cases.ReleaseOrdered
			directories.Decide(tx, directories.Release, elsewhere, &c.ID)
			err = errors.Join(err, c.Touch(tx))
		} else {
			err = release(tx, c)
		}
		if err != nil {
			return nil, err
		}
		if err := cases.Tell(tx, told); err != nil {
			return nil, err
		}
		return c, audit.Record(tx, audit.Change{})
	})
}

// release is what follows once a restriction is lifted. The case is locked with its ID.
func release(tx *store.Tx, c *cases.Case) error {
	if err := members.Release(tx, c.IdentityID); err != nil {
		return err
	}
	if err := cases.ReadMailbox(tx, c.IdentityID); err != nil {
		return err
	}
	return c.Touch(tx)
}
