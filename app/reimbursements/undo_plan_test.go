package reimbursements_test

import (
	"sync"
	"testing"
	"time"

	"hoten/app/access"
	"hoten/app/apptest"
	"hoten/app/cases"
	"hoten/app/fault"
	"hoten/app/notices"
	"hoten/app/points"
	"hoten/app/points/simulator"
	"hoten/app/reimbursements"
	"hoten/app/store"
)

// halfDone has the plan of a case approved and done outside in pointtalk, and refused in goo.
func halfDone(t testing.TB, l loss) (w *apptest.World, c *cases.Case, y *simulator.System, r *reimbursements.Reimbursement) {
	t.Helper()
	w, of := importLosses(t, l)
	y = w.ConnectPoints(t, []string{"goo", "pointtalk"})
	y.Refuse(refuseGoo)
	r = approved(t, w, of[0])
	w.SendLegs(t)
	return w, of[0], y, r
}

func refuseGoo(_, program string, _ int64) string {
	if program == "goo" {
		return points.AccountClosed
	}
	return ""
}

// takes is a loss whose plan moves points in both programs.
var both = loss{talk: 100, goo: 50, sent: 3000, received: 600, exchanged: 700}

func proposeUndo(t testing.TB, w *apptest.World, by access.Actor, id int64) *reimbursements.Reimbursement {
	t.Helper()
	w.Clock.Add(time.Second)
	u, err := reimbursements.ProposeUndo(w.Ctx, w.Store, by, id, "口座が閉鎖されている")
	if err != nil {
		t.Fatal(err)
	}
	return u
}

