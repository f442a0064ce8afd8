package notices

import (
	"slices"

	"hoten/app/fault"
)

// States lists the states of a mail.
var States = []string{Queued, Sent, Failed, Bounced}

// States of a mail as people see them, where they tell more than its own: no server took it, or
// it was not sent because what it told did not hold any more.
const (
	OnlyKept = "kept"
	Withheld = "withheld"
)

// Shown lists the states of mails as people see them.
var Shown = []string{Queued, Sent, OnlyKept, Failed, Bounced, Withheld}

// shownAs are the conditions, in SQL, of mails that are shown in a state.
var shownAs = map[string]string{
	Queued: "state = 'queued'", Sent: "state = 'sent' and not kept", OnlyKept: "kept", Bounced: "state = 'bounced'",
	Failed: "state = 'failed' and reason not in ('overtaken', 'discarded')", Withheld: "state = 'failed' and reason in ('overtaken', 'discarded')",
}

// ShownAs is the state of the mail as people see it.
func (m Mail) ShownAs() string {
	switch {
	case m.Kept:
		return OnlyKept
	case m.State == Failed && (m.Reason == Overtaken || m.Reason == Discarded):
		return Withheld
	}
	return m.State
}

// Check refuses a filter that names what does not exist: such a list would be
// empty, as if there were no such mails. caseKnown tells whether its case exists.
func (f Filter) Check(caseKnown bool) error {
	var p fault.Problems
	if f.Kind != "" && !slices.Contains(Kinds, f.Kind) {
		p.Add("kind", "filter_unknown")
	}
	if f.State != "" && !slices.Contains(States, f.State) {
		p.Add("state", "filter_unknown")
	}
	if f.Shown != "" && !slices.Contains(Shown, f.Shown) {
		p.Add("state", "filter_unknown")
	}
	if !caseKnown {
		p.Add("case", "filter_unknown")
	}
	return p.Err()
}
