package reconciliations_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"hoten/app/access"
	"hoten/app/apptest"
	"hoten/app/fault"
	"hoten/app/jptext"
	"hoten/app/points"
	"hoten/app/points/simulator"
	"hoten/app/reconciliations"
	"hoten/app/reimbursements"
	"hoten/app/store"
)

func TestMain(m *testing.M) { apptest.Main(m) }

// day is the day on which the legs of a world are done.
var day = jptext.Date{Year: 2014, Month: 7, Day: 31}

func login(n int) string { return fmt.Sprintf("m%05d@ocn.example", n) }

// world has n IDs that lost 700 goo each by an exchange, in a point system that gives
// statements, on the day.
func world(t testing.TB, n int) (*apptest.World, *simulator.System) {
	t.Helper()
	w := apptest.NewWorld(t)
	affected, movements := "login_id,name,balance_pointtalk,balance_goo\n", apptest.MovementsHeader
	for i := range n {
		affected += login(i) + ",山田,0,0\n"
		movements += fmt.Sprintf("M%d,%s,2014-07-20 03:00,exchange,goo,,x,700,,,confirmed\n", i, login(i))
	}
	if i := w.Import(affected, movements); i.Rejected > 0 {
		t.Fatalf("%+v", i)
	}
	w.Clock.Set(day.At(10 * 60))
	return w, w.ConnectPoints(t, []string{"goo", "pointtalk"}, "statement_hour", "6")
}

// pay has the plan of an ID approved, and what is due sent.
func pay(t testing.TB, w *apptest.World, n int) int64 {
	t.Helper()
	r, err := reimbursements.Propose(w.Ctx, w.Store, w.Agent, w.Case(login(n)).ID, "")
	if err == nil {
		_, err = reimbursements.Approve(w.Ctx, w.Store, w.Supervisor, r.ID)
	}
	if err != nil {
		t.Fatal(err)
	}
	w.SendLegs(t)
	return r.ID
}

// paid is a world whose n IDs have been paid on the day, of which it is the day after.
func paid(t testing.TB, n int) (*apptest.World, *simulator.System) {
	t.Helper()
	w, y := world(t, n)
	for i := range n {
		pay(t, w, i)
	}
	w.Clock.Set(day.AddDays(1).At(10 * 60))
	return w, y
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func refusedAs(t testing.TB, err error, code string) {
	t.Helper()
	if f, is := fault.As(err); !is || f.Code != code && !(len(f.Fields) == 1 && f.Fields[0].Name+":"+f.Fields[0].Code == code) {
		t.Errorf("%v, want %s", err, code)
	}
}

// ask takes the statement of a day from the system.
func ask(t testing.TB, w *apptest.World, of jptext.Date) *reconciliations.Reconciliation {
	t.Helper()
	taken, err := reconciliations.Ask(w.Ctx, w.Store, w.Supervisor, "outside", of)
	must(t, err)
	return look(t, w, taken.ID)
}

func look(t testing.TB, w *apptest.World, id int64) *reconciliations.Reconciliation {
	t.Helper()
	r, err := reconciliations.ByID(store.Read(w.Ctx, w.Store), id)
	must(t, err)
	return r
}

// kinds are the differences of a reconciliation as they stand, by their kind, key and likely cause.
func kinds(t testing.TB, w *apptest.World, id int64) string {
	t.Helper()
	rows, err := reconciliations.Differences(store.Read(w.Ctx, w.Store), id, 0, "", 0, 100)
	must(t, err)
	var out []string
	for _, r := range rows {
		out = append(out, strings.TrimSpace(fmt.Sprint(r.Kind, " ", r.Key, " ", r.Likely())))
	}
	return strings.Join(out, "; ")
}

// sign has two people prepare and sign a reconciliation as it stands.
func sign(t testing.TB, w *apptest.World, id int64) {
	t.Helper()
	must(t, reconciliations.Prepare(w.Ctx, w.Store, w.Supervisor2, id, look(t, w, id).Version))
	must(t, reconciliations.Sign(w.Ctx, w.Store, w.Manager, id, look(t, w, id).Version))
}

// upload takes a statement from a file with lines below the header.
func upload(w *apptest.World, by access.Actor, of jptext.Date, lines ...string) (reconciliations.Taken, error) {
	return reconciliations.Upload(w.Ctx, w.Store, by, "outside", of, strings.NewReader("key,account,program,points,reference,done_at\n"+strings.Join(lines, "\n")+"\n"))
}

// said is a line of a file about what was done.
func said(m simulator.Movement) string {
	return fmt.Sprintf("%s,%s,%s,%d,%s,%s", m.Key, m.Account, m.Program, m.Points, m.Reference, m.DoneAt)
}

// key is what the leg of a request in goo is called.
func key(t testing.TB, w *apptest.World, r int64) string {
	t.Helper()
	legs, err := points.Legs(store.Read(w.Ctx, w.Store), r)
	must(t, err)
	return legs[0].Key
}

func open(t testing.TB, w *apptest.World) []points.Leg {
	t.Helper()
	legs, err := store.Select[points.Leg](w.DB, "select * from point_legs where settled_at is null or state = 'refused' order by id")
	must(t, err)
	return legs
}

// tend does what is done by itself, and waits for nothing.
func tend(t testing.TB, w *apptest.World) {
	t.Helper()
	w.Clock.Add(time.Minute)
	must(t, reconciliations.Tend(w.Ctx, w.Store))
}
