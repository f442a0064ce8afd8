package notices_test

import (
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/emersion/go-smtp"

	"hoten/app/access"
	"hoten/app/apptest"
	"hoten/app/fault"
	"hoten/app/notices"
	"hoten/app/store"
)

// reply is an answer of a mail server.
func reply(code int, enhanced smtp.EnhancedCode, words string) error {
	return &smtp.SMTPError{Code: code, EnhancedCode: enhanced, Message: words}
}

var (
	blocked     = reply(550, smtp.EnhancedCode{5, 7, 1}, "Service unavailable, Client host [192.0.2.1] blocked using Spamhaus")
	unknownUser = reply(550, smtp.EnhancedCode{5, 1, 1}, "User unknown")
	spam        = reply(554, smtp.EnhancedCode{5, 7, 1}, "Message rejected as spam")
	greylisted  = reply(451, smtp.EnhancedCode{4, 7, 1}, "Greylisted, try again later")
	mailboxFull = reply(552, smtp.EnhancedCode{5, 2, 2}, "mailbox full")
)

func times(n int, err error) []error { return slices.Repeat([]error{err}, n) }

// over is a postman to a mail server that answers recipients and messages in turn, and
// what it took.
func over(t *testing.T, s *store.Store, rcpt, data []error) (*notices.Postman, func() []string) {
	t.Helper()
	address, got := notices.Receive(t, rcpt, data)
	out, err := notices.NewSMTP(address, "no-reply@hoten.example")
	if err != nil {
		t.Fatal(err)
	}
	return postman(s, out), got
}

func drafts(n int, domains ...string) (out []notices.Draft) {
	for i := range n {
		out = append(out, draft(notices.ReimbursementCompleted, fmt.Sprintf("m%d@%s", i, domains[i%len(domains)])))
	}
	return out
}

func stopped(t *testing.T, s *store.Store) []notices.Stopped {
	t.Helper()
	list, err := notices.StoppedQueues(store.Read(t.Context(), s))
	if err != nil {
		t.Fatal(err)
	}
	return list
}

func states(t *testing.T, s *store.Store, ids []int64) map[string]int {
	t.Helper()
	out := map[string]int{}
	for _, id := range ids {
		out[byID(t, s, id).State]++
	}
	return out
}

// What makes a queue stop, and which.
func TestRunsOfEqualRefusals(t *testing.T) {
	three := []string{"one.example", "two.example", "three.example"}
	for _, c := range []struct {
		name       string
		mails      []notices.Draft
		rcpt, data []error
		scope      string // of the queue that stops; "-": none
		bounced    int
		failed     int
	}{
		{"a block by one domain", drafts(30, "one.example"), times(30, blocked), nil, "one.example", 0, 0},
		{"19 are no run", drafts(19, "one.example"), times(19, blocked), nil, "-", 0, 0},
		{"a mail that is taken ends the run", drafts(30, "one.example"), slices.Concat(times(19, blocked), []error{nil}, times(10, blocked)), nil, "-", 0, 0},
		{"another refusal ends the run", drafts(30, "one.example"), slices.Concat(times(19, blocked), []error{mailboxFull}, times(10, blocked)), nil, "-", 0, 0},
		{"a relay that refuses every domain", drafts(30, three...), times(30, reply(554, smtp.EnhancedCode{5, 7, 1}, "Relay access denied")), nil, "", 0, 0},
		{"users unknown to a relay", drafts(30, three...), times(30, unknownUser), nil, "", 20, 0},
		{"users unknown to a domain", drafts(30, "one.example"), times(30, unknownUser), nil, "one.example", 20, 0},
		{"messages refused as spam", drafts(30, "one.example"), nil, times(30, spam), "one.example", 0, 0},
		{"a domain that greylists", drafts(30, "one.example"), times(30, greylisted), nil, "one.example", 0, 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			s, _ := apptest.New(t)
			p, _ := over(t, s, c.rcpt, c.data)
			ids := queue(t, s, c.mails...)
			deliver(t, p, ids...)
			list := stopped(t, s)
			if c.scope == "-" {
				if len(list) != 0 {
					t.Errorf("stopped: %+v", list)
				}
				return
			}
			if len(list) != 1 || list[0].Scope != c.scope || list[0].Waiting != int64(30-c.bounced) {
				t.Fatalf("stopped: %+v", list)
			}
			if got := states(t, s, ids); got[notices.Bounced] != c.bounced || got[notices.Failed] != c.failed || got[notices.Queued] != 30-c.bounced {
				t.Errorf("states %v", got)
			}
			if n := count(t, s, "select count(*) from mails where state = 'queued' and attempts > 1"); n != 0 {
				t.Errorf("%d mails have used up attempts", n)
			}
		})
	}
}

