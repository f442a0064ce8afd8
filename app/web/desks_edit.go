package web

import (
	"encoding/json"
	"slices"
	"strconv"
	"strings"

	"hoten/app/desks"
	"hoten/app/fault"
	"hoten/i18n"
	"hoten/ui"
)

// previewMonths is how many months a preview shows; maxSeen the most, in bytes,
// that the rules a form was made from may hold.
const (
	previewMonths = 3
	maxSeen       = 128 << 10
)

// deskEditor is one request for the editor: what stands, and the page.
type deskEditor struct {
	*page
	stands desks.Desk
	ui.DesksEdit
}

func editDesk(p *page) error {
	e, err := p.deskEditor()
	if err != nil {
		return err
	}
	e.Rules = shownRules(e.stands)
	return e.show()
}

// newDesk is the editor of a desk that is not there yet: nothing stands.
func newDesk(p *page) error {
	e, err := p.deskEditor()
	if err != nil {
		return err
	}
	e.Rules.Hours = []ui.HoursRow{{}}
	return e.show()
}

func (p *page) deskEditor() (e *deskEditor, err error) {
	p.section("desks")
	e = &deskEditor{page: p}
	if code := p.Param("code"); code != "" {
		if e.stands, err = desks.ByCode(p.db, code); err != nil {
			return nil, err
		}
	}
	e.Code, e.Name = e.stands.Code, p.deskName(e.stands)
	first := p.month(p.FormValue("month"))
	e.Month = monthsOn(first, 0)
	programs, err := p.askable()
	if err != nil {
		return nil, err
	}
	e.Topics, e.NoPrograms = p.topicsOf(programs, i18n.Lang(p.ctx), nil), len(programs) == 0
	for _, topic := range e.stands.Topics {
		if !slices.ContainsFunc(e.Topics, func(c ui.Choice) bool { return c.Value == topic }) {
			e.Topics = append(e.Topics, ui.Choice{Value: topic, Label: topic})
		}
	}
	for _, id := range p.ids {
		e.IDs = append(e.IDs, ui.Choice{Value: id.Code, Label: id.Name(i18n.Lang(p.ctx))})
	}
	return e, nil
}

func (e *deskEditor) show() error {
	seen, err := json.Marshal(e.stands)
	if err != nil {
		return err
	}
	e.Seen, e.DesksEdit.Frame = string(seen), e.frame
	return e.render(e.DesksEdit.Page())
}

// setDesk takes what was typed and does what the button says: adds or drops a
// row, shows what the rules would mean, or puts them in force.
func setDesk(p *page) error {
	e, err := p.deskEditor()
	if err != nil {
		return err
	}
	e.Rules, e.Reason = typedRules(p.Request().PostForm), p.FormValue("reason")
	if e.Code != "" {
		e.Rules.Code = e.Code
	}
	seen := seenRules(p.FormValue("seen"))
	e.Since = e.changes(seen, e.stands)
	verb, what, _ := strings.Cut(p.FormValue("do"), " ")
	if editRows(&e.Rules, verb, what) {
		return e.show()
	}
	if verb == "month" {
		e.Month = monthsOn(p.month(what), 0)
	}
	next, err := readRules(e.Rules)
	problems := append(fault.Problems(fieldsOf(err)), e.known(next)...)
	if verb == "save" {
		problems = append(problems, fieldsOf(desks.ToSet.CheckReason(e.Reason))...)
	}
	err = problems.Err()
	if err == nil && verb != "save" {
		e.preview(next)
		return e.show()
	}
	done := ""
	if err == nil {
		done, err = e.save(seen, next)
	}
	if err != nil {
		return e.refused(err)
	}
	return p.to("/desks", done)
}

// save puts rules in force, and tells what was done.
func (e *deskEditor) save(seen, next desks.Desk) (done string, err error) {
	if e.Code == "" {
		return "desk_added", desks.Add(e.ctx, e.w.s, e.by, next, e.Reason)
	}
	changed, err := desks.Set(e.ctx, e.w.s, e.by, seen, next, e.Reason)
	if !changed {
		return "desk_unchanged", err
	}
	return "hours_set", err
}

// refused shows the editor again with what was wrong.
// Rules that changed meanwhile are read anew: the page tells how.
func (e *deskEditor) refused(err error) error {
	f, ok := fault.As(err)
	if !ok || f.Kind == fault.Forbidden || f.Kind == fault.NotFound {
		return err
	}
	e.refuse(f, "")
	e.frame.Typed = nil // the form holds what was typed, without blank rows
	if f.Code == "desk_changed" {
		stands, err := desks.ByCode(e.db, e.Code)
		if err != nil {
			return err
		}
		e.Since, e.stands = e.changes(seenRules(e.FormValue("seen")), stands), stands
	}
	return e.show()
}

// seenRules are the rules that a form was made from. What cannot be read is a
// desk without rules, which nobody looked at.
func seenRules(s string) (d desks.Desk) {
	if len(s) > maxSeen || json.Unmarshal([]byte(s), &d) != nil {
		return desks.Desk{}
	}
	return d
}

// known refuses topics and IDs that the form does not offer.
func (e *deskEditor) known(d desks.Desk) (p fault.Problems) {
	missing := func(offered []ui.Choice, chosen []string) bool {
		return slices.ContainsFunc(chosen, func(v string) bool {
			return !slices.ContainsFunc(offered, func(c ui.Choice) bool { return c.Value == v })
		})
	}
	if missing(e.Topics, d.Topics) {
		p.Add("topics", "topic_unknown")
	}
	if missing(e.IDs, d.IDs) {
		p.Add("ids", "id_unknown")
	}
	return p
}

func (e *deskEditor) preview(next desks.Desk) {
	e.Previewed = true
	var stands *desks.Desk
	if e.Code != "" {
		stands, e.Changes = &e.stands, e.changes(e.stands, next)
	}
	first := e.month(e.Month)
	for n := range previewMonths {
		if on := monthsOn(first, n); on != "" {
			e.Months = append(e.Months, e.calendar(next, stands, e.month(on)))
		}
	}
	e.Earlier, e.Later = monthsOn(first, -previewMonths), monthsOn(first, previewMonths)
}

// editRows adds a blank row to a rule ("hours") or drops one ("hours.2"), and
// tells whether that was asked for.
func editRows(r *ui.DeskRules, verb, what string) bool {
	switch verb {
	case "add":
		addRow(r, what)
	case "drop":
		dropRow(r, what)
	default:
		return false
	}
	return true
}

func addRow(r *ui.DeskRules, rule string) {
	switch rule {
	case "hours":
		r.Hours = append(r.Hours, ui.HoursRow{})
	case "closed_yearly":
		r.Yearly = append(r.Yearly, ui.YearlyRow{})
	case "exceptions":
		r.Exceptions = append(r.Exceptions, ui.ExceptionRow{})
	}
}

func dropRow(r *ui.DeskRules, what string) {
	rule, row, _ := strings.Cut(what, ".")
	n, err := strconv.Atoi(row)
	if err != nil || n < 0 {
		return
	}
	switch {
	case rule == "hours" && n < len(r.Hours):
		r.Hours = slices.Delete(r.Hours, n, n+1)
	case rule == "closed_yearly" && n < len(r.Yearly):
		r.Yearly = slices.Delete(r.Yearly, n, n+1)
	case rule == "exceptions" && n < len(r.Exceptions):
		r.Exceptions = slices.Delete(r.Exceptions, n, n+1)
	}
}
