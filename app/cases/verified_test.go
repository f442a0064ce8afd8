package cases_test

import (
	"slices"
	"testing"
	"time"

	"hoten/app/access"
	"hoten/app/cases"
	"hoten/app/members"
	"hoten/app/resets"
	"hoten/app/store"
)

// Told on the phone are the member and a representative whose papers were seen, until a
// suspicion voids what was verified in the call.
func TestWhoWasToldOnThePhone(t *testing.T) {
	w := world(t)
	const login = "m2@ocn.example" // no mail reaches it
	c := w.Case(login)
	now := func() *cases.Case {
		t.Helper()
		c, err := store.Find[cases.Case](store.Read(w.Ctx, w.Store), "id = ?", c.ID)
		must(t, err)
		return c
	}
	letter := func() bool {
		return slices.Contains(now().Letter(w.ID(login).Standing), cases.LetterRestriction)
	}
	begin := func() {
		t.Helper()
		update(t, w, "update cases set unreachable_at = now(), notified_at = null, verified_at = null, verified_call = null, status = 'in_progress', completed_at = null where id = $1", c.ID)
		if !letter() {
			t.Fatal("no letter is due at first")
		}
	}
	verified := func(relation string) *cases.Call {
		t.Helper()
		call, err := cases.StartCall(w.Ctx, w.Store, w.Agent, c.ID, cases.NewCall{Direction: "inbound", Relation: relation})
		must(t, err)
		for i := 0; i < len(level1); i += 2 {
			answer(t, w, call, level1[i], level1[i+1])
		}
		must(t, second(cases.Conclude(w.Ctx, w.Store, w.Agent, call.ID, cases.Verified)))
		return call
	}
	told := func(what string, want bool) {
		t.Helper()
		if letter() == want || (now().VerifiedAt != nil) != want {
			t.Errorf("%s: verified %v, a letter is due: %v", what, now().VerifiedAt, letter())
		}
	}
	reached := func(call *cases.Call) bool {
		return w.Number("select count(*) from calls k where k.id = $1 and "+cases.ReachedLevel, call.ID) == 1
	}
	for _, relation := range cases.Relations {
		begin()
		call := verified(relation)
		want := relation == cases.Self || relation == cases.Relay
		if told(relation, want); reached(call) != want {
			t.Errorf("%s: counts as reached: %v", relation, !want)
		}
	}
	must(t, second(cases.RecordRepresentative(w.Ctx, w.Store, w.Supervisor, c.ID, cases.Guardian, "戸籍謄本")))
	for relation, want := range map[string]bool{cases.Guardian: true, cases.Proxy: false} {
		begin()
		verified(relation)
		told(relation+", a guardian's papers are recorded", want)
	}

	// Over a suspicion nobody is told anything, and so nobody counts as told.
	begin()
	update(t, w, "update identities set impostor_at = now() where id = $1", c.IdentityID)
	call, err := cases.StartCall(w.Ctx, w.Store, w.Agent, c.ID, cases.NewCall{Direction: "inbound", Relation: cases.Self})
	must(t, err)
	for i := 0; i < len(level1); i += 2 {
		answer(t, w, call, level1[i], level1[i+1])
	}
	_, err = cases.Conclude(w.Ctx, w.Store, w.Agent, call.ID, cases.Verified)
	refused(t, err, "impostor_suspected")
	told("while somebody may pass for the member", false)
	update(t, w, "update identities set impostor_at = null where id = $1", c.IdentityID)

	incident := w.Number("insert into incidents (reference, title_ja, title_en, period_from, period_to, detected_on, created_at) select 'SECOND', title_ja, title_en, period_from, period_to, detected_on, now() from incidents returning id")
	other := w.Number("insert into cases (incident_id, identity_id, origin, class, opened_at, changed_at) select $1, identity_id, origin, class, opened_at, changed_at from cases where id = $2 returning id", incident, c.ID)
	elsewhere, err := cases.StartCall(w.Ctx, w.Store, w.Agent2, other, cases.NewCall{Direction: "inbound", Relation: cases.Self})
	must(t, err)
	for name, test := range map[string]struct {
		ended, completed, elsewhere, want bool
	}{
		"in the same call":                    {},
		"in the same call, which has ended":   {ended: true},
		"the case was completed":              {completed: true},
		"from another case":                   {elsewhere: true},
		"from another case, the call is over": {elsewhere: true, ended: true, want: true},
	} {
		begin()
		call := verified(cases.Self)
		told(name+", before", true)
		if test.ended {
			must(t, second(cases.EndCall(w.Ctx, w.Store, w.Agent, call.ID)))
		}
		if test.completed {
			update(t, w, "update cases set status = 'completed', completed_at = now() where id = $1", c.ID)
		}
		by, in := w.Agent, call.ID
		if test.elsewhere {
			by, in = w.Agent2, elsewhere.ID
		}
		events := w.Number("select count(*) from case_events where case_id = $1 and kind = $2", c.ID, cases.VerifiedVoid)
		must(t, second(cases.Conclude(w.Ctx, w.Store, by, in, cases.ImpostorSuspected)))
		must(t, second(cases.ClearImpostor(w.Ctx, w.Store, w.Supervisor, c.ID, "別人でした", nil)))
		told(name, test.want)
		if got := w.Number("select count(*) from case_events where case_id = $1 and kind = $2", c.ID, cases.VerifiedVoid) - events; (got == 1) == test.want {
			t.Errorf("%s: %d events", name, got)
		}
		if reached(call) != test.want {
			t.Errorf("%s: the call counts as reached: %v", name, !test.want)
		}
		if test.completed && now().Status != cases.Reopened {
			t.Errorf("%s: %s", name, now().Status)
		}
		if !test.want {
			must(t, second(cases.RecordLetter(w.Ctx, w.Store, w.Agent, c.ID, "2014-07-31")))
		}
	}
}

