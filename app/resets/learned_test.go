package resets_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"hoten/app/access"
	"hoten/app/apptest"
	"hoten/app/cases"
	"hoten/app/fault"
	"hoten/app/incidents"
	"hoten/app/jptext"
	"hoten/app/members"
	"hoten/app/notices"
	"hoten/app/operators"
	"hoten/app/passwords"
	"hoten/app/reimbursements"
	"hoten/app/resets"
	"hoten/app/store"
)

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

const newPassword = "keyaki-no-ki-47"

// What was given through a contact that turns out not to be the member's alone is taken
// back, by whichever way that is learned: a reset, a link that is out, and what a code proved
// in a call that goes on. It stays so when the contact is the member's again.
func TestWhatIsLearnedOfAContact(t *testing.T) {
	w := apptest.NewWorld(t)
	domains := func(of ...string) {
		t.Helper()
		list, err := operators.IDs(store.Read(w.Ctx, w.Store))
		must(t, err)
		list[0].Domains = of
		_, err = operators.SetID(w.Ctx, w.Store, w.Administrator, list[0].Version, list[0], "ntt-com")
		must(t, err)
	}
	type way struct {
		name   string
		before func(login string) (undo int64)
		learn  func(logins [5]string, changes [5]int64)
		back   func()
	}
	ways := []way{
		{name: "undone", before: func(login string) int64 {
			value := "d17-" + strings.TrimSuffix(login, "@ocn.example") + "@mail.example"
			ch, err := cases.ProposeContact(w.Ctx, w.Store, w.Agent, w.Case(login).ID, members.Email, value, "本人確認書類の写し（2014年7月31日到着）")
			must(t, err)
			_, err = cases.ConfirmContact(w.Ctx, w.Store, w.Supervisor, ch.ID, value)
			must(t, err)
			return ch.ID
		}, learn: func(_ [5]string, changes [5]int64) {
			for _, id := range changes {
				_, err := cases.UndoContact(w.Ctx, w.Store, w.Supervisor, id, "書類は偽物でした")
				must(t, err)
			}
		}},
		{name: "own", learn: func([5]string, [5]int64) { domains("ocn.example", "dom2.example") }, back: func() { domains("ocn.example") }},
		{name: "imported", learn: func(logins [5]string, _ [5]int64) {
			file := apptest.AffectedHeader
			for _, login := range logins {
				file += strings.TrimSuffix(login, "@ocn.example") + "x@ocn.example,,,,,,,,,,ja,0,0,\n"
			}
			if i := w.Import(file, ""); i.Accepted != 5 {
				t.Fatalf("%+v", i)
			}
		}},
		{name: "added", learn: func(logins [5]string, _ [5]int64) {
			for _, login := range logins {
				r, err := cases.Open(w.Ctx, w.Store, w.Agent, "2014-R096", strings.TrimSuffix(login, "@ocn.example")+"x@ocn.example")
				must(t, err)
				_, err = cases.AddToIncident(w.Ctx, w.Store, w.Supervisor, r.Case.ID, "追加申告", nil)
				must(t, err)
			}
		}},
	}
	period := func(from int) {
		t.Helper()
		n, err := incidents.ByReference(store.Read(w.Ctx, w.Store), "2014-R096")
		must(t, err)
		n.PeriodFrom.Day = from
		_, err = incidents.Change(w.Ctx, w.Store, w.Manager, n.Version, incidents.New{Reference: n.Reference, TitleJa: n.TitleJa, TitleEn: n.TitleEn,
			PeriodFrom: n.PeriodFrom, PeriodTo: n.PeriodTo, DetectedOn: n.DetectedOn})
		must(t, err)
	}
	ways = append(ways, way{name: "earlier", learn: func([5]string, [5]int64) { period(10) }, back: func() { period(11) }})
	login := func(way, n int) string { return fmt.Sprintf("m%d%d@ocn.example", way, n) }
	file := apptest.AffectedHeader
	for i, way := range ways {
		for n := range 5 {
			contact, since := fmt.Sprintf("m%d%dx@ocn.example", i, n), "2008-01-01"
			switch way.name {
			case "own":
				contact = fmt.Sprintf("m%d%d@dom2.example", i, n)
			case "earlier":
				contact, since = fmt.Sprintf("m%d%d@mail.example", i, n), "2014-07-10"
			}
			file += fmt.Sprintf("%s,山田 太郎,ヤマダ タロウ,1970-01-02,090-0000-0001,%s,%s,1000001,東京都千代田区千代田1-1,N%09d,ja,100,50,2014-07-29 15:00:00\n", login(i, n), contact, since, 10*i+n+1)
		}
	}
	w.Import(file, "")
	for i, way := range ways {
		logins, changes := [5]string{login(i, 0), login(i, 1), login(i, 2), login(i, 3), login(i, 4)}, [5]int64{}
		var link string
		var call *cases.Call
		for _, n := range []int{3, 4, 0, 1, 2} { // the last one's call goes on
			login := logins[n]
			if way.before != nil {
				changes[n] = way.before(login)
			}
			says := []string{cases.ItemName, "山田 太郎", cases.ItemBirthDate, "1970-01-02", cases.ItemCustomerNumber, fmt.Sprintf("N%09d", 10*i+n+1)}
			call = w.Verified(w.Agent, w.Case(login).ID, says...)
			if n == 3 {
				_, err := cases.Conclude(w.Ctx, w.Store, w.Agent, call.ID, cases.Verified)
				must(t, err)
			}
			if n == 2 || n == 3 {
				continue
			}
			_, err := resets.Send(w.Ctx, w.Store, w.Agent, w.Case(login).ID, "https://hoten.example")
			must(t, err)
			link = w.Secret(w.Case(login).ID)[len("https://hoten.example/reset/"):]
			if n == 0 || n == 4 {
				must(t, second(resets.Complete(w.Ctx, w.Store, link, newPassword, newPassword, false)))
				c, to := w.Case(login), cases.Completed
				_, err = cases.Update(w.Ctx, w.Store, w.Supervisor, c.ID, cases.Change{Status: &to, Version: c.Version, Reason: "対応済み"})
				must(t, err)
			}
		}
		// A list of another incident has ended the use of one before that is learned.
		other := "other-" + way.name
		day := jptext.Date{Year: 2014, Month: time.July, Day: 20}
		_, err := incidents.Create(w.Ctx, w.Store, w.Manager, incidents.New{Reference: other, TitleJa: "別件", TitleEn: "Another", PeriodFrom: day, PeriodTo: day, DetectedOn: day})
		must(t, err)
		w.Clock.Add(time.Minute)
		w.ImportInto(other, "login_id\n"+logins[4]+"\n", "")
		if of := w.ID(logins[4]); of.State != members.Restricted {
			t.Fatalf("%s: the ID is %s", way.name, of.State)
		}
		way.learn(logins, changes)
		for n, says := range map[int]string{3: cases.VerifiedVoid, 4: cases.WasRestrictedAgain} {
			c, err := store.Find[cases.Case](store.Read(w.Ctx, w.Store), "identity_id = ? and opened_at < ?", w.ID(logins[n]).ID, w.Clock.Now())
			must(t, err)
			if c.VerifiedAt != nil || c.Status == cases.Completed || c.NotifiedAt != nil {
				t.Errorf("%s: case %d is %+v", way.name, n, c)
			}
			if n := w.Number("select count(*) from case_events where case_id = $1 and kind = $2", c.ID, says); n != 1 {
				t.Errorf("%s: %d events %s", way.name, n, says)
			}
		}

		of, c := w.ID(logins[0]), w.Case(logins[0])
		if of.State != members.Restricted || of.ResumedAt != nil || passwords.Match(of.PasswordHash, newPassword) || !of.SessionsEndedAt.Equal(w.Clock.Now()) {
			t.Errorf("%s: the ID is %+v", way.name, of.Standing)
		}
		if c.Status != cases.Reopened || c.CompletedAt != nil || c.VerifiedAt != nil {
			t.Errorf("%s: the case is %+v", way.name, c)
		}
		if n := w.Number("select count(*) from case_events where case_id = $1 and kind = 'restricted_again' and data->>'why' = 'contact'", c.ID); n != 1 {
			t.Errorf("%s: %d events", way.name, n)
		}
		if n := w.Number("select count(*) from audit_entries where action = 'reset.revised' and subject = $1", c.Subject()); n != 1 {
			t.Errorf("%s: %d audit entries", way.name, n)
		}
		// Nothing told the member of it: by mail where there is an address, else by letter.
		must(t, cases.MarkUnreached(w.Ctx, w.Store))
		if c := w.Case(logins[0]); c.LetterWaits(of.Standing) == (way.name == "undone") {
			t.Errorf("%s: a letter waits: %v", way.name, c.Letter(of.Standing))
		}
		if way.back != nil {
			way.back()
		}
		if _, err := resets.Look(w.Ctx, w.Store, link, true); !fault.Of(err, fault.NotFound) {
			t.Errorf("%s: the link: %v", way.name, err)
		}
		if state := w.ID(logins[1]).State; state != members.Restricted {
			t.Errorf("%s: with a dead link the ID is %s", way.name, state)
		}
		if now, err := store.Find[cases.Call](store.Read(w.Ctx, w.Store), "id = ?", call.ID); err != nil || now.Valid(w.Clock.Now()) != 0 {
			t.Errorf("%s: the call still gives level %d, %v", way.name, now.Valid(w.Clock.Now()), err)
		}
	}
	// Looked at again, nothing is found.
	before := w.Number("select count(*) from case_events")
	must(t, resets.Revise(w.Ctx, w.Store))
	if after := w.Number("select count(*) from case_events"); after != before {
		t.Errorf("%d more events", after-before)
	}
}

