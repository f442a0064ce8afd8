package reimbursements_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"hoten/app/access"
	"hoten/app/apptest"
	"hoten/app/cases"
	"hoten/app/policies"
	"hoten/app/reimbursements"
	"hoten/app/store"
)

// flagsOf reads the flags of the waiting proposals by login ID.
func flagsOf(t testing.TB, w *apptest.World) map[int64]string {
	t.Helper()
	rows, err := reimbursements.Find(store.Read(w.Ctx, w.Store), reimbursements.Filter{State: reimbursements.Submitted, Limit: 1000})
	if err != nil {
		t.Fatal(err)
	}
	out := map[int64]string{}
	for _, r := range rows {
		out[r.CaseID] = r.Flags
	}
	return out
}

func exchangeOf(points int64) loss { return loss{talk: 1, goo: 5000, exchanged: points} }

func TestFlagsSayWhatStandsOut(t *testing.T) {
	// Nine of 100 points and one of 300 are no measure yet to a tenth; with it the
	// median is 100, and 300 is not more than three times that, 301 is.
	losses := slices.Repeat([]loss{exchangeOf(100)}, 8)
	losses = append(losses, exchangeOf(301), exchangeOf(300), exchangeOf(2500), exchangeOf(2501),
		loss{talk: 1, goo: 0, sent: 900, received: 180}, // a rollback that is absorbed: the only one of class A
		loss{talk: 1, goo: 900, sent: 900, received: 180})
	w, of := importLosses(t, losses...)
	if _, err := reimbursements.AddAdjustment(w.Ctx, w.Store, w.Manager, of[0].ID, "goo", 5, "端数"); err != nil {
		t.Fatal(err)
	}
	changed, _ := files(len(losses), []loss{exchangeOf(100), exchangeOf(100), exchangeOf(100)})
	changed = strings.Replace(changed, fmt.Sprintf("c%d@mail.example,2008-01-01", len(losses)), "x@mail.example,2014-07-11", 1)
	changed = strings.Replace(changed, fmt.Sprintf("c%d@mail.example,2008-01-01", len(losses)+1), "y@mail.example,2014-07-10", 1)
	_, moves := files(len(losses), []loss{exchangeOf(100), exchangeOf(100), exchangeOf(100)})
	own := fmt.Sprintf("O1,%s,2014-07-21 02:00:00,exchange,goo,,gift-code,7,,,suspected\n", login(len(losses)+2))
	if i := w.Import(changed, moves+own); i.Rejected > 0 {
		t.Fatalf("%+v", i)
	}
	more := casesOf(w, len(losses), 3)
	if _, err := reimbursements.DecideFinding(w.Ctx, w.Store, w.Manager, more[2].ID, "O1", "own", "本人確認済"); err != nil {
		t.Fatal(err)
	}
	if _, err := reimbursements.ProposeAll(w.Ctx, w.Store, w.Agent, apptest.Reference); err != nil {
		t.Fatal(err)
	}
	w.Work()
	want := map[int64]string{of[0].ID: "adjusted", of[8].ID: "above_usual", of[9].ID: "", of[10].ID: "above_usual", of[11].ID: "unusual_amount above_usual",
		of[12].ID: "", of[13].ID: "", more[0].ID: "contact_changed", more[1].ID: "", more[2].ID: "own_unverified own_use"}
	got := flagsOf(t, w)
	for id, flags := range want {
		if have, there := got[id]; !there || have != flags {
			t.Errorf("case %d: %q (%v), want %q", id, have, there, flags)
		}
	}
	// Each says what it was measured against, as it was then.
	later := policies.Default()
	later.UnusualPercent = 10
	if err := policies.Set(w.Ctx, w.Store, w.Manager, w.PolicyVersion(), later, "見直し"); err != nil {
		t.Fatal(err)
	}
	rows, err := reimbursements.Find(store.Read(w.Ctx, w.Store), reimbursements.Filter{Limit: 1000})
	if err != nil {
		t.Fatal(err)
	}
	measures := map[int64]string{of[8].ID: "[{above_usual 2 300}]", of[9].ID: "[]", of[11].ID: "[{unusual_amount 2 2500} {above_usual 2 300}]"}
	for _, r := range rows {
		m, err := r.Measured()
		if want, asked := measures[r.CaseID]; asked && (err != nil || fmt.Sprint(m) != want) {
			t.Errorf("case %d: %v %v, want %s", r.CaseID, m, err, want)
		}
	}
	if n := len(got); n != len(losses)+3 {
		t.Errorf("%d proposals", n)
	}
}

// Without enough to compare with, only the threshold says what is unusual.
func TestFewProposalsHaveNoMedian(t *testing.T) {
	w, of := importLosses(t, append(slices.Repeat([]loss{exchangeOf(100)}, 8), exchangeOf(2500), exchangeOf(2501))...)
	for _, c := range of[:9] {
		propose(t, w, w.Agent, c)
	}
	if got := flagsOf(t, w); got[of[8].ID] != "" {
		t.Errorf("the ninth: %q", got[of[8].ID])
	}
	propose(t, w, w.Agent, of[9])
	if got := flagsOf(t, w); got[of[9].ID] != "unusual_amount above_usual" { // the tenth makes a median
		t.Errorf("above half the threshold: %q", got[of[9].ID])
	}
}

