package reimbursements

import (
	"cmp"
	"crypto/sha256"
	"encoding/json"
	"iter"
	"maps"
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
	Behind    int64 `json:"behind,omitempty"` // what left and is posted with the plan, as far as the balance reaches
}

// Plan is what makes one ID whole, as a whole: the difference between what should stand
// and what was posted. Its hash is of what JSON shows.
type Plan struct {
	Class    string    `json:"class"`
	Lines    []Line    `json:"lines"`
	Balances []Balance `json:"balances"`       // of the programs whose balance is known
	Legs     []LegAs   `json:"legs,omitempty"` // of one that undoes another: the other's legs as they are

	Missing  []int16  `json:"-"` // programs that the plan needs and whose balance is unknown: then there are no lines
	Exceeded []int16  `json:"-"` // programs in which adjustments, or an undo, take more than there is: then it cannot be proposed
	Disputed []string `json:"-"` // keys of legs of the case that a statement lists as done, and hoten has as refused or dropped
	Doubles  []int64  `json:"-"` // movements that have an equal one, until a supervisor decides
	Corrects bool     `json:"-"` // a line changes what was posted for its movement
}

// Entries is what was posted for a movement: the sums of its lines, and how many.
type Entries struct {
	Points, CounterPoints int64
	Count                 int16
	Undone                int16 // of Count, those of plans that were undone and of what undid them
}

// stand reports whether anything was posted that was not undone.
func (e Entries) stand() bool { return e.Count > e.Undone }

// Facts is what a plan is computed from: the movements of one ID in one incident with
// the cancellations of its exchanges, what was posted for each, the adjustments that
// were not posted, and the balances now. A balance that nobody stated is not there.
type Facts struct {
	Movements   []incidents.Movement
	Posted      map[int64]Entries // by movement
	Equal       map[int64]bool    // movements that stand under another number too, see equalTo
	Authors     map[int64][]int64 // who turned a movement into a loss
	Adjustments []Adjustment
	Absorbed    map[int16]int64 // by program, what plans of all cases of the ID absorbed
	BorneHere   map[int16]int64 // by program, what plans of this case absorbed
	Adjusted    map[int16]int64 // by program, what plans of all cases of the ID gave as adjustments
	Given       map[int64]int16 // by adjustment, how often it was posted, or taken back
	Balances    map[int16]int64
	Assumed     map[int16]int64 // by program, what is on an account of which nobody stated a balance: there may be more
	Behind      map[int16]int64 // by program, what left the account and is not posted, because nothing is on it
	Elsewhere   map[int16]int64 // by program, what losses in other incidents of the ID did to the balance since it was stated, until they are made good
	Staters     []int64         // who stated balances by hand
	Disputed    []string        // keys of legs, see Plan
}

// Compute makes the plan (docs/domain.md section 2):
//   - each fraudulent transfer goes back: what was sent returns, what was received
//     is taken, by the recorded figures and never by a rate;
//   - each fraudulent exchange is reimbursed less what its cancellations gave back;
//   - what was posted for a movement already counts: a cancellation or a finding that
//     comes later makes a line of the difference;
//   - a balance that would fall below zero is absorbed by the operator; what earlier
//     plans of the ID absorbed, in any incident, is taken into account, else a transfer
//     and its exchange in two plans would pay one loss twice;
//   - what a loss in another incident did to the balance since it was stated is left to the
//     plan of that incident: it looks like the member's own use until it is made good;
//   - an adjustment is what somebody decided to give or take: it makes up for nothing that
//     was absorbed, and takes no more than there is.
//
// So final = the balance before the incident ± the member's own movements ± adjustments.
func Compute(f Facts) Plan {
	p := Plan{Class: incidents.Class(f.Movements), Lines: []Line{}, Doubles: f.doubles(), Disputed: f.Disputed}
	cancelled := f.cancelled()
	for _, m := range f.Movements {
		if line, ok := f.due(m, cancelled[m.ID]); ok {
			p.Lines = append(p.Lines, line)
			p.Corrects = p.Corrects || f.Posted[m.ID].stand()
		}
	}
	for _, a := range f.Adjustments {
		p.Lines = append(p.Lines, Line{Kind: Adjust, ProgramID: a.ProgramID, Points: a.Points, AdjustmentID: &a.ID})
	}
	change := map[int16]int64{}
	for program, points := range f.BorneHere {
		if points != 0 && f.Balances[program] > f.aside(program) {
			change[program] = 0 // there is something now of what this case bore before
		}
	}
	for _, m := range f.Movements {
		if m.FromProgram != nil && f.left(*m.FromProgram) > 0 {
			change[*m.FromProgram] = 0 // more left than was there: that is borne by the case of what left
		}
	}
	adjusted := map[int16]int64{}
	for _, l := range p.Lines {
		for program, points := range l.Effects() {
			if l.Kind == Adjust {
				adjusted[program] += points
			} else {
				change[program] += points
			}
		}
	}
	p.settle(f, change, adjusted)
	return p
}

