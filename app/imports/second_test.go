package imports_test

import (
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"

	"hoten/app/apptest"
	"hoten/app/imports"
	"hoten/app/incidents"
	"hoten/app/jptext"
	"hoten/app/ledger"
	"hoten/app/reimbursements"
	"hoten/app/store"
)

const other = "2014-R097"

func addIncident(w *apptest.World) {
	w.T.Helper()
	from, to := jptext.Date{Year: 2014, Month: 7, Day: 11}, jptext.Date{Year: 2014, Month: 7, Day: 28}
	if _, err := incidents.Create(w.Ctx, w.Store, w.Manager, incidents.New{Reference: other, TitleJa: "別事案", TitleEn: "Another", PeriodFrom: from, PeriodTo: to, DetectedOn: to,
		Bearers: map[string]string{"pointtalk": "", "goo": ""}}); err != nil {
		w.T.Fatal(err)
	}
}

func told(i *imports.Import) (out []string) {
	for _, n := range i.Told() {
		out = append(out, fmt.Sprintf("%s:%s:%d", n.File, n.Code, n.Count))
	}
	return out
}

// The same people are hit by a second incident: they get cases there, also when its
// files come again; a movement stays with the incident that brought it.
func TestSecondIncident(t *testing.T) {
	w := apptest.NewWorld(t)
	addIncident(w)
	list := "login_id,name,phone,balance_goo\na@ocn.example,山田,090-0000-0001,10\nb@ocn.example,鈴木,,20\n"
	later := "login_id,name,phone,balance_goo\na@ocn.example,山田,090-0000-0001,7\nb@ocn.example,鈴木 次郎,,20\nc@ocn.example,佐藤,,5\n"
	moves1 := moves + "M1,a@ocn.example,2014-07-20 03:00,exchange,goo,,x,1,,,confirmed\n"
	moves2 := moves1 + "M2,a@ocn.example,2014-07-21 03:00,exchange,goo,,x,2,,,confirmed\n"
	if i := w.Import(list, moves1); counts(i) != "done 3/0/0" {
		t.Fatalf("%s %v", counts(i), rejections(w, i.ID))
	}
	in := func(affected, movements string) *imports.Import {
		t.Helper()
		return w.ImportInto(other, affected, movements)
	}
	i := in(later, moves2)
	if got := rejections(w, i.ID); counts(i) != "done 4/0/1" || !slices.Equal(got, []string{"movements:2:movement_id:belongs_to_other_incident"}) {
		t.Errorf("%s %v", counts(i), got)
	}
	if got := told(i); !slices.Equal(got, []string{"affected:ids_known:2", "affected:member_data_differs:1", "affected:balances_differ:1"}) {
		t.Errorf("told %v", got)
	}
	rows, err := imports.Rejections(store.Read(w.Ctx, w.Store), i.ID, 0, 10)
	if err != nil || rows[0].Detail != apptest.Reference {
		t.Errorf("%+v %v", rows, err)
	}
	if i := in(later, moves2); counts(i) != "done 0/4/1" || len(told(i)) != 0 {
		t.Errorf("again: %s %v", counts(i), told(i))
	}
	if i := w.Import(list, moves1); counts(i) != "done 0/3/0" {
		t.Errorf("the first files again: %s %v", counts(i), rejections(w, i.ID))
	}
	if i := in(strings.Replace(later, ",7\n", ",8\n", 1), strings.Replace(moves2, "x,1,", "x,9,", 1)); counts(i) != "done 0/3/2" ||
		!slices.Equal(rejections(w, i.ID), []string{"affected:2:balance_goo:duplicate_conflict", "movements:2:movement_id:duplicate_conflict"}) {
		t.Errorf("changed: %s %v", counts(i), rejections(w, i.ID))
	}
	if n := count(w, "select count(*) from cases"); n != 5 {
		t.Errorf("%d cases", n)
	}
	if off, err := ledger.Check(store.Read(w.Ctx, w.Store)); off != "" || err != nil {
		t.Errorf("ledger: %s %v", off, err)
	}
}