// A block by one receiver stops no mails to others.
func TestABlockIsOneDomains(t *testing.T) {
	s, _ := apptest.New(t)
	p, got := over(t, s, times(20, blocked), nil)
	deliver(t, p, queue(t, s, drafts(25, "one.example")...)...)
	deliver(t, p, queue(t, s, draft(notices.ReimbursementCompleted, "a@two.example"))...)
	if len(got()) != 1 || len(stopped(t, s)) != 1 {
		t.Errorf("%d taken, stopped %+v", len(got()), stopped(t, s))
	}
}

// Our own server that cannot be reached stops all, also when the mails are few.
func TestAnUnreachableRelayStopsAll(t *testing.T) {
	s, clock := apptest.New(t)
	out := &catcher{answer: func(notices.Envelope) error { return errors.New("dial tcp: connection refused") }}
	ids := queue(t, s, drafts(3, "one.example")...)
	for range 4 {
		deliver(t, postman(s, out), ids...)
		clock.Add(16 * time.Minute)
	}
	list := stopped(t, s)
	if len(list) != 1 || list[0].Scope != notices.All || !list[0].Relay || list[0].ProbeAt == nil {
		t.Fatalf("%+v", list)
	}
	out.answer = nil
	clock.Set(list[0].ProbeAt.Add(time.Minute))
	deliver(t, postman(s, out), ids...)
	clock.Add(time.Minute)
	deliver(t, postman(s, out), ids...)
	if got := states(t, s, ids); got[notices.Sent] != 3 || len(stopped(t, s)) != 0 {
		t.Errorf("after it came back: %v, %+v", got, stopped(t, s))
	}
}

// A stopped queue is tried with one mail at growing intervals, and goes on when one is
// taken. Nothing is sent twice.
func TestProbes(t *testing.T) {
	s, clock := apptest.New(t)
	p, got := over(t, s, times(23, blocked), nil)
	ids := queue(t, s, drafts(30, "one.example")...)
	deliver(t, p, ids...)
	var waited []time.Duration
	for range 3 {
		at := *stopped(t, s)[0].ProbeAt
		waited = append(waited, at.Sub(clock.Now()))
		clock.Set(at.Add(5 * time.Second))
		deliver(t, p, ids...)
		deliver(t, p, ids...)
		if list := stopped(t, s); len(list) != 1 || len(got()) != 0 || list[0].Waiting != 30 {
			t.Fatalf("after a probe: %d taken, %+v", len(got()), list)
		}
	}
	if fmt.Sprint(waited) != "[5m0s 10m0s 20m0s]" {
		t.Errorf("waited %v", waited)
	}
	clock.Set(*stopped(t, s)[0].ProbeAt)
	clock.Add(5 * time.Second)
	deliver(t, p, ids...)
	deliver(t, p, ids...)
	if n := count(t, s, "select count(*) from mails where state = 'sent'"); len(stopped(t, s)) != 0 || len(got()) != 30 || n != 30 {
		t.Errorf("%d taken, %d sent, %+v", len(got()), n, stopped(t, s))
	}
	if n := count(t, s, "select count(*) from audit_entries where action in ('mails.stopped', 'mails.resumed')"); n != 2 {
		t.Errorf("%d entries in the trail", n)
	}
}

