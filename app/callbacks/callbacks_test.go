package callbacks_test

import (
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"hoten/app/access"
	"hoten/app/apptest"
	"hoten/app/callbacks"
	"hoten/app/cases"
	"hoten/app/fault"
	"hoten/app/jptext"
	"hoten/app/reimbursements"
	"hoten/app/store"
)

func TestMain(m *testing.M) { apptest.Main(m) }

// world has m1 … mn with a phone and an old mail address, and after them one
// without a usable address and one without a phone.
func world(t *testing.T, n int) *apptest.World {
	t.Helper()
	w := apptest.NewWorld(t)
	var b strings.Builder
	b.WriteString(apptest.AffectedHeader)
	line := func(login, phone, mail string) {
		fmt.Fprintf(&b, "%s@ocn.example,山田 太郎,ヤマダ タロウ,1970-01-02,%s,%s,1000001,東京都千代田区千代田1-1,N%09d,ja,100,50,2014-07-29 15:00:00\n", login, phone, mail, b.Len())
	}
	for i := range n {
		line(fmt.Sprintf("m%d", i+1), "090-0000-0001", fmt.Sprintf("c%d@mail.example,2008-01-01", i+1))
	}
	line("nomail", "090-0000-0001", "nomail@ocn.example,2005-01-01")
	line("nophone", "", "nophone@mail.example,2008-01-01")
	if got := w.Import(b.String(), ""); got.Rejected > 0 {
		t.Fatalf("%+v", got)
	}
	return w
}

// at is a time in Japan: "7/31 18:00", in 2014 unless the year is written.
func at(t *testing.T, s string) time.Time {
	t.Helper()
	if !strings.HasPrefix(s, "2015/") {
		s = "2014/" + s
	}
	when, err := time.ParseInLocation("2006/1/2 15:04", s, jptext.JST)
	if err != nil {
		t.Fatal(err)
	}
	return when
}

func promise(w *apptest.World, by access.Actor, login string, n callbacks.New) (*callbacks.Callback, error) {
	w.T.Helper()
	return callbacks.Promise(w.Ctx, w.Store, by, w.Case(login+"@ocn.example").ID, n)
}

// promised is a callback that stands.
func promised(w *apptest.World, by access.Actor, login string, due time.Time) *callbacks.Callback {
	w.T.Helper()
	c, err := promise(w, by, login, callbacks.New{DueAt: due})
	if err != nil {
		w.T.Fatal(err)
	}
	return c
}

func try(w *apptest.World, by access.Actor, c *callbacks.Callback, outcome string) (*callbacks.Callback, error) {
	return callbacks.Attempt(w.Ctx, w.Store, by, c.ID, callbacks.Tried{Outcome: outcome})
}

func refused(t *testing.T, err error, code string) {
	t.Helper()
	f, ok := fault.As(err)
	if !ok || f.Code != code && (len(f.Fields) != 1 || f.Fields[0].Code != code) {
		t.Errorf("got %v, want %s", err, code)
	}
}

// events are the kinds of a case's timeline, the newest last.
func events(w *apptest.World, caseID int64) (out []string) {
	w.T.Helper()
	list, err := cases.Events(store.Read(w.Ctx, w.Store), caseID, nil, 0, 50)
	if err != nil {
		w.T.Fatal(err)
	}
	for _, e := range list {
		out = append(out, e.Kind)
	}
	slices.Reverse(out)
	return out
}

func told(w *apptest.World, caseID int64, want ...string) {
	w.T.Helper()
	if got := events(w, caseID); len(got) < len(want) || !slices.Equal(got[len(got)-len(want):], want) {
		w.T.Errorf("the timeline ends %v, want %v", got, want)
	}
}

func status(w *apptest.World, login string, want cases.Status) {
	w.T.Helper()
	if got := w.Case(login + "@ocn.example").Status; got != want {
		w.T.Errorf("%s is %s, want %s", login, got, want)
	}
}

