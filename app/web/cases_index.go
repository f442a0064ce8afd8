package web

import (
	"net/http"
	"strconv"

	"hoten/app/access"
	"hoten/app/cases"
	"hoten/app/desks"
	"hoten/app/incidents"
	"hoten/i18n"
	"hoten/ui"
)

func showCases(p *page) error {
	p.section("cases")
	shown := ui.CasesIndex{Total: -1, MayWork: p.by.May(access.WorkCases), MayPropose: p.by.May(access.Propose)}
	shown.Query = ui.CasesQuery{Q: p.QueryParam("q"), Incident: p.QueryParam("incident"), Status: p.QueryParam("status"), Class: p.QueryParam("class"),
		Assignee: p.QueryParam("assignee"), Desk: p.QueryParam("desk")}
	p.frame.Query = shown.Query.Q
	rows, err := cases.Find(p.db, p.w.s.Vault, p.caseFilter(shown.Query))
	if err != nil {
		return err
	}
	// What names one case only leads straight to it.
	if shown.Query.Q != "" && len(rows) == 1 && p.Request().Method == http.MethodGet && p.cursor() == 0 && shown.Query.Status == "" && shown.Query.Class == "" {
		return p.Redirect(http.StatusSeeOther, "/cases/"+rows[0].Number())
	}
	rows, shown.NextCursor = cut(rows, func(r cases.Row) int64 { return r.Case.ID })
	if shown.Rows, err = p.caseRows(rows); err != nil {
		return err
	}
	if shown.Incidents, err = p.incidentChoices(); err != nil {
		return err
	}
	if shown.Desks, _, err = p.deskChoices(); err != nil {
		return err
	}
	if p.by.May(access.Supervise) {
		if shown.AssignTo, err = p.workers(); err != nil {
			return err
		}
	}
	shown.Frame = p.frame
	return p.render(shown.Page())
}

func (p *page) caseFilter(q ui.CasesQuery) cases.Filter {
	f := cases.Filter{Incident: q.Incident, Q: q.Q, Status: cases.Status(q.Status), Class: q.Class, Desk: q.Desk, Before: p.cursor(), Limit: pageSize}
	switch q.Assignee {
	case "":
	case "me":
		f.Assignee = p.by.ID
	case "none":
		f.Assignee = -1
	default:
		f.Assignee, _ = strconv.ParseInt(q.Assignee, 10, 64) // anything else: no filter
	}
	if q.Class == "none" {
		f.Class, f.Origin = "", cases.Inquiry
	}
	return f
}

func (p *page) caseRows(rows []cases.Row) ([]ui.CaseRow, error) {
	out := make([]ui.CaseRow, len(rows))
	for i, r := range rows {
		login, err := r.PlainLogin(p.w.s.Vault)
		if err != nil {
			return nil, err
		}
		name, err := r.MaskedName(p.w.s.Vault)
		if err != nil {
			return nil, err
		}
		out[i] = ui.CaseRow{Number: r.Number(), LoginID: login, Name: name, Class: text(r.Class), Status: string(r.Status), Stalled: stalled(r.Case, p.w.s.Clock()),
			Identity: text(r.IdentityState), Reimbursement: text(r.ReimbursementState), Assignee: r.AssigneeName, ChangedAt: r.ChangedAt}
	}
	return out, nil
}

func (p *page) incidentChoices() (out []ui.Choice, err error) {
	list, err := incidents.List(p.db)
	for _, i := range list {
		out = append(out, ui.Choice{Value: i.Reference, Label: i.Reference + " " + i.Title(i18n.Lang(p.ctx))})
	}
	return out, err
}

// showCalls is 受電: search first, then the case or a new one.
func showCalls(p *page) error {
	p.section("calls")
	shown := ui.CallsIndex{Q: p.QueryParam("q")}
	if shown.Q != "" {
		rows, err := cases.Find(p.db, p.w.s.Vault, cases.Filter{Q: shown.Q, Limit: pageSize})
		if err != nil {
			return err
		}
		if len(rows) == 1 && p.Request().Method == http.MethodGet {
			return p.Redirect(http.StatusSeeOther, "/cases/"+rows[0].Number()+"#call")
		}
		rows, _ = cut(rows, func(r cases.Row) int64 { return r.Case.ID })
		shown.Searched = true
		if shown.Rows, err = p.caseRows(rows); err != nil {
			return err
		}
	}
	var err error
	if shown.Incidents, err = p.incidentChoices(); err != nil {
		return err
	}
	if shown.Open, err = p.openCalls(); err != nil {
		return err
	}
	list, err := desks.List(p.db)
	if err != nil {
		return err
	}
	shown.Desks = p.deskStates(list)
	shown.Script = ui.Script{Step: "identify", Language: i18n.Lang(p.ctx), Agent: p.account.Name}
	shown.Frame = p.frame
	return p.render(shown.Page())
}

func (p *page) openCalls() ([]ui.OpenCall, error) {
	calls, err := cases.OpenCalls(p.db, p.by.ID)
	out := make([]ui.OpenCall, 0, len(calls))
	for _, c := range calls {
		row, err := cases.Get(p.db, c.CaseID)
		if err != nil {
			return nil, err
		}
		login, err := row.PlainLogin(p.w.s.Vault)
		if err != nil {
			return nil, err
		}
		out = append(out, ui.OpenCall{ID: c.ID, Case: row.Number(), LoginID: login, StartedAt: c.StartedAt, Level: c.Valid(p.w.s.Clock())})
	}
	return out, err
}
