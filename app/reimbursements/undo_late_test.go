package reimbursements_test

import (
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"hoten/app/apptest"
	"hoten/app/cases"
	"hoten/app/notices"
	"hoten/app/points"
	"hoten/app/points/simulator"
	"hoten/app/reimbursements"
	"hoten/app/store"
)

// A leg that is sent again while its undo waits makes that another one; once it is done, the plan
// is posted and its undo is returned.
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
	refusedAs(t, err, "already_decided")
	if byID(t, w, u.ID).State != reimbursements.Returned {
		t.Error("its undo waits on")
	}
	if c = again(t, w, c); *c.ReimbursementState != reimbursements.Posted || c.MadeWholeAt == nil || c.ReturnedTo != nil {
		t.Errorf("%+v", c)
	}
	even(t, w, c, y, both)
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

// What a member is told once the legs are done is the balance of then: a request of a second
// incident waits behind one that is half done and undone meanwhile.
func TestTheBalanceThatIsToldAfterAnUndo(t *testing.T) {
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
	ofTwo{w, t}.more("X," + login(0) + ",2014-07-27 21:00,exchange,goo,,x,7,,,confirmed")
	other := caseIn(w, second, login(0))
	approved(t, w, other)
	u := proposeUndo(t, w, w.Agent, r.ID)
	if _, err := reimbursements.Approve(w.Ctx, w.Store, w.Supervisor2, u.ID); err != nil {
		t.Fatal(err)
	}
	y.Refuse(nil)
	for range 3 {
		w.Clock.Add(time.Minute)
		w.SendLegs(t)
	}
	m, err := store.Find[notices.Mail](store.Read(w.Ctx, w.Store), "kind = ? and case_id = ?", notices.ReimbursementCompleted, other.ID)
	if err != nil {
		t.Fatal(err)
	}
	said, err := w.Vault.Unseal("mails", "data", m.ID, m.Data)
	if err != nil {
		t.Fatal(err)
	}
	if _, goo := balances(t, w, c); !strings.Contains(said, fmt.Sprintf(`"balance":%d`, goo)) {
		t.Errorf("the balance is %d, told is %s", goo, said)
	}
}
