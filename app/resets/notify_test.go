package resets_test

import (
	"context"
	"errors"
	"slices"
	"sync"
	"sync/atomic"
	"testing"

	"hoten/app/apptest"
	"hoten/app/cases"
	"hoten/app/fault"
	"hoten/app/notices"
	"hoten/app/resets"
	"hoten/app/store"
)

// The notice goes once to who can be reached; who cannot stands out.
func TestNotifyAll(t *testing.T) {
	w := world(t)
	if _, err := resets.NotifyAll(w.Ctx, w.Store, w.Agent, apptest.Reference); !fault.Is(err, "forbidden") {
		t.Fatal(err)
	}
	n, err := resets.NotifyAll(w.Ctx, w.Store, w.Manager, apptest.Reference)
	if err != nil || n != (resets.Notified{Queued: 1, Unreachable: 2}) {
		t.Fatalf("%+v %v", n, err)
	}
	if again, err := resets.NotifyAll(w.Ctx, w.Store, w.Manager, apptest.Reference); err != nil || again != (resets.Notified{}) {
		t.Fatalf("again: %+v %v", again, err)
	}
	if queued := w.Case("m1@ocn.example"); queued.NotifiedAt != nil {
		t.Error("notified before the mail was sent")
	}
	deliver(t, w, nil)
	one, own := w.Case("m1@ocn.example"), w.Case("m2@ocn.example")
	if one.NotifiedAt == nil || own.NotifiedAt != nil || own.UnreachableAt == nil {
		t.Fatalf("%+v %+v", one, own)
	}
	if got := recipients(t, w, one, notices.RestrictionNotice); !slices.Equal(got, []string{"c1@mail.example"}) {
		t.Errorf("told: %v", got)
	}
}

// outlet answers for all mails.
type outlet struct{ err error }

func (o outlet) Send(context.Context, notices.Envelope) error { return o.err }

// deliver sends what is queued, and has the server answer with err.
func deliver(t *testing.T, w *apptest.World, err error) {
	t.Helper()
	var reads store.Reads
	ids := store.AskValues[int64](&reads, "select id from mails where state = 'queued' order by id")
	if err := reads.Run(store.Read(w.Ctx, w.Store)); err != nil {
		t.Fatal(err)
	}
	p := &notices.Postman{Store: w.Store, Outlet: outlet{err}, From: "no-reply@hoten.example", Env: apptest.MailEnv, Settled: cases.MailSettled}
	if err := p.Deliver(w.Ctx, *ids); err != nil {
		t.Fatal(err)
	}
}

// A notice that no server takes leaves the member unnotified, and sends the desk to the
// phone; one that goes through later mends both, and the address.
func TestNoticeThatNobodyTook(t *testing.T) {
	for name, refusal := range map[string]*notices.Permanent{
		"the address is unknown":    {Err: errors.New("550 5.1.1 no such user"), Recipient: true},
		"the message is not wanted": {Err: errors.New("554 5.7.1 spam")},
	} {
		t.Run(name, func(t *testing.T) {
			w := world(t)
			id := w.Case("m1@ocn.example").ID
			if _, err := resets.Notify(w.Ctx, w.Store, w.Agent, id); err != nil {
				t.Fatal(err)
			}
			if again, err := resets.Notify(w.Ctx, w.Store, w.Agent, id); err != nil || again != (resets.Notified{}) {
				t.Errorf("queued again: %+v %v", again, err)
			}
			deliver(t, w, refusal)
			if c := w.Case("m1@ocn.example"); c.NotifiedAt != nil || c.UnreachableAt == nil {
				t.Errorf("refused: %+v", c)
			}
			if again, err := resets.Notify(w.Ctx, w.Store, w.Agent, id); err != nil || again != (resets.Notified{}) {
				t.Errorf("queued after a refusal: %+v %v", again, err)
			}
			mails, err := notices.Find(store.Read(w.Ctx, w.Store), notices.Filter{CaseID: id, Limit: 9})
			if err != nil || len(mails) != 1 {
				t.Fatalf("%d mails, %v", len(mails), err)
			}
			if _, err := notices.Resend(w.Ctx, w.Store, w.Agent, mails[0].ID, true); err != nil {
				t.Fatal(err)
			}
			deliver(t, w, nil)
			if c := w.Case("m1@ocn.example"); c.NotifiedAt == nil || c.UnreachableAt != nil {
				t.Errorf("sent again: %+v", c)
			}
			c := w.Case("m1@ocn.example")
			verify(w, w.Agent, c, 1)
			if err := try(w, w.Agent, c); err != nil {
				t.Errorf("a link to the address that takes mails: %v", err)
			}
		})
	}
}

// Two who notify at once send one mail.
func TestNotifiedTwiceAtOnce(t *testing.T) {
	w := world(t)
	var total atomic.Int64
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			n, err := resets.NotifyAll(w.Ctx, w.Store, w.Manager, apptest.Reference)
			if err != nil {
				t.Error(err)
			}
			total.Add(n.Queued)
		})
	}
	wg.Wait()
	if total.Load() != 1 {
		t.Errorf("queued %d", total.Load())
	}
}
