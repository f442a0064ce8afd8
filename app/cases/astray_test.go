package cases_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"hoten/app/apptest"
	"hoten/app/cases"
	"hoten/app/members"
	"hoten/app/notices"
	"hoten/app/resets"
	"hoten/app/store"
)

const (
	becomesOwn      = "update contacts set (mailbox_key, domain_key) = (select i.mailbox_key, i.domain_key from identities i where i.member_id = contacts.member_id) where id = $1"
	becomesAnothers = "update contacts set (mailbox_key, domain_key) = (select mailbox_key, domain_key from identities order by id desc limit 1) where id = $1"
)

// went is a mail of a kind that was sent to the address that the member has now.
func went(t *testing.T, w *apptest.World, login, kind string) (contact int64) {
	t.Helper()
	contact = w.Number("select id from contact_ways where kind = 'email' and member_id = $1", *w.ID(login).MemberID)
	update(t, w, "insert into mails (case_id, contact_id, kind, language, state, queued_at, due_at, sent_at, recipient, data, message_id) values ($1, $2, $3, 'ja', 'sent', $4, $4, $4, '', '', gen_random_uuid())",
		w.Case(login).ID, contact, kind, w.Clock.Now())
	settled(t, w, login, kind, notices.Sent)
	return contact
}

// learnedAfter is what comes of mails of these kinds, whatever happened to the case then, and
// of what becomes known of the address; looked at twice, since it is found once.
func learnedAfter(t *testing.T, w *apptest.World, login string, kinds []string, then, becomes string) {
	t.Helper()
	var contact int64
	for _, kind := range kinds {
		contact = went(t, w, login, kind)
	}
	if then != "" {
		update(t, w, then, w.Case(login).ID)
	}
	if becomes != "" {
		update(t, w, becomes, contact)
	}
	for range 2 {
		must(t, cases.MarkUnreached(w.Ctx, w.Store))
	}
}

func due(w *apptest.World, login, subject string) bool {
	return slices.Contains(w.Case(login).Letter(w.ID(login).Standing), subject)
}

// A notice that went astray does not count beside one at a contact that is undone.
func TestUndoingAfterANoticeWentAstray(t *testing.T) {
	w := world(t)
	const login = "m1@ocn.example"
	update(t, w, becomesOwn, went(t, w, login, notices.RestrictionNotice))
	must(t, cases.MarkUnreached(w.Ctx, w.Store))
	first := setContact(t, w, login, members.Email, "new1@mail.example")
	var out sentTo
	must(t, postman(w, &out).Deliver(w.Ctx, []int64{w.Number("select id from mails where case_id = $1 and kind = $2 and state = 'queued'", w.Case(login).ID, notices.RestrictionNotice)}))
	if w.Case(login).NotifiedAt == nil {
		t.Fatal("not notified")
	}
	// The mail that went astray comes back: the other one has told the member.
	id := w.Case(login).ID
	must(t, store.Keep(w.Ctx, w.Store, func(tx *store.Tx) error {
		return cases.MailSettled(tx, notices.Mail{CaseID: &id, Kind: notices.RestrictionNotice, State: notices.Failed})
	}))
	if w.Case(login).NotifiedAt == nil {
		t.Error("a notice that went astray took back the one that reached the member")
	}
	went(t, w, login, notices.ReimbursementCompleted)
	if due(w, login, "result") {
		t.Fatal("the result went to a contact that documents showed")
	}
	must(t, second(cases.UndoContact(w.Ctx, w.Store, w.Supervisor, first.ID, "誤記")))
	if w.Case(login).NotifiedAt != nil || !due(w, login, cases.LetterRestriction) || !due(w, login, "result") {
		t.Errorf("notified %v, due %v", w.Case(login).NotifiedAt, w.Case(login).Letter(w.ID(login).Standing))
	}
	setContact(t, w, login, members.Email, "again1@mail.example")
	if n := w.Number("select count(*) from mails where case_id = $1 and kind = $2 and state = 'queued'", id, notices.RestrictionNotice); n != 1 {
		t.Errorf("%d notices wait for the next contact", n)
	}
}

