package resets_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"testing"
	"time"

	"hoten/app/apptest"
	"hoten/app/cases"
	"hoten/app/fault"
	"hoten/app/imports"
	"hoten/app/incidents"
	"hoten/app/jptext"
	"hoten/app/members"
	"hoten/app/notices"
	"hoten/app/resets"
	"hoten/app/store"
)

const later = "2014-R120"

// addLater records an incident after that of the world.
func addLater(w *apptest.World) {
	w.T.Helper()
	day := func(d int) jptext.Date { return jptext.Date{Year: 2014, Month: time.July, Day: d} }
	_, err := incidents.Create(w.Ctx, w.Store, w.Manager, incidents.New{Reference: later, TitleJa: "別件", TitleEn: "Another", PeriodFrom: day(29), PeriodTo: day(30), DetectedOn: day(30)})
	if err != nil {
		w.T.Fatal(err)
	}
}

// hitTwice gives the cases of m1 in the world's incident and in a later one.
func hitTwice(w *apptest.World) (first, second *cases.Case) {
	w.T.Helper()
	first = w.Case("m1@ocn.example")
	addLater(w)
	w.ImportInto(later, "login_id,restricted_at\nm1@ocn.example,2014-07-31 10:00\n", "")
	opened, err := cases.Open(w.Ctx, w.Store, w.Agent, later, "m1@ocn.example")
	if err != nil {
		w.T.Fatal(err)
	}
	return first, opened.Case
}

// A suspicion on one case of an ID blocks the others, until a supervisor clears it.
func TestSuspicionBlocksTheIDEverywhere(t *testing.T) {
	w := world(t)
	first, second := hitTwice(w)
	call := verify(w, w.Agent, second, 1)
	token := send(w, w.Agent, second)
	doubted := verify(w, w.Agent2, first, 1)
	if _, err := cases.Conclude(w.Ctx, w.Store, w.Agent2, doubted.ID, cases.ImpostorSuspected); err != nil {
		t.Fatal(err)
	}
	completed := cases.Completed
	doors := map[string]func() error{
		"reveal":       func() error { _, err := cases.Reveal(w.Ctx, w.Store, w.Agent, second.ID, "確認"); return err },
		"code":         func() error { _, err := cases.SendCode(w.Ctx, w.Store, w.Agent, call.ID); return err },
		"another link": func() error { return try(w, w.Agent, second) },
		"the link":     func() error { return complete(w, token) },
		"the page":     func() error { _, err := resets.Look(w.Ctx, w.Store, token, true); return err },
		"release": func() error {
			_, err := resets.Release(w.Ctx, w.Store, w.Supervisor, second.ID, "誤登録")
			return err
		},
	}
	for name, open := range doors {
		if err := open(); !fault.Is(err, "impostor_suspected") {
			t.Errorf("%s: %v", name, err)
		}
	}
	for _, id := range []int64{first.ID, second.ID} {
		c, err := store.Find[cases.Case](store.Read(w.Ctx, w.Store), "id = ?", id)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := cases.Update(w.Ctx, w.Store, w.Supervisor, id, cases.Change{Version: c.Version, Status: &completed}); !fault.Is(err, "suspicion_open") {
			t.Errorf("completed: %v", err)
		}
	}
	if _, err := cases.ClearImpostor(w.Ctx, w.Store, w.Supervisor, first.ID, "確認済み", nil); err != nil {
		t.Fatal(err)
	}
	if err := complete(w, token); !fault.Is(err, "not_found") {
		t.Errorf("cleared: %v", err)
	}
}

// An address that was set during one incident gets nothing through a case of a later
// one, nor through an inquiry of it.
func TestContactSetDuringAnotherIncident(t *testing.T) {
	w := world(t)
	addLater(w)
	opened, err := cases.Open(w.Ctx, w.Store, w.Agent, later, "m3@ocn.example")
	if err != nil {
		t.Fatal(err)
	}
	call := verify(w, w.Agent, opened.Case, 3)
	_, err = cases.SendCode(w.Ctx, w.Store, w.Agent, call.ID)
	refused(t, err, "no_usable_contact")
	refused(t, try(w, w.Agent, opened.Case), "no_usable_contact")

	w.ImportInto(later, "login_id,email,email_registered_on,restricted_at\nm3@ocn.example,c3@mail.example,2014-07-20,2014-07-31 10:00\n", "")
	refused(t, try(w, w.Agent, opened.Case), "no_usable_contact")
	if n, err := resets.Notify(w.Ctx, w.Store, w.Agent, opened.Case.ID); err != nil || n.Unreachable != 1 {
		t.Errorf("notice: %+v %v", n, err)
	}
	phones, err := cases.Phones(store.Read(w.Ctx, w.Store), w.Vault, []int64{opened.Case.ID})
	if err != nil || phones[opened.Case.ID] == "" {
		t.Errorf("the number of the contract stays: %v %v", phones, err)
	}
	to, err := cases.Addressees(store.Read(w.Ctx, w.Store), w.Vault, []int64{opened.Case.ID}, notices.CaseClosed)
	if err != nil || to[opened.Case.ID].Address != "" {
		t.Errorf("%+v %v", to, err)
	}
}