// A supervisor restricts an ID again that is in use, for a reason, also over a suspicion.
func TestRestrictingAgain(t *testing.T) {
	w := apptest.NewWorld(t)
	affected, movements := apptest.Losses(1)
	w.Import(affected, movements)
	c := w.Case(apptest.LossLogin(0))
	restrict := func(by int) error {
		_, err := resets.Restrict(w.Ctx, w.Store, []access.Actor{w.Supervisor, w.Agent}[by], c.ID, time.Time{}, "別人と判明")
		return err
	}
	if err := restrict(0); !fault.Is(err, "not_resumed") {
		t.Error(err)
	}
	w.Verified(w.Agent, c.ID, apptest.LossSays(0)...)
	_, err := resets.Send(w.Ctx, w.Store, w.Agent, c.ID, "https://hoten.example")
	must(t, err)
	must(t, second(resets.Complete(w.Ctx, w.Store, w.Secret(c.ID)[len("https://hoten.example/reset/"):], newPassword, newPassword, false)))
	if err := restrict(1); !fault.Is(err, "forbidden") {
		t.Error(err)
	}
	_, err = cases.Conclude(w.Ctx, w.Store, w.Agent2, w.Call(w.Agent2, c.ID).ID, cases.ImpostorSuspected)
	must(t, err)
	// A page from before the reset does not decide about it.
	_, err = resets.Restrict(w.Ctx, w.Store, w.Supervisor, c.ID, w.Clock.Now().Add(-time.Minute), "別人と判明")
	if !fault.Is(err, "resumed_since") {
		t.Error(err)
	}
	must(t, restrict(0))
	if of := w.ID(apptest.LossLogin(0)); of.State != members.Restricted || of.ImpostorAt == nil || passwords.Match(of.PasswordHash, newPassword) {
		t.Errorf("%+v", of.Standing)
	}
	if err := restrict(0); !fault.Is(err, "not_resumed") {
		t.Error(err)
	}
}

