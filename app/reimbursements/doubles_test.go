package reimbursements_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"hoten/app/apptest"
	"hoten/app/cases"
	"hoten/app/incidents"
	"hoten/app/reimbursements"
)

// Numbers of one loss are one exchange: the cancellations of all of them count, are
// capped together, and come apart again when the supervisor decides otherwise. In the
// steps E and F are exchanges of 900 at the same time, F in the second incident where the
// case says so; "F double" is a decision, "post" settles what is due in the first.
func TestCancellationsOfDoubles(t *testing.T) {
	for _, c := range []struct {
		name  string
		steps []string
		want  []string // the plan of the first incident at the end
		told  int64    // events of cancellations that exceed
	}{
		{"of the double, before the decision", []string{"E", "F", "cancel F 900", "F double"}, nil, 0},
		{"of the double, after the decision", []string{"E", "F", "F double", "cancel F 900"}, nil, 0},
		{"a part of it", []string{"E", "F", "F double", "cancel F 400"}, []string{"reimburse 2 +500"}, 0},
		{"of the double, after posting", []string{"E", "F", "F double", "post", "cancel F 900"}, []string{"reimburse 2 -900"}, 0},
		{"parts of both", []string{"E", "F", "cancel E 300", "cancel F 200", "F double"}, []string{"reimburse 2 +400"}, 0},
		{"more than was taken, found late", []string{"E", "F", "cancel E 500", "cancel F 501", "F double"}, nil, 1},
		{"more than was taken, posted before", []string{"E", "cancel E 500", "post", "F", "cancel F 500", "F double"}, []string{"reimburse 2 -400"}, 1},
		{"more than was taken, in time", []string{"E", "F", "F double", "cancel E 500", "cancel F 401 refused", "cancel F 400"}, nil, 0},
		{"the first one is the double", []string{"E", "cancel E 900", "F", "E double"}, nil, 0},
		{"the first one is the double, posted", []string{"E", "post", "F", "E double", "cancel E 100"}, []string{"reimburse 2 -900", "reimburse 2 +800"}, 0},
		{"two doubles", []string{"E", "F", "G", "G double", "E double", "cancel E 300", "cancel G 300"}, []string{"reimburse 2 +300"}, 0},
		{"taken apart again", []string{"E", "F", "F double", "cancel F 900", "F real"}, []string{"reimburse 2 +900"}, 0},
		{"taken apart after posting", []string{"E", "F", "F double", "cancel F 900", "post nothing", "F real", "post"}, nil, 0},
		{"apart, of each its own", []string{"E", "F", "cancel E 100", "cancel F 200", "F double", "F real"}, []string{"reimburse 2 +800", "reimburse 2 +700"}, 0},
		{"in another incident", []string{"E", "F elsewhere", "F double", "cancel F 900"}, nil, 0},
		{"the first one is the double of another incident's", []string{"E", "cancel E 100", "F elsewhere", "E double"}, nil, 0},
		{"two real, all of both", []string{"E", "F", "G", "F real", "G double", "cancel E 900", "cancel G 900", "cancel G 1 refused", "cancel F 1 refused"}, nil, 0},
		{"two real, the double's first", []string{"E", "F", "G", "F real", "G double", "cancel G 500", "cancel E 900"}, []string{"reimburse 2 +400"}, 0},
		{"two real, of the double alone", []string{"E", "F", "G", "F real", "G double", "cancel G 500", "cancel G 600", "cancel G 401 refused", "cancel G 400"}, []string{"reimburse 2 +300"}, 0},
		{"two real, more than one took", []string{"E", "F", "G", "F real", "G double", "cancel E 800", "cancel E 101 refused", "cancel G 900"}, []string{"reimburse 2 +100"}, 0},
		{"two real, decided late", []string{"E", "F", "G", "F real", "cancel E 900", "cancel G 900", "G double"}, nil, 0},
		{"two real, too much, decided late", []string{"E", "F", "G", "F real", "cancel E 900", "cancel F 900", "cancel G 100", "G double"}, nil, 1},
		{"two real, posted", []string{"E", "F", "G", "F real", "G double", "post", "cancel E 900", "cancel G 900", "post"}, nil, 0},
		{"two real, one in another incident", []string{"E", "F elsewhere", "G", "F real", "G double", "cancel E 900", "cancel G 300"}, nil, 0},
		{"two real, two doubles", []string{"E", "F", "G", "H", "F real", "G double", "H double", "cancel G 900", "cancel H 800", "cancel H 101 refused"}, []string{"reimburse 2 +100"}, 0},
		{"two real, taken apart", []string{"E", "F", "G", "F real", "G double", "cancel E 900", "cancel G 900", "G real"}, []string{"reimburse 2 +900"}, 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := apptest.NewWorld(t)
			twice(w)
			affected, _ := files(0, []loss{{talk: 1000, goo: 5000}})
			w.Import(affected, "")
			w.ImportInto(second, affected, "")
			for n, step := range c.steps {
				doubleStep(t, w, n, strings.Fields(step))
			}
			first, other := caseIn(w, apptest.Reference, login(0)), caseIn(w, second, login(0))
			wantPlan(t, w, first, c.want...)
			if c.name == "the first one is the double of another incident's" {
				wantPlan(t, w, other, "reimburse 2 +800")
			}
			if n := count(t, w, "select count(*) from case_events where kind = $1", cases.CancelsExceeded); n != c.told {
				t.Errorf("%d events of cancellations that exceed, want %d", n, c.told)
			}
			books(t, w)
		})
	}
}

