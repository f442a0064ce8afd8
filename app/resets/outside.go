package resets

import (
	"cmp"
	"context"

	"hoten/app/audit"
	"hoten/app/cases"
	"hoten/app/directories"
	"hoten/app/fault"
	"hoten/app/installation"
	"hoten/app/members"
	"hoten/app/store"
)

func init() {
	directories.Follow(directories.SetPassword, stillChosen, lockCase, chosen)
	directories.Follow(directories.Release, nil, lockCase, released)
	directories.Follow(directories.Restrict, nil, lockCases, restricted)
}

// choose has the ID's directory set the password that the member chose: the point password and
// the one-time password first, so that the ID opens last. A copy that is held leaves it alone:
// Conflict installation_held.
func choose(tx *store.Tx, c *cases.Case, link *Link, password string, oneTimePassword bool) (*directories.Order, error) {
	if err := installation.Refuse(tx); err != nil {
		return nil, err
	}
	of := []int64{c.IdentityID}
	acts := []directories.Act{directories.VoidPointPassword}
	if oneTimePassword {
		acts = append(acts, directories.OneTimePasswordOn)
	}
	for _, act := range acts {
		directories.Decide(tx, act, of, &c.ID)
	}
	order, err := directories.Choose(tx, c.IdentityID, c.ID, link.ID, password, oneTimePassword)
	if err != nil {
		return nil, err
	}
	return order, audit.Record(tx, audit.Change{After: map[string]any{"password": "ordered", "one_time_password": oneTimePassword}})
}

// settled sends what Complete ordered, for the member who waits, and returns what has no answer.
func settled(ctx context.Context, s *store.Store, order *directories.Order) (*directories.Order, error) {
	o, err := directories.Deliver(ctx, s, order.ID)
	switch {
	case err != nil:
		// What could not be done now is done later: the order is kept.
		s.Log.ErrorContext(ctx, "a password could not be sent to its directory at once", "order", order.ID, "error", err)
		return order, nil
	case o.State == directories.Completed:
		return nil, nil
	case o.Code == directories.PasswordRefused:
		return nil, fault.Input("password", "password_refused_elsewhere")
	case !o.Unsettled():
		return nil, fault.New(fault.Conflict, "directory_refused")
	}
	return o, nil
}

// stillChosen reports whether a password that was never sent may be set: its link was not made
// void meanwhile, as by a suspicion.
func stillChosen(ctx context.Context, s *store.Store, o directories.Order) (wanted bool, err error) {
	err = store.Scan(store.Read(ctx, s), "select exists (select from reset_links l join identities i on i.id = l.identity_id where l.id = $1 and l.voided_at is null and i.impostor_at is null)", []any{o.LinkID}, &wanted)
	return wanted, err
}

func lockCase(tx *store.Tx, o directories.Order) error {
	_, _, err := cases.Lock(tx, *o.CaseID)
	return err
}

func lockCases(tx *store.Tx, o directories.Order) error {
	if err := members.LockKnown(tx, "$1", o.IdentityID); err != nil {
		return err
	}
	return cases.LockOf(tx, "$1", o.IdentityID)
}

// restricted tells the cases of an ID that its directory refused to restrict: whoever has its
// password may use it still.
func restricted(tx *store.Tx, o directories.Order) error {
	if o.State != directories.Declined {
		return nil
	}
	return cases.TellEach(tx, o.IdentityID, cases.NotRestricted, map[string]any{"code": o.Code})
}

// chosen is what follows from a password that a directory set, or did not. One that was set
// although the member's link was made void meanwhile opened the ID to whoever chose it: it is
// restricted again at once. So is one of which nobody knows.
func chosen(tx *store.Tx, o directories.Order) error {
	c, of, err := cases.Lock(tx, *o.CaseID)
	if err != nil {
		return err
	}
	link, err := store.Lock[Link](tx, *o.LinkID)
	if err != nil {
		return err
	}
	switch {
	case o.State == directories.Completed && link.VoidedAt == nil && of.ImpostorAt == nil && of.Closed():
		return resume(tx, c, link, "", of.OneTimePassword || o.OneTime)
	case o.State == directories.Completed, o.Code == directories.TooLate, o.Code == directories.Overtaken && o.Attempts > 0:
		directories.Decide(tx, directories.Restrict, []int64{of.ID}, &c.ID)
	case o.State == directories.Dropped:
		return nil
	}
	return cases.Tell(tx, cases.Happened{CaseID: c.ID, Kind: cases.PasswordNotSet, Data: map[string]any{"code": cmp.Or(o.Code, directories.Overtaken)}})
}

// released is what follows from a restriction that a directory lifted, or did not.
func released(tx *store.Tx, o directories.Order) error {
	c, of, err := cases.Lock(tx, *o.CaseID)
	if err != nil || o.State == directories.Dropped {
		return err
	}
	if o.State == directories.Completed && of.Closed() {
		if err := release(tx, c); err != nil {
			return err
		}
		return cases.Tell(tx, cases.Happened{CaseID: c.ID, Kind: cases.Released})
	}
	return cases.Tell(tx, cases.Happened{CaseID: c.ID, Kind: cases.NotReleased, Data: map[string]any{"code": cmp.Or(o.Code, directories.Overtaken)}})
}
