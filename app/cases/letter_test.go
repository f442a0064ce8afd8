package cases_test

import (
	"errors"
	"slices"
	"sync"
	"testing"
	"time"

	"hoten/app/access"
	"hoten/app/apptest"
	"hoten/app/cases"
	"hoten/app/jptext"
	"hoten/app/members"
	"hoten/app/notices"
	"hoten/app/store"
)

func waits(t *testing.T, w *apptest.World, login string) bool {
	t.Helper()
	waits := w.Case(login).LetterWaits(w.ID(login).Standing)
	var queued int64
	found, _, err := cases.Find(store.Read(w.Ctx, w.Store), w.Vault, cases.Filter{Queue: cases.QueueLetter, Order: cases.Longest, Limit: 50, Of: cases.Desk{Now: w.Clock.Now()}})
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range found {
		if r.Case.ID == w.Case(login).ID {
			queued++
		}
	}
	if waits != (queued == 1) {
		t.Errorf("the case says that it waits for a letter: %v, the queue has it %d times", waits, queued)
	}
	return waits
}

// A letter that says that we changed the password waits until the directory of the ID has.
func TestLetterWaitsForTheDirectory(t *testing.T) {
	w := desk(t, 1)
	login := "m1@ocn.example"
	set := func(query string) {
		t.Helper()
		if _, err := w.Pool.Exec(w.Ctx, query); err != nil {
			t.Fatal(err)
		}
	}
	set("update cases set unreachable_at = now()")
	set("update identities set unconfirmed_at = now()")
	_, err := cases.RecordLetter(w.Ctx, w.Store, w.Agent, w.Case(login).ID, jptext.DateOf(w.Clock.Now()).String())
	if refused(t, err, "restriction_unconfirmed"); waits(t, w, login) {
		t.Error("due before it is true")
	}
	set("update identities set unconfirmed_at = null")
	if !waits(t, w, login) {
		t.Error("not due once it is confirmed")
	}
}

// A letter waits where no mail reached the member and nobody told them on the phone, or
// where a changed contact could not be told.
func TestWhoWaitsForALetter(t *testing.T) {
	w := desk(t, 1)
	login := "m1@ocn.example"
	for set, want := range map[string]bool{
		"":                       false,
		"unreachable_at = now()": true,
		"letter_about = 1":       true,
		"notified_at = now()":    false,
		"unreachable_at = now(), notified_at = now()":                   false,
		"unreachable_at = now(), verified_at = now()":                   false,
		"unreachable_at = now(), origin = 'inquiry', class = null":      false,
		"letter_about = 1, notified_at = now()":                         true,
		"letter_about = 1, status = 'completed'":                        false,
		"unreachable_at = now(), status = 'out_of_scope'":               false,
		"unreachable_at = now(), letter_about = 1, notified_at = now()": true,
	} {
		if _, err := w.Pool.Exec(w.Ctx, "update cases set unreachable_at = null, letter_about = 0, notified_at = null, verified_at = null, status = 'new', origin = 'listed', class = 'D'"); err != nil {
			t.Fatal(err)
		}
		if set != "" {
			if _, err := w.Pool.Exec(w.Ctx, "update cases set "+set); err != nil {
				t.Fatal(err)
			}
		}
		if got := waits(t, w, login); got != want {
			t.Errorf("%q: %v", set, got)
		}
	}
	for state, want := range map[string]bool{members.Restricted: true, members.LinkSent: false, members.Resumed: false, members.Active: false} {
		if _, err := w.Pool.Exec(w.Ctx, "update cases set unreachable_at = now(), letter_about = 0, notified_at = null, verified_at = null, status = 'new', origin = 'listed', class = 'D'"); err != nil {
			t.Fatal(err)
		}
		if _, err := w.Pool.Exec(w.Ctx, "update identities set state = $1", state); err != nil {
			t.Fatal(err)
		}
		if got := waits(t, w, login); got != want {
			t.Errorf("%s: %v", state, got)
		}
	}
}

