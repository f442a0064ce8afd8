package reimbursements

import (
	"slices"
	"time"

	"gorm.io/gorm"

	"hoten/app/access"
	"hoten/app/cases"
	"hoten/app/fault"
	"hoten/app/incidents"
	"hoten/app/ledger"
	"hoten/app/points"
	"hoten/app/policies"
	"hoten/app/staff"
	"hoten/app/store"
)

// desk is what the rules of proposing need beside the case: who could approve,
// the policies, and what the proposer proposed today.
type desk struct {
	by        int64 // the proposer
	policies  policies.Policies
	programs  map[int16]incidents.Program
	approvers []int64
	today     map[int16]int64
}

// newDesk is the desk of the actor. The row of the proposer stands for the day's limit: two
// proposals at once would otherwise count past each other.
func newDesk(tx *store.Tx) (desk, error) {
	if _, err := store.Lock[staff.Staff](tx, tx.By.ID); err != nil {
		return desk{}, err
	}
	return deskOf(tx.DB, tx.Now, tx.By.ID)
}

// deskOf is the desk of a proposer as it stands.
func deskOf(db *gorm.DB, now time.Time, by int64) (d desk, err error) {
	d.by = by
	if d.policies, err = policies.Current(db); err != nil {
		return d, err
	}
	programs, err := incidents.Programs(db)
	if err != nil {
		return d, err
	}
	d.programs = map[int16]incidents.Program{}
	for _, p := range programs {
		d.programs[p.ID] = p
	}
	type person struct{ ID int64 }
	people, err := store.Select[person](db, "select id from staff where disabled_at is null and role = any($1)", access.Holders(access.Decide))
	if err != nil {
		return d, err
	}
	for _, p := range people {
		d.approvers = append(d.approvers, p.ID)
	}
	d.today = map[int16]int64{}
	totals, err := dayTotals(db, now, by)
	for _, t := range totals {
		d.today[t.ProgramID] = t.Pending + t.Posted
	}
	return d, err
}

// refuse is the rules of one proposal, in the order in which they help the agent.
func (d desk) refuse(db *gorm.DB, s *subject) error {
	switch {
	case !s.Affected():
		return fault.New(fault.Conflict, "not_affected")
	case s.Status == cases.OutOfScope:
		return fault.New(fault.Conflict, "case_out_of_scope")
	case s.ReimbursementState != nil && *s.ReimbursementState == Submitted:
		return pendingFault(db, s.ID)
	case s.ReimbursementState != nil && *s.ReimbursementState == Approved:
		return fault.New(fault.Conflict, "points_under_way")
	case len(s.plan.Missing) > 0:
		return fault.New(fault.Conflict, "balance_unknown", "programs", d.named(s.plan.Missing))
	case len(s.plan.Disputed) > 0:
		return points.DisputedFault(s.plan.Disputed[0])
	case len(s.plan.Doubles) > 0:
		return fault.New(fault.Conflict, "double_undecided")
	case len(s.plan.Exceeded) > 0:
		return fault.New(fault.Conflict, "adjustment_exceeds", "programs", d.named(s.plan.Exceeded))
	case s.plan.Empty():
		return fault.New(fault.Conflict, "plan_empty")
	}
	for program, points := range s.plan.Given() {
		limit, limited := d.policies.DailyLimits[d.programs[program].Code]
		if limited && points > 0 && d.today[program]+points > limit {
			of := d.programs[program]
			return fault.New(fault.Conflict, "daily_limit", "program", ledger.Named{Program: of}, "limit", ledger.Amount{Program: of, Points: limit},
				"today", ledger.Amount{Program: of, Points: d.today[program]}, "points", points)
		}
	}
	able := 0
	for _, id := range d.approvers {
		if id != d.by && !slices.Contains(s.editors(), id) {
			able++
		}
	}
	if needed := d.needed(s.plan); able < needed {
		return fault.New(fault.Conflict, "no_approver", "needed", needed, "able", able)
	}
	for program, points := range s.plan.Given() {
		d.today[program] += points
	}
	return nil
}

func pendingFault(db *gorm.DB, caseID int64) error {
	r, err := store.Find[Reimbursement](db, "case_id = ? and state = 'submitted' and undoes is null", caseID)
	if err != nil {
		return err
	}
	return fault.New(fault.Conflict, "proposal_pending", "id", r.ID)
}

func (d desk) named(programs []int16) ledger.NamedAll {
	out := make(ledger.NamedAll, len(programs))
	for i, p := range programs {
		out[i] = d.programs[p]
	}
	return out
}

// MostApprovals is how many different people must approve at most (needed).
const MostApprovals = 2

// needed is how many different supervisors must approve: two above the threshold of
// any program, given or taken, and for every adjustment.
func (d desk) needed(p Plan) int {
	if p.adjusted() {
		return MostApprovals
	}
	for program, cost := range p.Cost() {
		if threshold, ok := d.policies.Thresholds[d.programs[program].Code]; ok && max(cost, -cost) > threshold {
			return MostApprovals
		}
	}
	return 1
}
