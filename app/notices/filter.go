package notices

import (
	"slices"

	"hoten/app/fault"
)

// States lists the states of a mail.
var States = []string{Queued, Sent, Failed, Bounced}

// Check refuses a filter that names what does not exist: such a list would be
// empty, as if there were no such mails. Whether there is such a case the caller knows.
func (f Filter) Check() error {
	var p fault.Problems
	if f.Kind != "" && !slices.Contains(Kinds, f.Kind) {
		p.Add("kind", "filter_unknown")
	}
	if f.State != "" && !slices.Contains(States, f.State) {
		p.Add("state", "filter_unknown")
	}
	return p.Err()
}