// A callback that is kept: the case waits for it and goes back to work.
func TestReached(t *testing.T) {
	w := world(t, 1)
	c, err := promise(w, w.Agent, "m1", callbacks.New{DueAt: at(t, "7/31 18:00"), Note: "夕方を希望"})
	if err != nil {
		t.Fatal(err)
	}
	status(w, "m1", cases.CallbackDue)
	told(w, c.CaseID, cases.CallbackPromised, cases.StatusChanged)
	if note, err := c.PlainNote(w.Vault); note != "夕方を希望" || strings.Contains(string(c.Note), "夕方") || err != nil {
		t.Errorf("note %q %v", note, err)
	}
	w.Clock.Set(at(t, "7/31 18:01"))
	if c, err = try(w, w.Agent2, c, callbacks.Reached); err != nil || c.State != callbacks.Done || *c.ClosedBy != w.Agent2.ID || c.Attempts != 1 {
		t.Fatalf("%+v %v", c, err)
	}
	status(w, "m1", cases.InProgress)
	told(w, c.CaseID, cases.CallbackAttempted, cases.StatusChanged)
	_, err = try(w, w.Agent, c, callbacks.Reached)
	refused(t, err, "callback_closed")
	if promised(w, w.Agent, "m1", at(t, "7/31 19:00")).ID == c.ID {
		t.Error("a new promise is an old callback")
	}
}

// The third unsuccessful attempt ends the callback and names the next channel.
func TestThreeAttempts(t *testing.T) {
	w := world(t, 1)
	for login, channel := range map[string]string{"m1": callbacks.ByMail, "nomail": callbacks.ByLetter} {
		c := promised(w, w.Agent, login, at(t, "7/31 18:00"))
		for i, outcome := range []string{callbacks.NoAnswer, callbacks.Voicemail} {
			got, err := try(w, w.Agent, c, outcome)
			if err != nil || got.State != callbacks.Open || int(got.Attempts) != i+1 || got.NextChannel != nil {
				t.Fatalf("%+v %v", got, err)
			}
		}
		status(w, login, cases.CallbackDue)
		got, err := try(w, w.Agent, c, callbacks.Busy)
		if err != nil || got.State != callbacks.Exhausted || got.NextChannel == nil || *got.NextChannel != channel {
			t.Fatalf("%+v %v", got, err)
		}
		status(w, login, cases.InProgress)
		told(w, c.CaseID, cases.CallbackAttempted, cases.CallbackAttempted, cases.CallbackExhausted, cases.StatusChanged)
		logged, err := callbacks.Attempts(store.Read(w.Ctx, w.Store), c.ID)
		if err != nil || len(logged) != 3 || logged[2].Outcome != callbacks.Busy || logged[0].StaffName != "佐藤 葵" {
			t.Errorf("%+v %v", logged, err)
		}
	}
}

// What is promised must be possible.
func TestPromiseRules(t *testing.T) {
	w := world(t, 2)
	due := at(t, "7/31 18:00")
	for _, c := range []struct {
		login string
		n     callbacks.New
		code  string
	}{
		{"m1", callbacks.New{}, "required"},
		{"m1", callbacks.New{DueAt: w.Clock.Now()}, "due_not_ahead"},
		{"m1", callbacks.New{DueAt: w.Clock.Now().Add(-time.Minute), Despite: true}, "due_not_ahead"},
		{"m1", callbacks.New{DueAt: at(t, "11/28 12:00")}, "due_too_far"},
		{"m1", callbacks.New{DueAt: due, Desk: "nowhere"}, "desk_unknown"},
		{"m1", callbacks.New{DueAt: due, Note: "パスワードはabc123です"}, "secret_password"},
		{"nophone", callbacks.New{DueAt: due}, "no_usable_phone"},
	} {
		_, err := promise(w, w.Agent, c.login, c.n)
		refused(t, err, c.code)
	}
	_, err := promise(w, w.Manager, "m1", callbacks.New{DueAt: due}) // has no desk of their own
	refused(t, err, "required")
	promised(w, w.Agent, "m1", due)
	_, err = promise(w, w.Agent2, "m1", callbacks.New{DueAt: due})
	refused(t, err, "callback_open")
	done := cases.Completed
	if _, err := cases.Update(w.Ctx, w.Store, w.Supervisor, w.Case("m2@ocn.example").ID, cases.Change{Status: &done, Version: 1, Reason: "連絡なし"}); err != nil {
		t.Fatal(err)
	}
	_, err = promise(w, w.Agent, "m2", callbacks.New{DueAt: due})
	refused(t, err, "case_closed")
	status(w, "m2", cases.Completed)
}

