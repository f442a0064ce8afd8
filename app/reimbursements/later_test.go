package reimbursements_test

import (
	"maps"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"hoten/app/incidents"
	"hoten/app/reimbursements"
)

// Two incidents of one ID, posted in any order and several times, while findings change
// before and after posting, cancellations arrive late and doubles are decided: once all
// is known and posted the member ends where the incidents had never happened, and the
// operator bears once what is missing below zero.
func TestPlansFollowWhatIsLearnedLater(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		h := drawHistory(t)
		for id := range h.facts.Posted { // all is still to be posted
			delete(h.facts.Posted, id)
		}
		for _, program := range []int16{pointtalk, goo} {
			h.facts.Balances[program] = h.before[program]
			for _, m := range h.facts.Movements {
				h.facts.Balances[program] += moved(m, program)
			}
			// Balances of ledgers are not negative; what lacks was there before.
			if lack := max(0, -h.facts.Balances[program]); lack > 0 {
				h.before[program] += lack
				h.facts.Balances[program] += lack
			}
		}
		incident := map[int64]int{}
		for _, m := range h.facts.Movements {
			if incident[m.ID] = rapid.IntRange(0, 1).Draw(t, "incident"); m.ExchangeID != nil {
				incident[m.ID] = incident[*m.ExchangeID]
			}
		}
		absorbed := map[int16]int64{}
		balances := maps.Clone(h.facts.Balances)
		posted := map[int64]reimbursements.Entries{}
		of := func(which int, known func(*incidents.Movement) bool) reimbursements.Facts {
			f := reimbursements.Facts{Posted: posted, Balances: balances, Absorbed: absorbed}
			for _, m := range slices.Clone(h.facts.Movements) {
				if incident[m.ID] == which && known(&m) {
					f.Movements = append(f.Movements, m)
				}
			}
			return f
		}
		for range rapid.IntRange(0, 6).Draw(t, "posted early") {
			f := of(rapid.IntRange(0, 1).Draw(t, "of"), func(m *incidents.Movement) bool {
				if m.Kind == incidents.Cancel {
					return rapid.Bool().Draw(t, "cancelled by now")
				}
				if m.Kind != incidents.Earn {
					m.Finding = rapid.SampledFrom([]string{m.Finding, incidents.Own, incidents.Confirmed}).Draw(t, "thought")
				}
				return true
			})
			post(f, reimbursements.Compute(f))
			for program, balance := range balances {
				if balance < 0 || absorbed[program] < 0 || min(balance, absorbed[program]) != 0 {
					t.Fatalf("program %d: balance %d while %d are absorbed", program, balance, absorbed[program])
				}
			}
			for id, e := range posted {
				i := slices.IndexFunc(h.facts.Movements, func(m incidents.Movement) bool { return m.ID == id })
				if m := h.facts.Movements[i]; e.Points < 0 || e.Points > m.Points {
					t.Fatalf("%d posted for %+v", e.Points, m)
				}
			}
		}
		all := func(*incidents.Movement) bool { return true }
		for _, which := range rapid.Permutation([]int{0, 1}).Draw(t, "order") {
			post(of(which, all), reimbursements.Compute(of(which, all)))
		}
		for which := range 2 {
			if p := reimbursements.Compute(of(which, all)); !p.Empty() {
				t.Fatalf("left: %+v", p.Lines)
			}
		}
		for program, balance := range balances {
			if want := h.whole(program); balance != max(0, want) || absorbed[program] != max(0, -want) {
				t.Fatalf("program %d: %d and %d absorbed, whole is %d", program, balance, absorbed[program], want)
			}
		}
	})
}

// moved is what a movement did to the balance of a program.
func moved(m incidents.Movement, program int16) (points int64) {
	if m.FromProgram != nil && *m.FromProgram == program {
		points -= m.Points
	}
	if m.ToProgram != nil && *m.ToProgram == program {
		points += m.PointsReceived
	}
	return points
}

