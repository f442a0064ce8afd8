package cases_test

import (
	"fmt"
	"slices"
	"testing"

	"hoten/app/apptest"
	"hoten/app/cases"
	"hoten/app/members"
	"hoten/app/notices"
	"hoten/app/resets"
	"hoten/app/store"
)

// settled is what becomes of a mail that went to the contact which the member has now.
func settled(t *testing.T, w *apptest.World, login, kind, state string) {
	t.Helper()
	c := w.Case(login)
	contact := w.Number("select id from contact_ways where kind = 'email' and member_id = $1", *w.ID(login).MemberID)
	must(t, store.Keep(w.Ctx, w.Store, func(tx *store.Tx) error {
		return cases.MailSettled(tx, notices.Mail{CaseID: &c.ID, ContactID: &contact, Kind: kind, State: state, QueuedAt: w.Clock.Now()})
	}))
}

func update(t *testing.T, w *apptest.World, query string, args ...any) {
	t.Helper()
	if _, err := w.Pool.Exec(w.Ctx, query, args...); err != nil {
		t.Fatal(err)
	}
}

// What was put back and went to the ID's own mailbox alone is told by letter until the
// member can read it there; a mail that failed stays to be told.
func TestAResultInTheOwnMailbox(t *testing.T) {
	w := world(t)
	const own, elsewhere = "m2@ocn.example", "m1@ocn.example"
	due := func(login string, want bool) {
		t.Helper()
		got := slices.Contains(w.Case(login).Letter(w.ID(login).Standing), "result")
		in := false
		rows, _, err := cases.Find(store.Read(w.Ctx, w.Store), w.Vault, cases.Filter{Queue: cases.QueueLetter, Of: cases.Desk{Reader: w.Agent, Now: w.Clock.Now()}, Limit: 50})
		must(t, err)
		for _, r := range rows {
			in = in || r.ID == w.Case(login).ID
		}
		if got != want || in != want {
			t.Errorf("%s: the result is due: %v, in the queue: %v, want %v", login, got, in, want)
		}
	}
	restrict := func() { update(t, w, "update identities set state = 'restricted' where state = 'resumed'") }
	again := func() { // and the restriction is told, so that it owes no letter
		t.Helper()
		restrict()
		for _, login := range []string{own, elsewhere} {
			set(t, w, login, "letter_about = 0, unreachable_at = null, notified_at = now(), status = 'in_progress'")
			due(login, false)
		}
	}
	resume := func() {
		t.Helper()
		must(t, second(resets.Release(w.Ctx, w.Store, w.Supervisor, w.Case(own).ID, "誤って制限したため")))
	}

	for _, kind := range []string{notices.ReimbursementCompleted, notices.ReimbursementCorrected} {
		again()
		settled(t, w, elsewhere, kind, notices.Sent)
		due(elsewhere, false)
		settled(t, w, own, kind, notices.Sent)
		due(own, true)
		update(t, w, "update identities set state = 'link_sent' where id = $1", w.ID(own).ID)
		due(own, true)
		resume()
		due(own, false)
		restrict() // the member has read it in between
		due(own, false)

		again()
		settled(t, w, own, kind, notices.Sent)
		settled(t, w, own, kind, notices.Failed)
		resume()
		due(own, true)
		settled(t, w, own, kind, notices.Sent) // the member can read it by now
		due(own, false)
	}

	// A letter tells it.
	again()
	settled(t, w, own, notices.ReimbursementCompleted, notices.Sent)
	must(t, second(cases.RecordLetter(w.Ctx, w.Store, w.Agent, w.Case(own).ID, "2014-07-31", "result")))
	due(own, false)

	// The closing mail of a case without a result owes no letter.
	again()
	settled(t, w, own, notices.CaseClosed, notices.Sent)
	due(own, false)

	// A case that is closed over an ID that nobody can use waits for nothing; opened again, it
	// does until the ID is in use: its closing mail lies in the same mailbox.
	again()
	settled(t, w, own, notices.ReimbursementCompleted, notices.Failed)
	due(own, true)
	to := func(s cases.Status) *cases.Status { return &s }
	closed, err := cases.Update(w.Ctx, w.Store, w.Supervisor, w.Case(own).ID, cases.Change{Version: w.Case(own).Version, Status: to(cases.Completed), Reason: "ご本人さまが解約のため"})
	must(t, err)
	if n := w.Number("select count(*) from mails where case_id = $1 and kind = $2", closed.ID, notices.CaseClosed); n != 1 {
		t.Fatalf("%d closing mails", n)
	}
	settled(t, w, own, notices.CaseClosed, notices.Sent)
	due(own, false)
	must(t, second(cases.Update(w.Ctx, w.Store, w.Agent, closed.ID, cases.Change{Version: w.Case(own).Version, Status: to(cases.Reopened), Reason: "お申し出のため"})))
	due(own, true)
	resume()
	due(own, false)
}

