package reimbursements

import (
	"time"

	"gorm.io/gorm"

	"hoten/app/cases"
	"hoten/app/incidents"
	"hoten/app/ledger"
	"hoten/app/store"
)

// Adjustment is somebody's own line in a plan, with a reason; it always needs
// two approvals.
type Adjustment struct {
	ID        int64
	CaseID    int64
	ProgramID int16
	Points    int64
	Reason    []byte
	StaffID   int64
	CreatedAt time.Time
}

// subject is a case with what its plan is computed from.
type subject struct {
	*cases.Case
	facts    Facts
	accounts map[int16]int64 // by program
	plan     Plan
}

func (s subject) editors() []int64 { return Editors(s.facts) }

// Editors are those who wrote part of the plan and therefore never approve it.
func Editors(f Facts) (staff []int64) {
	for _, a := range f.Adjustments {
		staff = append(staff, a.StaffID)
	}
	return staff
}

// facts are the reads of what plans are computed from, beside the accounts.
type facts struct {
	movements   *[]moved
	adjustments *[]Adjustment
	absorbed    *[]absorbed
}

type moved struct {
	incidents.Movement
	CaseID      int64
	Compensated bool
}

type absorbed struct {
	CaseID    int64
	ProgramID int16
	Points    int64
}

// askFacts reads for the cases whose id meets the condition of, in three queries for
// any number.
func askFacts(reads *store.Reads, of string, ids []int64) facts {
	return facts{
		store.Ask[moved](reads, `select c.id as case_id, m.id, m.movement_id, m.identity_id, m.occurred_at, m.kind, m.from_program, m.to_program, m.partner,
			m.points, m.points_received, m.refers_to, m.finding, k.movement_id is not null as compensated
			from cases c join movements m on m.identity_id = c.identity_id and m.incident_id = c.incident_id
			left join compensations k on k.movement_id = m.id where c.id `+of+` order by m.identity_id, m.occurred_at, m.id`, ids),
		store.Ask[Adjustment](reads, `select a.* from adjustments a where a.case_id `+of+`
			and not exists (select 1 from compensations k where k.adjustment_id = a.id) order by a.id`, ids),
		// The state is no condition: on the day of the first postings the planner would
		// look for the few posted ones rather than for the case's. Lines are looked up
		// proposal by proposal (offset 0): joined, all lines would be read for one case.
		store.Ask[absorbed](reads, `select r.case_id, l.program_id, coalesce(sum(l.points) filter (where r.state = 'posted'), 0)::bigint as points
			from reimbursements r cross join lateral (select program_id, points from reimbursement_lines where reimbursement_id = r.id and kind = 'absorb' offset 0) l
			where r.case_id `+of+` group by r.case_id, l.program_id`, ids),
	}
}

// subjects computes the plans of cases, by case. The caller locked the accounts where
// it means to post.
func (f facts) subjects(of []*cases.Case, accounts []ledger.Account) map[int64]*subject {
	out := make(map[int64]*subject, len(of))
	theirs := make(map[int64][]ledger.Account, len(of))
	for _, a := range accounts {
		theirs[*a.IdentityID] = append(theirs[*a.IdentityID], a)
	}
	for _, c := range of {
		s := &subject{Case: c, accounts: map[int16]int64{}, facts: Facts{Compensated: map[int64]bool{}, Absorbed: map[int16]int64{}, Balances: map[int16]int64{}}}
		for _, a := range theirs[c.IdentityID] {
			s.accounts[a.ProgramID], s.facts.Balances[a.ProgramID] = a.ID, *a.Balance
		}
		out[c.ID] = s
	}
	for _, m := range *f.movements {
		s := out[m.CaseID]
		s.facts.Movements = append(s.facts.Movements, m.Movement)
		s.facts.Compensated[m.ID] = m.Compensated
	}
	for _, a := range *f.adjustments {
		out[a.CaseID].facts.Adjustments = append(out[a.CaseID].facts.Adjustments, a)
	}
	for _, a := range *f.absorbed {
		out[a.CaseID].facts.Absorbed[a.ProgramID] = a.Points
	}
	for _, s := range out {
		s.plan = Compute(s.facts)
	}
	return out
}

// loadNow computes the plans of cases, by case, with the accounts as they stand, not
// locked.
func loadNow(db *gorm.DB, of []*cases.Case) (map[int64]*subject, error) {
	ids, identities := make([]int64, len(of)), make([]int64, len(of))
	for i, c := range of {
		ids[i], identities[i] = c.ID, c.IdentityID
	}
	var reads store.Reads
	accounts, facts := ledger.AskAccounts(&reads, identities), askFacts(&reads, "= any($1)", ids)
	if err := reads.Run(db); err != nil {
		return nil, err
	}
	return facts.subjects(of, *accounts), nil
}

// Look computes the plan of one case as it stands.
func Look(db *gorm.DB, c *cases.Case) (Plan, Facts, error) {
	loaded, err := loadNow(db, []*cases.Case{c})
	if err != nil {
		return Plan{}, Facts{}, err
	}
	return loaded[c.ID].plan, loaded[c.ID].facts, nil
}

// LookMany computes the plans of cases, by case.
func LookMany(db *gorm.DB, of []*cases.Case) (map[int64]Plan, error) {
	loaded, err := loadNow(db, of)
	plans := make(map[int64]Plan, len(loaded))
	for id, s := range loaded {
		plans[id] = s.plan
	}
	return plans, err
}