// A verification that proves false takes with it no other one, whichever came first.
func TestALaterVerificationStands(t *testing.T) {
	w := apptest.NewWorld(t)
	affected, movements := apptest.Losses(3)
	w.Import(affected, movements)
	says := func(i int, call *cases.Call) {
		t.Helper()
		for said := apptest.LossSays(i)[:6]; len(said) > 0; said = said[2:] {
			_, err := cases.Answer(w.Ctx, w.Store, w.Agent, call.ID, said[0], said[1], true)
			must(t, err)
		}
		_, err := cases.Conclude(w.Ctx, w.Store, w.Agent, call.ID, cases.Verified)
		must(t, err)
		_, err = cases.EndCall(w.Ctx, w.Store, w.Agent, call.ID)
		must(t, err)
	}
	for i := range 2 {
		id := w.Case(apptest.LossLogin(i)).ID
		byCode := func() {
			call := w.Verified(w.Agent, id, apptest.LossSays(i)[:6]...)
			_, err := cases.Conclude(w.Ctx, w.Store, w.Agent, call.ID, cases.Verified)
			must(t, err)
			_, err = cases.EndCall(w.Ctx, w.Store, w.Agent, call.ID)
			must(t, err)
			w.Clock.Add(2 * time.Minute)
		}
		byPhone := func() {
			call, err := cases.StartCall(w.Ctx, w.Store, w.Agent, id, cases.NewCall{Direction: "outbound", Relation: cases.Self})
			must(t, err)
			says(i, call)
			w.Clock.Add(2 * time.Minute)
		}
		for _, step := range [][]func(){{byCode, byPhone}, {byPhone, byCode}}[i] {
			step()
		}
	}
	// A reset by a code of that kind, which a list ended before the good call.
	first := w.Case(apptest.LossLogin(2)).ID
	call := w.Verified(w.Agent, first, apptest.LossSays(2)[:6]...)
	_, err := cases.Conclude(w.Ctx, w.Store, w.Agent, call.ID, cases.Verified)
	must(t, err)
	_, err = resets.Send(w.Ctx, w.Store, w.Agent, first, "https://hoten.example")
	must(t, err)
	must(t, second(resets.Complete(w.Ctx, w.Store, w.Secret(first)[len("https://hoten.example/reset/"):], newPassword, newPassword, false)))
	w.Clock.Add(time.Minute)
	day := jptext.Date{Year: 2014, Month: time.July, Day: 20}
	_, err = incidents.Create(w.Ctx, w.Store, w.Manager, incidents.New{Reference: "other", TitleJa: "別件", TitleEn: "Another", PeriodFrom: day, PeriodTo: day, DetectedOn: day})
	must(t, err)
	w.ImportInto("other", "login_id\n"+apptest.LossLogin(2)+"\n", "")
	w.Clock.Add(time.Minute)
	other := w.Number("select id from cases where identity_id = $1 and id <> $2", w.ID(apptest.LossLogin(2)).ID, first)
	call, err = cases.StartCall(w.Ctx, w.Store, w.Agent, other, cases.NewCall{Direction: "outbound", Relation: cases.Self})
	must(t, err)
	says(2, call)

	// The mailboxes that the codes went to turn out to be those of affected IDs.
	w.Import("login_id\nc0@mail.example\nc1@mail.example\nc2@mail.example\n", "")
	for i := range 2 {
		c := w.Case(apptest.LossLogin(i))
		if n := w.Number("select count(*) from case_events where case_id = $1 and kind = 'verified_void'", c.ID); c.VerifiedAt == nil || n != 0 {
			t.Errorf("case %d: verified %v, %d events", i, c.VerifiedAt, n)
		}
	}
	if n := w.Number("select count(*) from cases where id = any($1) and verified_at is not null", []int64{first, other}); n != 1 || w.Number("select count(*) from cases where id = $1 and verified_at is not null", other) != 1 {
		t.Errorf("%d cases of the reset that proved false are verified, the good call's must be", n)
	}
}

