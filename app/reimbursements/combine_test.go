package reimbursements_test

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"sync"
	"testing"
	"time"

	"hoten/app/access"
	"hoten/app/apptest"
	"hoten/app/fault"
	"hoten/app/forms"
	"hoten/app/incidents"
	"hoten/app/reimbursements"
	"hoten/app/store"
)

// holdUp approves a proposal and holds its transaction just before the commit, until
// release is called: what comes in meanwhile is written together afterwards.
func holdUp(t *testing.T, w *apptest.World, by access.Actor, id int64) (release func()) {
	t.Helper()
	reimbursements.OneWriter(t)
	begun, released, done := make(chan struct{}), make(chan struct{}), make(chan error, 1)
	var once sync.Once
	ctx := store.Alongside(w.Ctx, func(*store.Tx) error {
		once.Do(func() { close(begun) })
		<-released
		return nil
	})
	go func() {
		_, err := reimbursements.Approve(ctx, w.Store, by, id)
		done <- err
	}()
	<-begun
	return func() {
		t.Helper()
		close(released)
		if err := <-done; err != nil {
			t.Error(err)
		}
	}
}

// spoken is one approval, and the error that is wanted: empty for none.
type spoken struct {
	by   access.Actor
	id   int64
	want string
	ctx  context.Context
}

// speak gives all approvals while another one is being written, so that the next
// transaction takes them together. It returns how each ended.
func speak(t *testing.T, w *apptest.World, first int64, all []spoken) []error {
	t.Helper()
	release := holdUp(t, w, w.Manager, first)
	errs := make([]error, len(all))
	var answered sync.WaitGroup
	for i, s := range all {
		ctx := s.ctx
		if ctx == nil {
			ctx = w.Ctx
		}
		answered.Go(func() { _, errs[i] = reimbursements.Approve(ctx, w.Store, s.by, s.id) })
		for reimbursements.Queued(w.Store) <= i { // in this order
			runtime.Gosched()
		}
	}
	release()
	answered.Wait()
	return errs
}

func proposals(t *testing.T, n int) (*apptest.World, []int64) {
	t.Helper()
	losses := make([]loss, n)
	for i := range losses {
		losses[i] = small
	}
	w, of := importLosses(t, losses...)
	ids := make([]int64, n)
	for i, c := range of {
		ids[i] = propose(t, w, w.Agent, c).ID
	}
	return w, ids
}

// approvals counts what stands, and in how many transactions it was written.
func approvals(t *testing.T, w *apptest.World, ids ...int64) (n, transactions int64) {
	t.Helper()
	return count(t, w, "select count(*) from approvals where reimbursement_id = any($1)", ids),
		count(t, w, "select count(distinct xmin::text) from approvals where reimbursement_id = any($1)", ids)
}

// Each with its own actor, refusal and audit entry.
func TestApprovalsAreWrittenTogether(t *testing.T) {
	w, of := importLosses(t, small, small, small, small, small, small, large)
	ids := make([]int64, len(of))
	for i, c := range of {
		by := w.Agent
		if i == 3 {
			by = w.Supervisor
		}
		ids[i] = propose(t, w, by, c).ID
	}
	if _, err := reimbursements.DecideFinding(w.Ctx, w.Store, w.Supervisor, of[4].ID, "E4", incidents.Own, "本人"); err != nil {
		t.Fatal(err)
	}
	approve(t, w, w.Supervisor2, ids[5])
	all := []spoken{
		{by: w.Supervisor, id: ids[1]},
		{by: w.Supervisor2, id: ids[2]},
		{by: w.Supervisor, id: ids[3], want: "self_approval"},
		{by: w.Supervisor2, id: ids[4], want: "plan_changed"},
		{by: w.Supervisor, id: ids[5], want: "already_decided"},
		{by: w.Supervisor, id: 4711, want: "not_found"},
		{by: w.Supervisor, id: ids[6]},
		{by: w.Supervisor2, id: ids[6]}, // after the one before
		{by: w.Supervisor2, id: ids[1], want: "already_decided"},
	}
	for i, err := range speak(t, w, ids[0], all) {
		s := all[i]
		if s.want == "" && err != nil || s.want != "" && !fault.Is(err, s.want) {
			t.Errorf("%s on %d: %v, want %q", s.by.Name, s.id, err, s.want)
		}
		entries := func(action string) int64 {
			return count(t, w, "select count(*) from audit_entries where action = $1 and subject = $2 and actor_id = $3 and actor_name = $4 and via = $5",
				action, reimbursements.Subject(s.id), s.by.ID, s.by.Name, s.by.Via)
		}
		if n := entries("reimbursement.approved"); (s.want == "") != (n == 1) {
			t.Errorf("%s on %d stands %d times in the audit trail", s.by.Name, s.id, n)
		}
		if n := entries("reimbursement.approved.refused"); (s.want == "self_approval") != (n == 1) {
			t.Errorf("%s on %d stands %d times as refused", s.by.Name, s.id, n)
		}
		if n := count(t, w, `select count(*) from case_events where kind = 'approved' and actor_id = $1 and data ->> 'reimbursement' = $2`, s.by.ID, fmt.Sprint(s.id)); (s.want == "") != (n == 1) {
			t.Errorf("%s on %d stands %d times in the timeline", s.by.Name, s.id, n)
		}
	}
	if n, transactions := approvals(t, w, ids[1], ids[2]); n != 2 || transactions != 1 {
		t.Errorf("%d approvals in %d transactions", n, transactions)
	}
	if n, transactions := approvals(t, w, ids[6]); n != 2 || transactions != 2 {
		t.Errorf("two words on one proposal: %d approvals in %d transactions", n, transactions)
	}
	for id, by := range map[int64]access.Actor{ids[1]: w.Supervisor, ids[2]: w.Supervisor2} {
		r, err := reimbursements.ByID(store.Read(w.Ctx, w.Store), id)
		if err != nil || r.State != reimbursements.Posted || *r.DecidedBy != by.ID {
			t.Errorf("%+v, %v", r, err)
		}
	}
	for _, i := range []int{0, 1, 2} {
		whole(t, w, of[i], small)
	}
	whole(t, w, of[6], large)
	books(t, w)
}

