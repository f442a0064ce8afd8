package web

import (
	"context"
	"encoding/hex"
	"errors"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"hoten/app/access"
	"hoten/app/cases"
	"hoten/app/fault"
	"hoten/app/incidents"
	"hoten/app/policies"
	"hoten/app/reimbursements"
	"hoten/app/store"
	"hoten/i18n"
	"hoten/ui"
)

func showReimbursements(p *page) error {
	p.section("reimbursements")
	shown := ui.ReimbursementsIndex{State: p.QueryParam("state"), Incident: p.QueryParam("incident"), Class: p.QueryParam("class"), Flag: p.QueryParam("flag"),
		Band: p.QueryParam("band"), Flags: reimbursements.Flags, Bands: reimbursements.Bands, MayDecide: p.by.May(access.Decide), Day: p.w.s.Clock()}
	if shown.State == "" {
		shown.State = reimbursements.Submitted
	}
	f := reimbursements.Filter{Incident: shown.Incident, State: shown.State, Class: shown.Class, Flag: shown.Flag, Limit: pageSize}
	if n, err := strconv.Atoi(shown.Band); err == nil && n >= 0 && n <= len(reimbursements.Bands) {
		f.Band = &n
	}
	f.OutliersFirst = f.State == reimbursements.Submitted
	plain, before, _ := strings.Cut(p.QueryParam("cursor"), ".")
	if n, err := strconv.ParseInt(before, 10, 64); err == nil {
		f.Plain, f.Before = plain == "1", n
	}
	if shown.State == "all" {
		f.State = ""
	}
	rows, err := reimbursements.Find(p.db, f)
	if err != nil {
		return err
	}
	rows, shown.NextCursor = cut(rows, func(r reimbursements.Row) int64 { return r.Reimbursement.ID })
	if shown.NextCursor != "" {
		plain := "0"
		if rows[len(rows)-1].Flags == "" {
			plain = "1"
		}
		shown.NextCursor = plain + "." + shown.NextCursor
	}
	shown.Total = int64(len(rows))
	if shown.State == reimbursements.Submitted && (shown.NextCursor != "" || f.Before != 0) {
		if shown.Total, err = reimbursements.CountSubmitted(p.db); err != nil {
			return err
		}
	}
	programs, err := incidents.Programs(p.db)
	if err != nil {
		return err
	}
	for _, program := range programs {
		shown.Programs = append(shown.Programs, ui.Choice{Value: program.Code, Label: program.Name(i18n.Lang(p.ctx))})
	}
	if shown.Rows, err = p.reimbursementRows(rows, programs); err != nil {
		return err
	}
	if shown.State == reimbursements.Submitted {
		if err := p.waitingGroups(&shown); err != nil {
			return err
		}
	}
	if shown.MayDecide {
		if shown.Agents, err = p.agentTotals(programs); err != nil {
			return err
		}
	}
	shown.Frame = p.frame
	return p.render(shown.Page())
}

// waitingGroups tells what waits by class and cost, and what has waited too long.
func (p *page) waitingGroups(shown *ui.ReimbursementsIndex) error {
	groups, err := reimbursements.Groups(p.db)
	if err != nil {
		return err
	}
	for _, g := range groups {
		shown.Groups = append(shown.Groups, ui.ReimbursementGroup{Class: g.Class, Band: g.Band, Count: g.Count, More: g.More})
	}
	current, err := policies.Current(p.db)
	if err != nil {
		return err
	}
	shown.RemindHours = current.RemindHours
	shown.Late, err = reimbursements.WaitingSince(p.db, p.w.s.Clock().Add(-time.Duration(current.RemindHours)*time.Hour))
	return err
}

