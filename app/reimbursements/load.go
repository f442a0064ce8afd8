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

// load computes the plans of cases of one incident, in four queries for any
// number. The caller locked the accounts where it means to post.
func load(db *gorm.DB, incident int64, of []*cases.Case, accounts []ledger.Account) (map[int64]*subject, error) {
	out := make(map[int64]*subject, len(of))
	byIdentity := make(map[int64]*subject, len(of))
	ids, identities := make([]int64, len(of)), make([]int64, len(of))
	for i, c := range of {
		s := &subject{Case: c, accounts: map[int16]int64{}, facts: Facts{Compensated: map[int64]bool{}, Absorbed: map[int16]int64{}, Balances: map[int16]int64{}}}
		out[c.ID], byIdentity[c.IdentityID] = s, s
		ids[i], identities[i] = c.ID, c.IdentityID
	}
	for _, a := range accounts {
		s := byIdentity[*a.IdentityID]
		s.accounts[a.ProgramID], s.facts.Balances[a.ProgramID] = a.ID, *a.Balance
	}
	type moved struct {
		incidents.Movement
		Compensated bool
	}
	movements, err := store.Select[moved](db, `select m.id, m.movement_id, m.identity_id, m.occurred_at, m.kind, m.from_program, m.to_program, m.partner,
		m.points, m.points_received, m.refers_to, m.finding, k.movement_id is not null as compensated
		from movements m left join compensations k on k.movement_id = m.id where m.identity_id = any($2) and m.incident_id = $1 order by m.identity_id, m.occurred_at, m.id`, incident, identities)
	if err != nil {
		return nil, err
	}
	for _, m := range movements {
		s := byIdentity[m.IdentityID]
		s.facts.Movements = append(s.facts.Movements, m.Movement)
		s.facts.Compensated[m.ID] = m.Compensated
	}
	adjustments, err := store.Select[Adjustment](db, `select a.* from adjustments a where a.case_id = any($1)
		and not exists (select 1 from compensations k where k.adjustment_id = a.id) order by a.id`, ids)
	if err != nil {
		return nil, err
	}
	for _, a := range adjustments {
		out[a.CaseID].facts.Adjustments = append(out[a.CaseID].facts.Adjustments, a)
	}
	type absorbed struct {
		CaseID    int64
		ProgramID int16
		Points    int64
	}
	// The state is no condition: on the day of the first postings the planner would
	// look for the few posted ones rather than for the case's.
	earlier, err := store.Select[absorbed](db, `select r.case_id, l.program_id, coalesce(sum(l.points) filter (where r.state = 'posted'), 0)::bigint as points
		from reimbursements r join reimbursement_lines l on l.reimbursement_id = r.id
		where r.case_id = any($1) and l.kind = 'absorb' group by r.case_id, l.program_id`, ids)
	if err != nil {
		return nil, err
	}
	for _, a := range earlier {
		out[a.CaseID].facts.Absorbed[a.ProgramID] = a.Points
	}
	for _, s := range out {
		s.plan = Compute(s.facts)
	}
	return out, nil
}

// loadNow is load with the accounts as they stand, not locked.
func loadNow(db *gorm.DB, incident int64, of []*cases.Case) (map[int64]*subject, error) {
	identities := make([]int64, len(of))
	for i, c := range of {
		identities[i] = c.IdentityID
	}
	accounts, err := ledger.Accounts(db, identities)
	if err != nil {
		return nil, err
	}
	return load(db, incident, of, accounts)
}

// Look computes the plan of one case as it stands.
func Look(db *gorm.DB, c *cases.Case) (Plan, Facts, error) {
	loaded, err := loadNow(db, c.IncidentID, []*cases.Case{c})
	if err != nil {
		return Plan{}, Facts{}, err
	}
	return loaded[c.ID].plan, loaded[c.ID].facts, nil
}

// LookMany computes the plans of cases of one incident, by case.
func LookMany(db *gorm.DB, incident int64, of []*cases.Case) (map[int64]Plan, error) {
	loaded, err := loadNow(db, incident, of)
	plans := make(map[int64]Plan, len(loaded))
	for id, s := range loaded {
		plans[id] = s.plan
	}
	return plans, err
}
