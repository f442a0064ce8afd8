package reimbursements

import (
	"cmp"
	"crypto/sha256"
	"encoding/json"
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
		change[l.ProgramID] += l.Points
		if l.CounterProgramID != nil {
			change[*l.CounterProgramID] -= *l.CounterPoints
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

// Totals are points by program.
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

// Add counts a line; a rollback counts in both its programs, each in its unit.
func (t Totals) Add(l Line) {
	switch l.Kind {
	case Rollback:
		t.Rollback[l.ProgramID] += l.Points
		if l.CounterProgramID != nil {
			t.Rollback[*l.CounterProgramID] += *l.CounterPoints
		}
	case Reimburse:
		t.Reimburse[l.ProgramID] += l.Points
	case Absorb:
		t.Absorbed[l.ProgramID] += l.Points
	case Adjust:
		t.Adjusted[l.ProgramID] += l.Points
	}
}

// Totals sums the plan.
func (p Plan) Totals() Totals {
	t := NewTotals()
	for _, l := range p.Lines {
		t.Add(l)
	}
	return t
}

// Cost is what the plan costs the company, by program: reimbursed, absorbed and
// adjusted points. What is rolled back is no cost.
func (p Plan) Cost() map[int16]int64 {
	cost := map[int16]int64{}
	for _, l := range p.Lines {
		if l.Kind != Rollback {
			cost[l.ProgramID] += l.Points
		}
	}
	return cost
}

// adjusted reports whether somebody's adjustment is part of the plan.
func (p Plan) adjusted() bool {
	return slices.ContainsFunc(p.Lines, func(l Line) bool { return l.Kind == Adjust })
}