// Points that were stolen after a reset say that the password is not the member's alone: the
// ID is restricted again, however that is learned, and once.
func TestLossesAfterAReset(t *testing.T) {
	w := apptest.NewWorld(t)
	affected, movements := apptest.Losses(4)
	w.Import(affected, movements)
	reset := func(i int) {
		t.Helper()
		c := w.Case(apptest.LossLogin(i))
		w.Clock.Add(time.Minute)
		w.Verified(w.Agent, c.ID, apptest.LossSays(i)...)
		_, err := resets.Send(w.Ctx, w.Store, w.Agent, c.ID, "https://hoten.example")
		must(t, err)
		must(t, second(resets.Complete(w.Ctx, w.Store, w.Secret(c.ID)[len("https://hoten.example/reset/"):], newPassword, newPassword, false)))
	}
	early := w.Clock.Now()
	for i := range 3 {
		reset(i)
	}
	_, err := resets.Release(w.Ctx, w.Store, w.Supervisor, w.Case(apptest.LossLogin(3)).ID, "誤って制限")
	must(t, err)
	w.Clock.Add(time.Hour)
	n, err := incidents.ByReference(store.Read(w.Ctx, w.Store), apptest.Reference)
	must(t, err)
	_, err = incidents.Change(w.Ctx, w.Store, w.Manager, n.Version, incidents.New{Reference: n.Reference, TitleJa: n.TitleJa, TitleEn: n.TitleEn,
		PeriodFrom: n.PeriodFrom, PeriodTo: jptext.DateOf(w.Clock.Now()), DetectedOn: n.DetectedOn})
	must(t, err)
	line := func(id string, i int, at time.Time, finding string) string {
		return fmt.Sprintf("%s,%s,%s,exchange,goo,,x,1,,,%s\n", id, apptest.LossLogin(i), at.In(jptext.JST).Format("2006-01-02 15:04:05"), finding)
	}
	late := w.Clock.Now().Add(-time.Minute)
	w.Import("", apptest.MovementsHeader+line("L0", 0, late, "confirmed")+line("L1", 1, early.Add(-time.Hour), "confirmed")+line("L2", 2, late, "none")+line("L4", 3, late, "suspected"))
	w.Import("", apptest.MovementsHeader+line("L3", 1, w.Clock.Now().Add(time.Hour), "confirmed"))
	restricted := func(i int) bool { return w.ID(apptest.LossLogin(i)).State == members.Restricted }
	must(t, resets.Revise(w.Ctx, w.Store))
	if !restricted(0) || restricted(1) || restricted(2) || !restricted(3) {
		t.Errorf("restricted after an import: %v %v %v", restricted(0), restricted(1), restricted(2))
	}
	_, err = reimbursements.DecideFinding(w.Ctx, w.Store, w.Supervisor, w.Case(apptest.LossLogin(2)).ID, "L2", incidents.Confirmed, "会員に確認")
	must(t, err)
	if !restricted(2) || w.Case(apptest.LossLogin(2)).VerifiedAt != nil {
		t.Error("a finding left the ID in use")
	}
	for _, i := range []int{0, 2, 3} {
		c := w.Case(apptest.LossLogin(i))
		if n := w.Number("select count(*) from mails where case_id = $1 and kind = 'restriction_notice' and state = 'queued'", c.ID); n != 1 || c.NotifiedAt != nil {
			t.Errorf("case %d: %d notices wait, notified %v", i, n, c.NotifiedAt)
		}
	}
	reset(0)
	must(t, resets.Revise(w.Ctx, w.Store))
	if restricted(0) {
		t.Error("a reset after the loss was taken back")
	}
	if n := w.Number("select count(*) from case_events where kind = 'restricted_again' and data->>'why' = 'loss'"); n != 3 {
		t.Errorf("%d events", n)
	}
}