// Wrong answers count for the ID and the day, over calls, cases and incidents, also when
// nobody concludes them: whoever hangs up before the third has not begun anew.
func TestGuessingByHangingUp(t *testing.T) {
	w := world(t)
	first, second := hitTwice(w)
	guess := func(c *cases.Case) {
		t.Helper()
		call := w.Call(w.Agent, c.ID, cases.ItemCustomerNumber, "N1", cases.ItemCustomerNumber, "N2")
		if _, err := cases.EndCall(w.Ctx, w.Store, w.Agent, call.ID); err != nil {
			t.Fatal(err)
		}
	}
	said := []string{cases.ItemName, "高橋 花子", cases.ItemBirthDate, "1970-01-02", cases.ItemAddress, "東京都千代田区千代田1-2-3", cases.ItemCustomerNumber, "N000000001"}
	guess(first)
	guess(second)
	if call := w.Call(w.Agent, first.ID, said...); call.Level != 2 {
		t.Errorf("after four wrong answers: level %d", call.Level)
	}
	guess(first)
	for _, c := range []*cases.Case{first, second} {
		call := w.Call(w.Agent, c.ID, said...)
		if call.Level != 1 {
			t.Errorf("after six: level %d", call.Level)
		}
		refused(t, try(w, w.Agent, c), "verification_closed")
		_, err := cases.SendCode(w.Ctx, w.Store, w.Agent, call.ID)
		refused(t, err, "verification_closed")
	}
	if _, err := cases.ReopenVerification(w.Ctx, w.Store, w.Supervisor, second.ID, "本人と確認"); err != nil {
		t.Fatal(err)
	}
	w.Clock.Add(time.Minute)
	if call := w.Call(w.Agent, first.ID, said...); call.Level != 2 {
		t.Errorf("reopened: level %d", call.Level)
	}
	for range 3 {
		guess(first)
	}
	w.Clock.Add(24 * time.Hour)
	if call := w.Call(w.Agent, first.ID, said...); call.Level != 2 {
		t.Errorf("the next day: level %d", call.Level)
	}
}

// What is learned after a code or a link went out holds for it too: an earlier incident of
// the ID, or that the mailbox belongs to another affected ID.
func TestContactThatProvedUnsafe(t *testing.T) {
	earlier := func(w *apptest.World) {
		_, err := incidents.Create(w.Ctx, w.Store, w.Manager, incidents.New{Reference: "2007-01", TitleJa: "以前", TitleEn: "Before",
			PeriodFrom: jptext.Date{Year: 2007, Month: time.May, Day: 1}, PeriodTo: jptext.Date{Year: 2007, Month: time.May, Day: 9}, DetectedOn: jptext.Date{Year: 2007, Month: time.May, Day: 9}})
		if err != nil {
			w.T.Fatal(err)
		}
		w.ImportInto("2007-01", "login_id,restricted_at\nm1@ocn.example,2007-05-10 10:00\n", "")
	}
	other := func(w *apptest.World) { w.Import("login_id,restricted_at\nC1+x@mail.example,2014-07-30 10:00\n", "") }
	for name, learn := range map[string]func(*apptest.World){"an earlier incident": earlier, "another ID": other} {
		t.Run(name, func(t *testing.T) {
			w := world(t)
			c := w.Case("m1@ocn.example")
			call := verify(w, w.Agent, c, 1)
			token := send(w, w.Agent, c)
			w.Clock.Add(2 * time.Minute)
			if _, err := cases.SendCode(w.Ctx, w.Store, w.Agent, call.ID); err != nil {
				t.Fatal(err)
			}
			code := w.Secret(c.ID)
			learn(w)
			_, err := cases.CheckCode(w.Ctx, w.Store, w.Agent, call.ID, code)
			refused(t, err, "no_code_waiting")
			gone(t, w, token)
			if of := w.ID("m1@ocn.example"); of.State != members.Restricted {
				t.Errorf("the ID is %s", of.State)
			}
		})
	}
}

