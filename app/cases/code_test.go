package cases_test

import (
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"hoten/app/apptest"
	"hoten/app/cases"
	"hoten/app/jptext"
	"hoten/app/members"
	"hoten/app/policies"
	"hoten/app/store"
)

func send(t *testing.T, w *apptest.World, call *cases.Call) {
	t.Helper()
	if _, err := cases.SendCode(w.Ctx, w.Store, w.Agent, call.ID); err != nil {
		t.Fatal(err)
	}
}

func check(t *testing.T, w *apptest.World, call *cases.Call, code string) cases.Checked {
	t.Helper()
	r, err := cases.CheckCode(w.Ctx, w.Store, w.Agent, call.ID, code)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// not is a code that is not the one that was sent.
func not(code string) string {
	return fmt.Sprintf("%d%s", (code[0]-'0'+1)%10, code[1:])
}

func TestCodeWorksOnceAndOnlyItsHashIsKept(t *testing.T) {
	w := world(t)
	c := w.Case("m1@ocn.example")
	call := w.Call(w.Agent, c.ID, cases.ItemName, "髙橋 花子", cases.ItemBirthDate, "1970-01-02", cases.ItemAddress, "東京都千代田区千代田1-2-3")
	send(t, w, call)
	code := w.Secret(c.ID)
	if len(code) != 6 || strings.Trim(code, "0123456789") != "" {
		t.Fatalf("code %q", code)
	}
	var dump string
	if err := w.Pool.QueryRow(w.Ctx, "select string_agg(v::text, '') || (select string_agg(m::text, '') from mails m) from verification_codes v").Scan(&dump); err != nil {
		t.Fatal(err)
	}
	if strings.Contains(dump, fmt.Sprintf("%x", code)) {
		t.Error("the code stands in a row in the clear")
	}
	_, err := cases.CheckCode(w.Ctx, w.Store, w.Agent, call.ID, "12345")
	refused(t, err, "code_form")
	if r := check(t, w, call, not(code)); r.Match || r.TriesLeft != 4 || r.Call.Level != 1 || r.Call.Wrong != 0 {
		t.Fatalf("wrong code: %+v %+v", r, r.Call)
	}
	// As it is read out: full-width, in two groups.
	wide := strings.Map(func(r rune) rune { return r + 0xfee0 }, code)
	if r := check(t, w, call, wide[:9]+" "+wide[9:]); !r.Match || r.Call.Level != 2 {
		t.Fatalf("right code: %+v %+v", r, r.Call)
	}
	_, err = cases.CheckCode(w.Ctx, w.Store, w.Agent, call.ID, code)
	refused(t, err, "no_code_waiting")
	// Another call cannot use it.
	other := w.Call(w.Agent, c.ID)
	_, err = cases.CheckCode(w.Ctx, w.Store, w.Agent, other.ID, code)
	refused(t, err, "no_code_waiting")
}

func TestCodeExpiresAndIsVoidedByTheNext(t *testing.T) {
	w := world(t)
	c := w.Case("m1@ocn.example")
	call := w.Call(w.Agent, c.ID)
	send(t, w, call)
	first := w.Secret(c.ID)
	_, err := cases.SendCode(w.Ctx, w.Store, w.Agent, call.ID)
	refused(t, err, "code_interval")
	w.Clock.Add(59 * time.Second)
	_, err = cases.SendCode(w.Ctx, w.Store, w.Agent, call.ID)
	refused(t, err, "code_interval")
	w.Clock.Add(time.Second)
	send(t, w, call)
	second := w.Secret(c.ID)
	if first != second { // one in a million are the same
		if r := check(t, w, call, first); r.Match {
			t.Fatal("the code before the newest works")
		}
	}
	w.Clock.Add(10 * time.Minute)
	_, err = cases.CheckCode(w.Ctx, w.Store, w.Agent, call.ID, second)
	refused(t, err, "no_code_waiting")
}

func TestCodeTries(t *testing.T) {
	w := world(t)
	c := w.Case("m1@ocn.example")
	call := w.Call(w.Agent, c.ID)
	send(t, w, call)
	code := w.Secret(c.ID)
	// At once, or one after the other: five.
	var all sync.WaitGroup
	for range 12 {
		all.Go(func() { _, _ = cases.CheckCode(w.Ctx, w.Store, w.Agent, call.ID, not(code)) })
	}
	all.Wait()
	var tries int
	if err := w.Pool.QueryRow(w.Ctx, "select tries from verification_codes").Scan(&tries); err != nil || tries != 5 {
		t.Fatalf("%d tries, %v", tries, err)
	}
	_, err := cases.CheckCode(w.Ctx, w.Store, w.Agent, call.ID, code)
	refused(t, err, "no_code_waiting")
}

func TestCodesPerCallAndDay(t *testing.T) {
	w := world(t)
	c := w.Case("m1@ocn.example")
	for range 2 {
		call := w.Call(w.Agent, c.ID)
		for range 5 {
			w.Clock.Add(time.Minute)
			send(t, w, call)
		}
		w.Clock.Add(time.Minute)
		_, err := cases.SendCode(w.Ctx, w.Store, w.Agent, call.ID)
		refused(t, err, "codes_per_call")
	}
	call := w.Call(w.Agent, c.ID)
	_, err := cases.SendCode(w.Ctx, w.Store, w.Agent, call.ID)
	refused(t, err, "codes_per_day")
	w.Clock.Set(time.Date(2014, 7, 31, 15, 0, 0, 0, time.UTC)) // midnight in Japan
	send(t, w, call)
}

// Two clicks at once, or two agents with the same ID on the line, send one code.
func TestCodesAtOnceSendOne(t *testing.T) {
	w := world(t)
	c := w.Case("m1@ocn.example")
	var all sync.WaitGroup
	for range 8 {
		call := w.Call(w.Agent, c.ID)
		all.Go(func() { _, _ = cases.SendCode(w.Ctx, w.Store, w.Agent, call.ID) })
	}
	all.Wait()
	var sent int
	if err := w.Pool.QueryRow(w.Ctx, "select count(*) from verification_codes").Scan(&sent); err != nil || sent != 1 {
		t.Fatalf("%d codes, %v", sent, err)
	}
}

// The thief may read the ID's own mailbox, and may have set an address during
// the incident: neither gets a code, by whatever way.
func TestContactsThatMayBeUsed(t *testing.T) {
	w := world(t)
	for login, usable := range map[string]bool{"m1@ocn.example": true, "m2@ocn.example": false, "m3@ocn.example": false, "m4@ocn.example": true} {
		c := w.Case(login)
		_, err := cases.SendCode(w.Ctx, w.Store, w.Agent, w.Call(w.Agent, c.ID).ID)
		if usable && err != nil {
			t.Errorf("%s: %v", login, err)
		}
		if !usable {
			refused(t, err, "no_usable_contact")
		}
	}
	// A phone number has no date in the file: it is the one of the contract.
	c := w.Case("m2@ocn.example")
	inbound := w.Call(w.Agent, c.ID)
	_, err := cases.ConfirmCallback(w.Ctx, w.Store, w.Agent, inbound.ID)
	refused(t, err, "callback_needs_outbound")
	out, err := cases.StartCall(w.Ctx, w.Store, w.Agent, c.ID, cases.NewCall{Direction: "outbound", Relation: cases.Self})
	if err != nil {
		t.Fatal(err)
	}
	for i := 0; i < len(level1); i += 2 {
		answer(t, w, out, level1[i], level1[i+1])
	}
	if out, err = cases.ConfirmCallback(w.Ctx, w.Store, w.Agent, out.ID); err != nil || out.Level != 2 || out.CalledContact == nil {
		t.Fatalf("%+v %v", out, err)
	}
	// Who is not the member proves nothing by being reached there.
	family, err := cases.StartCall(w.Ctx, w.Store, w.Agent2, w.Case("m1@ocn.example").ID, cases.NewCall{Direction: "outbound", Relation: cases.Family})
	if err != nil {
		t.Fatal(err)
	}
	_, err = cases.ConfirmCallback(w.Ctx, w.Store, w.Agent2, family.ID)
	refused(t, err, "caller_not_entitled")
	// One that came back may not be used any more.
	if _, err := w.Pool.Exec(w.Ctx, "update contacts set undeliverable_at = now() where kind = 'email'"); err != nil {
		t.Fatal(err)
	}
	// That is said before anybody waits for the next code, which could not be sent.
	_, err = cases.SendCode(w.Ctx, w.Store, w.Agent, w.Call(w.Agent, w.Case("m4@ocn.example").ID).ID)
	refused(t, err, "no_usable_contact")
}

func TestUsableContactTable(t *testing.T) {
	from := jptext.Date{Year: 2014, Month: 7, Day: 11}
	day := func(d int) jptext.Date { return from.AddDays(d) }
	bounced := from.At(0)
	for _, c := range []struct {
		name    string
		contact members.Contact
		want    bool
	}{
		{"mail from before", members.Contact{Kind: members.Email, RegisteredOn: day(-1)}, true},
		{"mail of the first day", members.Contact{Kind: members.Email, RegisteredOn: day(0)}, false},
		{"mail from later", members.Contact{Kind: members.Email, RegisteredOn: day(30)}, false},
		{"mail of unknown age", members.Contact{Kind: members.Email}, false},
		{"the ID's own mailbox", members.Contact{Kind: members.Email, RegisteredOn: day(-999), DependsOnLogin: true}, false},
		{"mail that came back", members.Contact{Kind: members.Email, RegisteredOn: day(-999), UndeliverableAt: &bounced}, false},
		{"phone of the contract", members.Contact{Kind: members.Phone}, true},
		{"phone from before", members.Contact{Kind: members.Phone, RegisteredOn: day(-1)}, true},
		{"phone set in the incident", members.Contact{Kind: members.Phone, RegisteredOn: day(3)}, false},
		{"phone that depends on the ID", members.Contact{Kind: members.Phone, DependsOnLogin: true}, false},
	} {
		if got := c.contact.Usable(from); got != c.want {
			t.Errorf("%s: %v", c.name, got)
		}
	}
}

// A code may be sent and read out before the items are asked. Right, it says nothing by
// itself: it counts beside name and two more, and not before.
func TestACodeAloneGivesNoLevel(t *testing.T) {
	w := world(t)
	c := w.Case("m1@ocn.example")
	call := w.Call(w.Agent, c.ID)
	send(t, w, call)
	r := check(t, w, call, w.Secret(c.ID))
	if !r.Match || r.Call.Level != 0 || r.Call.ExpiresAt != nil {
		t.Fatalf("a code alone: %+v %+v", r, r.Call)
	}
	refused(t, require(w, w.Agent, c, 1), "required")
	_, err := cases.Conclude(w.Ctx, w.Store, w.Agent, call.ID, cases.Verified)
	refused(t, err, "verification_required")
	for i, want := range []struct {
		level, missing int
	}{{0, 3}, {0, 2}, {0, 1}, {2, 0}} {
		if i > 0 {
			answer(t, w, call, level1[2*i-2], strings.Replace(level1[2*i-1], "高橋", "髙橋", 1))
		}
		now := callNow(t, w, call.ID)
		p, err := cases.ProgressOf(store.Read(w.Ctx, w.Store), now, policies.Default().Verification, w.Clock.Now())
		if err != nil || !p.CodeMatched || int(now.Level) != want.level || p.MissingItems != want.missing {
			t.Errorf("after %d items: level %d, %+v %v; want %+v", i, now.Level, p, err, want)
		}
	}
}
