package resets_test

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"hoten/app/apptest"
	"hoten/app/cases"
	"hoten/app/members"
	"hoten/app/notices"
	"hoten/app/resets"
	"hoten/app/store"
)

// sentOf delivers what is queued and gives the kinds of what went out.
func sentOf(w *apptest.World) (kinds map[string]int64) {
	w.T.Helper()
	w.Deliver(outlet{})
	kinds = map[string]int64{}
	for _, kind := range notices.Kinds {
		if n := w.Number("select count(*) from mails where kind = $1 and state = 'sent'", kind); n > 0 {
			kinds[kind] = n
		}
	}
	return kinds
}

// A notice that waited until the restriction had been lifted is not sent, and no other way is
// looked for: there is nothing left to tell. Restricted again, the member is told.
func TestANoticeThatWaitedForARelease(t *testing.T) {
	w := world(t)
	c := w.Case("m1@ocn.example")
	_, err := resets.Notify(w.Ctx, w.Store, w.Agent, c.ID)
	must(t, err)
	_, err = resets.Release(w.Ctx, w.Store, w.Supervisor, c.ID, "誤って制限")
	must(t, err)
	if sent := sentOf(w); len(sent) != 0 {
		t.Errorf("sent %v", sent)
	}
	if n := w.Number("select count(*) from mails where kind = $1 and state = 'failed' and reason = $2", notices.RestrictionNotice, notices.Overtaken); n != 1 {
		t.Errorf("%d were given up", n)
	}
	if c := w.Case("m1@ocn.example"); c.NotifiedAt != nil || c.UnreachableAt != nil {
		t.Errorf("notified %v, unreachable %v", c.NotifiedAt, c.UnreachableAt)
	}
	if n := w.Number("select count(*) from case_events where kind = $1 and data->>'withheld' = 'true'", cases.MailNotSent); n != 1 {
		t.Errorf("%d events", n)
	}
	w.Clock.Add(time.Hour)
	_, err = resets.Restrict(w.Ctx, w.Store, w.Supervisor, c.ID, time.Time{}, "別人と判明")
	must(t, err)
	_, err = resets.Notify(w.Ctx, w.Store, w.Agent, c.ID)
	must(t, err)
	if sent := sentOf(w); sent[notices.RestrictionNotice] != 1 {
		t.Errorf("sent %v", sent)
	}
}

// What says that use goes on, and waited until the ID was restricted again, is not sent.
func TestMailsThatWaitedForARestriction(t *testing.T) {
	w := world(t)
	c := w.Case("m1@ocn.example")
	verify(w, w.Agent, c, 1)
	token := send(w, w.Agent, c)
	sentOf(w)
	must(t, complete(w, token))
	done := cases.Completed
	_, err := cases.Update(w.Ctx, w.Store, w.Agent, c.ID, cases.Change{Status: &done, Version: w.Case("m1@ocn.example").Version})
	must(t, err)
	w.Clock.Add(time.Minute)
	_, err = resets.Restrict(w.Ctx, w.Store, w.Supervisor, c.ID, time.Time{}, "別人と判明")
	must(t, err)
	if w.ID("m1@ocn.example").State != members.Restricted {
		t.Fatal("in use")
	}
	sent := sentOf(w)
	if sent[notices.ResetCompleted] != 0 || sent[notices.CaseClosed] != 0 {
		t.Errorf("sent %v", sent)
	}
	if n := w.Number("select count(*) from mails where kind in ($1, $2) and reason = $3", notices.ResetCompleted, notices.CaseClosed, notices.Overtaken); n < 2 {
		t.Errorf("%d were given up", n)
	}
}