// An ID that a supervisor adds is restricted from then on, and its member is told.
func TestAddedIDIsRestricted(t *testing.T) {
	w := world(t)
	opened, err := cases.Open(w.Ctx, w.Store, w.Agent, apptest.Reference, "n1@ocn.example")
	if err != nil {
		t.Fatal(err)
	}
	if of := w.ID("n1@ocn.example"); of.State != members.Active {
		t.Fatalf("an ID that was asked about is %s", of.State)
	}
	if _, err := cases.AddToIncident(w.Ctx, w.Store, w.Supervisor, opened.Case.ID, "追加申告", nil); err != nil {
		t.Fatal(err)
	}
	if n := w.Number("select count(*) from audit_entries where action = 'case.added_to_incident' and after::text like '%restricted%'"); n != 1 {
		t.Error("the trail does not tell that the ID was restricted")
	}
	if of := w.ID("n1@ocn.example"); of.State != members.Restricted || of.RestrictedAt == nil || !of.RestrictedAt.Equal(w.Clock.Now()) {
		t.Errorf("the added ID: %+v", of.Standing)
	}
}

// The papers of a representative are the member's: they hold in every incident of the ID.
func TestRepresentativeOfTheMember(t *testing.T) {
	w := world(t)
	first, second := hitTwice(w)
	level := func() int16 {
		t.Helper()
		call, err := cases.StartCall(w.Ctx, w.Store, w.Agent, second.ID, cases.NewCall{Direction: "inbound", Relation: cases.Proxy})
		for _, said := range [][2]string{{cases.ItemName, "高橋 花子"}, {cases.ItemBirthDate, "1970-01-02"}, {cases.ItemAddress, "東京都千代田区千代田1-2-3"}, {cases.ItemCustomerNumber, "N000000001"}} {
			if err == nil {
				var a cases.Answered
				a, err = cases.Answer(w.Ctx, w.Store, w.Agent, call.ID, said[0], said[1], true)
				call = a.Call
			}
		}
		if err != nil {
			t.Fatal(err)
		}
		return call.Level
	}
	if got := level(); got != 1 {
		t.Errorf("without papers: level %d", got)
	}
	if _, err := cases.RecordRepresentative(w.Ctx, w.Store, w.Supervisor, first.ID, cases.Proxy, "委任状を確認"); err != nil {
		t.Fatal(err)
	}
	if got := level(); got != 2 {
		t.Errorf("with papers of the other incident: level %d", got)
	}
}