// The answer from what is in hand is the one that reading it again gives.
func TestApprovalIsShownAsItIsRead(t *testing.T) {
	w, of := importLosses(t, large)
	id := propose(t, w, w.Agent, of[0]).ID
	for _, by := range []access.Actor{w.Supervisor, w.Supervisor2} {
		shown, err := reimbursements.Approve(w.Ctx, w.Store, by, id)
		if err != nil {
			t.Fatal(err)
		}
		db := store.Read(w.Ctx, w.Store)
		r, err := reimbursements.ByID(db, id)
		if err != nil {
			t.Fatal(err)
		}
		read, err := reimbursements.Show(db, r)
		if err != nil {
			t.Fatal(err)
		}
		for _, l := range read.Lines {
			if l.MovementID != nil && shown.References[*l.MovementID] != read.References[*l.MovementID] {
				t.Errorf("movement %d", *l.MovementID)
			}
		}
		for i := range read.Approvals {
			a, b := shown.Approvals[i], read.Approvals[i]
			if a.StaffID != b.StaffID || a.StaffName != b.StaffName || !a.At.Equal(b.At) {
				t.Errorf("%+v, read %+v", a, b)
			}
		}
		decided := func(r *reimbursements.Reimbursement) string {
			if r.DecidedAt == nil {
				return fmt.Sprint(r.State, r.Balances)
			}
			return fmt.Sprint(r.State, r.Balances, r.DecidedAt.UTC(), *r.DecidedBy, *r.TransferID)
		}
		if len(shown.Approvals) != len(read.Approvals) || decided(shown.Reimbursement) != decided(r) ||
			fmt.Sprint(reimbursements.Plan{Lines: shown.Lines}.Totals()) != fmt.Sprint(reimbursements.Plan{Lines: read.Lines}.Totals()) {
			t.Errorf("%s, read %s", decided(shown.Reimbursement), decided(r))
		}
	}
}

// A request that ends while it waits has approved nothing; one that ends while its
// word is being written has.
func TestCancelledApproval(t *testing.T) {
	w, ids := proposals(t, 3)
	release := holdUp(t, w, w.Manager, ids[0])
	cut, cancel := context.WithCancel(w.Ctx)
	done := make(chan error, 1)
	go func() {
		_, err := reimbursements.Approve(cut, w.Store, w.Supervisor, ids[1])
		done <- err
	}()
	for reimbursements.Queued(w.Store) == 0 {
		runtime.Gosched()
	}
	cancel()
	if err := <-done; !errors.Is(err, context.Canceled) || reimbursements.Queued(w.Store) != 0 {
		t.Errorf("%v", err)
	}
	release()
	if n, _ := approvals(t, w, ids[1]); n != 0 {
		t.Error("what was taken back was approved")
	}
	approve(t, w, w.Supervisor, ids[1])

	cut, cancel = context.WithCancel(w.Ctx)
	written := store.Alongside(cut, func(*store.Tx) error { cancel(); return nil })
	if shown, err := reimbursements.Approve(written, w.Store, w.Supervisor, ids[2]); err != nil || shown.State != reimbursements.Posted {
		t.Errorf("%v", err)
	}
	books(t, w)
}

