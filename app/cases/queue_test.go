package cases_test

import (
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"hoten/app/access"
	"hoten/app/apptest"
	"hoten/app/cases"
	"hoten/app/fault"
	"hoten/app/staff"
	"hoten/app/store"
)

// desk is a world with n cases, m1@ … mn@; those of even number speak English.
func desk(t *testing.T, n int) *apptest.World {
	t.Helper()
	w := apptest.NewWorld(t)
	var b strings.Builder
	b.WriteString(apptest.AffectedHeader)
	for i := 1; i <= n; i++ {
		lang := "ja"
		if i%2 == 0 {
			lang = "en"
		}
		fmt.Fprintf(&b, "m%d@ocn.example,山田 太郎,ヤマダ タロウ,1970-01-02,090-0000-0001,c%d@mail.example,2008-01-01,1000001,東京都千代田区千代田1-1,N%09d,%s,100,50,2014-07-29 15:00:00\n", i, i, i, lang)
	}
	if got := w.Import(b.String(), ""); got.Rejected > 0 {
		t.Fatalf("%+v", got)
	}
	return w
}

func set(t *testing.T, w *apptest.World, login, assignments string, args ...any) {
	t.Helper()
	if _, err := w.Pool.Exec(w.Ctx, fmt.Sprintf("update cases set %s where id = %d", assignments, w.Case(login).ID), args...); err != nil {
		t.Fatal(err)
	}
}

func logins(t *testing.T, w *apptest.World, f cases.Filter) string {
	t.Helper()
	f.Of.Now, f.Limit = w.Clock.Now(), 50
	rows, _, err := cases.Find(store.Read(w.Ctx, w.Store), w.Vault, f)
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	for _, r := range rows {
		login, err := r.PlainLogin(w.Vault)
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, strings.TrimSuffix(login, "@ocn.example"))
	}
	return strings.Join(out, " ")
}

func TestQueues(t *testing.T) {
	w := desk(t, 9)
	now := w.Clock.Now()
	for i := range 9 {
		set(t, w, fmt.Sprintf("m%d@ocn.example", i+1), "changed_at = $1", now.Add(-time.Duration(i)*time.Minute))
	}
	set(t, w, "m1@ocn.example", "assignee_id = $1", w.Agent.ID)
	set(t, w, "m2@ocn.example", "assignee_id = $1, status = 'completed'", w.Agent.ID)
	set(t, w, "m3@ocn.example", "assignee_id = $1, status = 'callback_due'", w.Agent2.ID)
	set(t, w, "m4@ocn.example", "assignee_id = $1, status = 'awaiting_approval'", w.Agent.ID)
	set(t, w, "m5@ocn.example", "unreachable_at = now()")
	set(t, w, "m6@ocn.example", "desk_id = 1")
	if _, err := w.Pool.Exec(w.Ctx, "update identities set impostor_at = now() where id = $1", w.Case("m6@ocn.example").IdentityID); err != nil {
		t.Fatal(err)
	}
	set(t, w, "m7@ocn.example", "points_open = 1, letter_about = 1, notified_at = now()")
	propose(t, w, w.Agent, "m2@ocn.example", "email", "fresh@mail.example")
	set(t, w, "m2@ocn.example", "changed_at = $1", now.Add(-time.Minute))
	set(t, w, "m8@ocn.example", "points_open = 7")
	set(t, w, "m9@ocn.example", "points_open = 4")
	set(t, w, "m5@ocn.example", "returned_to = $1", w.Agent.ID)
	set(t, w, "m2@ocn.example", "returned_to = $1", w.Agent.ID)  // and closed since
	set(t, w, "m3@ocn.example", "returned_to = $1", w.Agent2.ID) // and gone since
	reader := w.Agent
	reader.DeskID = 1
	for queue, want := range map[cases.Queue]string{
		cases.QueueMine: "m4 m1", cases.QueueDesk: "m6", cases.QueueUnassigned: "m9 m8 m7 m6 m5", cases.QueueCallbacks: "m3",
		cases.QueueApproval: "m4", cases.QueueReturned: "m5", cases.QueueUnreachable: "m5", cases.QueueLetter: "m7 m5", cases.QueueContact: "m2", cases.QueueImpostor: "m6", cases.QueueStalled: "",
		cases.QueueBalance: "m8 m7", cases.QueueDouble: "m8", cases.QueueCorrection: "m9 m8",
	} {
		if got := logins(t, w, cases.Filter{Queue: queue, Of: cases.Desk{Reader: reader}, Order: cases.Longest}); got != want {
			t.Errorf("%s: %s, want %s", queue, got, want)
		}
	}
	sizes, err := cases.QueueSizes(store.Read(w.Ctx, w.Store), cases.Desk{Reader: reader, Now: now})
	if err != nil || fmt.Sprint(sizes) != "map[approval:1 balance_missing:2 callbacks:1 contact:1 correction:2 desk:1 double:1 impostor:1 letter:2 mine:2 overdue:0 returned:1 stalled:0 unassigned:5 unreachable:1]" {
		t.Errorf("%v %v", sizes, err)
	}
	if got := logins(t, w, cases.Filter{Queue: cases.QueueUnassigned, Of: cases.Desk{Reader: reader}, Order: cases.Latest}); got != "m5 m6 m7 m8 m9" {
		t.Error(got)
	}
	if got := logins(t, w, cases.Filter{Queue: cases.QueueUnassigned, Of: cases.Desk{Reader: reader}, Order: cases.Longest, After: cases.Place{At: now.Add(-7 * time.Minute), ID: w.Case("m8@ocn.example").ID}}); got != "m7 m6 m5" {
		t.Error(got)
	}
	if _, err := w.Pool.Exec(w.Ctx, "update staff set disabled_at = now() where id = $1", w.Agent2.ID); err != nil {
		t.Fatal(err)
	}
	for who, want := range map[access.Actor]string{w.Agent: "m5 [1]", w.Supervisor: "m3 [1]", w.Auditor: " [0]"} {
		n, err := store.Now(store.Read(w.Ctx, w.Store), func(reads *store.Reads) *[]int64 { return cases.AskReturned(reads, who.ID) })
		if got := fmt.Sprint(logins(t, w, cases.Filter{Queue: cases.QueueReturned, Of: cases.Desk{Reader: who}, Order: cases.Longest}), " ", n); got != want || err != nil {
			t.Errorf("came back to %s: %q, want %q, %v", who.Role, got, want, err)
		}
	}
	loads, err := cases.Loads(store.Read(w.Ctx, w.Store), now)
	if err != nil || loads[0].StaffID != w.Agent.ID || loads[0].Open != 2 || loads[0].Approval != 1 || loads[1].StaffID != w.Agent2.ID || loads[1].Open != 1 {
		t.Errorf("%+v %v", loads, err)
	}
}

