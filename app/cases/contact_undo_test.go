package cases_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"hoten/app/access"
	"hoten/app/apptest"
	"hoten/app/cases"
	"hoten/app/members"
	"hoten/app/notices"
	"hoten/app/resets"
	"hoten/app/store"
)

// Only whoever proposed a contact withdraws it, once, while it waits.
func TestWithdrawingAProposal(t *testing.T) {
	w := world(t)
	login := "m3@ocn.example"
	ch := propose(t, w, w.Agent, login, members.Email, fresh)
	withdraw := func(by access.Actor) error {
		_, err := cases.WithdrawContact(w.Ctx, w.Store, by, ch.ID)
		return err
	}
	for code, by := range map[string][]access.Actor{"not_the_proposer": {w.Agent2, w.Supervisor, w.Manager}, "forbidden": {w.Auditor, w.Administrator}} {
		for _, by := range by {
			refused(t, withdraw(by), code)
		}
	}
	if err := withdraw(w.Agent); err != nil {
		t.Fatal(err)
	}
	refused(t, withdraw(w.Agent), "already_decided")
	_, err := cases.ConfirmContact(w.Ctx, w.Store, w.Supervisor, ch.ID, fresh)
	refused(t, err, "already_decided")
	_, err = cases.RefuseContact(w.Ctx, w.Store, w.Supervisor, ch.ID, "不要")
	refused(t, err, "already_decided")
	if n := w.Number("select count(*) from case_events where case_id = $1 and kind = 'contact_withdrawn'", w.Case(login).ID); n != 1 {
		t.Errorf("%d events", n)
	}
	// Confirmed, refused and undone ones are decided.
	ch = setContact(t, w, login, members.Phone, "080-1234-5678")
	refused(t, withdraw(w.Agent), "already_decided")
	if _, err := cases.UndoContact(w.Ctx, w.Store, w.Supervisor, ch.ID, "誤記"); err != nil {
		t.Fatal(err)
	}
	refused(t, withdraw(w.Agent), "already_decided")
	ch = propose(t, w, w.Supervisor, login, members.Email, fresh)
	if err := withdraw(w.Supervisor); err != nil {
		t.Errorf("a supervisor's own: %v", err)
	}
}

// One who withdraws while another confirms: one of them wins, and what stands is whole.
func TestWithdrawingWhileAnotherConfirms(t *testing.T) {
	w := world(t)
	for i := range 5 {
		ch := propose(t, w, w.Agent, "m3@ocn.example", members.Email, fmt.Sprintf("fresh%d@mail.example", i))
		var both sync.WaitGroup
		results := make([]error, 2)
		both.Go(func() { _, results[0] = cases.WithdrawContact(w.Ctx, w.Store, w.Agent, ch.ID) })
		both.Go(func() {
			_, results[1] = cases.ConfirmContact(w.Ctx, w.Store, w.Supervisor, ch.ID, fmt.Sprintf("fresh%d@mail.example", i))
		})
		both.Wait()
		state := map[bool]string{true: cases.ChangeWithdrawn, false: cases.ChangeConfirmed}[results[0] == nil]
		if (results[0] == nil) == (results[1] == nil) || w.Number("select count(*) from contact_changes where id = $1 and state = $2 and (contact_id is null) = $3", ch.ID, state, results[0] == nil) != 1 {
			t.Fatalf("%v", results)
		}
	}
}

// What waits to be confirmed is found by whoever may confirm it, with its documents.
func TestProposalsAreFound(t *testing.T) {
	w := world(t)
	ch := propose(t, w, w.Supervisor, "m3@ocn.example", members.Email, fresh)
	counts := func(by access.Actor) int64 {
		t.Helper()
		n, err := store.Now(store.Read(w.Ctx, w.Store), func(reads *store.Reads) *[]int64 { return cases.AskContactsWaiting(reads, by.ID) })
		if err != nil {
			t.Fatal(err)
		}
		return n[0]
	}
	if own, other := counts(w.Supervisor), counts(w.Supervisor2); own != 0 || other != 1 {
		t.Errorf("%d wait for the proposer, %d for another", own, other)
	}
	told, err := store.Now(store.Read(w.Ctx, w.Store), func(reads *store.Reads) *[]cases.Event { return cases.AskProposal(reads, ch.CaseID) })
	if err != nil || len(told) != 1 || !told[0].At.Equal(ch.ProposedAt) || told[0].ActorID != w.Supervisor.ID {
		t.Fatalf("%+v %v", told, err)
	}
	if text, _ := told[0].PlainText(w.Vault); !strings.Contains(text, "2014年7月31日到着") {
		t.Errorf("the documents: %q", text)
	}
	// A case that was closed meanwhile is found all the same.
	set(t, w, "m3@ocn.example", "status = 'completed'")
	if got := logins(t, w, cases.Filter{Queue: cases.QueueContact, Order: cases.Longest}); got != "m3" {
		t.Errorf("the queue: %q", got)
	}
}