// doubleStep does the n-th step of TestCancellationsOfDoubles.
func doubleStep(t *testing.T, w *apptest.World, n int, step []string) {
	t.Helper()
	in := apptest.Reference
	switch {
	case step[0] == "post":
		if len(step) == 1 {
			settle(t, w, caseIn(w, in, login(0)))
		}
	case step[0] == "cancel":
		i := w.Import("", movements(fmt.Sprintf("C%d,%s,2014-07-25 0%d:00,cancel,,goo,,%s,,%s,none", n, login(0), n, step[2], step[1])))
		if (i.Accepted == 1) == slices.Contains(step, "refused") {
			t.Fatalf("%v: %+v", step, i)
		}
	case len(step) == 2 && step[1] != "elsewhere":
		var err error
		for _, in := range []string{apptest.Reference, second} {
			if _, err = reimbursements.DecideDouble(w.Ctx, w.Store, w.Supervisor2, caseIn(w, in, login(0)).ID, step[0], step[1], "取引記録を確認"); err == nil {
				return
			}
		}
		t.Fatalf("%v: %v", step, err)
	default:
		if len(step) == 2 {
			in = second
		}
		if i := w.ImportInto(in, "", movements(step[0]+","+login(0)+",2014-07-20 02:00,exchange,goo,,x,900,,,confirmed")); i.Accepted != 1 {
			t.Fatalf("%v: %+v", step, i)
		}
	}
}

// A movement that stands under another number is flagged whatever was found about the
// other one, whichever came first and in whichever incident, if either is a loss. Of
// own movements nothing is asked.
func TestDoublesOfAnyFinding(t *testing.T) {
	for _, c := range []struct {
		first, then string
		elsewhere   bool // the second one is another incident's
		want        int16
	}{
		{"own", "confirmed", false, cases.DoubleOpen}, {"own", "suspected", true, cases.DoubleOpen},
		{"none", "confirmed", false, cases.DoubleOpen}, {"confirmed", "none", false, cases.DoubleOpen},
		{"confirmed", "none", true, cases.DoubleOpen}, {"posted", "confirmed", false, cases.DoubleOpen},
		{"revoked", "confirmed", false, cases.DoubleOpen}, {"none", "none", false, 0}, {"own", "none", true, 0},
	} {
		w := apptest.NewWorld(t)
		twice(w)
		affected, _ := files(0, []loss{{goo: 900}})
		w.Import(affected, "")
		w.ImportInto(second, affected, "")
		line := func(id, fraud string) string {
			return movements(id + "," + login(0) + ",2014-07-20 02:00,exchange,goo,,x,900,,," + fraud)
		}
		found := map[string]string{"none": "none"}[c.first]
		if found == "" {
			found = "confirmed"
		}
		w.Import("", line("E", found))
		one := caseIn(w, apptest.Reference, login(0))
		if c.first == "posted" || c.first == "revoked" {
			settle(t, w, one)
		}
		if c.first == "own" || c.first == "revoked" {
			if _, err := reimbursements.DecideFinding(w.Ctx, w.Store, w.Supervisor, one.ID, "E", incidents.Own, "会員に確認"); err != nil {
				t.Fatal(err)
			}
		}
		if c.first == "revoked" {
			settle(t, w, one)
		}
		in, flagged := apptest.Reference, apptest.Reference
		if c.elsewhere {
			if in = second; c.then != "none" {
				flagged = second
			}
		}
		w.ImportInto(in, "", line("F", c.then))
		if now := caseIn(w, flagged, login(0)); now.PointsOpen&cases.DoubleOpen != c.want {
			t.Errorf("%+v: %v", c, now.Marks())
		}
	}
}

