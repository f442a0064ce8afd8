package reconciliations_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"hoten/app/apptest"
	"hoten/app/jptext"
	"hoten/app/outside"
	"hoten/app/points"
	"hoten/app/points/simulator"
	"hoten/app/reconciliations"
	"hoten/app/reimbursements"
	"hoten/app/reports"
	"hoten/app/store"
)

// owing is what an incident owes for a program: by now, not reconciled, and in all.
func owing(t testing.TB, w *apptest.World, program string) (payable, waiting, posted int64) {
	t.Helper()
	f, err := reports.Of(store.Read(w.Ctx, w.Store), w.Incident, w.Clock.Now())
	must(t, err)
	i := slices.IndexFunc(f.Owed, func(o reports.Owed) bool { return o.Program == program })
	return f.Owed[i].Payable, f.Owed[i].Waiting, f.Owed[i].Posted
}

// books is what a model of the owed amounts knows: what the statements of the days said.
type books struct {
	*apptest.World
	t    testing.TB
	y    *simulator.System
	run  int
	ids  int                                      // of this run, that are not paid
	days map[string]map[string]simulator.Movement // statements by day, their movements by key
}

// TestModelOfOwed draws payments with lost answers, statements that leave movements out or alter
// them, signatures and facts that come late: at every moment what is owed by now is the sum of
// the movements which a signed statement has as hoten has them.
func TestModelOfOwed(t *testing.T) {
	apptest.Rapidly(t, "12", "25")
	w := apptest.NewWorld(t)
	w.Clock.Set(day.At(10 * 60))
	b := &books{World: w, t: t, y: w.ConnectPoints(t, []string{"goo", "pointtalk"}), days: map[string]map[string]simulator.Movement{}}
	rapid.Check(t, func(r *rapid.T) {
		b.draw()
		r.Repeat(map[string]func(*rapid.T){"pay": b.pay, "pay2": b.pay, "send": b.send, "tomorrow": b.tomorrow, "state": b.state, "state2": b.state, "sign": b.sign, "": b.check})
	})
}

func (b *books) today() jptext.Date { return jptext.DateOf(b.Clock.Now()) }

// draw begins with IDs and days of its own.
func (b *books) draw() {
	b.run++
	b.ids = 6
	b.Clock.Set(b.today().AddDays(2).At(10 * 60))
	affected, movements := "login_id,name,balance_pointtalk,balance_goo\n", apptest.MovementsHeader
	for i := range b.ids {
		login := fmt.Sprintf("q%d.%d@ocn.example", b.run, i)
		affected += login + ",山田,0,0\n"
		movements += fmt.Sprintf("Q%d-%d,%s,2014-07-20 03:00,exchange,goo,,x,%d,,,confirmed\n", b.run, i, login, 100*(i+1))
	}
	b.Import(affected, movements)
	b.y.Behave(simulator.Faults{})
}

func (b *books) pay(t *rapid.T) {
	if b.ids == 0 {
		t.Skip()
	}
	b.ids--
	b.y.Behave(rapid.SampledFrom([]simulator.Faults{{}, {}, {Error: 1}, {After: 1}, {Busy: 1}}).Draw(t, "faults"))
	r, err := reimbursements.Propose(b.Ctx, b.Store, b.Agent, b.Case(fmt.Sprintf("q%d.%d@ocn.example", b.run, b.ids)).ID, "")
	must(b.t, err)
	_, err = reimbursements.Approve(b.Ctx, b.Store, b.Supervisor, r.ID)
	must(b.t, err)
	b.SendLegs(b.t)
}

func (b *books) send(*rapid.T) {
	b.y.Behave(simulator.Faults{})
	b.Clock.Add(time.Hour)
	b.SendLegs(b.t)
}

func (b *books) tomorrow(*rapid.T) { b.Clock.Set(b.today().AddDays(1).At(10 * 60)) }

// state uploads the statement of yesterday, in which a movement may be missing or altered.
func (b *books) state(t *rapid.T) {
	of := b.today().AddDays(-1)
	rows := map[string]simulator.Movement{}
	var lines []string
	for _, m := range b.y.Done() {
		at, err := time.Parse(time.RFC3339, m.DoneAt)
		must(b.t, err)
		if jptext.DateOf(at) != of {
			continue
		}
		switch rapid.SampledFrom([]string{"as it is", "as it is", "as it is", "left out", "altered"}).Draw(t, m.Key) {
		case "left out":
			continue
		case "altered":
			m.Points++
		}
		rows[m.Key] = m
		lines = append(lines, said(m))
	}
	slices.Sort(lines)
	_, err := upload(b.World, b.Supervisor, of, lines...)
	must(b.t, err)
	b.days[of.String()] = rows
}

// sign explains, prepares and signs what can be signed.
func (b *books) sign(*rapid.T) {
	tend(b.t, b.World)
	all, err := reconciliations.Find(b.DB, reconciliations.Filter{Unsigned: true, Limit: 100})
	must(b.t, err)
	for _, r := range all {
		if r.State == reconciliations.Missing {
			continue
		}
		for _, kind := range reconciliations.Kinds {
			_ = reconciliations.Explain(b.Ctx, b.Store, b.Supervisor, r.ID, look(b.t, b.World, r.ID).Version, 0, kind, "theirs", "照会中") // there may be none of the kind
		}
		sign(b.t, b.World, r.ID)
	}
}

func (b *books) check(*rapid.T) {
	must(b.t, reconciliations.Tend(b.Ctx, b.Store))
	signed := map[string]bool{}
	all, err := reconciliations.Find(b.DB, reconciliations.Filter{State: reconciliations.Signed, Limit: 100})
	must(b.t, err)
	for _, r := range all {
		signed[r.Day.String()] = true
	}
	legs, err := store.Select[points.Leg](b.DB, "select * from point_legs where state = '"+outside.Completed+"'")
	must(b.t, err)
	var want, done int64
	for _, l := range legs {
		done += l.Points
		for of, rows := range b.days {
			if m, has := rows[l.Key]; has && signed[of] && m.Points == l.Points {
				want += l.Points
			}
		}
	}
	if payable, waiting, posted := owing(b.t, b.World, "goo"); payable != want || posted != done || payable+waiting != posted {
		b.t.Fatalf("%d is owed, want %d; %d waits; %d posted, want %d", payable, want, waiting, posted, done)
	}
}
