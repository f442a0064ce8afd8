package reimbursements_test

import (
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/riverqueue/river"

	"hoten/app/access"
	"hoten/app/apptest"
	"hoten/app/cases"
	"hoten/app/incidents"
	"hoten/app/jobs"
	"hoten/app/reimbursements"
	"hoten/app/store"
)

// batch approves a selection to its end and tells what became of each: "2 posted".
func batch(t testing.TB, w *apptest.World, by access.Actor, once string, ids ...int64) string {
	t.Helper()
	j, err := reimbursements.ApproveSeen(w.Ctx, w.Store, by, asShown(t, w, by, ids...), once)
	if err != nil {
		t.Fatal(err)
	}
	w.Work()
	return outcomes(t, w, j.ID)
}

// asShown are proposals as the step before a batch shows them; those that do not wait as if
// they were posted.
func asShown(t testing.TB, w *apptest.World, by access.Actor, ids ...int64) []cases.AsShown {
	t.Helper()
	v, err := reimbursements.PreviewApprovals(store.Read(w.Ctx, w.Store), w.Vault, by, ids)
	if err != nil {
		t.Fatal(err)
	}
	marks := map[int64]uint32{}
	for _, r := range v.Shown {
		marks[r.ID] = r.Mark
	}
	ids = slices.Compact(slices.Sorted(slices.Values(ids)))
	out := make([]cases.AsShown, len(ids))
	for i, id := range ids {
		out[i] = cases.AsShown{ID: id, Mark: 1}
		if mark, waits := marks[id]; waits {
			out[i].Mark = mark
		}
	}
	return out
}

func outcomes(t testing.TB, w *apptest.World, job int64) string {
	t.Helper()
	rows, err := reimbursements.Outcomes(store.Read(w.Ctx, w.Store), job, -1, 0, 100)
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	for _, o := range rows {
		said := "open"
		if o.State != nil {
			said = *o.State
		} else if o.Code != nil {
			said = *o.Code
		}
		out = append(out, fmt.Sprint(o.ReimbursementID, " ", said))
	}
	return strings.Join(out, ", ")
}

func wants(t testing.TB, what, got, want string) {
	t.Helper()
	if got != want {
		t.Errorf("%s: %s, want %s", what, got, want)
	}
}

// Only what this very supervisor has looked at is approved together.
func TestOnlyWhatWasLookedAtIsApproved(t *testing.T) {
	w, of := importLosses(t, small, small, small, large)
	for _, c := range of {
		propose(t, w, w.Agent, c)
	}
	lookAt(t, w, w.Supervisor, 1, 4)
	lookAt(t, w, w.Supervisor2, 2, 3) // what another has looked at counts for nobody else
	lookAt(t, w, w.Agent2, 2)
	wants(t, "first", batch(t, w, w.Supervisor, "a", 1, 2, 3, 4, 99, 99, -1), "-1 not_found, 2 not_looked_at, 3 not_looked_at, 99 not_found, 4 submitted, 1 posted")
	if n := count(t, w, "select count(*) from audit_entries where action = 'reimbursement.approved.refused'"); n != 1 {
		t.Errorf("%d refused attempts are noted, want one for all that were not looked at", n)
	}
	lookAt(t, w, w.Supervisor, 3)
	wants(t, "second", batch(t, w, w.Supervisor, "b", 2, 3, 4), "2 not_looked_at, 4 already_approved, 3 posted")
	books(t, w)
	if n := count(t, w, "select count(*) from reimbursement_looks where staff_id = $1", w.Agent2.ID); n != 0 {
		t.Error("whoever may not decide has looked")
	}
}

