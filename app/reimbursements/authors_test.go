package reimbursements_test

import (
	"fmt"
	"testing"

	"hoten/app/access"
	"hoten/app/apptest"
	"hoten/app/cases"
	"hoten/app/incidents"
	"hoten/app/jobs"
	"hoten/app/reimbursements"
	"hoten/app/staff"
	"hoten/app/store"
)

// Whoever turned a movement into a loss is an author of the plan it is part of: of no
// approval, alone, together, first or second, whoever proposed it and when.
func TestWhoMadeTheLossDoesNotApprove(t *testing.T) {
	w, of := importLosses(t, large, small, small, small)
	decide := func(by access.Actor, i int, movement, finding string) {
		t.Helper()
		if _, err := reimbursements.DecideFinding(w.Ctx, w.Store, by, of[i].ID, movement+fmt.Sprint(i), finding, "会員に確認"); err != nil {
			t.Fatal(err)
		}
	}
	turn := func(by access.Actor, i int) {
		decide(w.Manager, i, "E", incidents.Own)
		decide(by, i, "E", incidents.Confirmed)
	}

	turn(w.Supervisor, 0) // before the proposal
	r := propose(t, w, w.Agent, of[0])
	refusedAs(t, try(w, w.Supervisor, r.ID), "self_approval")
	results, err := reimbursements.ApproveMany(w.Ctx, w.Store, w.Supervisor, []int64{r.ID})
	if err != nil {
		t.Fatal(err)
	}
	refusedAs(t, results[0].Err, "self_approval")
	approve(t, w, w.Supervisor2, r.ID)
	refusedAs(t, try(w, w.Supervisor, r.ID), "self_approval") // as the second
	_, err = reimbursements.Reject(w.Ctx, w.Store, w.Supervisor, r.ID, "duplicate")
	refusedAs(t, err, "self_approval")
	approve(t, w, w.Manager, r.ID)

	// After the proposal: approvals are void, and the plan of now has this author.
	r = propose(t, w, w.Agent, of[1])
	turn(w.Supervisor, 1)
	refusedAs(t, try(w, w.Supervisor, r.ID), "self_approval")
	approve(t, w, w.Supervisor2, r.ID)

	// Suspected to confirmed and back is the same loss, and own takes one out.
	decide(w.Supervisor, 2, "T", incidents.Confirmed)
	decide(w.Supervisor, 2, "T", incidents.Suspected)
	decide(w.Supervisor, 2, "E", incidents.Own)
	approve(t, w, w.Supervisor, propose(t, w, w.Agent, of[2]).ID)

	// An import is no author: its importer may approve.
	w.Import("", movements("L3,"+login(3)+",2014-07-22 10:00,exchange,goo,,x,70,,,suspected"))
	approve(t, w, w.Manager, propose(t, w, w.Agent, of[3]).ID)
	books(t, w)
}

// A plan that only its authors could approve is refused when it is made.
func TestNobodyButAuthorsIsNoApprover(t *testing.T) {
	w, of := importLosses(t, small)
	for _, who := range []access.Actor{w.Supervisor2, w.Manager} {
		off := true
		if _, err := staff.Update(w.Ctx, w.Store, w.Administrator, who.ID, staff.Change{Disabled: &off}); err != nil {
			t.Fatal(err)
		}
	}
	for _, finding := range []string{incidents.Own, incidents.Suspected} {
		if _, err := reimbursements.DecideFinding(w.Ctx, w.Store, w.Supervisor, of[0].ID, "E0", finding, "会員に確認"); err != nil {
			t.Fatal(err)
		}
	}
	_, err := reimbursements.Propose(w.Ctx, w.Store, w.Agent, of[0].ID, "")
	if f := refusedAs(t, err, "no_approver"); fmt.Sprint(f.Args) != "[needed 1 able 0]" {
		t.Errorf("%v", f.Args)
	}
}

