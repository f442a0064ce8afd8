package staff

import (
	"gorm.io/gorm"

	"hoten/app/access"
	"hoten/app/fault"
	"hoten/app/store"
)

// shutOut ends the account's sessions, as of this instant, and its tokens. The
// caller saves the account.
func (s *Staff) shutOut(tx *store.Tx) error {
	s.SessionsAfter = &tx.Now
	_, err := store.Exec(tx, "update api_tokens set revoked_at = $2 where staff_id = $1 and revoked_at is null", s.ID, tx.Now)
	return err
}

// leaving is what else ends with somebody's work; nouns above this one add to it.
var leaving []func(tx *store.Tx, id int64) error

// WhenLeaving has fn called, in the transaction, for whoever may no longer work
// cases: disabled, or with another role.
func WhenLeaving(fn func(tx *store.Tx, id int64) error) { leaving = append(leaving, fn) }

// leave ends what the account did as it was and may not do as it is now.
func (s Staff) leave(tx *store.Tx, now *Staff) error {
	if s.administers() && !now.administers() {
		if err := othersAdminister(tx, s.ID); err != nil {
			return err
		}
	}
	if now.DisabledAt == nil && now.Role.May(access.WorkCases) {
		return nil
	}
	for _, fn := range leaving {
		if err := fn(tx, s.ID); err != nil {
			return err
		}
	}
	return nil
}

func (s Staff) administers() bool { return s.DisabledAt == nil && s.Role == access.Administrator }

// Administered reports whether somebody can administer the installation.
func Administered(db *gorm.DB) (bool, error) {
	type admin struct{ ID int64 }
	found, err := store.Select[admin](db, "select id from staff where role = $1 and disabled_at is null limit 1", string(access.Administrator))
	return len(found) > 0, err
}

// othersAdminister refuses to let the last administrator go. Administrators are
// locked, so that two who disable each other take their turns.
func othersAdminister(tx *store.Tx, id int64) error {
	type other struct{ ID int64 }
	admins, err := store.Select[other](tx.DB, "select id from staff where role = $1 and disabled_at is null order by id for no key update", string(access.Administrator))
	if err != nil {
		return err
	}
	for _, a := range admins {
		if a.ID != id {
			return nil
		}
	}
	return fault.New(fault.Conflict, "last_administrator")
}

// Lock locks a person's account, so that what they do at the same instant in two windows
// takes turns. It comes before any other lock.
func Lock(tx *store.Tx, id int64) error {
	_, err := store.Exec(tx, "select from staff where id = $1 for no key update", id)
	return err
}