// A number that documents showed and that is undone has verified nobody, also in a call that
// was handed over and where a code was right as well.
func TestANumberThatIsUndone(t *testing.T) {
	const number = "080-1234-5678"
	byNumber := []string{cases.ItemName, "高橋 花子", cases.ItemBirthDate, "1970-01-02", cases.ItemPhone, number}
	for name, test := range map[string]struct {
		says                   []string
		code, handedOver, over bool
		stays                  bool
	}{
		"in a call that goes on":     {says: byNumber},
		"handed over":                {says: byNumber, handedOver: true},
		"the call has ended":         {says: byNumber, over: true},
		"with a code":                {says: byNumber, code: true},
		"before level 1 was reached": {says: byNumber[2:]},
		"wrong":                      {says: append(slices.Clone(level1), cases.ItemPhone, "080-9999-9999"), stays: true},
		"not named":                  {says: level1, stays: true},
	} {
		t.Run(name, func(t *testing.T) {
			w := world(t)
			const login = "m4@ocn.example"
			c := w.Case(login)
			ch := setContact(t, w, login, members.Phone, number)
			update(t, w, "update cases set unreachable_at = now(), notified_at = null, letter_about = 0 where id = $1", c.ID)
			call, err := cases.StartCall(w.Ctx, w.Store, w.Agent, c.ID, cases.NewCall{Direction: "inbound", Relation: cases.Self})
			must(t, err)
			for i := 0; i < len(test.says); i += 2 {
				answer(t, w, call, test.says[i], test.says[i+1])
			}
			by := w.Agent
			if test.code {
				must(t, second(cases.SendCode(w.Ctx, w.Store, by, call.ID)))
				checked, err := cases.CheckCode(w.Ctx, w.Store, by, call.ID, w.Secret(c.ID))
				must(t, err)
				if checked.Call.Level != 2 {
					t.Fatalf("%+v", checked)
				}
			}
			if len(test.says) >= len(level1) {
				must(t, second(cases.Conclude(w.Ctx, w.Store, by, call.ID, cases.Verified)))
			}
			if test.handedOver {
				h, err := cases.OfferHandover(w.Ctx, w.Store, by, call.ID, w.Agent2.ID, "")
				must(t, err)
				by = w.Agent2
				call, err = cases.AcceptHandover(w.Ctx, w.Store, by, h.ID, false)
				must(t, err)
			}
			if test.over {
				must(t, second(cases.EndCall(w.Ctx, w.Store, by, call.ID)))
			}
			must(t, second(cases.UndoContact(w.Ctx, w.Store, w.Supervisor, ch.ID, "書類が偽造と判明")))
			now := w.Case(login)
			if (now.VerifiedAt != nil) != test.stays || (now.VerifiedCall != nil) != test.stays || slices.Contains(now.Letter(w.ID(login).Standing), cases.LetterRestriction) == test.stays {
				t.Errorf("verified %v in %v, due by letter: %v", now.VerifiedAt, now.VerifiedCall, now.Letter(w.ID(login).Standing))
			}
			if !test.over {
				if err := second(cases.Reveal(w.Ctx, w.Store, by, c.ID, "")); (err == nil) != test.stays {
					t.Errorf("revealed without a reason: %v", err)
				}
			}
			if test.code {
				refused(t, second(resets.Send(w.Ctx, w.Store, by, c.ID, "https://hoten.example")), "verification_required")
			}
			if w.Number("select count(*) from case_events where case_id = $1 and kind = $2", c.ID, cases.VerifiedVoid) != map[bool]int64{!test.stays && len(test.says) >= len(level1): 1}[true] {
				t.Error("the timeline does not tell")
			}
		})
	}
}

