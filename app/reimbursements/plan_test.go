package reimbursements_test

import (
	"bytes"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"hoten/app/apptest"
	"hoten/app/incidents"
	"hoten/app/reimbursements"
)

func TestMain(m *testing.M) { apptest.Main(m) }

// pointtalk and goo are the programs of the migrations; the plan is computed
// from numbers alone, so these tests need no database.
const (
	pointtalk = int16(1)
	goo       = int16(2)
)

// history is what happened to one ID: the truth that a plan must restore.
type history struct {
	before map[int16]int64 // before the incident
	own    map[int16]int64 // what the member's own movements changed
	facts  reimbursements.Facts
}

// whole is where the member stands without the incident: below zero where the
// member spent what the thief had moved in.
func (h history) whole(program int16) int64 { return h.before[program] + h.own[program] }

func ptr[T any](v T) *T { return &v }

// drawHistory draws movements with any recorded rate, and the balances that they
// lead to. Balances are those of the ledger, so none is below zero.
func drawHistory(t *rapid.T) history {
	h := history{before: map[int16]int64{}, own: map[int16]int64{}}
	h.facts = reimbursements.Facts{Posted: map[int64]reimbursements.Entries{}, Balances: map[int16]int64{}}
	left := map[int16]int64{} // what is on the accounts, of all that was not compensated
	points := rapid.Int64Range(1, 20_000)
	for n, id := rapid.IntRange(0, 8).Draw(t, "movements"), int64(1); n > 0; n, id = n-1, id+1 {
		m := incidents.Movement{ID: id, Points: points.Draw(t, "points"), Finding: rapid.SampledFrom([]string{
			incidents.Suspected, incidents.Confirmed, incidents.Own, incidents.None}).Draw(t, "finding")}
		m.PointsReceived = m.Points
		change := map[int16]int64{}
		switch m.Kind = rapid.SampledFrom([]string{incidents.Transfer, incidents.Exchange, incidents.Earn}).Draw(t, "kind"); m.Kind {
		case incidents.Transfer:
			m.FromProgram, m.ToProgram, m.PointsReceived = ptr(pointtalk), ptr(goo), points.Draw(t, "received")
			if rapid.Bool().Draw(t, "back") {
				m.FromProgram, m.ToProgram = m.ToProgram, m.FromProgram
			}
			change[*m.FromProgram], change[*m.ToProgram] = -m.Points, m.PointsReceived
		case incidents.Exchange:
			m.FromProgram = ptr(goo)
			change[goo] = -m.Points
		case incidents.Earn:
			m.ToProgram, m.Finding = ptr(rapid.SampledFrom([]int16{pointtalk, goo}).Draw(t, "to")), incidents.None
			change[*m.ToProgram] = m.Points
		}
		h.facts.Movements = append(h.facts.Movements, m)
		posted := reimbursements.Entries{Points: m.Points, CounterPoints: m.PointsReceived, Count: 1}
		if m.Kind == incidents.Exchange && rapid.Bool().Draw(t, "cancelled") {
			id++
			back := incidents.Movement{ID: id, Kind: incidents.Cancel, ToProgram: ptr(goo), Points: rapid.Int64Range(1, m.Points).Draw(t, "given back"),
				ExchangeID: ptr(m.ID), Finding: incidents.None}
			back.PointsReceived = back.Points
			change[goo] += back.Points
			posted.Points -= back.Points
			h.facts.Movements = append(h.facts.Movements, back)
		}
		done := m.Fraudulent() && rapid.IntRange(0, 3).Draw(t, "compensated") == 0
		if done {
			h.facts.Posted[m.ID] = posted
		}
		for program, points := range change {
			if !m.Fraudulent() {
				h.own[program] += points
			}
			if !done {
				left[program] += points
			}
		}
	}
	for _, program := range []int16{pointtalk, goo} {
		h.before[program] = rapid.Int64Range(max(0, -left[program]), max(0, -left[program])+5000).Draw(t, "before")
		h.facts.Balances[program] = h.before[program] + left[program]
	}
	return h
}

// The invariant of docs/domain.md section 2: the member ends where the incident had
// never happened, and the operator bears exactly what is missing below zero.
func TestPlanMakesWhole(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		h := drawHistory(t)
		p := reimbursements.Compute(h.facts)
		absorbed := p.Totals().Absorbed
		for _, b := range p.Balances {
			if b.Now != h.facts.Balances[b.ProgramID] || b.Final != max(0, h.whole(b.ProgramID)) {
				t.Fatalf("program %d: %+v, whole would be %d", b.ProgramID, b, h.whole(b.ProgramID))
			}
			if want := max(0, -h.whole(b.ProgramID)); absorbed[b.ProgramID] != want {
				t.Fatalf("program %d: absorbed %d, want %d", b.ProgramID, absorbed[b.ProgramID], want)
			}
		}
		if len(p.Balances) != 2 {
			t.Fatalf("balances: %+v", p.Balances)
		}
	})
}

