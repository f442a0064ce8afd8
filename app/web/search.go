package web

import (
	"net/http"
	"net/url"
	"strings"

	"hoten/app/cases"
	"hoten/ui"
)

// Found as one types: few, and only from two bytes on. A kanji is more than one, and a
// name may be just that.
const (
	suggested     = 8
	shortestQuery = 2
)

// search answers the search box while somebody types in it: a part of a page.
func search(p *page) error {
	q := p.QueryParam("q")
	shown := ui.SearchResults{Q: q}
	if len(strings.TrimSpace(q)) >= shortestQuery {
		rows, _, err := cases.Find(p.db, p.w.s.Vault, cases.Filter{Q: q, Limit: suggested})
		if err != nil {
			return err
		}
		if shown.More = len(rows) > suggested; shown.More {
			rows = rows[:suggested]
		}
		if shown.Rows, err = p.caseRows(rows); err != nil {
			return err
		}
	}
	return p.render(shown.Part())
}

// pop opens what a ringing number (CTI) belongs to: its only open case, ready for
// the call, else all that it may be. The number is no proof of who calls
// (docs/domain.md section 4).
func pop(p *page) error {
	number := p.QueryParam("number")
	rows, _, err := cases.Find(p.db, p.w.s.Vault, cases.Filter{Phone: number, Order: cases.Latest, Limit: 2})
	if err != nil {
		return err
	}
	if number == "" || len(rows) != 1 {
		return p.Redirect(http.StatusSeeOther, "/calls?"+url.Values{"q": {number}, "caller": {number}}.Encode())
	}
	return p.Redirect(http.StatusSeeOther, ui.CallURL(rows[0].Number(), number))
}
