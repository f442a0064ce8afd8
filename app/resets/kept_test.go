package resets_test

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"hoten/app/access"
	"hoten/app/apptest"
	"hoten/app/cases"
	"hoten/app/fault"
	"hoten/app/notices"
	"hoten/app/resets"
	"hoten/app/store"
)

// through delivers what is queued by an outlet, as the program does.
func through(t *testing.T, w *apptest.World, to notices.Outlet, ids ...int64) {
	t.Helper()
	if len(ids) == 0 {
		reads := store.Reads{}
		waiting := store.AskValues[int64](&reads, "select id from mails where state = 'queued' order by id")
		if err := reads.Run(store.Read(w.Ctx, w.Store)); err != nil {
			t.Fatal(err)
		}
		ids = *waiting
	}
	p := &notices.Postman{Store: w.Store, Outlet: to, From: "no-reply@hoten.example", Env: apptest.MailEnv, Settled: cases.MailSettled,
		Today: func(ctx context.Context, mail int64) (notices.Today, error) {
			return cases.MailToday(store.Read(ctx, w.Store), mail)
		}}
	if err := p.Deliver(w.Ctx, ids); err != nil {
		t.Fatal(err)
	}
}

// notifiedInTheFolder is a world whose m1 was notified while no mail server was set up.
func notifiedInTheFolder(t *testing.T) (*apptest.World, int64) {
	t.Helper()
	w := world(t)
	c := w.Case("m1@ocn.example")
	if _, err := resets.Notify(w.Ctx, w.Store, w.Agent, c.ID); err != nil {
		t.Fatal(err)
	}
	through(t, w, notices.Mailbox{Folder: t.TempDir()})
	if c := w.Case("m1@ocn.example"); c.NotifiedAt == nil {
		t.Fatal("a mail that is kept does not count")
	}
	if n := w.Number("select count(*) from mails where state = 'sent' and kept"); n != 1 {
		t.Fatalf("%d mails are kept", n)
	}
	w.Clock.Add(24 * time.Hour)
	return w, w.Number("select id from mails")
}

func sendKept(t *testing.T, w *apptest.World, want int64) {
	t.Helper()
	offered, err := notices.Kept(store.Read(w.Ctx, w.Store))
	if err != nil {
		t.Fatal(err)
	}
	if n, err := notices.SendKept(w.Ctx, w.Store, w.Manager, true); err != nil || n != want || offered != want {
		t.Fatalf("sent %d of %d, not %d: %v", n, offered, want, err)
	}
}

