package reconciliations_test

import (
	"strings"
	"testing"

	"hoten/app/apptest"
	"hoten/app/points"
	"hoten/app/points/simulator"
	"hoten/app/reimbursements"
	"hoten/app/store"
)

// refused is a world of one ID whose leg the system refused, and did all the same, of which it is
// the day after.
func refused(t *testing.T) (w *apptest.World, y *simulator.System, r int64) {
	t.Helper()
	w, y = world(t, 1)
	y.Refuse(func(string, string, int64) string { return "account_closed" })
	r = pay(t, w, 0)
	y.Refuse(nil)
	w.Clock.Set(day.AddDays(1).At(10 * 60))
	return w, y, r
}

// lists takes a statement that has the leg of a request as done, or has nothing.
func lists(t *testing.T, w *apptest.World, r int64, listed bool) {
	t.Helper()
	lines := []string{",x,goo,5,P9,2014-07-31 10:00"}
	if listed {
		lines = append(lines, key(t, w, r)+","+login(0)+",goo,700,P1,2014-07-31 10:00")
	}
	taken, err := upload(w, w.Manager, day, lines...)
	must(t, err)
	likely := map[bool]string{true: "refused_here", false: "dropped_here"}[len(open(t, w)) > 0]
	if got := kinds(t, w, taken.ID); strings.Contains(got, "missing_here "+key(t, w, r)+" "+likely) != listed {
		t.Errorf("listed %v: %s", listed, got)
	}
}

func legOf(t *testing.T, w *apptest.World, r int64) points.Leg {
	t.Helper()
	legs, err := points.Legs(store.Read(w.Ctx, w.Store), r)
	must(t, err)
	return legs[0]
}

func withdraw(t *testing.T, w *apptest.World, r int64) {
	t.Helper()
	_, err := reimbursements.Withdraw(w.Ctx, w.Store, w.Agent, r, "やり直す")
	must(t, err)
}

func troubles(t *testing.T, w *apptest.World) int64 {
	t.Helper()
	var reads store.Reads
	n := points.AskTroubles(&reads, w.Clock.Now())
	must(t, reads.Run(store.Read(w.Ctx, w.Store)))
	return (*n)[0]
}

// What a statement has as done is not undone here before somebody found out, also where that was
// asked for before; a corrected statement, or that it was done, ends the dispute.
func TestWhatAStatementListsIsNotUndone(t *testing.T) {
	w, _, r := refused(t)
	u, err := reimbursements.ProposeUndo(w.Ctx, w.Store, w.Agent, r, "口座が閉じられている")
	must(t, err)
	lists(t, w, r, true)
	_, err = reimbursements.Approve(w.Ctx, w.Store, w.Supervisor, u.ID)
	refusedAs(t, err, "leg_disputed")
	withdraw(t, w, u.ID)
	_, err = reimbursements.ProposeUndo(w.Ctx, w.Store, w.Agent, r, "口座が閉じられている")
	refusedAs(t, err, "leg_disputed")

	lists(t, w, r, false)
	u, err = reimbursements.ProposeUndo(w.Ctx, w.Store, w.Agent, r, "口座が閉じられている")
	must(t, err)
	withdraw(t, w, u.ID)
	lists(t, w, r, true)
	must(t, points.SettleByHand(w.Ctx, w.Store, w.Supervisor, legOf(t, w, r).ID, "P1", "明細にある"))
	if got, err := reimbursements.ByID(w.DB, r); err != nil || got.State != reimbursements.Posted {
		t.Errorf("%+v, %v", got, err)
	}
	tend(t, w)
	if l := legOf(t, w, r); l.Listed || !l.Done() {
		t.Errorf("%+v", l)
	}
}

// A leg that was dropped before a statement lists it is not paid again; that it was done after all
// is taken back, and then it can be paid.
func TestWhatAStatementListsIsNotPaidAgain(t *testing.T) {
	w, y, r := refused(t)
	u, err := reimbursements.ProposeUndo(w.Ctx, w.Store, w.Agent, r, "口座が閉じられている")
	must(t, err)
	_, err = reimbursements.Approve(w.Ctx, w.Store, w.Supervisor, u.ID)
	must(t, err)
	second, err := reimbursements.Propose(w.Ctx, w.Store, w.Agent, w.Case(login(0)).ID, "")
	must(t, err)
	lists(t, w, r, true)
	if n := troubles(t, w); n != 1 {
		t.Errorf("%d legs are to be looked at", n)
	}
	_, err = reimbursements.Approve(w.Ctx, w.Store, w.Supervisor, second.ID)
	refusedAs(t, err, "leg_disputed")
	withdraw(t, w, second.ID)
	_, err = reimbursements.Propose(w.Ctx, w.Store, w.Agent, w.Case(login(0)).ID, "")
	refusedAs(t, err, "leg_disputed")
	_, err = reimbursements.Approve(w.Ctx, w.Store, w.Supervisor, second.ID)
	refusedAs(t, err, "already_decided")

	shown, err := points.Open(store.Read(w.Ctx, w.Store), legOf(t, w, r).SystemID, true, 0, 10)
	must(t, err)
	if len(shown) != 1 || !shown[0].Disputed() {
		t.Fatalf("%+v", shown)
	}
	must(t, points.SettleByHand(w.Ctx, w.Store, w.Supervisor, shown[0].ID, "P1", "明細にある"))
	w.SendLegs(t) // takes it back
	tend(t, w)
	if n := troubles(t, w); n != 0 {
		t.Errorf("%d legs are to be looked at", n)
	}
	pay(t, w, 0)
	sum := int64(0)
	for _, m := range y.Done() {
		sum += m.Points
	}
	if sum != 0 { // 700 done unseen, taken back, and paid
		t.Errorf("%d points outside beside the 700 that the system hid", sum)
	}
	if n := w.Number("select count(*) from reconciliations where learned > compared"); n != 0 {
		t.Errorf("%d days are not compared", n)
	}
}

// A system that takes files is not sent what its statement lists.
func TestWhatAStatementListsIsNotFiledAgain(t *testing.T) {
	w, _, r := refused(t)
	lists(t, w, r, true)
	if _, err := w.Pool.Exec(w.Ctx, "update point_systems set by_file = true"); err != nil {
		t.Fatal(err)
	}
	refusedAs(t, points.SendAgain(w.Ctx, w.Store, w.Supervisor, legOf(t, w, r).ID), "leg_disputed")
	if _, err := w.Pool.Exec(w.Ctx, "update point_systems set by_file = false"); err != nil {
		t.Fatal(err)
	}
	must(t, points.SendAgain(w.Ctx, w.Store, w.Supervisor, legOf(t, w, r).ID)) // it is read first
}
