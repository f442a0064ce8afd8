package reimbursements_test

import (
	"fmt"
	"strings"
	"testing"

	"hoten/app/apptest"
	"hoten/app/cases"
	"hoten/app/fault"
	"hoten/app/ledger"
	"hoten/app/store"
)

// loss is one ID that lost points: what was sent away and what of it exchanged.
type loss struct {
	talk, goo      int64 // balances now
	sent, received int64 // a fraudulent transfer, none at 0
	exchanged      int64 // a fraudulent exchange, none at 0
	cancelled      int64 // of the exchange
}

// whole is where the plan must end: what was there before the incident.
func (l loss) whole() (talk, goo int64) {
	return l.talk + l.sent, max(0, l.goo-l.received+l.exchanged-l.cancelled)
}

func login(i int) string { return fmt.Sprintf("m%05d@ocn.example", i) }

// files writes the operator's files for losses; the i-th is that of login(first+i).
func files(first int, losses []loss) (affected, movements string) {
	a, m := strings.Builder{}, strings.Builder{}
	a.WriteString(apptest.AffectedHeader)
	m.WriteString(apptest.MovementsHeader)
	for i, l := range losses {
		i += first
		fmt.Fprintf(&a, "%s,山田 太郎,ヤマダ タロウ,1970-01-02,090-0000-0001,c%d@mail.example,2008-01-01,1000001,東京都千代田区千代田1-1,N%09d,ja,%d,%d,2014-07-29 15:00:00\n",
			login(i), i, i+1, l.talk, l.goo)
		if l.sent > 0 {
			fmt.Fprintf(&m, "T%d,%s,2014-07-20 01:00:00,transfer,pointtalk,goo,,%d,%d,,suspected\n", i, login(i), l.sent, l.received)
		}
		if l.exchanged > 0 {
			fmt.Fprintf(&m, "E%d,%s,2014-07-20 02:00:00,exchange,goo,,gift-code,%d,,,confirmed\n", i, login(i), l.exchanged)
		}
		if l.cancelled > 0 {
			fmt.Fprintf(&m, "C%d,%s,2014-07-21 02:00:00,cancel,,goo,,%d,,E%d,none\n", i, login(i), l.cancelled, i)
		}
	}
	return a.String(), m.String()
}

// importLosses makes a world of losses and their cases, in order.
func importLosses(t testing.TB, losses ...loss) (*apptest.World, []*cases.Case) {
	t.Helper()
	w := apptest.NewWorld(t)
	if i := w.Import(files(0, losses)); i.Rejected > 0 {
		t.Fatalf("import: %+v", i)
	}
	return w, casesOf(w, 0, len(losses))
}

func casesOf(w *apptest.World, first, n int) []*cases.Case {
	out := make([]*cases.Case, n)
	for i := range out {
		out[i] = w.Case(login(first + i))
	}
	return out
}

// small and large are under and over the threshold of 5,000 points.
var (
	small = loss{talk: 100, goo: 50, sent: 3000, received: 600, exchanged: 600}
	large = loss{talk: 100, goo: 50, sent: 40_000, received: 8000, exchanged: 8000}
)

func balances(t testing.TB, w *apptest.World, c *cases.Case) (talk, goo int64) {
	t.Helper()
	b := balancesOf(t, w, c)
	return b["pointtalk"], b["goo"]
}

// failer is a test of either kind.
type failer interface {
	Helper()
	Fatalf(string, ...any)
}

// balancesOf are the known balances of a case's ID, by program code.
func balancesOf(t failer, w *apptest.World, c *cases.Case) map[string]int64 {
	t.Helper()
	b, err := ledger.Balances(store.Read(w.Ctx, w.Store), c.IdentityID)
	if err != nil {
		t.Fatalf("%v", err)
	}
	return b
}

func books(t failer, w *apptest.World) {
	t.Helper()
	if off, err := ledger.Check(store.Read(w.Ctx, w.Store)); off != "" || err != nil {
		t.Fatalf("ledger: %s %v", off, err)
	}
}

// refusedAs fails the test unless the error is the fault.
func refusedAs(t testing.TB, err error, code string) *fault.Fault {
	t.Helper()
	f, ok := fault.As(err)
	if !ok || f.Code != code {
		t.Fatalf("got %v, want %s", err, code)
	}
	return f
}

// count runs a query that counts.
func count(t testing.TB, w *apptest.World, query string, args ...any) (n int64) {
	t.Helper()
	if err := store.Scan(store.Read(w.Ctx, w.Store), query, args, &n); err != nil {
		t.Fatal(err)
	}
	return n
}