// Of a restriction over a loss nothing from before it tells: where the notice of it went to a
// contact that proves false, the member is told again.
func TestLossesAreToldToTheMember(t *testing.T) {
	w := apptest.NewWorld(t)
	affected, movements := apptest.Losses(1)
	w.Import(affected, movements)
	login := apptest.LossLogin(0)
	c := w.Case(login)
	own := w.Number("select id from contacts where member_id = $1 and kind = 'email'", *w.ID(login).MemberID)
	sent := func(contact int64) {
		t.Helper()
		w.Number("insert into mails (case_id, contact_id, kind, language, state, queued_at, due_at, sent_at, recipient, data, message_id) values ($1, $2, 'restriction_notice', 'ja', 'sent', $3, $3, $3, '', '', gen_random_uuid()) returning 1", c.ID, contact, w.Clock.Now())
		w.Number("update cases set notified_at = $2 where id = $1 returning 1", c.ID, w.Clock.Now())
	}
	sent(own)
	w.Clock.Add(time.Minute)
	ch, err := cases.ProposeContact(w.Ctx, w.Store, w.Agent, c.ID, members.Email, "thief@mail.example", "本人確認書類の写し")
	must(t, err)
	ch, err = cases.ConfirmContact(w.Ctx, w.Store, w.Supervisor, ch.ID, "thief@mail.example")
	must(t, err)
	w.Number("insert into case_events (case_id, at, kind, actor_kind, actor_id, data) values ($1, $2, 'restricted_again', 'system', 0, '{\"why\": \"loss\"}') returning 1", c.ID, w.Clock.Now())
	w.Clock.Add(time.Minute)
	sent(*ch.ContactID)
	w.Clock.Add(time.Minute)
	_, err = cases.UndoContact(w.Ctx, w.Store, w.Supervisor, ch.ID, "書類が偽造と判明")
	must(t, err)
	if n := w.Number("select count(*) from mails where case_id = $1 and kind = 'restriction_notice' and state = 'queued' and contact_id = $2", c.ID, own); n != 1 || w.Case(login).NotifiedAt != nil {
		t.Errorf("%d notices wait, notified %v", n, w.Case(login).NotifiedAt)
	}
}

