package cases

import (
	"slices"

	"gorm.io/gorm"

	"hoten/app/fault"
	"hoten/app/store"
)

// Classes are those of affected cases (docs/domain.md section 2).
var Classes = []string{"A", "B", "C", "D"}

// Check refuses a filter that names what does not exist: such a list would be
// empty, as if there were no such cases. The fields are called as docs/api.md and
// the addresses of the console call them.
func (f Filter) Check(db *gorm.DB) error {
	var p fault.Problems
	unknown := func(name string, is bool) {
		if is {
			p.Add(name, "filter_unknown")
		}
	}
	unknown("status", f.Status != "" && !f.Status.Known())
	unknown("class", f.Class != "" && !slices.Contains(Classes, f.Class))
	unknown("queue", f.Queue != "" && !slices.Contains(Queues, f.Queue))
	unknown("age", f.Age != "" && !slices.Contains(Ages, f.Age))
	unknown("order", !slices.Contains([]Order{ByNumber, Longest, Latest}, f.Order))
	var incident, desk, assignee bool
	err := store.Scan(db, `select $1 = '' or exists (select from incidents where reference = $1), $2 = '' or exists (select from desks where code = $2),
		$3::bigint <= 0 or exists (select from staff where id = $3)`, []any{f.Incident, f.Desk, f.Assignee}, &incident, &desk, &assignee)
	unknown("incident", !incident)
	unknown("desk", !desk)
	unknown("assignee", !assignee)
	if err != nil {
		return err
	}
	return p.Err()
}

// Named reads a case's number as other lists are filtered by it: 0 for none. One
// of no case is Invalid.
func Named(db *gorm.DB, number string) (int64, error) {
	if number == "" {
		return 0, nil
	}
	id, ok := ParseNumber(number)
	if !ok {
		return 0, fault.Input("case", "case_number_invalid")
	}
	_, err := store.Find[Case](db, "id = ?", id)
	if f, known := fault.As(err); known && f.Kind == fault.NotFound {
		err = fault.Input("case", "filter_unknown")
	}
	return id, err
}