func byID(t testing.TB, w *apptest.World, id int64) *reimbursements.Reimbursement {
	t.Helper()
	r, err := reimbursements.ByID(store.Read(w.Ctx, w.Store), id)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// even checks the books, that the entries of each movement and adjustment are numbered one after
// the other, and that what was moved outside is what the books moved since the import.
func even(t testing.TB, w *apptest.World, c *cases.Case, y *simulator.System, l loss) {
	t.Helper()
	books(t, w)
	talk, goo := balances(t, w, c)
	if outTalk, outGoo := y.Balance(login(0), "pointtalk"), y.Balance(login(0), "goo"); outTalk != talk-l.talk || outGoo != goo-l.goo {
		t.Errorf("outside %d and %d, in the books %d and %d", outTalk, outGoo, talk-l.talk, goo-l.goo)
	}
	if n := count(t, w, `select count(*) from (select movement_id, adjustment_id from compensations group by 1, 2 having max(entry) <> count(*)) q`); n != 0 {
		t.Errorf("%d entries are not one after the other", n)
	}
}

// A plan of which a leg is refused is undone here and outside; then the case owes the whole plan
// again, and its member is told as if nothing had been.
func TestAPlanIsUndoneAndMadeAgain(t *testing.T) {
	w, c, y, r := halfDone(t, both)
	u := proposeUndo(t, w, w.Agent2, r.ID)
	if c = again(t, w, c); *c.ReimbursementState != reimbursements.Approved || c.Status != cases.AwaitingApproval || byID(t, w, r.ID).State != reimbursements.Approved {
		t.Fatalf("proposing changed it: %+v", c)
	}
	refusedAs(t, func() error {
		_, err := reimbursements.ProposeUndo(w.Ctx, w.Store, w.Agent, r.ID, "もう一度")
		return err
	}(), "proposal_pending")
	shown, err := reimbursements.Approve(w.Ctx, w.Store, w.Supervisor, u.ID)
	if err != nil || shown.State != reimbursements.Approved {
		t.Fatalf("%+v %v", shown, err)
	}
	if _, err := reimbursements.Propose(w.Ctx, w.Store, w.Agent, c.ID, ""); !fault.Is(err, "points_under_way") {
		t.Errorf("proposed over what is taken back: %v", err)
	}
	w.SendLegs(t)
	even(t, w, c, y, both)
	was := byID(t, w, r.ID)
	if c = again(t, w, c); was.State != reimbursements.Returned || *was.UndoneBy != u.ID || byID(t, w, u.ID).State != reimbursements.Posted ||
		*c.ReimbursementState != reimbursements.Returned || c.MadeWholeAt != nil || *c.ReturnedTo != w.Agent.ID {
		t.Fatalf("%+v %+v", was, c)
	}
	if talk, goo := balances(t, w, c); talk != both.talk || goo != both.goo {
		t.Errorf("%d %d", talk, goo)
	}
	y.Refuse(nil)
	next := approved(t, w, c)
	w.SendLegs(t)
	even(t, w, c, y, both)
	talk, goo := balances(t, w, c)
	if wantTalk, wantGoo := both.whole(); talk != wantTalk || goo != wantGoo || byID(t, w, next.ID).State != reimbursements.Posted {
		t.Errorf("%d %d %+v", talk, goo, next)
	}
	if mailed(t, w, c, notices.ReimbursementCompleted) != 1 || mailed(t, w, c, notices.ReimbursementCorrected) != 0 {
		t.Error("the member was told otherwise")
	}
	if again(t, w, c).PointsOpen != 0 {
		t.Error("something is open")
	}
}

// Of a plan of which nothing was done outside, the undo is posted at once.
func TestNothingIsTakenBackWhereNothingWasDone(t *testing.T) {
	w, of := importLosses(t, both)
	c, y := of[0], w.ConnectPoints(t, []string{"goo"})
	y.Refuse(refuseGoo)
	r := approved(t, w, c)
	w.SendLegs(t)
	u := proposeUndo(t, w, w.Supervisor, r.ID)
	shown, err := reimbursements.Approve(w.Ctx, w.Store, w.Supervisor2, u.ID)
	if err != nil || shown.State != reimbursements.Posted {
		t.Fatalf("%+v %v", shown, err)
	}
	if c = again(t, w, c); *c.ReimbursementState != reimbursements.Returned || len(y.Done()) != 0 {
		t.Errorf("%+v", c)
	}
	if talk, goo := balances(t, w, c); talk != both.talk || goo != both.goo {
		t.Errorf("%d %d", talk, goo)
	}
	books(t, w)
}

// Whoever proposed it does not approve it, two clicks are one, and one that was returned or
// withdrawn changes nothing.
func TestAnUndoIsDecidedUnderFourEyes(t *testing.T) {
	w, c, y, r := halfDone(t, both)
	for name, end := range map[string]func(id int64) error{
		"returned": func(id int64) error {
			_, err := reimbursements.Return(w.Ctx, w.Store, w.Supervisor2, id, "x")
			return err
		},
		"withdrawn": func(id int64) error {
			_, err := reimbursements.Withdraw(w.Ctx, w.Store, w.Supervisor, id, "x")
			return err
		},
	} {
		held, before := cases.OnHold, again(t, w, c)
		if before.Status != held { // what it waited for it waits for again
			if before, _ = cases.Update(w.Ctx, w.Store, w.Agent, c.ID, cases.Change{Status: &held, Version: before.Version}); before == nil {
				t.Fatal("not put on hold")
			}
		}
		if err := end(proposeUndo(t, w, w.Supervisor, r.ID).ID); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		after := again(t, w, c)
		if *after.ReimbursementState != reimbursements.Approved || after.Status != before.Status || after.ReturnedTo != nil || byID(t, w, r.ID).State != reimbursements.Approved {
			t.Errorf("%s: %+v", name, after)
		}
	}
	u := proposeUndo(t, w, w.Supervisor, r.ID)
	_, err := reimbursements.Reject(w.Ctx, w.Store, w.Supervisor2, u.ID, "x")
	refusedAs(t, err, "undo_not_rejected")
	if _, err := reimbursements.Approve(w.Ctx, w.Store, w.Supervisor, u.ID); !fault.Is(err, "self_approval") {
		t.Errorf("approved by its proposer: %v", err)
	}
	var all sync.WaitGroup
	errs := make([]error, 2)
	for i, by := range []access.Actor{w.Supervisor2, w.Supervisor2} {
		all.Go(func() { _, errs[i] = reimbursements.Approve(w.Ctx, w.Store, by, u.ID) })
	}
	all.Wait()
	if (errs[0] == nil) == (errs[1] == nil) {
		t.Errorf("two clicks: %v", errs)
	}
	w.SendLegs(t)
	even(t, w, c, y, both)
}

// What cannot be undone: what is not refused, what is done, and what undoes.
func TestWhatIsNotUndone(t *testing.T) {
	w, of := importLosses(t, both)
	y := w.ConnectPoints(t, []string{"goo", "pointtalk"})
	r := approved(t, w, of[0])
	refused := func(id int64, code string) {
		t.Helper()
		_, err := reimbursements.ProposeUndo(w.Ctx, w.Store, w.Agent, id, "x")
		refusedAs(t, err, code)
	}
	refused(r.ID, "undo_not_refused")
	y.Refuse(refuseGoo)
	w.SendLegs(t)
	if _, err := w.Pool.Exec(w.Ctx, "update point_legs set state = 'uncertain', settled_at = null where state = 'done'"); err != nil {
		t.Fatal(err)
	}
	refused(r.ID, "undo_uncertain")
	w.Clock.Add(time.Minute)
	w.SendLegs(t)
	u := proposeUndo(t, w, w.Agent, r.ID)
	refused(u.ID, "undo_not_under_way")
	if _, err := reimbursements.Approve(w.Ctx, w.Store, w.Supervisor, u.ID); err != nil {
		t.Fatal(err)
	}
	refused(u.ID, "undo_not_under_way")
	refused(r.ID, "undo_not_under_way")
}

func mustLegs(t testing.TB, w *apptest.World, id int64, which func(points.Leg) bool) (out []points.Leg) {
	t.Helper()
	legs, err := points.Legs(store.Read(w.Ctx, w.Store), id)
	if err != nil {
		t.Fatal(err)
	}
	for _, l := range legs {
		if which(l) {
			out = append(out, l)
		}
	}
	return out
}

// A plan with an adjustment takes two approvals to undo, and the adjustment is owed again, once.
func TestAnAdjustmentOfAnUndonePlanIsOwedAgain(t *testing.T) {
	w, of := importLosses(t, both)
	c, y := of[0], w.ConnectPoints(t, []string{"goo", "pointtalk"})
	if _, err := reimbursements.AddAdjustment(w.Ctx, w.Store, w.Agent2, c.ID, "pointtalk", 25, "端数"); err != nil {
		t.Fatal(err)
	}
	y.Refuse(refuseGoo)
	twice := func(id int64) {
		t.Helper()
		for _, by := range []access.Actor{w.Supervisor, w.Supervisor2} {
			if _, err := reimbursements.Approve(w.Ctx, w.Store, by, id); err != nil {
				t.Fatal(err)
			}
		}
		w.SendLegs(t)
		even(t, w, c, y, both)
	}
	for range 2 {
		r := propose(t, w, w.Agent, again(t, w, c))
		for _, by := range []access.Actor{w.Supervisor, w.Supervisor2} {
			if _, err := reimbursements.Approve(w.Ctx, w.Store, by, r.ID); err != nil {
				t.Fatal(err)
			}
		}
		w.SendLegs(t)
		u := proposeUndo(t, w, w.Agent, r.ID)
		if u.ApprovalsNeeded != 2 {
			t.Errorf("%d approvals", u.ApprovalsNeeded)
		}
		twice(u.ID)
		if talk, goo := balances(t, w, c); talk != both.talk || goo != both.goo {
			t.Errorf("%d %d", talk, goo)
		}
	}
	y.Refuse(nil)
	twice(propose(t, w, w.Agent, again(t, w, c)).ID)
	if talk, _ := balances(t, w, c); talk != both.talk+both.sent+25 {
		t.Errorf("%d", talk)
	}
	if plan, _, err := reimbursements.Look(store.Read(w.Ctx, w.Store), again(t, w, c)); err != nil || !plan.Empty() {
		t.Errorf("%+v %v", plan, err)
	}
}

// spend imports a movement of the member's own.
func spend(t testing.TB, w *apptest.World, line string) {
	t.Helper()
	if i := w.Import("", movements(line)); i.Rejected > 0 {
		t.Fatalf("%+v", i)
	}
}
