package app_test

import (
	"strings"
	"testing"

	"hoten/app/apptest"
	"hoten/app/jptext"
	"hoten/app/reconciliations"
	"hoten/app/store"
)

// statementOf is a statement of a day with a movement that hoten knows nothing of.
func statementOf(day jptext.Date) *strings.Reader {
	return strings.NewReader("key,account,program,points,reference,done_at\nx-1,somebody,goo,5,P1," + day.String() + " 10:00\n")
}

// nextDay is a day of the point system of the world that has no reconciliation.
func nextDay(t *testing.T, w *apptest.World) jptext.Date {
	t.Helper()
	refusedLeg(t, w) // its point system
	return jptext.DateOf(w.Clock.Now()).AddDays(-1 - int(w.Number("select count(*) from reconciliations")))
}

// compared is a day with one difference.
func compared(t *testing.T, w *apptest.World) *reconciliations.Reconciliation {
	t.Helper()
	day := nextDay(t, w)
	taken, err := reconciliations.Upload(w.Ctx, w.Store, w.Supervisor, "refusing", day, statementOf(day))
	must(t, err)
	return reconciliation(t, w, taken.ID)
}

func reconciliation(t *testing.T, w *apptest.World, id int64) *reconciliations.Reconciliation {
	t.Helper()
	r, err := reconciliations.ByID(store.Read(w.Ctx, w.Store), id)
	must(t, err)
	return r
}

// explained is a day whose difference is explained.
func explained(t *testing.T, w *apptest.World) *reconciliations.Reconciliation {
	t.Helper()
	r := compared(t, w)
	must(t, reconciliations.Explain(w.Ctx, w.Store, w.Supervisor, r.ID, r.Version, 0, reconciliations.UnknownKey, "elsewhere", "別環境の処理"))
	return reconciliation(t, w, r.ID)
}

// prepared is a day that waits for a signature.
func prepared(t *testing.T, w *apptest.World) *reconciliations.Reconciliation {
	t.Helper()
	r := explained(t, w)
	must(t, reconciliations.Prepare(w.Ctx, w.Store, w.Supervisor, r.ID, r.Version))
	return reconciliation(t, w, r.ID)
}
