package cases_test

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
	"hoten/app/jptext"
	"hoten/app/members"
	"hoten/app/notices"
	"hoten/app/staff"
	"hoten/app/store"
)

const fresh = "fresh@mail.example"

func propose(t *testing.T, w *apptest.World, by access.Actor, login, kind, value string) *cases.ContactChange {
	t.Helper()
	ch, err := cases.ProposeContact(w.Ctx, w.Store, by, w.Case(login).ID, kind, value, "本人確認書類の写し（2014年7月31日到着）")
	if err != nil {
		t.Fatal(err)
	}
	return ch
}

// setContact sets a contact the way it is meant.
func setContact(t *testing.T, w *apptest.World, login, kind, value string) *cases.ContactChange {
	t.Helper()
	ch, err := cases.ConfirmContact(w.Ctx, w.Store, w.Supervisor, propose(t, w, w.Agent, login, kind, value).ID, value)
	if err != nil {
		t.Fatal(err)
	}
	return ch
}

// mailed are the addresses that mails of the kind about the ID went to.
func mailed(t *testing.T, w *apptest.World, login, kind string) (out []string) {
	t.Helper()
	found, err := notices.Find(store.Read(w.Ctx, w.Store), notices.Filter{CaseID: w.Case(login).ID, Kind: kind, Limit: 20})
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range found {
		to, err := m.PlainRecipient(w.Vault)
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, to)
	}
	slices.Sort(out)
	return out
}

// coded sends a code in a verified call, and says where to.
func coded(t *testing.T, w *apptest.World, login string) error {
	t.Helper()
	call := w.Call(w.Agent2, w.Case(login).ID, level1...)
	w.Clock.Add(time.Minute)
	_, err := cases.SendCode(w.Ctx, w.Store, w.Agent2, call.ID)
	return err
}

// docs/domain.md section 4: whoever has no usable contact gets one by documents, although
// it stands since after the first day of the incident.
func TestDocumentsGiveAUsableContact(t *testing.T) {
	for _, login := range []string{"m2@ocn.example", "m3@ocn.example"} { // the ID's own mailbox; one set in the incident
		w := world(t)
		refused(t, coded(t, w, login), "no_usable_contact")
		setContact(t, w, login, members.Email, fresh)
		if err := coded(t, w, login); err != nil {
			t.Fatal(err)
		}
		if got := mailed(t, w, login, notices.VerificationCode); !slices.Equal(got, []string{fresh}) {
			t.Errorf("the code went to %v", got)
		}
		// There is no other address to tell; the timeline says that a letter is due.
		if got := mailed(t, w, login, notices.ContactChanged); !slices.Equal(got, []string{fresh}) {
			t.Errorf("told at %v", got)
		}
		if n := w.Number("select count(*) from case_events where case_id = $1 and kind = 'contact_set' and data->>'told' = 'letter'", w.Case(login).ID); n != 1 {
			t.Error("nobody is asked to write a letter")
		}
	}
}

// The member is told where the old address can be used, and that is not used for anything more.
func TestAChangeIsToldAtTheOldAddress(t *testing.T) {
	for kind, value := range map[string]string{members.Email: fresh, members.Phone: "080-1234-5678"} {
		w := world(t)
		setContact(t, w, "m4@ocn.example", kind, value)
		want := []string{"c4@docomo.example"}
		if kind == members.Email {
			want = append(want, fresh)
		}
		if got := mailed(t, w, "m4@ocn.example", notices.ContactChanged); !slices.Equal(got, want) {
			t.Errorf("%s: told at %v, want %v", kind, got, want)
		}
		contacts, err := members.Contacts(store.Read(w.Ctx, w.Store), *w.ID("m4@ocn.example").MemberID)
		if err != nil || len(contacts) != 2 {
			t.Fatal(contacts, err)
		}
		for _, k := range contacts {
			plain, _ := k.Plain(w.Vault)
			if (k.Kind == kind) != (plain == value && k.Source == members.Documents && k.RegisteredOn == jptext.DateOf(w.Clock.Now())) {
				t.Errorf("%+v is %s", k, plain)
			}
		}
	}
	// A phone number that documents show is called back, and is the one that is asked.
	w := world(t)
	setContact(t, w, "m3@ocn.example", members.Phone, "080-1234-5678")
	id := w.Case("m3@ocn.example").ID
	phones, err := cases.Phones(store.Read(w.Ctx, w.Store), w.Vault, []int64{id})
	if err != nil || !strings.HasSuffix(phones[id], "5678") {
		t.Fatal(phones, err)
	}
	call := w.Call(w.Agent, id)
	if a := say(t, w, w.Agent, call.ID, cases.ItemPhone, "090-0000-0003"); a.Match {
		t.Error("the number from before still counts")
	}
	if a := say(t, w, w.Agent, call.ID, cases.ItemPhone, "+81 80 1234 5678"); !a.Match {
		t.Error("the new number does not count")
	}
}

