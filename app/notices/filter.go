package notices

import (
	"slices"

	"gorm.io/gorm"

	"hoten/app/fault"
	"hoten/app/store"
)

// States lists the states of a mail.
var States = []string{Queued, Sent, Failed, Bounced}

// Check refuses a filter that names what does not exist: such a list would be
// empty, as if there were no such mails.
func (f Filter) Check(db *gorm.DB) error {
	var p fault.Problems
	if f.Kind != "" && !slices.Contains(Kinds, f.Kind) {
		p.Add("kind", "filter_unknown")
	}
	if f.State != "" && !slices.Contains(States, f.State) {
		p.Add("state", "filter_unknown")
	}
	var known bool
	if err := store.Scan(db, "select $1::bigint = 0 or exists (select from cases where id = $1)", []any{f.CaseID}, &known); err != nil {
		return err
	}
	if !known {
		p.Add("case", "filter_unknown")
	}
	return p.Err()
}
