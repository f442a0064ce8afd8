package app_test

import (
	"compress/gzip"
	"database/sql"
	"io"
	"os"
	"slices"
	"testing"
	"time"

	"hoten/app/access"
	"hoten/app/apptest"
	"hoten/app/audit"
	"hoten/app/callbacks"
	"hoten/app/cases"
	"hoten/app/fault"
	"hoten/app/jobs"
	"hoten/app/ledger"
	"hoten/app/members"
	"hoten/app/reimbursements"
	"hoten/app/resets"
	"hoten/app/staff"
	"hoten/app/store"
)

// opened opens a database of an earlier release in the middle of its work, with the
// present program: testdata/NAME.sql.gz is a dump of it, under the keys of tests.
func opened(t *testing.T, name string) (w *apptest.World, decided func() string) {
	t.Helper()
	address := apptest.EmptyDatabase(t)
	file, err := os.Open("testdata/" + name + ".sql.gz")
	must(t, err)
	defer file.Close()
	unpacked, err := gzip.NewReader(file)
	must(t, err)
	dump, err := io.ReadAll(unpacked)
	must(t, err)
	owner, err := sql.Open("pgx", address+"&default_query_exec_mode=simple_protocol")
	must(t, err)
	t.Cleanup(func() { owner.Close() })
	_, err = owner.Exec(string(dump) + "; reset search_path")
	must(t, err)
	decided = func() (all string) {
		// What people decided, table by table.
		const q = `select string_agg(x, E'\n') from (
			select format('case %s %s %s %s %s', c.id, status, class, reimbursement_state, coalesce(to_jsonb(c) ->> 'impostor_at', to_jsonb(i) ->> 'impostor_at')) x
				from cases c join identities i on i.id = c.identity_id
			union all select format('finding %s %s %s', movement_id, finding, to_jsonb(m) ->> 'doubled') from movements m
			union all select format('proposal %s %s %s %s', id, state, proposer_id, transfer_id) from reimbursements
			union all select format('approval %s %s %s', reimbursement_id, staff_id, voided_at) from approvals
			union all select format('adjustment %s %s', case_id, points) from adjustments
			union all select format('balance %s %s %s', identity_id, program_id, balance) from accounts
			union all select format('callback %s %s %s', case_id, state, due_at) from callbacks
			union all select format('call %s %s %s %s', id, level, outcome, ended_at) from calls
			union all select format('link %s %s', identity_id, expires_at) from reset_links
			union all select format('mail %s %s %s', id, kind, state) from mails
			union all select format('service %s %s', service, state) from service_statuses
			union all select format('token %s %s', staff_id, revoked_at) from api_tokens
			union all select format('entry %s %s %s', action, subject, encode(mac, 'hex')) from audit_entries
			union all select format('representative %s %s', case_id, relation) from representatives
			order by 1) s`
		must(t, owner.QueryRow(q).Scan(&all))
		return all
	}
	before := decided()
	must(t, store.Migrate(t.Context(), address))
	if after := decided(); after != before {
		t.Errorf("migrating changed what was decided:\n%s\nbefore:\n%s", after, before)
	}
	clock := &apptest.Clock{}
	clock.Set(apptest.Start.Add(time.Minute))
	w = &apptest.World{T: t, Ctx: t.Context(), Store: apptest.Open(t, address, clock.Now), Clock: clock}
	for email, to := range map[string]*access.Actor{"agent@hoten.example": &w.Agent, "agent2@hoten.example": &w.Agent2, "supervisor@hoten.example": &w.Supervisor,
		"supervisor2@hoten.example": &w.Supervisor2, "manager@hoten.example": &w.Manager} {
		account, err := staff.ByEmail(store.Read(w.Ctx, w.Store), email)
		must(t, err)
		*to = account.Actor("console")
	}
	return w, decided
}

