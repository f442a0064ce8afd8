package web

import (
	"bytes"
	"cmp"
	"slices"
	"strings"

	"hoten/app/access"
	"hoten/app/incidents"
	"hoten/app/ledger"
	"hoten/app/reimbursements"
	"hoten/app/staff"
	"hoten/i18n"
	"hoten/ui"
)

// points fills the movements and the sums per program: what is posted and what
// is still planned, so that the column always adds up to the balance after.
func (v *caseView) points() error {
	lang := i18n.Lang(v.ctx)
	names := map[int16]string{}
	for _, p := range v.programs {
		names[p.ID] = p.Name(lang)
	}
	for _, m := range v.facts.Movements {
		shown := movementOf(m, names, !v.row.UnderWay() && v.facts.Settled(m))
		shown.Double = v.doubled(m)
		v.Movements = append(v.Movements, shown)
		choice := ui.Choice{Value: m.MovementID, Label: i18n.Time(v.ctx, m.OccurredAt) + " " +
			i18n.T(v.ctx, "cases.movement."+m.Kind) + " " + v.amount(m, m.Points)}
		if v.facts.Equal[m.ID] {
			choice.Label += " " + m.MovementID // the rest of it is another's, too
		}
		if v.Supervises && (m.Kind == incidents.Transfer || m.Kind == incidents.Exchange) {
			v.Findings = append(v.Findings, choice)
		}
		if v.Supervises && v.row.Affected() && v.facts.Equal[m.ID] {
			v.Doubles = append(v.Doubles, choice)
		}
	}
	v.Unverified = v.Supervises && !(*v.found.verified)[0]
	for _, program := range v.programs {
		if _, known := v.facts.Balances[program.ID]; !known && v.MayAdd && v.in.Has(program.Code) {
			v.Stated = append(v.Stated, ui.Choice{Value: program.Code, Label: program.Name(lang)})
		}
		if slices.Contains(v.plan.Missing, program.ID) {
			v.Missing = append(v.Missing, program.Name(lang))
		}
		if slices.Contains(v.plan.Exceeded, program.ID) {
			v.overdrawn = append(v.overdrawn, program.Name(lang))
		}
	}
	if len(v.plan.Missing) == 0 { // else nothing can be said of what is to be
		v.Programs = v.sums()
	}
	if v.by.May(access.Propose) && v.row.Affected() {
		for _, p := range v.in.Programs {
			v.Adjust = append(v.Adjust, ui.Choice{Value: p.Code, Label: p.Name(lang)})
		}
	}
	return nil
}

// amount writes points in the unit of the program that the movement left, else of the one
// that it reached.
func (v *caseView) amount(m incidents.Movement, points int64) string {
	for _, p := range v.programs {
		if of := cmp.Or(m.FromProgram, m.ToProgram); of != nil && p.ID == *of {
			return ledger.Amount{Program: p, Points: points}.Name(i18n.Lang(v.ctx))
		}
	}
	return i18n.Number(points)
}

// doubled says how a movement stands that has an equal one: "open", what was decided, or
// nothing.
func (v *caseView) doubled(m incidents.Movement) string {
	switch {
	case slices.Contains(v.plan.Doubles, m.ID):
		return "open"
	case m.Doubled != nil:
		return *m.Doubled
	}
	return ""
}

func movementOf(m incidents.Movement, names map[int16]string, settled bool) ui.Movement {
	out := ui.Movement{ID: m.MovementID, At: m.OccurredAt, Kind: m.Kind, Points: m.Points, Finding: m.Finding, Settled: settled, From: m.Partner, To: m.Partner}
	if m.FromProgram != nil {
		out.From, out.Points = names[*m.FromProgram], -m.Points
	}
	if m.ToProgram != nil {
		out.To = names[*m.ToProgram]
	}
	if m.Kind == incidents.Transfer {
		out.Received = m.PointsReceived
	}
	if out.From == "" {
		out.From = "–"
	}
	if out.To == "" {
		out.To = "–"
	}
	return out
}