// What fails, or panics, keeps nothing and takes no other with it.
func TestOneFailsAmongMany(t *testing.T) {
	broken := errors.New("broken")
	for name, also := range map[string]func(*store.Tx) error{
		"fails":  func(*store.Tx) error { return broken },
		"panics": func(*store.Tx) error { panic(broken) },
		"is refused by the database": func(tx *store.Tx) error {
			tx.Queue("insert into settings (key, value) values ('x', null)")
			return nil
		},
	} {
		t.Run(name, func(t *testing.T) {
			w, ids := proposals(t, 5)
			failing := store.Alongside(w.Ctx, also)
			errs := speak(t, w, ids[0], []spoken{{by: w.Supervisor, id: ids[1]}, {by: w.Supervisor2, id: ids[2], ctx: failing}, {by: w.Manager, id: ids[3]}})
			if errs[0] != nil || errs[1] == nil || errs[2] != nil {
				t.Errorf("%v", errs)
			}
			if _, err := reimbursements.Approve(failing, w.Store, w.Supervisor, ids[4]); err == nil {
				t.Error("alone it went through")
			}
			if n, _ := approvals(t, w, ids...); n != 3 {
				t.Errorf("%d approvals", n)
			}
			for _, i := range []int{2, 4} {
				approve(t, w, w.Supervisor, ids[i])
			}
			books(t, w)
		})
	}
}

// A proposal whose case somebody else holds waits alone.
func TestOneWaitsForALock(t *testing.T) {
	w, ids := proposals(t, 3)
	tx, err := w.Pool.Begin(w.Ctx)
	if err != nil {
		t.Fatal(err)
	}
	defer tx.Rollback(w.Ctx)
	if _, err := tx.Exec(w.Ctx, "select from cases where id = (select case_id from reimbursements where id = $1) for update", ids[1]); err != nil {
		t.Fatal(err)
	}
	held, others := make(chan error, 1), make(chan []error, 1)
	var once sync.Once
	ctx := store.Alongside(w.Ctx, func(*store.Tx) error { once.Do(func() { held <- nil }); return nil })
	go func() {
		others <- speak(t, w, ids[0], []spoken{{by: w.Supervisor, id: ids[1], ctx: ctx}, {by: w.Supervisor2, id: ids[2]}})
	}()
	for n := int64(0); n < 2; n, _ = approvals(t, w, ids...) {
		runtime.Gosched()
	}
	select {
	case <-held:
		t.Error("the lock was not waited for")
	default:
	}
	if err := tx.Rollback(w.Ctx); err != nil {
		t.Fatal(err)
	}
	if errs := <-others; errors.Join(errs...) != nil {
		t.Error(errs)
	}
	books(t, w)
}

// Each request's own memory is written with its change and only with it.
func TestFormsOfCombinedApprovals(t *testing.T) {
	w, ids := proposals(t, 4)
	form := func(id string) *forms.Form { return &forms.Form{ID: []byte(id), Life: time.Hour} }
	one, two, refused := form("one"), form("two"), form("refused")
	all := []spoken{
		{by: w.Supervisor, id: ids[1], ctx: one.Remember(w.Ctx)},
		{by: w.Supervisor2, id: ids[2], ctx: two.Remember(w.Ctx)},
		{by: w.Supervisor, id: 4711, ctx: refused.Remember(w.Ctx), want: "not_found"},
	}
	if errs := speak(t, w, ids[0], all); errs[0] != nil || errs[1] != nil || !fault.Is(errs[2], "not_found") {
		t.Errorf("%v", errs)
	}
	for f, want := range map[*forms.Form]bool{one: true, two: true, refused: false} {
		if known, _, err := f.Known(store.Read(w.Ctx, w.Store), w.Clock.Now()); err != nil || known != want {
			t.Errorf("%s: known %v, %v", f.ID, known, err)
		}
	}
	if _, transactions := approvals(t, w, ids[1], ids[2]); transactions != 1 {
		t.Errorf("%d transactions", transactions)
	}
	// The same form once more approves nothing else.
	if _, err := reimbursements.Approve(form("one").Remember(w.Ctx), w.Store, w.Supervisor, ids[3]); !errors.Is(err, forms.ErrSentBefore) {
		t.Error(err)
	}
	if n, _ := approvals(t, w, ids[3]); n != 0 {
		t.Error("approved by a form that was sent before")
	}
}