// What the first release left unfinished goes on, and nothing is lost.
func TestFirstReleaseGoesOn(t *testing.T) {
	w, decided := opened(t, "release-1")
	db := store.Read(w.Ctx, w.Store)
	caseOf := func(i int) *cases.Case { return w.Case(apptest.LossLogin(i)) }
	notes := func() (out []string) {
		events, err := cases.Events(db, caseOf(0).ID, []string{cases.Note, cases.Represented}, 0, 50)
		must(t, err)
		for _, e := range events {
			plain, err := e.PlainText(w.Vault)
			must(t, err)
			out = append(out, plain)
		}
		return out
	}
	want := []string{"委任状を確認", "午後は不在", "折り返しを希望"}
	if got := notes(); !slices.Equal(got, want) {
		t.Errorf("texts: %q", got)
	}
	before := decided()
	must(t, cases.Reseal(w.Ctx, w.Store))
	must(t, members.Complete(w.Ctx, w.Store))
	if got := notes(); !slices.Equal(got, want) {
		t.Errorf("texts sealed again: %q", got)
	}
	if decided() != before {
		t.Error("completing what the release kept changed what was decided")
	}
	if ids, _, err := members.Search(db, w.Vault, "N000000003", members.MaxHits); err != nil || len(ids) != 1 {
		t.Errorf("a customer number finds %v, %v", ids, err)
	}

	// The second of two approvals posts the plan; the trail and the ledger are whole.
	r, err := store.Find[reimbursements.Reimbursement](db, "case_id = ?", caseOf(2).ID)
	must(t, err)
	if posted, err := reimbursements.Approve(w.Ctx, w.Store, w.Supervisor2, r.ID); err != nil || posted.State != reimbursements.Posted {
		t.Errorf("%+v, %v", posted, err)
	}
	if off, err := ledger.Check(db); off != "" || err != nil {
		t.Errorf("ledger: %s %v", off, err)
	}
	if _, err := audit.SealAll(w.Ctx, w.Store, t.TempDir()+"/head.json"); err != nil {
		t.Error(err)
	}
	if report, err := audit.Verify(w.Ctx, w.Store, t.TempDir()+"/head.json"); err != nil || report.Broken != "" {
		t.Errorf("trail: %+v, %v", report, err)
	}

	// A verified call still holds, a suspicion still blocks, a promised callback waits.
	w.Clock.Add(time.Minute)
	if _, err := resets.Send(w.Ctx, w.Store, w.Agent, caseOf(5).ID, ""); err != nil {
		t.Errorf("a link in the call of before: %v", err)
	}
	if _, err := cases.Reveal(w.Ctx, w.Store, w.Supervisor, caseOf(6).ID, "確認"); err == nil {
		t.Error("a suspected impostor's case was revealed")
	}
	if back, err := callbacks.OfCase(db, caseOf(8).ID); err != nil || back == nil || back.State != callbacks.Open {
		t.Errorf("callback: %+v, %v", back, err)
	}

	// A job that was queued and never begun is done.
	must(t, jobs.Recover(w.Ctx, w.Store, reimbursements.Unfinished))
	w.Work()
	job, err := store.Find[jobs.Job](db, "kind = ?", reimbursements.ProposeAllArgs{}.Kind())
	must(t, err)
	if open := w.Number("select count(*) from cases where reimbursement_state is null and class in ('A', 'B', 'C')"); job.State != jobs.Done || open != 0 {
		t.Errorf("%+v, %d cases without a proposal", job, open)
	}
}

// What the release before left unfinished goes on, and what its people decided stands:
// corrections, doubles, an added ID, a second incident of the same IDs.
func TestReleaseBeforeGoesOn(t *testing.T) {
	w, decided := opened(t, "release-2")
	db := store.Read(w.Ctx, w.Store)
	before := decided()
	must(t, cases.Reseal(w.Ctx, w.Store))
	must(t, members.Complete(w.Ctx, w.Store))
	if decided() != before {
		t.Error("completing what the release kept changed what was decided")
	}
	find := func(login string) *cases.Case {
		t.Helper()
		of := w.ID(login)
		c, err := store.Find[cases.Case](db.Order("id").Limit(1), "identity_id = ?", of.ID)
		must(t, err)
		return c
	}
	latest := func(login string) int64 {
		t.Helper()
		r, err := store.Find[reimbursements.Reimbursement](db.Order("id desc").Limit(1), "case_id = ?", find(login).ID)
		must(t, err)
		return r.ID
	}
	goo := func(login string) int64 {
		return w.Number("select balance from accounts a join programs p on p.id = a.program_id where p.code = 'goo' and a.identity_id = $1", w.ID(login).ID)
	}
	approve := func(by access.Actor, login string) {
		t.Helper()
		if r, err := reimbursements.Approve(w.Ctx, w.Store, by, latest(login)); err != nil || r.State != reimbursements.Posted {
			t.Errorf("%s: %+v, %v", login, r, err)
		}
	}
	// What was dated after the balances is posted now, once; a request that rests on less is
	// not approved any more.
	for range 2 {
		must(t, reimbursements.CatchUp(w.Ctx, w.Store))
	}
	if n := w.Number("select count(*) from postings p join accounts a on a.id = p.account_id where p.purpose = 'moved' and a.identity_id is not null and p.points = 300"); n != 2 {
		t.Errorf("%d later movements posted", n)
	}
	// The second of two approvals posts the plan.
	approve(w.Supervisor2, apptest.LossLogin(2))
	// What a late cancellation gave back is taken back, proposed anew; then the member has
	// what was there before the incident, as the others have.
	if _, err := reimbursements.Approve(w.Ctx, w.Store, w.Supervisor, latest(apptest.LossLogin(1))); !fault.Is(err, "plan_changed") {
		t.Errorf("a correction of before: %v", err)
	}
	if _, err := reimbursements.Return(w.Ctx, w.Store, w.Supervisor, latest(apptest.LossLogin(1)), "再計算"); err != nil {
		t.Error(err)
	}
	for i := range 2 {
		login := apptest.LossLogin(i)
		if _, err := reimbursements.Propose(w.Ctx, w.Store, w.Agent, find(login).ID, ""); err != nil {
			t.Errorf("correction of %s: %v", login, err)
			continue
		}
		approve(w.Supervisor, login)
		if got, right := goo(login), goo(apptest.LossLogin(2)); got != right {
			t.Errorf("%s has %d, others %d", login, got, right)
		}
	}
	if off, err := ledger.Check(db); off != "" || err != nil {
		t.Errorf("ledger: %s %v", off, err)
	}
}
