package reimbursements_test

import (
	"sync"
	"testing"
	"time"

	"hoten/app/access"
	"hoten/app/apptest"
	"hoten/app/jptext"
	"hoten/app/policies"
	"hoten/app/reimbursements"
	"hoten/app/staff"
	"hoten/app/store"
)

// substitutes puts in force whom proposals go to.
func substitutes(t testing.TB, w *apptest.World, to map[string]int64) {
	t.Helper()
	p := policies.Default()
	p.Substitutes = to
	if err := policies.Set(w.Ctx, w.Store, w.Manager, w.PolicyVersion(), p, "代行の設定"); err != nil {
		t.Fatal(err)
	}
}

func remind(t testing.TB, w *apptest.World) {
	t.Helper()
	if err := reimbursements.Remind(w.Ctx, w.Store); err != nil {
		t.Fatal(err)
	}
}

// steps counts what was done about waiting, as the timeline and the audit trail have it.
func steps(t testing.TB, w *apptest.World) (reminded, escalated int64) {
	t.Helper()
	reminded = count(t, w, "select count(*) from audit_entries where action = 'reimbursement.reminded' and actor_kind = 'system'")
	escalated = count(t, w, "select count(*) from audit_entries where action = 'reimbursement.escalated' and actor_kind = 'system'")
	if a, b := count(t, w, "select count(*) from case_events where kind = 'approval_reminded'"), count(t, w, "select count(*) from case_events where kind = 'approval_escalated'"); a != reminded || b != escalated {
		t.Errorf("events %d %d, entries %d %d", a, b, reminded, escalated)
	}
	return reminded, escalated
}

// Steps count the hours in which the desk is open, each happens once, and what is
// decided waits no more.
func TestWaitingTooLong(t *testing.T) {
	w, of := importLosses(t, small, small, small)
	substitutes(t, w, map[string]int64{policies.Center: w.Manager.ID})
	w.Clock.Set(time.Date(2014, 8, 1, 10, 0, 0, 0, time.UTC)) // 19:00, the technical desk closes at 21:00
	for _, c := range of {
		propose(t, w, w.Agent, c)
	}
	check := func(when string, wantReminded, wantEscalated int64) {
		t.Helper()
		remind(t, w)
		remind(t, w)
		if r, e := steps(t, w); r != wantReminded || e != wantEscalated {
			t.Errorf("%s: %d reminded, %d escalated; want %d, %d", when, r, e, wantReminded, wantEscalated)
		}
	}
	check("at once", 0, 0)
	w.Clock.Set(time.Date(2014, 8, 2, 2, 59, 0, 0, time.UTC))
	check("a minute early, the next day", 0, 0)
	approve(t, w, w.Supervisor, 3)
	w.Clock.Set(time.Date(2014, 8, 2, 3, 0, 0, 0, time.UTC)) // 12:00: two hours of the evening, two of the morning
	check("four hours", 2, 0)
	waits, err := reimbursements.Waiting(store.Read(w.Ctx, w.Store), w.Supervisor.ID)
	if err != nil || waits != (reimbursements.Waits{Count: 2, Late: 2}) {
		t.Errorf("%+v, %v", waits, err)
	}
	w.Clock.Set(time.Date(2014, 8, 2, 7, 0, 0, 0, time.UTC))
	check("eight hours", 2, 2)
	for who, want := range map[int64]reimbursements.Waits{w.Manager.ID: {Count: 2, Late: 2, Mine: 2}, w.Supervisor.ID: {Count: 2, Late: 2}, w.Agent.ID: {}} {
		if waits, err = reimbursements.Waiting(store.Read(w.Ctx, w.Store), who); err != nil || waits != want {
			t.Errorf("%d: %+v, %v", who, waits, err)
		}
	}
	for late, want := range map[string]int{reimbursements.Reminded: 2, reimbursements.Escalated: 2, reimbursements.ToReader: 2, "": 2} {
		rows, err := reimbursements.Find(store.Read(w.Ctx, w.Store), reimbursements.Filter{OutliersFirst: true, Reader: w.Manager.ID, Late: late, Limit: 9})
		if err != nil || len(rows) != want {
			t.Errorf("%q: %d rows, %v", late, len(rows), err)
		}
	}
	if rows, err := reimbursements.Find(store.Read(w.Ctx, w.Store), reimbursements.Filter{OutliersFirst: true, Reader: w.Supervisor.ID, Late: reimbursements.ToReader, Limit: 9}); err != nil || len(rows) != 0 {
		t.Errorf("another's: %d rows, %v", len(rows), err)
	}
	approve(t, w, w.Supervisor, 1) // anybody who might before still may
	if waits, err = reimbursements.Waiting(store.Read(w.Ctx, w.Store), w.Manager.ID); err != nil || waits.Mine != 1 {
		t.Errorf("%+v, %v", waits, err)
	}
}