// Nobody sets a contact alone: not an agent, not who proposed it, whatever they become.
func TestNobodySetsAContactAlone(t *testing.T) {
	w := world(t)
	login := "m3@ocn.example"
	ch := propose(t, w, w.Agent, login, members.Email, fresh)
	confirm := func(by access.Actor) error {
		_, err := cases.ConfirmContact(w.Ctx, w.Store, by, ch.ID, fresh)
		return err
	}
	refused(t, confirm(w.Agent), "forbidden")
	refused(t, confirm(w.Agent2), "forbidden")
	refused(t, confirm(w.Auditor), "forbidden")
	refused(t, confirm(w.Administrator), "forbidden")
	role := access.Supervisor
	if _, err := staff.Update(w.Ctx, w.Store, w.Administrator, w.Agent.ID, staff.Change{Role: &role}); err != nil {
		t.Fatal(err)
	}
	promoted, err := staff.Active(store.Read(w.Ctx, w.Store), w.Agent.ID)
	if err != nil {
		t.Fatal(err)
	}
	refused(t, confirm(promoted.Actor("console")), "self_confirmation")
	refused(t, coded(t, w, login), "no_usable_contact")
	if got := mailed(t, w, login, notices.ContactChanged); len(got) != 0 {
		t.Errorf("told %v of what did not happen", got)
	}
	if _, err := w.Pool.Exec(w.Ctx, "update contact_changes set state = 'confirmed', decided_by = proposed_by, decided_at = now(), contact_id = 1 where id = $1", ch.ID); err == nil {
		t.Error("the database lets one person decide alone")
	}
	if _, err := cases.RefuseContact(w.Ctx, w.Store, w.Supervisor2, ch.ID, "書類が不鮮明"); err != nil {
		t.Fatal(err)
	}
	refused(t, confirm(w.Supervisor), "already_decided")
	// A supervisor's own proposal needs another one too.
	ch = propose(t, w, w.Supervisor, login, members.Email, fresh)
	refused(t, confirm(w.Supervisor), "self_confirmation")
	if err := confirm(w.Supervisor2); err != nil {
		t.Fatal(err)
	}
}