// Whose use is taken back is told of the restriction again, once: mails since have said that
// it goes on. A one-time password that may be somebody else's ends with it; one that stands
// stays when a member chooses none anew.
func TestWhoseUseIsTakenBackIsTold(t *testing.T) {
	for why, take := range map[string]func(w *apptest.World, c *cases.Case) error{
		"decision": func(w *apptest.World, c *cases.Case) error {
			_, err := resets.Restrict(w.Ctx, w.Store, w.Supervisor, c.ID, time.Time{}, "別人と判明")
			return err
		},
		"loss": func(w *apptest.World, c *cases.Case) error {
			w.Number("update incidents set period_to = $1 returning 1", w.Clock.Now())
			w.Import("", apptest.MovementsHeader+"L1,"+apptest.LossLogin(0)+","+w.Clock.Now().Add(-time.Minute).In(jptext.JST).Format("2006-01-02 15:04:05")+",exchange,goo,,x,1,,,confirmed\n")
			return resets.Revise(w.Ctx, w.Store)
		},
		"papers": func(w *apptest.World, c *cases.Case) error {
			_, err := cases.WithdrawRepresentative(w.Ctx, w.Store, w.Supervisor, c.ID, w.Number("select id from representatives"), "委任状が偽造と判明")
			return err
		},
	} {
		t.Run(why, func(t *testing.T) {
			w := apptest.NewWorld(t)
			affected, movements := apptest.Losses(1)
			w.Import(affected, movements)
			login := apptest.LossLogin(0)
			c := w.Case(login)
			_, err := resets.Notify(w.Ctx, w.Store, w.Agent, c.ID)
			must(t, err)
			settle := func() {
				t.Helper()
				w.Deliver(apptest.OutletFunc(func(notices.Envelope) error { return nil }))
				w.Number("update cases set notified_at = $2 where id = $1 returning 1", c.ID, w.Clock.Now())
				w.Clock.Add(time.Hour)
			}
			settle()
			reset := func(relation string, oneTime bool) {
				t.Helper()
				call, err := cases.StartCall(w.Ctx, w.Store, w.Agent, c.ID, cases.NewCall{Direction: "inbound", Relation: relation})
				must(t, err)
				for i, said := range apptest.LossSays(0) {
					if i%2 == 0 {
						_, err := cases.Answer(w.Ctx, w.Store, w.Agent, call.ID, said, apptest.LossSays(0)[i+1], false)
						must(t, err)
					}
				}
				_, err = cases.Conclude(w.Ctx, w.Store, w.Agent, call.ID, cases.Verified)
				must(t, err)
				_, err = resets.Send(w.Ctx, w.Store, w.Agent, c.ID, "https://hoten.example")
				must(t, err)
				must(t, second(resets.Complete(w.Ctx, w.Store, w.Secret(c.ID)[len("https://hoten.example/reset/"):], newPassword, newPassword, oneTime)))
				w.Clock.Add(time.Hour)
			}
			_, err = cases.RecordRepresentative(w.Ctx, w.Store, w.Supervisor, c.ID, cases.Proxy, "委任状を確認")
			must(t, err)
			w.ByKnowledge()
			reset(cases.Proxy, true)
			must(t, take(w, c))
			if n := w.Number("select count(*) from mails where case_id = $1 and kind = 'restriction_notice' and state = 'queued'", c.ID); n != 1 || w.Case(login).NotifiedAt != nil || w.ID(login).OneTimePassword || w.ID(login).State != members.Restricted {
				t.Errorf("%d notices wait, notified %v, one-time password %v, %s", n, w.Case(login).NotifiedAt, w.ID(login).OneTimePassword, w.ID(login).State)
			}
		})
	}
}

