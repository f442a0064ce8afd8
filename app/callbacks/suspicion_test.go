package callbacks_test

import (
	"testing"

	"hoten/app/callbacks"
	"hoten/app/cases"
)

// Nobody is rung while somebody may pass for the member: what was promised waits for the
// supervisor's decision, and can be moved or dropped.
func TestSuspicionStopsCallbacks(t *testing.T) {
	w := world(t, 1)
	back := promised(w, w.Agent, "m1", at(t, "7/31 18:00"))
	call := w.Call(w.Agent2, back.CaseID)
	if _, err := cases.Conclude(w.Ctx, w.Store, w.Agent2, call.ID, cases.ImpostorSuspected); err != nil {
		t.Fatal(err)
	}
	_, err := try(w, w.Agent, back, callbacks.Reached)
	refused(t, err, "impostor_suspected")
	back, err = callbacks.Move(w.Ctx, w.Store, w.Agent, back.ID, callbacks.Moved{DueAt: at(t, "7/31 19:00"), Reason: "確認待ち"})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := callbacks.Drop(w.Ctx, w.Store, w.Agent, back.ID, back.Version, "確認待ち"); err != nil {
		t.Fatal(err)
	}
	_, err = promise(w, w.Agent, "m1", callbacks.New{DueAt: at(t, "7/31 20:00"), Desk: "tech"})
	refused(t, err, "impostor_suspected")
	if _, err := cases.ClearImpostor(w.Ctx, w.Store, w.Supervisor, back.CaseID, "確認済み", nil); err != nil {
		t.Fatal(err)
	}
	if _, err := promise(w, w.Agent, "m1", callbacks.New{DueAt: at(t, "7/31 20:00"), Desk: "tech"}); err != nil {
		t.Error(err)
	}
}