// A look at a plan that has changed since is none, and neither is one at what it was
// meanwhile.
func TestStaleLookDoesNotCount(t *testing.T) {
	w, of := importLosses(t, small, small)
	for _, c := range of {
		propose(t, w, w.Agent, c)
	}
	lookAt(t, w, w.Supervisor, 1)
	find := func(i int, finding string) {
		t.Helper()
		if _, err := reimbursements.DecideFinding(w.Ctx, w.Store, w.Supervisor2, of[i].ID, fmt.Sprint("E", i), finding, "確認"); err != nil {
			t.Fatal(err)
		}
	}
	find(0, incidents.Own)
	find(1, incidents.Own)
	lookAt(t, w, w.Supervisor, 2)
	find(1, incidents.Confirmed)
	wants(t, "stale", batch(t, w, w.Supervisor, "a", 1, 2), "1 plan_changed, 2 not_looked_at")
	lookAt(t, w, w.Supervisor, 2)
	wants(t, "looked at again", batch(t, w, w.Supervisor, "b", 1, 2), "1 plan_changed, 2 posted")
	wants(t, "once more", batch(t, w, w.Supervisor, "c", 2), "2 already_decided")
	books(t, w)
}

// One's own work is refused inside a batch as anywhere else, and the rest goes on.
func TestSelfApprovalInABatch(t *testing.T) {
	w, of := importLosses(t, small, small, small)
	propose(t, w, w.Supervisor, of[0])
	if _, err := reimbursements.AddAdjustment(w.Ctx, w.Store, w.Supervisor, of[1].ID, "goo", 5, "端数"); err != nil {
		t.Fatal(err)
	}
	propose(t, w, w.Agent, of[1])
	propose(t, w, w.Agent, of[2])
	lookAt(t, w, w.Supervisor, 1, 2, 3)
	wants(t, "own", batch(t, w, w.Supervisor, "a", 1, 2, 3), "1 self_approval, 2 self_approval, 3 posted")
	books(t, w)
}

func TestWhoMayApproveABatch(t *testing.T) {
	w, of := importLosses(t, small)
	propose(t, w, w.Agent2, of[0])
	for role, by := range w.People() {
		if by.May(access.Decide) {
			continue
		}
		_, err := reimbursements.ApproveSeen(w.Ctx, w.Store, by, asShown(t, w, by, 1), "x")
		refusedAs(t, err, "forbidden")
		if n := count(t, w, "select count(*) from jobs"); n != 0 {
			t.Errorf("%s began a batch", role)
		}
	}
	_, err := reimbursements.ApproveSeen(w.Ctx, w.Store, w.Supervisor, nil, "x")
	refusedAs(t, err, "nothing_chosen")
	_, err = reimbursements.ApproveSeen(w.Ctx, w.Store, w.Supervisor, asShown(t, w, w.Supervisor, 1), strings.Repeat("x", 65))
	refusedAs(t, err, "invalid")
	many := make([]cases.AsShown, reimbursements.MostChosen+1)
	for i := range many {
		many[i].ID = int64(i + 1)
	}
	_, err = reimbursements.ApproveSeen(w.Ctx, w.Store, w.Supervisor, many, "x")
	refusedAs(t, err, "too_many_chosen")
}

// What the step said would only wait for another approval is not posted by a batch, when
// somebody else approved it meanwhile, and the other way round.
func TestABatchPostsWhatItSaid(t *testing.T) {
	w, of := importLosses(t, small, large)
	for _, c := range of {
		propose(t, w, w.Agent, c)
	}
	lookAt(t, w, w.Supervisor, 1, 2)
	shown := asShown(t, w, w.Supervisor, 1, 2)
	if _, err := reimbursements.Approve(w.Ctx, w.Store, w.Supervisor2, 2); err != nil {
		t.Fatal(err)
	}
	j, err := reimbursements.ApproveSeen(w.Ctx, w.Store, w.Supervisor, shown, "a")
	if err != nil {
		t.Fatal(err)
	}
	w.Work()
	wants(t, "the batch", outcomes(t, w, j.ID), "2 changed_since_shown, 1 posted")
	wants(t, "shown anew", batch(t, w, w.Supervisor, "b", 2), "2 posted")
}