// What was only kept is sent once there is a mail server, and counts from then on.
func TestKeptMailsAreSentLater(t *testing.T) {
	w, id := notifiedInTheFolder(t)
	for name, by := range map[string]access.Actor{"agent": w.Agent, "supervisor": w.Supervisor, "auditor": w.Auditor} {
		if _, err := notices.SendKept(w.Ctx, w.Store, by, true); !fault.Is(err, "forbidden") {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := notices.SendKept(w.Ctx, w.Store, w.Manager, false); !fault.Is(err, "no_mail_server") {
		t.Errorf("without a mail server: %v", err)
	}
	sendKept(t, w, 1)
	if c := w.Case("m1@ocn.example"); c.NotifiedAt != nil {
		t.Error("the member counts as notified before the mail was sent")
	}
	if n, err := resets.NotifyAll(w.Ctx, w.Store, w.Manager, apptest.Reference); err != nil || n.Queued != 0 {
		t.Errorf("queued besides: %+v %v", n, err)
	}
	var got []string
	through(t, w, apptest.OutletFunc(func(e notices.Envelope) error { got = append(got, e.To); return nil }), id)
	if len(got) != 1 || got[0] != "c1@mail.example" {
		t.Errorf("sent to %v", got)
	}
	if c := w.Case("m1@ocn.example"); c.NotifiedAt == nil || !c.NotifiedAt.Equal(w.Clock.Now()) {
		t.Errorf("notified at %v, not %v", c.NotifiedAt, w.Clock.Now())
	}
	if n := w.Number("select count(*) from mails where state = 'sent' and not kept and sent_at = $1", w.Clock.Now()); n != 1 {
		t.Errorf("%d mails were sent", n)
	}
	if n := w.Number("select count(*) from case_events where kind = 'mail_was_kept'"); n != 1 {
		t.Errorf("%d events", n)
	}
	sendKept(t, w, 0)
}

// One that the server refuses leads to the next way, as any mail does.
func TestAKeptMailThatFailsLater(t *testing.T) {
	w, id := notifiedInTheFolder(t)
	sendKept(t, w, 1)
	through(t, w, outlet{&notices.Permanent{Err: errors.New("550 5.1.1 no such user"), Recipient: true}}, id)
	if c := w.Case("m1@ocn.example"); c.NotifiedAt != nil || c.UnreachableAt == nil {
		t.Errorf("notified %v, unreachable %v", c.NotifiedAt, c.UnreachableAt)
	}
}

// Of each kind the newest of its case goes; what was kept before it has told nothing.
func TestOnlyTheNewestKeptMailIsSent(t *testing.T) {
	w, _ := notifiedInTheFolder(t)
	if _, err := w.Pool.Exec(w.Ctx, "update cases set notified_at = null"); err != nil {
		t.Fatal(err)
	}
	if _, err := resets.Notify(w.Ctx, w.Store, w.Agent, w.Case("m1@ocn.example").ID); err != nil {
		t.Fatal(err)
	}
	through(t, w, notices.Mailbox{Folder: t.TempDir()})
	w.Clock.Add(time.Hour)
	sendKept(t, w, 1)
	if c := w.Case("m1@ocn.example"); c.NotifiedAt != nil {
		t.Error("an older notice counts that was only kept")
	}
	through(t, w, outlet{&notices.Permanent{Err: errors.New("554 5.7.1 spam")}})
	if c := w.Case("m1@ocn.example"); c.NotifiedAt != nil || c.UnreachableAt == nil {
		t.Errorf("notified %v, unreachable %v", c.NotifiedAt, c.UnreachableAt)
	}
	sendKept(t, w, 0)
}

// A notice of a restriction that the member knows of is not sent late; nor is a code or a link.
func TestKeptMailsThatAreNotSent(t *testing.T) {
	w, id := notifiedInTheFolder(t)
	c := w.Case("m1@ocn.example")
	verify(w, w.Agent, c, 1)
	send(w, w.Agent, c)
	through(t, w, notices.Mailbox{Folder: t.TempDir()})
	link := w.Number("select id from mails where kind = 'reset_link' and kept")
	if _, err := w.Pool.Exec(w.Ctx, "update cases set verified_at = $1", w.Clock.Now()); err != nil {
		t.Fatal(err)
	}
	sendKept(t, w, 0)
	for _, m := range []int64{id, link} {
		if _, err := notices.Resend(w.Ctx, w.Store, w.Agent, m, true); !fault.Is(err, "mail_not_resendable") {
			t.Errorf("%d is sent again: %v", m, err)
		}
	}
	if c := w.Case("m1@ocn.example"); c.NotifiedAt == nil {
		t.Error("the member does not count as notified any more")
	}
}

// A kept mail is sent alone as well, and not while there is no mail server.
func TestOneKeptMailIsResent(t *testing.T) {
	w, id := notifiedInTheFolder(t)
	if _, err := notices.Resend(w.Ctx, w.Store, w.Agent, id, false); !fault.Is(err, "mail_not_resendable") {
		t.Errorf("without a mail server: %v", err)
	}
	m, err := notices.Resend(w.Ctx, w.Store, w.Agent, id, true)
	if err != nil || m.State != notices.Queued || m.Kept || m.SentAt != nil {
		t.Fatalf("%+v %v", m, err)
	}
	if c := w.Case("m1@ocn.example"); c.NotifiedAt != nil {
		t.Error("the member counts as notified")
	}
	through(t, w, outlet{}, id)
	if c := w.Case("m1@ocn.example"); c.NotifiedAt == nil {
		t.Error("the member does not count as notified")
	}
}

// Who send at once send each mail once.
func TestKeptMailsSentTwiceAtOnce(t *testing.T) {
	w, _ := notifiedInTheFolder(t)
	var total atomic.Int64
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			n, err := notices.SendKept(w.Ctx, w.Store, w.Manager, true)
			if err != nil {
				t.Error(err)
			}
			total.Add(n)
		})
	}
	wg.Wait()
	if total.Load() != 1 || w.Number("select count(*) from mails") != 1 {
		t.Errorf("queued %d", total.Load())
	}
}

