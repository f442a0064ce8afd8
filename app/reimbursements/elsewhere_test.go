package reimbursements_test

import (
	"fmt"
	"testing"

	"hoten/app/apptest"
	"hoten/app/cases"
	"hoten/app/incidents"
	"hoten/app/reimbursements"
)

// ofTwo is an ID of two incidents: the first was posted before the second was imported, whose
// movements are dated after the balance was stated.
type ofTwo struct {
	*apptest.World
	t *testing.T
}

func (w ofTwo) first() *cases.Case  { return caseIn(w.World, apptest.Reference, login(0)) }
func (w ofTwo) second() *cases.Case { return caseIn(w.World, second, login(0)) }

// more imports movements of the second incident.
func (w ofTwo) more(lines ...string) {
	w.t.Helper()
	list := "login_id,name\n" + login(0) + ",山田 太郎\n"
	if i := w.ImportInto(second, list, movements(lines...)); i.Rejected > 0 {
		w.t.Fatalf("%+v", i)
	}
}

// wantQuiet fails the test unless nothing is to be corrected on the first case.
func (w ofTwo) wantQuiet(was string) {
	w.t.Helper()
	c := w.first()
	lines, plan := planOf(w.t, w.World, c)
	corrections := events(w.t, w.World, c, cases.CorrectionFound)
	if len(lines) != 0 || plan.Corrects || c.PointsOpen != 0 || len(corrections) != 0 {
		w.t.Fatalf("plan %v, marks %v, events %v", lines, c.Marks(), corrections)
	}
	if now := putBack(w.t, w.World, c); now != was {
		w.t.Fatalf("put back %s, was %s", now, was)
	}
}

// putBack sums up what was posted for a case.
func putBack(t *testing.T, w *apptest.World, c *cases.Case) string {
	t.Helper()
	return fmt.Sprint(count(t, w, "select coalesce(sum(l.points), 0) from reimbursements r join reimbursement_points l on l.reimbursement_id = r.id where r.case_id = $1 and r.state = 'posted'", c.ID),
		count(t, w, "select count(*) from reimbursements where case_id = $1", c.ID))
}

func borneBy(w ofTwo) int64 {
	return count(w.t, w.World, "select coalesce(sum(l.points), 0) from reimbursements r join reimbursement_lines l on l.reimbursement_id = r.id where r.state = 'posted' and l.kind = 'absorb'")
}

// What the thief of a second incident moved is no use by the member: until it is made good,
// the posted case of the first one stays as it is, and then what was borne is counted once.
// The first thief moved 500 points of goo in; what of them was left at the freeze is given.
func TestSecondIncidentLeavesThePostedFirst(t *testing.T) {
	const in, out = "U,%[1]s,2014-07-28 20:00,transfer,pointtalk,goo,,%[2]d,400,,suspected", "X,%[1]s,2014-07-28 21:00,exchange,goo,,x,%[2]d,,,confirmed"
	at := func(line string, points int) string { return fmt.Sprintf(line, login(0), points) }
	back := "C," + login(0) + ",2014-07-28 22:00,cancel,,goo,,%d,,X,none"
	for _, c := range []struct {
		name       string
		frozen     int // goo at the freeze
		lines      []string
		plan       []string // of the second case
		goo, borne int64    // after both
	}{
		{"moved in what was borne", 0, []string{at(in, 2000)}, []string{"rollback 1 +2000/400"}, 0, 499},
		{"moved in and exchanged some", 0, []string{at(in, 2000), at(out, 150)}, []string{"rollback 1 +2000/400", "reimburse 2 +150"}, 0, 499},
		{"moved in, exchanged and given back", 0, []string{at(in, 2000), at(out, 150), fmt.Sprintf(back, 50)}, []string{"rollback 1 +2000/400", "reimburse 2 +100"}, 0, 499},
		{"exchanged what was taken back", 700, []string{at(out, 600)}, []string{"reimburse 2 +600"}, 201, 0},
		{"exchanged what was taken back, and moved in", 700, []string{at(out, 600), at(in, 2000)}, []string{"rollback 1 +2000/400", "reimburse 2 +600"}, 201, 0},
		{"given back of what was exchanged before", 0, []string{"X," + login(0) + ",2014-07-27 21:00,exchange,goo,,x,600,,,confirmed", fmt.Sprintf(back, 200)}, []string{"reimburse 2 +400", "absorb 2 -499"}, 101, 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := ofTwo{apptest.NewWorld(t), t}
			twice(w.World)
			w.Import(fmt.Sprintf("login_id,name,balance_pointtalk,balance_goo,restricted_at\n%s,山田 太郎,5000,%d,2014-07-28 10:00\n", login(0), c.frozen),
				movements("T,"+login(0)+",2014-07-20 01:00,transfer,pointtalk,goo,,1000,500,,confirmed", "K,"+login(0)+",2014-07-20 02:00,exchange,goo,,x,1,,,confirmed"))
			settle(t, w.World, w.first())
			was := putBack(t, w.World, w.first())
			w.more(c.lines...)
			w.wantQuiet(was)
			wantPlan(t, w.World, w.second(), c.plan...)
			settle(t, w.World, w.second())
			w.wantQuiet(was)
			wantPlan(t, w.World, w.second())
			wantGoo(t, w.World, w.first(), c.goo)
			if n := borneBy(w); n != c.borne {
				t.Errorf("%d borne, want %d", n, c.borne)
			}
			if n := count(t, w.World, "select sum(behind) from accounts"); n != 0 {
				t.Errorf("%d points left and are not posted", n)
			}
			books(t, w.World)
		})
	}
}