// Each movement at most once; what is the member's own or was compensated is in
// no line, and every figure is a recorded one.
func TestPlanLinesAreTheRecordedFigures(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		h := drawHistory(t)
		byID, back := map[int64]incidents.Movement{}, map[int64]int64{}
		for _, m := range h.facts.Movements {
			byID[m.ID] = m
			if m.Kind == incidents.Cancel {
				back[*m.ExchangeID] += m.Points
			}
		}
		seen := map[int64]bool{}
		p := reimbursements.Compute(h.facts)
		for _, l := range p.Lines {
			if l.Points <= 0 { // negative only where an earlier plan absorbed
				t.Fatalf("a line without points: %+v", l)
			}
			if l.Kind == reimbursements.Absorb {
				continue
			}
			m := byID[*l.MovementID]
			if seen[m.ID] || h.facts.Posted[m.ID].Count > 0 || !m.Fraudulent() {
				t.Fatalf("movement %+v in line %+v", m, l)
			}
			seen[m.ID] = true
			switch m.Kind {
			case incidents.Transfer:
				if l.Kind != reimbursements.Rollback || l.Points != m.Points || *l.CounterPoints != m.PointsReceived || l.ProgramID != *m.FromProgram || *l.CounterProgramID != *m.ToProgram {
					t.Fatalf("%+v of %+v", l, m)
				}
			case incidents.Exchange:
				if l.Kind != reimbursements.Reimburse || l.Points != m.Points-back[m.ID] || l.CounterProgramID != nil {
					t.Fatalf("%+v of %+v, %d given back", l, m, back[m.ID])
				}
			default:
				t.Fatalf("%+v is nothing to compensate", m)
			}
		}
		for _, m := range h.facts.Movements {
			whole := m.Kind == incidents.Exchange && back[m.ID] == m.Points
			if m.Fraudulent() && h.facts.Posted[m.ID].Count == 0 && !whole && !seen[m.ID] {
				t.Fatalf("%+v was left out", m)
			}
		}
	})
}

func TestPlanIsAFunctionOfTheFacts(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		h := drawHistory(t)
		first, again := reimbursements.Compute(h.facts), reimbursements.Compute(h.facts)
		if !bytes.Equal(first.Hash(), again.Hash()) {
			t.Fatal("computed twice, two plans")
		}
		shuffled := h.facts
		shuffled.Movements = rapid.Permutation(h.facts.Movements).Draw(t, "shuffled")
		other := reimbursements.Compute(shuffled)
		if !bytes.Equal(first.Hash(), other.Hash()) || !slices.Equal(first.Balances, other.Balances) {
			t.Fatalf("the order matters: %+v, %+v", first, other)
		}
	})
}

// post does to the facts what posting the plan does to the database.
func post(f reimbursements.Facts, p reimbursements.Plan) {
	for _, l := range p.Lines {
		switch {
		case l.Kind == reimbursements.Absorb:
			f.Absorbed[l.ProgramID] += l.Points
		case l.MovementID != nil:
			e := f.Posted[*l.MovementID]
			e.Points, e.Count = e.Points+l.Points, e.Count+1
			if l.CounterPoints != nil {
				e.CounterPoints += *l.CounterPoints
			}
			f.Posted[*l.MovementID] = e
		}
	}
	for _, b := range p.Balances {
		f.Balances[b.ProgramID] = b.Final
	}
}

// A plan that was posted leaves nothing to do: what is computed after it is empty.
func TestNothingIsLeftAfterThePlan(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		h := drawHistory(t)
		h.facts.Absorbed = map[int16]int64{}
		p := reimbursements.Compute(h.facts)
		post(h.facts, p)
		after := reimbursements.Compute(h.facts)
		if !after.Empty() {
			t.Fatalf("left: %+v", after.Lines)
		}
		for i, b := range after.Balances {
			if b.Now != p.Balances[i].Final || b.Final != b.Now {
				t.Fatalf("%+v after %+v", b, p.Balances[i])
			}
		}
	})
}

// Findings are decided one after another, and movements come with later imports:
// however many plans are posted on the way, the member ends where one plan would
// have led. A transfer and its exchange in two plans would otherwise pay one loss
// twice: first what the rollback could not take back, then the exchange.
func TestPlansOneAfterAnotherEndLikeOne(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		h := drawHistory(t)
		known := h.facts
		known.Absorbed = map[int16]int64{}
		for step := range 4 {
			known.Movements = slices.Clone(h.facts.Movements)
			for i := range known.Movements {
				late := step < 3 && rapid.Bool().Draw(t, "found later")
				if m := &known.Movements[i]; m.Fraudulent() && known.Posted[m.ID].Count == 0 && late {
					m.Finding = incidents.Own
				}
			}
			post(known, reimbursements.Compute(known))
		}
		for program, balance := range known.Balances {
			if want := max(0, h.whole(program)); balance != want || known.Absorbed[program] != max(0, -h.whole(program)) {
				t.Fatalf("program %d: %d and %d absorbed, want %d", program, balance, known.Absorbed[program], want)
			}
		}
	})
}