// The list pages through outliers first and then the oldest, losing and repeating
// nothing, whatever narrows it.
func TestWhatWaitsPages(t *testing.T) {
	losses := slices.Repeat([]loss{exchangeOf(100), exchangeOf(600), exchangeOf(3000)}, 5)
	w, of := importLosses(t, losses...)
	for _, c := range of {
		propose(t, w, w.Agent, c)
	}
	db := store.Read(w.Ctx, w.Store)
	band := 2
	for name, f := range map[string]reimbursements.Filter{"all": {}, "class": {Class: "B"}, "flag": {Flag: "unusual_amount"}, "band": {Band: &band}, "none": {Class: "A"}} {
		f.State, f.OutliersFirst = reimbursements.Submitted, true
		f.Limit = 100
		whole, err := reimbursements.Find(db, f)
		if err != nil {
			t.Fatal(err)
		}
		if want := map[string]int{"all": 15, "class": 15, "flag": 5, "band": 5, "none": 0}[name]; len(whole) != want {
			t.Errorf("%s: %d, want %d", name, len(whole), want)
		}
		if !slices.IsSortedFunc(whole, func(a, b reimbursements.Row) int {
			if (a.Flags == "") != (b.Flags == "") {
				return map[bool]int{true: 1, false: -1}[a.Flags == ""]
			}
			return int(a.Reimbursement.ID - b.Reimbursement.ID)
		}) {
			t.Errorf("%s: out of order", name)
		}
		var paged []int64
		f.Limit = 4
		for {
			rows, err := reimbursements.Find(db, f)
			if err != nil {
				t.Fatal(err)
			}
			for _, r := range rows[:min(4, len(rows))] {
				paged = append(paged, r.Reimbursement.ID)
			}
			if len(rows) <= 4 {
				break
			}
			f.After, f.Plain = rows[3].Reimbursement.ID, rows[3].Flags == ""
		}
		if len(paged) != len(whole) || slices.ContainsFunc(whole, func(r reimbursements.Row) bool { return !slices.Contains(paged, r.Reimbursement.ID) }) {
			t.Errorf("%s: paged %v", name, paged)
		}
	}
}

func TestPilesAndGroups(t *testing.T) {
	w, of := importLosses(t, small, small, large, exchangeOf(200), loss{talk: 5, goo: 900, sent: 900, received: 180})
	for _, c := range of {
		propose(t, w, w.Agent, c)
	}
	db := store.Read(w.Ctx, w.Store)
	piles, err := reimbursements.Piles(db, w.Incident.ID)
	if err != nil || len(piles) != 2 {
		t.Fatalf("%+v, %v", piles, err)
	}
	talk, goo := piles[0], piles[1]
	if talk.Count != 5 || talk.Rollback != 2*3000+40_000+900 || talk.Cost != 0 || goo.Rollback != -(2*600+8000+180) || goo.Cost < 2*600+8000+200 || talk.More || !talk.Oldest.Equal(goo.Oldest) {
		t.Errorf("%+v", piles)
	}
	groups, err := reimbursements.Groups(db, w.Incident.ID)
	want := []reimbursements.Group{{Class: "A", Band: 0, Count: 1}, {Class: "B", Band: 1, Count: 1}, {Class: "C", Band: 2, Count: 2}, {Class: "C", Band: 4, Count: 1}}
	if err != nil || !slices.Equal(groups, want) {
		t.Errorf("%+v, %v", groups, err)
	}
	for _, g := range groups {
		rows, err := reimbursements.Find(db, reimbursements.Filter{State: reimbursements.Submitted, Class: g.Class, Band: &g.Band, OutliersFirst: true, Limit: 50})
		if err != nil || int64(len(rows)) != g.Count {
			t.Errorf("%+v leads to %d, %v", g, len(rows), err)
		}
	}
	if none, err := reimbursements.Groups(db, 99); len(none) != 0 || err != nil {
		t.Errorf("another incident: %+v %v", none, err)
	}
}

// lookAt has somebody look at proposals as they stand.
func lookAt(t testing.TB, w *apptest.World, by access.Actor, ids ...int64) {
	t.Helper()
	plans := map[int64][]byte{}
	for _, id := range ids {
		r, err := reimbursements.ByID(store.Read(w.Ctx, w.Store), id)
		if err != nil {
			t.Fatal(err)
		}
		c, err := store.Find[cases.Case](store.Read(w.Ctx, w.Store), "id = ?", r.CaseID)
		if err != nil {
			t.Fatal(err)
		}
		plan, _, err := reimbursements.Look(store.Read(w.Ctx, w.Store), c)
		if err != nil {
			t.Fatal(err)
		}
		plans[id] = plan.Hash()
	}
	if err := reimbursements.LookedAt(w.Ctx, w.Store, by, plans); err != nil {
		t.Fatal(err)
	}
}

// Many are counted once and remembered for a while; few are counted at every look.
func TestSurveysAreRememberedOfMany(t *testing.T) {
	w, of := importLosses(t, small, small, small, small)
	var made []*reimbursements.Reimbursement
	for _, c := range of {
		made = append(made, propose(t, w, w.Agent, c))
	}
	db := store.Read(w.Ctx, w.Store)
	for i, many := range []bool{false, true} {
		if many {
			reimbursements.RememberFrom(t, 1)
		}
		var k reimbursements.Surveys
		look := func(want int64) {
			t.Helper()
			found, err := k.Of(db, w.Store, 0)
			if err != nil || found.Waiting != want || found.At.IsZero() == many {
				t.Errorf("many %v: %d waiting at %v, want %d; %v", many, found.Waiting, found.At, want, err)
			}
			today, err := k.Today(db, w.Store)
			if err != nil || len(today) == 0 || today[0].Pending != 600*want {
				t.Errorf("many %v: today %+v, want %d of 600; %v", many, today, want, err)
			}
		}
		waiting := int64(len(of) - i)
		look(waiting)
		if _, err := reimbursements.Withdraw(w.Ctx, w.Store, w.Agent, made[i].ID, "やり直し"); err != nil {
			t.Fatal(err)
		}
		if many {
			look(waiting)
			w.Clock.Add(time.Minute)
		}
		look(waiting - 1)
	}
}
