package resets_test

import (
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"hoten/app/access"
	"hoten/app/apptest"
	"hoten/app/cases"
	"hoten/app/fault"
	"hoten/app/members"
	"hoten/app/notices"
	"hoten/app/passwords"
	"hoten/app/resets"
	"hoten/app/store"
)

func TestMain(m *testing.M) { apptest.Main(m) }

const (
	origin = "https://hoten.example"
	chosen = "keyaki-no-ki-47"
)

// world has m1 with an old address elsewhere, m2 with the ID's own mailbox only
// and m3 with an address set during the incident.
func world(t *testing.T) *apptest.World {
	t.Helper()
	w := apptest.NewWorld(t).ByKnowledge()
	var b strings.Builder
	for i, mail := range []string{"c1@mail.example,2008-01-01", "m2@ocn.example,2005-01-01", "c3@mail.example,2014-07-20"} {
		fmt.Fprintf(&b, "m%d@ocn.example,高橋 花子,タカハシ ハナコ,1970-01-02,090-0000-0001,%s,1000001,東京都千代田区千代田1-2-3,N%09d,ja,100,50,2014-07-29 15:00:00\n", i+1, mail, i+1)
	}
	w.Import(apptest.AffectedHeader+b.String(), "")
	return w
}

func verify(w *apptest.World, by access.Actor, c *cases.Case, i int) *cases.Call {
	w.T.Helper()
	call := w.Call(by, c.ID, cases.ItemName, "高橋 花子", cases.ItemBirthDate, "1970-01-02", cases.ItemAddress, "東京都千代田区千代田1-2-3",
		cases.ItemCustomerNumber, fmt.Sprintf("N%09d", i))
	if call.Level != 2 {
		w.T.Fatalf("%+v", call)
	}
	return call
}

func try(w *apptest.World, by access.Actor, c *cases.Case) error {
	_, err := resets.Send(w.Ctx, w.Store, by, c.ID, origin)
	return err
}

// send mails a link and returns its token.
func send(w *apptest.World, by access.Actor, c *cases.Case) string {
	w.T.Helper()
	if err := try(w, by, c); err != nil {
		w.T.Fatal(err)
	}
	token, found := strings.CutPrefix(w.Secret(c.ID), origin+"/reset/")
	if !found || len(token) < 43 {
		w.T.Fatalf("link %q", w.Secret(c.ID))
	}
	return token
}

func second[T any](_ T, err error) error { return err }

func complete(w *apptest.World, token string) error {
	_, err := resets.Complete(w.Ctx, w.Store, token, chosen, chosen, false)
	return err
}

func refused(t *testing.T, err error, code string) {
	t.Helper()
	f, ok := fault.As(err)
	if !ok || f.Code != code && (len(f.Fields) != 1 || f.Fields[0].Code != code) {
		t.Fatalf("got %v, want %s", err, code)
	}
}

// gone is what every link that does not work looks like.
func gone(t *testing.T, w *apptest.World, token string) {
	t.Helper()
	if _, err := resets.Look(w.Ctx, w.Store, token, true); !fault.Is(err, "not_found") {
		t.Errorf("look: %v", err)
	}
	if err := complete(w, token); !fault.Is(err, "not_found") {
		t.Errorf("complete: %v", err)
	}
}

// recipients lists the contacts that mails of a kind went to.
func recipients(t *testing.T, w *apptest.World, c *cases.Case, kind string) (out []string) {
	t.Helper()
	mails, err := store.Select[notices.Mail](store.Read(w.Ctx, w.Store), "select * from mails where case_id = $1 and kind = $2 order by id", c.ID, kind)
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range mails {
		address, err := w.Vault.Unseal("mails", "recipient", m.ID, m.Recipient)
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, address)
	}
	return out
}

// addContact gives a member one more address.
func addContact(t *testing.T, w *apptest.World, c *cases.Case, address string, since string, own bool) {
	t.Helper()
	const id = 5000
	mailbox, domain := members.Mailbox(w.Vault, address)
	_, err := w.Pool.Exec(w.Ctx, `insert into contacts (id, member_id, kind, value, value_key, mailbox_key, domain_key, registered_on, depends_on_login, source)
		select $1, member_id, 'email', $2, $3, $7, $8, $4::text::date, $5, 'test' from identities where id = $6`,
		id, w.Vault.Seal("contacts", "value", id, address), w.Vault.Blind("email", address), since, own, c.IdentityID, mailbox, domain)
	if err != nil {
		t.Fatal(err)
	}
}