func TestAContactIsRefused(t *testing.T) {
	w := world(t)
	login := "m3@ocn.example"
	for _, c := range []struct{ kind, value, documents, code string }{
		{members.Email, "", "写し", "email_invalid"},
		{members.Email, "not an address", "写し", "email_invalid"},
		{members.Phone, "", "写し", "phone_invalid"},
		{members.Phone, "12", "写し", "phone_invalid"},
		{members.Phone, fresh, "写し", "phone_invalid"},
		{"fax", "03-0000-0000", "写し", "contact_kind_unknown"},
		{members.Email, "m3@ocn.example", "写し", "contact_depends_on_id"},
		{members.Email, "M3+tag@OCN.example", "写し", "contact_depends_on_id"},
		{members.Email, "\"m4\"@ocn.example", "写し", "contact_depends_on_other"},
		{members.Email, "ｍ１@ocn.example", "写し", "contact_depends_on_other"},
		{members.Email, fresh, "", "required"},
		{members.Email, fresh, "　", "required"},
		{members.Email, fresh, "パスワード：tsukimi-dango-47", "secret_password"},
	} {
		_, err := cases.ProposeContact(w.Ctx, w.Store, w.Agent, w.Case(login).ID, c.kind, c.value, c.documents)
		t.Run(fmt.Sprint(c), func(t *testing.T) { refused(t, err, c.code) })
	}
	ch := propose(t, w, w.Agent, login, members.Email, fresh)
	_, err := cases.ProposeContact(w.Ctx, w.Store, w.Agent2, w.Case(login).ID, members.Phone, "080-1234-5678", "写し")
	refused(t, err, "contact_proposed")
	for value, code := range map[string]string{"": "email_invalid", "frash@mail.example": "contact_differs", "m3@ocn.example": "contact_depends_on_id"} {
		_, err := cases.ConfirmContact(w.Ctx, w.Store, w.Supervisor, ch.ID, value)
		refused(t, err, code)
	}
	opened, err := cases.Open(w.Ctx, w.Store, w.Agent, apptest.Reference, "nobody@ocn.example")
	if err != nil {
		t.Fatal(err)
	}
	_, err = cases.ProposeContact(w.Ctx, w.Store, w.Agent, opened.Case.ID, members.Email, fresh, "写し")
	refused(t, err, "no_member")
	// What was typed stands nowhere.
	for _, table := range []string{"contact_changes", "case_events", "audit_entries"} {
		var held bool
		q := fmt.Sprintf("select coalesce(bool_or(t::text like '%%fresh@%%'), false) from %s t", table)
		if err := w.Pool.QueryRow(w.Ctx, q).Scan(&held); err != nil || held {
			t.Errorf("%s holds the address (%v)", table, err)
		}
	}
}

// A suspicion puts what documents showed in doubt until it is decided.
func TestASuspicionDoubtsDocuments(t *testing.T) {
	w := world(t)
	login := "m3@ocn.example"
	id := w.Case(login).ID
	waiting := propose(t, w, w.Agent, login, members.Phone, "080-1234-5678")
	suspect := func() {
		t.Helper()
		call := w.Call(w.Agent, id)
		if _, err := cases.Conclude(w.Ctx, w.Store, w.Agent, call.ID, cases.ImpostorSuspected); err != nil {
			t.Fatal(err)
		}
	}
	clear := func() {
		t.Helper()
		if _, err := cases.ClearImpostor(w.Ctx, w.Store, w.Supervisor, id, "ご本人さまと確認", nil); err != nil {
			t.Fatal(err)
		}
	}
	suspect()
	_, err := cases.ConfirmContact(w.Ctx, w.Store, w.Supervisor, waiting.ID, "080-1234-5678")
	refused(t, err, "impostor_suspected")
	_, err = cases.ProposeContact(w.Ctx, w.Store, w.Agent, id, members.Email, fresh, "写し")
	refused(t, err, "impostor_suspected")
	clear()
	if _, err := cases.RefuseContact(w.Ctx, w.Store, w.Supervisor, waiting.ID, "不要"); err != nil {
		t.Fatal(err)
	}
	setContact(t, w, login, members.Email, fresh)
	address := func() string {
		t.Helper()
		to, err := cases.Addressees(store.Read(w.Ctx, w.Store), w.Vault, []int64{id}, notices.RestrictionNotice)
		if err != nil {
			t.Fatal(err)
		}
		return to[id].Address
	}
	if got := address(); got != fresh {
		t.Fatalf("mails go to %q", got)
	}
	suspect()
	if got := address(); got != "" {
		t.Errorf("mails go to %q while somebody may pass for the member", got)
	}
	clear()
	if got := address(); got != fresh {
		t.Errorf("mails go to %q after the suspicion", got)
	}
	// It is no longer used once its mailbox is another affected ID's.
	i := w.Import(apptest.AffectedHeader+strings.Replace(line(5, "高橋 花子", "", ""), "m5@ocn.example", fresh, 1), "")
	if i.Rejected != 0 {
		t.Fatalf("%+v", i)
	}
	if got := address(); got != "" {
		t.Errorf("mails go to %q, the mailbox of another affected ID", got)
	}
}