// The member waits for whoever has the case: the callback changes hands with it,
// and nobody closes the case over it.
func TestPromiseGoesWithCase(t *testing.T) {
	w := world(t, 1)
	c := promised(w, w.Agent, "m1", at(t, "7/31 18:00"))
	update := func(by access.Actor, ch cases.Change) error {
		ch.Version = w.Case("m1@ocn.example").Version
		_, err := cases.Update(w.Ctx, w.Store, by, c.CaseID, ch)
		return err
	}
	has := func(want access.Actor, version int64) {
		t.Helper()
		row, err := callbacks.Get(store.Read(w.Ctx, w.Store), c.ID)
		if err != nil || row.AssigneeID != want.ID || row.Version != version {
			t.Errorf("staff %d has version %d, want %d and %d (%v)", row.AssigneeID, row.Version, want.ID, version, err)
		}
	}
	if err := update(w.Agent2, cases.Change{Assignee: &w.Agent2.ID}); err != nil {
		t.Fatal(err)
	}
	has(w.Agent2, 2)
	if desk := w.Case("m1@ocn.example").DeskID; desk == nil || *desk != w.Agent2.DeskID {
		t.Errorf("the case is at desk %v", desk)
	}
	_, err := callbacks.Attempt(w.Ctx, w.Store, w.Agent, c.ID, callbacks.Tried{Outcome: callbacks.Reached, Version: 1})
	refused(t, err, "conflict")
	nobody := int64(0)
	if err := update(w.Agent2, cases.Change{Assignee: &nobody}); err != nil {
		t.Fatal(err)
	}
	has(w.Agent2, 2)
	for _, to := range []cases.Status{cases.InProgress, cases.Completed} {
		err := update(w.Supervisor, cases.Change{Status: &to})
		if to == cases.Completed {
			refused(t, err, "callback_promised")
		} else if err != nil {
			t.Fatal(err)
		}
	}
	if _, err := callbacks.Drop(w.Ctx, w.Store, w.Agent2, c.ID, 2, "お客さまから入電"); err != nil {
		t.Fatal(err)
	}
	done := cases.Completed
	if err := update(w.Supervisor, cases.Change{Status: &done, Reason: "連絡なし"}); err != nil {
		t.Error(err)
	}
}

// A call out is subject to the same hours, and goes through where the member wished it.
func TestOutboundHours(t *testing.T) {
	w := world(t, 1)
	id := w.Case("m1@ocn.example").ID
	call := func(direction string, despite bool) error {
		_, err := cases.StartCall(w.Ctx, w.Store, w.Agent, id, cases.NewCall{Direction: direction, Relation: cases.Self, Despite: despite})
		return err
	}
	for _, c := range []struct{ at, code string }{{"7/31 09:30", "desk_hours"}, {"7/31 21:00", "calling_hours"}, {"12/29 12:00", "desk_hours"}} {
		w.Clock.Add(at(t, c.at).Sub(w.Clock.Now()))
		refused(t, call("outbound", false), c.code)
		if err := call("inbound", false); err != nil {
			t.Error(err)
		}
		if err := call("outbound", true); err != nil {
			t.Error(err)
		}
	}
}

// The hours are those of docs/domain.md section 3, of the desk the callback is for.
func TestHours(t *testing.T) {
	w := world(t, 1)
	agents := map[string]access.Actor{apptest.Tech: w.Agent, apptest.Point: w.Agent2}
	for _, c := range []struct{ desk, due, code string }{
		{apptest.Tech, "7/28 10:00", ""}, {apptest.Tech, "7/28 9:59", "desk_hours"}, {apptest.Tech, "7/28 7:59", "calling_hours"},
		{apptest.Tech, "7/30 20:59", ""}, {apptest.Tech, "7/30 21:00", "calling_hours"}, {apptest.Tech, "7/30 21:30", "calling_hours"}, // open until 22, and no calls after 21
		{apptest.Tech, "8/6 20:59", ""}, {apptest.Tech, "8/7 19:00", "desk_hours"}, {apptest.Tech, "8/7 18:59", ""},
		{apptest.Tech, "8/2 12:00", ""}, {apptest.Point, "8/2 12:00", "desk_hours"}, {apptest.Point, "8/4 20:00", ""}, {apptest.Point, "8/11 12:00", ""},
		{apptest.Tech, "9/15 12:00", ""}, {apptest.Point, "9/15 12:00", "desk_hours"}, {apptest.Point, "9/23 12:00", "desk_hours"},
		{apptest.Tech, "12/28 12:00", ""}, {apptest.Tech, "12/29 12:00", "desk_hours"}, {apptest.Tech, "2015/1/3 12:00", "desk_hours"},
		{apptest.Tech, "2015/1/4 12:00", ""}, {apptest.Point, "2015/1/4 12:00", "desk_hours"}, {apptest.Point, "2015/1/5 12:00", ""},
	} {
		t.Run(c.desk+" "+c.due, func(t *testing.T) {
			due := at(t, c.due)
			w.Clock.Set(due.AddDate(0, 0, -3))
			made, err := promise(w, agents[c.desk], "m1", callbacks.New{DueAt: due})
			if c.code != "" {
				refused(t, err, c.code)
				made, err = promise(w, agents[c.desk], "m1", callbacks.New{DueAt: due, Despite: true})
			}
			if err != nil || made.Despite != (c.code != "") {
				t.Fatalf("%+v %v", made, err)
			}
			// The same holds when somebody calls.
			w.Clock.Set(due)
			if c.code != "" {
				_, err := try(w, w.Agent, made, callbacks.NoAnswer)
				refused(t, err, c.code)
			}
			if _, err := callbacks.Attempt(w.Ctx, w.Store, w.Agent, made.ID, callbacks.Tried{Outcome: callbacks.Reached, Despite: c.code != ""}); err != nil {
				t.Fatal(err)
			}
		})
	}
}

