package callbacks

import (
	"hoten/app/cases"
	"hoten/app/fault"
	"hoten/app/store"
)

func init() {
	cases.WherePromised("select case_id from callbacks where state = '" + Open + "'")
	cases.WhenClosing(refuseToClose)
	cases.WhenAssigned(goWithCase)
}

// refuseToClose refuses to close a case over a callback that its member waits for.
func refuseToClose(tx *store.Tx, c *cases.Case) error {
	var open bool
	err := store.Scan(tx.DB, "select exists (select 1 from callbacks where case_id = $1 and state = 'open')", []any{c.ID}, &open)
	if err == nil && open {
		err = fault.New(fault.Conflict, "callback_promised")
	}
	return err
}

// goWithCase gives a promised callback to whoever has the case now.
func goWithCase(tx *store.Tx, c *cases.Case, staff int64) {
	tx.Queue("update callbacks set assignee_id = $1, version = version + 1 where case_id = $2 and state = 'open'", staff, c.ID)
}
