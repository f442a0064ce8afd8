package web

import (
	"net/http"
	"strings"
	"unicode/utf8"

	"hoten/app/cases"
	"hoten/app/fault"
	"hoten/i18n"
	"hoten/ui"
)

// Found as one types: few.
const (
	suggested     = 8
	suggestedFrom = 50 // people looked into
)

// find looks for cases by what somebody says of a member, and notes that it was
// looked for; cut reports that more people are named so than were looked at.
func (p *page) find(f cases.Filter) (rows []cases.Row, cut bool, err error) {
	if utf8.RuneCountInString(f.Q+f.Phone) > longestHidden {
		return nil, false, fault.Input("q", "too_long", "max", longestHidden)
	}
	rows, cut, err = cases.Find(p.db, p.w.s.Vault, f)
	if err != nil {
		return nil, false, err
	}
	return rows, cut, cases.Searched(p.ctx, p.w.s, p.by, f.Q+f.Phone, min(len(rows), f.Limit))
}

// suggest answers the search box while somebody types in it: a part of a page.
func suggest(p *page) error {
	q := strings.TrimSpace(p.FormValue("q"))
	if q == "" {
		return p.NoContent(http.StatusNoContent)
	}
	rows, cut, err := p.find(cases.Filter{Q: q, Look: suggestedFrom, Limit: suggested})
	if err != nil {
		return err
	}
	shown := ui.SearchResults{Rule: cases.RuleOf(q), Cut: cut, More: len(rows) > suggested, Call: p.FormValue("call") != "", Caller: p.FormValue("caller")}
	if shown.Rows, err = p.caseRows(rows[:min(len(rows), suggested)]); err != nil {
		return err
	}
	return p.render(shown.Part())
}

// search leads to the list of what was found. What names one case only leads
// straight to it. With a number that rings the case opens for the call.
func search(p *page) error {
	if p.FormValue("caller") != "" {
		return searchCalls(p)
	}
	q := strings.TrimSpace(p.FormValue("q"))
	if q == "" {
		return p.to("/cases", "")
	}
	rows, cut, err := p.find(cases.Filter{Q: q, Limit: pageSize})
	if err != nil {
		return err
	}
	if len(rows) == 1 && !cut {
		return p.Redirect(http.StatusSeeOther, "/cases/"+rows[0].Number())
	}
	word, err := p.hide("q", q)
	if err != nil {
		return err
	}
	return p.Redirect(http.StatusSeeOther, ui.CasesQuery{Found: word}.URL())
}

// searchCalls is search on 受電: the case opens for the call. The number that rings stays.
func searchCalls(p *page) error {
	q, caller := strings.TrimSpace(p.FormValue("q")), p.FormValue("caller")
	if q == "" {
		return p.to(ui.CallsURL("", caller), "")
	}
	rows, cut, err := p.find(cases.Filter{Q: q, Limit: pageSize})
	if err != nil {
		return err
	}
	if len(rows) == 1 && !cut {
		return p.Redirect(http.StatusSeeOther, ui.CallURL(rows[0].Number(), caller))
	}
	word, err := p.hide("q", q)
	if err != nil {
		return err
	}
	return p.Redirect(http.StatusSeeOther, ui.CallsURL(word, caller))
}

// pop opens what a ringing number (CTI) belongs to: its only open case, ready for
// the call, else all that it may be. The number is no proof of who calls
// (docs/domain.md section 4). A telephone's program can only open an address: the
// answer leads on to one without the number, and the log has neither.
func pop(p *page) error { return p.pop(strings.TrimSpace(p.QueryParam("number"))) }

// pop opens what a number belongs to.
func (p *page) pop(number string) error {
	rows, _, err := p.find(cases.Filter{Phone: number, Order: cases.Latest, Limit: 2})
	if err != nil {
		return err
	}
	word, err := p.hide("number", number)
	if err != nil {
		return err
	}
	if number == "" || len(rows) != 1 {
		return p.Redirect(http.StatusSeeOther, ui.CallsURL(word, word))
	}
	return p.Redirect(http.StatusSeeOther, ui.CallURL(rows[0].Number(), word))
}

// forgotten tells that the session does not know any more what was searched for.
func (p *page) forgotten() {
	p.status = http.StatusGone
	p.frame.Flash = ui.Flash{Tone: "attention", Text: i18n.T(p.ctx, "frame.search.forgotten")}
}