// The substitute of the desk comes first; who proposed, edited or left is passed over,
// and four eyes stay four.
func TestWhoTheSubstituteIs(t *testing.T) {
	w, of := importLosses(t, small, small, small, small, small)
	if _, err := w.Pool.Exec(w.Ctx, "update cases set desk_id = (select id from desks where code = 'point') where id <> $1", of[4].ID); err != nil {
		t.Fatal(err)
	}
	substitutes(t, w, map[string]int64{policies.Center: w.Manager.ID, "point": w.Supervisor2.ID})
	propose(t, w, w.Agent, of[0])
	own := propose(t, w, w.Supervisor2, of[1])
	if _, err := reimbursements.AddAdjustment(w.Ctx, w.Store, w.Supervisor2, of[2].ID, "goo", 5, "端数"); err != nil {
		t.Fatal(err)
	}
	propose(t, w, w.Agent, of[2])
	if _, err := reimbursements.AddAdjustment(w.Ctx, w.Store, w.Supervisor2, of[3].ID, "goo", 5, "端数"); err != nil {
		t.Fatal(err)
	}
	if _, err := staff.Add(w.Ctx, w.Store, access.System("test"), staff.New{Email: "sv3@hoten.example", Name: "三人目", Role: access.Supervisor}); err != nil {
		t.Fatal(err)
	}
	propose(t, w, w.Manager, of[3]) // the supervisor and the third remain to approve
	propose(t, w, w.Agent, of[4])
	w.Clock.Add(24 * time.Hour)
	remind(t, w)
	for id, want := range map[int64]*int64{1: &w.Supervisor2.ID, 2: &w.Manager.ID, 3: &w.Manager.ID, 4: nil, 5: &w.Manager.ID} {
		r, err := reimbursements.ByID(store.Read(w.Ctx, w.Store), id)
		if err != nil || r.EscalatedAt == nil || r.RemindedAt == nil || (r.SubstituteID == nil) != (want == nil) || want != nil && *r.SubstituteID != *want {
			t.Errorf("%d: escalated %v, to %v, %v", id, r.EscalatedAt, r.SubstituteID, err)
		}
	}
	refusedAs(t, try(w, w.Supervisor2, own.ID), "self_approval")
	if r, e := steps(t, w); r != 5 || e != 5 {
		t.Errorf("%d reminded, %d escalated", r, e)
	}
}

// Any number of programs remind once.
func TestRemindedOnceByTwo(t *testing.T) {
	losses := make([]loss, 60)
	for i := range losses {
		losses[i] = small
	}
	w, of := importLosses(t, losses...)
	substitutes(t, w, map[string]int64{policies.Center: w.Manager.ID})
	for _, c := range of {
		propose(t, w, w.Agent, c)
	}
	w.Clock.Add(24 * time.Hour)
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			if err := reimbursements.Remind(w.Ctx, w.Store); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	remind(t, w)
	if r, e := steps(t, w); r != 60 || e != 60 {
		t.Errorf("%d reminded, %d escalated", r, e)
	}
}

// A proposal of a case without a desk waits by the hours of the desk that serves its ID,
// not by those of the first desk of all.
func TestWaitingByTheDeskOfTheID(t *testing.T) {
	w := apptest.NewWorld(t)
	apptest.SetUpFerry(t, w.Store)
	at := func(s string) { v, _ := jptext.ParseTime(s); w.Clock.Set(v) }
	at("2026-03-13 11:00") // a Friday; the ferry's desk closes for lunch from 13:00 to 14:00
	w.ImportInto("FERRY-2026-01", "login_id,name,balance_miles\nfc-000001,山田 太郎,0\n", movements("M1,fc-000001,2026-03-02 01:00,exchange,miles,,x,90,,,confirmed"))
	propose(t, w, w.Agent, w.Case("fc-000001"))
	for _, c := range []struct {
		when string
		want int64
	}{{"2026-03-13 15:59", 0}, {"2026-03-13 16:00", 1}} {
		at(c.when)
		remind(t, w)
		if reminded, _ := steps(t, w); reminded != c.want {
			t.Errorf("%s: %d reminded", c.when, reminded)
		}
	}
}
