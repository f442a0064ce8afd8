package reimbursements_test

import (
	"fmt"
	"strings"
	"testing"

	"hoten/app/apptest"
	"hoten/app/reimbursements"
	"hoten/app/store"
)

// outliers is a world of four cases, of which each stands out in one way, and n
// more that do not.
func outliers(t *testing.T, n int) (*apptest.World, map[string]int64) {
	t.Helper()
	w := apptest.NewWorld(t)
	var affected, moves strings.Builder
	affected.WriteString(apptest.AffectedHeader)
	moves.WriteString(apptest.MovementsHeader)
	add := func(login, registered string, points int) {
		fmt.Fprintf(&affected, "%s@ocn.example,山田 太郎,ヤマダ タロウ,1980-01-02,0312345678,%s@mail.example,%s,100-0001,東京都千代田区1-1,N%s,ja,500,2000,2014-07-29T15:00:00+09:00\n", login, login, registered, login)
		fmt.Fprintf(&moves, "E-%s,%s@ocn.example,2014-07-22T04:49:00+09:00,exchange,goo,,ギフト,%d,,,confirmed\n", login, login, points)
	}
	add("plain", "2010-01-01", 700)
	add("large", "2010-01-01", 2501) // more than half of 5,000
	add("half", "2010-01-01", 2500)
	add("changed", "2014-07-11", 100)
	add("own", "2010-01-01", 600)
	fmt.Fprintf(&moves, "O-own,own@ocn.example,2014-07-22T05:00:00+09:00,exchange,goo,,ギフト,50,,,suspected\n")
	for i := range n {
		add(fmt.Sprintf("x%d", i), "2010-01-01", 100)
	}
	if got := w.Import(affected.String(), moves.String()); got.Rejected > 0 {
		t.Fatalf("%+v", got)
	}
	if _, err := reimbursements.DecideFinding(w.Ctx, w.Store, w.Supervisor, w.Case("own@ocn.example").ID, "O-own", "own", "本人の申し出"); err != nil {
		t.Fatal(err)
	}
	ids := map[string]int64{}
	propose := func(login string) {
		r, err := reimbursements.Propose(w.Ctx, w.Store, w.Agent, w.Case(login+"@ocn.example").ID, "")
		if err != nil {
			t.Fatal(err)
		}
		ids[login] = r.ID
	}
	for _, login := range []string{"plain", "large", "half", "changed", "own"} {
		propose(login)
	}
	for i := range n {
		propose(fmt.Sprintf("x%d", i))
	}
	return w, ids
}

func TestFlags(t *testing.T) {
	w, ids := outliers(t, 0)
	for login, want := range map[string]string{"plain": "", "large": "unusual_amount", "half": "", "changed": "contact_changed", "own": "own_unverified own_use"} {
		r, err := reimbursements.ByID(store.Read(w.Ctx, w.Store), ids[login])
		if err != nil || r.Flags != want {
			t.Errorf("%s: %q %v, want %q", login, r.Flags, err, want)
		}
	}
	if _, err := reimbursements.Withdraw(w.Ctx, w.Store, w.Agent, ids["plain"], "調整のため"); err != nil {
		t.Fatal(err)
	}
	if _, err := reimbursements.AddAdjustment(w.Ctx, w.Store, w.Agent2, w.Case("plain@ocn.example").ID, "goo", 5, "端数"); err != nil {
		t.Fatal(err)
	}
	r, err := reimbursements.Propose(w.Ctx, w.Store, w.Agent, w.Case("plain@ocn.example").ID, "")
	if err != nil || r.Flags != "adjusted" || r.Cost != 705 {
		t.Errorf("%+v %v", r, err)
	}
}

// The waiting list shows what stands out before the rest, and its pages meet.
func TestOutliersComeFirst(t *testing.T) {
	w, ids := outliers(t, 3)
	db := store.Read(w.Ctx, w.Store)
	f := reimbursements.Filter{State: reimbursements.Submitted, OutliersFirst: true, Limit: 2}
	var got []int64
	for {
		rows, err := reimbursements.Find(db, f)
		if err != nil {
			t.Fatal(err)
		}
		more := len(rows) > f.Limit
		for _, r := range rows[:min(len(rows), f.Limit)] {
			got = append(got, r.Reimbursement.ID)
			f.After, f.Plain = r.Reimbursement.ID, r.Flags == ""
		}
		if !more {
			break
		}
	}
	want := []int64{ids["large"], ids["changed"], ids["own"], ids["plain"], ids["half"], ids["x0"], ids["x1"], ids["x2"]}
	if fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("%v, want %v", got, want)
	}
	band := 2 // up to 1,000
	for _, c := range []struct {
		f    reimbursements.Filter
		want int
	}{
		{reimbursements.Filter{Flag: reimbursements.OwnUse}, 1}, {reimbursements.Filter{Flag: reimbursements.OwnUnverified}, 1}, {reimbursements.Filter{Band: &band}, 2}, {reimbursements.Filter{Class: "B"}, 8}, {reimbursements.Filter{Class: "A"}, 0},
	} {
		c.f.Limit = 50
		if rows, err := reimbursements.Find(db, c.f); err != nil || len(rows) != c.want {
			t.Errorf("%+v: %d rows %v", c.f, len(rows), err)
		}
	}
	groups, err := reimbursements.Groups(db, 0)
	if err != nil || fmt.Sprint(groups) != "[{B 1 4 false} {B 2 2 false} {B 3 2 false}]" {
		t.Errorf("%v %v", groups, err)
	}
}
