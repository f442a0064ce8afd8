package reimbursements

import (
	"cmp"
	"crypto/sha256"
	"encoding/json"
	"iter"
	"slices"

	"hoten/app/incidents"
)

// Kinds of lines.
const (
	Rollback  = "rollback"
	Reimburse = "reimburse"
	Absorb    = "absorb"
	Adjust    = "adjust"
)

// Line is one line of a plan. Points are given to the member in Program; a
// rollback takes CounterPoints back in CounterProgram. Points of an adjustment
// may be negative.
type Line struct {
	Kind             string `json:"kind"`
	ProgramID        int16  `json:"program"`
	Points           int64  `json:"points"`
	CounterProgramID *int16 `json:"counter_program,omitempty"`
	CounterPoints    *int64 `json:"counter_points,omitempty"`
	MovementID       *int64 `json:"movement,omitempty"`
	AdjustmentID     *int64 `json:"adjustment,omitempty"`
}

// Effects yields what the line does to the member's balances, by program (the view
// reimbursement_points does the same): a rollback gives in one program and takes in
// the other.
func (l Line) Effects() iter.Seq2[int16, int64] {
	return func(yield func(int16, int64) bool) {
		if yield(l.ProgramID, l.Points) && l.CounterProgramID != nil {
			yield(*l.CounterProgramID, -*l.CounterPoints)
		}
	}
}

// Balance is a member's balance in one program before and after the plan.
type Balance struct {
	ProgramID int16 `json:"program"`
	Now       int64 `json:"now"`
	Final     int64 `json:"final"`
}

// Plan is what makes one ID whole, as a whole.
type Plan struct {
	Class    string    `json:"class"`
	Lines    []Line    `json:"lines"`
	Balances []Balance `json:"balances"`
}

// Facts is what a plan is computed from: the movements and adjustments of one
// ID in one incident that were not compensated yet, what cancellations gave
// back, and the balances now.
type Facts struct {
	Movements   []incidents.Movement
	Compensated map[int64]bool  // by movement
	Adjustments []Adjustment    // not posted yet
	Absorbed    map[int16]int64 // by program, what earlier plans of the case absorbed
	Balances    map[int16]int64
}

// Compute makes the plan (docs/domain.md section 2):
//   - each fraudulent transfer goes back: what was sent returns, what was received
//     is taken, by the recorded figures and never by a rate;
//   - each fraudulent exchange is reimbursed less what a cancellation gave back;
//   - a balance that would fall below zero is absorbed by the operator; what an
//     earlier plan of the case absorbed is taken into account, else a transfer and
//     its exchange in two plans would pay one loss twice.
//
// So final = the balance before the incident ± the member's own movements.
func Compute(f Facts) Plan {
	p := Plan{Class: incidents.Class(f.Movements), Lines: []Line{}}
	change := map[int16]int64{}
	cancelled := map[int64]int64{}
	for _, m := range f.Movements {
		if m.Kind == incidents.Cancel && m.RefersTo != nil {
			cancelled[*m.RefersTo] += m.Points
		}
	}
	for _, m := range f.Movements {
		if !m.Fraudulent() || f.Compensated[m.ID] {
			continue
		}
		if line, ok := compensate(m, cancelled[m.ID]); ok {
			p.Lines = append(p.Lines, line)
		}
	}
	for _, a := range f.Adjustments {
		p.Lines = append(p.Lines, Line{Kind: Adjust, ProgramID: a.ProgramID, Points: a.Points, AdjustmentID: &a.ID})
	}
	for _, l := range p.Lines {
		for program, points := range l.Effects() {
			change[program] += points
		}
	}
	p.settle(f, change)
	return p
}

func compensate(m incidents.Movement, cancelled int64) (Line, bool) {
	switch m.Kind {
	case incidents.Transfer:
		return Line{Kind: Rollback, ProgramID: *m.FromProgram, Points: m.Points,
			CounterProgramID: m.ToProgram, CounterPoints: &m.PointsReceived, MovementID: &m.ID}, true
	case incidents.Exchange:
		left := m.Points - cancelled
		return Line{Kind: Reimburse, ProgramID: *m.FromProgram, Points: left, MovementID: &m.ID}, left > 0
	}
	return Line{}, false
}