// What the member did beside is the member's: the first case is corrected by that much, and
// no more. So is it by what the second incident's movements turn out to be, and not by what
// is learned of them later as long as it is to be made good.
func TestSecondIncidentBesideOwnUse(t *testing.T) {
	w := ofTwo{apptest.NewWorld(t), t}
	twice(w.World)
	w.Import(fmt.Sprintf("login_id,name,balance_pointtalk,balance_goo,restricted_at\n%s,山田 太郎,5000,0,2014-07-28 10:00\n", login(0)),
		movements("T,"+login(0)+",2014-07-20 01:00,transfer,pointtalk,goo,,1000,500,,confirmed"))
	settle(t, w.World, w.first())
	w.more("U,"+login(0)+",2014-07-28 20:00,transfer,pointtalk,goo,,2000,400,,suspected", "X,"+login(0)+",2014-07-28 21:00,exchange,goo,,x,150,,,confirmed",
		"N,"+login(0)+",2014-07-28 22:00,earn,,goo,,30,,,none")
	wantPlan(t, w.World, w.first(), "absorb 2 -30")
	settle(t, w.World, w.first())
	wantGoo(t, w.World, w.first(), 250)
	settle(t, w.World, w.second())
	wantGoo(t, w.World, w.first(), 0)
	was := putBack(t, w.World, w.first())

	w.more("C," + login(0) + ",2014-07-28 23:00,cancel,,goo,,50,,X,none")
	wantPlan(t, w.World, w.first())
	wantPlan(t, w.World, w.second(), "reimburse 2 -50")
	settle(t, w.World, w.second())
	if now := putBack(t, w.World, w.first()); now != was || borneBy(w) != 470 {
		t.Fatalf("put back %s, was %s; %d borne", now, was, borneBy(w))
	}

	for _, own := range []string{"U", "X"} {
		if _, err := reimbursements.DecideFinding(w.Ctx, w.Store, w.Supervisor2, w.second().ID, own, incidents.Own, "会員に確認"); err != nil {
			t.Fatal(err)
		}
	}
	settle(t, w.World, w.second())
	wantPlan(t, w.World, w.first())
	wantGoo(t, w.World, w.first(), 0)
	if n := borneBy(w); n != 170 {
		t.Errorf("%d borne", n)
	}
	books(t, w.World)
}

// A loss of the second incident that was rejected is decided, not owed: what it did counts as
// use by the member, whether the first case was posted before that or is after it.
func TestSecondIncidentRejected(t *testing.T) {
	for _, first := range []bool{true, false} {
		t.Run(fmt.Sprint("first posted before: ", first), func(t *testing.T) {
			w := ofTwo{apptest.NewWorld(t), t}
			twice(w.World)
			w.Import(fmt.Sprintf("login_id,name,balance_pointtalk,balance_goo,restricted_at\n%s,山田 太郎,5000,0,2014-07-28 10:00\n", login(0)),
				movements("T,"+login(0)+",2014-07-20 01:00,transfer,pointtalk,goo,,1000,500,,confirmed"))
			if first {
				settle(t, w.World, w.first())
			}
			w.more("U," + login(0) + ",2014-07-28 20:00,transfer,pointtalk,goo,,2000,400,,suspected")
			r := propose(t, w.World, w.Agent, w.second())
			if _, err := reimbursements.RejectFor(w.Ctx, w.Store, w.Supervisor, r.ID, "own_use", "会員に確認"); err != nil {
				t.Fatal(err)
			}
			if first {
				if c := w.first(); c.PointsOpen != cases.CorrectionDue {
					t.Errorf("marks %v", c.Marks())
				}
				wantPlan(t, w.World, w.first(), "absorb 2 -400")
			} else {
				wantPlan(t, w.World, w.first(), "rollback 1 +1000/500", "absorb 2 +100")
			}
			settle(t, w.World, w.first())
			wantPlan(t, w.World, w.first())
			wantGoo(t, w.World, w.first(), 0)
			if n := borneBy(w); n != 100 {
				t.Errorf("%d borne", n)
			}
			books(t, w.World)
		})
	}
}