// The day on which a letter was sent lies between the opening of the case and today.
func TestRecordingALetter(t *testing.T) {
	w := desk(t, 2)
	login := "m1@ocn.example"
	id, opened := w.Case(login).ID, jptext.DateOf(w.Case(login).OpenedAt)
	w.Clock.Add(3 * 24 * time.Hour)
	today := jptext.DateOf(w.Clock.Now())
	record := func(by access.Actor, day string) error {
		_, err := cases.RecordLetter(w.Ctx, w.Store, by, id, day)
		return err
	}
	refused(t, record(w.Agent, today.String()), "no_letter_due")
	set(t, w, login, "unreachable_at = now()")
	for day, code := range map[string]string{"": "required", "　": "required", "昨日": "date_invalid", "2014-02-30": "date_invalid", today.AddDays(1).String(): "letter_in_future",
		opened.AddDays(-1).String(): "letter_before_case"} {
		refused(t, record(w.Agent, day), code)
	}
	for _, by := range []access.Actor{w.Auditor, w.Administrator} {
		refused(t, record(by, today.String()), "forbidden")
	}
	// Two at once: one records it, the other is told.
	var both sync.WaitGroup
	results := make([]error, 2)
	for i, by := range []access.Actor{w.Agent, w.Agent2} {
		both.Go(func() { results[i] = record(by, opened.String()) })
	}
	both.Wait()
	if (results[0] == nil) == (results[1] == nil) {
		t.Fatalf("%v", results)
	}
	refused(t, errors.Join(results...), "no_letter_due")
	c := w.Case(login)
	if c.NotifiedAt == nil || !c.NotifiedAt.Equal(c.OpenedAt) || c.LetterSentOn != opened || c.UnreachableAt == nil {
		t.Errorf("%+v", c)
	}
	if n := w.Number("select count(*) from case_events where case_id = $1 and kind = 'letter_sent' and data->>'sent_on' = $2", id, opened.String()); n != 1 {
		t.Errorf("%d events", n)
	}
	if n := w.Number("select count(*) from audit_entries where action = 'case.letter_sent'"); n != 1 {
		t.Errorf("%d entries", n)
	}
	// Of a letter that was sent today the member counts as told from now on.
	set(t, w, login, "notified_at = null")
	must(t, record(w.Agent, today.String()))
	if c := w.Case(login); c.NotifiedAt == nil || !c.NotifiedAt.Equal(w.Clock.Now()) {
		t.Errorf("notified at %v", c.NotifiedAt)
	}
}