// Undone, the member is told at the addresses that are used again and at the one that is
// not any more; who has none is told by letter.
func TestUndoingTellsTheMember(t *testing.T) {
	w := world(t)
	for _, c := range []struct {
		login, kind, value, told string
		at                       []string
	}{
		{"m4@ocn.example", members.Email, fresh, "mail", []string{"c4@docomo.example", fresh}},
		{"m3@ocn.example", members.Email, "fresh3@mail.example", "letter", []string{"fresh3@mail.example"}},
		{"m2@ocn.example", members.Phone, "080-1234-5678", "mail", nil},
	} {
		before := cases.Addressee{}
		to, err := cases.Addressees(store.Read(w.Ctx, w.Store), w.Vault, []int64{w.Case(c.login).ID}, notices.RestrictionNotice)
		if err != nil {
			t.Fatal(err)
		}
		before = to[w.Case(c.login).ID]
		if c.at == nil && before.Address != "" {
			c.at = []string{before.Address}
		} else if c.at == nil {
			c.told = "letter"
		}
		ch := setContact(t, w, c.login, c.kind, c.value)
		if _, err := cases.UndoContact(w.Ctx, w.Store, w.Supervisor, ch.ID, "誤記"); err != nil {
			t.Fatal(err)
		}
		if got := mailed(t, w, c.login, notices.ContactUndone); !slices.Equal(got, c.at) {
			t.Errorf("%s was told at %v, want %v", c.login, got, c.at)
		}
		if n := w.Number("select count(*) from case_events where case_id = $1 and kind = 'contact_undone' and data->>'told' = $2", w.Case(c.login).ID, c.told); n != 1 {
			t.Errorf("%s: the timeline does not say %s", c.login, c.told)
		}
		if got := waits(t, w, c.login); got != (c.told == "letter") {
			t.Errorf("%s waits for a letter: %v", c.login, got)
		}
	}
}

// Undone, nothing is left of what the contact brought about: a case that no mail reached is
// unreachable again, and whoever was notified there alone is not notified.
func TestUndoingTakesReachBack(t *testing.T) {
	for name, c := range map[string]struct {
		login           string
		unreachable     bool // before the change
		notified        bool // by the notice, at the changed address
		kind, value     string
		wantUnreachable bool
		wantNotNotified bool
	}{
		"no other address":                {"m3@ocn.example", true, false, members.Email, fresh, true, true},
		"no other address, never tried":   {"m3@ocn.example", false, false, members.Email, fresh, true, true},
		"no other address, notified":      {"m3@ocn.example", true, true, members.Email, fresh, true, true},
		"another address, refused before": {"m4@ocn.example", true, false, members.Email, fresh, true, true},
		"another address":                 {"m4@ocn.example", false, false, members.Email, fresh, false, true},
		"another address, notified":       {"m4@ocn.example", false, true, members.Email, fresh, false, true},
		"a phone":                         {"m3@ocn.example", false, false, members.Phone, "080-1234-5678", false, true},
	} {
		t.Run(name, func(t *testing.T) {
			w := world(t)
			if c.unreachable {
				set(t, w, c.login, "unreachable_at = now()")
			}
			ch := setContact(t, w, c.login, c.kind, c.value)
			set(t, w, c.login, "unreachable_at = null") // the mail about the change went through
			if c.notified {
				set(t, w, c.login, "notified_at = now()")
				if _, err := w.Pool.Exec(w.Ctx, `insert into mails (case_id, member_id, contact_id, kind, language, message_id, recipient, data, queued_at, due_at, state, sent_at)
					values ($1, $2, $3, 'restriction_notice', 'ja', 'x@mail.invalid', '', '', now(), now(), 'sent', now())`, w.Case(c.login).ID, w.ID(c.login).MemberID, ch.ContactID); err != nil {
					t.Fatal(err)
				}
			}
			if _, err := cases.UndoContact(w.Ctx, w.Store, w.Supervisor, ch.ID, "誤記"); err != nil {
				t.Fatal(err)
			}
			got := w.Case(c.login)
			if (got.UnreachableAt != nil) != c.wantUnreachable || (got.NotifiedAt == nil) != c.wantNotNotified {
				t.Errorf("unreachable %v, notified %v", got.UnreachableAt, got.NotifiedAt)
			}
		})
	}
}