// Undone, the contact from before is in its place again, and what went out is void.
func TestUndoingAContact(t *testing.T) {
	w := world(t)
	login := "m4@ocn.example"
	first := setContact(t, w, login, members.Email, fresh)
	second := setContact(t, w, login, members.Email, "second@mail.example")
	undo := func(by access.Actor, ch *cases.ContactChange, reason string) error {
		_, err := cases.UndoContact(w.Ctx, w.Store, by, ch.ID, reason)
		return err
	}
	refused(t, undo(w.Agent, second, "誤記"), "forbidden")
	refused(t, undo(w.Supervisor, second, " "), "required")
	call := w.Call(w.Agent, w.Case(login).ID, level1...)
	w.Clock.Add(time.Minute)
	if _, err := cases.SendCode(w.Ctx, w.Store, w.Agent, call.ID); err != nil {
		t.Fatal(err)
	}
	code := w.Secret(w.Case(login).ID)
	if err := undo(w.Supervisor, second, "誤記"); err != nil {
		t.Fatal(err)
	}
	_, err := cases.CheckCode(w.Ctx, w.Store, w.Agent, call.ID, code)
	refused(t, err, "no_code_waiting")
	refused(t, undo(w.Supervisor, second, "誤記"), "already_decided")
	if err := undo(w.Supervisor2, first, "誤記"); err != nil {
		t.Fatal(err)
	}
	w.Clock.Add(2 * time.Minute)
	if _, err := cases.SendCode(w.Ctx, w.Store, w.Agent, call.ID); err != nil {
		t.Fatal(err)
	}
	if got := mailed(t, w, login, notices.VerificationCode); !slices.Equal(got, []string{"c4@docomo.example", "second@mail.example"}) {
		t.Errorf("codes went to %v", got)
	}
}

// Two who confirm, and two who propose, at the same instant take their turns.
func TestChangesOfContactsTakeTurns(t *testing.T) {
	w := world(t)
	var both sync.WaitGroup
	won := make([]error, 2)
	for i, by := range []access.Actor{w.Agent, w.Agent2} {
		both.Go(func() {
			_, won[i] = cases.ProposeContact(w.Ctx, w.Store, by, w.Case("m3@ocn.example").ID, members.Email, fresh, "写し")
		})
	}
	both.Wait()
	if (won[0] == nil) == (won[1] == nil) {
		t.Fatalf("%v", won)
	}
	id := w.Number("select id from contact_changes where state = 'proposed'")
	for i, by := range []access.Actor{w.Supervisor, w.Supervisor2} {
		both.Go(func() { _, won[i] = cases.ConfirmContact(w.Ctx, w.Store, by, id, fresh) })
	}
	both.Wait()
	if (won[0] == nil) == (won[1] == nil) {
		t.Fatalf("%v", won)
	}
	if n := w.Number("select count(*) from contacts where source = 'documents'"); n != 1 {
		t.Errorf("%d contacts were set", n)
	}
}

// Until a change is confirmed nobody can read it anywhere, also not in what was noted of
// the documents.
func TestDocumentsDoNotHoldTheContact(t *testing.T) {
	w := world(t)
	for kind, texts := range map[string][]string{
		members.Email: {"免許証 fresh@mail.example と記載", "免許証（Ｆｒｅｓｈ＠mail.example）", "FRESH@MAIL.EXAMPLE"},
		members.Phone: {"電話 090-1111-2222 の請求書", "電話 ０９０ １１１１ ２２２２", "(090)11112222"},
	} {
		value := map[string]string{members.Email: fresh, members.Phone: "090-1111-2222"}[kind]
		for _, text := range texts {
			_, err := cases.ProposeContact(w.Ctx, w.Store, w.Agent, w.Case("m2@ocn.example").ID, kind, value, text)
			if f, ok := fault.As(err); !ok || len(f.Fields) != 1 || f.Fields[0].Code != "documents_hold_contact" {
				t.Errorf("%s: %v", text, err)
			}
		}
	}
}