func TestMoveAndDrop(t *testing.T) {
	w := world(t, 1)
	c := promised(w, w.Agent, "m1", at(t, "7/31 18:00"))
	move := func(m callbacks.Moved) error {
		_, err := callbacks.Move(w.Ctx, w.Store, w.Agent, c.ID, m)
		return err
	}
	later := at(t, "8/1 20:00")
	refused(t, move(callbacks.Moved{DueAt: later}), "required")
	refused(t, move(callbacks.Moved{DueAt: later, Reason: "マイナンバー 123456789018"}), "secret_my_number")
	refused(t, move(callbacks.Moved{DueAt: at(t, "7/31 10:00"), Reason: "都合"}), "due_not_ahead")
	refused(t, move(callbacks.Moved{DueAt: at(t, "8/1 21:00"), Reason: "都合"}), "calling_hours")
	refused(t, move(callbacks.Moved{DueAt: later, Reason: "都合", Version: 2}), "conflict")
	if err := move(callbacks.Moved{DueAt: later, Reason: "お客さまの都合", Version: 1}); err != nil {
		t.Fatal(err)
	}
	told(w, c.CaseID, cases.CallbackMoved)
	row, err := callbacks.Get(store.Read(w.Ctx, w.Store), c.ID)
	if err != nil || !row.DueAt.Equal(later) || row.Version != 2 || row.State != callbacks.Open {
		t.Fatalf("%+v %v", row, err)
	}
	_, err = callbacks.Drop(w.Ctx, w.Store, w.Agent, c.ID, 2, " ")
	refused(t, err, "required")
	_, err = callbacks.Drop(w.Ctx, w.Store, w.Agent, c.ID, 1, "不要")
	refused(t, err, "conflict")
	dropped, err := callbacks.Drop(w.Ctx, w.Store, w.Agent, c.ID, 2, "不要のお申し出")
	if err != nil || dropped.State != callbacks.Dropped {
		t.Fatalf("%+v %v", dropped, err)
	}
	status(w, "m1", cases.InProgress)
	told(w, c.CaseID, cases.CallbackDropped, cases.StatusChanged)
	refused(t, move(callbacks.Moved{DueAt: later, Reason: "都合"}), "callback_closed")
}

// A case that waits for an approval, or is on hold, keeps what its table says.
func TestStatusStays(t *testing.T) {
	w := world(t, 1)
	if _, err := w.Pool.Exec(w.Ctx, "update cases set status = 'awaiting_approval'"); err != nil {
		t.Fatal(err)
	}
	c := promised(w, w.Agent, "m1", at(t, "7/31 18:00"))
	status(w, "m1", cases.AwaitingApproval)
	if _, err := try(w, w.Agent, c, callbacks.Reached); err != nil {
		t.Fatal(err)
	}
	status(w, "m1", cases.AwaitingApproval)
}

