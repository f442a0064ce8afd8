package reimbursements_test

import (
	"testing"
	"time"

	"hoten/app/fault"
	"hoten/app/reimbursements"
)

// An adjustment is taken back by its author while nothing followed: it is part of no plan any
// more, and stays on record.
func TestAdjustmentsAreUndoneWhileNothingFollowed(t *testing.T) {
	w, of := importLosses(t, small)
	c := of[0]
	adjust := func() int64 {
		t.Helper()
		w.Clock.Add(time.Second)
		a, err := reimbursements.AddAdjustment(w.Ctx, w.Store, w.Agent2, c.ID, "goo", 5, "端数")
		if err != nil {
			t.Fatal(err)
		}
		return a.ID
	}
	undo := func(id int64) error {
		w.Clock.Add(time.Second)
		return reimbursements.UndoAdjustment(w.Ctx, w.Store, w.Agent2, c.ID, id)
	}
	one := adjust()
	if err := reimbursements.UndoAdjustment(w.Ctx, w.Store, w.Agent, c.ID, one); !fault.Is(err, "undo_too_late") {
		t.Errorf("somebody else's: %v", err)
	}
	if err := undo(one); err != nil {
		t.Fatal(err)
	}
	if n := w.Number("select count(*) from adjustments"); n != 1 {
		t.Errorf("%d on record", n)
	}
	if err := undo(one); !fault.Is(err, "undo_too_late") {
		t.Errorf("twice: %v", err)
	}
	w.Clock.Add(time.Second)
	r := propose(t, w, w.Agent, c)
	if r.ApprovalsNeeded != 1 {
		t.Errorf("%d approvals: the adjustment counts", r.ApprovalsNeeded)
	}

	// While a request waits its author may still take it back, but not once it voided an
	// approval, nor once a request was made of it.
	two := adjust()
	if err := undo(two); err != nil {
		t.Fatal(err)
	}
	w.Clock.Add(time.Second)
	if _, err := reimbursements.Withdraw(w.Ctx, w.Store, w.Agent, r.ID, "やり直し"); err != nil {
		t.Fatal(err)
	}
	three := adjust()
	w.Clock.Add(time.Second)
	propose(t, w, w.Agent, c)
	if err := undo(three); !fault.Is(err, "undo_too_late") {
		t.Errorf("proposed since: %v", err)
	}
}

// An adjustment that opened a closed case again is not undone: the case would stay open, and
// closing it would tell its member again.
func TestAnAdjustmentThatReopensIsNotUndone(t *testing.T) {
	w, of := importLosses(t, small)
	c := of[0]
	r := propose(t, w, w.Agent, c)
	if _, err := reimbursements.Approve(w.Ctx, w.Store, w.Supervisor, r.ID); err != nil {
		t.Fatal(err)
	}
	if _, err := w.Pool.Exec(w.Ctx, "update cases set status = 'completed', completed_at = $2 where id = $1", c.ID, w.Clock.Now()); err != nil {
		t.Fatal(err)
	}
	w.Clock.Add(time.Second)
	a, err := reimbursements.AddAdjustment(w.Ctx, w.Store, w.Agent2, c.ID, "goo", 5, "端数")
	if err != nil {
		t.Fatal(err)
	}
	if n := w.Number("select count(*) from cases where id = $1 and status = 'reopened'", c.ID); n != 1 {
		t.Fatal("the case is not open again")
	}
	w.Clock.Add(time.Second)
	if err := reimbursements.UndoAdjustment(w.Ctx, w.Store, w.Agent2, c.ID, a.ID); !fault.Is(err, "undo_too_late") {
		t.Errorf("undone: %v", err)
	}
}
