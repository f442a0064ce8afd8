package cases_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"testing"

	"hoten/app/apptest"
	"hoten/app/cases"
	"hoten/app/fault"
	"hoten/app/incidents"
	"hoten/app/jptext"
	"hoten/app/ledger"
	"hoten/app/notices"
	"hoten/app/reimbursements"
	"hoten/app/store"
)

// An ID that a supervisor adds has an account in every program, with what the supervisor
// states or an assumed 0, on which nothing is borne, and is made whole like any other.
func TestAddedIDsHaveAccounts(t *testing.T) {
	w := apptest.NewWorld(t)
	db := store.Read(w.Ctx, w.Store)
	add := func(n int, balances map[string]int64) (*cases.Case, error) {
		t.Helper()
		login := fmt.Sprintf("added%d@ocn.example", n)
		opened, err := cases.Open(w.Ctx, w.Store, w.Agent, apptest.Reference, login)
		if err != nil {
			t.Fatal(err)
		}
		w.Import("", apptest.MovementsHeader+fmt.Sprintf("A%d,%s,2014-07-15 10:00,transfer,pointtalk,goo,,500,100,,confirmed\n", n, login))
		return cases.AddToIncident(w.Ctx, w.Store, w.Supervisor, opened.Case.ID, "追加申告", balances)
	}
	w.Number("insert into programs (code, name_ja, name_en, unit_ja, unit_en, unit_en_one, operator_id, version) select 'other', 'x', 'x', unit_ja, unit_en, unit_en_one, operator_id, 1 from programs where code = 'goo' returning id")
	for n, c := range []struct {
		balances map[string]int64
		want     map[string]int64
		refused  string
		after    map[string]int64 // made whole
	}{
		{nil, map[string]int64{}, "", nil},
		{map[string]int64{"pointtalk": 5}, map[string]int64{"pointtalk": 5}, "", nil},
		{map[string]int64{"goo": 700}, map[string]int64{"goo": 700}, "", map[string]int64{"goo": 600}},
		{map[string]int64{"goo": 0}, map[string]int64{"goo": 0}, "", map[string]int64{"goo": 0}},
		{map[string]int64{"goo": 1, "pointtalk": 2}, map[string]int64{"pointtalk": 2, "goo": 1}, "", map[string]int64{"pointtalk": 502, "goo": 0}},
		{map[string]int64{"goo": -1}, nil, "balance_negative", nil},
		{map[string]int64{"goo": 10_000_000_000_000_000}, nil, "balance_too_large", nil},
		{map[string]int64{"miles": 1}, nil, "program_unknown", nil},
		{map[string]int64{"other": 1}, nil, "program_not_involved", nil},
	} {
		made, err := add(n, c.balances)
		if c.refused != "" {
			if f, ok := fault.As(err); !ok || len(f.Fields) != 1 || f.Fields[0].Code != c.refused {
				t.Errorf("%v: %v", c.balances, err)
			}
			continue
		}
		if err != nil {
			t.Fatal(err)
		}
		got, err := ledger.Balances(db, made.IdentityID)
		if err != nil || fmt.Sprint(got) != fmt.Sprint(c.want) {
			t.Errorf("%v: %v %v", c.balances, got, err)
		}
		r, err := reimbursements.Propose(w.Ctx, w.Store, w.Agent, made.ID, "")
		if c.after == nil {
			if !fault.Is(err, "balance_unknown") {
				t.Errorf("%v: %v", c.balances, err)
			}
			continue
		}
		if err != nil {
			t.Fatal(err)
		}
		if _, err := reimbursements.Approve(w.Ctx, w.Store, w.Supervisor, r.ID); !fault.Is(err, "self_approval") {
			t.Errorf("%v: who stated the balance approved: %v", c.balances, err)
		}
		if _, err := reimbursements.Approve(w.Ctx, w.Store, w.Supervisor2, r.ID); err != nil {
			t.Fatal(err)
		}
		if got, err = ledger.Balances(db, made.IdentityID); err != nil || fmt.Sprint(got) != fmt.Sprint(c.after) {
			t.Errorf("%v: %v after, %v", c.balances, got, err)
		}
		if n := w.Number("select count(*) from audit_entries where action = 'case.added_to_incident' and subject = $1 and (after -> 'balances')::jsonb = $2::jsonb",
			made.Subject(), said(c.balances)); n != 1 {
			t.Errorf("%v: %d entries in the audit trail", c.balances, n)
		}
		if _, err := cases.AddToIncident(w.Ctx, w.Store, w.Supervisor, made.ID, "もう一度", nil); !fault.Is(err, "already_affected") {
			t.Errorf("twice: %v", err)
		}
	}
	if off, err := ledger.Check(db); off != "" || err != nil {
		t.Errorf("ledger: %s %v", off, err)
	}
}

