package imports_test

import (
	"encoding/json"
	"maps"
	"os"
	"testing"

	"hoten/app/apptest"
	"hoten/app/cases"
	"hoten/app/imports"
	"hoten/app/incidents"
	"hoten/app/ledger"
	"hoten/app/reimbursements"
	"hoten/app/reports"
	"hoten/app/store"
)

func TestMain(m *testing.M) { apptest.Main(m) }

type outcome struct {
	Class             string `json:"case_class"`
	RollbackPointtalk int64  `json:"rollback_pointtalk"`
	RollbackGoo       int64  `json:"rollback_goo"`
	ReimburseGoo      int64  `json:"reimburse_goo"`
	AbsorbedGoo       int64  `json:"absorbed_goo"`
	FinalPointtalk    int64  `json:"final_pointtalk"`
	FinalGoo          int64  `json:"final_goo"`
}

type expected struct {
	IDs       int64 `json:"ids"`
	Exchanged int64 `json:"ids_exchanged"`
	WithPlan  int64 `json:"ids_with_plan"`
	Movements int64 `json:"movements"`
	Totals    struct {
		outcome
		ByClass map[string]int64 `json:"by_class"`
	} `json:"totals"`
	PerID map[string]outcome `json:"per_id"`
}

// The sample of the specification comes out exactly as it says, per ID.
func TestSampleImportsToExpected(t *testing.T) {
	affected, movements := apptest.Sample("affected.csv"), apptest.Sample("movements.csv")
	raw, err := os.ReadFile(apptest.Sample("expected.json"))
	if err != nil {
		t.Fatal(err)
	}
	var want expected
	if err := json.Unmarshal(raw, &want); err != nil {
		t.Fatal(err)
	}
	w := apptest.NewWorld(t)
	run := func() *imports.Import {
		i, err := imports.FromFiles(w.Ctx, w.Store, w.Manager, apptest.Reference, affected, movements, false, nil)
		if err != nil {
			t.Fatal(err)
		}
		if i.State != imports.Done || i.Rejected != 0 || i.Total != want.IDs+want.Movements {
			t.Fatalf("import: %+v", i)
		}
		return i
	}
	if i := run(); i.Accepted != want.IDs+want.Movements || i.Ignored != 0 {
		t.Fatalf("first import: %+v", i)
	}
	compare(t, w, want)
	if i := run(); i.Accepted != 0 || i.Ignored != want.IDs+want.Movements {
		t.Fatalf("the same files again: %+v", i)
	}
	compare(t, w, want)
}

func compare(t *testing.T, w *apptest.World, want expected) {
	t.Helper()
	db := store.Read(w.Ctx, w.Store)
	f, err := reports.Of(db, w.Incident, w.Store.Clock())
	if err != nil {
		t.Fatal(err)
	}
	if f.IDs != want.IDs || f.IDsExchange != want.Exchanged || !maps.Equal(f.ByClass, want.Totals.ByClass) || f.Restricted != want.IDs {
		t.Errorf("figures: %+v", f)
	}
	for name, got := range map[string][2]int64{
		"rollback pointtalk": {f.Plan.Rollback["pointtalk"], want.Totals.RollbackPointtalk},
		"rollback goo":       {-f.Plan.Rollback["goo"], want.Totals.RollbackGoo},
		"reimburse goo":      {f.Plan.Reimburse["goo"], want.Totals.ReimburseGoo},
		"absorbed goo":       {f.Plan.Absorbed["goo"], want.Totals.AbsorbedGoo},
	} {
		if got[0] != got[1] {
			t.Errorf("%s: %d, want %d", name, got[0], got[1])
		}
	}
	plans := int64(0)
	rows, _, err := cases.Find(db, w.Vault, cases.Filter{Limit: int(want.IDs)})
	if err != nil || int64(len(rows)) != want.IDs {
		t.Fatalf("%d cases, %v", len(rows), err)
	}
	of := make([]*cases.Case, len(rows))
	for i := range rows {
		of[i] = &rows[i].Case
	}
	all, err := reimbursements.LookMany(db, of)
	if err != nil {
		t.Fatal(err)
	}
	programs, err := incidents.Programs(db)
	if err != nil {
		t.Fatal(err)
	}
	for _, row := range rows {
		login, err := row.PlainLogin(w.Vault)
		if err != nil {
			t.Fatal(err)
		}
		plan := all[row.Case.ID]
		if !plan.Empty() {
			plans++
		}
		if got := outcomeOf(*row.Class, plan, programs); got != want.PerID[login] {
			t.Errorf("%s: %+v, want %+v", login, got, want.PerID[login])
		}
	}
	if plans != want.WithPlan {
		t.Errorf("%d IDs with a plan, want %d", plans, want.WithPlan)
	}
	if off, err := ledger.Check(db); off != "" || err != nil {
		t.Errorf("ledger: %s %v", off, err)
	}
}

func outcomeOf(class string, p reimbursements.Plan, programs []incidents.Program) outcome {
	t := reports.WithCodes(p.Moved(), programs)
	final := map[string]int64{}
	for _, b := range p.Balances {
		for _, program := range programs {
			if program.ID == b.ProgramID {
				final[program.Code] = b.Final
			}
		}
	}
	return outcome{Class: class, RollbackPointtalk: t.Rollback["pointtalk"], RollbackGoo: t.Rollback["goo"], ReimburseGoo: t.Reimburse["goo"],
		AbsorbedGoo: t.Absorbed["goo"], FinalPointtalk: final["pointtalk"], FinalGoo: final["goo"]}
}
