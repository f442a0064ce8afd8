package points_test

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"hoten/app/apptest"
	"hoten/app/fault"
	"hoten/app/installation"
	"hoten/app/outside"
	"hoten/app/points"
	"hoten/app/points/simulator"
	"hoten/app/policies"
	"hoten/app/reimbursements"
	"hoten/app/store"
)

func TestMain(m *testing.M) { apptest.Main(m) }

// losses is a world of so many IDs that lost points of both programs, whose plans two approve.
func losses(t testing.TB, n int) *apptest.World {
	t.Helper()
	w := apptest.NewWorld(t)
	w.Import(apptest.Losses(n))
	w.SetPolicies(func(p *policies.Policies) { p.DailyLimits = map[string]int64{} })
	return w
}

// approve approves the plans of all IDs that have none yet.
func approve(t testing.TB, w *apptest.World, n int) (ids []int64) {
	t.Helper()
	for i := range n {
		ids = append(ids, approveOne(t, w, i))
	}
	return ids
}

// leg is the only leg of a proposal.
func leg(t testing.TB, w *apptest.World, reimbursement int64) points.Leg {
	t.Helper()
	legs, err := points.Legs(store.Read(w.Ctx, w.Store), reimbursement)
	if err != nil || len(legs) != 1 {
		t.Fatalf("%+v %v", legs, err)
	}
	return legs[0]
}

// outsideOnly is a system that answers as the function does.
func outsideOnly(t testing.TB, w *apptest.World, answer http.HandlerFunc) {
	t.Helper()
	server := httptest.NewServer(answer)
	t.Cleanup(server.Close)
	w.ConnectPointsAt(t, server.URL, []string{"pointtalk"})
}

// What a system answers decides the state of the leg; where it may have been done, nothing is
// sent again before it was read.
func TestAnswers(t *testing.T) {
	w := losses(t, 1)
	say := func(status int, body string) http.HandlerFunc {
		return func(rw http.ResponseWriter, _ *http.Request) {
			rw.Header().Set("Content-Type", "application/json")
			rw.WriteHeader(status)
			fmt.Fprint(rw, body)
		}
	}
	var mu sync.Mutex // answers of requests that were given up may still be written
	var now http.HandlerFunc
	var puts, gets int
	var never bool // it was not done, and the system says so where it is asked
	answers := func(h http.HandlerFunc) {
		mu.Lock()
		defer mu.Unlock()
		now, puts, gets, never = h, 0, 0, false
	}
	refuses := func(h http.HandlerFunc) {
		answers(h)
		mu.Lock()
		defer mu.Unlock()
		never = true
	}
	asked := func() (int, int) {
		mu.Lock()
		defer mu.Unlock()
		return puts, gets
	}
	outsideOnly(t, w, func(rw http.ResponseWriter, r *http.Request) {
		mu.Lock()
		if r.Method == http.MethodPut {
			puts++
		} else {
			gets++
		}
		answer := now
		if r.Method == http.MethodGet && never {
			answer = say(404, `{"code":"unknown_key"}`)
		}
		mu.Unlock()
		answer(rw, r)
	})
	of := approve(t, w, 1)[0]
	first := leg(t, w, of)
	mine := fmt.Sprintf(`{"key":%q,"account":%q,"program":"pointtalk","points":%d,"reference":"P1"}`, first.Key, apptest.LossLogin(0), first.Points)
	for _, c := range []struct {
		name   string
		answer http.HandlerFunc
		state  string
		code   string
	}{
		{"not this secret", say(401, `{"code":"unauthorized"}`), outside.Waiting, ""},
		{"too many", say(429, ``), outside.Waiting, ""},
		{"elsewhere", say(302, ``), outside.Waiting, ""},
		{"no money", say(422, `{"code":"insufficient_balance","message":"m00000@ocn.example has none"}`), outside.Declined, points.InsufficientBalance},
		{"a code of its own", say(400, `{"code":"on_holiday"}`), outside.Declined, outside.RefusedOther},
		{"a page of a proxy", say(404, `<html>not found</html>`), outside.Uncertain, ""},
		{"nonsense", say(200, `{"result":"ok"}`), outside.Uncertain, ""},
		{"other points", say(200, strings.Replace(mine, `"points":`, `"points":1`, 1)), outside.Uncertain, ""},
		{"another account", say(201, strings.Replace(mine, `"account":"`, `"account":"x`, 1)), outside.Uncertain, ""},
		{"much", func(rw http.ResponseWriter, _ *http.Request) {
			_, _ = rw.Write([]byte(mine + strings.Repeat(" ", 10<<20))) // the reader gives up
		}, outside.Uncertain, ""},
		{"an error", say(500, ``), outside.Uncertain, ""},
		{"cut", func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }, outside.Uncertain, ""},
	} {
		reset(t, w)
		if answers(c.answer); c.state == outside.Declined {
			refuses(c.answer)
		}
		w.SendLegs(t)
		if l := leg(t, w, of); l.State != c.state || l.Code != c.code || l.Said == "" || strings.Contains(l.Said, apptest.LossLogin(0)) {
			t.Errorf("%s: %+v", c.name, l)
		}
	}
	answers(func(rw http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodGet {
			say(404, `{"code":"unknown_key"}`)(rw, r)
			return
		}
		say(201, mine)(rw, r)
	})
	w.Clock.Add(time.Hour)
	w.SendLegs(t)
	if puts, gets := asked(); puts != 1 || gets != 1 || leg(t, w, of).State != outside.Completed || leg(t, w, of).Reference != "P1" {
		t.Errorf("%d puts, %d gets, %+v", puts, gets, leg(t, w, of))
	}
}