// A notice that turns out to have gone to the ID's own mailbox, or to another affected ID's,
// has notified nobody, unless the member was told in another way.
func TestANoticeThatWentAstray(t *testing.T) {
	w := desk(t, 10)
	const own = "update contacts set (mailbox_key, domain_key) = (select i.mailbox_key, i.domain_key from identities i where i.member_id = contacts.member_id) where id = $1"
	const another = "update contacts set (mailbox_key, domain_key) = (select mailbox_key, domain_key from identities order by id desc limit 1) where id = $1"
	for i, test := range []struct {
		name, becomes, meanwhile string
		spare                    bool // there is another address
		taken, letter            bool
	}{
		{"nothing became known", "", "", false, false, false},
		{"the ID's own", own, "", false, true, true},
		{"another affected ID's", another, "", false, true, true},
		{"set since an incident began", "update contacts set registered_on = '2014-07-11' where id = $1", "", false, true, true},
		{"the member has another address", own, "", true, true, false},
		{"told on the phone since", own, "update cases set verified_at = now() where id = $1", false, false, false},
		{"a letter told of it", own, `insert into case_events (case_id, at, kind, actor_kind, actor_id, data) values ($1, now(), 'letter_sent', 'system', 0, '{"about": ["restriction"]}')`, false, false, false},
		{"in use again", own, "update identities set state = 'resumed' where id = (select identity_id from cases where id = $1)", false, false, false},
		{"completed, and open again", own, "update cases set status = 'completed' where id = $1", false, true, true},
	} {
		login := fmt.Sprintf("m%d@ocn.example", i+1)
		c := w.Case(login)
		contact := w.Number("select id from contacts where kind = 'email' and member_id = $1", *w.ID(login).MemberID)
		must(t, second(resets.Notify(w.Ctx, w.Store, w.Manager, c.ID)))
		var out sentTo
		must(t, postman(w, &out).Deliver(w.Ctx, []int64{w.Number("select id from mails where case_id = $1", c.ID)}))
		if w.Case(login).NotifiedAt == nil {
			t.Fatalf("%s: not notified: %v", test.name, out)
		}
		var spare int64
		if test.spare {
			spare = w.Number(`insert into contacts (member_id, kind, value, value_key, mailbox_key, domain_key, registered_on, depends_on_login, source)
				select member_id, kind, value, value_key, '\x01', '\x02', registered_on, false, source from contacts where id = $1 returning id`, contact)
			update(t, w, "update contacts set value = $2 where id = $1", spare, w.Vault.Seal("contacts", "value", spare, "spare@mail.example"))
		}
		if test.meanwhile != "" {
			update(t, w, test.meanwhile, c.ID)
		}
		if test.becomes != "" {
			update(t, w, test.becomes, contact)
		}
		must(t, cases.MarkUnreached(w.Ctx, w.Store))
		must(t, cases.MarkUnreached(w.Ctx, w.Store)) // and it is found once
		if got := w.Case(login).NotifiedAt == nil; got != test.taken {
			t.Errorf("%s: taken back: %v", test.name, got)
		}
		if got := waits(t, w, login); got != test.letter {
			t.Errorf("%s: a letter is due: %v", test.name, got)
		}
		for kind, want := range map[string]bool{cases.NoticeMisled: test.taken, cases.Unreachable: test.letter} {
			if n := w.Number("select count(*) from case_events where case_id = $1 and kind = $2", c.ID, kind); (n == 1) != want || n > 1 {
				t.Errorf("%s: %d events %s", test.name, n, kind)
			}
		}
		if n := w.Number("select count(*) from mails where case_id = $1 and state = 'queued' and contact_id = $2", c.ID, spare); (n == 1) != test.spare {
			t.Errorf("%s: %d notices wait for the other address", test.name, n)
		}
	}
}

