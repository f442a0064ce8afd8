package cases_test

import (
	"testing"
	"time"

	"hoten/app/access"
	"hoten/app/cases"
	"hoten/app/fault"
	"hoten/app/store"
)

// A suspicion that is upheld waits for nobody any more, and stops what it stopped until it is
// cleared; one that arises after that is to be decided again.
func TestAnUpheldSuspicionStaysAndWaitsForNobody(t *testing.T) {
	w := world(t)
	c := w.Case("m1@ocn.example")
	suspect := func() {
		t.Helper()
		call := w.Call(w.Agent, c.ID)
		must(t, second(cases.Conclude(w.Ctx, w.Store, w.Agent, call.ID, cases.ImpostorSuspected)))
	}
	waiting := func() int64 {
		t.Helper()
		n, err := store.Now(store.Read(w.Ctx, w.Store), cases.AskSuspected)
		must(t, err)
		return n[0]
	}
	uphold := func(by access.Actor) error {
		return second(cases.UpholdImpostor(w.Ctx, w.Store, by, c.ID, "番号も声も別人"))
	}
	if err := uphold(w.Supervisor); !fault.Is(err, "no_suspicion") {
		t.Errorf("upheld without a suspicion: %v", err)
	}
	suspect()
	if waiting() != 1 {
		t.Fatal("nothing waits")
	}
	if err := uphold(w.Agent); !fault.Of(err, fault.Forbidden) {
		t.Errorf("an agent decides: %v", err)
	}
	must(t, uphold(w.Supervisor))
	if err := uphold(w.Supervisor2); !fault.Is(err, "suspicion_upheld") {
		t.Errorf("upheld twice: %v", err)
	}
	if waiting() != 0 {
		t.Error("what was decided waits")
	}
	found, err := store.Now(store.Read(w.Ctx, w.Store), func(r *store.Reads) *[]cases.Suspicion {
		return cases.AskSuspicions(r, w.Supervisor2.ID, w.Clock.Now().Add(-time.Hour))
	})
	if err != nil || len(found) != 0 {
		t.Errorf("supervisors are still told: %v %v", found, err)
	}
	if err := cases.Unsuspected(w.ID("m1@ocn.example").Standing); err == nil {
		t.Error("nothing is stopped any more")
	}
	must(t, second(cases.ClearImpostor(w.Ctx, w.Store, w.Supervisor, c.ID, "書類で確認", nil)))
	suspect()
	if waiting() != 1 {
		t.Error("a new suspicion waits for nobody")
	}
}
