package web

import (
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"hoten/app/cases"
	"hoten/app/fault"
	"hoten/i18n"
	"hoten/ui"
)

// chosenCase is a row of the list that was selected, at the version it had there.
type chosenCase struct{ id, version int64 }

// chosenCases are the rows that a bulk form names.
func (p *page) chosenCases() (out []chosenCase) {
	for _, row := range p.Request().PostForm["number"] {
		number, version, _ := strings.Cut(row, ":")
		id, ok := cases.ParseNumber(number)
		v, _ := strconv.ParseInt(version, 10, 64) // without one it is no version that a case has
		if ok {
			out = append(out, chosenCase{id, v})
		}
	}
	return out
}

// chosen are the cases of the rows that a bulk form names.
func (p *page) chosen() []int64 {
	rows := p.chosenCases()
	ids := make([]int64, len(rows))
	for i, r := range rows {
		ids[i] = r.id
	}
	return ids
}

// numbers are the cases that a field of a form names.
func (p *page) numbers(field string) (ids []int64) {
	for _, n := range p.Request().PostForm[field] {
		if id, ok := cases.ParseNumber(n); ok {
			ids = append(ids, id)
		}
	}
	return ids
}

// casesList is the list that a bulk form stands on, with its filters.
func (p *page) casesList() string {
	v, err := url.ParseQuery(p.FormValue("back"))
	if err != nil {
		return "/cases"
	}
	return queryIn(v).URL()
}

// movable are the statuses that many cases may be moved to at once. Closing one tells its
// member, and so each is closed by itself.
func movable() (out []string) {
	for _, s := range []cases.Status{cases.InProgress, cases.AwaitingCustomer, cases.OnHold} {
		out = append(out, string(s))
	}
	return out
}

func assignCases(p *page) error {
	who, err := strconv.ParseInt(p.FormValue("assignee"), 10, 64)
	if err != nil && p.FormValue("assignee") != "" {
		return fault.Input("assignee", "assignee_unknown")
	}
	to := i18n.T(p.ctx, "cases.unassigned")
	if who != 0 {
		if to, err = p.nameOf(&who); err != nil {
			return err
		}
	}
	return p.changeMany("assigned", i18n.T(p.ctx, "confirm.assigned", "to", to), cases.Change{Assignee: &who})
}

func moveCases(p *page) error {
	status := cases.Status(p.FormValue("status"))
	if !slices.Contains(movable(), string(status)) {
		return fault.Input("status", "status_unknown")
	}
	return p.changeMany("moved", i18n.T(p.ctx, "confirm.moved", "to", i18n.T(p.ctx, "cases.status."+string(status))), cases.Change{Status: &status})
}

// changeMany changes the chosen rows, each by itself and as it was shown. Each has a row of what
// became of it, and what was changed may be taken back.
func (p *page) changeMany(kind, what string, change cases.Change) error {
	chosen := p.chosenCases()
	switch {
	case len(chosen) == 0:
		return p.again(fault.New(fault.Conflict, "nothing_chosen"), "", showCases)
	case len(chosen) > pageSize:
		return p.again(fault.New(fault.Conflict, "too_many_cases", "max", pageSize), "", showCases)
	}
	var rows []ui.ResultRow
	for _, c := range chosen {
		change.Version = c.version
		row := ui.ResultRow{Case: cases.Number(c.id), Why: what}
		changed, err := cases.Update(p.ctx, p.w.s, p.by, c.id, change)
		f, refused := fault.As(err)
		switch {
		case refused:
			row.Why, err = p.whyNot(f, c.id)
		case err == nil && changed.Version == c.version:
			row.Why = i18n.T(p.ctx, "confirm.same", "what", what)
		case err == nil:
			row.Done = true
			row.Event, err = cases.LastChange(p.db, p.by, p.w.s.Clock(), c.id)
		}
		if err != nil {
			return err
		}
		rows = append(rows, row)
	}
	return p.toChanged(kind, i18n.T(p.ctx, "confirm.changed"), p.casesList(), rows)
}

// toChanged leads to what became of each of many cases, what was not done first.
func (p *page) toChanged(kind, counted, back string, rows []ui.ResultRow) error {
	slices.SortStableFunc(rows, func(a, b ui.ResultRow) int {
		switch {
		case a.Done == b.Done:
			return 0
		case b.Done:
			return -1
		}
		return 1
	})
	not := slices.IndexFunc(rows, func(r ui.ResultRow) bool { return r.Done })
	if not < 0 {
		not = len(rows)
	}
	figures := []ui.Choice{{Label: counted, Value: i18n.Number(int64(len(rows) - not))}}
	if not > 0 {
		figures = append(figures, ui.Choice{Label: i18n.T(p.ctx, "confirm.not_done"), Value: i18n.Number(int64(not))})
	}
	return p.toResults(ui.ConfirmResults{Section: "cases", Title: i18n.T(p.ctx, "confirm.results."+kind), Back: back, BackLabel: i18n.T(p.ctx, "cases.index.title"), Rows: rows, Mixed: true, Figures: figures})
}

// undoMany takes back what was changed about many cases, each by itself.
func undoMany(p *page) error {
	of, _, err := p.result()
	if err != nil {
		return err
	}
	var rows []ui.ResultRow
	for _, r := range of.Rows {
		id, ok := cases.ParseNumber(r.Case)
		if !ok || r.Event == 0 {
			continue
		}
		row := ui.ResultRow{Case: r.Case, Done: true, Why: i18n.T(p.ctx, "flash.case_undone")}
		_, err := cases.Undo(p.ctx, p.w.s, p.by, id, r.Event)
		if f, refused := fault.As(err); err != nil && !refused {
			return err
		} else if refused {
			row.Done, row.Why = false, p.refusedBecause(f)
		}
		rows = append(rows, row)
	}
	if len(rows) == 0 {
		return fault.Missing() // it is the result of something else
	}
	return p.toChanged("undone", i18n.T(p.ctx, "confirm.undone"), of.Back, rows)
}

// undoOfMany is where the form leads that takes back what a result tells, while some of it can be.
func (p *page) undoOfMany(of ui.ConfirmResults, id int64, at time.Time) (undo ui.Undo, err error) {
	until := at.Add(cases.UndoFor)
	if now := p.w.s.Clock(); now.Before(until) {
		for _, r := range of.Rows {
			if r.Event == 0 {
				continue
			}
			c, _ := cases.ParseNumber(r.Case)
			last, err := cases.LastChange(p.db, p.by, now, c)
			if err != nil {
				return undo, err
			}
			if last == r.Event {
				undo.Count++
			}
		}
	}
	if undo.Count > 0 {
		undo.URL, undo.Until = fmt.Sprintf("/results/%d/undo", id), until
	}
	return undo, nil
}

// whyNot says why a row was not changed; of what somebody else changed, how it stands now.
func (p *page) whyNot(f *fault.Fault, id int64) (string, error) {
	if f.Code != "conflict" {
		return p.refusedBecause(f), nil
	}
	now, err := cases.Get(p.db, id)
	if err != nil {
		return "", err
	}
	who := i18n.T(p.ctx, "cases.unassigned")
	if now.AssigneeID != nil {
		if who, err = p.nameOf(now.AssigneeID); err != nil {
			return "", err
		}
	}
	return i18n.T(p.ctx, "confirm.seen", "status", i18n.T(p.ctx, "cases.status."+string(now.Status)), "assignee", who), nil
}
