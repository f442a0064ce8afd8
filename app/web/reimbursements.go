package web

import (
	"cmp"
	"encoding/hex"
	"errors"
	"slices"
	"strconv"

	"hoten/app/access"
	"hoten/app/cases"
	"hoten/app/fault"
	"hoten/app/incidents"
	"hoten/app/ledger"
	"hoten/app/outside"
	"hoten/app/points"
	"hoten/app/reimbursements"
	"hoten/i18n"
	"hoten/ui"
)

func amounts(lines []reimbursements.Line, programs []incidents.Program) map[string]ui.Amounts {
	totals := reimbursements.Plan{Lines: lines}.Totals()
	out := map[string]ui.Amounts{}
	for _, p := range programs {
		out[p.Code] = ui.Amounts{Rollback: totals.Rollback[p.ID], Reimburse: totals.Reimburse[p.ID], Absorbed: totals.Absorbed[p.ID], Adjusted: totals.Adjusted[p.ID]}
	}
	return out
}

func (p *page) agentTotals(programs []incidents.Program) (out []ui.AgentTotal, err error) {
	totals, err := p.w.surveys.Today(p.db, p.w.s)
	if err != nil {
		return nil, err
	}
	for _, t := range totals {
		i := slices.IndexFunc(programs, func(x incidents.Program) bool { return x.ID == t.ProgramID })
		out = append(out, ui.AgentTotal{Name: t.Name.In(i18n.Lang(p.ctx)), Program: programs[i].Name(i18n.Lang(p.ctx)), Pending: t.Pending, Approved: t.Posted,
			Limit: p.policies.DailyLimits[programs[i].Code]})
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
	v := &caseView{page: p, now: p.w.s.Clock()}
	if err := v.load(r.CaseID); err != nil {
		return err
	}
	row := v.row
	shown := ui.ReimbursementsShow{ID: id, State: stateOf(*r), Case: row.Number(), Incident: row.Reference, Class: text(row.Class), SubmittedAt: r.SubmittedAt,
		Needed: int(r.ApprovalsNeeded), Plan: hex.EncodeToString(r.PlanHash), DecidedAt: moment(r.DecidedAt), Rejection: text(r.Rejection)}
	switch r.State {
	case reimbursements.Posted:
		shown.PostedAt, r.DecidedBy = moment(cmp.Or(r.PostedAt, r.DecidedAt)), nil
	case reimbursements.Approved:
		r.DecidedBy = nil // who is named already, as the last of those who approved
	}
	shown.Legs = v.legsOf(id)
	shown.OneSided = r.State == reimbursements.Approved && oneSided(shown.Legs)
	if err := p.undoOf(v, r, &shown); err != nil {
		return err
	}
	return p.fillReimbursement(v, r, &shown)
}

// stateOf is the state of a request as it is shown: what was undone was approved before, and
// nobody sent it back.
func stateOf(r reimbursements.Reimbursement) string {
	if r.UndoneBy != nil {
		return "undone"
	}
	return r.State
}

func (p *page) fillReimbursement(v *caseView, r *reimbursements.Reimbursement, shown *ui.ReimbursementsShow) error {
	var errs [7]error
	shown.LoginID, errs[0] = v.row.PlainLogin(p.w.s.Vault)
	shown.Proposer, errs[1] = p.nameOf(&r.ProposerID)
	shown.DecidedBy, errs[2] = p.nameOf(r.DecidedBy)
	shown.Note, errs[3] = r.PlainNote(p.w.s.Vault)
	shown.Reason, errs[4] = r.PlainReason(p.w.s.Vault)
	shown.Approvals, errs[5] = p.approvalsOf(r.ID)
	shown.Substitute, errs[6] = p.nameOf(r.SubstituteID)
	shown.Reminded, shown.Escalated = moment(r.RemindedAt), moment(r.EscalatedAt)
	if err := errors.Join(errs[:]...); err != nil {
		return err
	}
	lines, err := reimbursements.Lines(p.db, []int64{r.ID})
	if err != nil {
		return err
	}
	plan, err := r.Plan(lines[r.ID])
	if err != nil {
		return err
	}
	shown.Programs = proposed(plan, v.programs, i18n.Lang(p.ctx))
	if err := p.planLines(v, plan.Lines, shown); err != nil {
		return err
	}
	if r.Pending() {
		if shown.Flags, err = p.flagsOf(*r, v.programs); err != nil {
			return err
		}
		looked, err := reimbursements.LookAgain(p.db, []reimbursements.Row{{Reimbursement: *r}})
		if err != nil {
			return err
		}
		now := looked[r.ID]
		if err := reimbursements.LookedAt(p.ctx, p.w.s, p.by, map[int64][]byte{r.ID: now.Now.Hash()}); err != nil {
			return err
		}
		if now.Changed {
			shown.Changes = p.changes(plan, now.Now, v.programs)
		}
		if err := p.decidable(now, r, shown); err != nil {
			return err
		}
		if p.by.May(access.Decide) {
			if shown.NextID, err = reimbursements.NextWaiting(p.db, p.by.ID, r.ID); err != nil {
				return err
			}
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
	for _, m := range v.facts.Movements {
		moved := movementOf(m, names, v.facts.Settled(m))
		moved.Double = v.doubled(m)
		shown.Movements = append(shown.Movements, moved)
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
			shown.Cost = append(shown.Cost, ui.Cost{Program: names[program.ID], Amount: ledger.Amount{Program: program, Points: n}.Name(i18n.Lang(p.ctx))})
		}
	}
	return nil
}

// oneSided reports whether some of the legs are done and some are not.
func oneSided(legs []ui.PointLeg) bool {
	done := 0
	for _, l := range legs {
		if l.State == outside.Completed {
			done++
		}
	}
	return done > 0 && done < len(legs)
}

// undoOf fills what undoes a request, and what it undoes, with the legs that it takes back.
func (p *page) undoOf(v *caseView, r *reimbursements.Reimbursement, shown *ui.ReimbursementsShow) error {
	if r.Undoes != nil {
		if shown.Undoes = *r.Undoes; r.Pending() {
			shown.Legs = v.legsOf(*r.Undoes)
		}
		return nil
	}
	shown.UndoneBy = reimbursements.UndoneIn(*v.found.proposals, r.ID)
	last := reimbursements.Latest(*v.found.proposals)
	shown.MayRepeat = r.State == reimbursements.Returned && shown.UndoneBy == 0 && last != nil && last.Reimbursement.ID == r.ID && p.by.May(reimbursements.ToPropose.Needs)
	legs, err := points.Legs(p.db, r.ID)
	shown.MayUndo = shown.UndoneBy == 0 && p.by.May(reimbursements.ToProposeUndo.Needs) && reimbursements.Undoable(*r, legs)
	return err
}

// decidable says whether this reader may decide, else why not.
func (p *page) decidable(now *reimbursements.Looked, r *reimbursements.Reimbursement, shown *ui.ReimbursementsShow) error {
	given, err := reimbursements.Approvals(p.db, r.ID)
	if err != nil {
		return err
	}
	mine := slices.ContainsFunc(given, func(a reimbursements.Approval) bool { return a.StaffID == p.by.ID && a.VoidedAt == nil })
	switch {
	case !p.by.May(access.Decide):
		shown.WhyNot = i18n.T(p.ctx, "reimbursements.decide.who")
	case r.ProposerID == p.by.ID || slices.Contains(now.Editors, p.by.ID):
		shown.WhyNot = i18n.T(p.ctx, "fault.self_approval")
	case mine && len(shown.Changes) == 0: // what has changed since, whoever approved it returns
		shown.WhyNot = i18n.T(p.ctx, "fault.already_approved")
	default:
		shown.MayDecide = true
	}
	shown.Doubles = r.Pending() && len(now.Now.Doubles) > 0
	shown.MayWithdraw = r.ProposerID == p.by.ID
	return nil
}

// balanceOf writes the balance before a plan; a dash: unknown.
func balanceOf(plan reimbursements.Plan, program int16) string {
	for _, b := range plan.Balances {
		if b.ProgramID == program {
			return i18n.Number(b.Now)
		}
	}
	return "–"
}

// changes are the differences between the plan that was proposed and the one of now.
func (p *page) changes(was, is reimbursements.Plan, programs []incidents.Program) (out []ui.Change) {
	before, now := amounts(was.Lines, programs), amounts(is.Lines, programs)
	for _, program := range programs {
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
		if a, b := balanceOf(was, program.ID), balanceOf(is, program.ID); a != b {
			out = append(out, ui.Change{What: program.Name(i18n.Lang(p.ctx)) + " " + i18n.T(p.ctx, "reimbursements.changed.balance"), Before: a, Now: b})
		}
	}
	if len(out) == 0 {
		out = append(out, ui.Change{What: i18n.T(p.ctx, "reimbursements.changed.other"), Before: "–", Now: "–"})
	}
	return out
}

func approve(p *page) error {
	return p.decide("approve", "approved", func(id int64) error {
		r, err := reimbursements.ByID(p.db, id)
		if err != nil {
			return err
		}
		if p.FormValue("plan") != hex.EncodeToString(r.PlanHash) {
			return fault.New(fault.Conflict, "not_as_shown") // the form of another page, or of none
		}
		_, err = reimbursements.Approve(p.ctx, p.w.s, p.by, id)
		return err
	})
}

func (p *page) onReimbursement(form string, act func(id int64) error, then func(id int64) error) error {
	id, err := p.id()
	if err != nil {
		return err
	}
	if err := act(id); err != nil {
		return p.again(err, form, showReimbursement)
	}
	return then(id)
}

// decide decides about a request, and opens the next one that waits for this reader.
func (p *page) decide(form, done string, act func(id int64) error) error {
	return p.onReimbursement(form, act, func(id int64) error {
		r, err := reimbursements.ByID(p.db, id)
		if err != nil {
			return err
		}
		next, err := reimbursements.NextWaiting(p.db, p.by.ID, id)
		if err != nil {
			return err
		}
		url := reimbursementsURL
		if next == 0 {
			done += ".last"
		} else {
			url, done = requestURL(next), done+".next"
		}
		return p.toBeside(url, ui.Choice{Value: requestURL(id), Label: cases.Number(r.CaseID)}, done, "id", id)
	})
}

const reimbursementsURL = "/reimbursements"

func requestURL(id int64) string { return reimbursementsURL + "/" + strconv.FormatInt(id, 10) }

func returnOne(p *page) error {
	return p.decide("return", "returned", func(id int64) error {
		_, err := reimbursements.Return(p.ctx, p.w.s, p.by, id, p.FormValue("reason"))
		return err
	})
}

func withdraw(p *page) error {
	return p.onReimbursement("withdraw", func(id int64) error {
		_, err := reimbursements.Withdraw(p.ctx, p.w.s, p.by, id, p.FormValue("reason"))
		return err
	}, func(id int64) error { return p.to(requestURL(id), "withdrawn") })
}

func reject(p *page) error {
	return p.decide("reject", "rejected", func(id int64) error {
		_, err := reimbursements.RejectFor(p.ctx, p.w.s, p.by, id, p.FormValue("rejection"), p.FormValue("reason"))
		return err
	})
}

func proposeUndo(p *page) error {
	var made *reimbursements.Reimbursement
	return p.onReimbursement("undo", func(id int64) (err error) {
		made, err = reimbursements.ProposeUndo(p.ctx, p.w.s, p.by, id, p.FormValue("reason"))
		return err
	}, func(int64) error { return p.to(requestURL(made.ID), "undo_proposed") })
}
