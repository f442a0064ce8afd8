package directories

import (
	"context"
	"slices"

	"hoten/app/access"
	"hoten/app/audit"
	"hoten/app/fault"
	"hoten/app/members"
	"hoten/app/store"
	"hoten/app/verbs"
)

// Codes of our own for orders that end without the directory's word.
const (
	TooLate   = "too_late"  // the member's password was tried to be set for chosenFor
	Overtaken = "overtaken" // decided otherwise before it was answered
)

// follow is what follows from the orders of an act.
type follow struct {
	// still reports whether an order is still wanted.
	still func(ctx context.Context, s *store.Store, o Order) (bool, error)
	// lock takes the locks of settled, before the order is locked.
	lock func(tx *store.Tx, o Order) error
	// settled is told the order as it is settled, in its transaction.
	settled func(tx *store.Tx, o Order) error
}

var follows = map[Act]follow{}

// Follow has a noun take part in orders of an act: still is asked each time before it is
// sent (nil: always), lock locks what settled needs (nil: the ID), and settled is told how it
// ended, done, refused or dropped.
func Follow(act Act, still func(ctx context.Context, s *store.Store, o Order) (bool, error), lock, settled func(tx *store.Tx, o Order) error) {
	follows[act] = follow{still, lock, settled}
}

// dropped reports whether an order is wanted no more: a later one about
// the same ID undoes it, or its noun says so.
func dropped(ctx context.Context, s *store.Store, o Order) (bool, error) {
	if undone := undoneBy[o.Act]; undone != "" {
		var later bool
		err := store.Scan(store.Read(ctx, s), "select exists (select from directory_orders where identity_id = $1 and id > $2 and act = $3)", []any{o.IdentityID, o.ID, undone}, &later)
		if err != nil || later {
			return later, err
		}
	}
	if still := follows[o.Act].still; still != nil {
		wanted, err := still(ctx, s, o)
		return !wanted, err
	}
	return false, nil
}

// undoneBy names the act after which another is not worth sending, and must not be.
var undoneBy = map[Act]Act{SetPassword: Restrict, Release: Restrict, OneTimePasswordOn: OneTimePasswordOff, OneTimePasswordOff: OneTimePasswordOn}

// opensOrCloses are the acts of which the last one decides whether the ID can be used.
var opensOrCloses = []Act{Restrict, SetPassword, Release}

// settles names the acts that were refused before and must not be sent again once act is done.
func settles(act Act) []Act {
	switch act {
	case SetPassword, Release:
		return opensOrCloses
	case Restrict: // a password that was given up stays: its member waits for another link
		return []Act{Restrict, Release}
	}
	return []Act{act, undoneBy[act]}
}

// close settles an order as it says, unless it was settled meanwhile. What was refused before
// of the same ID and act needs nobody once it is done.
func (o *Order) close(tx *store.Tx) (bool, error) {
	var stands *Order
	err := tx.Uncounted(func() (err error) {
		if err = lockFor(tx, *o); err == nil {
			stands, err = store.Lock[Order](tx, o.ID)
		}
		return err
	})
	if err != nil || stands.SettledAt != nil {
		return false, err
	}
	o.SettledAt, o.Password, o.TakenUntil = &tx.Now, nil, nil
	_, err = store.Exec(tx, `update directory_orders set state = $2, code = $3, said = $4, settled_at = $5, settled_by = $6, password = null, taken_until = null
		where id = $1`, o.ID, o.State, o.Code, o.Said, tx.Now, o.SettledBy)
	if err != nil {
		return false, err
	}
	return true, o.followed(tx)
}

// lockFor takes the locks that settling an order needs, before the order's own.
func lockFor(tx *store.Tx, o Order) error {
	if lock := follows[o.Act].lock; lock != nil {
		return lock(tx, o)
	}
	return members.LockKnown(tx, "$1", o.IdentityID)
}