// A list of another incident restricts an ID that is in use, and its other cases say so,
// unless its member set a new password after the list's restriction and after the incident.
func TestAListOfAnotherIncident(t *testing.T) {
	w := world(t)
	const login = "m1@ocn.example"
	first, completed := w.Case(login), cases.Completed
	reset := func() {
		t.Helper()
		w.Clock.Add(24 * time.Hour)
		call := verify(w, w.Agent, first, 1)
		if err := complete(w, send(w, w.Agent, first)); err != nil {
			t.Fatal(err)
		}
		if _, err := cases.EndCall(w.Ctx, w.Store, w.Agent, call.ID); err != nil {
			t.Fatal(err)
		}
	}
	reset()
	done, err := cases.Update(w.Ctx, w.Store, w.Supervisor, first.ID, cases.Change{Status: &completed, Version: w.Case(login).Version})
	if err != nil {
		t.Fatal(err)
	}
	today := jptext.DateOf(w.Clock.Now())
	for i, test := range []struct {
		name         string
		ended        int // days from then
		restrictedAt string
		restricts    bool
	}{
		{"before the reset", -3, "2014-07-29 15:00", false},
		{"after it", -3, w.Clock.Now().Add(time.Hour).In(jptext.JST).Format("2006-01-02 15:04"), true},
		{"no date", -3, "", true},
		{"before the reset, while the incident went on", 0, "2014-07-29 15:00", true},
	} {
		reference := fmt.Sprintf("second-%d", i)
		day := jptext.Date{Year: 2014, Month: time.July, Day: 1}
		if _, err := incidents.Create(w.Ctx, w.Store, w.Manager, incidents.New{Reference: reference, TitleJa: "別件", TitleEn: "Another", PeriodFrom: day, PeriodTo: jptext.DateOf(w.Clock.Now()).AddDays(test.ended), DetectedOn: day}); err != nil {
			t.Fatal(err)
		}
		w.Clock.Add(2 * time.Hour)
		made := w.ImportInto(reference, "login_id,restricted_at\n"+login+","+test.restrictedAt+"\n", "")
		said := slices.ContainsFunc(made.Told(), func(n imports.Notice) bool { return n.Code == "ids_restricted" && n.Count == 1 })
		of := w.ID(login)
		c, err := store.Find[cases.Case](store.Read(w.Ctx, w.Store), "id = ?", first.ID)
		if err != nil {
			t.Fatal(err)
		}
		if now := of.State == members.Restricted; now != test.restricts || said != test.restricts {
			t.Errorf("%s: the ID is %s, told %+v", test.name, of.State, made.Told())
		}
		events := w.Number("select count(*) from case_events where case_id = $1 and kind = 'restricted_elsewhere' and data->>'incident' = $2", first.ID, reference)
		if (events == 1) != test.restricts || c.Status != cases.Completed || c.VerifiedAt == nil {
			t.Errorf("%s: %d events, the case is %+v", test.name, events, c)
		}
		if test.restricts {
			if !of.RestrictedAt.After(*done.CompletedAt) || of.PasswordHash != "" {
				t.Errorf("%s: restricted at %v", test.name, of.RestrictedAt)
			}
			reset()
		}
	}
	// One that is found to have gone on after the reset restricts whom its list left in use.
	day := jptext.Date{Year: 2014, Month: time.July, Day: 1}
	facts := incidents.New{Reference: "went-on", TitleJa: "別件", TitleEn: "Another", PeriodFrom: day, PeriodTo: today.AddDays(-3), DetectedOn: day}
	n, err := incidents.Create(w.Ctx, w.Store, w.Manager, facts)
	if err != nil {
		t.Fatal(err)
	}
	w.Clock.Add(2 * time.Hour)
	w.ImportInto(facts.Reference, "login_id,restricted_at\n"+login+",2014-07-29 15:00\n", "")
	if of := w.ID(login); of.State != members.Resumed {
		t.Fatalf("the ID is %s", of.State)
	}
	own := w.Number("select id from cases where incident_id = $1", n.ID)
	if _, err := cases.Update(w.Ctx, w.Store, w.Supervisor, own, cases.Change{Status: &completed, Version: w.Number("select version from cases where id = $1", own)}); err != nil {
		t.Fatal(err)
	}
	facts.PeriodTo = jptext.DateOf(w.Clock.Now())
	if _, err := incidents.Change(w.Ctx, w.Store, w.Manager, n.Version, facts); err != nil {
		t.Fatal(err)
	}
	if told := w.Number("select count(*) from case_events where kind = 'restricted_elsewhere' and data->>'incident' = $1", facts.Reference); w.ID(login).State != members.Restricted || told < 2 {
		t.Errorf("the incident went on: the ID is %s, %d events", w.ID(login).State, told)
	}
	if c, err := store.Find[cases.Case](store.Read(w.Ctx, w.Store), "id = ?", own); err != nil || c.Status != cases.Reopened || c.CompletedAt != nil {
		t.Errorf("its case is %+v, %v", c, err)
	}
	reset()
	w.Clock.Add(5 * 24 * time.Hour)
	facts.PeriodTo = jptext.DateOf(w.Clock.Now())
	if _, err := incidents.Change(w.Ctx, w.Store, w.Manager, n.Version+1, facts); err != nil {
		t.Fatal(err)
	}
	if of := w.ID(login); of.State != members.Resumed {
		t.Errorf("a reset since the list does not count: the ID is %s", of.State)
	}
}

// A code and a link name the time at which the member called, whoever took the call over.
func TestAHandedOverCallKeepsItsTime(t *testing.T) {
	w := world(t)
	c := w.Case("m1@ocn.example")
	call := verify(w, w.Agent, c, 1)
	w.Clock.Add(9 * time.Minute)
	offer, err := cases.OfferHandover(w.Ctx, w.Store, w.Agent, call.ID, w.Agent2.ID, "折り返しの相談のため")
	if err != nil {
		t.Fatal(err)
	}
	took, err := cases.AcceptHandover(w.Ctx, w.Store, w.Agent2, offer.ID, false)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := cases.SendCode(w.Ctx, w.Store, w.Agent2, took.ID); err != nil {
		t.Fatal(err)
	}
	send(w, w.Agent2, c)
	mails, err := store.Select[notices.Mail](store.Read(w.Ctx, w.Store), "select * from mails where case_id = $1 and kind in ($2, $3)", c.ID, notices.VerificationCode, notices.ResetLink)
	if err != nil || len(mails) != 2 {
		t.Fatal(mails, err)
	}
	for _, m := range mails {
		var facts notices.Facts
		plain, err := w.Vault.Unseal("mails", "data", m.ID, m.Data)
		if err == nil {
			err = json.Unmarshal([]byte(plain), &facts)
		}
		if err != nil || !facts.At.Equal(call.StartedAt) {
			t.Errorf("%s tells of a call at %v, %v", m.Kind, facts.At, err)
		}
	}
}
