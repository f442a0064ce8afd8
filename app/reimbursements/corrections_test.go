package reimbursements_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"hoten/app/apptest"
	"hoten/app/cases"
	"hoten/app/incidents"
	"hoten/app/jobs"
	"hoten/app/jptext"
	"hoten/app/notices"
	"hoten/app/reimbursements"
	"hoten/app/store"
)

const second = "2014-R097"

// twice adds a second incident over the same days.
func twice(w *apptest.World) {
	w.T.Helper()
	from, to := jptext.Date{Year: 2014, Month: 7, Day: 11}, jptext.Date{Year: 2014, Month: 7, Day: 28}
	if _, err := incidents.Create(w.Ctx, w.Store, w.Manager, incidents.New{Reference: second, TitleJa: "別事案", TitleEn: "Another", PeriodFrom: from, PeriodTo: to, DetectedOn: to,
		Bearers: map[string]string{"pointtalk": "", "goo": ""}}); err != nil {
		w.T.Fatal(err)
	}
}

// caseIn finds the case of a login ID in an incident.
func caseIn(w *apptest.World, reference, login string) *cases.Case {
	w.T.Helper()
	r, err := cases.Open(w.Ctx, w.Store, w.Agent, reference, login)
	if err != nil || r.New {
		w.T.Fatalf("%+v %v", r, err)
	}
	return r.Case
}

func movements(lines ...string) string {
	return apptest.MovementsHeader + strings.Join(lines, "\n") + "\n"
}

func planOf(t testing.TB, w *apptest.World, c *cases.Case) (out []string, plan reimbursements.Plan) {
	t.Helper()
	plan, _, err := reimbursements.Look(store.Read(w.Ctx, w.Store), c)
	if err != nil {
		t.Fatal(err)
	}
	for _, l := range plan.Lines {
		said := fmt.Sprintf("%s %d %+d", l.Kind, l.ProgramID, l.Points)
		if l.CounterPoints != nil {
			said += fmt.Sprintf("/%d", *l.CounterPoints)
		}
		out = append(out, said)
	}
	return out, plan
}

func wantPlan(t testing.TB, w *apptest.World, c *cases.Case, want ...string) {
	t.Helper()
	if got, _ := planOf(t, w, c); !slices.Equal(got, want) {
		t.Fatalf("plan %v, want %v", got, want)
	}
}

func wantGoo(t testing.TB, w *apptest.World, c *cases.Case, want int64) {
	t.Helper()
	if _, goo := balances(t, w, c); goo != want {
		t.Fatalf("goo %d, want %d", goo, want)
	}
}

func events(t testing.TB, w *apptest.World, c *cases.Case, kinds ...string) (out []string) {
	t.Helper()
	list, err := cases.Events(store.Read(w.Ctx, w.Store), c.ID, kinds, 0, 100)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range list {
		out = append(out, e.Kind)
	}
	return out
}

// settle proposes the plan as it stands and has it posted.
func settle(t testing.TB, w *apptest.World, c *cases.Case) *reimbursements.Reimbursement {
	t.Helper()
	r := propose(t, w, w.Agent, c)
	for _, by := range []func() error{func() error { return try(w, w.Supervisor, r.ID) }, func() error { return try(w, w.Manager, r.ID) }} {
		if err := by(); err != nil {
			t.Fatal(err)
		}
		now, err := reimbursements.ByID(store.Read(w.Ctx, w.Store), r.ID)
		if err != nil || now.State == reimbursements.Posted {
			return now
		}
	}
	t.Fatal("not posted")
	return nil
}

func exchanged(points int64) loss { return loss{talk: 1000, goo: 500, exchanged: points} }