// reset has the legs wait as if they had not been sent.
func reset(t testing.TB, w *apptest.World) {
	t.Helper()
	must(t, store.Keep(w.Ctx, w.Store, func(tx *store.Tx) error {
		tx.Queue("update point_legs set state = 'waiting', attempts = 0, next_at = $1, settled_at = null, code = '', said = ''", tx.Now)
		tx.Queue("update point_systems set fails = 0, rests_until = null, failing_since = null")
		return nil
	}))
}

// An answer that is lost after it was done is read back, not sent again; under a key by which
// something else was done nothing is ever sent.
func TestALostAnswerIsReadBack(t *testing.T) {
	w := losses(t, 1)
	y := w.ConnectPoints(t, []string{"pointtalk"})
	of := approve(t, w, 1)[0]
	y.Behave(simulator.Faults{After: 1})
	w.SendLegs(t)
	y.Behave(simulator.Faults{})
	if l := leg(t, w, of); l.State != outside.Uncertain {
		t.Fatalf("%+v", l)
	}
	w.Clock.Add(time.Minute)
	w.SendLegs(t)
	if l := leg(t, w, of); !l.Done() || y.Asked(l.Key) != 1 {
		t.Errorf("asked %d times, %+v", y.Asked(l.Key), l)
	}
}

func TestAKeyThatIsTaken(t *testing.T) {
	w := losses(t, 1)
	y := w.ConnectPoints(t, []string{"pointtalk"})
	of := approve(t, w, 1)[0]
	y.Take(simulator.Movement{Key: leg(t, w, of).Key, Account: "somebody", Program: "pointtalk", Points: 5})
	w.SendLegs(t)
	if l := leg(t, w, of); l.State != outside.Declined || l.Code != points.KeyConflict {
		t.Fatalf("%+v", l)
	}
	must(t, points.SendAgain(w.Ctx, w.Store, w.Supervisor, leg(t, w, of).ID))
	w.SendLegs(t)
	if l := leg(t, w, of); l.Code != points.KeyConflict || y.Asked(l.Key) != 1 {
		t.Errorf("asked %d times, %+v", y.Asked(l.Key), l)
	}
	// What was done under the key may be for this ID: nothing is undone until somebody looked.
	_, err := reimbursements.ProposeUndo(w.Ctx, w.Store, w.Agent, of, "キーの重複")
	refusedAs(t, err, "leg_disputed")
	must(t, points.SayNotDone(w.Ctx, w.Store, w.Supervisor, leg(t, w, of).ID, "ほかのIDの付与だった"))
	refusedAs(t, points.SayNotDone(w.Ctx, w.Store, w.Supervisor, leg(t, w, of).ID, "ほかのIDの付与だった"), "leg_settled")
	_, err = reimbursements.ProposeUndo(w.Ctx, w.Store, w.Agent, of, "キーの重複")
	must(t, err)
}

