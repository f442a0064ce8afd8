package resets

import (
	"hoten/app/cases"
	"hoten/app/installation"
	"hoten/app/members"
	"hoten/app/store"
)

// IdentitySystem is where IDs live: the built-in directory, or an operator's
// own. Its calls join the action's transaction where it can, else record there
// what has to be done.
type IdentitySystem interface {
	// Outside reports whether it lies outside of this database: a copy of the database
	// that was not released leaves it alone.
	Outside() bool
	// Restrict makes the ID unusable: nobody knows its password any more, and
	// its sessions end.
	Restrict(tx *store.Tx, identities []int64) error
	// Resume sets the member's new password, ends all sessions, voids the point
	// password, and switches the one-time password on or leaves it as it is.
	Resume(tx *store.Tx, identity int64, password string, oneTimePassword bool) error
	// VoidPointPasswords voids the passwords for points, which a thief may have set.
	VoidPointPasswords(tx *store.Tx, identities []int64) error
	// EndOneTimePasswords switches the one-time passwords off, which somebody else may get.
	EndOneTimePasswords(tx *store.Tx, identities []int64) error
	// Release lifts a wrong restriction without touching the password.
	Release(tx *store.Tx, identity int64) error
}

// Directory is the identity system of this installation.
var Directory IdentitySystem = members.Directory{}

// Identities is Directory for a change. While the database is held, one that lies
// outside is refused: Conflict installation_held.
func Identities(tx *store.Tx) (IdentitySystem, error) {
	if !Directory.Outside() {
		return Directory, nil
	}
	return Directory, installation.Refuse(tx)
}

func init() {
	cases.WhenAdded(func(tx *store.Tx, c *cases.Case) error {
		ids, err := Identities(tx)
		if err != nil {
			return err
		}
		return ids.Restrict(tx, []int64{c.IdentityID})
	})
}