// Days are those of Japan: what was changed at 00:00 there is of today, a moment
// earlier is not.
func TestAges(t *testing.T) {
	w := desk(t, 6)
	now := time.Date(2014, 8, 20, 16, 0, 0, 0, time.UTC) // 21 August, 01:00 in Japan
	midnight := time.Date(2014, 8, 20, 15, 0, 0, 0, time.UTC)
	w.Clock.Set(now)
	day := 24 * time.Hour
	for login, at := range map[string]time.Time{"m1": midnight, "m2": midnight.Add(-time.Second), "m3": midnight.Add(-3 * day),
		"m4": midnight.Add(-3*day - time.Second), "m5": midnight.Add(-7 * day), "m6": midnight.Add(-7*day - time.Second)} {
		set(t, w, login+"@ocn.example", "changed_at = $1", at)
	}
	for age, want := range map[string]string{"0": "m1", "1": "m3 m2", "4": "m5 m4", "8": "m6", "": "m6 m5 m4"} {
		if got := logins(t, w, cases.Filter{Queue: cases.QueueStalled, Age: age, Order: cases.Longest}); got != want {
			t.Errorf("%q: %s, want %s", age, got, want)
		}
	}
	if w.Case("m3@ocn.example").Stalled(now) || !w.Case("m4@ocn.example").Stalled(now) {
		t.Error("the word 滞留 does not stand beside the cases of the queue")
	}
}

func TestTakeNext(t *testing.T) {
	w := desk(t, 6)
	now := w.Clock.Now()
	for i, login := range []string{"m3", "m1", "m2", "m5", "m4", "m6"} {
		set(t, w, login+"@ocn.example", "changed_at = $1", now.Add(time.Duration(i-10)*time.Hour))
	}
	set(t, w, "m5@ocn.example", "desk_id = 2")
	take := func(by access.Actor) string {
		c, err := cases.TakeNext(w.Ctx, w.Store, by)
		if fault.Is(err, "no_case_waiting") {
			return "none"
		}
		if err != nil {
			t.Fatal(err)
		}
		if c.AssigneeID == nil || *c.AssigneeID != by.ID {
			t.Fatalf("%+v", c)
		}
		row, err := cases.Get(store.Read(w.Ctx, w.Store), c.ID)
		if err != nil {
			t.Fatal(err)
		}
		login, err := row.PlainLogin(w.Vault)
		if err != nil {
			t.Fatal(err)
		}
		return strings.TrimSuffix(login, "@ocn.example")
	}
	both := "ja en"
	if _, err := staff.Update(w.Ctx, w.Store, w.Administrator, w.Agent2.ID, staff.Change{Languages: &both}); err != nil {
		t.Fatal(err)
	}
	w.Agent.DeskID, w.Agent2.DeskID = 1, 1
	for i, step := range []struct {
		by   access.Actor
		want string
	}{{w.Agent, "m3"}, {w.Agent, "m1"}, {w.Agent, "none"}, {w.Agent2, "m2"}, {w.Agent2, "m4"}, {w.Agent2, "m6"}, {w.Agent2, "none"}} {
		if got := take(step.by); got != step.want {
			t.Fatalf("step %d: %s, want %s", i, got, step.want)
		}
	}
	if _, err := cases.TakeNext(w.Ctx, w.Store, w.Auditor); !fault.Is(err, "forbidden") {
		t.Error(err)
	}
}