func TestResetResumesUse(t *testing.T) {
	w := world(t)
	c := w.Case("m1@ocn.example")
	addContact(t, w, c, "m1@ocn.example", "2001-01-01", true)
	if w.ID("m1@ocn.example").State != members.Restricted {
		t.Fatalf("%+v", c)
	}
	verify(w, w.Agent, c, 1)
	token := send(w, w.Agent, c)
	if got := recipients(t, w, c, notices.ResetLink); !slices.Equal(got, []string{"c1@mail.example"}) {
		t.Fatalf("the link went to %v", got)
	}
	if c = w.Case("m1@ocn.example"); w.ID("m1@ocn.example").State != members.LinkSent {
		t.Fatalf("%+v", c)
	}
	// Only the hash is kept.
	var held bool
	if err := w.Pool.QueryRow(w.Ctx, "select bool_or(position($1 in l::text) > 0 or position($1 in encode(token_hash, 'escape')) > 0) from reset_links l", token).Scan(&held); err != nil || held {
		t.Fatalf("the token is kept (%v)", err)
	}
	visit, err := resets.Look(w.Ctx, w.Store, token, true)
	if err != nil || visit.Language != "ja" || strings.Contains(visit.MaskedLogin, "m1@") || strings.Contains(visit.OneTimeTo, "c1@") {
		t.Fatalf("%+v %v", visit, err)
	}
	for _, bad := range []struct{ password, again, code string }{
		{"short", "short", "password_short"}, {chosen, chosen + "x", "passwords_differ"}, {"m1@ocn.example", "m1@ocn.example", "password_personal"}, {"c1@mail.example", "c1@mail.example", "password_personal"},
	} {
		refused(t, second(resets.Complete(w.Ctx, w.Store, token, bad.password, bad.again, false)), bad.code)
	}
	w.Clock.Add(29 * time.Minute)
	if _, err := resets.Complete(w.Ctx, w.Store, token, chosen, chosen, true); err != nil {
		t.Fatal(err)
	}
	i, err := members.ByID(store.Read(w.Ctx, w.Store), c.IdentityID)
	now := w.Clock.Now()
	if err != nil || i.State != members.Resumed || !passwords.Match(i.PasswordHash, chosen) || !i.OneTimePassword {
		t.Fatalf("%+v %v", i, err)
	}
	for what, at := range map[string]*time.Time{"password changed": i.PasswordChangedAt, "sessions ended": i.SessionsEndedAt, "point password voided": i.PointPasswordVoidedAt} {
		if at == nil || !at.Equal(now) {
			t.Errorf("%s at %v", what, at)
		}
	}
	if of := w.ID("m1@ocn.example"); of.State != members.Resumed || of.ResumedAt == nil {
		t.Fatalf("%+v", c)
	}
	// By the contact of the link, and by another, should somebody have had the link.
	if got := recipients(t, w, c, notices.ResetCompleted); !slices.Equal(got, []string{"c1@mail.example", "m1@ocn.example"}) {
		t.Errorf("told: %v", got)
	}
	gone(t, w, token)
	verify(w, w.Agent, c, 1)
	refused(t, try(w, w.Agent, c), "already_resumed")
}