// settle adds what the operator absorbs, and the balances. Points are negative
// where an earlier plan absorbed what now turns out to be no shortfall.
func (p *Plan) settle(f Facts, change map[int16]int64) {
	for _, program := range sortedKeys(f.Balances) {
		now := f.Balances[program]
		whole := now + change[program] - f.Absorbed[program]
		if absorb := max(0, -whole) - f.Absorbed[program]; absorb != 0 {
			p.Lines = append(p.Lines, Line{Kind: Absorb, ProgramID: program, Points: absorb})
		}
		p.Balances = append(p.Balances, Balance{program, now, max(0, whole)})
	}
}

func sortedKeys[V any](m map[int16]V) []int16 {
	keys := make([]int16, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}

// Empty reports whether nothing is to be done.
func (p Plan) Empty() bool { return len(p.Lines) == 0 }

// Hash identifies the plan that was looked at: lines and balances.
func (p Plan) Hash() []byte {
	slices.SortStableFunc(p.Lines, func(a, b Line) int { return cmp.Compare(a.key(), b.key()) })
	b, err := json.Marshal(p)
	if err != nil {
		panic(err) // integers and fixed words always marshal
	}
	h := sha256.Sum256(b)
	return h[:]
}

// key orders lines: movements in the order they were recorded, then adjustments,
// then what is absorbed.
func (l Line) key() int64 {
	const later = int64(1) << 60
	switch {
	case l.MovementID != nil:
		return *l.MovementID
	case l.AdjustmentID != nil:
		return later + *l.AdjustmentID
	}
	return 2*later + int64(l.ProgramID)
}

// Totals are what lines do to the members' balances, in points by program; what a
// rollback takes is negative.
type Totals struct {
	Rollback  map[int16]int64
	Reimburse map[int16]int64
	Absorbed  map[int16]int64
	Adjusted  map[int16]int64
}

// NewTotals makes totals to add to.
func NewTotals() Totals {
	return Totals{map[int16]int64{}, map[int16]int64{}, map[int16]int64{}, map[int16]int64{}}
}

// Add adds points of lines of a kind.
func (t Totals) Add(kind string, program int16, points int64) {
	switch kind {
	case Rollback:
		t.Rollback[program] += points
	case Reimburse:
		t.Reimburse[program] += points
	case Absorb:
		t.Absorbed[program] += points
	case Adjust:
		t.Adjusted[program] += points
	}
}

// AddAll adds other totals.
func (t Totals) AddAll(o Totals) {
	for kind, of := range map[string]map[int16]int64{Rollback: o.Rollback, Reimburse: o.Reimburse, Absorb: o.Absorbed, Adjust: o.Adjusted} {
		for program, points := range of {
			t.Add(kind, program, points)
		}
	}
}

// Cost is what was reimbursed, absorbed and adjusted in a program. A rollback costs
// the company nothing.
func (t Totals) Cost(program int16) int64 {
	return t.Reimburse[program] + t.Absorbed[program] + t.Adjusted[program]
}

// Totals sums the plan.
func (p Plan) Totals() Totals {
	t := NewTotals()
	for _, l := range p.Lines {
		for program, points := range l.Effects() {
			t.Add(l.Kind, program, points)
		}
	}
	return t
}

// Cost is what the plan costs the company, by program (see Totals.Cost).
func (p Plan) Cost() map[int16]int64 { return p.sum(func(points int64) int64 { return points }) }

// Given is what the plan counts for in its proposer's limit of a day: its cost without
// what it takes, which must not make room for other proposals.
func (p Plan) Given() map[int16]int64 {
	return p.sum(func(points int64) int64 { return max(points, 0) })
}

func (p Plan) sum(part func(points int64) int64) map[int16]int64 {
	out := map[int16]int64{}
	for _, l := range p.Lines {
		if l.Kind != Rollback {
			out[l.ProgramID] += part(l.Points)
		}
	}
	return out
}

// adjusted reports whether somebody's adjustment is part of the plan.
func (p Plan) adjusted() bool {
	return slices.ContainsFunc(p.Lines, func(l Line) bool { return l.Kind == Adjust })
}
