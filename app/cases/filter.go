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
	var reads store.Reads
	checked := f.AskCheck(&reads)
	if err := reads.Run(db); err != nil {
		return err
	}
	return checked()
}

// AskCheck reads for Check; what it returns refuses once the reads have run.
func (f Filter) AskCheck(reads *store.Reads) func() error {
	type known struct{ Incident, Desk, Assignee bool }
	rows := store.Ask[known](reads, `select $1 = '' or exists (select from incidents where reference = $1) as incident, $2 = '' or exists (select from desks where code = $2) as desk,
		$3::bigint <= 0 or exists (select from staff where id = $3) as assignee`, f.Incident, f.Desk, f.Assignee)
	return func() error { return f.check((*rows)[0].Incident, (*rows)[0].Desk, (*rows)[0].Assignee) }
}

func (f Filter) check(incident, desk, assignee bool) error {
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
	unknown("incident", !incident)
	unknown("desk", !desk)
	unknown("assignee", !assignee)
	return p.Err()
}
