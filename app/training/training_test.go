package training_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"hoten/app/apptest"
	"hoten/app/cases"
	"hoten/app/fault"
	"hoten/app/notices"
	"hoten/app/resets"
	"hoten/app/store"
	"hoten/app/training"
	"hoten/i18n"
)

func TestMain(m *testing.M) { apptest.Main(m) }

// desk is a world in which callers are played to its agent.
type desk struct {
	*apptest.World
	mailbox notices.Mailbox
}

func newDesk(t *testing.T) *desk {
	w := apptest.NewWorld(t)
	w.Import(apptest.Losses(12))
	return &desk{w, notices.Mailbox{Folder: t.TempDir()}}
}

// ring has callers ring until one of the character does.
func (d *desk) ring(character string) *training.Call {
	d.T.Helper()
	for {
		d.Clock.Add(time.Second)
		if err := training.Ring(d.Ctx, d.Store, d.Agent); err != nil {
			d.T.Fatal(err)
		}
		call, err := training.Latest(store.Read(d.Ctx, d.Store), d.Agent.ID)
		if err != nil {
			d.T.Fatal(err)
		}
		if call.Character == character {
			return call
		}
	}
}

// ask is what the caller says when asked.
func (d *desk) ask(c *training.Call, question string) string {
	d.T.Helper()
	if err := training.Ask(d.Ctx, d.Store, d.Agent, c.ID, question); err != nil {
		d.T.Fatal(err)
	}
	db := store.Read(d.Ctx, d.Store)
	now, err := training.Latest(db, d.Agent.ID)
	if err != nil {
		d.T.Fatal(err)
	}
	caller, err := now.Caller(d.Ctx, db, d.Vault, d.mailbox)
	if err != nil {
		d.T.Fatal(err)
	}
	return caller.Lines[len(caller.Lines)-1].Said
}

func (d *desk) pickUp(c *training.Call) *cases.Call {
	d.T.Helper()
	call, err := cases.StartCall(d.Ctx, d.Store, d.Agent, c.CaseID, cases.NewCall{Direction: "inbound", Relation: cases.Self})
	if err != nil {
		d.T.Fatal(err)
	}
	return call
}

// compare asks for items, types what was said, and reports which were right.
func (d *desk) compare(c *training.Call, call *cases.Call, items ...string) (right []bool) {
	d.T.Helper()
	for _, item := range items {
		said := d.ask(c, item)
		for _, around := range []string{"です。早くしてもらえますか。", "です。読みはヤマダ タロウです。", "いまかけているこの番号です。", "……だったと思います。", "ええと、", "たしか ", " だったと思いますけど。", " だったと思います。", " です。", "です。"} {
			said = strings.ReplaceAll(said, around, "")
		}
		d.Clock.Add(time.Second)
		got, err := cases.Answer(d.Ctx, d.Store, d.Agent, call.ID, item, said, false)
		if err != nil {
			d.T.Fatalf("%s %q: %v", item, said, err)
		}
		right = append(right, got.Match)
	}
	return right
}

// sendsLink has a code sent, read out by the caller and checked, and the link sent.
func (d *desk) sendsLink(c *training.Call, call *cases.Call) {
	d.T.Helper()
	if _, err := cases.SendCode(d.Ctx, d.Store, d.Agent, call.ID); err != nil {
		d.T.Fatal(err)
	}
	if said := d.ask(c, "code"); !strings.Contains(said, "まだ届いていない") {
		d.T.Errorf("before the code has left: %s", said)
	}
	d.Deliver(d.mailbox)
	code := strings.Trim(d.ask(c, "code"), "届きました。 です")
	if got, err := cases.CheckCode(d.Ctx, d.Store, d.Agent, call.ID, code); err != nil || !got.Match {
		d.T.Fatalf("code %q: %v", code, err)
	}
	if _, err := resets.Send(d.Ctx, d.Store, d.Agent, c.CaseID, "http://localhost"); err != nil {
		d.T.Fatal(err)
	}
	d.Deliver(d.mailbox)
	if said := d.ask(c, "arrived"); !strings.Contains(said, "はい、届きました") {
		d.T.Errorf("the link: %s", said)
	}
}

