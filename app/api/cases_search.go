package api

import (
	"encoding/json"
	"net/http"
	"slices"
	"strings"

	"hoten/app/cases"
	"hoten/app/fault"
	"hoten/app/ledger"
	"hoten/app/members"
	"hoten/app/operators"
	"hoten/app/resets"
)

// casesQuery is what a list of cases is narrowed by, from the address or, with the
// words that name members, from the body.
type casesQuery struct {
	Q        string          `json:"q"`
	Incident string          `json:"incident"`
	Status   string          `json:"status"`
	Class    string          `json:"class"`
	Assignee json.RawMessage `json:"assignee"`
	Desk     string          `json:"desk"`
	Limit    json.RawMessage `json:"limit"`
	Cursor   string          `json:"cursor"`
}

func listCases(a *API, r *request) error {
	q := casesQuery{Incident: r.QueryParam("incident"), Status: r.QueryParam("status"), Class: r.QueryParam("class"), Desk: r.QueryParam("desk"),
		Assignee: json.RawMessage(r.QueryParam("assignee")), Limit: json.RawMessage(r.QueryParam("limit")), Cursor: r.QueryParam("cursor")}
	page, err := a.cases(r, q)
	if err != nil {
		return err
	}
	return r.JSON(http.StatusOK, page)
}

// searchCases finds by what names a member; no address holds it.
func searchCases(a *API, r *request) error {
	var q casesQuery
	if err := r.body(&q); err != nil {
		return err
	}
	page, err := a.cases(r, q)
	if err != nil {
		return err
	}
	if err := cases.Searched(r.Request().Context(), a.s, r.by, q.Q, len(page.Items)); err != nil {
		return err
	}
	return r.JSON(http.StatusOK, page)
}

// cases reads a page of the list.
func (a *API) cases(r *request, q casesQuery) (page list[caseJSON], err error) {
	limit, before, err := r.pageOf(plain(q.Limit), q.Cursor)
	if err != nil {
		return page, err
	}
	f := cases.Filter{Incident: q.Incident, Q: q.Q, Status: cases.Status(q.Status), Class: q.Class, Desk: q.Desk, Before: before, Limit: limit}
	if f.Assignee, err = a.assignee(r, plain(q.Assignee)); err != nil {
		return page, err
	}
	if err := f.Check(r.db); err != nil {
		return page, err
	}
	rows, cut, err := cases.Find(r.db, a.s.Vault, f)
	if err != nil {
		return page, err
	}
	deadlines, err := cases.CurrentDeadlines(r.db)
	if err != nil {
		return page, err
	}
	states, err := resets.States(r.db, a.s.Clock(), rows...)
	if err != nil {
		return page, err
	}
	page, err = paged(r, rows, limit, func(row cases.Row) int64 { return row.ID }, func(row cases.Row) (caseJSON, error) {
		return a.caseOf(row, states[row.IdentityID], deadlines)
	})
	page.Cut = cut
	return page, err
}

// plain is a JSON value as an address would have it: a number, or text without its
// quotes; null is none.
func plain(v json.RawMessage) string {
	if s := strings.Trim(string(v), `"`); s != "null" {
		return s
	}
	return ""
}

// showBalances looks an ID up by its login ID, and by which ID it is one of where several
// operators' members have it.
func showBalances(a *API, r *request) error {
	var in struct {
		LoginID string `json:"login_id"`
		ID      string `json:"id"`
	}
	if err := r.body(&in); err != nil {
		return err
	}
	if in.LoginID == "" {
		return fault.Input("login_id", "required")
	}
	known, err := members.ByLogin(r.db, a.s.Vault, in.LoginID)
	if err != nil {
		return err
	}
	if in.ID != "" {
		kind, err := operators.IDByCode(r.db, in.ID)
		if fault.Is(err, "not_found") {
			return fault.Input("id", "id_unknown")
		} else if err != nil {
			return err
		}
		known = slices.DeleteFunc(known, func(i members.Identity) bool { return i.IDKindID == nil || *i.IDKindID != kind.ID })
	}
	if len(known) > 1 {
		return fault.Input("id", "required")
	}
	if err := cases.Searched(r.Request().Context(), a.s, r.by, in.LoginID, len(known)); err != nil {
		return err
	}
	if len(known) == 0 {
		return fault.Missing()
	}
	out, err := ledger.Balances(r.db, known[0].ID)
	if err != nil {
		return err
	}
	return r.JSON(http.StatusOK, out)
}
