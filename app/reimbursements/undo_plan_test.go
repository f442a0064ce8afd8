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
	if c = again(t, w, c); *c.ReimbursementState != reimbursements.Approved || byID(t, w, r.ID).State != reimbursements.Approved {
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

// Whoever proposed it does not approve it, two clicks are one, and one that was returned,
// rejected or withdrawn changes nothing.
func TestAnUndoIsDecidedUnderFourEyes(t *testing.T) {
	w, c, y, r := halfDone(t, both)
	for name, end := range map[string]func(id int64) error{
		"returned": func(id int64) error {
			_, err := reimbursements.Return(w.Ctx, w.Store, w.Supervisor2, id, "x")
			return err
		},
		"rejected": func(id int64) error {
			_, err := reimbursements.Reject(w.Ctx, w.Store, w.Supervisor2, id, "x")
			return err
		},
		"withdrawn": func(id int64) error {
			_, err := reimbursements.Withdraw(w.Ctx, w.Store, w.Supervisor, id, "x")
			return err
		},
	} {
		before := again(t, w, c)
		if err := end(proposeUndo(t, w, w.Supervisor, r.ID).ID); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		after := again(t, w, c)
		if *after.ReimbursementState != reimbursements.Approved || after.Status != before.Status || after.ReturnedTo != nil || byID(t, w, r.ID).State != reimbursements.Approved {
			t.Errorf("%s: %+v", name, after)
		}
	}
	u := proposeUndo(t, w, w.Supervisor, r.ID)
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

// A leg that is done while its undo waits makes that another one, and the plan is posted.
func TestALegThatIsDoneWhileItsUndoWaits(t *testing.T) {
	w, c, y, r := halfDone(t, both)
	u := proposeUndo(t, w, w.Agent, r.ID)
	y.Refuse(nil)
	leg := store.First(mustLegs(t, w, r.ID, points.Leg.Refused))
	if err := points.SendAgain(w.Ctx, w.Store, w.Supervisor, leg.ID); err != nil {
		t.Fatal(err)
	}
	_, err := reimbursements.Approve(w.Ctx, w.Store, w.Supervisor2, u.ID)
	refusedAs(t, err, "plan_changed")
	w.SendLegs(t)
	_, err = reimbursements.Approve(w.Ctx, w.Store, w.Supervisor2, u.ID)
	refusedAs(t, err, "plan_changed")
	if _, err := reimbursements.Return(w.Ctx, w.Store, w.Supervisor2, u.ID, "実行済み"); err != nil {
		t.Fatal(err)
	}
	if c = again(t, w, c); *c.ReimbursementState != reimbursements.Posted || c.MadeWholeAt == nil || c.ReturnedTo != nil {
		t.Errorf("%+v", c)
	}
	even(t, w, c, y, both)
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

// A leg that was dropped and turns out to be done is taken back, whether the undo waits for the
// other side still or is posted.
func TestADroppedLegThatWasDoneIsTakenBack(t *testing.T) {
	for name, posted := range map[string]bool{"while the undo is under way": false, "after it is posted": true} {
		t.Run(name, func(t *testing.T) {
			w, c, y, r := halfDone(t, both)
			leg := mustLegs(t, w, r.ID, points.Leg.Refused)[0]
			// Another program sent it before, and its answer is on the way.
			if _, err := w.Pool.Exec(w.Ctx, "update point_legs set state = 'waiting', settled_at = null, next_at = now() - interval '20 years' where id = $1", leg.ID); err != nil {
				t.Fatal(err)
			}
			reached, answer := make(chan bool), make(chan bool)
			var first sync.Once
			y.Refuse(func(string, string, int64) string { first.Do(func() { close(reached); <-answer }); return "" })
			sent := make(chan error)
			go func() { sent <- points.Send(w.Ctx, w.Store) }()
			<-reached
			if _, err := w.Pool.Exec(w.Ctx, "update point_legs set state = 'refused', settled_at = decided_at, code = 'account_closed' where id = $1", leg.ID); err != nil {
				t.Fatal(err)
			}
			u := proposeUndo(t, w, w.Agent, r.ID)
			if _, err := reimbursements.Approve(w.Ctx, w.Store, w.Supervisor, u.ID); err != nil {
				t.Fatal(err)
			}
			if posted {
				if _, err := w.Pool.Exec(w.Ctx, "update point_legs set state = 'done', settled_at = decided_at where reimbursement_id = $1", u.ID); err != nil {
					t.Fatal(err)
				}
			}
			close(answer)
			if err := <-sent; err != nil {
				t.Fatal(err)
			}
			y.Refuse(nil)
			w.SendLegs(t)
			if back := mustLegs(t, w, u.ID, points.Leg.Done); len(back) != 2 {
				t.Fatalf("%+v", back)
			}
			if moved := y.Balance(login(0), "goo"); moved != 0 {
				t.Errorf("%d stayed outside", moved)
			}
			if !posted && *again(t, w, c).ReimbursementState != reimbursements.Returned {
				t.Error("the case owes nothing again")
			}
			books(t, w)
		})
	}
}

// Points that are not there any more are not taken: a second incident took them, or the member.
func TestAnUndoTakesNoMoreThanIsThere(t *testing.T) {
	w, c, _, r := halfDone(t, both)
	// The member spends what was given back.
	w.Clock.Add(3 * time.Hour)
	spend(t, w, "X0,"+login(0)+",2014-07-31 12:00,exchange,pointtalk,,gift,3000,,,none")
	if talk, _ := balances(t, w, c); talk != 100 {
		t.Fatalf("%d", talk)
	}
	_, err := reimbursements.ProposeUndo(w.Ctx, w.Store, w.Agent, r.ID, "x")
	refusedAs(t, err, "undo_exceeds")
	books(t, w)
}

// What happened on the accounts since the plan stays; what happens while its undo waits makes
// that another one.
func TestAnUndoAfterASecondIncidentMovedTheAccount(t *testing.T) {
	w := apptest.NewWorld(t)
	twice(w)
	if i := w.Import(files(0, []loss{both})); i.Rejected > 0 {
		t.Fatalf("%+v", i)
	}
	y := w.ConnectPoints(t, []string{"goo", "pointtalk"})
	y.Refuse(refuseGoo)
	c := caseIn(w, apptest.Reference, login(0))
	r := approved(t, w, c)
	w.SendLegs(t)
	early := proposeUndo(t, w, w.Agent, r.ID)
	ofTwo{w, t}.more("X," + login(0) + ",2014-07-27 21:00,exchange,goo,,x,7,,,confirmed")
	other := approved(t, w, caseIn(w, second, login(0)))
	_, err := reimbursements.Approve(w.Ctx, w.Store, w.Supervisor2, early.ID)
	refusedAs(t, err, "plan_changed")
	if _, err := reimbursements.Withdraw(w.Ctx, w.Store, w.Agent, early.ID, "残高が変わった"); err != nil {
		t.Fatal(err)
	}
	u := proposeUndo(t, w, w.Agent, r.ID)
	if _, err := reimbursements.Approve(w.Ctx, w.Store, w.Supervisor2, u.ID); err != nil {
		t.Fatal(err)
	}
	y.Refuse(nil)
	w.SendLegs(t)
	w.Clock.Add(time.Minute)
	w.SendLegs(t)
	if byID(t, w, other.ID).State != reimbursements.Posted || byID(t, w, u.ID).State != reimbursements.Posted {
		t.Fatalf("%+v", byID(t, w, u.ID))
	}
	approved(t, w, again(t, w, c))
	w.SendLegs(t)
	books(t, w)
	talk, goo := balances(t, w, c)
	wantTalk, wantGoo := both.whole()
	if talk != wantTalk || goo != wantGoo+7 || y.Balance(login(0), "goo") != 107 {
		t.Errorf("%d %d, outside %d", talk, goo, y.Balance(login(0), "goo"))
	}
}

// What had left an account before it could be posted, and was posted with a correction, is
// behind again when that is undone; what was posted before the correction stays.
func TestAnUndoOfAPlanThatPostedWhatHadLeft(t *testing.T) {
	w := apptest.NewWorld(t)
	w.Import("login_id,name,balance_pointtalk,balance_goo,restricted_at\n"+login(0)+",山田 太郎,100,700,2014-07-28 10:00\n",
		movements("T,"+login(0)+",2014-07-20 01:00,transfer,pointtalk,goo,,1000,200,,confirmed"))
	c, y := w.Case(login(0)), w.ConnectPoints(t, []string{"goo", "pointtalk"})
	stands := func(when string, wantGoo, wantBehind int64) {
		t.Helper()
		behind := count(t, w, "select coalesce(sum(behind), 0)::bigint from accounts where identity_id = $1", c.IdentityID)
		if talk, goo := balances(t, w, c); talk != 1100 || goo != wantGoo || behind != wantBehind {
			t.Fatalf("%s: %d %d, %d behind", when, talk, goo, behind)
		}
		books(t, w)
	}
	approved(t, w, c)
	w.SendLegs(t)
	spend(t, w, "E,"+login(0)+",2014-07-28 20:00,exchange,goo,,x,600,,,confirmed")
	stands("learned", 0, 100)
	y.Refuse(refuseGoo)
	r := approved(t, w, again(t, w, c))
	w.SendLegs(t)
	stands("corrected", 500, 0)
	u := proposeUndo(t, w, w.Agent, r.ID)
	if _, err := reimbursements.Approve(w.Ctx, w.Store, w.Supervisor, u.ID); err != nil {
		t.Fatal(err)
	}
	stands("undone", 0, 100)
	if c = again(t, w, c); c.PointsOpen != cases.CorrectionDue {
		t.Errorf("no correction is due: %+v", c)
	}
	y.Refuse(nil)
	approved(t, w, c)
	w.SendLegs(t)
	stands("corrected again", 500, 0)
	if open := again(t, w, c).PointsOpen; open != 0 {
		t.Errorf("%d is open", open)
	}
}

// spend imports a movement of the member's own.
func spend(t testing.TB, w *apptest.World, line string) {
	t.Helper()
	if i := w.Import("", movements(line)); i.Rejected > 0 {
		t.Fatalf("%+v", i)
	}
}

// What takes a leg back is read by its key where its answer was lost, and done once.
func TestAnUndoWhoseAnswerIsLost(t *testing.T) {
	w, c, y, r := halfDone(t, both)
	u := proposeUndo(t, w, w.Agent, r.ID)
	if _, err := reimbursements.Approve(w.Ctx, w.Store, w.Supervisor, u.ID); err != nil {
		t.Fatal(err)
	}
	y.Behave(simulator.Faults{After: 1})
	w.SendLegs(t)
	if lost := mustLegs(t, w, u.ID, points.Leg.Uncertain); len(lost) != 1 || *again(t, w, c).ReimbursementState != reimbursements.Approved {
		t.Fatalf("%+v", lost)
	}
	y.Behave(simulator.Faults{})
	w.Clock.Add(time.Hour)
	w.SendLegs(t)
	if byID(t, w, u.ID).State != reimbursements.Posted || y.Asked(mustLegs(t, w, u.ID, points.Leg.Done)[0].Key) != 1 {
		t.Error("it was asked for again, or is not posted")
	}
	even(t, w, c, y, both)
}