func (d *desk) hangUp(call *cases.Call) {
	d.T.Helper()
	d.Clock.Add(time.Second)
	if _, err := cases.EndCall(d.Ctx, d.Store, d.Agent, call.ID); err != nil {
		d.T.Fatal(err)
	}
}

// bad lists what did not go well.
func (d *desk) bad(c *training.Call) (out []string) {
	d.T.Helper()
	r, err := c.Result(store.Read(d.Ctx, d.Store))
	if err != nil || r.Ended == nil {
		d.T.Fatalf("%+v %v", r, err)
	}
	for _, p := range r.Points {
		if !p.Good {
			out = append(out, p.What)
		}
	}
	return out
}

func (d *desk) judge(what string, c *training.Call, want ...string) {
	d.T.Helper()
	if got := d.bad(c); !slices.Equal(got, want) {
		d.T.Errorf("%s: %v went wrong, want %v", what, got, want)
	}
}

func TestTheHonestCaller(t *testing.T) {
	d := newDesk(t)
	c := d.ring(training.Honest)
	call := d.pickUp(c)
	if right := d.compare(c, call, cases.Items...); slices.Contains(right, false) {
		t.Errorf("answers: %v", right)
	}
	d.sendsLink(c, call)
	if _, err := cases.AddNote(d.Ctx, d.Store, d.Agent, c.CaseID, "再設定をご案内しました。"); err != nil {
		t.Fatal(err)
	}
	d.hangUp(call)
	d.judge("as it should go", c)

	c = d.ring(training.Honest)
	call = d.pickUp(c)
	d.compare(c, call, cases.ItemName)
	if _, err := cases.Conclude(d.Ctx, d.Store, d.Agent, call.ID, cases.ImpostorSuspected); err != nil {
		t.Fatal(err)
	}
	d.hangUp(call)
	d.judge("suspected", c, training.Level2, training.LinkSent, training.Unsuspected, training.Noted)
}

func TestTheForgetfulCaller(t *testing.T) {
	d := newDesk(t)
	c := d.ring(training.Forgetful)
	call := d.pickUp(c)
	if right := d.compare(c, call, cases.ItemName, cases.ItemPhone, cases.ItemBirthDate, cases.ItemAddress, cases.ItemPhone); !slices.Equal(right, []bool{true, false, true, true, true}) {
		t.Errorf("answers: %v", right)
	}
	if said := d.ask(c, cases.ItemCustomerNumber); !strings.Contains(said, "分かりません") {
		t.Error(said)
	}
	d.sendsLink(c, call)
	d.hangUp(call)
	d.judge("asked for another item", c, training.Noted)

	c = d.ring(training.Forgetful)
	call = d.pickUp(c)
	if right := d.compare(c, call, cases.ItemName, cases.ItemAddress); !slices.Equal(right, []bool{true, false}) {
		t.Errorf("answers: %v", right)
	}
	if _, err := cases.Conclude(d.Ctx, d.Store, d.Agent, call.ID, cases.Mismatch); err != nil {
		t.Fatal(err)
	}
	d.hangUp(call)
	d.judge("cut off", c, training.NotCutOff, training.AskedAnother, training.Level2, training.LinkSent, training.Noted)
}

func TestTheThief(t *testing.T) {
	d := newDesk(t)
	c := d.ring(training.Thief)
	call := d.pickUp(c)
	if right := d.compare(c, call, cases.ItemName, cases.ItemBirthDate, cases.ItemCustomerNumber); !slices.Equal(right, []bool{true, false, false}) {
		t.Errorf("answers: %v", right)
	}
	if said := d.ask(c, "mailbox"); !strings.Contains(said, "@freemail.example") {
		t.Error(said)
	}
	if _, err := cases.Conclude(d.Ctx, d.Store, d.Agent, call.ID, cases.ImpostorSuspected); err != nil {
		t.Fatal(err)
	}
	d.hangUp(call)
	d.judge("flagged", c, training.Noted)

	c = d.ring(training.Thief)
	call = d.pickUp(c)
	if right := d.compare(c, call, cases.ItemName, cases.ItemPhone); !slices.Equal(right, []bool{true, false}) {
		t.Errorf("answers: %v", right)
	}
	d.hangUp(call)
	d.judge("let go", c, training.Suspected, training.Noted)
}