// A mail that comes back from a former address says nothing about the one that is used.
func TestFormerAddressesDoNotMakeUnreachable(t *testing.T) {
	w := world(t)
	login := "m4@ocn.example"
	former := w.Number("select id from contacts where kind = 'email' and member_id = $1", *w.ID(login).MemberID)
	setContact(t, w, login, members.Email, fresh)
	id := w.Case(login).ID
	err := store.Keep(w.Ctx, w.Store, func(tx *store.Tx) error {
		return cases.MailSettled(tx, notices.Mail{CaseID: &id, ContactID: &former, Kind: notices.ContactChanged, State: notices.Bounced})
	})
	if err != nil {
		t.Fatal(err)
	}
	if c := w.Case(login); c.UnreachableAt != nil || !waits(t, w, login) {
		t.Errorf("%+v", c)
	}
}

type sentTo []string

func (out *sentTo) Send(_ context.Context, e notices.Envelope) error {
	*out = append(*out, e.To)
	return nil
}

// postman delivers to out as the program does.
func postman(w *apptest.World, out *sentTo) *notices.Postman {
	return &notices.Postman{Store: w.Store, Outlet: out, From: "no-reply@hoten.example", Settled: cases.MailSettled,
		Today: func(_ context.Context, id int64) (notices.Today, error) {
			return cases.MailToday(store.Read(w.Ctx, w.Store), id)
		},
		Env: func(context.Context, time.Time, string, int64) (notices.Env, error) {
			return notices.Env{Company: "NTTコミュニケーションズ"}, nil
		}}
}

// What was queued for a contact before it was undone is not sent there any more, and what
// was sent in that moment notifies nobody; what tells of the change itself is sent.
func TestWhatWaitedForAnUndoneContact(t *testing.T) {
	w := world(t)
	const login = "m3@ocn.example"
	ch := setContact(t, w, login, members.Email, fresh)
	c := w.Case(login)
	db := store.Read(w.Ctx, w.Store)
	to, err := cases.Addressees(db, w.Vault, []int64{c.ID}, notices.RestrictionNotice)
	if err != nil {
		t.Fatal(err)
	}
	who := to[c.ID]
	if who.Address != fresh {
		t.Fatalf("addressed to %q", who.Address)
	}
	var notice []int64
	must(t, store.Keep(w.Ctx, w.Store, func(tx *store.Tx) (err error) {
		notice, err = notices.Queue(tx, who.Draft(notices.RestrictionNotice, who.Facts))
		return err
	}))
	must(t, second(cases.UndoContact(w.Ctx, w.Store, w.Supervisor, ch.ID, "誤記")))
	var told []int64
	must(t, db.Raw("select id from mails where kind = ?", notices.ContactUndone).Scan(&told).Error)

	var out sentTo
	post := postman(w, &out)
	must(t, post.Deliver(w.Ctx, notice))
	m, err := notices.ByID(db, notice[0])
	if err != nil || len(out) != 0 || m.State != notices.Failed || w.Case(login).NotifiedAt != nil {
		t.Errorf("sent to %v, %+v, notified %v, %v", out, m, w.Case(login).NotifiedAt, err)
	}
	must(t, post.Deliver(w.Ctx, told))
	if len(told) == 0 || !slices.Contains(out, fresh) {
		t.Errorf("of %d mails about the change: sent to %v", len(told), out)
	}
	must(t, store.Keep(w.Ctx, w.Store, func(tx *store.Tx) error {
		return cases.MailSettled(tx, notices.Mail{CaseID: &c.ID, ContactID: &who.ContactID, Kind: notices.RestrictionNotice, State: notices.Sent})
	}))
	if at := w.Case(login).NotifiedAt; at != nil {
		t.Errorf("notified by what went to the undone contact, at %s", at)
	}
}

// A mail that hoten cannot write says nothing about the address.
func TestUnwrittenMails(t *testing.T) {
	w := world(t)
	const login = "m3@ocn.example"
	setContact(t, w, login, members.Email, fresh)
	c := w.Case(login)
	must(t, store.Keep(w.Ctx, w.Store, func(tx *store.Tx) error {
		return cases.MailSettled(tx, notices.Mail{CaseID: &c.ID, Kind: notices.ReimbursementCorrected, State: notices.Failed, Reason: notices.Unwritten})
	}))
	if now := w.Case(login); now.UnreachableAt != nil {
		t.Error("unreachable by a fault of ours")
	}
	if n := w.Number("select count(*) from case_events where case_id = $1 and kind = 'mail_not_sent'", c.ID); n != 1 {
		t.Errorf("%d events", n)
	}
}