// Two supervisors approve the same selection at once, and each of them clicks twice.
func TestBatchesAtOnce(t *testing.T) {
	const n = 120
	losses := make([]loss, n)
	for i := range losses {
		losses[i] = small
	}
	w, of := importLosses(t, losses...)
	ids := make([]int64, n)
	for i, c := range of {
		ids[i] = propose(t, w, w.Agent, c).ID
	}
	lookAt(t, w, w.Supervisor, ids...)
	lookAt(t, w, w.Supervisor2, ids...)
	begun := make([]*jobs.Job, 4)
	var wg sync.WaitGroup
	for i := range begun {
		wg.Go(func() {
			by := []access.Actor{w.Supervisor, w.Supervisor2}[i/2]
			j, err := reimbursements.ApproveSeen(w.Ctx, w.Store, by, asShown(t, w, by, ids...), "once")
			if err != nil {
				t.Error(err)
			}
			begun[i] = j
		})
	}
	wg.Wait()
	if t.Failed() || begun[0].ID != begun[1].ID || begun[2].ID != begun[3].ID || begun[0].ID == begun[2].ID {
		t.Fatalf("two clicks are two batches: %+v", begun)
	}
	for range 2 {
		wg.Go(w.Work)
	}
	wg.Wait()
	posted := int64(0)
	for _, j := range []*jobs.Job{begun[0], begun[2]} {
		refused, awaiting, done, err := reimbursements.Tally(store.Read(w.Ctx, w.Store), j.ID)
		if err != nil || refused+done != n || awaiting != 0 {
			t.Errorf("batch %d: %d refused, %d awaiting, %d posted, %v", j.ID, refused, awaiting, done, err)
		}
		if c := count(t, w, "select count(*) from approval_results where job_id = $1 and code is not null and code <> 'already_decided'", j.ID); c != 0 {
			t.Errorf("batch %d: %d refused for another reason", j.ID, c)
		}
		now, err := jobs.ByID(store.Read(w.Ctx, w.Store), j.ID)
		if err != nil || now.State != jobs.Done || now.Processed != n || now.Failed != refused {
			t.Errorf("%+v, %v", now, err)
		}
		posted += done
	}
	if posted != n || count(t, w, "select count(*) from approvals") != n {
		t.Errorf("%d posted", posted)
	}
	books(t, w)
}

func jobOf(id int64) *river.Job[reimbursements.ApproveSeenArgs] {
	return &river.Job[reimbursements.ApproveSeenArgs]{Args: reimbursements.ApproveSeenArgs{JobID: id}}
}

// asOwner runs statements that the program itself may not.
func asOwner(t *testing.T, w *apptest.World) func(statement string) {
	return func(statement string) {
		t.Helper()
		apptest.AsOwner(t, w.Store, statement)
	}
}

// A database that goes away refuses nothing: what it was not asked about is approved
// when it is back. What it will never take is refused.
func TestABatchOutlastsItsDatabase(t *testing.T) {
	w, of := importLosses(t, small, small, large)
	for _, c := range of {
		propose(t, w, w.Agent, c)
	}
	lookAt(t, w, w.Supervisor, 1, 2, 3)
	j, err := reimbursements.ApproveSeen(w.Ctx, w.Store, w.Supervisor, asShown(t, w, w.Supervisor, 1, 2, 3), "a")
	if err != nil {
		t.Fatal(err)
	}
	owner, work := asOwner(t, w), &reimbursements.ApproveSeenWorker{Store: w.Store}
	fail := func(code string) {
		owner(`create or replace function fail() returns trigger language plpgsql as $$ begin
				if new.reimbursement_id = 2 then raise exception 'no' using errcode = '` + code + `'; end if; return new; end $$;
			create or replace trigger fail before insert on approvals for each row execute function fail()`)
	}
	fail("57P01")
	if err := work.Work(w.Ctx, jobOf(j.ID)); err == nil {
		t.Fatal("nobody notices")
	}
	wants(t, "away", outcomes(t, w, j.ID), "3 submitted, 1 posted, 2 open")
	fail("23514")
	if err := work.Work(w.Ctx, jobOf(j.ID)); err != nil {
		t.Fatal(err)
	}
	wants(t, "refused", outcomes(t, w, j.ID), "2 internal, 3 submitted, 1 posted")
	now, err := jobs.ByID(store.Read(w.Ctx, w.Store), j.ID)
	if err != nil || now.State != jobs.Done || now.Processed != 3 || now.Failed != 1 {
		t.Errorf("%+v, %v", now, err)
	}
	books(t, w)
}