// cancelled is what was given back for each exchange.
func (f Facts) cancelled() map[int64]int64 {
	out := map[int64]int64{}
	for _, m := range f.Movements {
		if m.Kind == incidents.Cancel && m.ExchangeID != nil && !m.Is(incidents.Double) {
			out[*m.ExchangeID] += m.Points
		}
	}
	return out
}

// due is what is still to be posted for a movement.
func (f Facts) due(m incidents.Movement, cancelled int64) (Line, bool) {
	var points, counter int64
	if m.Fraudulent() {
		points, counter = m.Points, m.PointsReceived
	}
	posted := f.Posted[m.ID]
	switch m.Kind {
	case incidents.Transfer:
		points, counter = points-posted.Points, counter-posted.CounterPoints
		return Line{Kind: Rollback, ProgramID: *m.FromProgram, Points: points,
			CounterProgramID: m.ToProgram, CounterPoints: &counter, MovementID: &m.ID}, points != 0
	case incidents.Exchange:
		points = max(0, points-cancelled) - posted.Points
		return Line{Kind: Reimburse, ProgramID: *m.FromProgram, Points: points, MovementID: &m.ID}, points != 0
	}
	return Line{}, false
}

// Settled reports whether what was posted for a movement is what is due.
func (f Facts) Settled(m incidents.Movement) bool {
	_, due := f.due(m, f.cancelled()[m.ID])
	return !due && f.Posted[m.ID].Points != 0
}

// doubles are the movements that would count twice unless a supervisor decides: losses,
// and cancellations of losses.
func (f Facts) doubles() (out []int64) {
	losses := map[int64]bool{}
	for _, m := range f.Movements {
		losses[m.ID] = m.Fraudulent() && (m.Kind == incidents.Transfer || m.Kind == incidents.Exchange)
	}
	for _, m := range f.Movements {
		counts := losses[m.ID] || m.Kind == incidents.Cancel && m.ExchangeID != nil && losses[*m.ExchangeID]
		if counts && f.Equal[m.ID] && m.Doubled == nil {
			out = append(out, m.ID)
		}
	}
	return out
}

// enough reports whether a change can be posted without knowing the balance: whatever the
// member has, the account does not fall below zero.
func (f Facts) enough(program int16, change int64) bool {
	least, is := f.Assumed[program]
	return is && least+change >= 0 && f.Absorbed[program] == 0
}

// settle adds what the operator absorbs, and the balances. Points are negative where an
// earlier plan of the ID absorbed what now turns out to be no shortfall. Without a
// balance that the plan needs nothing can be said of any line.
func (p *Plan) settle(f Facts, change, adjusted map[int16]int64) {
	touched := maps.Clone(change)
	for program, points := range adjusted {
		touched[program] += points
	}
	for _, program := range sortedKeys(touched) {
		if _, known := f.Balances[program]; !known && !f.enough(program, touched[program]) {
			p.Missing = append(p.Missing, program)
		}
	}
	if p.Missing != nil {
		p.Lines, p.Corrects, change, adjusted = []Line{}, false, nil, nil
	}
	for _, program := range sortedKeys(f.Balances) {
		aside, behind := f.aside(program), int64(0)
		now, more := f.Balances[program]-aside, adjusted[program]
		final := now + more
		// One that undoes another gives back no more than that took.
		_, touched := change[program]
		if touched || more > 0 && f.Adjusted[program] < 0 {
			behind = f.left(program)
			// What adjustments gave, as far as it is still there, covers no shortfall,
			// whichever came first.
			stands := min(f.Adjusted[program], now)
			own := now - behind + change[program] - f.Absorbed[program] - stands
			if final = balanced(own, stands+more); more < 0 {
				final = balanced(own, stands) + more
			}
			if absorb := final - own - stands - more - f.Absorbed[program]; absorb != 0 {
				p.Lines = append(p.Lines, Line{Kind: Absorb, ProgramID: program, Points: absorb})
				p.Corrects = p.Corrects || absorb < 0 && f.BorneHere[program] > 0 || behind > 0 && f.posted()
			}
		}
		if final < 0 {
			p.Exceeded = append(p.Exceeded, program)
		}
		p.Balances = append(p.Balances, Balance{program, f.Balances[program], final + aside, behind})
	}
}

// aside is what a loss in another incident has brought into an account, as far as it is still
// there: the plan of that incident takes it back, so it is no use to this one.
func (f Facts) aside(program int16) int64 {
	return max(0, min(f.Balances[program], f.Elsewhere[program]))
}

// left is what left an account and is not posted, without what a loss in another incident
// took, which the plan of that one gives back.
func (f Facts) left(program int16) int64 {
	return max(0, f.Behind[program]+min(0, f.Elsewhere[program]))
}

// balanced is the balance of somebody to whom movements leave so much, and adjustments give or
// take so much: what is given is there in full, and nothing is below zero.
func balanced(own, adjusted int64) int64 {
	if adjusted >= 0 {
		return max(0, own) + adjusted
	}
	return max(0, own+adjusted)
}

// posted reports whether an earlier plan of the case was posted for a movement.
func (f Facts) posted() bool {
	for _, e := range f.Posted {
		if e.stand() {
			return true
		}
	}
	return false
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
