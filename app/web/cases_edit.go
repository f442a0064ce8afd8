package web

import (
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	"hoten/app/cases"
	"hoten/app/fault"
	"hoten/app/jptext"
	"hoten/app/reimbursements"
	"hoten/app/resets"
	"hoten/ui"
)

// onCase is the shape of every form on the case page: act, and show the page
// again, with what was wrong or with what was done.
func (p *page) onCase(form, done string, act func(id int64) error) error {
	id, err := p.caseID()
	if err != nil {
		return err
	}
	if err := act(id); err != nil {
		return p.again(err, form, showCase)
	}
	return p.toCase(id, "", done)
}

func updateCase(p *page) error {
	done := "case_changed"
	if cases.Status(p.FormValue("status")) == cases.Completed && p.FormValue("seen_status") != string(cases.Completed) {
		done = "case_completed"
	}
	return p.onCase("set", done, func(id int64) error {
		version, err := strconv.ParseInt(p.FormValue("version"), 10, 64)
		if err != nil {
			return fault.Input("version", "required")
		}
		change := cases.Change{Version: version, Reason: p.FormValue("reason")}
		if v := p.FormValue("status"); v != "" {
			status := cases.Status(v)
			change.Status = &status
		}
		if _, given := p.Request().PostForm["assignee"]; given {
			who, err := strconv.ParseInt(p.FormValue("assignee"), 10, 64)
			if err != nil && p.FormValue("assignee") != "" {
				return fault.Input("assignee", "assignee_unknown")
			}
			change.Assignee = &who
		}
		_, err = cases.Update(p.ctx, p.w.s, p.by, id, change)
		if fault.Is(err, "conflict") {
			if failed := p.bothOfCase(id); failed != nil {
				return failed
			}
		}
		return err
	})
}

func addNote(p *page) error {
	return p.onCase("note", "note_saved", func(id int64) error {
		_, err := cases.AddNote(p.ctx, p.w.s, p.by, id, p.FormValue("text"))
		return err
	})
}

func startCall(p *page) error {
	return p.onCase("call", "", func(id int64) error {
		_, err := cases.StartCall(p.ctx, p.w.s, p.by, id, newCall(p))
		return err
	})
}

func newCall(p *page) cases.NewCall {
	ends := p.numbers("ends")
	return cases.NewCall{Ends: &ends, Direction: p.FormValue("direction"), Desk: p.FormValue("desk"), CallerNumber: p.FormValue("caller_number"), Relation: p.FormValue("relation"),
		Despite: ticked(p, "despite")}
}

func notifyCase(p *page) error {
	id, err := p.caseID()
	if err != nil {
		return err
	}
	n, err := resets.Notify(p.ctx, p.w.s, p.by, id)
	if err != nil {
		return p.again(err, "", showCase)
	}
	done := "notice_queued"
	if n.Unreachable > 0 {
		done = "unreachable"
	}
	return p.toCase(id, "", done)
}

func sendReset(p *page) error {
	return p.onCase("reset", "link_sent", func(id int64) error {
		_, err := resets.Send(p.ctx, p.w.s, p.by, id, p.w.baseURL)
		return err
	})
}

func releaseCase(p *page) error {
	return p.onCase("release", "released", func(id int64) error {
		_, err := resets.Release(p.ctx, p.w.s, p.by, id, p.FormValue("reason"))
		return err
	})
}

func restrictCase(p *page) error {
	return p.onCase("restrict", "restricted", func(id int64) error {
		seen, err := time.Parse(time.RFC3339Nano, p.FormValue("resumed_at"))
		if err != nil {
			return fault.New(fault.Conflict, "resumed_since")
		}
		_, err = resets.Restrict(p.ctx, p.w.s, p.by, id, seen, p.FormValue("reason"))
		return err
	})
}

func addToIncident(p *page) error {
	return p.onCase("add", "added_to_incident", func(id int64) error {
		balances, err := p.statedBalances()
		if err != nil {
			return err
		}
		_, err = cases.AddToIncident(p.ctx, p.w.s, p.by, id, p.FormValue("reason"), balances)
		return err
	})
}

// statedBalances reads the fields balance_PROGRAM of a form that are filled in, by program code.
func (p *page) statedBalances() (map[string]int64, error) {
	form, err := p.FormParams()
	if err != nil {
		return nil, err
	}
	var problems fault.Problems
	out := map[string]int64{}
	for name := range form {
		code, is := strings.CutPrefix(name, "balance_")
		if !is || jptext.Blank(form.Get(name)) { // what nobody knows is not 0
			continue
		}
		points, err := jptext.ParsePoints(form.Get(name))
		if err != nil {
			problems.Add(name, unreadable(err))
		}
		out[code] = points
	}
	return out, problems.Err()
}

// unreadable is the problem of a field whose points could not be read.
func unreadable(err error) string {
	if errors.Is(err, jptext.ErrTooLarge) {
		return "points_too_large"
	}
	return "integer"
}