// What a contact proved in a running call does not hold once the contact is taken back.
func TestUndoingAContactEndsWhatItProved(t *testing.T) {
	w := world(t)
	const login = "m2@ocn.example"
	ch := setContact(t, w, login, members.Email, fresh)
	id := w.Case(login).ID
	call := w.Verified(w.Agent2, id, level1...)
	if _, err := cases.UndoContact(w.Ctx, w.Store, w.Supervisor, ch.ID, "別人の申請"); err != nil {
		t.Fatal(err)
	}
	left, err := store.Find[cases.Call](store.Read(w.Ctx, w.Store), "id = ?", call.ID)
	if err != nil || left.Valid(w.Clock.Now()) != 0 {
		t.Errorf("level %d, %v", left.Valid(w.Clock.Now()), err)
	}
}

// Whoever confirms is told that the same contact was shown for other members, however it is
// written: an agent who gathers codes in one mailbox of their own.
func TestAContactThatServesSeveralIsNamed(t *testing.T) {
	w := world(t)
	shared := func(login string) int64 {
		t.Helper()
		found, err := store.Now(store.Read(w.Ctx, w.Store), func(reads *store.Reads) *[]int64 { return cases.AskShared(reads, w.Case(login).ID) })
		if err != nil || len(found) != 1 {
			t.Fatal(found, err)
		}
		return found[0]
	}
	first := propose(t, w, w.Agent, "m2@ocn.example", members.Email, "taro.new@mail.example")
	if n := shared("m2@ocn.example"); n != 0 {
		t.Errorf("shared with %d when it is the only one", n)
	}
	propose(t, w, w.Agent, "m3@ocn.example", members.Email, `"Taro.New+3"@MAIL.example`)
	propose(t, w, w.Agent, "m4@ocn.example", members.Phone, "080-1234-5678")
	for login, want := range map[string]int64{"m2@ocn.example": 1, "m3@ocn.example": 1, "m4@ocn.example": 0, "m1@ocn.example": 0} {
		if n := shared(login); n != want {
			t.Errorf("%s: shared with %d, want %d", login, n, want)
		}
	}
	if _, err := cases.RefuseContact(w.Ctx, w.Store, w.Supervisor, first.ID, "書類が不鮮明"); err != nil {
		t.Fatal(err)
	}
	if n := shared("m3@ocn.example"); n != 0 {
		t.Errorf("shared with %d after the other one was refused", n)
	}
}

// The mail of a case that a supervisor closes over a change of a contact says that it waits.
func TestClosedOverAChange(t *testing.T) {
	w := world(t)
	const login = "m1@ocn.example"
	for _, waits := range []bool{true, false} {
		if waits {
			propose(t, w, w.Agent, login, members.Phone, "080-1234-5678")
		}
		c, done := w.Case(login), cases.Completed
		must(t, second(cases.Update(w.Ctx, w.Store, w.Supervisor, c.ID, cases.Change{Status: &done, Version: c.Version, Reason: "連絡なし"})))
		sent, err := notices.Find(store.Read(w.Ctx, w.Store), notices.Filter{CaseID: c.ID, Kind: notices.CaseClosed, Limit: 2})
		if err != nil || len(sent) == 0 {
			t.Fatal(sent, err)
		}
		shown, err := sent[0].Show(w.Vault, notices.Env{})
		if text := strings.Join(strings.Fields(shown.Text), ""); err != nil || strings.Contains(text, "ご登録の電話番号の変更は") != waits {
			t.Errorf("waits %v: %v\n%s", waits, err, shown.Text)
		}
		if waits {
			reopened := cases.Reopened
			must(t, second(cases.Update(w.Ctx, w.Store, w.Supervisor, c.ID, cases.Change{Status: &reopened, Version: w.Case(login).Version})))
			must(t, second(cases.RefuseContact(w.Ctx, w.Store, w.Supervisor, w.Number("select id from contact_changes"), "不鮮明")))
		}
	}
}
