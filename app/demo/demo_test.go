package demo_test

import (
	"bytes"
	"context"
	"errors"
	"maps"
	"testing"
	"time"

	"hoten/app/apptest"
	"hoten/app/audit"
	"hoten/app/demo"
	"hoten/app/desks"
	"hoten/app/incidents"
	"hoten/app/ledger"
	"hoten/app/reports"
	"hoten/app/store"
)

func TestMain(m *testing.M) { apptest.Main(m) }

func TestFilesAreAlwaysTheSame(t *testing.T) {
	var a, b bytes.Buffer
	if err := errors.Join(demo.Affected(&a), demo.Movements(&a), demo.Affected(&b), demo.Movements(&b)); err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(a.Bytes(), b.Bytes()) {
		t.Fatal("two runs differ")
	}
}

// The demo holds the released figures, and its work adds up.
func TestFill(t *testing.T) {
	s, clock := apptest.New(t)
	ctx := context.Background()
	if err := desks.Seed(ctx, s); err != nil {
		t.Fatal(err)
	}
	deliver := func(context.Context, *store.Store, []int64) error { return nil }
	begun := time.Now()
	if err := demo.Fill(ctx, s, "http://localhost:8080", deliver); err != nil {
		t.Fatal(err)
	}
	t.Logf("filled in %v", time.Since(begun))
	db := store.Read(ctx, s)
	incident, err := incidents.ByReference(db, demo.Reference)
	if err != nil {
		t.Fatal(err)
	}
	f, err := reports.Of(db, incident)
	if err != nil {
		t.Fatal(err)
	}
	if f.IDs != demo.IDs || f.IDsExchange != demo.Exchanged || !maps.Equal(f.ByClass, map[string]int64{"A": 421, "B": 24, "C": 544, "D": 276}) {
		t.Errorf("%d IDs, %d exchanged", f.IDs, f.IDsExchange)
	}
	t.Logf("%+v", f)
	for name, n := range map[string]int64{"notified": f.Notified, "verified": f.Verified, "resumed": f.Resumed, "made whole": f.MadeWhole, "waiting": f.Cases["awaiting_approval"],
		"unproposed": f.Unproposed, "completed": f.Completed, "inquiries": f.Inquiries, "absorbed": f.Plan.Absorbed["goo"], "unreachable": f.Unreachable} {
		if n == 0 {
			t.Errorf("nothing to show for %s", name)
		}
	}
	if off, err := ledger.Check(db); off != "" || err != nil {
		t.Errorf("ledger: %s %v", off, err)
	}
	head := t.TempDir() + "/head"
	if _, err := audit.SealAll(ctx, s, head); err != nil {
		t.Fatal(err)
	}
	if r, err := audit.Verify(ctx, s, head); err != nil || r.Broken != "" {
		t.Errorf("audit: %+v %v", r, err)
	}
	clock.Add(time.Hour)
	if err := demo.Fill(ctx, s, "http://localhost:8080", deliver); err != nil {
		t.Fatal(err)
	}
	again, err := reports.Of(db, incident)
	if err != nil || !maps.Equal(again.Cases, f.Cases) {
		t.Errorf("filled again: %v %v", again.Cases, err)
	}
}