// A desk is handed cases of the IDs that it serves, and a case of others that one of its
// people works on does not become the desk's.
func TestDesksGetCasesOfTheirIDs(t *testing.T) {
	w := desk(t, 2)
	apptest.SetUpFerry(t, w.Store)
	if i := w.ImportInto("FERRY-2026-01", "login_id,name\nfc-000001,山田 太郎\nfc-000002,山田 太郎\nfc-000003,山田 太郎\n", ""); i.Accepted != 3 {
		t.Fatalf("%+v", i)
	}
	if _, err := w.Pool.Exec(w.Ctx, "update staff set languages = 'ja en'"); err != nil {
		t.Fatal(err)
	}
	tech, miles := w.Agent.DeskID, w.Number("select id from desks where code = 'miles'")
	for i, login := range []string{"fc-000001", "m1@ocn.example", "fc-000002", "m2@ocn.example", "fc-000003"} {
		set(t, w, login, "changed_at = $1", w.Clock.Now().Add(time.Duration(i-10)*time.Hour))
	}
	set(t, w, "fc-000002", "desk_id = $1", tech) // as an older release left it
	next := func(by access.Actor) string {
		c, err := cases.TakeNext(w.Ctx, w.Store, by)
		if fault.Is(err, "no_case_waiting") {
			return "none"
		}
		if err != nil {
			t.Fatal(err)
		}
		return c.Number()
	}
	theirs, free := w.Agent2, w.Supervisor
	theirs.DeskID, free.DeskID = miles, 0
	if _, err := w.Pool.Exec(w.Ctx, "update staff set desk_id = case id when $1 then $2::bigint else null end where id = any($3)", theirs.ID, miles, []int64{theirs.ID, free.ID}); err != nil {
		t.Fatal(err)
	}
	for i, step := range []struct {
		by    access.Actor
		login string
		desk  int64
	}{{w.Agent, "m1@ocn.example", tech}, {theirs, "fc-000001", miles}, {w.Agent, "m2@ocn.example", tech}, {w.Agent, "", 0}, {free, "fc-000003", 0}} {
		got, want := next(step.by), "none"
		if step.login != "" {
			want = w.Case(step.login).Number()
		}
		if got != want {
			t.Fatalf("step %d: %s, want %s %s", i, got, step.login, want)
		}
		if step.desk != 0 && *w.Case(step.login).DeskID != step.desk {
			t.Errorf("step %d: the case is of desk %d", i, *w.Case(step.login).DeskID)
		}
	}
	// By hand anybody may work on any case; it is the main desk's for the ID, or stays where it is.
	agent, nobody := w.Agent.ID, int64(0)
	for _, login := range []string{"fc-000003", "fc-000001"} {
		for _, to := range []*int64{&nobody, &agent} {
			if _, err := cases.Update(w.Ctx, w.Store, w.Supervisor, w.Case(login).ID, cases.Change{Assignee: to, Version: w.Case(login).Version}); err != nil {
				t.Fatal(err)
			}
		}
		if got := w.Case(login).DeskID; got == nil || *got != miles {
			t.Errorf("%s is of desk %v", login, got)
		}
	}
	r, err := cases.Open(w.Ctx, w.Store, w.Agent, "FERRY-2026-01", "fc-000009")
	if err != nil || r.Case.DeskID == nil || *r.Case.DeskID != miles {
		t.Errorf("an inquiry about an ID of others: %+v %v", r.Case, err)
	}
}

// Many who ask at once never get the same case, and none is left over.
func TestTakeNextAtOnce(t *testing.T) {
	w := desk(t, 20)
	if _, err := w.Pool.Exec(w.Ctx, "update staff set languages = 'ja en'"); err != nil {
		t.Fatal(err)
	}
	var mu sync.Mutex
	taken := map[int64]int{}
	var wg sync.WaitGroup
	for i := range 8 {
		by := []access.Actor{w.Agent, w.Agent2}[i%2]
		wg.Go(func() {
			for {
				c, err := cases.TakeNext(w.Ctx, w.Store, by)
				if fault.Is(err, "no_case_waiting") {
					return
				}
				if err != nil {
					t.Error(err)
					return
				}
				mu.Lock()
				taken[c.ID]++
				mu.Unlock()
			}
		})
	}
	wg.Wait()
	if len(taken) != 20 {
		t.Fatalf("%d cases were taken", len(taken))
	}
	for id, n := range taken {
		if n != 1 {
			t.Errorf("case %d was taken %d times", id, n)
		}
	}
}
