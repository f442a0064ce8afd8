package web

import (
	"encoding/json"
	"fmt"

	"hoten/app/fault"
	"hoten/app/forms"
	"hoten/ui"
)

// step is what was chosen for an action on many whose step is a page of its own: it can be
// loaded anew, gone back to and read in another language.
type step struct {
	Kind   string // "approvals" or "proposals"
	IDs    []int64
	Back   string // the list that it was chosen from
	Fields []ui.Choice
}

// toStep keeps what was chosen, and leads to the page of the step.
func (p *page) toStep(s step) error {
	kept, err := json.Marshal(s)
	if err != nil {
		return err
	}
	id, err := forms.KeepResult(p.ctx, p.w.s, p.by, string(kept))
	if err != nil {
		return err
	}
	return p.to(fmt.Sprint("/steps/", id), "")
}

// showStep shows the step to whoever chose, as things stand now.
func showStep(p *page) error {
	id, err := p.id()
	if err != nil {
		return err
	}
	kept, _, err := forms.ResultOf(p.db, p.w.s, id, p.by.ID)
	if err != nil {
		return err
	}
	var s step
	if err := json.Unmarshal([]byte(kept), &s); err != nil {
		return err
	}
	switch s.Kind {
	case "approvals":
		return p.showApprovalsStep(s)
	case "proposals":
		return p.showProposalsStep(s)
	}
	return fault.Missing() // the number is that of a result
}
