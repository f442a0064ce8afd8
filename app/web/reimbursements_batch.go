package web

import (
	"fmt"
	"net/url"
	"strconv"
	"strings"

	"hoten/app/cases"
	"hoten/app/incidents"
	"hoten/app/jobs"
	"hoten/app/reimbursements"
	"hoten/i18n"
	"hoten/ui"
)

// approveMany shows what approving the chosen rows of the list would do; once that is
// confirmed it approves them, and leads to where the outcome of each shows.
func approveMany(p *page) error {
	p.section("reimbursements")
	var ids []int64
	for _, v := range p.Request().PostForm["id"] {
		if id, err := strconv.ParseInt(v, 10, 64); err == nil {
			ids = append(ids, id)
		}
	}
	var list ui.ReimbursementsIndex
	p.waitingFilter(&list)
	if !p.Request().PostForm.Has("shown") {
		if err := reimbursements.Chosen(ids); err != nil {
			return p.again(err, "", showReimbursements)
		}
		return p.toStep(step{Kind: "approvals", IDs: ids, Back: list.Address(), Fields: append(list.Filters(), ui.Choice{Label: "once", Value: p.FormValue("once")})})
	}
	shown, err := p.asShown("approvals")
	if err != nil {
		return p.again(err, "", showReimbursements)
	}
	j, err := reimbursements.ApproveSeen(p.ctx, p.w.s, p.by, shown, p.FormValue("once"))
	if err != nil {
		return p.again(err, "", showReimbursements)
	}
	return p.to("/reimbursements/approvals/"+strconv.FormatInt(j.ID, 10)+"?back="+url.QueryEscape(list.Address()), "")
}

// showApprovalsStep shows what approving the chosen proposals would do as they stand now.
func (p *page) showApprovalsStep(s step) error {
	p.section("reimbursements")
	v, err := reimbursements.PreviewApprovals(p.db, p.w.s.Vault, p.by, s.IDs)
	if err != nil {
		return err
	}
	shown := p.confirm("approvals", s.Back, i18n.T(p.ctx, "reimbursements.index.title"), "/reimbursements/approve", v.Shown)
	flags := ui.ConfirmGroup{Title: i18n.T(p.ctx, "reimbursements.flags")}
	for _, flag := range reimbursements.Flags {
		flags.Add(p.ctx, i18n.T(p.ctx, "reimbursements.flag."+flag), "requests", v.Flags[flag])
	}
	shown.Groups = append(p.standing(v.Classes, nil, "requests"), flags)
	shown.Fields = append(shown.Fields, s.Fields...)
	second := int64(len(v.Shown)) - v.Last
	for _, f := range []struct {
		label string
		n     int64
	}{{"posted", v.Last}, {"letters", v.Letters}, {"second", second}} {
		if f.n > 0 {
			shown.Facts = append(shown.Facts, ui.Choice{Label: i18n.T(p.ctx, "confirm.approvals."+f.label), Value: i18n.Count(p.ctx, "requests", f.n)})
		}
	}
	for _, why := range reimbursements.LeftOut {
		if n := v.Left[why]; n > 0 {
			shown.Facts = append(shown.Facts, ui.Choice{Label: i18n.T(p.ctx, "confirm.left."+why), Value: i18n.Count(p.ctx, "requests", n)})
		}
	}
	programs, err := incidents.Programs(p.db)
	if err != nil {
		return err
	}
	shown.Programs, shown.Waiting, shown.Waits = p.confirmSums(v.Totals, programs), p.confirmSums(v.Waiting, programs), second
	shown.Affected = p.affected(v.Each, programs)
	shown.Frame = p.frame
	return p.render(shown.Page())
}

// listBack is the address of the list that a reader came from, and nothing else.
func listBack(back string) string {
	if strings.HasPrefix(back, "/reimbursements?") {
		return back
	}
	return "/reimbursements"
}