// Supervisors approve for IDs of one incident while these IDs come with the files of
// another: neither fails, whatever the order of the rows.
func TestImportsBesideApprovals(t *testing.T) {
	w := apptest.NewWorld(t)
	addIncident(w)
	const people, rounds = 24, 8
	list := func(descending bool) string {
		rows := make([]string, people)
		for n := range rows {
			rows[n] = fmt.Sprintf("p%02d@ocn.example,山田,1000,1000\n", n)
		}
		if descending {
			slices.Reverse(rows)
		}
		return ids + strings.Join(rows, "")
	}
	movement := func(round int, prefix string) string {
		var out strings.Builder
		out.WriteString(moves)
		for n := range people {
			points := 1 // others than before, else they would be doubles of these
			if prefix != "M" {
				points += 1 + round
			}
			fmt.Fprintf(&out, "%s%d-%d,p%02d@ocn.example,2014-07-20 03:00,exchange,goo,,x,%d,,,confirmed\n", prefix, round, n, people-1-n, points)
		}
		return out.String()
	}
	if i := w.Import(list(false), movement(0, "M")); counts(i) != fmt.Sprintf("done %d/0/0", 2*people) {
		t.Fatal(counts(i))
	}
	proposed := make([]int64, people)
	for n := range proposed {
		r, err := reimbursements.Propose(w.Ctx, w.Store, w.Agent, w.Case(fmt.Sprintf("p%02d@ocn.example", n)).ID, "")
		if err != nil {
			t.Fatal(err)
		}
		proposed[n] = r.ID
	}
	var wg sync.WaitGroup
	for n := range 2 {
		wg.Go(func() {
			for i := range people / 2 {
				id := proposed[n*people/2+i]
				if n == 1 {
					id = proposed[people-1-i]
				}
				if _, err := reimbursements.Approve(w.Ctx, w.Store, w.Supervisor, id); err != nil {
					t.Errorf("approve %d: %v", id, err)
				}
			}
		})
		wg.Go(func() {
			incident, lines := other, func(round int) string { return movement(round, "N") }
			if n == 1 { // of the same cases, but of no plan
				incident, lines = apptest.Reference, func(round int) string { return strings.ReplaceAll(movement(round, "O"), "confirmed", "none") }
			}
			for round := range rounds {
				if i := w.ImportInto(incident, list(round%2 == 0), lines(round)); i.State != imports.Done || i.Rejected != 0 {
					t.Errorf("import: %s %s %v", counts(i), i.Error, rejections(w, i.ID))
				}
			}
		})
	}
	wg.Wait()
	if n := count(w, "select count(*) from reimbursements where state = 'posted'"); n != people {
		t.Errorf("%d posted", n)
	}
	if off, err := ledger.Check(store.Read(w.Ctx, w.Store)); off != "" || err != nil {
		t.Errorf("ledger: %s %v", off, err)
	}
}

// What a newer list has otherwise is told field by field, and of a mail address the later
// day counts: one that was set since the first day of any incident gets no code.
func TestNewerListDiffers(t *testing.T) {
	const header = "login_id,name,name_kana,birth_date,phone,email,email_registered_on,postal_code,address,customer_number,language\n"
	const stands = "a@ocn.example,山田 太郎,ヤマダ タロウ,1970-03-02,090-0000-0001,taro@mail.example,2005-04-01,1000001,東京都千代田区千代田1-2-3,N000000001,ja\n"
	for _, c := range []struct {
		old, new string
		differs  bool
		unusable bool
	}{
		{"", "", false, false},
		{"1970-03-02", "1971-03-02", true, false},
		{"1970-03-02", "", false, false},
		{"千代田1-2-3", "千代田1-2-4", true, false},
		{"1000001", "1000002", true, false},
		{"090-0000-0001", "090-0000-0002", true, false},
		{"N000000001", "N000000002", true, false},
		{"N000000001", "", false, false},
		{"山田 太郎", "山田　太郎", false, false},
		{"山田 太郎", "山田 太", true, false},
		{"山田 太郎,ヤマダ タロウ", ",", false, false},
		{"ヤマダ タロウ", "", false, false},
		{"ヤマダ タロウ", "ヤマタ タロウ", true, false},
		{"2005-04-01", "2004-04-01", true, false},
		{"2005-04-01", "2014-07-20", true, true},
	} {
		w := apptest.NewWorld(t)
		addIncident(w)
		w.Import(header+stands, "")
		i := w.ImportInto(other, header+strings.Replace(stands, c.old, c.new, 1), "")
		if got := slices.Contains(told(i), "affected:member_data_differs:1"); counts(i) != "done 1/0/0" || got != c.differs {
			t.Errorf("%q: %s, told %v", c.new, counts(i), told(i))
		}
		n := count(w, "select count(*) from contacts where kind = 'email' and registered_on = date '2014-07-20'")
		if (n == 1) != c.unusable {
			t.Errorf("%q: the later day stands on %d contacts", c.new, n)
		}
	}
}

// A balance that is stated late is one at the freeze of which the row says, or that the ID's
// other balances have: restricting the ID again since has frozen nothing, and what happened
// in between is not in it.
func TestBalanceStatedAfterTheIDWasRestrictedAgain(t *testing.T) {
	for _, late := range []string{"login_id,name,balance_pointtalk,balance_goo,restricted_at\na@ocn.example,山田,1000,500,2014-07-27 09:00\n", "login_id,balance_goo\na@ocn.example,500\n"} {
		w := apptest.NewWorld(t)
		w.Import("login_id,name,balance_pointtalk,balance_goo,restricted_at\na@ocn.example,山田,1000,,2014-07-27 09:00\n", moves+"M1,a@ocn.example,2014-07-28 03:00,exchange,goo,,x,200,,,confirmed\n")
		c := w.Case("a@ocn.example")
		if _, err := w.Pool.Exec(w.Ctx, "update identities set restricted_at = $2 where id = $1", c.IdentityID, w.Clock.Now()); err != nil {
			t.Fatal(err)
		}
		if i := w.Import(late, ""); counts(i) != "done 1/0/0" {
			t.Fatalf("%s %v", counts(i), rejections(w, i.ID))
		}
		r, err := reimbursements.Propose(w.Ctx, w.Store, w.Agent, c.ID, "")
		if err != nil {
			t.Fatal(err)
		}
		if !strings.Contains(r.Balances, `"final": 500`) && !strings.Contains(r.Balances, `"final":500`) {
			t.Errorf("%q: %s", late, r.Balances)
		}
		if n := count(w, "select count(*) from accounts a join programs p on p.id = a.program_id where a.identity_id = $1 and p.code = 'goo' and a.as_of = timestamptz '2014-07-27 09:00+09'", c.IdentityID); n != 1 {
			t.Errorf("%q: another freeze", late)
		}
	}
}