// An ID that a supervisor adds makes its mailbox another affected ID's at once.
func TestANoticeToAnAddedID(t *testing.T) {
	w := world(t)
	const login = "m1@ocn.example"
	set(t, w, login, "notified_at = now()")
	went(t, w, login, notices.RestrictionNotice)
	went(t, w, login, notices.ReimbursementCompleted)
	asked, err := cases.Open(w.Ctx, w.Store, w.Agent, apptest.Reference, "c1@mail.example")
	must(t, err)
	if w.Case(login).NotifiedAt == nil {
		t.Fatal("an ID that is not affected takes a notice back")
	}
	must(t, second(cases.AddToIncident(w.Ctx, w.Store, w.Supervisor, asked.Case.ID, "お申し出のため", nil)))
	if got := w.Case(login).Letter(w.ID(login).Standing); w.Case(login).NotifiedAt != nil || !slices.Equal(got, []string{cases.LetterRestriction, "result"}) {
		t.Errorf("the member counts as told at the mailbox of the added ID: %v", got)
	}
}

// A contact that documents show is sent the notice that reached nobody before; where the
// notices of the incident are still to be sent, it waits with them.
func TestTheNoticeGoesToAContactOfDocuments(t *testing.T) {
	w := world(t)
	for i, test := range []struct {
		login, before string
		kind, value   string
		waiting       int64
	}{
		{"m2@ocn.example", "unreachable_at = now()", members.Email, "new2@mail.example", 1},
		{"m3@ocn.example", "verified_at = null", members.Email, "new3@mail.example", 0},
		{"m1@ocn.example", "unreachable_at = now(), verified_at = now()", members.Email, "new1@mail.example", 0},
		{"m4@ocn.example", "unreachable_at = now()", members.Phone, "080-1234-5678", 0},
	} {
		set(t, w, test.login, test.before)
		id := w.Case(test.login).ID
		setContact(t, w, test.login, test.kind, test.value)
		if n := w.Number("select count(*) from mails where case_id = $1 and kind = $2 and state = 'queued'", id, notices.RestrictionNotice); n != test.waiting {
			t.Errorf("%d: %d notices wait", i, n)
		}
		if test.waiting == 0 {
			continue
		}
		if !waits(t, w, test.login) {
			t.Errorf("%d: no letter is due before the notice was sent", i)
		}
		var out sentTo
		must(t, postman(w, &out).Deliver(w.Ctx, []int64{w.Number("select id from mails where case_id = $1 and kind = $2", id, notices.RestrictionNotice)}))
		if c := w.Case(test.login); c.NotifiedAt == nil || !slices.Contains(out, test.value) || slices.Contains(c.Letter(w.ID(test.login).Standing), cases.LetterRestriction) {
			t.Errorf("%d: sent to %v, notified %v", i, out, c.NotifiedAt)
		}
	}
}

// A mailbox that is confirmed in another spelling is one mailbox, and told once.
func TestOneMailboxIsToldOnce(t *testing.T) {
	w := world(t)
	const login = "m1@ocn.example"
	setContact(t, w, login, members.Email, "C1+neu@Mail.example")
	if got := mailed(t, w, login, notices.ContactChanged); len(got) != 1 {
		t.Errorf("told at %v", got)
	}
}

// A mail that bounces days later opens a closed case again where the member was told nowhere
// else: a letter that is due on a closed case is sent by nobody.
func TestABounceAfterCompleting(t *testing.T) {
	w := world(t)
	const login = "m1@ocn.example"
	for name, c := range map[string]struct {
		kind, told string
		want       cases.Status
	}{
		"the notice":                       {notices.RestrictionNotice, "verified_at = null", cases.Reopened},
		"the notice, told on the phone":    {notices.RestrictionNotice, "verified_at = now()", cases.Completed},
		"what was put back":                {notices.ReimbursementCompleted, "verified_at = now()", cases.Reopened},
		"that the case is closed":          {notices.CaseClosed, "verified_at = now()", cases.Completed},
		"the notice of a case not counted": {notices.RestrictionNotice, "status = 'out_of_scope'", cases.OutOfScope},
	} {
		update(t, w, "update identities set state = 'restricted' where state = 'resumed'")
		set(t, w, login, "letter_about = 0, unreachable_at = null, notified_at = now(), status = 'completed', completed_at = now()")
		set(t, w, login, c.told)
		settled(t, w, login, c.kind, notices.Bounced)
		if now := w.Case(login); now.Status != c.want || (now.CompletedAt != nil) != (c.want != cases.Reopened) {
			t.Errorf("%s: %s, completed at %v", name, now.Status, now.CompletedAt)
		}
	}
}
