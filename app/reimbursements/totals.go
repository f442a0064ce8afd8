package reimbursements

import "slices"

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

// moves reports whether any of the totals is not zero.
func (t Totals) moves() bool {
	for _, of := range []map[int16]int64{t.Rollback, t.Reimburse, t.Absorbed, t.Adjusted} {
		for _, points := range of {
			if points != 0 {
				return true
			}
		}
	}
	return false
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

// Moved sums the plan as its lines say it: a rollback moves points of both of its programs,
// and what a correction takes back is negative.
func (p Plan) Moved() Totals {
	t := NewTotals()
	for _, l := range p.Lines {
		t.Add(l.Kind, l.ProgramID, l.Points)
		if l.CounterProgramID != nil {
			t.Add(l.Kind, *l.CounterProgramID, *l.CounterPoints)
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
