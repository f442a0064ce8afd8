package callbacks_test

import (
	"testing"
	"time"

	"hoten/app/access"
	"hoten/app/apptest"
	"hoten/app/callbacks"
	"hoten/app/cases"
)

func dial(w *apptest.World, by access.Actor, c *callbacks.Callback, despite bool) (string, error) {
	return callbacks.Dial(w.Ctx, w.Store, by, c.ID, despite)
}

// Whoever has the callback sees the number that is dialled, without a reveal; the look is
// recorded, and nothing that is kept holds the number.
func TestDialShowsTheNumberToWhoeverHasTheCallback(t *testing.T) {
	w := world(t, 1)
	back := promised(w, w.Agent, "m1", at(t, "7/31 18:00"))
	_, err := dial(w, w.Agent, back, false)
	refused(t, err, "callback_not_due")
	w.Clock.Set(at(t, "7/31 17:45"))
	got, err := dial(w, w.Agent, back, false)
	if err != nil || got != "090-0000-0001" {
		t.Fatal(got, err)
	}
	_, err = dial(w, w.Agent2, back, false)
	refused(t, err, "callback_of_another")
	_, err = dial(w, w.Supervisor, back, false)
	refused(t, err, "callback_of_another")
	if n := w.Number("select count(*) from audit_entries where action = 'callback.dialled' and actor_id = $1", w.Agent.ID); n != 1 {
		t.Errorf("%d looks are recorded", n)
	}
	if n := w.Number("select count(*) from case_events where kind = 'callback_dialled' and case_id = $1 and text is null", back.CaseID); n != 1 {
		t.Errorf("the case tells of %d", n)
	}
	if n := w.Number("select count(*) from audit_entries where concat(before, after) like '%0000%'"); n != 0 {
		t.Errorf("the number stands in %d entries", n)
	}
	if again, err := try(w, w.Agent, back, callbacks.NoAnswer); err != nil || again.Version != back.Version+1 {
		t.Errorf("a look is no change: %v", err)
	}
}

func TestDialRules(t *testing.T) {
	w := world(t, 2)
	back := promised(w, w.Agent, "m1", at(t, "7/31 18:00"))
	w.Clock.Set(at(t, "7/31 22:00"))
	_, err := dial(w, w.Agent, back, false)
	refused(t, err, "calling_hours")
	if _, err := dial(w, w.Agent, back, true); err != nil {
		t.Error(err)
	}
	w.Clock.Add(12 * time.Hour)
	call := w.Call(w.Agent2, back.CaseID)
	if _, err := cases.Conclude(w.Ctx, w.Store, w.Agent2, call.ID, cases.ImpostorSuspected); err != nil {
		t.Fatal(err)
	}
	// The case went to who answered, and the callback with it.
	_, err = dial(w, w.Agent2, back, false)
	refused(t, err, "impostor_suspected")
	if n := w.Number("select count(*) from audit_entries where action = 'callback.dialled' and after->>'despite' = 'true'"); n != 1 {
		t.Errorf("%d times the trail says that it was outside the hours", n)
	}
	done := promised(w, w.Agent, "m2", at(t, "8/1 18:00"))
	if _, err := callbacks.Drop(w.Ctx, w.Store, w.Agent, done.ID, done.Version, "不要になった"); err != nil {
		t.Fatal(err)
	}
	_, err = dial(w, w.Agent, done, false)
	refused(t, err, "callback_closed")
}