// A cancellation that arrives after its exchange was made good is told on the case, puts
// it into a queue, and is taken back once, by a proposal under four eyes.
func TestLateCancellation(t *testing.T) {
	w, of := importLosses(t, exchanged(300))
	c := of[0]
	settle(t, w, c)
	wantGoo(t, w, c, 800)
	w.Clock.Add(time.Minute)
	first := movements("C0," + login(0) + ",2014-08-01 10:00,cancel,,goo,,100,,E0,none")
	both := movements("C0,"+login(0)+",2014-08-01 10:00,cancel,,goo,,100,,E0,none", "C1,"+login(0)+",2014-08-01 11:00,cancel,,goo,,150,150,E0,confirmed")
	w.Import("", first)
	wantPlan(t, w, c, "reimburse 2 -100")
	w.Import("", first)
	w.Import("", both)
	wantPlan(t, w, c, "reimburse 2 -250")
	if got := events(t, w, c, cases.FactArrived, cases.CorrectionFound); !slices.Equal(got, []string{cases.FactArrived, cases.CorrectionFound, cases.FactArrived}) {
		t.Errorf("events %v", got)
	}
	found, _, err := cases.Find(store.Read(w.Ctx, w.Store), w.Vault, cases.Filter{Queue: cases.QueueCorrection, Order: cases.Longest, Of: cases.Desk{Reader: w.Supervisor, Now: w.Clock.Now()}, Limit: 10})
	if err != nil || len(found) != 1 || found[0].Case.ID != c.ID {
		t.Fatalf("queue: %+v %v", found, err)
	}
	r := propose(t, w, w.Supervisor, c)
	if r.Flags != reimbursements.Correction {
		t.Errorf("flags %q", r.Flags)
	}
	refusedAs(t, try(w, w.Supervisor, r.ID), "self_approval")
	approve(t, w, w.Supervisor2, r.ID)
	wantGoo(t, w, c, 800) // given back after the freeze, so it was not in the balance
	wantPlan(t, w, c)
	if now := w.Case(login(0)); now.PointsOpen != 0 {
		t.Errorf("still open: %v", now.Marks())
	}
	sent, err := notices.Find(store.Read(w.Ctx, w.Store), notices.Filter{Kind: notices.ReimbursementCorrected, Limit: 2})
	if err != nil || len(sent) != 1 {
		t.Fatalf("%d mails of the correction, %v", len(sent), err)
	}
	// The first mail told 800 as well: what was returned is why.
	shown, err := sent[0].Show(w.Vault, notices.Env{})
	if want := "補填の差額：−250ポイント\n当社で反映した分の合計（訂正後）：+50ポイント\n交換の取消により戻った分：+250ポイント\n反映後の残高：800ポイント"; err != nil || !strings.Contains(shown.Text, want) || strings.Contains(shown.Text, "そのほか") {
		t.Errorf("%v\n%s", err, shown.Text)
	}
	if n := count(t, w, "select count(*) from mails where kind = $1", notices.ReimbursementCompleted); n != 1 {
		t.Errorf("%d mails of the reimbursement", n)
	}
	w.Import("", both)
	wantPlan(t, w, c)
	books(t, w)
}

// A loss that cancellations gave back before anybody proposed is nothing to propose, and no
// mail promises its reimbursement; what they left is.
func TestGivenBackBeforeItsProposal(t *testing.T) {
	w, of := importLosses(t, exchanged(300), exchanged(200), exchanged(100))
	w.Import("", movements("C0,"+login(0)+",2014-08-01 10:00,cancel,,goo,,300,,E0,none", "C1,"+login(1)+",2014-08-01 10:00,cancel,,goo,,150,,E1,none"))
	to, err := cases.Addressees(store.Read(w.Ctx, w.Store), w.Vault, []int64{of[0].ID, of[1].ID, of[2].ID}, notices.RestrictionNotice)
	if err != nil {
		t.Fatal(err)
	}
	for i, want := range []bool{false, true, true} {
		if got := to[of[i].ID].Facts.Loss; got != want {
			t.Errorf("case %d: a loss %v", i, got)
		}
	}
	due := func() (n int64) {
		return count(t, w, "select count(*) from cases c where "+reimbursements.Proposable)
	}
	if n := due(); n != 2 {
		t.Errorf("%d to propose", n)
	}
	j, err := reimbursements.ProposeAll(w.Ctx, w.Store, w.Agent, apptest.Reference)
	if err != nil {
		t.Fatal(err)
	}
	w.Work()
	done, err := jobs.ByID(store.Read(w.Ctx, w.Store), j.ID)
	if n := count(t, w, "select count(*) from reimbursements"); err != nil || n != 2 || done.Total != 2 || done.Failed != 0 || due() != 0 {
		t.Errorf("%d proposed, job %+v, %d to propose: %v", n, done, due(), err)
	}
}

