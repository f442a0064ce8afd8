package imports_test

import (
	"testing"
	"time"

	"hoten/app/apptest"
	"hoten/app/cases"
	"hoten/app/fault"
	"hoten/app/jptext"
	"hoten/app/ledger"
	"hoten/app/members"
	"hoten/app/reimbursements"
	"hoten/app/store"
)

// Two operators give one login ID to two people: each is known to the incidents about their
// own ID, with their own name, points and movements, which both number from 1.
func TestOneLoginIDOfTwoOperators(t *testing.T) {
	w := apptest.NewWorld(t)
	apptest.SetUpFerry(t, w.Store)
	w.Clock.Set(time.Date(2026, 4, 1, 12, 0, 0, 0, jptext.JST))
	const ferry = "FERRY-2026-01"
	const header = "movement_id,login_id,occurred_at,kind,from_program,to_program,partner,points,points_received,refers_to,fraud\n"
	if i := w.Import("login_id,name,balance_goo\nFC-000007,小林 優,1000\n", header+"M-1,FC-000007,2014-07-20 10:00,exchange,goo,,ANA,200,,,suspected\n"); i.Accepted != 2 {
		t.Fatalf("%d accepted, refused %v", i.Accepted, rejections(w, i.ID))
	}
	if i := w.ImportInto(ferry, "login_id,name,balance_miles\nfc-000007,Other Person,700\n", header+"M-1,FC-000007,2026-03-01 10:00,exchange,miles,,Hotel,500,,,suspected\nM-2,FC-000007,2026-03-02 10:00,cancel,,miles,,200,,M-1,none\n"); i.Accepted != 3 || len(told(i)) > 0 {
		t.Fatalf("%d accepted, told %v, refused %v", i.Accepted, told(i), rejections(w, i.ID))
	}
	db := store.Read(w.Ctx, w.Store)
	rows, _, err := cases.Find(db, w.Vault, cases.Filter{Q: "FC-000007", Limit: 5})
	if err != nil || len(rows) != 2 {
		t.Fatalf("%d cases, %v", len(rows), err)
	}
	for _, r := range rows {
		of, err := members.ByID(db, r.IdentityID)
		if err != nil {
			t.Fatal(err)
		}
		m, err := members.Find(db, *of)
		if err != nil {
			t.Fatal(err)
		}
		person, err := m.Person(w.Vault)
		if err != nil {
			t.Fatal(err)
		}
		points, err := ledger.Balances(db, of.ID)
		if err != nil {
			t.Fatal(err)
		}
		plan, _, err := reimbursements.Look(db, &r.Case)
		if err != nil || len(plan.Lines) != 1 {
			t.Fatalf("%s: %+v, %v", r.Reference, plan, err)
		}
		name, code, left, due := "小林 優", "goo", int64(1000), int64(200)
		if r.Reference == ferry {
			name, code, left, due = "Other Person", "miles", 700, 300
		}
		if plan.Lines[0].Points != due {
			t.Errorf("%s: %d points are due", r.Reference, plan.Lines[0].Points)
		}
		if person.Name != name || points[code] != left || *r.Class != "B" || *of.IDKindID != *r.IDKindID {
			t.Errorf("%s: %s, %v, %v", r.Reference, person.Name, points, *r.Class)
		}
		// Who opens a case finds the one of the ID that the incident is about.
		if opened, err := cases.Open(w.Ctx, w.Store, w.Agent, r.Reference, "fc-000007"); err != nil || opened.New || opened.Case.ID != r.ID {
			t.Errorf("%s: %+v, %v", r.Reference, opened, err)
		}
	}
	// The other operator's members are none of the incident's, and no ID of its form.
	if _, err := cases.Open(w.Ctx, w.Store, w.Agent, ferry, "7001-1037-01"); !fault.Is(err, "invalid") {
		t.Errorf("an ID of another form: %v", err)
	}
}