func TestLinkNeedsAVerifiedCaller(t *testing.T) {
	w := world(t)
	c := w.Case("m1@ocn.example")
	refused(t, try(w, w.Agent, c), "verification_required")
	w.Call(w.Agent, c.ID, cases.ItemName, "高橋 花子", cases.ItemBirthDate, "1970-01-02", cases.ItemAddress, "東京都千代田区千代田1-2-3")
	refused(t, try(w, w.Agent, c), "verification_required") // level 1
	verify(w, w.Agent2, c, 1)
	refused(t, try(w, w.Agent, c), "verification_required") // another's
	refused(t, try(w, w.Manager, c), "verification_required")
	refused(t, try(w, w.Auditor, c), "forbidden")
	verify(w, w.Agent, w.Case("m2@ocn.example"), 2)
	refused(t, try(w, w.Agent, c), "verification_required") // another case's
	verify(w, w.Agent, c, 1)
	w.Clock.Add(30 * time.Minute)
	refused(t, try(w, w.Agent, c), "verification_required") // over
	mine := verify(w, w.Agent, c, 1)
	if _, err := cases.EndCall(w.Ctx, w.Store, w.Agent, mine.ID); err != nil {
		t.Fatal(err)
	}
	refused(t, try(w, w.Agent, c), "verification_required") // ended
	var links int
	if err := w.Pool.QueryRow(w.Ctx, "select count(*) from reset_links").Scan(&links); err != nil || links != 0 {
		t.Fatalf("%d links, %v", links, err)
	}
	var noted int
	if err := w.Pool.QueryRow(w.Ctx, "select count(*) from audit_entries where action = 'reset.link_sent.refused'").Scan(&noted); err != nil || noted != 8 {
		t.Errorf("%d refused attempts in the audit trail, %v", noted, err)
	}
}

// While level 2 is closed by phone no call is asked for, since none could reach it.
func TestLinkWhileLevel2IsClosed(t *testing.T) {
	w := world(t)
	c := w.Case("m1@ocn.example")
	for range 2 {
		call := w.Call(w.Agent, c.ID)
		if _, err := cases.Conclude(w.Ctx, w.Store, w.Agent, call.ID, cases.Mismatch); err != nil {
			t.Fatal(err)
		}
	}
	refused(t, try(w, w.Agent, c), "verification_closed")
	refused(t, try(w, w.Agent2, c), "verification_closed") // who has no call
}

// Neither the ID's own mailbox nor an address from during the incident.
func TestLinkGoesToNoContactOfTheThief(t *testing.T) {
	w := world(t)
	for i, login := range []string{"m2@ocn.example", "m3@ocn.example"} {
		c := w.Case(login)
		verify(w, w.Agent, c, i+2)
		refused(t, try(w, w.Agent, c), "no_usable_contact")
	}
	// With an old address besides, the link goes there.
	c := w.Case("m3@ocn.example")
	addContact(t, w, c, "old@mail.example", "2010-01-01", false)
	send(w, w.Agent, c)
	if got := recipients(t, w, c, notices.ResetLink); !slices.Equal(got, []string{"old@mail.example"}) {
		t.Errorf("the link went to %v", got)
	}
}

func TestTwoAgentsAtOnceSendOneLink(t *testing.T) {
	w := world(t)
	c := w.Case("m1@ocn.example")
	people := []access.Actor{w.Agent, w.Agent2, w.Supervisor, w.Manager}
	for _, by := range people {
		verify(w, by, c, 1)
	}
	errs := make([]error, 8)
	var all sync.WaitGroup
	for i := range errs {
		all.Go(func() { errs[i] = try(w, people[i%4], c) })
	}
	all.Wait()
	sent := 0
	for _, err := range errs {
		if err == nil {
			sent++
			continue
		}
		refused(t, err, "link_just_sent")
	}
	if mails := recipients(t, w, c, notices.ResetLink); sent != 1 || len(mails) != 1 {
		t.Fatalf("%d sent, mails to %v", sent, mails)
	}
}

func TestNewLinkVoidsTheOlderAndThreeADay(t *testing.T) {
	w := world(t)
	c := w.Case("m1@ocn.example")
	verify(w, w.Agent, c, 1)
	verify(w, w.Supervisor, c, 1)
	var last string
	for n := range 3 {
		token := send(w, w.Agent, c)
		if n > 0 {
			gone(t, w, last)
		}
		last = token
		refused(t, try(w, w.Agent, c), "link_just_sent")
		w.Clock.Add(time.Minute)
	}
	refused(t, try(w, w.Agent, c), "resets_per_day")
	if _, err := resets.Look(w.Ctx, w.Store, last, true); err != nil {
		t.Fatalf("the refused fourth voided the third: %v", err)
	}
	fourth := send(w, w.Supervisor, c)
	gone(t, w, last)
	if _, err := resets.Look(w.Ctx, w.Store, fourth, true); err != nil {
		t.Fatal(err)
	}
	w.Clock.Set(time.Date(2014, 7, 31, 15, 0, 0, 0, time.UTC)) // midnight in Japan
	verify(w, w.Agent, c, 1)
	send(w, w.Agent, c)
}