// A program that dies between an approval and its count leaves a batch that goes on:
// what was approved is never shown as refused.
func TestABatchGoesOnAfterACrash(t *testing.T) {
	w, of := importLosses(t, small, small, large)
	for _, c := range of {
		propose(t, w, w.Agent, c)
	}
	lookAt(t, w, w.Supervisor, 1, 2, 3)
	j, err := reimbursements.ApproveSeen(w.Ctx, w.Store, w.Supervisor, asShown(t, w, w.Supervisor, 1, 2, 3, 99), "a")
	if err != nil {
		t.Fatal(err)
	}
	owner := asOwner(t, w)
	owner(`create function die() returns trigger language plpgsql as $$ begin raise exception 'dead'; end $$;
		create trigger die before update on jobs for each row execute function die()`)
	work := &reimbursements.ApproveSeenWorker{Store: w.Store}
	if err := work.Work(w.Ctx, jobOf(j.ID)); err == nil {
		t.Fatal("it lives")
	}
	wants(t, "dead", outcomes(t, w, j.ID), "3 submitted, 1 posted, 2 posted, 99 open")
	owner("drop trigger die on jobs")
	if err := work.Work(w.Ctx, jobOf(j.ID)); err != nil {
		t.Fatal(err)
	}
	wants(t, "again", outcomes(t, w, j.ID), "99 not_found, 3 submitted, 1 posted, 2 posted")
	now, err := jobs.ByID(store.Read(w.Ctx, w.Store), j.ID)
	if err != nil || now.State != jobs.Done || now.Processed != 4 || now.Failed != 1 {
		t.Errorf("%+v, %v", now, err)
	}
	books(t, w)
}

// Whoever is disabled or demoted while their jobs run does no more by them.
func TestJobsEndWithTheRight(t *testing.T) {
	reimbursements.ChunksOf(t, 1)
	for _, leaves := range []string{"disabled_at = now()", "role = 'auditor'"} {
		t.Run(leaves, func(t *testing.T) {
			w, of := importLosses(t, small, small, small)
			owner := asOwner(t, w)
			leave := func(table, column string) {
				owner(fmt.Sprintf(`create function leave_%[1]s() returns trigger language plpgsql as $$ begin
						update staff set %[3]s where id = new.%[2]s; return null; end $$;
					create trigger leave after insert on %[1]s for each row execute function leave_%[1]s()`, table, column, leaves))
			}
			ended := func(j *jobs.Job) {
				t.Helper()
				now, err := jobs.ByID(store.Read(w.Ctx, w.Store), j.ID)
				if err != nil || now.State != jobs.Failed || now.Processed != 1 {
					t.Errorf("%+v, %v", now, err)
				}
			}
			for _, c := range of[1:] {
				propose(t, w, w.Agent, c)
			}
			lookAt(t, w, w.Supervisor, 1, 2)
			leave("approvals", "staff_id")
			j, err := reimbursements.ApproveSeen(w.Ctx, w.Store, w.Supervisor, asShown(t, w, w.Supervisor, 1, 2), "a")
			if err != nil {
				t.Fatal(err)
			}
			w.Work()
			wants(t, "approving", outcomes(t, w, j.ID), "1 posted, 2 open")
			ended(j)

			w.Import(files(3, []loss{small}))
			leave("reimbursements", "proposer_id")
			if j, err = reimbursements.ProposeAll(w.Ctx, w.Store, w.Agent2, apptest.Reference); err != nil {
				t.Fatal(err)
			}
			w.Work()
			if n := count(t, w, "select count(*) from reimbursements"); n != 3 {
				t.Errorf("%d proposals, want one more than 2", n)
			}
			ended(j)
		})
	}
}
