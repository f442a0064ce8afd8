package reconciliations_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"hoten/app/apptest"
	"hoten/app/points"
	"hoten/app/points/simulator"
	"hoten/app/reconciliations"
	"hoten/app/reimbursements"
)

// A leg that people did by hand is found by its number, whichever of both is learned first.
func TestByHand(t *testing.T) {
	for _, statementFirst := range []bool{true, false} {
		w, y := world(t, 1)
		y.Refuse(func(string, string, int64) string { return points.AccountClosed })
		pay(t, w, 0)
		w.Clock.Set(day.AddDays(1).At(10 * 60))
		settle := func() {
			legs := open(t, w)
			must(t, points.SettleByHand(w.Ctx, w.Store, w.Supervisor, legs[0].ID, "T-0001", "窓口で処理"))
			tend(t, w)
		}
		line := ",m00000@ocn.example,goo,700,T-0001,2014-07-31 15:00"
		if !statementFirst {
			settle()
		}
		taken, err := upload(w, w.Manager, day, line)
		must(t, err)
		if statementFirst {
			if got := kinds(t, w, taken.ID); got != "unknown_key  by_hand_there" {
				t.Error(got)
			}
			settle()
		}
		// It was settled here a day later than it was done there.
		if got, r := kinds(t, w, taken.ID), look(t, w, taken.ID); got != "day  day" || r.Unexplained != 0 {
			t.Errorf("%q %+v", got, r)
		}
		must(t, reconciliations.Prepare(w.Ctx, w.Store, w.Supervisor, taken.ID, look(t, w, taken.ID).Version))
		must(t, reconciliations.Sign(w.Ctx, w.Store, w.Supervisor2, taken.ID, look(t, w, taken.ID).Version))
		if payable, waiting, posted := owing(t, w, "goo"); payable != 700 || waiting != 0 || posted != 700 {
			t.Errorf("%d owed, %d waits of %d", payable, waiting, posted)
		}
	}
}

// A number that was entered wrongly shows on both sides, and costs nobody anything before it is
// found out.
func TestAWrongNumber(t *testing.T) {
	w, y := world(t, 1)
	y.Refuse(func(string, string, int64) string { return points.AccountClosed })
	id := pay(t, w, 0)
	must(t, points.SettleByHand(w.Ctx, w.Store, w.Supervisor, open(t, w)[0].ID, "T-0009", "窓口で処理"))
	w.Clock.Set(day.AddDays(1).At(10 * 60))
	taken, err := upload(w, w.Manager, day, ",m00000@ocn.example,goo,700,T-0001,2014-07-31 15:00")
	must(t, err)
	if got := kinds(t, w, taken.ID); got != "missing_there "+key(t, w, id)+" done_by_hand; unknown_key  by_hand_there" && got != "unknown_key  by_hand_there; missing_there "+key(t, w, id)+" done_by_hand" {
		t.Error(got)
	}
	if payable, waiting, _ := owing(t, w, "goo"); payable != 0 || waiting != 700 {
		t.Errorf("%d owed, %d waits", payable, waiting)
	}
}

// A plan that was undone is owed for as long as, for all that is reconciled, the points are there.
func TestAnUndonePlan(t *testing.T) {
	w, y := world(t, 0)
	w.Import("login_id,name,balance_pointtalk,balance_goo\nm00000@ocn.example,山田,0,0\n",
		"movement_id,login_id,occurred_at,kind,from_program,to_program,partner,points,points_received,refers_to,fraud\nM0,m00000@ocn.example,2014-07-20 03:00,exchange,goo,,x,700,,,confirmed\nM1,m00000@ocn.example,2014-07-20 03:01,exchange,pointtalk,,x,300,,,confirmed\n")
	y.Refuse(func(_, program string, _ int64) string {
		if program == "pointtalk" {
			return points.AccountClosed
		}
		return ""
	})
	id := pay(t, w, 0)
	owes := func(what string, payable, waiting, posted int64) {
		t.Helper()
		if a, b, c := owing(t, w, "goo"); a != payable || b != waiting || c != posted {
			t.Errorf("%s: %d is owed, %d waits of %d", what, a, b, c)
		}
	}
	owes("half done", 0, 0, 0)
	undo, err := reimbursements.ProposeUndo(w.Ctx, w.Store, w.Agent, id, "口座が閉鎖されている")
	must(t, err)
	w.Clock.Set(day.AddDays(1).At(10 * 60))
	r := ask(t, w, day)
	sign(t, w, r.ID)
	_, err = reimbursements.Approve(w.Ctx, w.Store, w.Supervisor2, undo.ID)
	must(t, err)
	w.SendLegs(t)
	owes("taken back, which nobody has reconciled", 700, -700, 0)
	w.Clock.Set(day.AddDays(2).At(10 * 60))
	r = ask(t, w, day.AddDays(1))
	sign(t, w, r.ID)
	owes("both reconciled", 0, 0, 0)
}

// A system that takes files is reconciled by files as well: what its result left out may stand
// in its statement.
func TestAFilingSystem(t *testing.T) {
	w := apptest.NewWorld(t)
	affected, movements := "login_id,name,balance_pointtalk,balance_goo\n", apptest.MovementsHeader
	for i := range 2 {
		affected += login(i) + ",山田,0,0\n"
		movements += fmt.Sprintf("M%d,%s,2014-07-20 03:00,exchange,goo,,x,700,,,confirmed\n", i, login(i))
	}
	w.Import(affected, movements)
	w.Clock.Set(day.At(10 * 60))
	w.ConnectBatch(t, []string{"goo"}, "encoding", "utf-8")
	system := simulator.NewBatch()
	var lines []string
	for i, faults := range []simulator.BatchFaults{{}, {Silent: 1}} {
		id := pay(t, w, i)
		w.Clock.Set(day.At(14 * 60).Add(time.Duration(i) * 12 * time.Hour))
		w.SendLegs(t)
		file, err := points.Fetch(w.Ctx, w.Store, w.Supervisor, "outside", int64(i+1))
		must(t, err)
		system.Behave(faults)
		result, err := system.Work(file.Content)
		must(t, err)
		_, err = points.TakeIn(w.Ctx, w.Store, w.Supervisor, "outside", points.Incoming{Source: points.FromConsole, Number: int64(i + 1), Content: result})
		must(t, err)
		w.SendLegs(t)
		m, done := system.Done(key(t, w, id))
		if !done {
			t.Fatalf("%d was not done", id)
		}
		lines = append(lines, fmt.Sprintf("%s,%s,goo,%d,%s,2014-07-31 14:%02d", m.Key, login(i), m.Points, m.Reference, i))
	}
	w.Clock.Set(day.AddDays(1).At(10 * 60))
	_, err := reconciliations.Ask(w.Ctx, w.Store, w.Supervisor, "outside", day)
	refusedAs(t, err, "statement_by_file")
	taken, err := upload(w, w.Manager, day, lines...)
	must(t, err)
	if got := kinds(t, w, taken.ID); !strings.HasSuffix(got, "answer_lost") || strings.Count(got, ";") != 0 {
		t.Error(got)
	}
	for _, l := range open(t, w) {
		must(t, points.SettleByHand(w.Ctx, w.Store, w.Supervisor, l.ID, "T-1", "明細で確認"))
	}
	tend(t, w)
	if r := look(t, w, taken.ID); r.Counted().Programs[0].Matched != 2 {
		t.Errorf("%+v: %s", r, kinds(t, w, taken.ID))
	}
}