// Every movement found to be the member's own: no plan, and class D.
func TestOwnFindingsLeaveThePlan(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		h := drawHistory(t)
		for i := range h.facts.Movements {
			if h.facts.Movements[i].Fraudulent() {
				h.facts.Movements[i].Finding = incidents.Own
			}
		}
		clear(h.facts.Posted)
		p := reimbursements.Compute(h.facts)
		if !p.Empty() || p.Class != "D" {
			t.Fatalf("%+v", p)
		}
		for _, b := range p.Balances {
			if b.Final != b.Now {
				t.Fatalf("%+v moved", b)
			}
		}
	})
}

// An adjustment moves the final balance by its points, and is a line of its own.
func TestAdjustmentsAreLinesOfTheirOwn(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		h := drawHistory(t)
		points := rapid.Int64Range(-10_000, 10_000).Filter(func(n int64) bool { return n != 0 }).Draw(t, "adjustment")
		h.facts.Adjustments = []reimbursements.Adjustment{{ID: 1, ProgramID: goo, Points: points, StaffID: 7}}
		p := reimbursements.Compute(h.facts)
		if p.Totals().Adjusted[goo] != points {
			t.Fatalf("%+v", p.Lines)
		}
		// It makes up for no shortfall, and one that takes more than there is cannot be proposed.
		final := max(0, h.whole(goo)) + points
		if p.Balances[1].Final != final || slices.Contains(p.Exceeded, goo) != (final < 0) {
			t.Fatalf("%+v exceeded %v, whole %d, adjustment %d", p.Balances[1], p.Exceeded, h.whole(goo), points)
		}
		if !slices.Equal(reimbursements.Editors(h.facts), []int64{7}) {
			t.Fatal("who wrote the adjustment is not named as an editor")
		}
	})
}

// It makes no difference whether an adjustment is posted before the losses or with them.
func TestAdjustmentsComeInAnyOrder(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		h := drawHistory(t)
		h.facts.Absorbed, h.facts.Adjusted = map[int16]int64{}, map[int16]int64{}
		gift := []reimbursements.Adjustment{{ID: 1, ProgramID: goo, Points: rapid.Int64Range(1, 10_000).Draw(t, "adjustment")}}
		together := h.facts
		together.Adjustments = gift
		want := reimbursements.Compute(together).Balances
		post(h.facts, reimbursements.Compute(reimbursements.Facts{Adjustments: gift, Balances: h.facts.Balances, Absorbed: h.facts.Absorbed}))
		h.facts.Adjusted[goo] = gift[0].Points
		if got := reimbursements.Compute(h.facts).Balances; got[0].Final != want[0].Final || got[1].Final != want[1].Final {
			t.Fatalf("first %+v, together %+v", got, want)
		}
	})
}

// What somebody decided to give arrives, and is not taken back for a shortfall that was
// absorbed; nor does it hide one that comes later.
func TestAdjustmentsPayNoShortfall(t *testing.T) {
	f := reimbursements.Facts{Posted: map[int64]reimbursements.Entries{}, Absorbed: map[int16]int64{goo: 160}, BorneHere: map[int16]int64{goo: 160},
		Adjusted: map[int16]int64{}, Balances: map[int16]int64{pointtalk: 0, goo: 0}, Adjustments: []reimbursements.Adjustment{{ID: 1, ProgramID: goo, Points: 100}}}
	p := reimbursements.Compute(f)
	if len(p.Lines) != 1 || p.Balances[1].Final != 100 {
		t.Fatalf("%+v", p)
	}
	f.Adjustments, f.Adjusted[goo], f.Balances[goo] = nil, 100, 100
	if p = reimbursements.Compute(f); !p.Empty() {
		t.Fatalf("taken back: %+v", p)
	}
	// 40 of the shortfall turn out to be none.
	f.Balances[goo] = 140
	if p = reimbursements.Compute(f); len(p.Lines) != 1 || p.Lines[0].Points != -40 || p.Balances[1].Final != 100 {
		t.Fatalf("%+v", p)
	}
	// One that undoes another brings back what that took, and no shortfall with it.
	f = reimbursements.Facts{Posted: map[int64]reimbursements.Entries{}, Absorbed: map[int16]int64{goo: 40}, BorneHere: map[int16]int64{goo: 40}, Adjusted: map[int16]int64{goo: -60},
		Balances: map[int16]int64{pointtalk: 0, goo: 0}, Adjustments: []reimbursements.Adjustment{{ID: 1, ProgramID: goo, Points: 60}}}
	if p = reimbursements.Compute(f); p.Balances[1].Final != 20 || len(p.Lines) != 2 || p.Lines[1].Points != -40 {
		t.Fatalf("%+v", p)
	}
	// A loss is made good in full, of which none is kept for what an adjustment took.
	f = reimbursements.Facts{Posted: map[int64]reimbursements.Entries{}, Absorbed: map[int16]int64{}, BorneHere: map[int16]int64{}, Adjusted: map[int16]int64{goo: -350},
		Balances: map[int16]int64{pointtalk: 0, goo: 0}, Movements: []incidents.Movement{{ID: 1, Kind: incidents.Exchange, FromProgram: ptr(goo), Points: 250, Finding: incidents.Confirmed}}}
	if p = reimbursements.Compute(f); len(p.Lines) != 1 || p.Balances[1].Final != 250 {
		t.Fatalf("%+v", p)
	}
}

