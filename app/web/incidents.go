package web

import (
	"strconv"

	"hoten/app/access"
	"hoten/app/cases"
	"hoten/app/fault"
	"hoten/app/incidents"
	"hoten/app/jobs"
	"hoten/app/reimbursements"
	"hoten/app/reports"
	"hoten/i18n"
	"hoten/ui"
)

func showIncidents(p *page) error {
	p.section("incidents")
	list, err := reports.List(p.db, p.w.s.Clock())
	if err != nil {
		return err
	}
	shown := ui.IncidentsIndex{MayManage: p.by.May(access.ManageIncidents)}
	for _, i := range list {
		shown.Rows = append(shown.Rows, ui.IncidentRow{Reference: i.Reference, Title: i.Title(i18n.Lang(p.ctx)), From: i.PeriodFrom.At(0), To: i.PeriodTo.At(0),
			IDs: i.IDs + i.Added, Exchanged: i.IDsExchange, Resumed: i.Resumed, Reimbursed: i.MadeWhole, WithPlan: i.WithPlan, Unknown: i.Unknown})
	}
	shown.Frame = p.frame
	return p.render(shown.Page())
}

func showIncident(p *page) error {
	p.section("incidents")
	i, err := incidents.ByReference(p.db, p.Param("reference"))
	if err != nil {
		return err
	}
	f, days, err := reports.Overview(p.db, i, p.w.s.Clock())
	if err != nil {
		return err
	}
	shown := ui.IncidentsShow{Reference: i.Reference, Title: i.Title(i18n.Lang(p.ctx)), From: i.PeriodFrom.At(0), To: i.PeriodTo.At(0), DetectedOn: i.DetectedOn.At(0),
		IDs: f.IDs + f.Added, Exchanged: f.IDsExchange, Added: f.Added, Inquiries: f.Inquiries, Restricted: f.Restricted, Notified: f.Notified, Reached: f.Reached, Verified: f.Verified,
		Resumed: f.Resumed, MadeWhole: f.MadeWhole, WithPlan: f.WithPlan, Unknown: f.Unknown, Completed: f.Completed, Unproposed: f.Unproposed, Unnotified: f.Unnotified, Uncounted: f.Kept,
		CountedAt: f.At, PlannedAt: f.PlannedAt, Waiting: f.Waiting.Count, Overdue: f.Overdue, Oldest: moment(f.Waiting.Oldest), Unreachable: f.Unreachable,
		Days: reports.DaysTable(p.ctx, days), Open: reports.AgesTable(p.ctx, f.Open),
		MayPropose: p.by.May(access.Propose), MayNotify: p.by.May(access.ManageIncidents), MayImport: p.by.May(access.ManageIncidents), MayEdit: p.by.May(access.ManageIncidents)}
	if shown.NoNotices, err = p.refusal(p.here.Refusal()); err != nil {
		return err
	}
	if shown.MayPropose && !f.Kept { // counted as the step counts
		v, err := reimbursements.PreviewAll(p.db, p.w.s.Clock(), p.by, i.ID)
		if err != nil {
			return err
		}
		shown.Unproposed, shown.Uncounted = int64(len(v.Shown))+v.More, v.More > 0
	}
	for _, m := range cases.PointsMarks {
		if n := f.PointsOpen[m.Name]; n > 0 {
			shown.PointsOpen = append(shown.PointsOpen, ui.PointsOpen{Label: i18n.T(p.ctx, "cases.queue."+m.Name), Value: i18n.Number(n)})
		}
	}
	if i.ReleasedOn != nil && i.ReleasedIds != nil && i.ReleasedExchanged != nil {
		shown.Released = &ui.Released{On: i.ReleasedOn.At(0), IDs: int64(*i.ReleasedIds), Exchanged: int64(*i.ReleasedExchanged)}
	}
	for _, class := range []string{"A", "B", "C", "D"} {
		shown.Classes = append(shown.Classes, ui.ClassCount{Class: class, Count: f.ByClass[class]})
	}
	for _, s := range cases.Statuses {
		shown.Statuses = append(shown.Statuses, ui.StatusCount{Status: string(s), Count: f.Cases[string(s)]})
	}
	about, err := incidents.Involve(p.db, i.ID)
	if err != nil {
		return err
	}
	if about.ID != nil {
		lang := i18n.Lang(p.ctx)
		shown.ID, shown.Opens, shown.Goes = about.ID.Name(lang), about.ID.Opens(lang), about.ID.GoesOn(lang)
	}
	programs := about.Programs
	if about.Bare {
		shown.NoneToAdd, programs = len(programs) == 0, nil
	}
	for _, program := range programs {
		shown.Programs = append(shown.Programs, progressOf(program, i18n.Lang(p.ctx), f))
	}
	shown.Owed, shown.Reconciled = reports.OwedTable(p.ctx, f.Owed, programs), reports.Reconciled(f.Owed)
	if shown.Job, err = p.job(); err != nil {
		return err
	}
	shown.Frame = p.frame
	return p.render(shown.Page())
}

func progressOf(program incidents.Program, lang string, f *reports.Figures) ui.ProgramProgress {
	stages := func(pick func(reports.Totals) map[string]int64) ui.Stages {
		return ui.Stages{Planned: pick(f.Plan)[program.Code], Approved: pick(f.Approved)[program.Code], Posted: pick(f.Posted)[program.Code]}
	}
	bearer := ""
	for _, o := range f.Owed {
		if o.ProgramID == program.ID {
			_, bearer = o.Names(lang)
		}
	}
	return ui.ProgramProgress{Name: program.Name(lang), Bearer: bearer,
		Rollback:  stages(func(t reports.Totals) map[string]int64 { return t.Rollback }),
		Reimburse: stages(func(t reports.Totals) map[string]int64 { return t.Reimburse }),
		Absorbed:  stages(func(t reports.Totals) map[string]int64 { return t.Absorbed }),
		Adjusted:  stages(func(t reports.Totals) map[string]int64 { return t.Adjusted })}
}

// job is the proposing for all that the address names, for its progress.
func (p *page) job() (*ui.Progress, error) {
	id, err := strconv.ParseInt(p.QueryParam("job"), 10, 64)
	if err != nil {
		return nil, nil
	}
	j, err := jobs.ByID(p.db, id)
	if fault.Of(err, fault.NotFound) || err == nil && j.Kind != (reimbursements.ProposeAllArgs{}).Kind() {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	out := &ui.Progress{URL: p.frame.Path, State: j.State, Total: j.Total - j.Failed, Processed: j.Processed - j.Failed, Done: j.Processed - j.Failed, Failed: j.Failed}
	refused := j.Refused()
	for _, code := range []string{"balance_unknown", "double_undecided", "pending_elsewhere"} {
		if n := refused[code]; n > 0 {
			out.Reasons = append(out.Reasons, ui.Choice{Value: i18n.T(p.ctx, "incidents.passed_over."+code), Label: i18n.Number(n)})
		}
	}
	return out, nil
}

// showJob leads from a job's number to where its progress shows.
func showJob(p *page) error {
	id, err := p.id()
	if err != nil {
		return err
	}
	j, err := jobs.ByID(p.db, id)
	if err != nil {
		return err
	}
	if j.Kind == (reimbursements.ApproveSeenArgs{}).Kind() {
		return p.to("/reimbursements/approvals/"+p.Param("id"), "")
	}
	incident, err := reimbursements.IncidentOf(p.db, j)
	if err != nil {
		return err
	}
	return p.to("/incidents/"+incident.Reference+"?job="+p.Param("id"), "")
}