// A program that ends between recording and sending, or while it sends, leaves a leg that
// another program finishes.
func TestAProgramEndsWhileItSends(t *testing.T) {
	w := losses(t, 1)
	y := w.ConnectPoints(t, []string{"pointtalk"})
	of := approve(t, w, 1)[0]
	ctx, cancel := context.WithCancel(w.Ctx)
	cancel()
	if err := points.Send(ctx, w.Store); err == nil {
		t.Fatal("sent by a program that has ended")
	}
	must(t, store.Keep(w.Ctx, w.Store, func(tx *store.Tx) error {
		tx.Queue("update point_legs set state = 'uncertain', attempts = 1, sent_at = $1, taken_until = $2", tx.Now, tx.Now.Add(outside.Lease))
		return nil
	}))
	if w.SendLegs(t); y.Asked(leg(t, w, of).Key) != 0 {
		t.Fatal("taken although somebody sends it")
	}
	w.Clock.Add(time.Minute)
	if w.SendLegs(t); !leg(t, w, of).Done() || y.Asked(leg(t, w, of).Key) != 1 {
		t.Errorf("%+v", leg(t, w, of))
	}
}

// A refusal of a try that another one has overtaken is not the last word: that it was done is.
func TestALateRefusalIsNoAnswer(t *testing.T) {
	w := losses(t, 1)
	y := w.ConnectPoints(t, []string{"pointtalk"})
	of := approve(t, w, 1)[0]
	var once sync.Once
	y.Refuse(func(string, string, int64) string {
		overtaken := false
		once.Do(func() { overtaken = true })
		if !overtaken {
			return ""
		}
		must(t, store.Keep(w.Ctx, w.Store, func(tx *store.Tx) error { // another program took it meanwhile
			tx.Queue("update point_legs set attempts = attempts + 1")
			return nil
		}))
		return points.AccountClosed
	})
	w.SendLegs(t)
	if l := leg(t, w, of); l.State != outside.Uncertain {
		t.Fatalf("%+v", l)
	}
	w.Clock.Add(time.Minute)
	if w.SendLegs(t); !leg(t, w, of).Done() {
		t.Errorf("%+v", leg(t, w, of))
	}
}

// A system that does not answer rests, and all is sent once it does.
func TestASystemThatFailsRests(t *testing.T) {
	w := losses(t, 6)
	y := w.ConnectPoints(t, []string{"pointtalk"})
	approve(t, w, 6)
	y.Behave(simulator.Faults{Busy: 1})
	for range 30 {
		w.SendLegs(t)
		w.Clock.Add(time.Second)
	}
	now, err := points.ByCode(store.Read(w.Ctx, w.Store), "outside")
	must(t, err)
	if now.Fails < 5 || now.RestsUntil == nil || !strings.Contains(now.Said, "503") || w.Number("select sum(attempts) from point_legs") > 20 {
		t.Fatalf("%+v", now)
	}
	y.Behave(simulator.Faults{})
	w.Clock.Add(20 * time.Minute)
	w.SendLegs(t)
	w.SendLegs(t)
	if n := len(y.Done()); n != 6 {
		t.Errorf("%d done", n)
	}
}