// The classes and outcomes of docs/domain.md section 2, in figures.
func TestPlanExamples(t *testing.T) {
	transfer := func(id, sent, received int64, finding string) incidents.Movement {
		return incidents.Movement{ID: id, Kind: incidents.Transfer, FromProgram: ptr(pointtalk), ToProgram: ptr(goo), Points: sent, PointsReceived: received, Finding: finding}
	}
	exchange := func(id, points int64, finding string) incidents.Movement {
		return incidents.Movement{ID: id, Kind: incidents.Exchange, FromProgram: ptr(goo), Points: points, PointsReceived: points, Finding: finding}
	}
	cancel := func(id, points, of int64) incidents.Movement {
		return incidents.Movement{ID: id, Kind: incidents.Cancel, ToProgram: ptr(goo), Points: points, PointsReceived: points, ExchangeID: ptr(of), Finding: incidents.None}
	}
	const sure, suspected, own = incidents.Confirmed, incidents.Suspected, incidents.Own
	for _, c := range []struct {
		name           string
		movements      []incidents.Movement
		talk, goo      int64 // balances now
		class          string
		finalT, finalG int64
		reimbursed     int64
		absorbed       int64
	}{
		{"A: rolled back", []incidents.Movement{transfer(1, 5000, 1000, sure)}, 0, 1200, "A", 5000, 200, 0, 0},
		{"A: suspicion suffices", []incidents.Movement{transfer(1, 5000, 1000, suspected)}, 0, 1000, "A", 5000, 0, 0, 0},
		{"A: the member spent what came in", []incidents.Movement{transfer(1, 5000, 1000, sure)}, 10, 300, "A", 5010, 0, 0, 700},
		{"B: reimbursed", []incidents.Movement{exchange(1, 800, sure)}, 70, 0, "B", 70, 800, 800, 0},
		{"B: less what a cancellation gave back", []incidents.Movement{exchange(1, 800, sure), cancel(2, 300, 1)}, 0, 300, "B", 0, 800, 500, 0},
		{"B: all was given back", []incidents.Movement{exchange(1, 800, sure), cancel(2, 800, 1)}, 0, 800, "B", 0, 800, 0, 0},
		// Restoring the state and paying the exchange separately would pay one loss twice.
		{"C: one loss, one act", []incidents.Movement{transfer(1, 5000, 1000, sure), exchange(2, 1000, sure)}, 0, 0, "C", 5000, 0, 1000, 0},
		{"C: part of it exchanged", []incidents.Movement{transfer(1, 5000, 1000, sure), exchange(2, 400, sure)}, 0, 600, "C", 5000, 0, 400, 0},
		{"D: nothing moved", nil, 30, 40, "D", 30, 40, 0, 0},
		{"own leaves the plan", []incidents.Movement{transfer(1, 5000, 1000, sure), exchange(2, 1000, own)}, 0, 0, "A", 5000, 0, 0, 1000},
	} {
		t.Run(c.name, func(t *testing.T) {
			p := reimbursements.Compute(reimbursements.Facts{Movements: c.movements, Balances: map[int16]int64{pointtalk: c.talk, goo: c.goo}})
			totals := p.Totals()
			if p.Class != c.class || p.Balances[0].Final != c.finalT || p.Balances[1].Final != c.finalG || totals.Reimburse[goo] != c.reimbursed || totals.Absorbed[goo] != c.absorbed {
				t.Fatalf("%+v", p)
			}
			if cost := p.Cost()[goo]; cost != c.reimbursed+c.absorbed {
				t.Fatalf("cost %d", cost)
			}
		})
	}
}
