package demo

import (
	"bytes"
	"errors"
	"path/filepath"
	"strings"
	"testing"

	"hoten/app/apptest"
	"hoten/app/cases"
	"hoten/app/imports"
	"hoten/app/incidents"
	"hoten/app/ledger"
	"hoten/app/reimbursements"
	"hoten/app/store"
)

func TestFilesAreAlwaysTheSame(t *testing.T) {
	var a, b bytes.Buffer
	if err := errors.Join(Affected(&a), Movements(&a), Affected(&b), Movements(&b)); err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(a.Bytes(), b.Bytes()) {
		t.Fatal("two runs differ")
	}
}

// The generator knows what each owner would have without the thief; the plan finds
// it out from the imported files alone.
func TestPlansReachWhatTheGeneratorKnows(t *testing.T) {
	w := apptest.NewWorld(t)
	folder := t.TempDir()
	affected, movements := filepath.Join(folder, "affected.csv"), filepath.Join(folder, "movements.csv")
	if err := errors.Join(writeFile(affected, Affected), writeFile(movements, Movements)); err != nil {
		t.Fatal(err)
	}
	i, err := imports.FromFiles(w.Ctx, w.Store, w.Manager, apptest.Reference, affected, movements, false, nil)
	if err != nil || i.State != imports.Done || i.Rejected > 0 || i.Ignored > 0 {
		t.Fatalf("%+v, %v", i, err)
	}
	db := store.Read(w.Ctx, w.Store)
	rows, _, err := cases.Find(db, w.Vault, cases.Filter{Incident: apptest.Reference, Limit: IDs})
	if err != nil || len(rows) != IDs {
		t.Fatalf("%d cases, %v", len(rows), err)
	}
	of := make([]*cases.Case, len(rows))
	for i := range rows {
		of[i] = &rows[i].Case
	}
	plans, err := reimbursements.LookMany(db, of)
	if err != nil {
		t.Fatal(err)
	}
	programs, err := incidents.Programs(db)
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]account{}
	for _, a := range accounts() {
		want[a.login] = a
	}
	withPlan, absorbed := 0, 0
	for _, row := range rows {
		login, err := row.PlainLogin(w.Vault)
		if err != nil {
			t.Fatal(err)
		}
		plan := plans[row.Case.ID]
		if got := final(plan, programs); *row.Class != want[login].class || got != want[login].whole {
			t.Errorf("%s: class %s, %+v; want %s, %+v", login, *row.Class, got, want[login].class, want[login].whole)
		}
		if !plan.Empty() {
			withPlan++
		}
		for _, l := range plan.Lines {
			if l.Kind == reimbursements.Absorb {
				absorbed++
			}
		}
	}
	// All but class D, and but two whose exchange was wholly given back.
	if withPlan != 421+24+544-2 {
		t.Errorf("%d plans", withPlan)
	}
	if absorbed < 5 {
		t.Errorf("%d plans with absorbed points", absorbed)
	}
	if off, err := ledger.Check(db); off != "" || err != nil {
		t.Errorf("ledger: %s %v", off, err)
	}
}

func final(p reimbursements.Plan, programs []incidents.Program) (reached amounts) {
	for _, b := range p.Balances {
		for _, program := range programs {
			switch {
			case program.ID != b.ProgramID:
			case program.Code == pointTalk:
				reached.pointTalk = int(b.Final)
			case program.Code == goo:
				reached.goo = int(b.Final)
			}
		}
	}
	return reached
}

// Nobody real can be meant: numbers that are never given out, names of mail
// domains that cannot exist.
func TestPeopleAreInvented(t *testing.T) {
	for _, a := range accounts() {
		if !strings.Contains(a.phone, "-0000-") || !strings.HasSuffix(a.login, ".example") {
			t.Errorf("%s, %s", a.login, a.phone)
		}
		if a.email != "" && !strings.HasSuffix(a.email, ".example") {
			t.Error(a.email)
		}
	}
}

func TestMain(m *testing.M) { apptest.Main(m) }