func decideDouble(p *page) error {
	return p.onCase("double", "double_decided", func(id int64) error {
		_, err := reimbursements.DecideDouble(p.ctx, p.w.s, p.by, id, p.FormValue("movement_id"), p.FormValue("decision"), p.FormValue("reason"))
		return err
	})
}

func reopenVerification(p *page) error {
	return p.onCase("reopen", "verification_reopened", func(id int64) error {
		_, err := cases.ReopenVerification(p.ctx, p.w.s, p.by, id, p.FormValue("reason"))
		return err
	})
}

func clearImpostor(p *page) error {
	return p.onCase("impostor", "impostor_cleared", func(id int64) error {
		var seen *bool
		if upheld, err := strconv.ParseBool(p.FormValue("upheld")); err == nil { // of a page of before: not said
			seen = &upheld
		}
		_, err := cases.ClearImpostor(p.ctx, p.w.s, p.by, id, p.FormValue("reason"), seen)
		return err
	})
}

func upholdImpostor(p *page) error {
	return p.onCase("impostor", "impostor_upheld", func(id int64) error {
		_, err := cases.UpholdImpostor(p.ctx, p.w.s, p.by, id, p.FormValue("reason"))
		return err
	})
}

func recordRepresentative(p *page) error {
	return p.onCase("representative", "representative_recorded", func(id int64) error {
		_, err := cases.RecordRepresentative(p.ctx, p.w.s, p.by, id, p.FormValue("relation"), p.FormValue("documents"))
		return err
	})
}

func withdrawRepresentative(p *page) error {
	representative, err := p.id()
	if err != nil {
		return err
	}
	return p.onCase(fmt.Sprintf("papers-%d", representative), "representative_withdrawn", func(id int64) error {
		_, err := cases.WithdrawRepresentative(p.ctx, p.w.s, p.by, id, representative, p.FormValue("reason"))
		return err
	})
}

func decideFinding(p *page) error {
	return p.onCase("finding", "finding_recorded", func(id int64) error {
		_, err := reimbursements.DecideFinding(p.ctx, p.w.s, p.by, id, p.FormValue("movement_id"), p.FormValue("finding"), p.FormValue("reason"))
		return err
	})
}

func addAdjustment(p *page) error {
	return p.onCase("adjustment", "adjustment_added", func(id int64) error {
		points, err := jptext.ParsePoints(p.FormValue("points"))
		if err != nil {
			return fault.Input("points", unreadable(err))
		}
		_, err = reimbursements.AddAdjustment(p.ctx, p.w.s, p.by, id, p.FormValue("program"), points, p.FormValue("reason"))
		return err
	})
}

func propose(p *page) error {
	return p.onCase("propose", "proposed", func(id int64) error {
		_, err := reimbursements.Propose(p.ctx, p.w.s, p.by, id, p.FormValue("note"))
		return err
	})
}

// reveal shows the page once with the member in the clear; a reload masks again.
func reveal(p *page) error {
	id, err := p.caseID()
	if err != nil {
		return err
	}
	m, err := cases.Reveal(p.ctx, p.w.s, p.by, id, p.FormValue("reason"))
	if err != nil {
		return p.again(err, "reveal", showCase)
	}
	shown, err := p.caseView(id)
	if err != nil {
		return err
	}
	at := &shown.Member
	at.Name, at.Kana, at.BirthDate, at.Address, at.CustomerNumber = m.Person.Name, m.Person.Kana, m.Person.BirthDate, strings.TrimSpace(jptext.FormatPostal(m.Person.PostalCode)+" "+m.Person.Address), m.Person.CustomerNumber
	if len(m.Phones) > 0 {
		at.Phone = jptext.FormatPhone(m.Phones[0])
	}
	if len(m.Emails) > 0 {
		at.Email = m.Emails[0]
	}
	at.Revealed = true
	p.status = http.StatusOK
	return p.render(shown.Page())
}

// openCase opens a case and with it the call that asks for it, where one is given.
func openCase(p *page) error {
	opened, err := cases.Open(p.ctx, p.w.s, p.by, p.FormValue("incident"), p.FormValue("login_id"))
	if err != nil {
		return p.again(err, "open", showCalls)
	}
	done := "case_found"
	if opened.New {
		done = "case_opened"
	}
	return p.to(ui.CallURL(opened.Case.Number(), p.FormValue("caller")), done)
}

func undoCase(p *page) error {
	event, err := p.id()
	if err != nil {
		return err
	}
	return p.onCase("", "case_undone", func(id int64) error {
		_, err := cases.Undo(p.ctx, p.w.s, p.by, id, event)
		return err
	})
}

func undoAdjustment(p *page) error {
	adjustment, err := p.id()
	if err != nil {
		return err
	}
	return p.onCase("", "adjustment_undone", func(id int64) error {
		return reimbursements.UndoAdjustment(p.ctx, p.w.s, p.by, id, adjustment)
	})
}