// What needs people is told after the time that the system is set up with, refusals at once.
func TestLegsThatPeopleLookAt(t *testing.T) {
	w := losses(t, 2)
	y := w.ConnectPoints(t, []string{"pointtalk"})
	troubles := func() int64 {
		n, err := store.Now(store.Read(w.Ctx, w.Store), func(reads *store.Reads) *[]int64 { return points.AskTroubles(reads, w.Clock.Now()) })
		must(t, err)
		return n[0]
	}
	of := approve(t, w, 2)
	y.Behave(simulator.Faults{Before: 1})
	if w.SendLegs(t); troubles() != 0 {
		t.Error("told at once")
	}
	w.Clock.Add(15 * time.Minute)
	if troubles() != 2 {
		t.Errorf("%d told after 15 minutes", troubles())
	}
	y.Behave(simulator.Faults{})
	y.Refuse(func(account, _ string, _ int64) string {
		if account == apptest.LossLogin(1) {
			return points.AccountClosed
		}
		return ""
	})
	w.SendLegs(t)
	w.SendLegs(t)
	if troubles() != 1 {
		t.Errorf("%d told", troubles())
	}
	refused := leg(t, w, of[1])
	for name, err := range map[string]error{
		"no reference":  points.SettleByHand(w.Ctx, w.Store, w.Supervisor, refused.ID, " ", "台帳で付与"),
		"by an agent":   points.SettleByHand(w.Ctx, w.Store, w.Agent, refused.ID, "M-1", "台帳で付与"),
		"a done one":    points.SettleByHand(w.Ctx, w.Store, w.Supervisor, leg(t, w, of[0]).ID, "M-1", "台帳で付与"),
		"again by them": points.SendAgain(w.Ctx, w.Store, w.Agent, refused.ID),
	} {
		if _, is := fault.As(err); !is {
			t.Errorf("%s: %v", name, err)
		}
	}
	must(t, points.SettleByHand(w.Ctx, w.Store, w.Supervisor, refused.ID, "M-1", "台帳で付与"))
	if l := leg(t, w, of[1]); !l.Done() || l.Reference != "M-1" || l.SettledBy == nil {
		t.Errorf("%+v", l)
	}
	if err := points.SettleByHand(w.Ctx, w.Store, w.Supervisor, refused.ID, "M-1", "台帳で付与"); !fault.Is(err, "leg_settled") {
		t.Errorf("a second click: %v", err)
	}
	if w.Number("select count(*) from reimbursements where state = 'posted'") != 2 || troubles() != 0 {
		t.Error("not posted after the last leg was done by hand")
	}
}

// A copy of a database sends nothing before it is released.
func TestACopySendsNothing(t *testing.T) {
	w := losses(t, 1)
	y := w.ConnectPoints(t, []string{"pointtalk"})
	approve(t, w, 1)
	apptest.AsOwner(t, w.Store, `delete from installations; insert into installations values ('\x00', 'db.example:5432/hoten', '2014-07-30')`)
	if here, err := installation.Look(w.Ctx, w.Store); err != nil || !here.Held {
		t.Fatalf("%+v %v", here, err)
	}
	w.SendLegs(t)
	if _, err := points.Check(w.Ctx, w.Store, w.Administrator, 1); !fault.Is(err, "installation_held") {
		t.Errorf("checked: %v", err)
	}
	if len(y.Done()) != 0 {
		t.Error("a copy moved points")
	}
}

// Random faults, several senders and programs that end between any two steps: at the end both
// sides are equal, and every key was done once.
func TestBothSidesAreEqual(t *testing.T) {
	const n = 60
	w := losses(t, n)
	y := w.ConnectPoints(t, []string{"pointtalk"})
	y.Behave(simulator.Faults{Before: .1, After: .1, Error: .1, Busy: .05, Wrong: .1, Twice: .2})
	of := approve(t, w, n)
	for range 400 {
		var all sync.WaitGroup
		for i := range 3 {
			all.Go(func() {
				ctx, cancel := context.WithTimeout(w.Ctx, time.Duration(5+i*40)*time.Millisecond)
				defer cancel()
				if err := points.Send(ctx, w.Store); err != nil && ctx.Err() == nil {
					t.Error(err)
				}
			})
		}
		all.Wait()
		if w.Number("select count(*) from point_legs where state <> 'done'") == 0 {
			break
		}
		w.Clock.Add(time.Minute)
	}
	equal(t, w, y, of)
}

