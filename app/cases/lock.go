package cases

import (
	"hoten/app/fault"
	"hoten/app/members"
	"hoten/app/store"
)

// Lock locks a case with its ID, the ID first: calls and cases of several incidents about
// one ID take their turns. Unknown: NotFound.
func Lock(tx *store.Tx, id int64) (*Case, *members.Identity, error) {
	of, err := members.LockOf(tx, "select identity_id from cases where id = $1", id)
	if err != nil {
		return nil, nil, err
	}
	if of == nil {
		return nil, nil, fault.Missing()
	}
	c, err := store.Lock[Case](tx, id)
	return c, of, err
}
