package reimbursements_test

import (
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"hoten/app/access"
	"hoten/app/apptest"
	"hoten/app/cases"
	"hoten/app/fault"
	"hoten/app/incidents"
	"hoten/app/policies"
	"hoten/app/reimbursements"
	"hoten/app/staff"
	"hoten/app/store"
)

func propose(t testing.TB, w *apptest.World, by access.Actor, c *cases.Case) *reimbursements.Reimbursement {
	t.Helper()
	r, err := reimbursements.Propose(w.Ctx, w.Store, by, c.ID, "")
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func approve(t testing.TB, w *apptest.World, by access.Actor, id int64) *reimbursements.Reimbursement {
	t.Helper()
	r, err := reimbursements.Approve(w.Ctx, w.Store, by, id)
	if err != nil {
		t.Fatal(err)
	}
	return r.Reimbursement
}

// try approves where a refusal is expected.
func try(w *apptest.World, by access.Actor, id int64) error {
	_, err := reimbursements.Approve(w.Ctx, w.Store, by, id)
	return err
}

func whole(t testing.TB, w *apptest.World, c *cases.Case, l loss) {
	t.Helper()
	talk, goo := balances(t, w, c)
	if wantT, wantG := l.whole(); talk != wantT || goo != wantG {
		t.Fatalf("balances %d %d, whole is %d %d", talk, goo, wantT, wantG)
	}
}

func TestOneApprovalPostsASmallPlan(t *testing.T) {
	w, of := importLosses(t, small)
	r := propose(t, w, w.Agent, of[0])
	if r.ApprovalsNeeded != 1 {
		t.Fatalf("%+v", r)
	}
	if r = approve(t, w, w.Supervisor, r.ID); r.State != reimbursements.Posted || r.TransferID == nil {
		t.Fatalf("%+v", r)
	}
	whole(t, w, of[0], small)
	books(t, w)
	refusedAs(t, try(w, w.Supervisor2, r.ID), "already_decided")
	_, err := reimbursements.Return(w.Ctx, w.Store, w.Supervisor2, r.ID, "遅すぎる")
	refusedAs(t, err, "already_decided")
	_, err = reimbursements.Reject(w.Ctx, w.Store, w.Supervisor2, r.ID, "duplicate")
	refusedAs(t, err, "already_decided")
	_, err = reimbursements.Withdraw(w.Ctx, w.Store, w.Agent, r.ID, "遅すぎる")
	refusedAs(t, err, "already_decided")
	// Nothing is left to propose, also after the same files came again.
	w.Import(files(0, []loss{small}))
	_, err = reimbursements.Propose(w.Ctx, w.Store, w.Agent, of[0].ID, "")
	refusedAs(t, err, "plan_empty")
	whole(t, w, of[0], small)
}

// The proposer never approves, in whatever role by then.
func TestSelfApproval(t *testing.T) {
	w, of := importLosses(t, small, small, small)
	r := propose(t, w, w.Supervisor, of[0])
	refusedAs(t, try(w, w.Supervisor, r.ID), "self_approval")
	if results, err := reimbursements.ApproveMany(w.Ctx, w.Store, w.Supervisor, []int64{r.ID}); err != nil || !fault.Is(results[0].Err, "self_approval") {
		t.Fatalf("%+v %v", results, err)
	}
	_, err := reimbursements.Reject(w.Ctx, w.Store, w.Supervisor, r.ID, "duplicate")
	refusedAs(t, err, "self_approval")
	_, err = reimbursements.Return(w.Ctx, w.Store, w.Supervisor, r.ID, "直す")
	refusedAs(t, err, "self_approval")

	// An agent who is made a manager afterwards is still the proposer.
	r = propose(t, w, w.Agent, of[1])
	refusedAs(t, try(w, w.Agent, r.ID), "forbidden")
	role := access.CenterManager
	changed, err := staff.Update(w.Ctx, w.Store, w.Administrator, w.Agent.ID, staff.Change{Role: &role})
	if err != nil {
		t.Fatal(err)
	}
	refusedAs(t, try(w, changed.Actor("console"), r.ID), "self_approval")

	// Who wrote an adjustment wrote part of the plan.
	if _, err := reimbursements.AddAdjustment(w.Ctx, w.Store, w.Supervisor2, of[2].ID, "goo", 10, "端数"); err != nil {
		t.Fatal(err)
	}
	r = propose(t, w, w.Agent2, of[2])
	refusedAs(t, try(w, w.Supervisor2, r.ID), "self_approval")
	approve(t, w, w.Supervisor, r.ID)
	if r = approve(t, w, w.Manager, r.ID); r.State != reimbursements.Posted {
		t.Fatalf("%+v", r)
	}
	if n := count(t, w, "select count(*) from audit_entries where action like '%.refused' and after->>'code' = 'self_approval'"); n != 6 {
		t.Fatalf("%d refused self-approvals in the audit trail, want 6", n)
	}
	if n := count(t, w, "select count(*) from audit_entries where action = 'reimbursement.approved.refused' and after->>'code' = 'forbidden' and actor_id = $1", w.Agent.ID); n != 1 {
		t.Fatalf("the agent's attempt stands %d times in the audit trail", n)
	}
}

func TestTwoApprovalsAboveTheThreshold(t *testing.T) {
	w, of := importLosses(t, large)
	r := propose(t, w, w.Agent, of[0])
	if r.ApprovalsNeeded != 2 {
		t.Fatalf("%+v", r)
	}
	if r = approve(t, w, w.Supervisor, r.ID); r.State != reimbursements.Submitted {
		t.Fatalf("after one of two: %+v", r)
	}
	if talk, goo := balances(t, w, of[0]); talk != large.talk || goo != large.goo {
		t.Fatal("one of two approvals moved points")
	}
	refusedAs(t, try(w, w.Supervisor, r.ID), "already_approved")
	if r = approve(t, w, w.Supervisor2, r.ID); r.State != reimbursements.Posted {
		t.Fatalf("after two: %+v", r)
	}
	whole(t, w, of[0], large)
}

// Exactly the threshold is not above it.
func TestThresholdHoldsForLaterProposalsOnly(t *testing.T) {
	at := loss{sent: 25_000, received: 5000, exchanged: 5000}
	above := loss{sent: 25_005, received: 5001, exchanged: 5001}
	w, of := importLosses(t, at, above, at, above)
	first, second := propose(t, w, w.Agent, of[0]), propose(t, w, w.Agent, of[1])
	if first.ApprovalsNeeded != 1 || second.ApprovalsNeeded != 2 {
		t.Fatalf("%d and %d approvals", first.ApprovalsNeeded, second.ApprovalsNeeded)
	}
	for _, threshold := range []int64{10, 100_000} {
		p := policies.Default()
		p.Thresholds = map[string]int64{"goo": threshold, "pointtalk": threshold}
		if err := policies.Set(w.Ctx, w.Store, w.Manager, w.PolicyVersion(), p, "試行"); err != nil {
			t.Fatal(err)
		}
		c := of[2]
		want := int16(2)
		if threshold > 10 {
			c, want = of[3], 1
		}
		if r := propose(t, w, w.Agent, c); r.ApprovalsNeeded != want {
			t.Fatalf("threshold %d: %d approvals", threshold, r.ApprovalsNeeded)
		}
	}
	if r := approve(t, w, w.Supervisor, first.ID); r.State != reimbursements.Posted {
		t.Fatalf("%+v", r)
	}
	if r := approve(t, w, w.Supervisor, second.ID); r.State != reimbursements.Submitted {
		t.Fatalf("%+v", r)
	}
	if n := count(t, w, "select count(*) from audit_entries where action = 'policies.set'"); n != 2 {
		t.Fatalf("%d changes of policy in the audit trail", n)
	}
}

// Any change after submission voids approvals, and the plan that was looked at is
// the only one that is posted.
func TestChangeAfterSubmission(t *testing.T) {
	w, of := importLosses(t, large, large)
	r := propose(t, w, w.Agent, of[0])
	approve(t, w, w.Supervisor, r.ID)
	if _, err := reimbursements.DecideFinding(w.Ctx, w.Store, w.Supervisor, of[0].ID, "E0", incidents.Own, "会員本人が交換"); err != nil {
		t.Fatal(err)
	}
	if n := count(t, w, "select count(*) from approvals where reimbursement_id = $1 and voided_at is null", r.ID); n != 0 {
		t.Fatal("the approval stands after a finding")
	}
	if c := w.Case(login(0)); *c.Class != "A" {
		t.Fatalf("class %s", *c.Class)
	}
	refusedAs(t, try(w, w.Supervisor2, r.ID), "plan_changed")
	// The finding back where it was: the same plan, but its approvals stay void, and who
	// made a loss of it is an author.
	if _, err := reimbursements.DecideFinding(w.Ctx, w.Store, w.Supervisor2, of[0].ID, "E0", incidents.Confirmed, "誤記の訂正"); err != nil {
		t.Fatal(err)
	}
	refusedAs(t, try(w, w.Supervisor2, r.ID), "self_approval")
	if r = approve(t, w, w.Manager, r.ID); r.State != reimbursements.Submitted {
		t.Fatalf("%+v", r)
	}
	if r = approve(t, w, w.Supervisor, r.ID); r.State != reimbursements.Posted {
		t.Fatalf("who approved before looks again: %+v", r)
	}
	whole(t, w, of[0], large)

	r = propose(t, w, w.Agent, of[1])
	approve(t, w, w.Supervisor, r.ID)
	if _, err := reimbursements.AddAdjustment(w.Ctx, w.Store, w.Agent2, of[1].ID, "goo", 5, "端数"); err != nil {
		t.Fatal(err)
	}
	refusedAs(t, try(w, w.Supervisor2, r.ID), "plan_changed")
	if _, err := reimbursements.Return(w.Ctx, w.Store, w.Supervisor2, r.ID, "計画が変わった"); err != nil {
		t.Fatal(err)
	}
	if r = propose(t, w, w.Agent, of[1]); r.ApprovalsNeeded != 2 {
		t.Fatalf("%+v", r)
	}
}

// A transfer and its exchange that end in two plans pay one loss once.
func TestTwoPlansPayOneLossOnce(t *testing.T) {
	l := loss{sent: 5000, received: 1000, exchanged: 1000}
	w, of := importLosses(t, l)
	if _, err := reimbursements.DecideFinding(w.Ctx, w.Store, w.Supervisor, of[0].ID, "E0", incidents.Own, "本人と申告"); err != nil {
		t.Fatal(err)
	}
	approve(t, w, w.Supervisor2, propose(t, w, w.Agent, of[0]).ID)
	if n := count(t, w, "select points from reimbursement_lines where kind = 'absorb'"); n != 1000 {
		t.Fatalf("absorbed %d", n)
	}
	if _, err := reimbursements.DecideFinding(w.Ctx, w.Store, w.Supervisor, of[0].ID, "E0", incidents.Confirmed, "本人でなかった"); err != nil {
		t.Fatal(err)
	}
	approve(t, w, w.Supervisor2, propose(t, w, w.Agent, of[0]).ID)
	whole(t, w, of[0], l)
	books(t, w)
}

func TestPendingIsNamed(t *testing.T) {
	w, of := importLosses(t, small)
	first := propose(t, w, w.Agent, of[0])
	_, err := reimbursements.Propose(w.Ctx, w.Store, w.Agent2, of[0].ID, "")
	if f := refusedAs(t, err, "proposal_pending"); fmt.Sprint(f.Args) != fmt.Sprint([]any{"id", first.ID}) {
		t.Fatalf("args %v", f.Args)
	}
	// A case is not closed over it.
	c, done := w.Case(login(0)), cases.Completed
	_, err = cases.Update(w.Ctx, w.Store, w.Agent, c.ID, cases.Change{Status: &done, Version: c.Version})
	refusedAs(t, err, "proposal_pending")
	_, err = reimbursements.Withdraw(w.Ctx, w.Store, w.Agent2, first.ID, "他人の申請")
	refusedAs(t, err, "not_the_proposer")
	if _, err := reimbursements.Withdraw(w.Ctx, w.Store, w.Agent, first.ID, "やり直す"); err != nil {
		t.Fatal(err)
	}
	if again := propose(t, w, w.Agent2, of[0]); again.ID == first.ID {
		t.Fatal("not a new proposal")
	}
}

// A plan that nobody but its authors could approve is refused when it is made.
func TestNoApprover(t *testing.T) {
	w, of := importLosses(t, large, small)
	disable := func(who access.Actor) {
		t.Helper()
		yes := true
		if _, err := staff.Update(w.Ctx, w.Store, w.Administrator, who.ID, staff.Change{Disabled: &yes}); err != nil {
			t.Fatal(err)
		}
	}
	disable(w.Supervisor2)
	_, err := reimbursements.Propose(w.Ctx, w.Store, w.Manager, of[0].ID, "")
	refusedAs(t, err, "no_approver")
	propose(t, w, w.Agent, of[0]) // the supervisor and the manager
	disable(w.Manager)
	_, err = reimbursements.Propose(w.Ctx, w.Store, w.Supervisor, of[1].ID, "")
	refusedAs(t, err, "no_approver")
	propose(t, w, w.Agent, of[1])
}

func TestDailyLimit(t *testing.T) {
	w, of := importLosses(t, small, small, small, small)
	p := policies.Default()
	p.DailyLimits = map[string]int64{"goo": 2 * small.exchanged}
	if err := policies.Set(w.Ctx, w.Store, w.Manager, w.PolicyVersion(), p, "試行"); err != nil {
		t.Fatal(err)
	}
	// Within one batch, too.
	results, err := reimbursements.ProposeMany(w.Ctx, w.Store, w.Agent, []int64{of[0].ID, of[1].ID, of[2].ID})
	if err != nil || results[0].Err != nil || results[1].Err != nil || !fault.Is(results[2].Err, "daily_limit") {
		t.Fatalf("%+v %v", results, err)
	}
	_, err = reimbursements.Propose(w.Ctx, w.Store, w.Agent, of[2].ID, "")
	refusedAs(t, err, "daily_limit")
	propose(t, w, w.Agent2, of[3]) // somebody else's day
	w.Clock.Add(24 * time.Hour)
	propose(t, w, w.Agent, of[2])
}

// An adjustment in a program that the incident is not about is refused.
func TestAdjustmentsOfOtherPrograms(t *testing.T) {
	w, of := importLosses(t, small)
	w.Number("with d as (delete from incident_programs where program_id = (select id from programs where code = 'pointtalk') returning 1) select count(*) from d")
	for program, want := range map[string]string{"pointtalk": "program_not_involved", "miles": "program_unknown", "goo": ""} {
		_, err := reimbursements.AddAdjustment(w.Ctx, w.Store, w.Agent, of[0].ID, program, 5, "端数")
		if f, ok := fault.As(err); (err == nil) != (want == "") || ok && (len(f.Fields) != 1 || f.Fields[0].Name != "program" || f.Fields[0].Code != want) {
			t.Errorf("%s: %v", program, err)
		}
	}
}

// What a proposal takes makes no room for others, in the limit and in what supervisors
// are shown, whether within one batch or later.
func TestNegativeAdjustmentsMakeNoRoom(t *testing.T) {
	for _, together := range []bool{true, false} {
		wealthy := small
		wealthy.goo = 1000 // else what is taken would be absorbed
		w, of := importLosses(t, wealthy, small, small)
		p := policies.Default()
		p.DailyLimits = map[string]int64{"goo": 2 * small.exchanged}
		if err := policies.Set(w.Ctx, w.Store, w.Manager, w.PolicyVersion(), p, "試行"); err != nil {
			t.Fatal(err)
		}
		if _, err := reimbursements.AddAdjustment(w.Ctx, w.Store, w.Supervisor2, of[0].ID, "goo", -small.exchanged, "二重の付与"); err != nil {
			t.Fatal(err)
		}
		ids := []int64{of[0].ID, of[1].ID, of[2].ID}
		var results []reimbursements.Result
		for part := range slices.Chunk(ids, map[bool]int{true: 3, false: 1}[together]) {
			some, err := reimbursements.ProposeMany(w.Ctx, w.Store, w.Agent, part)
			if err != nil {
				t.Fatal(err)
			}
			results = append(results, some...)
		}
		if results[0].Err != nil || results[1].Err != nil || !fault.Is(results[2].Err, "daily_limit") {
			t.Errorf("together %v: %+v", together, results)
		}
		today, err := reimbursements.DayTotals(store.Read(w.Ctx, w.Store), w.Store)
		if err != nil || len(today) != 1 || today[0].Pending != 2*small.exchanged {
			t.Errorf("together %v: shown %+v, %v", together, today, err)
		}
	}
}

// Two at once do not count past each other.
func TestDailyLimitHoldsAtOnce(t *testing.T) {
	losses := make([]loss, 12)
	for i := range losses {
		losses[i] = small
	}
	w, of := importLosses(t, losses...)
	p := policies.Default()
	p.DailyLimits = map[string]int64{"goo": 3 * small.exchanged}
	if err := policies.Set(w.Ctx, w.Store, w.Manager, w.PolicyVersion(), p, "試行"); err != nil {
		t.Fatal(err)
	}
	var all sync.WaitGroup
	for _, c := range of {
		all.Go(func() { _, _ = reimbursements.Propose(w.Ctx, w.Store, w.Agent, c.ID, "") })
	}
	all.Wait()
	if n := count(t, w, "select count(*) from reimbursements"); n != 3 {
		t.Fatalf("%d proposals passed a limit of 3", n)
	}
}

// Each of a batch on its own, and in the order of the request.
func TestBatchWithMixedResults(t *testing.T) {
	w, of := importLosses(t, small, small, large, small, small)
	open, own, two := propose(t, w, w.Agent, of[0]), propose(t, w, w.Supervisor, of[1]), propose(t, w, w.Agent, of[2])
	done, changed := propose(t, w, w.Agent, of[3]), propose(t, w, w.Agent, of[4])
	approve(t, w, w.Supervisor, done.ID)
	if _, err := reimbursements.DecideFinding(w.Ctx, w.Store, w.Supervisor2, of[4].ID, "E4", incidents.Own, "本人"); err != nil {
		t.Fatal(err)
	}
	ids := []int64{changed.ID, done.ID, 4711, two.ID, own.ID, open.ID, open.ID}
	results, err := reimbursements.ApproveMany(w.Ctx, w.Store, w.Supervisor, ids)
	if err != nil {
		t.Fatal(err)
	}
	for i, code := range []string{"plan_changed", "already_decided", "not_found", "", "self_approval", "", ""} {
		if r := results[i]; r.ID != ids[i] || code == "" && r.Err != nil || code != "" && !fault.Is(r.Err, code) {
			t.Errorf("%d: %+v, want %q", i, r, code)
		}
	}
	if results[3].State != reimbursements.Submitted || results[5].State != reimbursements.Posted || results[6].State != reimbursements.Posted {
		t.Errorf("%+v", results)
	}
	whole(t, w, of[0], small)
	if _, err := reimbursements.ApproveMany(w.Ctx, w.Store, w.Agent, ids); !fault.Is(err, "forbidden") {
		t.Fatalf("an agent's batch: %v", err)
	}
	if n := count(t, w, "select count(*) from audit_entries where action = 'reimbursement.approved.refused' and actor_id = $1", w.Agent.ID); n != 1 {
		t.Fatalf("the agent's attempt stands %d times in the audit trail", n)
	}
	books(t, w)
}

func TestTwoSupervisorsAtOncePostOnce(t *testing.T) {
	w, of := importLosses(t, small, large)
	for _, c := range of {
		r := propose(t, w, w.Agent, c)
		var all sync.WaitGroup
		errs := make([]error, 9)
		for i := range errs {
			by := []access.Actor{w.Supervisor, w.Supervisor2, w.Manager}[i%3]
			all.Go(func() { errs[i] = try(w, by, r.ID) })
		}
		all.Wait()
		good := 0
		for _, err := range errs {
			if _, ok := fault.As(err); err == nil {
				good++
			} else if !ok {
				t.Error(err)
			}
		}
		if good != int(r.ApprovalsNeeded) {
			t.Errorf("%d approvals went through, %d are needed", good, r.ApprovalsNeeded)
		}
	}
	whole(t, w, of[0], small)
	whole(t, w, of[1], large)
	books(t, w)
}

// Sixteen people click through the same two hundred proposals, one by one and in
// batches, from either end: the sums are those of the plans.
func TestSixteenAtOnceEndInTheSameSums(t *testing.T) {
	losses := make([]loss, 200)
	var talk, goo int64
	for i := range losses {
		losses[i] = loss{talk: int64(i), goo: int64(i % 7), sent: int64(5 * (i + 1)), received: int64(i + 1), exchanged: int64(i%50 + 1)}
		wholeT, wholeG := losses[i].whole()
		talk, goo = talk+wholeT, goo+wholeG
	}
	w, of := importLosses(t, losses...)
	ids := make([]int64, len(of))
	for i, c := range of {
		ids[i] = c.ID
	}
	if _, err := reimbursements.ProposeMany(w.Ctx, w.Store, w.Agent, ids); err != nil {
		t.Fatal(err)
	}
	proposals, err := store.Select[reimbursements.Reimbursement](store.Read(w.Ctx, w.Store), "select * from reimbursements order by id")
	if err != nil || len(proposals) != len(of) {
		t.Fatalf("%d proposals, %v", len(proposals), err)
	}
	var all sync.WaitGroup
	for n := range 16 {
		by := []access.Actor{w.Supervisor, w.Supervisor2, w.Manager}[n%3]
		all.Go(func() {
			size := []int{1, 30, 200, 7}[n%4]
			for from := 0; from < len(proposals); from += size {
				var batch []int64
				for i := from; i < min(from+size, len(proposals)); i++ {
					at := i
					if n%2 == 1 { // from the other end, so that they meet in the median
						at = len(proposals) - 1 - i
					}
					batch = append(batch, proposals[at].ID)
				}
				if len(batch) == 1 {
					if err := try(w, by, batch[0]); err != nil && !fault.Is(err, "already_decided") {
						t.Error(err)
					}
					continue
				}
				results, err := reimbursements.ApproveMany(w.Ctx, w.Store, by, batch)
				if err != nil {
					t.Error(err)
				}
				for _, r := range results {
					if r.Err != nil && !fault.Is(r.Err, "already_decided") {
						t.Error(r.Err)
					}
				}
			}
		})
	}
	all.Wait()
	books(t, w)
	for program, want := range map[string]int64{"pointtalk": talk, "goo": goo} {
		if got := count(t, w, "select sum(a.balance) from accounts a join programs p on p.id = a.program_id where p.code = $1", program); got != want {
			t.Errorf("%s: %d points on all accounts, want %d", program, got, want)
		}
	}
	if n := count(t, w, "select count(*) from transfers where key like 'reimbursement:%'"); n != 200 {
		t.Errorf("%d transfers", n)
	}
	if n := count(t, w, "select count(*) from approvals"); n != 200 {
		t.Errorf("%d approvals", n)
	}
}