// A member who chooses no one-time password anew keeps the one that is in use.
func TestOneTimePasswordsStay(t *testing.T) {
	w := apptest.NewWorld(t)
	affected, movements := apptest.Losses(1)
	w.Import(affected, movements)
	c := w.Case(apptest.LossLogin(0))
	for _, chosen := range []bool{true, false} {
		w.Verified(w.Agent, c.ID, apptest.LossSays(0)...)
		_, err := resets.Send(w.Ctx, w.Store, w.Agent, c.ID, "https://hoten.example")
		must(t, err)
		must(t, second(resets.Complete(w.Ctx, w.Store, w.Secret(c.ID)[len("https://hoten.example/reset/"):], newPassword, newPassword, chosen)))
		if !w.ID(apptest.LossLogin(0)).OneTimePassword {
			t.Errorf("off after a reset that chose %v", chosen)
		}
		w.Clock.Add(time.Hour)
		must(t, store.Keep(w.Ctx, w.Store, func(tx *store.Tx) error { return members.Restrict(tx, []int64{c.IdentityID}) })) // by a list
	}
}

// A finding of own use that rests on a verification which is taken back is to be looked at
// again, also where the case is closed; one that somebody decided otherwise since is not.
func TestOwnUseOnTheWordOfAnImpostor(t *testing.T) {
	for name, again := range map[string]bool{"it stands": false, "decided otherwise": true} {
		t.Run(name, func(t *testing.T) {
			w := apptest.NewWorld(t)
			affected, movements := apptest.Losses(1)
			w.Import(affected, movements)
			c := w.Case(apptest.LossLogin(0))
			call := w.Verified(w.Agent, c.ID, apptest.LossSays(0)...)
			movement := ""
			must(t, store.Scan(store.Read(w.Ctx, w.Store), "select max(movement_id) from movements", nil, &movement))
			decide := func(finding string) {
				t.Helper()
				w.Clock.Add(time.Minute)
				_, err := reimbursements.DecideFinding(w.Ctx, w.Store, w.Supervisor, c.ID, movement, finding, "本人の申告")
				must(t, err)
			}
			if decide(incidents.Own); again {
				decide(incidents.Confirmed)
			}
			_, err := cases.EndCall(w.Ctx, w.Store, w.Agent, call.ID)
			must(t, err)
			w.Number("update cases set status = 'completed', completed_at = $1 returning 1", w.Clock.Now())
			w.Clock.Add(time.Minute)
			_, err = cases.Conclude(w.Ctx, w.Store, w.Supervisor, call.ID, cases.ImpostorSuspected)
			must(t, err)
			n := w.Number("select count(*) from case_events where kind = $1", cases.OwnDoubted)
			if want := map[bool]int64{false: 1, true: 0}[again]; n != want || (want == 1) != (w.Case(apptest.LossLogin(0)).Status == cases.Reopened) {
				t.Errorf("%d events, %s", n, w.Case(apptest.LossLogin(0)).Status)
			}
		})
	}
}
