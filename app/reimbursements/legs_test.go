package reimbursements_test

import (
	"testing"
	"time"

	"hoten/app/apptest"
	"hoten/app/cases"
	"hoten/app/fault"
	"hoten/app/notices"
	"hoten/app/points"
	"hoten/app/reimbursements"
	"hoten/app/store"
)

// mailed counts the mails of a kind about a case.
func mailed(t testing.TB, w *apptest.World, c *cases.Case, kind string) int64 {
	t.Helper()
	return count(t, w, "select count(*) from mails where case_id = $1 and kind = $2", c.ID, kind)
}

// approved proposes for a case and approves it.
func approved(t testing.TB, w *apptest.World, c *cases.Case) *reimbursements.Reimbursement {
	t.Helper()
	r := propose(t, w, w.Agent, c)
	shown, err := reimbursements.Approve(w.Ctx, w.Store, w.Supervisor, r.ID)
	if err != nil {
		t.Fatal(err)
	}
	return shown.Reimbursement
}

// again reads a case anew.
func again(t testing.TB, w *apptest.World, c *cases.Case) *cases.Case {
	t.Helper()
	now, err := store.Find[cases.Case](store.Read(w.Ctx, w.Store), "id = ?", c.ID)
	if err != nil {
		t.Fatal(err)
	}
	return now
}

// From the last approval to the last leg the plan is in the books and the member is not made
// whole; then both sides are equal and the member is told.
func TestAPlanIsPostedWithItsLastLeg(t *testing.T) {
	w, of := importLosses(t, small)
	c := of[0]
	y := w.ConnectPoints(t, []string{"pointtalk"})
	r := approved(t, w, c)
	talk, goo := balances(t, w, c)
	if wantTalk, wantGoo := small.whole(); r.State != reimbursements.Approved || talk != wantTalk || goo != wantGoo {
		t.Fatalf("%s, %d, %d", r.State, talk, goo)
	}
	if c = again(t, w, c); c.MadeWholeAt != nil || *c.ReimbursementState != reimbursements.Approved || c.Status == cases.AwaitingApproval || mailed(t, w, c, notices.ReimbursementCompleted) != 0 {
		t.Fatalf("made whole before its leg was done: %+v", c)
	}
	for name, err := range map[string]error{
		"returned":  func() error { _, err := reimbursements.Return(w.Ctx, w.Store, w.Supervisor, r.ID, "x"); return err }(),
		"withdrawn": func() error { _, err := reimbursements.Withdraw(w.Ctx, w.Store, w.Agent, r.ID, "x"); return err }(),
		"approved":  func() error { _, err := reimbursements.Approve(w.Ctx, w.Store, w.Supervisor, r.ID); return err }(),
	} {
		if !fault.Is(err, "already_decided") {
			t.Errorf("%s: %v", name, err)
		}
	}
	completed := cases.Completed
	if _, err := cases.Update(w.Ctx, w.Store, w.Supervisor, c.ID, cases.Change{Status: &completed, Version: c.Version}); err == nil {
		t.Error("closed over a leg that is not done")
	}
	w.SendLegs(t)
	c = again(t, w, c)
	legs, err := points.Legs(store.Read(w.Ctx, w.Store), r.ID)
	if err != nil || len(legs) != 1 || !legs[0].Done() || legs[0].Reference == "" {
		t.Fatalf("%+v %v", legs, err)
	}
	if c.MadeWholeAt == nil || *c.ReimbursementState != reimbursements.Posted || mailed(t, w, c, notices.ReimbursementCompleted) != 1 {
		t.Errorf("not made whole: %+v", c)
	}
	if moved := y.Balance(login(0), "pointtalk"); moved != talk-100 || y.Balance(login(0), "goo") != 0 {
		t.Errorf("%d moved outside, %d here", moved, talk-100)
	}
	if n := count(t, w, "select count(*) from case_events where case_id = $1 and kind = 'posted'", c.ID); n != 1 {
		t.Errorf("told %d times", n)
	}
	w.SendLegs(t)
	books(t, w)
}