// The same loss under two numbers stops the case until a supervisor decides.
func TestDoubles(t *testing.T) {
	w, of := importLosses(t, exchanged(300), exchanged(200), exchanged(100))
	double := func(i int, number string) string {
		return fmt.Sprintf("%s%d,%s,2014-07-20 02:00:00,exchange,goo,,x,%d,,,suspected", number, i, login(i), 300-100*i)
	}
	r := propose(t, w, w.Agent, of[1])
	w.Import("", movements(double(0, "D"), double(1, "D"), double(2, "D")))
	refusedAs(t, try(w, w.Supervisor, r.ID), "plan_changed")
	_, err := reimbursements.Propose(w.Ctx, w.Store, w.Agent, of[0].ID, "")
	refusedAs(t, err, "double_undecided")
	if now := w.Case(login(0)); now.PointsOpen != cases.DoubleOpen {
		t.Fatalf("%v", now.Marks())
	}
	if _, err := reimbursements.ProposeAll(w.Ctx, w.Store, w.Agent, apptest.Reference); err != nil {
		t.Fatal(err)
	}
	w.Work()
	j, err := store.Find[jobs.Job](store.Read(w.Ctx, w.Store), "kind = 'reimbursements_propose_all'")
	if err != nil || j.Failed != 2 || j.Refused()["double_undecided"] != 2 {
		t.Fatalf("%+v %v", j, err)
	}
	decide := func(by access.Actor, i int, number, decided string) error {
		_, err := reimbursements.DecideDouble(w.Ctx, w.Store, by, of[i].ID, number, decided, "取引記録を確認")
		return err
	}
	refusedAs(t, decide(w.Agent, 0, "D0", incidents.Double), "forbidden")
	refusedAs(t, decide(w.Supervisor, 0, "D1", incidents.Double), "not_found")
	refusedAs(t, decide(w.Supervisor, 0, "D0", "maybe"), "invalid")
	for i, decided := range []string{incidents.Double, incidents.Real} {
		by := []access.Actor{w.Supervisor, w.Supervisor2}[i]
		if err := decide(by, i, fmt.Sprint("D", i), decided); err != nil {
			t.Fatal(err)
		}
	}
	refusedAs(t, decide(w.Supervisor, 0, "E0", incidents.Double), "not_double") // one of them stays
	if n := count(t, w, "select count(*) from audit_entries where action = 'double.decided'"); n != 2 {
		t.Errorf("%d decisions in the audit trail", n)
	}
	if _, err := reimbursements.Return(w.Ctx, w.Store, w.Supervisor, r.ID, "二重の判断"); err != nil {
		t.Fatal(err)
	}
	for i, want := range []int64{800, 900} {
		settle(t, w, of[i])
		wantGoo(t, w, of[i], want)
	}
	// Decided anew: the double was real. Who says so made a loss of it.
	if err := decide(w.Supervisor2, 0, "D0", incidents.Real); err != nil {
		t.Fatal(err)
	}
	wantPlan(t, w, of[0], "reimburse 2 +300")
	again := propose(t, w, w.Agent, of[0])
	refusedAs(t, try(w, w.Supervisor2, again.ID), "self_approval")
	approve(t, w, w.Supervisor, again.ID)
	wantGoo(t, w, of[0], 1100)
	// And a double after all: taken back.
	if err := decide(w.Supervisor, 1, "E1", incidents.Double); err != nil {
		t.Fatal(err)
	}
	wantPlan(t, w, of[1], "reimburse 2 -200")
	settle(t, w, of[1])
	wantGoo(t, w, of[1], 700)
	books(t, w)
}

// One loss that two incidents list is one that two numbers name.
func TestDoublesOverTwoIncidents(t *testing.T) {
	w := apptest.NewWorld(t)
	twice(w)
	affected, moves := files(0, []loss{exchanged(300)})
	w.Import(affected, moves)
	w.ImportInto(second, affected, movements("X0,"+login(0)+",2014-07-20 02:00:00,exchange,goo,,x,300,,,confirmed"))
	of := []*cases.Case{caseIn(w, apptest.Reference, login(0)), caseIn(w, second, login(0))}
	for _, c := range of {
		if c.PointsOpen != cases.DoubleOpen {
			t.Fatalf("%v", c.Marks())
		}
	}
	if _, err := reimbursements.DecideDouble(w.Ctx, w.Store, w.Supervisor, of[1].ID, "X0", incidents.Double, "別事案と同じ交換"); err != nil {
		t.Fatal(err)
	}
	for i, want := range []string{"B", "D"} {
		c := caseIn(w, []string{apptest.Reference, second}[i], login(0))
		if *c.Class != want || c.PointsOpen != 0 {
			t.Errorf("%s %v", *c.Class, c.Marks())
		}
	}
	settle(t, w, of[0])
	wantPlan(t, w, of[1])
	wantGoo(t, w, of[0], 800)
}