func said(balances map[string]int64) string {
	b, err := json.Marshal(balances)
	if err != nil {
		panic(err)
	}
	return string(b)
}

// A balance that is known is not stated again; one that was assumed in another incident is.
func TestStatedAgain(t *testing.T) {
	w := apptest.NewWorld(t)
	from, to := jptext.Date{Year: 2014, Month: 7, Day: 11}, jptext.Date{Year: 2014, Month: 7, Day: 28}
	for _, ref := range []string{"second", "third"} {
		if _, err := incidents.Create(w.Ctx, w.Store, w.Manager, incidents.New{Reference: ref, TitleJa: "別事案", TitleEn: "Another", PeriodFrom: from, PeriodTo: to, DetectedOn: to}); err != nil {
			t.Fatal(err)
		}
	}
	w.Import("login_id,name,balance_goo\nknown@ocn.example,山田,0\n", "")
	for _, c := range []struct {
		in, login string
		balances  map[string]int64
		refused   string // the field
		want      map[string]int64
	}{
		{"second", "known", map[string]int64{"goo": 9}, "balance_goo", nil},
		{"second", "known", map[string]int64{"goo": 0}, "balance_goo", nil},
		{"second", "known", map[string]int64{"pointtalk": 3}, "", map[string]int64{"goo": 0, "pointtalk": 3}},
		{"second", "new", nil, "", map[string]int64{}},
		{"third", "new", map[string]int64{"goo": 9}, "", map[string]int64{"goo": 9}},
		{apptest.Reference, "new", map[string]int64{"goo": 9}, "balance_goo", nil},
	} {
		opened, err := cases.Open(w.Ctx, w.Store, w.Agent, c.in, c.login+"@ocn.example")
		if err != nil {
			t.Fatal(err)
		}
		made, err := cases.AddToIncident(w.Ctx, w.Store, w.Supervisor, opened.Case.ID, "追加申告", c.balances)
		if c.refused != "" {
			if f, ok := fault.As(err); !ok || len(f.Fields) != 1 || f.Fields[0].Name != c.refused || f.Fields[0].Code != "balance_known" {
				t.Errorf("%+v: %v", c, err)
			}
			continue
		}
		if err != nil {
			t.Fatalf("%+v: %v", c, err)
		}
		if got, err := ledger.Balances(store.Read(w.Ctx, w.Store), made.IdentityID); err != nil || !maps.Equal(got, c.want) {
			t.Errorf("%+v: %v %v", c, got, err)
		}
	}
}