// ours reports whether a posting on the ID's accounts is of a request of this case; those of
// other incidents stand on the same accounts.
func (v *caseView) ours(l ledger.Line) bool {
	return slices.ContainsFunc(*v.found.proposals, func(r reimbursements.Row) bool { return l.Key == r.TransferKey() })
}

// sums are the case's, from the balance when the ID was restricted on; what was put back for
// other incidents of the ID is a sum of its own.
func (v *caseView) sums() (out []ui.ProgramSum) {
	for _, program := range v.programs {
		balance, known := v.facts.Balances[program.ID]
		if !known {
			continue
		}
		s := ui.ProgramSum{Program: program.Name(i18n.Lang(v.ctx)), After: balance}
		for _, l := range *v.found.posted {
			switch {
			case l.ProgramID != program.ID:
			case l.Purpose == ledger.Opening || l.Purpose == ledger.Moved || v.ours(l):
				addSum(&s, l.Purpose, l.Points)
			default:
				s.Elsewhere += l.Points
			}
		}
		addPlan(&s, program.ID, v.plan)
		out = append(out, s)
	}
	return out
}

// proposed are the sums of a proposal, from the balance when it was made on; it may change
// one that nobody knows.
func proposed(plan reimbursements.Plan, programs []incidents.Program, lang string) (out []ui.ProgramSum) {
	for _, program := range programs {
		i := slices.IndexFunc(plan.Balances, func(b reimbursements.Balance) bool { return b.ProgramID == program.ID })
		s := ui.ProgramSum{Program: program.Name(lang), Unknown: i < 0}
		if i >= 0 {
			s.Before, s.After = plan.Balances[i].Now, plan.Balances[i].Now
		}
		if addPlan(&s, program.ID, plan) || i >= 0 {
			out = append(out, s)
		}
	}
	return out
}

// addPlan adds what a plan changes of a program, and reports whether it changes any.
func addPlan(s *ui.ProgramSum, program int16, plan reimbursements.Plan) (changes bool) {
	add := func(purpose string, points int64) {
		addSum(s, purpose, points)
		s.After += points
		changes = true
	}
	for _, l := range plan.Lines {
		for id, points := range l.Effects() {
			if id == program {
				add(l.Kind, points)
			}
		}
	}
	for _, b := range plan.Balances {
		if b.ProgramID == program {
			add(ledger.Moved, -b.Behind)
		}
	}
	return changes
}

func addSum(s *ui.ProgramSum, kind string, points int64) {
	switch kind {
	case ledger.Opening:
		s.Before += points
	case ledger.Moved:
		s.Later += points
	case reimbursements.Rollback:
		s.Rollback += points
	case reimbursements.Reimburse:
		s.Reimburse += points
	case reimbursements.Absorb:
		s.Absorbed += points
	case reimbursements.Adjust:
		s.Adjusted += points
	}
}