// A balance that nobody stated stops the plan, is passed over for all, and no mail tells
// of it; a balance that comes alone lets it go on.
func TestUnknownBalances(t *testing.T) {
	w := apptest.NewWorld(t)
	const header = "login_id,name,email,email_registered_on,balance_pointtalk,balance_goo\n"
	row := func(i int, talk, goo string) string {
		return fmt.Sprintf("%s,山田 太郎,c%d@mail.example,2008-01-01,%s,%s\n", login(i), i, talk, goo)
	}
	w.Import(header+row(0, "", "")+row(1, "100", "")+row(2, "", "500")+row(3, "100", "50"), movements(
		"T0,"+login(0)+",2014-07-20 01:00,transfer,pointtalk,goo,,500,100,,confirmed",
		"T1,"+login(1)+",2014-07-20 01:00,transfer,pointtalk,goo,,500,100,,confirmed",
		"E2,"+login(2)+",2014-07-20 01:00,exchange,goo,,x,30,,,confirmed",
		"T3,"+login(3)+",2014-07-20 01:00,transfer,pointtalk,goo,,500,100,,confirmed"))
	of := casesOf(w, 0, 4)
	for i, want := range []string{"[programs pointtalk, goo]", "[programs goo]"} {
		_, err := reimbursements.Propose(w.Ctx, w.Store, w.Agent, of[i].ID, "")
		if f := refusedAs(t, err, "balance_unknown"); fmt.Sprint(f.Args) != want {
			t.Errorf("%v, want %s", f.Args, want)
		}
		wantPlan(t, w, of[i])
		if of[i].PointsOpen != cases.BalanceMissing {
			t.Errorf("%v", of[i].Marks())
		}
	}
	if _, err := reimbursements.ProposeAll(w.Ctx, w.Store, w.Agent, apptest.Reference); err != nil {
		t.Fatal(err)
	}
	w.Work()
	j, err := store.Find[jobs.Job](store.Read(w.Ctx, w.Store), "kind = 'reimbursements_propose_all'")
	if err != nil || j.Processed != 4 || j.Failed != 2 || j.Refused()["balance_unknown"] != 2 {
		t.Fatalf("%+v %v", j, err)
	}
	// An adjustment needs the balance of its program.
	if _, err := reimbursements.AddAdjustment(w.Ctx, w.Store, w.Agent, of[2].ID, "pointtalk", 5, "端数"); err != nil {
		t.Fatal(err)
	}
	if now := w.Case(login(2)); now.PointsOpen != cases.BalanceMissing {
		t.Errorf("%v", now.Marks())
	}
	if i := w.Import("login_id,balance_pointtalk,balance_goo\n"+login(0)+",0,30\n"+login(1)+",,70\n"+login(2)+",0,\n", ""); i.Accepted != 3 {
		t.Fatalf("%+v", i)
	}
	for i := range 3 {
		if now := w.Case(login(i)); now.PointsOpen != 0 {
			t.Errorf("%d: %v", i, now.Marks())
		}
		if got := events(t, w, of[i], cases.BalanceStated); len(got) != 1 {
			t.Errorf("%d: %v", i, got)
		}
	}
	wantPlan(t, w, of[0], "rollback 1 +500/100", "absorb 2 +70")
	settle(t, w, of[0])
	wantGoo(t, w, of[0], 0)
	wantPlan(t, w, of[1], "rollback 1 +500/100", "absorb 2 +30")
	if n := count(t, w, "select count(*) from mails where kind like 'reimbursement%'"); n != 1 {
		t.Errorf("%d mails", n)
	}
	books(t, w)
}