// A file states what was assumed, by a full row or by balances alone, of this or another
// incident, also after something was posted: what was posted stays.
func TestFilesFillAssumedBalances(t *testing.T) {
	for _, c := range []struct {
		name, in, file string
		posted         bool
		want           int64 // goo
	}{
		{"a full row", apptest.Reference, "login_id,name,balance_goo\nadded@ocn.example,山田,900\n", false, 900},
		{"a full row, posted", apptest.Reference, "login_id,name,balance_goo\nadded@ocn.example,山田,900\n", true, 910},
		{"balances alone", apptest.Reference, "login_id,balance_goo\nadded@ocn.example,900\n", false, 900},
		{"balances alone, posted", apptest.Reference, "login_id,balance_goo\nadded@ocn.example,900\n", true, 910},
		{"a real 0, posted", apptest.Reference, "login_id,balance_goo\nadded@ocn.example,0\n", true, 10},
		{"another incident's list", "second", "login_id,name,balance_goo\nadded@ocn.example,山田,900\n", true, 910},
	} {
		w := apptest.NewWorld(t)
		from, to := jptext.Date{Year: 2014, Month: 7, Day: 11}, jptext.Date{Year: 2014, Month: 7, Day: 28}
		if _, err := incidents.Create(w.Ctx, w.Store, w.Manager, incidents.New{Reference: "second", TitleJa: "別事案", TitleEn: "Another", PeriodFrom: from, PeriodTo: to, DetectedOn: to}); err != nil {
			t.Fatal(err)
		}
		opened, err := cases.Open(w.Ctx, w.Store, w.Agent, apptest.Reference, "added@ocn.example")
		if err != nil {
			t.Fatal(err)
		}
		w.Import("", apptest.MovementsHeader+"A,added@ocn.example,2014-07-15 10:00,exchange,goo,,x,10,,,confirmed\n")
		if _, err := cases.AddToIncident(w.Ctx, w.Store, w.Supervisor, opened.Case.ID, "追加申告", nil); err != nil {
			t.Fatal(err)
		}
		if c.posted {
			r, err := reimbursements.Propose(w.Ctx, w.Store, w.Agent, opened.Case.ID, "")
			if err == nil {
				_, err = reimbursements.Approve(w.Ctx, w.Store, w.Supervisor, r.ID)
			}
			if err != nil {
				t.Fatalf("%s: %v", c.name, err)
			}
			w.Import("", apptest.MovementsHeader+"B,added@ocn.example,2014-07-15 11:00,transfer,pointtalk,goo,,100,20,,confirmed\n")
			if now := w.Case("added@ocn.example"); now.PointsOpen&cases.BalanceMissing == 0 {
				t.Errorf("%s: %v", c.name, now.Marks())
			}
		}
		if i := w.ImportInto(c.in, c.file, ""); i.Accepted != 1 || i.Rejected != 0 {
			t.Errorf("%s: %+v", c.name, i)
		}
		got, err := ledger.Balances(store.Read(w.Ctx, w.Store), opened.Case.IdentityID)
		if err != nil || !maps.Equal(got, map[string]int64{"goo": c.want}) {
			t.Errorf("%s: %v %v", c.name, got, err)
		}
		if now, err := store.Find[cases.Case](store.Read(w.Ctx, w.Store), "id = ?", opened.Case.ID); err != nil || now.PointsOpen&cases.BalanceMissing != 0 {
			t.Errorf("%s: %v", c.name, now.Marks())
		}
		if off, err := ledger.Check(store.Read(w.Ctx, w.Store)); off != "" || err != nil {
			t.Errorf("ledger: %s %v", off, err)
		}
		if again := w.ImportInto(c.in, c.file, ""); again.Accepted != 0 || again.Rejected != 0 {
			t.Errorf("%s, again: %+v", c.name, again)
		}
	}
}

// An ID that is added to an incident which began earlier has its other cases revised as an
// import would: what was told at a contact that was set since then told nothing.
func TestAddingToAnEarlierIncidentRevises(t *testing.T) {
	w := desk(t, 3)
	const login = "m2@ocn.example"
	from := jptext.Date{Year: 2014, Month: 5, Day: 1}
	if _, err := incidents.Create(w.Ctx, w.Store, w.Manager, incidents.New{Reference: "earlier", TitleJa: "別事案", TitleEn: "Another", PeriodFrom: from, PeriodTo: from, DetectedOn: from}); err != nil {
		t.Fatal(err)
	}
	set(t, w, login, "letter_about = 0, unreachable_at = null, notified_at = now(), status = 'completed', completed_at = now()")
	update(t, w, "update contacts set registered_on = '2014-06-01' where id = $1", went(t, w, login, notices.RestrictionNotice))
	went(t, w, login, notices.ReimbursementCompleted)
	must(t, cases.MarkUnreached(w.Ctx, w.Store))
	if w.Case(login).NotifiedAt == nil {
		t.Fatal("the contact was not usable before")
	}
	opened, err := cases.Open(w.Ctx, w.Store, w.Agent, "earlier", login)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := cases.AddToIncident(w.Ctx, w.Store, w.Supervisor, opened.Case.ID, "追加申告", nil); err != nil {
		t.Fatal(err)
	}
	c, err := store.Find[cases.Case](store.Read(w.Ctx, w.Store), "id <> ? and identity_id = ?", opened.Case.ID, w.ID(login).ID)
	if err != nil || c.NotifiedAt != nil || c.Status != cases.Reopened || !slices.Contains(c.Letter(w.ID(login).Standing), cases.LetterResult) {
		t.Errorf("notified %v, %s, letter %v (%v)", c.NotifiedAt, c.Status, c.Letter(w.ID(login).Standing), err)
	}
}