// What a mail tells after the last leg is what it would have told at once.
func TestTheMailAfterTheLegsTellsWhatWasDecided(t *testing.T) {
	facts := func(outside bool) (out string) {
		w, of := importLosses(t, small)
		if outside {
			w.ConnectPoints(t, []string{"goo", "pointtalk"})
		}
		approved(t, w, of[0])
		w.SendLegs(t)
		m, err := store.Find[notices.Mail](store.Read(w.Ctx, w.Store), "kind = ?", notices.ReimbursementCompleted)
		if err == nil {
			out, err = w.Vault.Unseal("mails", "data", m.ID, m.Data)
		}
		if err != nil {
			t.Fatal(err)
		}
		return out
	}
	if at, after := facts(false), facts(true); at != after || at == "" {
		t.Errorf("at once:   %s\nafterwards: %s", at, after)
	}
}

// A cancellation that is learned while a leg is under way is corrected once it is done.
func TestAFactThatComesWhileALegIsUnderWay(t *testing.T) {
	w, of := importLosses(t, exchanged(300))
	c := of[0]
	y := w.ConnectPoints(t, []string{"goo"})
	r := approved(t, w, c)
	w.Import("", movements("C0,"+login(0)+",2014-08-01 10:00,cancel,,goo,,100,,E0,none"))
	if n := count(t, w, "select count(*) from approvals where reimbursement_id = $1 and voided_at is not null", r.ID); n != 0 {
		t.Error("the approvals of a plan that is in the books were voided")
	}
	if _, err := reimbursements.Propose(w.Ctx, w.Store, w.Agent, c.ID, ""); !fault.Is(err, "points_under_way") {
		t.Errorf("proposed over a leg under way: %v", err)
	}
	w.SendLegs(t)
	if c = again(t, w, c); c.PointsOpen != cases.CorrectionDue {
		t.Fatalf("no correction is due: %+v", c)
	}
	approved(t, w, c)
	w.SendLegs(t)
	// The exchange was canceled for 100 outside, too: 300 − 100 were put back by us.
	if moved := y.Balance(login(0), "goo"); moved != 200 {
		t.Errorf("%d moved outside", moved)
	}
	if c = again(t, w, c); c.PointsOpen != 0 || mailed(t, w, c, notices.ReimbursementCorrected) != 1 {
		t.Errorf("%+v", c)
	}
	books(t, w)
}

// Plans of two incidents of an ID are approved one after the other, and their legs wait for
// each other.
func TestLegsOfAnIDWaitForEachOther(t *testing.T) {
	w := apptest.NewWorld(t)
	twice(w)
	if i := w.Import(files(0, []loss{exchanged(300)})); i.Rejected > 0 {
		t.Fatalf("%+v", i)
	}
	y := w.ConnectPoints(t, []string{"goo"})
	first := approved(t, w, caseIn(w, apptest.Reference, login(0)))
	y.Refuse(func(string, string, int64) string { return points.AccountClosed })
	w.SendLegs(t)
	ofTwo{w, t}.more("X," + login(0) + ",2014-07-27 21:00,exchange,goo,,x,7,,,confirmed")
	next := approved(t, w, caseIn(w, second, login(0)))
	y.Refuse(nil)
	w.SendLegs(t)
	if n := len(y.Done()); n != 0 {
		t.Fatalf("%d done past a refused one", n)
	}
	legs, err := points.Legs(store.Read(w.Ctx, w.Store), first.ID)
	if err != nil || legs[0].Code != points.AccountClosed {
		t.Fatalf("%+v %v", legs, err)
	}
	if err := points.SendAgain(w.Ctx, w.Store, w.Supervisor, legs[0].ID); err != nil {
		t.Fatal(err)
	}
	if err := points.SendAgain(w.Ctx, w.Store, w.Supervisor, legs[0].ID); !fault.Is(err, "leg_settled") {
		t.Errorf("a second click: %v", err)
	}
	w.SendLegs(t)
	w.Clock.Add(time.Minute)
	w.SendLegs(t)
	for _, r := range []int64{first.ID, next.ID} {
		if now, err := reimbursements.ByID(store.Read(w.Ctx, w.Store), r); err != nil || now.State != reimbursements.Posted {
			t.Errorf("%+v %v", now, err)
		}
	}
	books(t, w)
}