func (p *page) reimbursementRows(rows []reimbursements.Row, programs []incidents.Program) ([]ui.ReimbursementRow, error) {
	looked, err := reimbursements.LookAgain(p.db, rows)
	if err != nil {
		return nil, err
	}
	ids := make([]int64, len(rows))
	for i, r := range rows {
		ids[i] = r.Reimbursement.ID
	}
	looks, err := reimbursements.Looks(p.db, p.by.ID, ids)
	if err != nil {
		return nil, err
	}
	out := make([]ui.ReimbursementRow, len(rows))
	var seen []int64
	for i, r := range rows {
		l := looked[r.Reimbursement.ID]
		login, err := p.loginOf(l.IdentityID, l.Login)
		if err != nil {
			return nil, err
		}
		own := r.ProposerID == p.by.ID || slices.Contains(l.Editors, p.by.ID)
		out[i] = ui.ReimbursementRow{ID: r.Reimbursement.ID, Case: r.Number(), LoginID: login, Class: text(r.Class), State: r.State, Amounts: amounts(l.Lines, programs),
			Proposer: r.ProposerName, SubmittedAt: r.SubmittedAt, Approvals: r.Given, Needed: int(r.ApprovalsNeeded),
			Changed: r.Pending() && l.Changed, Own: own, MayApprove: r.Pending() && p.by.May(access.Decide) && !own && !l.Changed && !slices.Contains(l.Given, p.by.ID)}
		if r.Pending() {
			out[i].Flags = strings.Fields(r.Flags)
		}
		out[i].Looked = looks[r.Reimbursement.ID] || len(out[i].Flags) == 0
		if out[i].MayApprove && out[i].Looked && !looks[r.Reimbursement.ID] {
			seen = append(seen, r.Reimbursement.ID)
		}
	}
	// What stands out in nothing is looked at where its figures stand.
	return out, reimbursements.LookedAt(p.ctx, p.w.s, p.by, seen)
}

func amounts(lines []reimbursements.Line, programs []incidents.Program) map[string]ui.Amounts {
	totals := reimbursements.Plan{Lines: lines}.Totals()
	out := map[string]ui.Amounts{}
	for _, p := range programs {
		a := ui.Amounts{Reimburse: totals.Reimburse[p.ID], Absorbed: totals.Absorbed[p.ID], Adjusted: totals.Adjusted[p.ID]}
		for _, l := range lines {
			if l.Kind == reimbursements.Rollback && l.ProgramID == p.ID {
				a.Rollback += l.Points
			}
			if l.CounterProgramID != nil && *l.CounterProgramID == p.ID {
				a.Rollback -= *l.CounterPoints
			}
		}
		out[p.Code] = a
	}
	return out
}

func (p *page) agentTotals(programs []incidents.Program) (out []ui.AgentTotal, err error) {
	totals, err := reimbursements.DayTotals(p.db, p.w.s)
	if err != nil {
		return nil, err
	}
	current, err := policies.Current(p.db)
	for _, t := range totals {
		i := slices.IndexFunc(programs, func(x incidents.Program) bool { return x.ID == t.ProgramID })
		out = append(out, ui.AgentTotal{Name: t.Name, Program: programs[i].Name(i18n.Lang(p.ctx)), Pending: t.Pending, Approved: t.Posted,
			Limit: current.DailyLimits[programs[i].Code]})
	}
	return out, err
}

func showReimbursement(p *page) error {
	p.section("reimbursements")
	id, err := p.id()
	if err != nil {
		return err
	}
	r, err := reimbursements.ByID(p.db, id)
	if err != nil {
		return err
	}
	row, err := cases.Get(p.db, r.CaseID)
	if err != nil {
		return err
	}
	v := &caseView{page: p, row: row, now: p.w.s.Clock()}
	if err := v.load(); err != nil {
		return err
	}
	shown := ui.ReimbursementsShow{ID: id, State: r.State, Case: row.Number(), Incident: row.Reference, Class: text(row.Class), SubmittedAt: r.SubmittedAt,
		Needed: int(r.ApprovalsNeeded), Plan: hex.EncodeToString(r.PlanHash), DecidedAt: moment(r.DecidedAt), Rejection: text(r.Rejection), OneSided: r.State == reimbursements.Approved}
	if r.State == reimbursements.Posted {
		// Who posted it is the last of those who approved.
		shown.PostedAt, r.DecidedBy = moment(r.DecidedAt), nil
	}
	return p.fillReimbursement(v, r, &shown)
}