// A contact that nobody knows whose it is any more is not written to: the next one is.
func TestAKeptMailToADoubtfulContact(t *testing.T) {
	w, id := notifiedInTheFolder(t)
	addContact(t, w, w.Case("m1@ocn.example"), "again@mail.example", "2007-01-01", false)
	if _, err := w.Pool.Exec(w.Ctx, `update contacts set (mailbox_key, domain_key) = (select mailbox_key, domain_key from identities order by id desc limit 1)
		where id = (select contact_id from mails where id = $1)`, id); err != nil {
		t.Fatal(err)
	}
	sendKept(t, w, 1)
	through(t, w, outlet{})
	through(t, w, outlet{})
	got := recipients(t, w, w.Case("m1@ocn.example"), notices.RestrictionNotice)
	if c := w.Case("m1@ocn.example"); c.NotifiedAt == nil || len(got) != 2 || got[1] != "again@mail.example" {
		t.Errorf("notified %v, to %v", c.NotifiedAt, got)
	}
}

// A copy that is held sends nothing, and takes nothing back.
func TestAHeldCopyKeepsWhatWasKept(t *testing.T) {
	w, id := notifiedInTheFolder(t)
	apptest.AsOwner(t, w.Store, `insert into installations values ('\x00', 'elsewhere', now())`)
	if _, err := notices.SendKept(w.Ctx, w.Store, w.Manager, true); !fault.Is(err, "installation_held") {
		t.Errorf("%v", err)
	}
	if _, err := notices.Resend(w.Ctx, w.Store, w.Agent, id, true); !fault.Is(err, "installation_held") {
		t.Errorf("one: %v", err)
	}
	if c := w.Case("m1@ocn.example"); c.NotifiedAt == nil {
		t.Error("taken back")
	}
}

// A reset or a closing of before the ID was restricted by another incident is not sent late.
func TestKeptMailsOfAUseThatEnded(t *testing.T) {
	w, id := notifiedInTheFolder(t)
	for _, kind := range []string{notices.ResetCompleted, notices.CaseClosed} {
		w.Number(`insert into mails (case_id, member_id, contact_id, kind, language, state, kept, queued_at, due_at, sent_at, recipient, data, message_id)
			select case_id, member_id, contact_id, $2, language, 'sent', true, $3::timestamptz, $3, $3, recipient, data, gen_random_uuid() from mails where id = $1 returning 1`, id, kind, w.Clock.Now())
	}
	w.Number("update cases set status = 'completed', completed_at = $1, verified_at = $1 where id = (select case_id from mails where id = $2) returning 1", w.Clock.Now(), id)
	w.Number("update identities set state = 'resumed', resumed_at = $2 where id = $1 returning 1", w.Case("m1@ocn.example").IdentityID, w.Clock.Now())
	offered := func() int64 {
		t.Helper()
		n, err := notices.Kept(store.Read(w.Ctx, w.Store))
		must(t, err)
		return n
	}
	if offered() != 2 {
		t.Errorf("%d hold while the ID is in use", offered())
	}
	w.Clock.Add(time.Hour)
	w.Number("update identities set state = 'restricted', restricted_at = $2, resumed_at = null where id = $1 returning 1", w.Case("m1@ocn.example").IdentityID, w.Clock.Now())
	sendKept(t, w, 0)
}

// Each mail about a result tells a part of it, and each about a contact another one: none takes
// the place of those before it.
func TestEveryKeptResultIsSent(t *testing.T) {
	w, id := notifiedInTheFolder(t)
	for _, kind := range []string{notices.ReimbursementCompleted, notices.ReimbursementCompleted, notices.ContactChanged, notices.ContactChanged, notices.CaseClosed, notices.CaseClosed} {
		w.Number(`insert into mails (case_id, member_id, contact_id, kind, language, state, kept, queued_at, due_at, sent_at, recipient, data, message_id)
			select case_id, member_id, contact_id, $2, language, 'sent', true, $3::timestamptz, $3, $3, recipient, data, gen_random_uuid() from mails where id = $1 returning 1`, id, kind, w.Clock.Now())
		w.Clock.Add(time.Minute)
	}
	w.Number("update cases set status = 'completed', completed_at = $1 where id = (select case_id from mails where id = $2) returning 1", w.Clock.Now(), id)
	sendKept(t, w, 6) // the notice, and all but the first closing
}