// A proposal takes the case, and its decision gives it back to the call that was promised.
func TestADecisionGoesBackToThePromise(t *testing.T) {
	w := world(t, 1)
	c := promised(w, w.Agent, "m1", at(t, "7/31 18:00"))
	propose := func() int64 {
		t.Helper()
		r, err := reimbursements.Propose(w.Ctx, w.Store, w.Agent, c.CaseID, "")
		if err != nil {
			t.Fatal(err)
		}
		status(w, "m1", cases.AwaitingApproval)
		waiting, _, err := cases.Find(store.Read(w.Ctx, w.Store), w.Vault, cases.Filter{Queue: cases.QueueCallbacks, Order: cases.Longest, Limit: 50, Of: cases.Desk{Now: w.Clock.Now()}})
		if err != nil || len(waiting) != 1 {
			t.Errorf("%d cases wait for a call back while the request does: %v", len(waiting), err)
		}
		return r.ID
	}
	if _, err := reimbursements.AddAdjustment(w.Ctx, w.Store, w.Agent, c.CaseID, "goo", 30, "端数"); err != nil {
		t.Fatal(err)
	}
	if _, err := reimbursements.Withdraw(w.Ctx, w.Store, w.Agent, propose(), "誤り"); err != nil {
		t.Fatal(err)
	}
	status(w, "m1", cases.CallbackDue)
	id := propose()
	if _, err := try(w, w.Agent, c, callbacks.Reached); err != nil {
		t.Fatal(err)
	}
	if _, err := reimbursements.Withdraw(w.Ctx, w.Store, w.Agent, id, "誤り"); err != nil {
		t.Fatal(err)
	}
	status(w, "m1", cases.InProgress)
}

func TestForbidden(t *testing.T) {
	w := world(t, 2)
	c := promised(w, w.Agent, "m1", at(t, "7/31 18:00"))
	for _, by := range []access.Actor{w.Administrator, w.Auditor} {
		_, err := promise(w, by, "m2", callbacks.New{DueAt: c.DueAt, Desk: apptest.Tech})
		refused(t, err, "forbidden")
		_, err = try(w, by, c, callbacks.Reached)
		refused(t, err, "forbidden")
		_, err = callbacks.Move(w.Ctx, w.Store, by, c.ID, callbacks.Moved{DueAt: c.DueAt.Add(time.Hour), Reason: "都合"})
		refused(t, err, "forbidden")
		_, err = callbacks.Drop(w.Ctx, w.Store, by, c.ID, 0, "不要")
		refused(t, err, "forbidden")
	}
	var noted int
	if err := w.Pool.QueryRow(w.Ctx, "select count(*) from audit_entries where action like 'callback.%.refused'").Scan(&noted); err != nil || noted != 8 {
		t.Errorf("%d refused attempts are noted, %v", noted, err)
	}
	_, err := callbacks.Attempt(w.Ctx, w.Store, w.Agent, 999, callbacks.Tried{Outcome: callbacks.Reached})
	refused(t, err, "not_found")
	_, err = try(w, w.Agent, c, "hung_up")
	refused(t, err, "attempt_unknown")
}

// Of many who do the same to what they saw, one does it and the others learn that
// it is done.
func TestRaces(t *testing.T) {
	w := world(t, 1)
	const many = 8
	race := func(act func(by access.Actor) error) (done int) {
		t.Helper()
		var wg sync.WaitGroup
		errs := make([]error, many)
		for i := range many {
			wg.Go(func() { errs[i] = act([]access.Actor{w.Agent, w.Agent2, w.Supervisor, w.Supervisor2}[i%4]) })
		}
		wg.Wait()
		for _, err := range errs {
			if f, ok := fault.As(err); err == nil {
				done++
			} else if !ok || f.Kind != fault.Conflict {
				t.Errorf("%v", err)
			}
		}
		return done
	}
	id := w.Case("m1@ocn.example").ID
	if n := race(func(by access.Actor) error {
		_, err := callbacks.Promise(w.Ctx, w.Store, by, id, callbacks.New{DueAt: at(t, "7/31 18:00")})
		return err
	}); n != 1 {
		t.Errorf("%d promised at once", n)
	}
	c, err := callbacks.OfCase(store.Read(w.Ctx, w.Store), id)
	if err != nil {
		t.Fatal(err)
	}
	attempt := func(version int64) func(by access.Actor) error {
		return func(by access.Actor) error {
			_, err := callbacks.Attempt(w.Ctx, w.Store, by, c.ID, callbacks.Tried{Outcome: callbacks.NoAnswer, Version: version})
			return err
		}
	}
	if n := race(attempt(1)); n != 1 {
		t.Errorf("%d logged the same attempt", n)
	}
	// Whoever names no version takes their turn, and nobody makes a fourth attempt.
	if n := race(attempt(0)); n != 2 {
		t.Errorf("%d further attempts", n)
	}
	var logged, ended int
	if err := w.Pool.QueryRow(w.Ctx, "select (select count(*) from callback_attempts), (select count(*) from case_events where kind = 'callback_exhausted')").Scan(&logged, &ended); err != nil || logged != 3 || ended != 1 {
		t.Errorf("%d attempts, ended %d times, %v", logged, ended, err)
	}
}
