package reimbursements

import (
	"slices"
	"strings"

	"gorm.io/gorm"

	"hoten/app/cases"
	"hoten/app/incidents"
	"hoten/app/store"
)

// Flags are why a proposal is looked at by itself, as it stood when it was proposed.
const (
	Correction     = "correction"      // it changes what was posted
	DoubleReal     = "double"          // a supervisor decided about movements that may be one
	UnusualAmount  = "unusual_amount"  // the company cost is near the threshold of its program or above
	AboveUsual     = "above_usual"     // it is far above what is usual in its incident
	Adjusted       = "adjusted"        // somebody's own line is part of the plan
	OwnUnverified  = "own_unverified"  // as OwnUse, and the member was verified in no call
	OwnUse         = "own_use"         // a movement of the case was found to be the member's own
	Undo           = "undo"            // it takes back what was approved before, see ProposeUndo
	ContactChanged = "contact_changed" // a contact was registered on or after the incident's first day
)

// Flags lists them, most serious first.
var Flags = []string{Undo, Correction, DoubleReal, UnusualAmount, AboveUsual, Adjusted, OwnUnverified, OwnUse, ContactChanged}

// Bands are the company costs, in points of the program where it is largest, up to
// which proposals are grouped; what is above the last makes a band of its own.
var Bands = []int64{0, 500, 1000, 5000}

// largest is the company cost in the program where it is largest, in its points;
// no program where nothing costs.
func (p Plan) largest() (program *int16, most int64) {
	cost := p.Cost()
	for _, id := range sortedKeys(cost) {
		if cost[id] > most {
			program, most = &id, cost[id]
		}
	}
	return program, most
}

// kind is what proposals of an incident are compared within.
type kind struct {
	Class     string
	ProgramID int16
}

// A cost is unusual above so many times the median one of its kind, where there are
// enough to say what is usual. The latest of each state are compared with: the cost
// of proposing must not grow with the incident.
const (
	unusualTimes = 3
	usualFrom    = 10
	usualWithin  = 1000
)

// Measure is what a flag goes by: the company cost in a program was above so many of its points.
type Measure struct {
	Flag      string `json:"flag"`
	ProgramID int16  `json:"program"`
	Above     int64  `json:"above"`
}

// measures says in which programs a cost stands out: above its share of the threshold, and
// far above the median of its kind; 0 where there is neither.
func (d desk) measures(s *subject, medians map[kind]int64) []Measure {
	out := []Measure{}
	cost := s.plan.Cost()
	for _, program := range sortedKeys(cost) {
		bound := d.policies.Thresholds[d.programs[program].Code] * int64(d.policies.UnusualPercent) / 100
		usual := unusualTimes * medians[kind{*s.Class, program}]
		if bound > 0 && cost[program] > bound {
			out = append(out, Measure{UnusualAmount, program, bound})
		}
		if usual > 0 && cost[program] > usual {
			out = append(out, Measure{AboveUsual, program, usual})
		}
	}
	return out
}

// flags says why a plan stands out: what is known of the plan itself with its measures, and
// what known says of its case.
func (s *subject) flags(measures []Measure, known []string) string {
	var out []string
	if s.plan.Corrects {
		out = append(out, Correction)
	}
	if slices.ContainsFunc(s.facts.Movements, func(m incidents.Movement) bool { return m.Doubled != nil }) {
		out = append(out, DoubleReal)
	}
	for _, flag := range []string{UnusualAmount, AboveUsual} {
		if slices.ContainsFunc(measures, func(m Measure) bool { return m.Flag == flag }) {
			out = append(out, flag)
		}
	}
	if s.plan.adjusted() {
		out = append(out, Adjusted)
	}
	return strings.Join(append(out, known...), " ")
}

// medians returns the median cost of each class and program, over the proposals of an
// incident and those that are just being made, in one query; zero costs are ignored.
func medians(db *gorm.DB, incident int64, made []*subject) (map[kind]int64, error) {
	var classes []string
	var programs []int16
	var costs []int64
	for _, s := range made {
		if program, cost := s.plan.largest(); program != nil {
			classes, programs, costs = append(classes, *s.Class), append(programs, *program), append(costs, cost)
		}
	}
	type row struct {
		Class     string
		ProgramID int16
		Median    int64
	}
	rows, err := store.Select[row](db, `select class, program_id, percentile_disc(0.5) within group (order by cost) as median from (
		select c.class, r.program_id, r.cost from (values ('submitted'), ('approved'), ('posted')) as s(state)
		cross join lateral (select case_id, cost_program_id as program_id, cost from reimbursements
			where incident_id = $1 and state = s.state and cost > 0 and undoes is null order by id desc limit $2) r
		join cases c on c.id = r.case_id where c.class is not null
		union all select * from unnest($3::text[], $4::smallint[], $5::bigint[])) x
		group by 1, 2 having count(*) >= $6`, incident, usualWithin, classes, programs, costs, usualFrom)
	out := make(map[kind]int64, len(rows))
	for _, r := range rows {
		out[kind{r.Class, r.ProgramID}] = r.Median
	}
	return out, err
}

// known finds what stands out about cases beside their plans, in one query.
func known(db *gorm.DB, caseIDs []int64) (map[int64][]string, error) {
	type row struct {
		ID       int64
		Own      bool
		Verified bool
		Changed  bool
	}
	rows, err := store.Select[row](db, `select c.id,
		o.own, o.own and `+cases.MemberVerified("i.id")+` as verified,
		exists (select 1 from contacts k where k.member_id = i.member_id and k.registered_on >= n.period_from) as changed
		from cases c join identities i on i.id = c.identity_id join incidents n on n.id = c.incident_id
		cross join lateral (select exists (select 1 from movements m where m.identity_id = c.identity_id and m.incident_id = c.incident_id and m.finding = 'own') as own) o
		where c.id = any($1)`, caseIDs)
	out := map[int64][]string{}
	for _, r := range rows {
		if r.Own && !r.Verified {
			out[r.ID] = append(out[r.ID], OwnUnverified)
		}
		if r.Own {
			out[r.ID] = append(out[r.ID], OwnUse)
		}
		if r.Changed {
			out[r.ID] = append(out[r.ID], ContactChanged)
		}
	}
	return out, err
}