// A plan that needs a balance which nobody stated has no line at all, and the balances
// that are known stay; one that does not need it is as it would be.
func TestPlansLackBalances(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		h := drawHistory(t)
		whole := reimbursements.Compute(h.facts)
		unknown := rapid.SampledFrom([]int16{pointtalk, goo}).Draw(t, "unknown")
		delete(h.facts.Balances, unknown)
		p := reimbursements.Compute(h.facts)
		touched := false
		for _, l := range whole.Lines {
			for program := range l.Effects() {
				touched = touched || program == unknown
			}
		}
		if !touched {
			if !slices.EqualFunc(p.Lines, whole.Lines, sameLine) || p.Missing != nil {
				t.Fatalf("%+v, want %+v", p, whole)
			}
			return
		}
		if len(p.Lines) != 0 || !slices.Equal(p.Missing, []int16{unknown}) || len(p.Balances) != 1 || p.Balances[0].Final != p.Balances[0].Now || p.Class != whole.Class {
			t.Fatalf("%+v", p)
		}
	})
}

func sameLine(a, b reimbursements.Line) bool {
	return a.Kind == b.Kind && a.ProgramID == b.ProgramID && a.Points == b.Points
}

// Losses that have an equal one stop the plan until each was decided; a double is no loss.
func TestDoublesOfAPlan(t *testing.T) {
	exchange := func(id int64, finding, decided string) incidents.Movement {
		m := incidents.Movement{ID: id, Kind: incidents.Exchange, FromProgram: ptr(goo), Points: 300, PointsReceived: 300, Finding: finding}
		if decided != "" {
			m.Doubled = &decided
		}
		return m
	}
	cancel := func(id, of int64, decided string) incidents.Movement {
		m := exchange(id, incidents.None, decided)
		m.Kind, m.ExchangeID, m.FromProgram, m.ToProgram, m.Points, m.PointsReceived = incidents.Cancel, &of, nil, ptr(goo), 100, 100
		return m
	}
	const sure = incidents.Confirmed
	for name, c := range map[string]struct {
		movements []incidents.Movement
		doubles   []int64
		given     int64
	}{
		"two of one":             {[]incidents.Movement{exchange(1, sure, ""), exchange(2, incidents.Suspected, "")}, []int64{1, 2}, 600},
		"both real":              {[]incidents.Movement{exchange(1, sure, "real"), exchange(2, sure, "real")}, nil, 600},
		"one a double":           {[]incidents.Movement{exchange(1, sure, "real"), exchange(2, sure, "double")}, nil, 300},
		"a third one":            {[]incidents.Movement{exchange(1, sure, "real"), exchange(2, sure, "real"), exchange(3, sure, "")}, []int64{3}, 900},
		"the member's own":       {[]incidents.Movement{exchange(1, incidents.Own, ""), exchange(2, incidents.None, "")}, nil, 0},
		"cancelled twice":        {[]incidents.Movement{exchange(9, sure, "real"), cancel(1, 9, ""), cancel(2, 9, "")}, []int64{1, 2}, 100},
		"a double cancellation":  {[]incidents.Movement{exchange(9, sure, "real"), cancel(1, 9, ""), cancel(2, 9, "double")}, []int64{1}, 200},
		"cancellations, no loss": {[]incidents.Movement{exchange(9, incidents.Own, ""), cancel(1, 9, ""), cancel(2, 9, "")}, nil, 0},
	} {
		equal := map[int64]bool{1: true, 2: true, 3: true}
		p := reimbursements.Compute(reimbursements.Facts{Movements: c.movements, Equal: equal, Balances: map[int16]int64{goo: 0}})
		if !slices.Equal(p.Doubles, c.doubles) || p.Totals().Reimburse[goo] != c.given {
			t.Errorf("%s: %v, %d given", name, p.Doubles, p.Totals().Reimburse[goo])
		}
	}
}
