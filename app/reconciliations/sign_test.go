package reconciliations_test

import (
	"fmt"
	"strings"
	"sync"
	"testing"

	"hoten/app/access"
	"hoten/app/apptest"
	"hoten/app/fault"
	"hoten/app/points"
	"hoten/app/reconciliations"
	"hoten/app/store"
)

// oneMore is a day with one movement on both sides, and one that hoten does not know, brought by
// the manager.
func oneMore(t testing.TB) (w *apptest.World, id int64, lines []string) {
	t.Helper()
	w, y := paid(t, 1)
	for _, m := range y.Done() {
		lines = append(lines, said(m))
	}
	taken, err := upload(w, w.Manager, day, append(lines, "x-1,y,goo,5,P9,2014-07-31 10:00")...)
	must(t, err)
	return w, taken.ID, lines
}

func explain(w *apptest.World, by access.Actor, id int64, seen int) error {
	return reconciliations.Explain(w.Ctx, w.Store, by, id, seen, 0, reconciliations.UnknownKey, "elsewhere", "試験環境の処理")
}

// Two people sign what both have seen: neither whoever brought it, nor who explained it, nor who
// put it forward signs; what is not explained is not put forward.
func TestWhoSigns(t *testing.T) {
	w, id, _ := oneMore(t)
	version := func() int { return look(t, w, id).Version }
	refusedAs(t, reconciliations.Prepare(w.Ctx, w.Store, w.Supervisor, id, version()), "reconciliation_unexplained")
	for _, by := range []access.Actor{w.Agent, w.Auditor, w.Administrator} {
		refusedAs(t, explain(w, by, id, version()), "forbidden")
	}
	must(t, explain(w, w.Supervisor, id, version()))
	refusedAs(t, reconciliations.Sign(w.Ctx, w.Store, w.Supervisor2, id, version()), "reconciliation_state")
	must(t, reconciliations.Prepare(w.Ctx, w.Store, w.Manager, id, version()))
	refusedAs(t, explain(w, w.Supervisor, id, version()), "reconciliation_state")
	for _, by := range []access.Actor{w.Manager, w.Supervisor} {
		refusedAs(t, reconciliations.Sign(w.Ctx, w.Store, by, id, version()), "reconciliation_own")
	}
	must(t, reconciliations.Return(w.Ctx, w.Store, w.Supervisor, id, version(), "確認が足りない"))
	refusedAs(t, reconciliations.Sign(w.Ctx, w.Store, w.Supervisor2, id, version()), "reconciliation_state")
	must(t, reconciliations.Prepare(w.Ctx, w.Store, w.Supervisor, id, version()))
	refusedAs(t, reconciliations.Sign(w.Ctx, w.Store, w.Supervisor, id, version()), "reconciliation_own")
	must(t, reconciliations.Sign(w.Ctx, w.Store, w.Supervisor2, id, version()))
	if r := look(t, w, id); r.State != reconciliations.Signed {
		t.Errorf("%+v", r)
	}
	if _, err := w.Pool.Exec(w.Ctx, "update reconciliation_signatures set figures = '{}'"); err == nil {
		t.Error("a signature can be changed")
	}
}

// A page that is behind decides nothing.
func TestStalePages(t *testing.T) {
	w, id, _ := oneMore(t)
	old := look(t, w, id).Version
	must(t, explain(w, w.Supervisor, id, old))
	refusedAs(t, explain(w, w.Supervisor2, id, old), "reconciliation_changed")
	refusedAs(t, reconciliations.Prepare(w.Ctx, w.Store, w.Supervisor, id, old), "reconciliation_changed")
	now := look(t, w, id).Version
	must(t, reconciliations.Prepare(w.Ctx, w.Store, w.Supervisor, id, now))
	refusedAs(t, reconciliations.Sign(w.Ctx, w.Store, w.Supervisor2, id, old), "reconciliation_changed")
	refusedAs(t, reconciliations.Return(w.Ctx, w.Store, w.Supervisor2, id, old, "x"), "reconciliation_changed")
}

// Of clicks at once one counts.
func TestTwoSignAtOnce(t *testing.T) {
	w, y := paid(t, 1)
	_ = y
	r := ask(t, w, day)
	atOnce := func(do func(by access.Actor) error) {
		t.Helper()
		var all sync.WaitGroup
		var done int
		var mu sync.Mutex
		for _, by := range []access.Actor{w.Supervisor2, w.Manager, w.Supervisor2, w.Manager} {
			all.Go(func() {
				if do(by) == nil {
					mu.Lock()
					done++
					mu.Unlock()
				}
			})
		}
		all.Wait()
		if done != 1 {
			t.Errorf("%d were done", done)
		}
	}
	// What the supervisor asked the system for is brought by a person.
	version := look(t, w, r.ID).Version
	atOnce(func(by access.Actor) error { return reconciliations.Prepare(w.Ctx, w.Store, by, r.ID, version) })
	must(t, reconciliations.Return(w.Ctx, w.Store, w.Supervisor, r.ID, version, "もう一度"))
	must(t, reconciliations.Prepare(w.Ctx, w.Store, w.Supervisor, r.ID, version))
	atOnce(func(by access.Actor) error { return reconciliations.Sign(w.Ctx, w.Store, by, r.ID, version) })
	if n := w.Number("select count(*) from reconciliation_signatures"); n != 1 {
		t.Errorf("%d signatures", n)
	}
}