// A change of a contact, or its undoing, that was told only at contacts that turn out not to
// be the member's alone is due by letter, unless they were told in another way since.
func TestAChangeThatWentAstray(t *testing.T) {
	w := desk(t, 14)
	const letter = `insert into case_events (case_id, at, kind, actor_kind, actor_id, data) values ($1, now(), 'letter_sent', 'system', 0, '{"about": ["%s"]}')`
	for i, test := range []struct {
		name          string
		kinds         []string
		becomes, then string
		want          string
	}{
		{"nothing became known", []string{notices.ContactChanged}, "", "", ""},
		{"own", []string{notices.ContactChanged}, becomesOwn, "", "contact_changed"},
		{"undoing, another's", []string{notices.ContactUndone}, becomesAnothers, "", "contact_undone"},
		{"set since an incident began", []string{notices.ContactChanged}, "update contacts set registered_on = '2014-07-11' where id = $1", "", "contact_changed"},
		{"another mail", []string{notices.ResetCompleted}, becomesAnothers, "", ""},
		{"a letter told it", []string{notices.ContactChanged}, becomesAnothers, fmt.Sprintf(letter, "contact_changed"), ""},
		{"a letter told something else", []string{notices.ContactChanged}, becomesAnothers, fmt.Sprintf(letter, "result"), "contact_changed"},
		{"completed", []string{notices.ContactChanged}, becomesAnothers, "update cases set status = 'completed', completed_at = now() where id = $1", "contact_changed"},
		{"out of scope", []string{notices.ContactChanged}, becomesAnothers, "update cases set status = 'out_of_scope' where id = $1", ""},
	} {
		login := fmt.Sprintf("m%d@ocn.example", i+1)
		id := w.Case(login).ID
		set(t, w, login, "letter_about = 0, unreachable_at = null, verified_at = now(), notified_at = now(), status = 'in_progress'")
		learnedAfter(t, w, login, test.kinds, test.then, test.becomes)
		for _, subject := range []string{"contact_changed", "contact_undone"} {
			if got := due(w, login, subject); got != (subject == test.want) {
				t.Errorf("%s: %s due: %v", test.name, subject, got)
			}
		}
		if c := w.Case(login); test.name == "completed" && (c.Status != cases.Reopened || c.CompletedAt != nil) {
			t.Errorf("%s: %s", test.name, c.Status)
		}
		if n := w.Number("select count(*) from case_events where case_id = $1 and kind = $2", id, cases.ChangeMisled); (n == 1) != (test.want != "") || n > 1 {
			t.Errorf("%s: %d events", test.name, n)
		}
	}

	// One that documents showed was told of itself, and was never counted on.
	const shown = "m12@ocn.example"
	setContact(t, w, shown, members.Email, "new12@mail.example")
	update(t, w, becomesAnothers, went(t, w, shown, notices.ContactChanged))
	before := due(w, shown, "contact_changed")
	must(t, cases.MarkUnreached(w.Ctx, w.Store))
	if due(w, shown, "contact_changed") != before || w.Number("select count(*) from case_events where case_id = $1 and kind = $2", w.Case(shown).ID, cases.ChangeMisled) != 0 {
		t.Error("what the new contact was told is counted on")
	}
}