func (o *Order) followed(tx *store.Tx) error {
	if o.State == Completed {
		if _, err := store.Exec(tx, "update directory_orders set state = '"+Dropped+"' where identity_id = $1 and act = any($2) and id < $3 and state = '"+Declined+"'", o.IdentityID, settles(o.Act), o.ID); err != nil {
			return err
		}
	}
	if slices.Contains(opensOrCloses, o.Act) && o.State == Completed {
		if err := members.Confirmed(tx, "select $1::bigint where not exists (select from directory_orders where identity_id = $1 and act = '"+string(Restrict)+"' and state in ('"+Waiting+"', '"+Uncertain+"', '"+Declined+"'))", o.IdentityID); err != nil {
			return err
		}
	}
	if settled := follows[o.Act].settled; settled != nil {
		return settled(tx, *o)
	}
	return nil
}

// SendAgain has an order that was refused sent again, once whoever runs the directory mended
// what it said. A password that a member chose is kept no more: Conflict order_gone.
func SendAgain(ctx context.Context, s *store.Store, by access.Actor, id int64) error {
	return verbs.Run(ctx, s, by, ToSendAgain, verbs.About("order", id), "", func(tx *store.Tx) error {
		o, err := lockRefused(tx, id)
		if err != nil {
			return err
		}
		if o.Act == SetPassword {
			return fault.New(fault.Conflict, "order_gone")
		}
		if _, err := store.Exec(tx, "update directory_orders set state = '"+Waiting+"', next_at = $2, settled_at = null where id = $1", id, tx.Now); err != nil {
			return err
		}
		return audit.Record(tx, audit.Change{After: o.told()})
	})
}

// SendAllAgain has everything sent again that a directory refused, but for passwords that
// members chose, which are kept no more; it tells how many orders that were.
func SendAllAgain(ctx context.Context, s *store.Store, by access.Actor, code string) (n int64, err error) {
	return verbs.Do(ctx, s, by, ToSendAllAgain, verbs.About("directory", code), "", func(tx *store.Tx) (int64, error) {
		d, err := ByCode(tx.DB, code)
		if err != nil {
			return 0, err
		}
		ids, err := store.Now(tx.DB, func(reads *store.Reads) *[]int64 {
			return store.AskValues[int64](reads, "select id from directory_orders where directory_id = $1 and state = '"+Declined+"' and act <> $2 order by id for update", d.ID, SetPassword)
		})
		if err != nil || len(ids) == 0 {
			return 0, err
		}
		n, err := store.Exec(tx, "update directory_orders set state = '"+Waiting+"', next_at = $2, settled_at = null where id = any($1)", ids, tx.Now)
		if err != nil {
			return n, err
		}
		return n, audit.Record(tx, audit.Change{After: map[string]any{"orders": n}})
	})
}

// SettleByHand notes that people did in the directory what an order asked for, with a reason
// that says how; of a password that a member chose, that the order needs nobody any more.
func SettleByHand(ctx context.Context, s *store.Store, by access.Actor, id int64, reason string) error {
	return verbs.Run(ctx, s, by, ToSettleByHand, verbs.About("order", id), reason, func(tx *store.Tx) error {
		o, err := lockRefused(tx, id)
		if err != nil {
			return err
		}
		if o.State = Completed; o.Act == SetPassword {
			o.State = Dropped
		}
		if _, err := store.Exec(tx, "update directory_orders set state = $2, settled_at = $3, settled_by = $4 where id = $1", id, o.State, tx.Now, by.ID); err != nil {
			return err
		}
		o.SettledBy = &by.ID
		if err := o.followed(tx); err != nil {
			return err
		}
		return audit.Record(tx, audit.Change{After: o.told()})
	})
}

// lockRefused locks a refused order, with what follows from it. Another: Conflict order_settled.
func lockRefused(tx *store.Tx, id int64) (*Order, error) {
	o, err := store.Find[Order](tx.DB, "id = ?", id)
	if err != nil {
		return nil, err
	}
	if err := lockFor(tx, *o); err != nil {
		return nil, err
	}
	if o, err = store.Lock[Order](tx, id); err != nil {
		return nil, err
	}
	if o.State != Declined {
		return nil, fault.New(fault.Conflict, "order_settled")
	}
	return o, nil
}