func (p *page) fillReimbursement(v *caseView, r *reimbursements.Reimbursement, shown *ui.ReimbursementsShow) error {
	var errs [6]error
	shown.LoginID, errs[0] = v.row.PlainLogin(p.w.s.Vault)
	shown.Proposer, errs[1] = p.nameOf(&r.ProposerID)
	shown.DecidedBy, errs[2] = p.nameOf(r.DecidedBy)
	shown.Note, errs[3] = r.PlainNote(p.w.s.Vault)
	shown.Reason, errs[4] = r.PlainReason(p.w.s.Vault)
	shown.Approvals, errs[5] = p.approvalsOf(r.ID)
	if err := errors.Join(errs[:]...); err != nil {
		return err
	}
	lines, err := reimbursements.Lines(p.db, []int64{r.ID})
	if err != nil {
		return err
	}
	if err := p.planLines(v, lines[r.ID], shown); err != nil {
		return err
	}
	if r.Pending() {
		shown.Flags = strings.Fields(r.Flags)
		if err := reimbursements.LookedAt(p.ctx, p.w.s, p.by, []int64{r.ID}); err != nil {
			return err
		}
		if err := p.decidable(v, r, shown); err != nil {
			return err
		}
		shown.Changes = p.changes(v, r, lines[r.ID])
		if shown.NextID, err = reimbursements.NextWaiting(p.db, p.by.ID, r.ID); err != nil {
			return err
		}
	}
	shown.Frame = p.frame
	return p.render(shown.Page())
}

func (p *page) planLines(v *caseView, lines []reimbursements.Line, shown *ui.ReimbursementsShow) error {
	names := map[int16]string{}
	for _, program := range v.programs {
		names[program.ID] = program.Name(i18n.Lang(p.ctx))
	}
	reasons, err := reimbursements.Reasons(p.db, p.w.s.Vault, v.row.Case.ID)
	if err != nil {
		return err
	}
	for _, l := range lines {
		out := ui.PlanLine{Kind: l.Kind, Program: names[l.ProgramID], Points: l.Points}
		if l.CounterProgramID != nil {
			out.CounterProgram, out.CounterPoints = names[*l.CounterProgramID], -*l.CounterPoints
		}
		if l.MovementID != nil {
			if i := slices.IndexFunc(v.facts.Movements, func(m incidents.Movement) bool { return m.ID == *l.MovementID }); i >= 0 {
				out.Movement, out.At = v.facts.Movements[i].MovementID, v.facts.Movements[i].OccurredAt
			}
		}
		if l.AdjustmentID != nil {
			out.Reason, shown.NeededWhy = reasons[*l.AdjustmentID], "adjustment"
		}
		shown.Lines = append(shown.Lines, out)
	}
	if shown.Needed == 2 && shown.NeededWhy == "" {
		shown.NeededWhy = "threshold"
	}
	plan := reimbursements.Plan{Lines: lines}
	for _, program := range v.programs {
		if n := plan.Cost()[program.ID]; n != 0 {
			shown.Cost = append(shown.Cost, ui.Cost{Program: names[program.ID], Points: n})
		}
	}
	shown.Programs, err = v.sums()
	return err
}

// decidable says whether this reader may decide, else why not.
func (p *page) decidable(v *caseView, r *reimbursements.Reimbursement, shown *ui.ReimbursementsShow) error {
	editors := reimbursements.Editors(v.facts)
	given, err := reimbursements.Approvals(p.db, r.ID)
	if err != nil {
		return err
	}
	mine := slices.ContainsFunc(given, func(a reimbursements.Approval) bool { return a.StaffID == p.by.ID && a.VoidedAt == nil })
	switch {
	case !p.by.May(access.Decide):
		shown.WhyNot = i18n.T(p.ctx, "fault.forbidden")
	case r.ProposerID == p.by.ID || slices.Contains(editors, p.by.ID):
		shown.WhyNot = i18n.T(p.ctx, "fault.self_approval")
	case mine:
		shown.WhyNot = i18n.T(p.ctx, "fault.already_approved")
	default:
		shown.MayDecide = true
	}
	shown.MayWithdraw = r.ProposerID == p.by.ID
	return nil
}