// What waited for an address that another took the place of goes to that one.
func TestMailsThatWaitedForAReplacedContact(t *testing.T) {
	w := world(t)
	c := w.Case("m1@ocn.example")
	_, err := resets.Notify(w.Ctx, w.Store, w.Agent, c.ID)
	must(t, err)
	change, err := cases.ProposeContact(w.Ctx, w.Store, w.Agent, c.ID, members.Email, "new@mail.example", "免許証")
	must(t, err)
	_, err = cases.ConfirmContact(w.Ctx, w.Store, w.Supervisor, change.ID, "new@mail.example")
	must(t, err)
	sentOf(w)
	sentOf(w)
	for _, of := range []struct {
		address, kind string
		want          int
	}{{"c1@mail.example", notices.RestrictionNotice, 0}, {"new@mail.example", notices.RestrictionNotice, 1}, {"c1@mail.example", notices.ContactChanged, 1}} {
		got := 0
		mails, err := store.Select[notices.Mail](store.Read(w.Ctx, w.Store), "select * from mails where kind = $1 and state = 'sent'", of.kind)
		must(t, err)
		for _, m := range mails {
			if to, err := m.PlainRecipient(w.Vault); err == nil && to == of.address {
				got++
			}
		}
		if got != of.want {
			t.Errorf("%d of %s to %s", got, of.kind, of.address)
		}
	}
	if c := w.Case("m1@ocn.example"); c.NotifiedAt == nil || c.UnreachableAt != nil {
		t.Errorf("notified %v, unreachable %v", c.NotifiedAt, c.UnreachableAt)
	}
}

// closed completes the case of m1 over what is owed.
func closed(t *testing.T, w *apptest.World) {
	t.Helper()
	c, completed := w.Case("m1@ocn.example"), cases.Completed
	_, err := cases.Update(w.Ctx, w.Store, w.Supervisor, c.ID, cases.Change{Status: &completed, Version: c.Version, Reason: "ご本人に電話済み"})
	must(t, err)
}

// Of the mails that close a case the newest is sent, and it says of a change of a contact what
// stands when it is sent.
func TestOnlyTheClosingThatStandsIsSent(t *testing.T) {
	w := world(t)
	c := w.Case("m1@ocn.example")
	change, err := cases.ProposeContact(w.Ctx, w.Store, w.Agent, c.ID, members.Phone, "080-1234-5678", "免許証")
	must(t, err)
	closed(t, w)
	reopened := cases.Reopened
	_, err = cases.Update(w.Ctx, w.Store, w.Supervisor, c.ID, cases.Change{Status: &reopened, Version: w.Case("m1@ocn.example").Version})
	must(t, err)
	closed(t, w)
	_, err = cases.ConfirmContact(w.Ctx, w.Store, w.Supervisor, change.ID, "080-1234-5678")
	must(t, err)
	closings := 0
	w.Clock.Add(notices.ClosingWaits)
	w.Deliver(apptest.OutletFunc(func(e notices.Envelope) error {
		if strings.Contains(e.Text, "対応完了日") {
			closings++
		}
		if strings.Contains(e.Text, "確認中") {
			t.Errorf("a change waits: %s", e.Text)
		}
		return nil
	}))
	if closings != 1 {
		t.Errorf("%d closings were sent", closings)
	}
}

// A case whose closing mail was to tell a result that nobody else told is open again when that
// mail is lost.
func TestALostClosingOpensTheCase(t *testing.T) {
	for name, fail := range map[string]func(w *apptest.World, id int64) notices.Outlet{
		"bounced": func(*apptest.World, int64) notices.Outlet {
			return outlet{&notices.Permanent{Err: errors.New("550 5.1.1 no such user"), Recipient: true}}
		},
		"restricted since": func(w *apptest.World, id int64) notices.Outlet {
			w.Clock.Add(time.Minute)
			must(w.T.(*testing.T), store.Keep(w.Ctx, w.Store, func(tx *store.Tx) error { return members.Restrict(tx, []int64{id}) }))
			return outlet{}
		},
	} {
		t.Run(name, func(t *testing.T) {
			w := world(t)
			c := w.Case("m1@ocn.example")
			_, err := resets.Release(w.Ctx, w.Store, w.Supervisor, c.ID, "誤って制限")
			must(t, err)
			w.Number("update cases set letter_about = 4 where id = $1 returning 1", c.ID) // a result that no mail could tell
			closed(t, w)
			w.Clock.Add(notices.ClosingWaits)
			w.Deliver(fail(w, c.IdentityID))
			now := w.Case("m1@ocn.example")
			if about := now.Letter(w.ID("m1@ocn.example").Standing); now.Status != cases.Reopened || !slices.Contains(about, cases.LetterResult) {
				t.Errorf("%s, a letter about %v", now.Status, about)
			}
		})
	}
}