// equal fails the test unless every leg was done, once, and both sides moved the same.
func equal(t testing.TB, w *apptest.World, y *simulator.System, of []int64) {
	t.Helper()
	done := y.Done()
	if len(done) != len(of) {
		t.Errorf("%d done of %d", len(done), len(of))
	}
	for i, id := range of {
		l := leg(t, w, id)
		if m := done[l.Key]; !l.Done() || m.Points != l.Points || y.Balance(apptest.LossLogin(i), "pointtalk") != l.Points {
			t.Errorf("%+v, outside %+v", l, m)
		}
	}
	if n := w.Number("select count(*) from reimbursements where state = 'posted'"); n != int64(len(of)) {
		t.Errorf("%d posted", n)
	}
	if n := w.Number("select count(*) from mails where kind = 'reimbursement_completed'"); n != int64(len(of)) {
		t.Errorf("%d mails", n)
	}
	if n := w.Number(`select coalesce(sum(p.points), 0) - (select sum(points) from point_legs where state = 'done') from postings p join accounts a on a.id = p.account_id
		join programs g on g.id = a.program_id where a.identity_id is not null and g.code = 'pointtalk' and p.purpose <> 'opening'`); n != 0 {
		t.Errorf("the books differ by %d", n)
	}
}

func TestSetUp(t *testing.T) {
	w := losses(t, 1)
	w.ConnectPoints(t, []string{"goo", "pointtalk"})
	now, err := points.ByCode(store.Read(w.Ctx, w.Store), "outside")
	must(t, err)
	plan := func(change func(*points.Plan)) points.Plan {
		p := points.Plan{Programs: []string{"goo", "pointtalk"}, Plan: outside.Plan{Code: "outside", Name: now.Name, Kind: "http", Settings: now.Set()}}
		change(&p)
		return p
	}
	if changed, err := points.Set(w.Ctx, w.Store, w.Administrator, now.Version, plan(func(*points.Plan) {})); err != nil || changed {
		t.Errorf("the same again: %v %v", changed, err)
	}
	approve(t, w, 1)
	for code, change := range map[string]func(*points.Plan){
		"url:rest_plain":             func(p *points.Plan) { p.Settings["url"] = "http://points.example" },
		"account:points_account":     func(p *points.Plan) { p.Settings["account"] = "x" },
		"secret:points_secret":       func(p *points.Plan) { p.Settings["secret"] = "short" },
		"timeout:limit_range":        func(p *points.Plan) { p.Settings["timeout"] = "60" },
		"alarm_minutes:limit_range":  func(p *points.Plan) { p.AlarmMinutes = -1 },
		"programs:program_unknown":   func(p *points.Plan) { p.Programs = []string{"none"} },
		"programs:legs_open":         func(p *points.Plan) { p.Programs = nil },
		"programs:program_elsewhere": func(p *points.Plan) { p.Code = "second" },
	} {
		p := plan(change)
		seen := now.Version
		if p.Code == "second" {
			seen, p.Settings["secret"] = 0, "another-long-secret"
		}
		_, err := points.Set(w.Ctx, w.Store, w.Administrator, seen, p)
		if f, is := fault.As(err); !is || len(f.Fields) != 1 || f.Fields[0].Name+":"+f.Fields[0].Code != code {
			t.Errorf("%s: %v", code, err)
		}
	}
	if _, err := points.Set(w.Ctx, w.Store, w.Manager, now.Version, plan(func(*points.Plan) {})); !fault.Is(err, "forbidden") {
		t.Errorf("a manager: %v", err)
	}
	w.SendLegs(t)
	if _, err := points.Set(w.Ctx, w.Store, w.Administrator, now.Version, plan(func(p *points.Plan) { p.Programs = nil })); err != nil {
		t.Errorf("taken out once all is done: %v", err)
	}
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
