package resets

import (
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

// Restrict makes IDs unusable; a link that went out before does not open them again.
func Restrict(tx *store.Tx, identities []int64) error {
	if err := Directory.Restrict(tx, identities); err != nil {
		return err
	}
	return voidLinks(tx, identities...)
}