// proposal fills the latest proposal, and whether a new one can be made.
func (v *caseView) proposal() error {
	pending, changed, underWay := false, false, false
	if latest := reimbursements.Latest(*v.found.proposals); latest != nil {
		pending = latest.Pending()
		underWay = v.row.UnderWay()
		changed = latest.State == reimbursements.Submitted && !bytes.Equal(latest.PlanHash, v.plan.Hash())
		given := v.shownApprovals(*v.found.approvals)
		reason, err := latest.PlainReason(v.w.s.Vault)
		if err != nil {
			return err
		}
		editors := reimbursements.Editors(v.facts)
		mine := latest.ProposerID == v.by.ID || slices.Contains(editors, v.by.ID) ||
			slices.ContainsFunc(*v.found.approvals, func(a reimbursements.Approval) bool { return a.StaffID == v.by.ID && a.VoidedAt == nil })
		decides := pending && v.by.May(access.Decide)
		v.Proposal = &ui.Proposal{ID: latest.Reimbursement.ID, State: stateOf(latest.Reimbursement), Proposer: latest.ProposerName.In(i18n.Lang(v.ctx)), SubmittedAt: latest.SubmittedAt,
			Needed: int(latest.ApprovalsNeeded), Approvals: given, Reason: reason, Decider: latest.DeciderName.In(i18n.Lang(v.ctx)), DecidedAt: moment(latest.DecidedAt),
			MayDecide: decides && !mine, OthersDecide: decides && mine, MayWithdraw: pending && latest.ProposerID == v.by.ID,
			Legs: v.legsOf(latest.Reimbursement.ID), UndoneBy: reimbursements.UndoneIn(*v.found.proposals, latest.Reimbursement.ID)}
		if by := v.Proposal.UndoneBy; by != 0 && underWay && latest.State == reimbursements.Returned {
			v.Proposal.Legs = v.legsOf(by) // what is taken back, until it is
		}
	}
	v.Corrects = corrects(pending, changed, v.plan)
	switch {
	case !v.row.Affected():
		v.NoProposal = i18n.T(v.ctx, "fault.not_affected")
	case len(v.plan.Missing) > 0:
		v.NoProposal = i18n.T(v.ctx, "fault.balance_unknown", "programs", strings.Join(v.Missing, i18n.T(v.ctx, "form.and")))
	case len(v.plan.Exceeded) > 0:
		v.NoProposal = i18n.T(v.ctx, "fault.adjustment_exceeds", "programs", strings.Join(v.overdrawn, i18n.T(v.ctx, "form.and")))
	case len(v.plan.Disputed) > 0:
		v.NoProposal = i18n.T(v.ctx, "fault.leg_disputed", "key", v.plan.Disputed[0])
	case len(v.plan.Doubles) > 0:
		v.NoProposal = i18n.T(v.ctx, "fault.double_undecided")
	case v.plan.Empty() && v.Proposal == nil:
		v.NoProposal = i18n.T(v.ctx, "fault.plan_empty")
	case !pending && !underWay && !v.plan.Empty() && v.row.Status != "out_of_scope":
		v.MayPropose = v.by.May(access.Propose)
	}
	if v.Proposal != nil {
		v.Proposal.Changed = changed && v.NoProposal == ""
	}
	return nil
}

// legsOf are the legs of a proposal of the case.
func (v *caseView) legsOf(reimbursement int64) (out []ui.PointLeg) {
	for _, l := range *v.found.legs {
		if l.ReimbursementID == reimbursement {
			out = append(out, v.leg(l, v.programs, v.row.Number()))
		}
	}
	return out
}

// corrects is how a correction stands that is due: proposed, for what is due now or for what
// was due before it changed, or due for an adjustment alone; empty: for what was learned.
func corrects(pending, changed bool, plan reimbursements.Plan) string {
	switch {
	case changed:
		return "changed"
	case pending:
		return "proposed"
	case !plan.Empty() && !slices.ContainsFunc(plan.Lines, func(l reimbursements.Line) bool { return l.Kind != reimbursements.Adjust }):
		return "adjusted"
	}
	return ""
}

func (p *page) approvalsOf(id int64) ([]ui.Approval, error) {
	given, err := reimbursements.Approvals(p.db, id)
	return p.shownApprovals(given), err
}

func (p *page) shownApprovals(given []reimbursements.Approval) (out []ui.Approval) {
	for _, g := range given {
		out = append(out, ui.Approval{By: g.StaffName.In(i18n.Lang(p.ctx)), At: g.At, Voided: g.VoidedAt != nil})
	}
	return out
}

func (p *page) nameOf(id *int64) (string, error) {
	if id == nil {
		return "", nil
	}
	names, err := staff.Names(p.db, i18n.Lang(p.ctx), []int64{*id})
	return names[*id], err
}
