package callbacks

import (
	"slices"

	"gorm.io/gorm"

	"hoten/app/fault"
	"hoten/app/store"
)

// Check refuses a filter that names what does not exist: such a list would be
// empty, as if nobody were promised a call.
func (f Filter) Check(db *gorm.DB) error {
	var p fault.Problems
	if f.State != "" && !slices.Contains(States, f.State) {
		p.Add("state", "callback_state_unknown")
	}
	var known bool
	if err := store.Scan(db, "select $1::bigint <= 0 or exists (select from staff where id = $1)", []any{f.Assignee}, &known); err != nil {
		return err
	}
	if !known {
		p.Add("assignee", "filter_unknown")
	}
	return p.Err()
}