// Refused addresses wait for a person, who has them tried again or lets the marks stand.
func TestResume(t *testing.T) {
	for _, again := range []bool{false, true} {
		w := apptest.NewWorld(t)
		s, clock := w.Store, w.Clock
		p, got := over(t, s, times(20, unknownUser), nil)
		ids := queue(t, s, drafts(30, "one.example")...)
		deliver(t, p, ids...)
		clock.Add(48 * time.Hour)
		deliver(t, p, ids...)
		q := stopped(t, s)[0]
		if len(got()) != 0 || q.ProbeAt != nil || q.Refused != 20 {
			t.Fatalf("it went on by itself: %d taken, %+v", len(got()), q)
		}
		if err := notices.Resume(t.Context(), s, w.Agent, q.ID, again, "直した"); !fault.Of(err, fault.Forbidden) {
			t.Errorf("an agent: %v", err)
		}
		if err := notices.Resume(t.Context(), s, w.Manager, q.ID, again, "中継サーバーの設定を修正"); err != nil {
			t.Fatal(err)
		}
		if err := notices.Resume(t.Context(), s, w.Manager, q.ID, again, "x"); !fault.Of(err, fault.NotFound) {
			t.Errorf("twice: %v", err)
		}
		deliver(t, p, ids...)
		want := 10
		if again {
			want = 30
		}
		if got := states(t, s, ids); got[notices.Sent] != want {
			t.Errorf("again %v: %v", again, got)
		}
	}
}

// Whoever waits on the phone learns at once that the mail cannot go.
func TestCodesDoNotWaitInAStoppedQueue(t *testing.T) {
	s, clock := apptest.New(t)
	p, _ := over(t, s, times(40, blocked), nil)
	code := draft(notices.VerificationCode, "taro@one.example")
	code.Secret = "048159"
	deliver(t, p, queue(t, s, drafts(20, "one.example")...)...)
	id := queue(t, s, code)[0] // it was queued just before the queue stopped
	var told []notices.Mail
	p.Settled = func(_ *store.Tx, m notices.Mail) error { told = append(told, m); return nil }
	deliver(t, p, id)
	if m := byID(t, s, id); m.State != notices.Failed || m.Secret != nil || len(told) != 1 {
		t.Errorf("%+v, told %d", m, len(told))
	}
	can := func(address string) error {
		return store.Keep(t.Context(), s, func(tx *store.Tx) error { return notices.CanGo(tx, address) })
	}
	if err := can("taro@ONE.example"); !fault.Is(err, "mail_stopped") {
		t.Errorf("another code: %v", err)
	}
	if err := can("taro@two.example"); err != nil {
		t.Errorf("a code to another domain: %v", err)
	}
	clock.Set(*stopped(t, s)[0].ProbeAt)
	if err := can("taro@one.example"); err != nil {
		t.Errorf("a code when the queue is tried: %v", err)
	}
}

// Two programs stop one queue once.
func TestTwoStop(t *testing.T) {
	s, _ := apptest.New(t)
	p, _ := over(t, s, times(30, blocked), nil)
	deliver(t, p, queue(t, s, drafts(20, "one.example")...)...)
	id := stopped(t, s)[0].ID
	if err := notices.Stop(t.Context(), s, access.System("postman"), id); err != nil {
		t.Error(err)
	}
	if n := count(t, s, "select count(*) from audit_entries where action = 'mails.stopped'"); n != 1 {
		t.Errorf("stopped %d times", n)
	}
}

// A case that an import has locked holds up neither other mails nor the note that its own
// was sent; it is told later.
func TestALockedCaseHoldsUpNoMails(t *testing.T) {
	w := apptest.NewWorld(t)
	w.Import(apptest.Losses(1))
	id := w.Case(apptest.LossLogin(0)).ID
	out := &catcher{}
	p := postman(w.Store, out)
	p.Settled = func(tx *store.Tx, m notices.Mail) error {
		if m.CaseID == nil {
			return nil
		}
		_, err := store.Exec(tx, "update cases set notified_at = $2 where id = $1", *m.CaseID, tx.Now)
		return err
	}
	mine := draft(notices.RestrictionNotice, "taro@mail.example")
	mine.CaseID = &id
	ids := queue(t, w.Store, mine, draft(notices.ReimbursementCompleted, "hanako@mail.example"))
	locked, release, done := make(chan struct{}), make(chan struct{}), make(chan error, 1)
	go func() {
		done <- store.Keep(t.Context(), w.Store, func(tx *store.Tx) error {
			if _, err := store.Exec(tx, "select from cases where id = $1 for update", id); err != nil {
				return err
			}
			close(locked)
			<-release
			return nil
		})
	}()
	<-locked
	deliver(t, p, ids...)
	w.Clock.Add(notices.Claimed)
	deliver(t, p, ids...)
	if got := states(t, w.Store, ids); got[notices.Sent] != 2 || len(out.got) != 2 {
		t.Errorf("%v, %d sent", got, len(out.got))
	}
	if err := p.TellLate(t.Context()); err != nil || w.Number("select count(*) from mails where untold") != 1 {
		t.Errorf("told while it was locked: %v", err)
	}
	close(release)
	if err := <-done; err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if err := p.TellLate(t.Context()); err != nil {
			t.Error(err)
		}
	}
	if w.Number("select count(*) from mails where untold") != 0 || w.Number("select count(*) from cases where notified_at is not null") != 1 {
		t.Error("the case was not told")
	}
}