// A result that turns out to have gone to the ID's own mailbox, or to another affected ID's,
// is due by letter, unless the member was told in another way since.
func TestAResultThatWentAstray(t *testing.T) {
	w := desk(t, 16)
	const letter = `insert into case_events (case_id, at, kind, actor_kind, actor_id, data) values ($1, now(), 'letter_sent', 'system', 0, '{"about": ["result"]}')`
	const resumed = "update identities set state = 'resumed' where id = (select identity_id from cases where id = $1)"
	const again = `with e as (insert into case_events (case_id, at, kind, actor_kind, actor_id) values ($1, now(), 'resumed', 'system', 0)) update identities set state = 'restricted' where id = (select identity_id from cases where id = $1)`
	for i, test := range []struct {
		name             string
		kinds            []string
		becomes, then    string
		want, untilInUse bool
	}{
		{"nothing became known", []string{notices.ReimbursementCompleted}, "", "", false, false},
		{"own", []string{notices.ReimbursementCompleted}, becomesOwn, "", true, true},
		{"corrected, another's", []string{notices.ReimbursementCorrected}, becomesAnothers, "", true, false},
		{"verified, another's", []string{notices.ReimbursementCompleted}, becomesAnothers, "update cases set verified_at = now() where id = $1", true, false},
		{"the closing mail that sums it up", []string{notices.ReimbursementCompleted, notices.CaseClosed}, becomesAnothers, "", true, false},
		{"a closing mail without a result", []string{notices.CaseClosed}, becomesAnothers, "", false, false},
		{"a letter told it", []string{notices.ReimbursementCompleted}, becomesAnothers, letter, false, false},
		{"in use", []string{notices.ReimbursementCompleted}, becomesOwn, resumed, false, false},
		{"in use in between", []string{notices.ReimbursementCompleted}, becomesOwn, again, false, false},
		{"in use, another's", []string{notices.ReimbursementCompleted}, becomesAnothers, resumed, true, false},
		{"completed", []string{notices.ReimbursementCompleted}, becomesOwn, "update cases set status = 'completed', completed_at = now() where id = $1", true, true},
		{"out of scope", []string{notices.ReimbursementCompleted}, becomesOwn, "update cases set status = 'out_of_scope' where id = $1", false, false},
		{"set since an incident began", []string{notices.ReimbursementCompleted}, "update contacts set registered_on = '2014-07-11' where id = $1", "", true, false},
		{"undone", []string{notices.ReimbursementCompleted}, "update contacts set withdrawn_at = now() where id = $1", "", true, false},
	} {
		login := fmt.Sprintf("m%d@ocn.example", i+1)
		id := w.Case(login).ID
		set(t, w, login, "letter_about = 0, unreachable_at = null, verified_at = null, notified_at = now(), status = 'in_progress'")
		learnedAfter(t, w, login, test.kinds, test.then, test.becomes)
		if got := due(w, login, "result"); got != test.want {
			t.Errorf("%s: due: %v", test.name, got)
		}
		if c := w.Case(login); test.name == "completed" && (c.Status != cases.Reopened || c.CompletedAt != nil) {
			t.Errorf("%s: %s", test.name, c.Status)
		}
		if n := w.Number("select count(*) from case_events where case_id = $1 and kind = $2", id, cases.ResultMisled); (n == 1) != test.want || n > 1 {
			t.Errorf("%s: %d events", test.name, n)
		}
		if update(t, w, resumed, id); test.want && due(w, login, "result") == test.untilInUse {
			t.Errorf("%s: due while in use: %v", test.name, !test.untilInUse)
		}
	}

	// A sound address that is told afterwards of the restriction is not told the result.
	const other = "m15@ocn.example"
	update(t, w, becomesAnothers, went(t, w, other, notices.ReimbursementCompleted))
	must(t, cases.MarkUnreached(w.Ctx, w.Store))
	setContact(t, w, other, members.Email, "new15@mail.example")
	went(t, w, other, notices.RestrictionNotice)
	if !due(w, other, "result") {
		t.Error("the notice has told the result")
	}
	update(t, w, "update cases set letter_about = 0 where id = $1", w.Case(other).ID)
	went(t, w, other, notices.ReimbursementCorrected)
	must(t, cases.MarkUnreached(w.Ctx, w.Store))
	if due(w, other, "result") {
		t.Error("a mail to a sound address has told nothing")
	}
}

// Whoever used the ID after the notice stays told when it is restricted again.
func TestWhoUsedTheIDStaysTold(t *testing.T) {
	w := world(t)
	const login = "m1@ocn.example"
	contact := went(t, w, login, notices.RestrictionNotice)
	update(t, w, "update identities set restricted_at = now() + interval '1 day' where id = $1", w.ID(login).ID)
	set(t, w, login, "notified_at = now()")
	update(t, w, becomesOwn, contact)
	must(t, cases.MarkUnreached(w.Ctx, w.Store))
	if w.Case(login).NotifiedAt == nil {
		t.Error("not told any more")
	}
}

// A contact that is undone after the member's ID was used through it: whom only its notice
// told is told again at once, and the case says that nobody was verified.
func TestUndoingAfterItsUse(t *testing.T) {
	w := world(t)
	const login = "m3@ocn.example" // its address was set during the incident
	must(t, cases.MarkUnreached(w.Ctx, w.Store))
	change := setContact(t, w, login, members.Email, "new3@mail.example")
	id := w.Case(login).ID
	var out sentTo
	must(t, postman(w, &out).Deliver(w.Ctx, []int64{w.Number("select id from mails where case_id = $1 and kind = $2 and state = 'queued'", id, notices.RestrictionNotice)}))
	call := w.Verified(w.Agent, id, level2(3)...)
	must(t, second(cases.Conclude(w.Ctx, w.Store, w.Agent, call.ID, cases.Verified)))
	must(t, second(resets.Send(w.Ctx, w.Store, w.Agent, id, "https://hoten.example")))
	must(t, second(cases.EndCall(w.Ctx, w.Store, w.Agent, call.ID)))
	w.Clock.Add(time.Minute)
	must(t, second(resets.Complete(w.Ctx, w.Store, w.Secret(id)[len("https://hoten.example/reset/"):], "keyaki-no-ki-47", "keyaki-no-ki-47", false)))
	if w.Case(login).NotifiedAt == nil {
		t.Fatal("not notified")
	}
	w.Clock.Add(time.Minute)
	must(t, second(cases.UndoContact(w.Ctx, w.Store, w.Supervisor, change.ID, "書類は偽物でした")))
	if c := w.Case(login); c.NotifiedAt != nil || c.UnreachableAt == nil || !due(w, login, cases.LetterRestriction) {
		t.Errorf("notified %v, unreachable %v, due %v", c.NotifiedAt, c.UnreachableAt, c.Letter(w.ID(login).Standing))
	}
	if n := w.Number("select count(*) from case_events where case_id = $1 and kind = $2", id, cases.VerifiedVoid); n != 1 {
		t.Errorf("%d events", n)
	}
}

