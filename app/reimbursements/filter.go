package reimbursements

import (
	"slices"

	"gorm.io/gorm"

	"hoten/app/cases"
	"hoten/app/fault"
	"hoten/app/incidents"
)

// Check refuses a filter that names what does not exist: such a list would be
// empty, as if nothing were proposed.
func (f Filter) Check(db *gorm.DB) error {
	var p fault.Problems
	for _, one := range []struct {
		name, value string
		among       []string
	}{{"state", f.State, States}, {"class", f.Class, cases.Classes}, {"flag", f.Flag, Flags}, {"late", f.Late, Steps}} {
		if one.value != "" && !slices.Contains(one.among, one.value) {
			p.Add(one.name, "filter_unknown")
		}
	}
	if f.Band != nil && (*f.Band < 0 || *f.Band > len(Bands)) {
		p.Add("band", "filter_unknown")
	}
	if f.Incident != "" {
		_, err := incidents.ByReference(db, f.Incident)
		switch found, known := fault.As(err); {
		case known && found.Kind == fault.NotFound:
			p.Add("incident", "filter_unknown")
		case err != nil:
			return err
		}
	}
	return p.Err()
}