// What waited for an undone contact goes to the address that may be used, once; a notice
// only where it is still needed. Without one, the result is told by letter.
func TestWhatWaitedGoesElsewhere(t *testing.T) {
	w := world(t)
	for _, c := range []struct {
		login, kind, want string // where it goes to
		letter            bool
	}{
		{"m4@ocn.example", notices.ReimbursementCompleted, "c4@docomo.example", false},
		{"m1@ocn.example", notices.RestrictionNotice, "c1@mail.example", false},
		{"m3@ocn.example", notices.ReimbursementCorrected, "", true},
	} {
		ch := setContact(t, w, c.login, members.Email, "fresh@mail.example")
		of := w.Case(c.login)
		to, err := cases.Addressees(store.Read(w.Ctx, w.Store), w.Vault, []int64{of.ID}, c.kind)
		must(t, err)
		who := to[of.ID]
		if who.ContactID != *ch.ContactID {
			t.Fatalf("%s: addressed to %q", c.login, who.Address)
		}
		var ids []int64
		must(t, store.Keep(w.Ctx, w.Store, func(tx *store.Tx) (err error) {
			ids, err = notices.Queue(tx, who.Draft(c.kind, who.Facts))
			return err
		}))
		must(t, second(cases.UndoContact(w.Ctx, w.Store, w.Supervisor, ch.ID, "誤記")))
		var out sentTo
		post := postman(w, &out)
		must(t, post.Deliver(w.Ctx, ids))
		if len(out) > 0 {
			t.Errorf("%s: sent to %v", c.login, out)
		}
		got := slices.DeleteFunc(mailed(t, w, c.login, c.kind), func(to string) bool { return to == fresh })
		if strings.Join(got, " ") != c.want {
			t.Errorf("%s: goes to %v, want %q", c.login, got, c.want)
		}
		if about := w.Case(c.login).Letter(w.ID(c.login).Standing); slices.Contains(about, "result") != c.letter {
			t.Errorf("%s: a letter about %v", c.login, about)
		}
		kind := map[bool]string{true: cases.MailMoved, false: cases.MailNotSent}[c.want != ""]
		if n := w.Number("select count(*) from case_events where case_id = $1 and kind = $2", of.ID, kind); n != 1 {
			t.Errorf("%s: %d events %s", c.login, n, kind)
		}
	}
}

// While somebody may pass for the member, nothing goes to the address that documents showed.
func TestNothingGoesToADoubtfulAddress(t *testing.T) {
	w := world(t)
	const login = "m4@ocn.example"
	setContact(t, w, login, members.Email, fresh)
	var told []int64
	must(t, store.Read(w.Ctx, w.Store).Raw("select id from mails where kind = ?", notices.ContactChanged).Scan(&told).Error)
	if _, err := w.Pool.Exec(w.Ctx, "update identities set impostor_at = now()"); err != nil {
		t.Fatal(err)
	}
	var out sentTo
	must(t, postman(w, &out).Deliver(w.Ctx, told))
	if !slices.Equal(out, sentTo{"c4@docomo.example"}) {
		t.Errorf("sent to %v", out)
	}
}

// A notice that waits does not go to a mailbox that has become the ID's own or another
// affected ID's since it was queued, and its member is told otherwise.
func TestNothingWaitsForADependentMailbox(t *testing.T) {
	for name, since := range map[string]string{
		"own":     "update contacts set (mailbox_key, domain_key) = (select mailbox_key, domain_key from identities where login_key = $1) where id = $2",
		"another": "update identities i set (mailbox_key, domain_key) = (select mailbox_key, domain_key from contacts where id = $2) where login_key <> $1 and i.id = (select max(id) from identities where login_key <> $1)",
	} {
		w := world(t)
		const login = "m1@ocn.example"
		must(t, second(resets.Notify(w.Ctx, w.Store, w.Manager, w.Case(login).ID)))
		waiting := w.Number("select id from mails where kind = $1", notices.RestrictionNotice)
		contact := w.Number("select contact_id from mails where id = $1", waiting)
		if _, err := w.Pool.Exec(w.Ctx, since, w.Vault.Blind("login", login), contact); err != nil {
			t.Fatal(err)
		}
		var out sentTo
		must(t, postman(w, &out).Deliver(w.Ctx, []int64{waiting}))
		if c := w.Case(login); len(out) > 0 || c.NotifiedAt != nil || !waits(t, w, login) {
			t.Errorf("%s: sent to %v, notified %v", name, out, c.NotifiedAt)
		}
	}
}