// A completed case is open again when a change of a contact, or its undoing, can be told by
// letter only.
func TestALetterOpensACompletedCase(t *testing.T) {
	w := world(t)
	const login = "m3@ocn.example"
	complete := func() { set(t, w, login, "letter_about = 0, status = 'completed', completed_at = now()") }
	complete()
	change := setContact(t, w, login, members.Email, "new3@mail.example")
	if c := w.Case(login); c.Status != cases.Reopened || c.CompletedAt != nil || !due(w, login, "contact_changed") {
		t.Errorf("changed: %s, due %v", c.Status, c.Letter(w.ID(login).Standing))
	}
	complete()
	must(t, second(cases.UndoContact(w.Ctx, w.Store, w.Supervisor, change.ID, "誤記")))
	if c := w.Case(login); c.Status != cases.Reopened || !due(w, login, "contact_undone") {
		t.Errorf("undone: %s, due %v", c.Status, c.Letter(w.ID(login).Standing))
	}
}

// A date that was typed wrongly and is put right again leaves no letter due, and nobody to be
// told twice: the mails count as before, for good.
func TestMailsThatCountAfterAll(t *testing.T) {
	w := desk(t, 3)
	const login, again = "m1@ocn.example", "m2@ocn.example"
	contacts := map[string]int64{}
	for _, login := range []string{login, again} {
		set(t, w, login, "letter_about = 0, unreachable_at = null, verified_at = null, notified_at = now(), status = 'in_progress', made_whole_at = '2014-07-30'")
		contacts[login] = went(t, w, login, notices.RestrictionNotice)
		went(t, w, login, notices.ReimbursementCompleted)
		went(t, w, login, notices.ContactChanged)
		went(t, w, login, notices.ContactUndone)
	}
	date := func(day string) {
		t.Helper()
		for _, contact := range contacts {
			update(t, w, "update contacts set registered_on = '"+day+"' where id = $1", contact)
		}
		for range 2 {
			must(t, cases.MarkUnreached(w.Ctx, w.Store))
		}
	}
	date("2014-07-20")
	for login := range contacts {
		if c := w.Case(login); c.NotifiedAt != nil || !due(w, login, "result") || !due(w, login, "contact_changed") || !due(w, login, "contact_undone") {
			t.Fatalf("%s: notified %v, due %v", login, c.NotifiedAt, c.Letter(w.ID(login).Standing))
		}
	}
	// A change since then was told by nothing, nor was the undoing of which a mail failed.
	const owed = "insert into case_events (case_id, at, kind, actor_kind, actor_id, data) values ($1, now(), $2, 'system', 0, $3)"
	update(t, w, owed, w.Case(again).ID, cases.ContactSet, `{"told": "letter"}`)
	update(t, w, owed, w.Case(again).ID, cases.Unreachable, `{"mail": "contact_undone"}`)
	update(t, w, "insert into case_events (case_id, at, kind, actor_kind, actor_id, data) values ($1, $2, 'restricted_again', 'system', 0, '{}')", w.Case(again).ID, w.Clock.Now().Add(time.Minute))
	date("2010-01-01")
	if c := w.Case(login); c.NotifiedAt == nil || len(c.Letter(w.ID(login).Standing)) != 0 || c.UnreachableAt != nil {
		t.Errorf("notified %v, unreachable %v, due %v", c.NotifiedAt, c.UnreachableAt, c.Letter(w.ID(login).Standing))
	}
	if !due(w, again, "contact_changed") || !due(w, again, "contact_undone") || due(w, again, "result") {
		t.Errorf("due for another reason: %v", w.Case(again).Letter(w.ID(again).Standing))
	}
	if w.Case(again).NotifiedAt != nil {
		t.Error("a notice from before tells of a restriction since")
	}
	if n := w.Number("select count(*) from case_events where case_id = $1 and kind = $2", w.Case(login).ID, cases.MailCounts); n != 4 {
		t.Errorf("%d events", n)
	}
	date("2014-07-20")
	if !due(w, login, "result") || !due(w, login, "contact_changed") || !due(w, login, "contact_undone") {
		t.Error("the second time nothing is found")
	}
}
