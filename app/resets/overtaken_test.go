package resets_test

import (
	"testing"
	"time"

	"hoten/app/apptest"
	"hoten/app/cases"
	"hoten/app/members"
	"hoten/app/notices"
	"hoten/app/resets"
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
	if n := w.Number("select count(*) from case_events where kind = $1", cases.MailNotSent); n != 1 {
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
