package members

import (
	"fmt"

	"hoten/app/passwords"
	"hoten/app/store"
)

// The record of each ID, and the built-in ID directory: argon2id hashes in the identities
// table. What an operator's own system is to do is ordered there as well (app/directories).

// Restrict makes IDs unusable: the hash is erased, so that no password fits,
// and sessions end. One whose link is out stays so: nobody could use it since.
func Restrict(tx *store.Tx, identities []int64) error {
	_, err := store.Exec(tx, `update identities set state = case state when 'link_sent' then state else 'restricted' end, resumed_at = null, restricted_at = case when state in ('restricted', 'link_sent') then coalesce(restricted_at, $2) else $2 end,
		password_hash = '', password_changed_at = $2, sessions_ended_at = $2 where id = any($1)`, identities, tx.Now)
	return err
}

// Resume sets the new password, ends all sessions and voids the point password (the
// attacker may have set it). The one-time password is switched on, or stays as it was. An empty
// password is one that another directory keeps.
func Resume(tx *store.Tx, identity int64, password string, oneTimePassword bool) error {
	var hash string
	if password != "" {
		var err error
		if hash, err = passwords.Hash(password); err != nil {
			return err
		}
	}
	_, err := store.Exec(tx, `update identities set state = 'resumed', resumed_at = $3, password_hash = $2, password_changed_at = $3, sessions_ended_at = $3,
		point_password_voided_at = $3, one_time_password = one_time_password or $4 where id = $1`, identity, hash, tx.Now, oneTimePassword)
	return err
}

// VoidPointPasswords voids the point passwords of IDs, with the next writes of tx.
func VoidPointPasswords(tx *store.Tx, identities []int64) {
	tx.Queue("update identities set point_password_voided_at = $2 where id = any($1)", identities, tx.Now)
}

// EndOneTimePasswords switches the one-time passwords of IDs off.
func EndOneTimePasswords(tx *store.Tx, identities []int64) {
	tx.Queue("update identities set one_time_password = false where id = any($1)", identities)
}

// Release lifts a wrong restriction. The old password was erased when the ID was
// restricted, so the member still sets a new one through the official page.
func Release(tx *store.Tx, identity int64) error {
	_, err := store.Exec(tx, "update identities set state = 'resumed', resumed_at = $2 where id = $1", identity, tx.Now)
	return err
}

// Unconfirmed notes of IDs, which the query yields, that their directory has yet to confirm a
// restriction.
func Unconfirmed(tx *store.Tx, which string, args ...any) {
	tx.Queue(fmt.Sprintf("update identities set unconfirmed_at = coalesce(unconfirmed_at, $%d) where id in (%s)", len(args)+1, which), append(args, tx.Now)...)
}

// Confirmed takes back what Unconfirmed noted.
func Confirmed(tx *store.Tx, which string, args ...any) error {
	_, err := store.Exec(tx, "update identities set unconfirmed_at = null where unconfirmed_at is not null and id in ("+which+")", args...)
	return err
}
