package reimbursements

import (
	"time"

	"gorm.io/gorm"

	"hoten/app/cases"
	"hoten/app/incidents"
	"hoten/app/ledger"
	"hoten/app/points"
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

// entered is an adjustment with how often it was posted or taken back; Stands: not taken back.
type entered struct {
	Adjustment
	Entries int16
	Stands  bool
}

// subject is a case with what its plan is computed from.
type subject struct {
	*cases.Case
	facts    Facts
	accounts map[int16]int64 // by program
	plan     Plan
}

func (s subject) editors() []int64 { return Editors(s.facts) }

// Editors are the authors of the plan, who never approve it: whoever stated a balance of
// the ID by hand, wrote an adjustment or turned one of its movements into a loss.
func Editors(f Facts) (staff []int64) {
	staff = append(staff, f.Staters...)
	for _, a := range f.Adjustments {
		staff = append(staff, a.StaffID)
	}
	cancelled := f.cancelled()
	for _, m := range f.Movements {
		if _, due := f.due(m, cancelled[m.ID]); due && m.Fraudulent() {
			staff = append(staff, f.Authors[m.ID]...)
		}
	}
	return staff
}

// facts are the reads of what plans are computed from, beside the accounts.
type facts struct {
	movements   *[]moved
	outside     *[]outside
	authors     *[]author
	adjustments *[]entered
	absorbed    *[]absorbed
	disputed    *[]disputed
}

type moved struct {
	incidents.Movement
	CaseID                int64
	Entries, Undone       int16
	Posted, PostedCounter int64
	Equal                 bool
}

type disputed struct {
	CaseID int64
	Key    string
}

type author struct{ CaseID, MovementID, StaffID int64 }

type absorbed struct {
	CaseID    int64
	ProgramID int16
	Points    int64
	Here      int64 // of the case itself
	Adjusted  int64 // adjustments are posted beside it
}

// ofCase joins the movements m of a case c: those of its ID in its incident, a
// cancellation wherever the exchange e is whose loss it makes smaller.
const ofCase = `movements m on m.identity_id = c.identity_id left join movements e on e.id = m.exchange_id`

// inCase is the condition of ofCase.
const inCase = `coalesce(e.incident_id, m.incident_id) = c.incident_id`

// equalTo is the condition that o is the same movement as m under another number, whatever
// was found about either. Cancellations are compared with those of the same number, and
// where one names a double with those of any number of its exchange.
const equalTo = `o.identity_id = m.identity_id and o.id <> m.id and o.occurred_at = m.occurred_at and o.kind = m.kind and o.points = m.points
	and (o.exchange_id is not distinct from m.exchange_id or (m.refers_to <> m.exchange_id or o.refers_to <> o.exchange_id) and exists (select from movements a join movements b
	  on b.identity_id = a.identity_id and b.occurred_at = a.occurred_at and b.points = a.points where a.id = m.exchange_id and b.id = o.exchange_id))
	and o.doubled is distinct from 'double'`

// movedOf reads movements of the IDs of cases with what was posted for each, and what else is
// asked of a movement m.
func movedOf(asked, of, which string) string {
	return `select c.id as case_id, m.id, m.movement_id, m.identity_id, m.occurred_at, m.kind, m.from_program, m.to_program, m.partner,
		m.points, m.points_received, m.exchange_id, m.finding, m.doubled, k.*, ` + asked + `
		from cases c join ` + ofCase + `
		cross join lateral (select count(*)::smallint as entries, (count(*) filter (where r.undoes is not null or r.undone_by is not null))::smallint as undone, coalesce(sum(l.points), 0)::bigint as posted, coalesce(sum(l.counter_points), 0)::bigint as posted_counter
		  from compensations k join reimbursement_lines l on l.reimbursement_id = k.reimbursement_id and l.movement_id = k.movement_id
		  join reimbursements r on r.id = k.reimbursement_id where k.movement_id = m.id) k
		where c.id ` + of + " and " + which + " order by m.identity_id, m.occurred_at, m.id"
}

// askFacts reads for the cases whose id meets the condition of, in six queries for
// any number.
func askFacts(reads *store.Reads, of string, ids []int64) facts {
	return facts{
		store.Ask[moved](reads, movedOf("exists (select from movements o where "+equalTo+") as equal", of, inCase), ids),
		askOutside(reads, of, ids),
		store.Ask[author](reads, `select c.id as case_id, a.movement_id, a.staff_id from cases c join movements m on m.identity_id = c.identity_id and m.incident_id = c.incident_id
			join loss_authors a on a.movement_id = m.id where c.id `+of, ids),
		store.Ask[entered](reads, `select a.*, k.* from adjustments a
			cross join lateral (select count(*)::smallint as entries, coalesce(bool_or(r.undoes is null and r.undone_by is null), false) as stands
			  from compensations k join reimbursements r on r.id = k.reimbursement_id where k.adjustment_id = a.id) k where a.case_id `+of+`
			and not exists (select 1 from adjustment_withdrawals w where w.adjustment_id = a.id) order by a.id`, ids),
		// Being booked is no condition: on the day of the first postings the planner would
		// look for the few booked ones rather than for the case's. Lines are looked up
		// proposal by proposal (offset 0): joined, all lines would be read for one case.
		store.Ask[absorbed](reads, `select c.id as case_id, l.program_id, coalesce(sum(l.points) filter (where r.transfer_id is not null and l.kind = 'absorb'), 0)::bigint as points,
			coalesce(sum(l.points) filter (where r.transfer_id is not null and l.kind = 'absorb' and o.id = c.id), 0)::bigint as here,
			coalesce(sum(l.points) filter (where r.transfer_id is not null and l.kind = 'adjust'), 0)::bigint as adjusted
			from cases c join cases o on o.identity_id = c.identity_id join reimbursements r on r.case_id = o.id
			cross join lateral (select program_id, kind, points from reimbursement_lines where reimbursement_id = r.id and kind in ('absorb', 'adjust') offset 0) l
			where c.id `+of+` group by c.id, l.program_id`, ids),
		store.Ask[disputed](reads, "select c.id as case_id, l.key from cases c join reimbursements r on r.case_id = c.id join (select * from point_legs where "+points.InDispute+") l on l.reimbursement_id = r.id where c.id "+of+" order by l.id", ids),
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
		s := &subject{Case: c, accounts: map[int16]int64{}, facts: newFacts()}
		for _, a := range theirs[c.IdentityID] {
			if s.accounts[a.ProgramID] = a.ID; a.Assumed {
				s.facts.Assumed[a.ProgramID] = *a.Balance
			} else {
				s.facts.Balances[a.ProgramID] = *a.Balance
			}
			if a.Behind > 0 {
				s.facts.Behind[a.ProgramID] = a.Behind
			}
			if a.StatedBy != nil {
				s.facts.Staters = append(s.facts.Staters, *a.StatedBy)
			}
		}
		out[c.ID] = s
	}
	for _, m := range *f.movements {
		out[m.CaseID].facts.add(m)
	}
	elsewhere := map[int64][]outside{}
	for _, o := range *f.outside {
		elsewhere[o.CaseID] = append(elsewhere[o.CaseID], o)
	}
	for id, of := range elsewhere {
		out[id].facts.Elsewhere = pending(of)
	}
	for _, a := range *f.authors {
		of := out[a.CaseID].facts.Authors
		of[a.MovementID] = append(of[a.MovementID], a.StaffID)
	}
	for _, a := range *f.adjustments {
		of := &out[a.CaseID].facts
		if of.Given[a.ID] = a.Entries; !a.Stands {
			of.Adjustments = append(of.Adjustments, a.Adjustment)
		}
	}
	for _, a := range *f.absorbed {
		of := out[a.CaseID].facts
		of.Absorbed[a.ProgramID], of.BorneHere[a.ProgramID], of.Adjusted[a.ProgramID] = a.Points, a.Here, a.Adjusted
	}
	for _, l := range *f.disputed {
		of := &out[l.CaseID].facts
		of.Disputed = append(of.Disputed, l.Key)
	}
	for _, s := range out {
		s.plan = Compute(s.facts)
	}
	return out
}

// add takes in a movement with what was posted for it.
func (f *Facts) add(m moved) {
	f.Movements = append(f.Movements, m.Movement)
	f.Equal[m.ID] = m.Equal
	if m.Entries > 0 {
		f.Posted[m.ID] = Entries{m.Posted, m.PostedCounter, m.Entries, m.Undone}
	}
}

func newFacts() Facts {
	return Facts{Posted: map[int64]Entries{}, Equal: map[int64]bool{}, Authors: map[int64][]int64{}, Absorbed: map[int16]int64{}, BorneHere: map[int16]int64{}, Adjusted: map[int16]int64{}, Given: map[int64]int16{}, Balances: map[int16]int64{}, Assumed: map[int16]int64{}, Behind: map[int16]int64{}}
}

// askNow reads what the plans of cases are computed from, with the accounts as they
// stand, not locked. What it returns computes them, by case, once the reads have run.
func askNow(reads *store.Reads, ids []int64) func(of []*cases.Case) map[int64]*subject {
	accounts := ledger.AskAccountsOf(reads, "select identity_id from cases where id = any($1)", ids)
	facts := askFacts(reads, "= any($1)", ids)
	return func(of []*cases.Case) map[int64]*subject { return facts.subjects(of, *accounts) }
}

// loadNow computes the plans of cases as askNow reads them.
func loadNow(db *gorm.DB, of []*cases.Case) (map[int64]*subject, error) {
	ids := make([]int64, len(of))
	for i, c := range of {
		ids[i] = c.ID
	}
	var reads store.Reads
	found := askNow(&reads, ids)
	if err := reads.Run(db); err != nil {
		return nil, err
	}
	return found(of), nil
}

// Look computes the plan of one case as it stands.
func Look(db *gorm.DB, c *cases.Case) (Plan, Facts, error) {
	var reads store.Reads
	found := AskLook(&reads, c.ID)
	if err := reads.Run(db); err != nil {
		return Plan{}, Facts{}, err
	}
	plan, facts := found(c)
	return plan, facts, nil
}

// AskLook reads for Look; what it returns computes the plan once the reads have run.
func AskLook(reads *store.Reads, id int64) func(c *cases.Case) (Plan, Facts) {
	found := askNow(reads, []int64{id})
	return func(c *cases.Case) (Plan, Facts) {
		s := found([]*cases.Case{c})[c.ID]
		return s.plan, s.facts
	}
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
