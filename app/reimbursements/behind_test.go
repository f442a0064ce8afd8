package reimbursements_test

import (
	"fmt"
	"slices"
	"testing"

	"hoten/app/apptest"
	"hoten/app/cases"
	"hoten/app/incidents"
	"hoten/app/reimbursements"
)

// What left an account after the freeze and is learned after points were taken back from
// it may be more than is on it. What is missing is posted with the next entry that brings
// something, whoever learns what when: the balance ends where the facts say, and until
// then the case stands in the queue of corrections. 700 points of goo at the freeze, 200
// of them the thief's.
func TestMoreLeftThanIsOnTheAccount(t *testing.T) {
	const thief, own, double = "E,%s,2014-07-28 20:00,exchange,goo,,x,600,,,confirmed", "E,%s,2014-07-28 20:00,exchange,goo,,x,600,,,none", "E2,%s,2014-07-28 20:00,exchange,goo,,x,600,,,%s"
	decide := func(finding string) func(w *apptest.World, of *cases.Case) error {
		return func(w *apptest.World, of *cases.Case) error {
			_, err := reimbursements.DecideFinding(w.Ctx, w.Store, w.Supervisor2, of.ID, "E", finding, "会員に確認")
			return err
		}
	}
	doubled := func(decided string) func(w *apptest.World, of *cases.Case) error {
		return func(w *apptest.World, of *cases.Case) error {
			_, err := reimbursements.DecideDouble(w.Ctx, w.Store, w.Supervisor2, of.ID, "E2", decided, "同じ交換")
			return err
		}
	}
	for _, c := range []struct {
		name       string
		lines      []string
		then       func(w *apptest.World, of *cases.Case) error // before it is made good
		after      func(w *apptest.World, of *cases.Case) error // and then
		goo, borne int64
	}{
		{"the thief's", []string{thief}, nil, nil, 500, 0},
		{"the member's own", []string{own}, nil, nil, 0, 100},
		{"the member's own, the thief's after all", []string{own}, decide(incidents.Confirmed), nil, 500, 0},
		{"the member's own, the thief's after it was borne", []string{own}, nil, decide(incidents.Confirmed), 500, 0},
		{"the thief's, the member's own after all", []string{thief}, nil, decide(incidents.Own), 0, 100},
		{"under two numbers, one a double", []string{thief, fmt.Sprintf(double, "%s", "confirmed")}, doubled(incidents.Double), nil, 500, 0},
		{"of the member's own, under two numbers, one a double", []string{own, fmt.Sprintf(double, "%s", "none")}, doubled(incidents.Double), nil, 0, 100},
		{"and given back", []string{thief, "C,%s,2014-07-28 21:00,cancel,,goo,,600,,E,none"}, nil, nil, 500, 0},
		{"and given back in part", []string{own, "C,%s,2014-07-28 21:00,cancel,,goo,,50,,E,none"}, nil, nil, 0, 50},
		{"and earned", []string{own, "N,%s,2014-07-28 21:00,earn,,goo,,30,,,none"}, nil, nil, 0, 70},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := apptest.NewWorld(t)
			w.Import(fmt.Sprintf("login_id,name,balance_pointtalk,balance_goo,restricted_at\n%s,山田 太郎,5000,700,2014-07-28 10:00\n", login(0)),
				movements("T,"+login(0)+",2014-07-20 01:00,transfer,pointtalk,goo,,1000,200,,confirmed"))
			settle(t, w, w.Case(login(0)))
			wantGoo(t, w, w.Case(login(0)), 500)
			lines := make([]string, len(c.lines))
			for i, line := range c.lines {
				lines[i] = fmt.Sprintf(line, login(0))
			}
			w.Import("", movements(lines...))
			for _, then := range []func(w *apptest.World, of *cases.Case) error{c.then, c.after} {
				of := w.Case(login(0))
				if then != nil {
					if err := then(w, of); err != nil {
						t.Fatal(err)
					}
					of = w.Case(login(0))
				}
				_, plan := planOf(t, w, of)
				if due := of.PointsOpen&cases.CorrectionDue != 0; due == plan.Empty() {
					t.Fatalf("marks %v, plan %+v", of.Marks(), plan)
				}
				// Bearing what left corrects what the member was told; a further loss does not.
				further := func(l reimbursements.Line) bool { return l.Kind != reimbursements.Absorb }
				if !plan.Empty() && !plan.Corrects && !slices.ContainsFunc(plan.Lines, further) {
					t.Errorf("told as a reimbursement: %+v", plan)
				}
				if !plan.Empty() {
					settle(t, w, of)
				}
				books(t, w)
			}
			wantGoo(t, w, w.Case(login(0)), c.goo)
			if n := count(t, w, "select coalesce(sum(points), 0) from reimbursement_lines where kind = 'absorb'"); n != c.borne {
				t.Errorf("%d borne, want %d", n, c.borne)
			}
			if n := count(t, w, "select sum(behind) from accounts"); n != 0 {
				t.Errorf("%d points left and are not posted", n)
			}
			w.Import("", movements(lines...)) // again, and anything else about the ID
			w.Import("", movements("Z,"+login(0)+",2014-07-20 05:00,earn,,pointtalk,,1,,,none"))
			wantGoo(t, w, w.Case(login(0)), c.goo)
		})
	}
}

// What the member spends of points that were put back has left the account too.
func TestWhatWasPutBackCanBeSpent(t *testing.T) {
	w := apptest.NewWorld(t)
	w.Import(fmt.Sprintf("login_id,name,balance_pointtalk,balance_goo,restricted_at\n%s,山田 太郎,0,0,2014-07-28 10:00\n", login(0)),
		movements("E,"+login(0)+",2014-07-20 01:00,exchange,goo,,x,600,,,confirmed"))
	settle(t, w, w.Case(login(0)))
	at := w.Clock.Now().AddDate(0, 0, 1).Format("2006-01-02 15:04")
	w.Import("", movements("S,"+login(0)+","+at+",exchange,goo,,x,450,,,none"))
	wantGoo(t, w, w.Case(login(0)), 150)
	w.Import("", movements("S2,"+login(0)+",2014-07-28 11:00,exchange,goo,,x,10,,,none"))
	wantGoo(t, w, w.Case(login(0)), 140)
	books(t, w)
}
