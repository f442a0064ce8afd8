package resets_test

import (
	"strings"
	"testing"
	"time"

	"hoten/app/access"
	"hoten/app/apptest"
	"hoten/app/cases"
	"hoten/app/fault"
	"hoten/app/members"
	"hoten/app/store"
)

// A case is not closed while the reset or points are owed; a supervisor may, with a
// reason that stands in the timeline, and nobody over a suspicion.
func TestCompletionOverWhatIsOwed(t *testing.T) {
	w := world(t)
	w.Import("", apptest.MovementsHeader+"E1,m1@ocn.example,2014-07-15 10:00,exchange,goo,,gift-code,30,,,confirmed\n")
	of := w.Case("m1@ocn.example")
	closing := func(by access.Actor, done cases.Status, reason string) error {
		c, err := store.Find[cases.Case](store.Read(w.Ctx, w.Store), "id = ?", of.ID)
		if err != nil {
			t.Fatal(err)
		}
		_, err = cases.Update(w.Ctx, w.Store, by, of.ID, cases.Change{Status: &done, Version: c.Version, Reason: reason})
		return err
	}
	finish := func(by access.Actor, reason string) error { return closing(by, cases.Completed, reason) }
	owes := func(err error, want string) {
		t.Helper()
		f, is := fault.As(err)
		if !is || f.Code != "still_owed" {
			t.Errorf("got %v", err)
			return
		}
		var got []string
		for _, field := range f.Fields {
			got = append(got, field.Code)
		}
		if strings.Join(got, " ") != want {
			t.Errorf("owed: %v, want %s", got, want)
		}
	}
	owes(finish(w.Agent, ""), "owes_points owes_reset owes_supervisor")
	owes(finish(w.Agent, "連絡なし"), "owes_points owes_reset owes_supervisor")
	owes(finish(w.Supervisor, " "), "owes_points owes_reset owes_reason")
	owes(closing(w.Supervisor, cases.OutOfScope, ""), "owes_points owes_reset owes_reason")
	refused(t, closing(w.Agent, cases.OutOfScope, "対象外"), "forbidden")
	change, err := cases.ProposeContact(w.Ctx, w.Store, w.Agent, of.ID, members.Phone, "080-1234-5678", "写し")
	if err != nil {
		t.Fatal(err)
	}
	owes(finish(w.Agent, ""), "owes_points owes_reset owes_contact owes_supervisor")
	if _, err := cases.RefuseContact(w.Ctx, w.Store, w.Supervisor, change.ID, "不鮮明"); err != nil {
		t.Fatal(err)
	}
	verify(w, w.Agent, of, 1)
	token := send(w, w.Agent, of)
	owes(finish(w.Agent, ""), "owes_points owes_reset owes_supervisor")
	call := w.Call(w.Agent2, of.ID)
	if _, err := cases.Conclude(w.Ctx, w.Store, w.Agent2, call.ID, cases.ImpostorSuspected); err != nil {
		t.Fatal(err)
	}
	for _, done := range []cases.Status{cases.Completed, cases.OutOfScope} {
		refused(t, closing(w.Supervisor, done, "連絡なし"), "suspicion_open")
	}
	if _, err := cases.ClearImpostor(w.Ctx, w.Store, w.Supervisor, of.ID, "確認済み", nil); err != nil {
		t.Fatal(err)
	}
	refused(t, complete(w, token), "not_found") // what was out before the suspicion is void
	owes(finish(w.Agent, ""), "owes_points owes_reset owes_call owes_supervisor")
	owes(closing(w.Supervisor, cases.OutOfScope, ""), "owes_points owes_reset owes_call owes_reason")
	if _, err := cases.EndCall(w.Ctx, w.Store, w.Agent2, call.ID); err != nil {
		t.Fatal(err)
	}
	w.Clock.Add(2 * time.Minute)
	verify(w, w.Agent, of, 1)
	if err := complete(w, send(w, w.Agent, of)); err != nil {
		t.Fatal(err)
	}
	owes(finish(w.Agent, ""), "owes_points owes_supervisor")
	if err := finish(w.Supervisor, "次の締めで補填"); err != nil {
		t.Fatal(err)
	}
	events, err := cases.Events(store.Read(w.Ctx, w.Store), of.ID, []string{cases.StatusChanged}, 0, 5)
	if err != nil || len(events) == 0 {
		t.Fatal(events, err)
	}
	if said, err := events[0].PlainText(w.Vault); err != nil || said != "次の締めで補填" {
		t.Errorf("the timeline says %q, %v", said, err)
	}
	mail := recipients(t, w, of, "case_closed")
	if len(mail) != 1 {
		t.Errorf("closing mails: %v", mail)
	}
	if err := closing(w.Supervisor, cases.Reopened, ""); err != nil {
		t.Fatal(err)
	}
	if err := closing(w.Supervisor, cases.OutOfScope, "本人の操作だった"); err != nil {
		t.Fatal(err)
	}
	if events, err = cases.Events(store.Read(w.Ctx, w.Store), of.ID, []string{cases.StatusChanged}, 0, 5); err != nil {
		t.Fatal(err)
	}
	if said, err := events[0].PlainText(w.Vault); err != nil || said != "本人の操作だった" {
		t.Errorf("the timeline says %q, %v", said, err)
	}
}