// changes are the differences between the plan that was proposed and the one of now.
func (p *page) changes(v *caseView, r *reimbursements.Reimbursement, lines []reimbursements.Line) (out []ui.Change) {
	if hex.EncodeToString(r.PlanHash) == hex.EncodeToString(v.plan.Hash()) {
		return nil
	}
	before, now := amounts(lines, v.programs), amounts(v.plan.Lines, v.programs)
	for _, program := range v.programs {
		a, b := before[program.Code], now[program.Code]
		for _, d := range []struct {
			what        string
			before, now int64
		}{{"rollback", a.Rollback, b.Rollback}, {"reimburse", a.Reimburse, b.Reimburse}, {"absorb", a.Absorbed, b.Absorbed}, {"adjust", a.Adjusted, b.Adjusted}} {
			if d.before != d.now {
				out = append(out, ui.Change{What: program.Name(i18n.Lang(p.ctx)) + " " + i18n.T(p.ctx, "reimbursements.line."+d.what),
					Before: i18n.Signed(d.before), Now: i18n.Signed(d.now)})
			}
		}
	}
	if len(out) == 0 {
		out = append(out, ui.Change{What: i18n.T(p.ctx, "reimbursements.changed.balances"), Before: "–", Now: "–"})
	}
	return out
}

func approve(p *page) error {
	return p.onReimbursement("approve", "approved", func(id int64) error {
		_, err := reimbursements.Approve(p.ctx, p.w.s, p.by, id)
		return err
	})
}

func (p *page) onReimbursement(form, done string, act func(id int64) error) error {
	id, err := p.id()
	if err != nil {
		return err
	}
	if err := act(id); err != nil {
		return p.again(err, form, showReimbursement)
	}
	return p.to("/reimbursements/"+strconv.FormatInt(id, 10), done)
}

type decision func(context.Context, *store.Store, access.Actor, int64, string) (*reimbursements.Reimbursement, error)

func (p *page) decide(form, done string, act decision) error {
	return p.onReimbursement(form, done, func(id int64) error {
		_, err := act(p.ctx, p.w.s, p.by, id, p.FormValue("reason"))
		return err
	})
}

func returnOne(p *page) error { return p.decide("return", "returned", reimbursements.Return) }
func withdraw(p *page) error  { return p.decide("withdraw", "withdrawn", reimbursements.Withdraw) }

func reject(p *page) error {
	return p.onReimbursement("reject", "rejected", func(id int64) error {
		_, err := reimbursements.RejectFor(p.ctx, p.w.s, p.by, id, p.FormValue("rejection"), p.FormValue("reason"))
		return err
	})
}

// approveMany approves the chosen rows of the list, and explains every refusal.
func approveMany(p *page) error {
	var ids []int64
	for _, v := range p.Request().PostForm["id"] {
		if id, err := strconv.ParseInt(v, 10, 64); err == nil {
			ids = append(ids, id)
		}
	}
	if len(ids) == 0 {
		return p.again(fault.New(fault.Conflict, "nothing_chosen"), "", showReimbursements)
	}
	results, err := reimbursements.ApproveLookedAt(p.ctx, p.w.s, p.by, ids)
	if err != nil {
		return err
	}
	done := 0
	for _, r := range results {
		if f, ok := fault.As(r.Err); ok {
			p.frame.Problems = append(p.frame.Problems, ui.Problem{Form: "row", Field: strconv.FormatInt(r.ID, 10), Text: i18n.T(p.ctx, "reimbursements.number", "id", strconv.FormatInt(r.ID, 10)) + "：" + i18n.T(p.ctx, "fault."+f.Code, f.Args...)})
		} else if r.Err != nil {
			return r.Err
		} else {
			done++
		}
	}
	if len(p.frame.Problems) == 0 {
		return p.to("/reimbursements", "approved_many", "count", done)
	}
	p.status = http.StatusConflict
	p.frame.Flash = ui.Flash{Tone: "attention", Text: i18n.T(p.ctx, "flash.approved_many", "count", done)}
	return showReimbursements(p)
}
