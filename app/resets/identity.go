package resets

import (
	"hoten/app/cases"
	"hoten/app/members"
	"hoten/app/store"
)

// IdentitySystem is where IDs live: the built-in directory, or an operator's
// own. Its calls join the action's transaction where it can, else record there
// what has to be done.
type IdentitySystem interface {
	// Restrict makes the ID unusable: nobody knows its password any more, and
	// its sessions end.
	Restrict(tx *store.Tx, identities []int64) error
	// Resume sets the member's new password, ends all sessions, voids the point
	// password and switches the one-time password.
	Resume(tx *store.Tx, identity int64, password string, oneTimePassword bool) error
	// Release lifts a wrong restriction without touching the password.
	Release(tx *store.Tx, identity int64) error
}

// Directory is the identity system of this installation.
var Directory IdentitySystem = members.Directory{}

func init() {
	cases.WhenAdded(func(tx *store.Tx, c *cases.Case) error { return Directory.Restrict(tx, []int64{c.IdentityID}) })
}