// Whoever supervises says of any call, also one that has ended, that an impostor was verified
// in it; nobody else says anything of a call of another.
func TestDoubtingACallOfAnother(t *testing.T) {
	w := world(t)
	const login = "m2@ocn.example"
	c := w.Case(login)
	for name, test := range map[string]struct {
		by      access.Actor
		outcome string
		ended   bool
		code    string
	}{
		"a supervisor, ended":       {w.Supervisor, cases.ImpostorSuspected, true, ""},
		"a center manager, ended":   {w.Manager, cases.ImpostorSuspected, true, ""},
		"a supervisor, it goes on":  {w.Supervisor, cases.ImpostorSuspected, false, ""},
		"another agent":             {w.Agent2, cases.ImpostorSuspected, true, "call_of_another"},
		"an auditor":                {w.Auditor, cases.ImpostorSuspected, true, "forbidden"},
		"a supervisor, verified":    {w.Supervisor, cases.Verified, false, "call_of_another"},
		"a supervisor, unable":      {w.Supervisor, cases.Unable, false, "call_of_another"},
		"a supervisor, of no kind":  {w.Supervisor, "maybe", true, "call_of_another"},
		"its own agent, it is over": {w.Agent, cases.ImpostorSuspected, true, ""},
		"its own agent, it goes on": {w.Agent, cases.ImpostorSuspected, false, ""},
		"its own agent, a mismatch": {w.Agent, cases.Mismatch, true, "call_ended"},
	} {
		update(t, w, "update cases set unreachable_at = now(), notified_at = null, verified_at = null, verified_call = null where id = $1", c.ID)
		call := w.Call(w.Agent, c.ID, level1...)
		must(t, second(cases.Conclude(w.Ctx, w.Store, w.Agent, call.ID, cases.Verified)))
		if test.ended {
			must(t, second(cases.EndCall(w.Ctx, w.Store, w.Agent, call.ID)))
		}
		listed := func() bool {
			found, err := store.Now(store.Read(w.Ctx, w.Store), func(reads *store.Reads) *[]cases.EndedCall { return cases.AskEndedVerified(reads, c.ID) })
			must(t, err)
			return slices.ContainsFunc(found, func(k cases.EndedCall) bool { return k.ID == call.ID })
		}
		if listed() != test.ended {
			t.Errorf("%s: listed %v", name, listed())
		}
		err := second(cases.Conclude(w.Ctx, w.Store, test.by, call.ID, test.outcome))
		if test.code != "" {
			refused(t, err, test.code)
		} else if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		now, done := w.Case(login), test.code == ""
		if (now.VerifiedAt == nil) != done || (w.ID(login).ImpostorAt != nil) != done || slices.Contains(now.Letter(w.ID(login).Standing), cases.LetterRestriction) != done || listed() != (test.ended && !done) {
			t.Errorf("%s: verified %v, suspected %v, due by letter: %v", name, now.VerifiedAt, w.ID(login).ImpostorAt, now.Letter(w.ID(login).Standing))
		}
		if done {
			if n := w.Number("select count(*) from audit_entries where action = 'call.concluded' and actor_id = $1 and (after->>'call')::bigint = $2 and after->>'outcome' = $3", test.by.ID, call.ID, test.outcome); n != 1 {
				t.Errorf("%s: %d entries under that name", name, n)
			}
			must(t, second(cases.ClearImpostor(w.Ctx, w.Store, w.Supervisor, c.ID, "別人でした", nil)))
		}
	}
}

// Where one call of a case is doubted, another in which possession was proved stands in for
// it, whichever came first; what was only known in another does not.
func TestWhatADoubtedCallLeaves(t *testing.T) {
	const login = "m1@ocn.example"
	for name, test := range map[string]struct {
		code, later, ended, want bool // of the other call
	}{
		"a code, later":                  {code: true, later: true, ended: true, want: true},
		"a code, before":                 {code: true, ended: true, want: true},
		"a code, before, and it goes on": {code: true},
		"answers, later":                 {later: true, ended: true},
	} {
		t.Run(name, func(t *testing.T) {
			w := world(t)
			c := w.Case(login)
			begin := func(by access.Actor, code, ended bool) *cases.Call {
				call := w.Call(by, c.ID, level1...)
				if code {
					must(t, second(cases.SendCode(w.Ctx, w.Store, by, call.ID)))
					must(t, second(cases.CheckCode(w.Ctx, w.Store, by, call.ID, w.Secret(c.ID))))
				}
				must(t, second(cases.Conclude(w.Ctx, w.Store, by, call.ID, cases.Verified)))
				if ended {
					must(t, second(cases.EndCall(w.Ctx, w.Store, by, call.ID)))
				}
				return call
			}
			doubt := func(call *cases.Call) {
				must(t, second(cases.Conclude(w.Ctx, w.Store, w.Supervisor, call.ID, cases.ImpostorSuspected)))
			}
			var doubted, other *cases.Call
			if test.later {
				doubted = begin(w.Agent, false, true)
				w.Clock.Add(time.Minute)
			}
			other = begin(w.Agent2, test.code, test.ended)
			if !test.later {
				w.Clock.Add(time.Minute)
				doubted = begin(w.Agent, false, true)
			}
			doubt(doubted)
			now := w.Case(login)
			if (now.VerifiedAt != nil) != test.want || test.want && *now.VerifiedCall != other.ID {
				t.Fatalf("verified %v in call %v, want %v", now.VerifiedAt, now.VerifiedCall, test.want)
			}
			doubt(other)
			if now := w.Case(login); now.VerifiedAt != nil {
				t.Errorf("verified %v, and both are doubted", now.VerifiedAt)
			}
		})
	}
}
