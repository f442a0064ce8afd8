package demo_test

import (
	"context"
	"fmt"
	"maps"
	"testing"
	"time"

	"hoten/app/apptest"
	"hoten/app/audit"
	"hoten/app/cases"
	"hoten/app/demo"
	"hoten/app/incidents"
	"hoten/app/jptext"
	"hoten/app/ledger"
	"hoten/app/notices"
	"hoten/app/reports"
	"hoten/app/store"
)

// The demo holds the released figures, and its work adds up.
func TestFill(t *testing.T) {
	s, clock := apptest.New(t)
	clock.Add(7 * 24 * time.Hour) // the days of the demo are after the release
	ctx := context.Background()
	deliver := func(ctx context.Context, as *store.Store, ids []int64) error {
		folder := notices.Mailbox{Folder: t.TempDir()}
		return (&notices.Postman{Store: as, Outlet: folder, From: "no-reply@hoten.example", Env: apptest.MailEnv, Settled: cases.MailSettled}).Deliver(ctx, ids)
	}
	begun := time.Now()
	if err := demo.Fill(ctx, s, "http://localhost:8080", "ja", deliver); err != nil {
		t.Fatal(err)
	}
	t.Logf("filled in %v", time.Since(begun))
	db := store.Read(ctx, s)
	incident, err := incidents.ByReference(db, demo.Reference)
	if err != nil {
		t.Fatal(err)
	}
	f, err := reports.Of(db, incident, clock.Now())
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
	hasHappened(t, s)
	clock.Add(time.Hour)
	if err := demo.Fill(ctx, s, "http://localhost:8080", "ja", deliver); err != nil {
		t.Fatal(err)
	}
	again, err := reports.Of(db, incident, clock.Now())
	if err != nil || !maps.Equal(again.Cases, f.Cases) {
		t.Errorf("filled again: %v %v", again.Cases, err)
	}
}

// hasHappened: the days of work lie behind, in the desks' hours, and left a mail of
// every kind that they lead to.
func hasHappened(t *testing.T, s *store.Store) {
	t.Helper()
	db := store.Read(context.Background(), s)
	type when struct{ At time.Time }
	events, err := store.Select[when](db, "select at from case_events union all select at from audit_entries")
	if err != nil || len(events) == 0 {
		t.Fatalf("%d events, %v", len(events), err)
	}
	for _, e := range events {
		at := e.At.In(jptext.JST)
		if at.After(s.Clock()) || at.Hour() < 10 || at.Hour() > 18 {
			t.Fatalf("something happened at %v", at)
		}
	}
	late, err := store.Select[when](db, "select queued_at as at from mails where state = 'queued' or sent_at >= queued_at + interval '9 hours'")
	if err != nil || len(late) > 0 {
		t.Errorf("mails that did not leave on the day on which they were written: %v, %v", late, err)
	}
	type kind struct{ Kind string }
	kinds, err := store.Select[kind](db, "select distinct kind from mails order by kind")
	if err != nil {
		t.Fatal(err)
	}
	want := "[{case_closed} {reimbursement_completed} {reset_completed} {reset_link} {restriction_notice} {verification_code}]"
	if fmt.Sprint(kinds) != want {
		t.Errorf("mails of the kinds %v, want %s", kinds, want)
	}
}