// Whoever makes more payable by a decision about doubles is an author: of what was
// flagged and is real, of what is a loss because its own double is not, and of an
// exchange whose cancellation is a double. Whoever takes a double out is none.
func TestAuthorsOfDoubles(t *testing.T) {
	for _, c := range []struct {
		name    string
		lines   []string
		decided []string // by the supervisor, "number decision"
		author  bool
	}{
		{"undecided to real", []string{"F,exchange,900,,confirmed"}, []string{"F real"}, true},
		{"undecided to real, by the first number", []string{"F,exchange,900,,confirmed"}, []string{"E real"}, true},
		{"double", []string{"F,exchange,900,,confirmed"}, []string{"F double"}, false},
		{"double to real", []string{"F,exchange,900,,confirmed"}, []string{"F double", "F real"}, true},
		{"real to double: still an author of what is left", []string{"F,exchange,900,,confirmed"}, []string{"F real", "F double"}, true},
		{"the own number is the double", []string{"F,exchange,900,,none"}, []string{"F double"}, true},
		{"a cancellation is a double", []string{"C,cancel,400,E,none", "D,cancel,400,E,none"}, []string{"D double"}, true},
		{"cancellations are real", []string{"C,cancel,400,E,none", "D,cancel,400,E,none"}, []string{"D real"}, false},
	} {
		w, of := importLosses(t, exchanged(900))
		for _, line := range c.lines {
			f := strings.Split(line, ",")
			way := "goo,,x"
			if f[1] == "cancel" {
				way = ",goo,"
			}
			w.Import("", movements(fmt.Sprintf("%s0,%s,2014-07-20 02:00,%s,%s,%s,,%s,%s", f[0], login(0), f[1], way, f[2], strings.Replace(f[3], "E", "E0", 1), f[4])))
		}
		for _, d := range c.decided {
			number, decided, _ := strings.Cut(d, " ")
			if _, err := reimbursements.DecideDouble(w.Ctx, w.Store, w.Supervisor, of[0].ID, number+"0", decided, "取引記録を確認"); err != nil {
				t.Fatalf("%s: %v", c.name, err)
			}
		}
		r := propose(t, w, w.Agent, of[0])
		results, err := reimbursements.ApproveMany(w.Ctx, w.Store, w.Supervisor, []int64{r.ID})
		if err != nil || (results[0].Err != nil) != c.author {
			t.Errorf("%s, in a batch: %+v %v", c.name, results, err)
		}
		if c.author {
			refusedAs(t, try(w, w.Supervisor, r.ID), "self_approval")
			approve(t, w, w.Supervisor2, r.ID)
		}
	}
}

// Cancellations of one time and size, of which one names a double, may be one under two
// numbers as the losses are: a supervisor decides, also where both would fit.
func TestEqualCancellationsOfDoubles(t *testing.T) {
	const at = ",2014-07-20 02:00,exchange,goo,,x,900,,,confirmed"
	for _, c := range []struct {
		name    string
		cancels []string
		want    int16
	}{
		{"equal, in one file", []string{"C,%[1]s,2014-07-25 01:00,cancel,,goo,,900,,E,none\nD,%[1]s,2014-07-25 01:00,cancel,,goo,,900,,G,none"}, cases.DoubleOpen},
		{"equal, one after the other", []string{"C,%[1]s,2014-07-25 01:00,cancel,,goo,,900,,E,none", "D,%[1]s,2014-07-25 01:00,cancel,,goo,,900,,G,none"}, cases.DoubleOpen},
		{"of two that are real", []string{"C,%[1]s,2014-07-25 01:00,cancel,,goo,,900,,E,none", "D,%[1]s,2014-07-25 01:00,cancel,,goo,,900,,F,none"}, 0},
		{"at different times", []string{"C,%[1]s,2014-07-25 01:00,cancel,,goo,,900,,E,none", "D,%[1]s,2014-07-25 02:00,cancel,,goo,,900,,G,none"}, 0},
	} {
		w := apptest.NewWorld(t)
		affected, _ := files(0, []loss{{goo: 5000}})
		w.Import(affected, movements("E,"+login(0)+at, "F,"+login(0)+at, "G,"+login(0)+at))
		for _, d := range [][2]string{{"F", incidents.Real}, {"G", incidents.Double}} {
			if _, err := reimbursements.DecideDouble(w.Ctx, w.Store, w.Supervisor, w.Case(login(0)).ID, d[0], d[1], "取引記録を確認"); err != nil {
				t.Fatal(err)
			}
		}
		for _, lines := range c.cancels {
			if i := w.Import("", movements(fmt.Sprintf(lines, login(0)))); i.Rejected != 0 {
				t.Fatalf("%s: %+v", c.name, i)
			}
		}
		of := w.Case(login(0))
		if of.PointsOpen&cases.DoubleOpen != c.want {
			t.Errorf("%s: %v", c.name, of.Marks())
		}
		if c.want == 0 {
			wantPlan(t, w, of)
			continue
		}
		if _, err := reimbursements.DecideDouble(w.Ctx, w.Store, w.Supervisor, of.ID, "D", incidents.Double, "同じ取消"); err != nil {
			t.Fatal(err)
		}
		wantPlan(t, w, of, "reimburse 2 +900")
	}
}