// showApprovals shows how far a batch has come and what became of each row.
func showApprovals(p *page) error {
	p.section("reimbursements")
	id, err := p.id()
	if err != nil {
		return err
	}
	j, err := reimbursements.BatchOf(p.db, id)
	if err != nil {
		return err
	}
	shown := ui.ReimbursementsApprovals{ID: id, At: j.CreatedAt, Back: listBack(p.QueryParam("back")),
		Job: ui.Progress{State: j.State, Processed: j.Processed, Total: j.Total, Done: j.Processed - j.Failed, Failed: j.Failed, URL: p.Request().URL.RequestURI()}}
	if shown.By, err = p.nameOf(&j.StaffID); err != nil {
		return err
	}
	if shown.Refused, shown.Awaiting, shown.Posted, err = reimbursements.Tally(p.db, id); err != nil {
		return err
	}
	if j.State == jobs.Running {
		// The pages ask by themselves where they can; this is for those that cannot.
		p.Response().Header().Set("Refresh", "5")
	}
	place, after := int16(-1), int64(0)
	if cursor := p.QueryParam("cursor"); cursor != "" {
		a, b, _ := strings.Cut(cursor, ".")
		n, err1 := strconv.ParseInt(a, 10, 8)
		m, err2 := strconv.ParseInt(b, 10, 64)
		if err1 != nil || err2 != nil {
			p.bad.Add("cursor", "cursor_invalid")
		}
		place, after = int16(n), m
	}
	list, err := reimbursements.Outcomes(p.db, id, place, after, pageSize)
	if err != nil {
		return err
	}
	if len(list) > pageSize {
		list = list[:pageSize]
		last := list[pageSize-1]
		shown.NextCursor = fmt.Sprintf("%d.%d", last.Place, last.ReimbursementID)
	}
	if shown.Rows, err = p.outcomeRows(list); err != nil {
		return err
	}
	shown.Frame = p.frame
	return p.render(shown.Page())
}

// outcomeRows puts outcomes into words; of a plan that changed it shows what.
func (p *page) outcomeRows(list []reimbursements.Outcome) ([]ui.Outcome, error) {
	changes, err := p.changesOf(list)
	if err != nil {
		return nil, err
	}
	out := make([]ui.Outcome, len(list))
	for i, o := range list {
		out[i] = ui.Outcome{ID: o.ReimbursementID, Result: ui.OutcomePlaces[o.Place], Changes: changes[o.ReimbursementID]}
		if o.CaseID != nil {
			out[i].Case = cases.Number(*o.CaseID)
		}
		if o.Code == nil {
			continue
		}
		out[i].Why = i18n.T(p.ctx, "fault."+*o.Code, o.Arguments()...)
		if *o.Code == "already_decided" && o.DecidedName != "" {
			out[i].Now, out[i].By, out[i].At = text(o.Now), o.DecidedName.In(i18n.Lang(p.ctx)), moment(o.DecidedAt)
		}
	}
	return out, nil
}

// changesOf finds what changed in the plans that were refused for it, in a handful
// of queries for any number.
func (p *page) changesOf(list []reimbursements.Outcome) (map[int64][]ui.Change, error) {
	var rows []reimbursements.Row
	for _, o := range list {
		if o.Code != nil && *o.Code == "plan_changed" && o.CaseID != nil {
			rows = append(rows, reimbursements.Row{Reimbursement: reimbursements.Reimbursement{ID: o.ReimbursementID, CaseID: *o.CaseID, Balances: *o.Balances}})
		}
	}
	out := map[int64][]ui.Change{}
	if len(rows) == 0 {
		return out, nil
	}
	programs, err := incidents.Programs(p.db)
	if err != nil {
		return nil, err
	}
	again, err := reimbursements.LookAgain(p.db, rows)
	if err != nil {
		return nil, err
	}
	for _, r := range rows {
		l := again[r.Reimbursement.ID]
		was, err := r.Plan(l.Lines)
		if err != nil {
			return nil, err
		}
		out[r.Reimbursement.ID] = p.changes(was, l.Now, programs)
	}
	return out, nil
}