// What becomes of mails decides whether a letter waits.
func TestMailsReviseLetters(t *testing.T) {
	w := desk(t, 1)
	login := "m1@ocn.example"
	settle := func(kind, state string) {
		t.Helper()
		c := w.Case(login)
		contact := w.Number("select id from contacts where kind = 'email' and member_id = $1 and replaced_by is null and withdrawn_at is null", *w.ID(login).MemberID)
		err := store.Keep(w.Ctx, w.Store, func(tx *store.Tx) error {
			return cases.MailSettled(tx, notices.Mail{CaseID: &c.ID, ContactID: &contact, Kind: kind, State: state})
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	for i, step := range []struct {
		kind, state string
		waits       bool
	}{
		{notices.RestrictionNotice, notices.Bounced, true},
		{notices.RestrictionNotice, notices.Sent, false},
		{notices.RestrictionNotice, notices.Failed, true},
		{notices.CaseClosed, notices.Sent, false}, // mail reaches the member: the notice goes by mail
		{notices.ContactChanged, notices.Bounced, true},
		{notices.RestrictionNotice, notices.Sent, false},
		{notices.CaseClosed, notices.Bounced, false},            // the member is notified
		{notices.ReimbursementCompleted, notices.Bounced, true}, // and does not know what was put back
		{notices.CaseClosed, notices.Sent, false},               // which sums it up
		{notices.ContactUndone, notices.Failed, true},
		{notices.ReimbursementCorrected, notices.Sent, true}, // says nothing of the contact
		{notices.RestrictionNotice, notices.Failed, true},
	} {
		settle(step.kind, step.state)
		if got := waits(t, w, login); got != step.waits {
			t.Errorf("step %d: waits %v", i, got)
		}
	}
	if _, err := cases.RecordLetter(w.Ctx, w.Store, w.Agent, w.Case(login).ID, jptext.DateOf(w.Clock.Now()).String()); err != nil {
		t.Fatal(err)
	}
	settle(notices.RestrictionNotice, notices.Bounced) // a late answer
	if c := w.Case(login); c.NotifiedAt == nil || waits(t, w, login) {
		t.Errorf("a notice that comes back takes the letter back: %+v", c)
	}
}

// A letter that a changed contact owes is not done with by telling that contact of a second
// change.
func TestASecondChangeLeavesTheLetter(t *testing.T) {
	w := world(t)
	const login = "m1@ocn.example"
	if _, err := w.Pool.Exec(w.Ctx, "update contacts set undeliverable_at = now() where kind = 'email'"); err != nil {
		t.Fatal(err)
	}
	setContact(t, w, login, members.Email, fresh)
	if w.Case(login).LetterAbout == 0 {
		t.Fatal("no letter is due though nothing from before could be used")
	}
	setContact(t, w, login, members.Phone, "080-1234-5678")
	if w.Case(login).LetterAbout == 0 {
		t.Error("the letter is done with by a mail to the address that it was about")
	}
}

// A letter tells what is due: each thing stays so until a letter about it was sent.
func TestLettersAreAboutSomething(t *testing.T) {
	w := desk(t, 1)
	const login = "m1@ocn.example"
	c := w.Case(login)
	day := jptext.DateOf(w.Clock.Now()).String()
	record := func(about ...string) error {
		_, err := cases.RecordLetter(w.Ctx, w.Store, w.Agent, c.ID, day, about...)
		return err
	}
	due := func(want ...string) {
		t.Helper()
		if got := w.Case(login).Letter(w.ID(login).Standing); !slices.Equal(got, want) {
			t.Errorf("due: %v, want %v", got, want)
		}
	}
	set(t, w, login, "unreachable_at = now(), letter_about = 7")
	due(cases.LetterSubjects...)
	refused(t, record("weather"), "letter_about_unknown")
	must(t, record("contact_changed", "result"))
	due("restriction", "contact_undone")
	if w.Case(login).NotifiedAt != nil {
		t.Error("notified by a letter about something else")
	}
	refused(t, record("result"), "no_letter_due")
	must(t, record())
	due()
	if w.Case(login).NotifiedAt == nil {
		t.Error("not notified by the letter about the restriction")
	}
	for _, about := range []string{`["contact_changed", "result"]`, `["restriction", "contact_undone"]`} {
		if n := w.Number("select count(*) from case_events where case_id = $1 and kind = 'letter_sent' and data->'about' = $2::jsonb", c.ID, about); n != 1 {
			t.Errorf("%d events about %s", n, about)
		}
	}
}

// A notice that comes back takes back that the member was notified, though a letter about
// something else was sent.
func TestALetterAboutAContactNotifiesNobody(t *testing.T) {
	w := desk(t, 1)
	const login = "m1@ocn.example"
	set(t, w, login, "letter_about = 1, notified_at = now()")
	id := w.Case(login).ID
	_, err := cases.RecordLetter(w.Ctx, w.Store, w.Agent, id, jptext.DateOf(w.Clock.Now()).String())
	must(t, err)
	must(t, store.Keep(w.Ctx, w.Store, func(tx *store.Tx) error {
		return cases.MailSettled(tx, notices.Mail{CaseID: &id, Kind: notices.RestrictionNotice, State: notices.Failed})
	}))
	if w.Case(login).NotifiedAt != nil {
		t.Error("notified by no letter and no mail")
	}
}

// No letter is recorded to nobody: an ID that was added has no name and address yet.
func TestNoLetterToNobody(t *testing.T) {
	w := world(t)
	opened, err := cases.Open(w.Ctx, w.Store, w.Agent, apptest.Reference, "nobody@ocn.example")
	must(t, err)
	must(t, second(cases.AddToIncident(w.Ctx, w.Store, w.Supervisor, opened.Case.ID, "追加申告", nil)))
	_, err = cases.RecordLetter(w.Ctx, w.Store, w.Agent, opened.Case.ID, jptext.DateOf(w.Clock.Now()).String())
	refused(t, err, "no_member")
}