func count(t *testing.T, s *store.Store, query string) (n int) {
	t.Helper()
	if err := store.Scan(store.Read(t.Context(), s), query, nil, &n); err != nil {
		t.Fatal(err)
	}
	return n
}

// What was under way when the queue stopped belongs to its run: taken back, none stays marked.
func TestMailsUnderWayWhenAQueueStops(t *testing.T) {
	w := apptest.NewWorld(t)
	s := w.Store
	address, got := notices.Receive(t, times(21, unknownUser), nil)
	out, err := notices.NewSMTP(address, "no-reply@hoten.example")
	if err != nil {
		t.Fatal(err)
	}
	ids := queue(t, s, drafts(21, "one.example", "two.example", "three.example")...)
	claimed, gate, done := make(chan struct{}), make(chan struct{}), make(chan struct{})
	go func() {
		defer close(done)
		deliver(t, postman(s, &catcher{answer: func(e notices.Envelope) error {
			close(claimed)
			<-gate
			return out.Send(t.Context(), e)
		}}), ids[20])
	}()
	<-claimed
	deliver(t, postman(s, out), ids[:20]...)
	if list := stopped(t, s); len(list) != 1 || list[0].Scope != notices.All {
		t.Fatalf("stopped: %+v", list)
	}
	close(gate)
	<-done
	list := stopped(t, s)
	if len(list) != 1 || list[0].Refused != 21 {
		t.Fatalf("of its run: %+v", list)
	}
	if err := notices.Resume(t.Context(), s, w.Manager, list[0].ID, true, "中継サーバーの設定を修正"); err != nil {
		t.Fatal(err)
	}
	deliver(t, postman(s, out), ids...)
	if states := states(t, s, ids); states[notices.Sent] != 21 || len(got()) != 21 {
		t.Errorf("%v, %d taken", states, len(got()))
	}
}

// Where the queue of a domain and that of all mails stopped both, each mail is counted in
// one of them, and resuming one of them leaves the other's mails alone.
func TestEachMailIsCountedOnce(t *testing.T) {
	w := apptest.NewWorld(t)
	s := w.Store
	p, _ := over(t, s, times(22, unknownUser), nil)
	ids := queue(t, s, drafts(25, "one.example")...)
	deliver(t, p, ids...)
	ids = append(ids, queue(t, s, draft(notices.ReimbursementCompleted, "a@two.example"), draft(notices.ReimbursementCompleted, "a@three.example"))...)
	deliver(t, p, ids[25:]...)
	late := queue(t, s, drafts(4, "four.example")...) // nobody has looked at these yet
	ids = append(ids, late...)
	sum := func(want string) {
		t.Helper()
		got, waiting, refused := "", int64(0), int64(0)
		for _, q := range stopped(t, s) {
			got += fmt.Sprintf("%q %d %d; ", q.Scope, q.Waiting, q.Refused)
			waiting, refused = waiting+q.Waiting, refused+q.Refused
		}
		if now := states(t, s, ids); got != want || int64(now[notices.Queued]) != waiting || int64(now[notices.Bounced]) != refused {
			t.Errorf("%s, states %v", got, now)
		}
	}
	sum(`"" 4 2; "one.example" 5 20; `)
	deliver(t, p, late...)
	sum(`"" 4 2; "one.example" 5 20; `)
	all := stopped(t, s)[0]
	if err := notices.Resume(t.Context(), s, w.Manager, all.ID, true, "中継サーバーの設定を修正"); err != nil {
		t.Fatal(err)
	}
	if now := states(t, s, ids); now[notices.Bounced] != 20 {
		t.Errorf("the mails of the domain were taken back as well: %v", now)
	}
}