func TestLinkEnds(t *testing.T) {
	w := world(t)
	c := w.Case("m1@ocn.example")
	verify(w, w.Agent, c, 1)
	token := send(w, w.Agent, c)
	for _, other := range []string{"", "x", token + "x", token[1:], strings.ToUpper(token)} {
		gone(t, w, other)
	}
	w.Clock.Add(30*time.Minute - time.Microsecond)
	if _, err := resets.Look(w.Ctx, w.Store, token, true); err != nil {
		t.Fatal(err)
	}
	w.Clock.Add(time.Microsecond)
	gone(t, w, token)

	// A suspicion takes the link that is out already, and blocks new ones.
	call := verify(w, w.Agent, c, 1)
	token = send(w, w.Agent, c)
	if _, err := cases.Conclude(w.Ctx, w.Store, w.Agent, call.ID, cases.ImpostorSuspected); err != nil {
		t.Fatal(err)
	}
	_, err := resets.Look(w.Ctx, w.Store, token, true)
	refused(t, err, "impostor_suspected")
	refused(t, complete(w, token), "impostor_suspected")
	if n := w.Number("select count(*) from audit_entries where action = 'reset.completed.refused' and actor_kind = 'member' and subject = $1", c.Subject()); n != 2 {
		t.Errorf("%d of 2 refused attempts recorded", n)
	}
	verify(w, w.Supervisor, c, 1)
	refused(t, try(w, w.Supervisor, c), "impostor_suspected")
	_, err = resets.Release(w.Ctx, w.Store, w.Supervisor, c.ID, "誤って制限")
	refused(t, err, "impostor_suspected")
}

// Whoever has the link: it works once.
func TestLinkWorksOnceAtOnce(t *testing.T) {
	w := world(t)
	c := w.Case("m1@ocn.example")
	verify(w, w.Agent, c, 1)
	token := send(w, w.Agent, c)
	errs := make([]error, 4)
	var all sync.WaitGroup
	for i := range errs {
		all.Go(func() { errs[i] = complete(w, token) })
	}
	all.Wait()
	done := 0
	for _, err := range errs {
		if err == nil {
			done++
			continue
		}
		refused(t, err, "not_found")
	}
	if mails := recipients(t, w, c, notices.ResetCompleted); done != 1 || len(mails) != 1 {
		t.Fatalf("%d times, mails to %v", done, mails)
	}
}

func TestRelease(t *testing.T) {
	w := world(t)
	c := w.Case("m1@ocn.example")
	verify(w, w.Agent, c, 1)
	token := send(w, w.Agent, c)
	_, err := resets.Release(w.Ctx, w.Store, w.Agent, c.ID, "誤って制限")
	refused(t, err, "forbidden")
	_, err = resets.Release(w.Ctx, w.Store, w.Supervisor, c.ID, " ")
	refused(t, err, "required")
	if _, err := resets.Release(w.Ctx, w.Store, w.Supervisor, c.ID, "誤って制限"); err != nil {
		t.Fatal(err)
	}
	gone(t, w, token)
	i, err := members.ByID(store.Read(w.Ctx, w.Store), c.IdentityID)
	if err != nil || i.State != members.Resumed {
		t.Fatalf("%+v %v", i, err)
	}
	_, err = resets.Release(w.Ctx, w.Store, w.Supervisor, c.ID, "もう一度")
	refused(t, err, "not_restricted")
	// An inquiry's ID was never restricted.
	opened, err := cases.Open(w.Ctx, w.Store, w.Agent, apptest.Reference, "nobody@ocn.example")
	if err != nil {
		t.Fatal(err)
	}
	_, err = resets.Release(w.Ctx, w.Store, w.Supervisor, opened.Case.ID, "照会のみ")
	refused(t, err, "not_restricted")
}
