package notices_test

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/riverqueue/river"

	"hoten/app/apptest"
	"hoten/app/notices"
	"hoten/app/store"
)

func TestMain(m *testing.M) { apptest.Main(m) }

// catcher is an outlet of tests: it keeps what it takes and answers as told.
type catcher struct {
	mu     sync.Mutex
	got    []notices.Envelope
	answer func(e notices.Envelope) error
}

func (c *catcher) Send(_ context.Context, e notices.Envelope) error {
	c.mu.Lock()
	c.got = append(c.got, e)
	answer := c.answer
	c.mu.Unlock()
	if answer == nil {
		return nil
	}
	return answer(e)
}

func postman(s *store.Store, out notices.Outlet) *notices.Postman {
	return &notices.Postman{Store: s, Outlet: out, From: "no-reply@hoten.example", Env: func(context.Context, time.Time, string, int64) (notices.Env, error) {
		return notices.Env{Company: "NTTコミュニケーションズ", TopPage: "OCNのトップページ", Desks: []notices.DeskLine{{Name: "窓口", Phone: "0120-047-860", Hours: "10:00～21:00"}}}, nil
	}}
}

func draft(kind, to string) notices.Draft {
	return notices.Draft{Kind: kind, Language: "ja", To: to, Facts: notices.Facts{Name: "山田 太郎", MaskedLogin: "m00****@ocn.example", CaseNumber: "H0000012-3", Minutes: 10, At: apptest.Start}}
}

func queue(t *testing.T, s *store.Store, drafts ...notices.Draft) (ids []int64) {
	t.Helper()
	err := store.Keep(t.Context(), s, func(tx *store.Tx) (err error) {
		ids, err = notices.Queue(tx, drafts...)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return ids
}

func deliver(t *testing.T, p *notices.Postman, ids ...int64) {
	t.Helper()
	if err := p.Deliver(t.Context(), ids); err != nil {
		t.Fatal(err)
	}
}

func byID(t *testing.T, s *store.Store, id int64) notices.Mail {
	t.Helper()
	m, err := notices.ByID(store.Read(t.Context(), s), id)
	if err != nil {
		t.Fatal(err)
	}
	return *m
}

func TestDeliver(t *testing.T) {
	s, _ := apptest.New(t)
	out := &catcher{}
	code := draft(notices.VerificationCode, "taro@mail.example")
	code.Secret = "048159"
	link := draft(notices.ResetLink, "foo..bar@docomo.example")
	link.Secret = "https://hoten.example/reset/abc"
	ids := queue(t, s, code, link, draft(notices.ReimbursementCompleted, "hanako@mail.example"))
	deliver(t, postman(s, out), ids...)
	deliver(t, postman(s, out), ids...)
	if len(out.got) != 3 || out.got[1].To != "foo..bar@docomo.example" || !strings.Contains(out.got[0].Text, code.Secret) || !strings.Contains(out.got[1].Text, "\n"+link.Secret+"\n") {
		t.Fatalf("sent %+v", out.got)
	}
	for i, id := range ids {
		m := byID(t, s, id)
		kept, err := m.Show(s.Vault, notices.Env{})
		if m.State != notices.Sent || m.Secret != nil || m.SentAt == nil || m.Attempts != 1 || m.Error != "" || m.Subject != out.got[i].Subject || err != nil {
			t.Errorf("%+v, %v", m, err)
		}
		if m.MessageID != out.got[i].MessageID || !strings.HasPrefix(out.got[i].Text, "山田 太郎 様\n") || !strings.HasPrefix(kept.Text, "山○ 太○ 様\n") {
			t.Errorf("message %s to %s, kept %s", m.MessageID, out.got[i].MessageID, kept.Text)
		}
		for _, secret := range []string{code.Secret, link.Secret, "山田"} {
			if strings.Contains(kept.Text+kept.HTML+kept.Subject, secret) {
				t.Errorf("%s is kept", secret)
			}
		}
	}
}

func TestTwoProgramsSendEachMailOnce(t *testing.T) {
	address := apptest.DatabaseURL(t)
	now := func() time.Time { return apptest.Start }
	out := &catcher{}
	one, two := postman(apptest.Open(t, address, now), out), postman(apptest.Open(t, address, now), out)
	drafts := make([]notices.Draft, 60)
	for i := range drafts {
		drafts[i] = draft(notices.AllHolders, fmt.Sprintf("m%d@mail.example", i))
	}
	ids := queue(t, one.Store, drafts...)
	var running sync.WaitGroup
	for i := range 6 {
		mine := slices.Clone(ids)
		if i%2 == 1 {
			slices.Reverse(mine)
		}
		running.Go(func() {
			if err := []*notices.Postman{one, two}[i%2].Deliver(t.Context(), mine); err != nil {
				t.Error(err)
			}
		})
	}
	running.Wait()
	seen := map[string]int{}
	for _, e := range out.got {
		seen[e.MessageID]++
	}
	if len(out.got) != len(ids) || len(seen) != len(ids) {
		t.Errorf("%d sent of %d, %d different", len(out.got), len(ids), len(seen))
	}
}

func TestACrashAfterSendingSendsTheSameMessageAgain(t *testing.T) {
	s, clock := apptest.New(t)
	out := &catcher{answer: func(notices.Envelope) error { runtime.Goexit(); return nil }}
	id := queue(t, s, draft(notices.ReimbursementCompleted, "taro@mail.example"))[0]
	die := func() {
		var dead sync.WaitGroup
		dead.Go(func() { postman(s, out).Deliver(t.Context(), []int64{id}) })
		dead.Wait()
	}
	die()
	deliver(t, postman(s, out), id)
	if len(out.got) != 1 {
		t.Fatalf("sent %d times while it still belonged to the first", len(out.got))
	}
	clock.Add(2 * time.Minute)
	out.answer = nil
	deliver(t, postman(s, out), id)
	if m := byID(t, s, id); m.State != notices.Sent || m.Attempts != 2 || len(out.got) != 2 || out.got[0].MessageID != out.got[1].MessageID {
		t.Errorf("%+v, %d sent", m, len(out.got))
	}
}

func TestWhoTookOverDecides(t *testing.T) {
	s, clock := apptest.New(t)
	id := queue(t, s, draft(notices.ReimbursementCompleted, "taro@mail.example"))[0]
	quick := postman(s, &catcher{})
	slow := postman(s, &catcher{answer: func(notices.Envelope) error {
		clock.Add(3 * time.Minute)
		if err := quick.Deliver(context.Background(), []int64{id}); err != nil {
			t.Error(err)
		}
		return &notices.Permanent{Err: errors.New("550 no such user"), Recipient: true}
	}})
	slow.Settled = func(*store.Tx, notices.Mail) error { return errors.New("told of an outcome that is not") }
	deliver(t, slow, id)
	if m := byID(t, s, id); m.State != notices.Sent || m.Error != "" {
		t.Errorf("%+v", m)
	}
}

func TestWorker(t *testing.T) {
	s, _ := apptest.New(t)
	out := &catcher{}
	w := &notices.Worker{Postman: postman(s, out)}
	job := &river.Job[notices.DeliverArgs]{Args: notices.DeliverArgs{IDs: queue(t, s, draft(notices.ReimbursementCompleted, "a@mail.example"))}}
	if err := w.Work(t.Context(), job); err != nil || len(out.got) != 1 || w.Timeout(job) < time.Minute {
		t.Errorf("%v, %d sent", err, len(out.got))
	}
}