// A call taken on another case is over with that call, and nothing but that is judged. Every
// answer that is shown is recorded as a reveal of the caller's case.
func TestTheWrongCase(t *testing.T) {
	d := newDesk(t)
	c := d.ring(training.Honest)
	d.ask(c, cases.ItemName)
	if n := d.Number("select count(*) from audit_entries where action = 'member.revealed' and subject = $1 and actor_id = $2", cases.Subject(c.CaseID), d.Agent.ID); n != 1 {
		t.Errorf("%d reveals recorded", n)
	}
	wrong := *c
	wrong.CaseID = d.Number("select id from cases where id <> $1 and id not in (select case_id from training_calls) limit 1", c.CaseID)
	call := d.pickUp(&wrong)
	if r, err := c.Result(store.Read(d.Ctx, d.Store)); err != nil || r.Answered == nil || r.Ended != nil {
		t.Errorf("while it goes on: %+v %v", r, err)
	}
	d.hangUp(call)
	d.judge("on another case", c, training.RightCase)
}

// Whoever reads the console in English is rung by a member who speaks it, while there is one;
// others are read in English as well.
func TestCallersInEnglish(t *testing.T) {
	d := newDesk(t)
	apptest.AsOwner(t, d.Store, fmt.Sprintf("update staff set language = 'en', languages = 'ja en' where id = %d", d.Agent.ID))
	english := d.Number("select member_id from identities order by id desc limit 1")
	apptest.AsOwner(t, d.Store, fmt.Sprintf("update members set language = 'en' where id = %d", english))
	for i, want := range []string{"en", "ja"} {
		if err := training.Ring(d.Ctx, d.Store, d.Agent); err != nil {
			t.Fatal(err)
		}
		db := store.Read(d.Ctx, d.Store)
		c, err := training.Latest(db, d.Agent.ID)
		if err != nil {
			t.Fatal(err)
		}
		caller, err := c.Caller(i18n.With(d.Ctx, "en"), db, d.Vault, d.mailbox)
		if err != nil || caller.Language != want || (caller.Meaning == "") != (want == "en") {
			t.Errorf("call %d: %+v %v", i, caller, err)
		}
	}
}

// Every five calls have one thief, and nobody rings twice about one case; once all have
// rung, that is said.
func TestWhoRings(t *testing.T) {
	d := newDesk(t)
	rung := map[int64]bool{}
	thieves := 0
	for range 10 {
		if err := training.Ring(d.Ctx, d.Store, d.Agent); err != nil {
			t.Fatal(err)
		}
		c, err := training.Latest(store.Read(d.Ctx, d.Store), d.Agent.ID)
		if err != nil {
			t.Fatal(err)
		}
		if rung[c.CaseID] = true; c.Character == training.Thief {
			thieves++
		}
	}
	if len(rung) != 10 || thieves != 2 {
		t.Errorf("%d cases, %d thieves", len(rung), thieves)
	}
	var err error
	for err == nil {
		err = training.Ring(d.Ctx, d.Store, d.Agent2)
	}
	if f, is := fault.As(err); !is || f.Code != "training_none" {
		t.Error(err)
	}
}

// Where nothing was imported yet no case has been used up.
func TestNobodyRingsYet(t *testing.T) {
	w := apptest.NewWorld(t)
	if f, is := fault.As(training.Ring(w.Ctx, w.Store, w.Agent)); !is || f.Code != "training_no_cases" {
		t.Errorf("%+v", f)
	}
}

// A database from which a mail server took a mail plays no callers.
func TestMailing(t *testing.T) {
	d := newDesk(t)
	db := store.Read(d.Ctx, d.Store)
	if _, err := resets.Notify(d.Ctx, d.Store, d.Agent, 1); err != nil {
		t.Fatal(err)
	}
	d.Deliver(d.mailbox)
	if is, err := training.Mailing(db); is || err != nil {
		t.Errorf("mails that were kept: %v %v", is, err)
	}
	if _, err := resets.Notify(d.Ctx, d.Store, d.Agent, 2); err != nil {
		t.Fatal(err)
	}
	d.Deliver(apptest.OutletFunc(func(notices.Envelope) error { return nil }))
	if is, err := training.Mailing(db); !is || err != nil {
		t.Errorf("mails that were sent: %v %v", is, err)
	}
}