// What is found after posting is corrected both ways, by an entry each; what was booked
// stays, and a closed case is open again.
func TestFindingsAfterPosting(t *testing.T) {
	w, of := importLosses(t, small)
	c := of[0]
	settle(t, w, c)
	whole(t, w, c, small)
	done := cases.Completed
	if _, err := cases.Update(w.Ctx, w.Store, w.Supervisor, c.ID, cases.Change{Status: &done, Version: w.Case(login(0)).Version, Reason: "連絡なし"}); err != nil {
		t.Fatal(err)
	}
	decide := func(movement, finding string) {
		t.Helper()
		if _, err := reimbursements.DecideFinding(w.Ctx, w.Store, w.Supervisor2, c.ID, movement, finding, "会員に確認"); err != nil {
			t.Fatal(err)
		}
	}
	posted := count(t, w, "select count(*) from postings")
	decide("T0", incidents.Own)
	if now := w.Case(login(0)); now.Status != cases.Reopened || *now.Class != "B" || now.PointsOpen != cases.CorrectionDue {
		t.Fatalf("%+v", now)
	}
	wantPlan(t, w, c, "rollback 1 -3000/-600")
	settle(t, w, c)
	if talk, goo := balances(t, w, c); talk != 100 || goo != 650 {
		t.Fatalf("%d %d", talk, goo)
	}
	decide("T0", incidents.Confirmed)
	wantPlan(t, w, c, "rollback 1 +3000/600")
	settle(t, w, c)
	whole(t, w, c, small)
	decide("E0", incidents.Own)
	decide("E0", incidents.Suspected) // nothing is left to correct
	if now := w.Case(login(0)); now.PointsOpen != 0 {
		t.Fatalf("%v", now.Marks())
	}
	if n := count(t, w, "select count(*) from postings"); n <= posted {
		t.Error("no entries")
	}
	if n := count(t, w, "select max(entry) from compensations k join movements m on m.id = k.movement_id where m.movement_id = 'T0'"); n != 3 {
		t.Errorf("%d entries", n)
	}
	books(t, w)
}

// The mail of a case that is closed over a correction speaks of that, not of points that
// are still to come: the correction may take some back.
func TestClosedOverACorrection(t *testing.T) {
	w, of := importLosses(t, small)
	settle(t, w, of[0])
	if _, err := reimbursements.DecideFinding(w.Ctx, w.Store, w.Supervisor2, of[0].ID, "T0", incidents.Own, "会員に確認"); err != nil {
		t.Fatal(err)
	}
	done := cases.Completed
	if _, err := cases.Update(w.Ctx, w.Store, w.Supervisor, of[0].ID, cases.Change{Status: &done, Version: w.Case(login(0)).Version, Reason: "連絡なし"}); err != nil {
		t.Fatal(err)
	}
	sent, err := notices.Find(store.Read(w.Ctx, w.Store), notices.Filter{Kind: notices.CaseClosed, Limit: 2})
	if err != nil || len(sent) != 1 {
		t.Fatal(sent, err)
	}
	shown, err := sent[0].Show(w.Vault, notices.Env{})
	if err != nil || !strings.Contains(shown.Text, "訂正が必要") || strings.Contains(shown.Text, "まだすべては完了して") {
		t.Errorf("%v\n%s", err, shown.Text)
	}
}

// A movement that comes after the points were put back is proposed with the rest of the
// incident's.
func TestLateMovementsAreProposedForAll(t *testing.T) {
	w, of := importLosses(t, exchanged(300), exchanged(200))
	settle(t, w, of[0])
	w.Import("", movements("L0,"+login(0)+",2014-07-22 10:00,exchange,goo,,x,70,,,suspected"))
	if now := w.Case(login(0)); now.PointsOpen != cases.CorrectionDue {
		t.Fatalf("%v", now.Marks())
	}
	j, err := reimbursements.ProposeAll(w.Ctx, w.Store, w.Agent, apptest.Reference)
	if err != nil {
		t.Fatal(err)
	}
	w.Work()
	if n := count(t, w, "select count(*) from reimbursements where state = 'submitted'"); n != 2 {
		t.Fatalf("%d proposed by job %d", n, j.ID)
	}
	for _, id := range []int64{2, 3} {
		approve(t, w, w.Supervisor, id)
	}
	wantGoo(t, w, of[0], 870)
	wantGoo(t, w, of[1], 700)
	if n := count(t, w, "select count(*) from mails where kind = $1", notices.ReimbursementCorrected); n != 0 {
		t.Error("more points are no correction")
	}
	books(t, w)
}

// One number of a movement for another: both entries are booked, nothing moves, and the
// member is told nothing.
func TestAnotherNumberForTheSameMovement(t *testing.T) {
	w, of := importLosses(t, exchanged(300))
	settle(t, w, of[0])
	w.Import("", movements("D0,"+login(0)+",2014-07-20 02:00:00,exchange,goo,,x,300,,,confirmed"))
	if _, err := reimbursements.DecideDouble(w.Ctx, w.Store, w.Supervisor, of[0].ID, "E0", incidents.Double, "番号の誤り"); err != nil {
		t.Fatal(err)
	}
	wantPlan(t, w, of[0], "reimburse 2 -300", "reimburse 2 +300")
	settle(t, w, of[0])
	wantGoo(t, w, of[0], 800)
	wantPlan(t, w, of[0])
	if n := count(t, w, "select count(*) from mails"); n != 1 {
		t.Errorf("%d mails", n)
	}
	books(t, w)
}