// What is told at an undone address holds nothing about the member.
func TestTheUndoneAddressLearnsNothing(t *testing.T) {
	w := world(t)
	ch := setContact(t, w, "m4@ocn.example", members.Email, fresh)
	must(t, second(cases.UndoContact(w.Ctx, w.Store, w.Supervisor, ch.ID, "誤記")))
	found, err := notices.Find(store.Read(w.Ctx, w.Store), notices.Filter{Kind: notices.ContactUndone, Limit: 9})
	must(t, err)
	if len(found) != 2 {
		t.Fatalf("%d mails", len(found))
	}
	for _, m := range found {
		to, _ := m.PlainRecipient(w.Vault)
		shown, err := m.Show(w.Vault, notices.Env{Company: "NTTコミュニケーションズ"})
		must(t, err)
		number := w.Case("m4@ocn.example").Number()
		if own := strings.Contains(shown.Text, number) && strings.Contains(shown.Text, "様"); own != (to != fresh) {
			t.Errorf("to %s:\n%s", to, shown.Text)
		}
	}
}

// A contact that another has replaced is undone as well: what it proved and what was told at
// it is taken back, and the one that replaced it stays: of that a letter tells the member.
func TestUndoingAReplacedContact(t *testing.T) {
	w := world(t)
	login := "m4@ocn.example"
	id := w.Case(login).ID
	thiefs := setContact(t, w, login, members.Email, "thief@mail.example")
	call := w.Call(w.Agent, id, level1...)
	w.Clock.Add(time.Minute)
	if _, err := cases.SendCode(w.Ctx, w.Store, w.Agent, call.ID); err != nil {
		t.Fatal(err)
	}
	if _, err := cases.CheckCode(w.Ctx, w.Store, w.Agent, call.ID, w.Secret(id)); err != nil {
		t.Fatal(err)
	}
	if _, err := cases.Conclude(w.Ctx, w.Store, w.Agent, call.ID, cases.Verified); err != nil {
		t.Fatal(err)
	}
	real := setContact(t, w, login, members.Email, "real@mail.example")
	update(t, w, "update mails set state = 'sent', sent_at = queued_at where kind = 'contact_changed'")
	told := len(mailed(t, w, login, notices.ContactUndone))
	if _, err := cases.UndoContact(w.Ctx, w.Store, w.Supervisor, thiefs.ID, "書類が偽造と判明"); err != nil {
		t.Fatal(err)
	}
	if c := w.Case(login); c.VerifiedAt != nil || !due(w, login, "contact_changed") {
		t.Errorf("verified at %v, letter about the change: %v", c.VerifiedAt, due(w, login, "contact_changed"))
	}
	if now := mailed(t, w, login, notices.ContactUndone); len(now) != told {
		t.Errorf("the undoing was told at %v", now)
	}
	address := func() string {
		to, err := cases.Addressees(store.Read(w.Ctx, w.Store), w.Vault, []int64{id}, notices.RestrictionNotice)
		if err != nil {
			t.Fatal(err)
		}
		return to[id].Address
	}
	if got := address(); got != "real@mail.example" {
		t.Errorf("mails go to %q", got)
	}
	if _, err := cases.UndoContact(w.Ctx, w.Store, w.Supervisor2, real.ID, "誤記"); err != nil {
		t.Fatal(err)
	}
	if got := address(); got != "c4@docomo.example" {
		t.Errorf("mails go to %q once both are undone", got)
	}
}

// A change of a telephone that was told at an address only which is undone afterwards is due
// by letter, in whichever case it was made; one out of scope is open again for it.
func TestUndoingWhereAnotherChangeWasTold(t *testing.T) {
	w := world(t)
	login := "m4@ocn.example"
	thiefs := setContact(t, w, login, members.Email, "thief@mail.example")
	w.Clock.Add(time.Minute)
	setContact(t, w, login, members.Phone, "080-1234-5678")
	update(t, w, "update mails set state = 'sent', sent_at = queued_at where kind = 'contact_changed'")
	if due(w, login, "contact_changed") {
		t.Fatal("the change was told by mail")
	}
	must(t, second(cases.UndoContact(w.Ctx, w.Store, w.Supervisor, thiefs.ID, "書類が偽造と判明")))
	if !due(w, login, "contact_changed") {
		t.Errorf("due: %v", w.Case(login).Letter(w.ID(login).Standing))
	}

	login = "m3@ocn.example"
	set(t, w, login, "status = 'out_of_scope', letter_about = 0")
	setContact(t, w, login, members.Phone, "080-1234-5679")
	if c := w.Case(login); c.Status != cases.Reopened || !due(w, login, "contact_changed") {
		t.Errorf("%s, due: %v", c.Status, c.Letter(w.ID(login).Standing))
	}
}