// A statement that comes after the signatures and says something else voids them, visibly; what
// was signed can still be read, and what is the same again is to be signed again.
func TestAStatementAfterTheSignatures(t *testing.T) {
	w, id, lines := oneMore(t)
	must(t, explain(w, w.Supervisor, id, look(t, w, id).Version))
	must(t, reconciliations.Prepare(w.Ctx, w.Store, w.Supervisor, id, look(t, w, id).Version))
	must(t, reconciliations.Sign(w.Ctx, w.Store, w.Supervisor2, id, look(t, w, id).Version))
	signed := look(t, w, id).Version
	owes := func(want int) {
		t.Helper()
		waiting, err := reconciliations.Waiting(store.Read(w.Ctx, w.Store), w.Incident.ID)
		must(t, err)
		if waiting[2] != int64(want) {
			t.Errorf("%v of goo waits, want %d", waiting, want)
		}
	}
	owes(0)
	// The same rows in another order of nothing new.
	taken, err := upload(w, w.Manager, day, append(lines, "x-1,y,goo,5,P9,2014-07-31 10:00")...)
	must(t, err)
	if taken.New || look(t, w, id).State != reconciliations.Signed {
		t.Errorf("%+v", taken)
	}
	changed := strings.Replace(lines[0], ",700,", ",7000,", 1)
	_, err = upload(w, w.Manager, day, changed, "x-1,y,goo,5,P9,2014-07-31 10:00")
	must(t, err)
	r := look(t, w, id)
	if r.State != reconciliations.Again || r.Unexplained != 1 || r.Version == signed {
		t.Errorf("%+v", r)
	}
	owes(700)
	old, err := reconciliations.Differences(store.Read(w.Ctx, w.Store), id, signed, "", 0, 10)
	must(t, err)
	if len(old) != 1 || old[0].Kind != reconciliations.UnknownKey || old[0].PlainReason(w.Store.Vault) != "試験環境の処理" {
		t.Errorf("what was signed reads %+v", old)
	}
	if got := kinds(t, w, id); !strings.Contains(got, "amount") || !strings.Contains(got, "unknown_key") {
		t.Error(got)
	}
	_, err = upload(w, w.Manager, day, append(lines, "x-1,y,goo,5,P9,2014-07-31 10:00")...)
	must(t, err)
	if r := look(t, w, id); r.State != reconciliations.Again || r.Unexplained != 0 {
		t.Errorf("right again: %+v", r)
	}
	owes(700) // nobody has signed that
	must(t, reconciliations.Prepare(w.Ctx, w.Store, w.Supervisor, id, look(t, w, id).Version))
	must(t, reconciliations.Sign(w.Ctx, w.Store, w.Supervisor2, id, look(t, w, id).Version))
	owes(0)
}

// A fact that is learned while a day waits for its signature takes it back.
func TestAFactBeforeTheSignature(t *testing.T) {
	w, id, lines := oneMore(t)
	must(t, explain(w, w.Supervisor, id, look(t, w, id).Version))
	seen := look(t, w, id).Version
	must(t, reconciliations.Prepare(w.Ctx, w.Store, w.Supervisor, id, seen))
	_, err := upload(w, w.Manager, day, lines...)
	must(t, err)
	refusedAs(t, reconciliations.Sign(w.Ctx, w.Store, w.Supervisor2, id, seen), "reconciliation_changed")
	if r := look(t, w, id); r.State != reconciliations.Open || r.PreparedBy != nil {
		t.Errorf("%+v", r)
	}
}

// Statements, signatures and facts at once end in what the last statement and the legs say.
func TestAllAtOnce(t *testing.T) {
	w, y := world(t, 6)
	y.Refuse(func(string, string, int64) string { return points.AccountClosed })
	var legs []points.Leg
	for i := range 6 {
		pay(t, w, i)
	}
	legs = open(t, w)
	w.Clock.Set(day.AddDays(1).At(10 * 60))
	taken, err := upload(w, w.Manager, day)
	must(t, err)
	var all sync.WaitGroup
	expected := func(err error) {
		if f, is := fault.As(err); err != nil && (!is || f.Kind != fault.Conflict && f.Kind != fault.RateLimited && f.Kind != fault.NotFound && f.Kind != fault.Forbidden) {
			t.Error(err)
		}
	}
	for i, l := range legs {
		line := fmt.Sprintf(",%s,goo,%d,T-%d,2014-07-31 15:00", login(i), l.Points, l.ID)
		all.Go(func() {
			expected(points.SettleByHand(w.Ctx, w.Store, w.Supervisor, l.ID, fmt.Sprint("T-", l.ID), "窓口で処理"))
		})
		all.Go(func() {
			_, err := upload(w, w.Manager, day, line)
			expected(err)
		})
		all.Go(func() {
			expected(reconciliations.Prepare(w.Ctx, w.Store, w.Supervisor, taken.ID, look(t, w, taken.ID).Version))
			expected(reconciliations.Sign(w.Ctx, w.Store, w.Supervisor2, taken.ID, look(t, w, taken.ID).Version))
		})
		all.Go(func() { expected(reconciliations.Tend(w.Ctx, w.Store)) })
	}
	all.Wait()
	for range 3 {
		tend(t, w)
	}
	before := look(t, w, taken.ID)
	must(t, reconciliations.CompareAgain(w.Ctx, w.Store, taken.ID))
	after := look(t, w, taken.ID)
	if before.Stale() || before.Version != after.Version || before.State != after.State || before.Figures != after.Figures {
		t.Errorf("%+v\n%+v", before, after)
	}
	// One leg is in the last statement, which was done by hand, and five in none.
	if f := after.Counted(); f.Programs[0].Matched != 1 || f.Kinds[reconciliations.MissingThere] != 0 || f.Programs[0].There != 1 {
		t.Errorf("%+v", f)
	}
	if payable, waiting, posted := owing(t, w, "goo"); payable+waiting != posted || posted != 6*700 {
		t.Errorf("%d owed, %d waits of %d", payable, waiting, posted)
	}
}