// The database itself refuses to give back more than was taken, or an entry twice.
func TestCompensationsHaveASecondLock(t *testing.T) {
	w, of := importLosses(t, exchanged(300))
	settle(t, w, of[0])
	for name, statement := range map[string]string{
		"the same entry": "insert into compensations (reimbursement_id, movement_id, entry) select reimbursement_id, movement_id, entry from compensations",
		"more than the loss": `with l as (insert into reimbursement_lines (reimbursement_id, kind, program_id, points, movement_id)
			select reimbursement_id, kind, program_id, 1, movement_id from reimbursement_lines where movement_id is not null returning *)
			insert into compensations (reimbursement_id, movement_id, entry) select reimbursement_id, movement_id, 2 from l`,
		"less than nothing": `with l as (insert into reimbursement_lines (reimbursement_id, kind, program_id, points, movement_id)
			select reimbursement_id, kind, program_id, -301, movement_id from reimbursement_lines where movement_id is not null returning *)
			insert into compensations (reimbursement_id, movement_id, entry) select reimbursement_id, movement_id, 2 from l`,
	} {
		if _, err := w.Pool.Exec(context.Background(), statement); err == nil {
			t.Errorf("%s was written", name)
		}
	}
}

// Two incidents of one ID with a transfer in each, whose points the member spent: what
// the operator bears is computed once over both, whatever is posted first.
func TestAbsorptionOverTwoIncidents(t *testing.T) {
	for _, c := range []struct {
		name                  string
		goo, one, two, losses int64 // received by each transfer; exchanged in the second
	}{{"both short", 50, 300, 400, 0}, {"the second makes up for it", 0, 300, 0, 500}, {"enough for one", 350, 300, 400, 0}, {"a transfer there, its exchange here", 0, 600, 0, 600}} {
		for _, order := range [][]int{{0, 1}, {1, 0}} {
			w := apptest.NewWorld(t)
			twice(w)
			files1, moves1 := files(0, []loss{{talk: 10, goo: c.goo, sent: 3000, received: c.one}})
			w.Import(files1, moves1)
			var lines []string
			if c.two > 0 {
				lines = append(lines, "U0,"+login(0)+",2014-07-20 03:00,transfer,pointtalk,goo,,2000,"+fmt.Sprint(c.two)+",,confirmed")
			}
			if c.losses > 0 {
				lines = append(lines, "X0,"+login(0)+",2014-07-20 04:00,exchange,goo,,x,"+fmt.Sprint(c.losses)+",,,confirmed")
			}
			if i := w.ImportInto(second, files1, movements(lines...)); i.Rejected > 0 {
				t.Fatalf("%+v", i)
			}
			of := []*cases.Case{caseIn(w, apptest.Reference, login(0)), caseIn(w, second, login(0))}
			for _, which := range order {
				settle(t, w, of[which])
			}
			want := c.goo - c.one - c.two + c.losses
			wantGoo(t, w, of[0], max(0, want))
			if n := count(t, w, "select coalesce(sum(points), 0) from reimbursement_lines where kind = 'absorb'"); n != max(0, -want) {
				t.Errorf("%s, %v: absorbed %d, want %d", c.name, order, n, max(0, -want))
			}
			for _, one := range of {
				wantPlan(t, w, one)
			}
			books(t, w)
		}
	}
}

// Approved together, the second plan of the ID was made before the first was posted.
func TestTwoIncidentsInOneBatch(t *testing.T) {
	w := apptest.NewWorld(t)
	twice(w)
	files1, moves1 := files(0, []loss{{goo: 350, sent: 3000, received: 300}})
	w.Import(files1, moves1)
	w.ImportInto(second, files1, movements("U0,"+login(0)+",2014-07-20 03:00,transfer,pointtalk,goo,,2000,400,,confirmed"))
	one, two := propose(t, w, w.Agent, caseIn(w, apptest.Reference, login(0))), propose(t, w, w.Agent, caseIn(w, second, login(0)))
	results, err := reimbursements.ApproveMany(w.Ctx, w.Store, w.Supervisor, []int64{one.ID, two.ID})
	if err != nil || results[0].State != reimbursements.Posted {
		t.Fatalf("%+v %v", results, err)
	}
	refusedAs(t, results[1].Err, "plan_changed")
	if _, err := reimbursements.Return(w.Ctx, w.Store, w.Supervisor, two.ID, "残高が変わった"); err != nil {
		t.Fatal(err)
	}
	settle(t, w, caseIn(w, second, login(0)))
	wantGoo(t, w, caseIn(w, second, login(0)), 0)
	books(t, w)
}
