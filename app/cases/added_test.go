package cases_test

import (
	"fmt"
	"testing"

	"hoten/app/apptest"
	"hoten/app/cases"
	"hoten/app/fault"
	"hoten/app/ledger"
	"hoten/app/reimbursements"
	"hoten/app/store"
)

// An ID that a supervisor adds has an account in every program, with what the supervisor
// states or 0, and is made whole like any other; accounts that stand keep their balance.
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
	for n, c := range []struct {
		balances map[string]int64
		want     map[string]int64
		refused  string
		after    map[string]int64 // made whole
	}{
		{nil, map[string]int64{"pointtalk": 0, "goo": 0}, "", map[string]int64{"pointtalk": 500, "goo": 0}},
		{map[string]int64{"goo": 700}, map[string]int64{"pointtalk": 0, "goo": 700}, "", map[string]int64{"pointtalk": 500, "goo": 600}},
		{map[string]int64{"goo": 1, "pointtalk": 2}, map[string]int64{"pointtalk": 2, "goo": 1}, "", map[string]int64{"pointtalk": 502, "goo": 0}},
		{map[string]int64{"goo": -1}, nil, "balance_negative", nil},
		{map[string]int64{"goo": 10_000_000_000_000_000}, nil, "balance_too_large", nil},
		{map[string]int64{"miles": 1}, nil, "program_unknown", nil},
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
		if err != nil {
			t.Fatal(err)
		}
		if _, err := reimbursements.Approve(w.Ctx, w.Store, w.Supervisor2, r.ID); err != nil {
			t.Fatal(err)
		}
		if got, err = ledger.Balances(db, made.IdentityID); err != nil || fmt.Sprint(got) != fmt.Sprint(c.after) {
			t.Errorf("%v: %v after, %v", c.balances, got, err)
		}
		if n := w.Number("select count(*) from audit_entries where action = 'case.added_to_incident' and subject = $1 and (after -> 'balances')::jsonb = $2::jsonb",
			made.Subject(), fmt.Sprintf(`{"goo": %d, "pointtalk": %d}`, c.want["goo"], c.want["pointtalk"])); n != 1 {
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
