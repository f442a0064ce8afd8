package resets

import (
	"hoten/app/cases"
	"hoten/app/directories"
	"hoten/app/members"
	"hoten/app/store"
)

func init() {
	cases.WhenAdded(func(tx *store.Tx, c *cases.Case) error { return RestrictIDs(tx, []int64{c.IdentityID}) })
}

// RestrictIDs makes IDs, which the caller has locked, unusable: nobody knows their passwords
// any more, and their sessions end. Those of another directory are restricted here, and
// ordered to be restricted there.
func RestrictIDs(tx *store.Tx, ids []int64) error {
	if err := members.Restrict(tx, ids); err != nil {
		return err
	}
	directories.Decide(tx, directories.Restrict, ids, nil)
	return nil
}

// VoidPointPasswords voids the passwords for points of IDs, which a thief may have set.
func VoidPointPasswords(tx *store.Tx, ids []int64) {
	members.VoidPointPasswords(tx, ids)
	directories.Decide(tx, directories.VoidPointPassword, ids, nil)
}

// endOneTimePasswords switches the one-time passwords of IDs off, which somebody else may get.
func endOneTimePasswords(tx *store.Tx, ids []int64) {
	members.EndOneTimePasswords(tx, ids)
	directories.Decide(tx, directories.OneTimePasswordOff, ids, nil)
}
