package cases_test

import (
	"strings"
	"testing"
	"time"

	"hoten/app/access"
	"hoten/app/cases"
	"hoten/app/members"
)

// docs/domain.md section 4: a contact keeps when it was last proved, by whatever way, and
// what proves void leaves the proof from before.
func TestContactsKeepWhenTheyWereProved(t *testing.T) {
	w := world(t)
	const login = "m1@ocn.example"
	c := w.Case(login)
	proved := func(name, kind string, want time.Time) {
		t.Helper()
		if at := w.ProvedAt(login, kind); !at.Equal(want) {
			t.Errorf("%s: proved %v, want %v", name, at, want)
		}
	}
	coded := func() *cases.Call {
		t.Helper()
		w.Clock.Add(time.Hour)
		call := w.Call(w.Agent, c.ID)
		send(t, w, call)
		check(t, w, call, w.Secret(c.ID))
		return call
	}
	never := time.Time{}
	proved("at first", members.Email, never)
	call := w.Call(w.Agent, c.ID)
	send(t, w, call)
	code := w.Secret(c.ID)
	check(t, w, call, not(code))
	proved("a wrong code", members.Email, never)
	check(t, w, call, code)
	first := w.Clock.Now()
	proved("the right code", members.Email, first)
	proved("of the mail address", members.Phone, never)

	for _, outcome := range []string{cases.Unable, cases.Mismatch} {
		call := coded()
		proved("before "+outcome, members.Email, w.Clock.Now())
		must(t, second(cases.Conclude(w.Ctx, w.Store, w.Agent, call.ID, outcome)))
		proved(outcome, members.Email, first)
	}
	must(t, second(cases.ReopenVerification(w.Ctx, w.Store, w.Supervisor, c.ID, "本人に確認")))

	out, err := cases.StartCall(w.Ctx, w.Store, w.Agent, c.ID, cases.NewCall{Direction: "outbound", Relation: cases.Self})
	must(t, err)
	must(t, second(cases.ConfirmCallback(w.Ctx, w.Store, w.Agent, out.ID)))
	proved("somebody answered", members.Phone, never)
	for i := 0; i < len(level1); i += 2 {
		answer(t, w, out, level1[i], strings.Replace(level1[i+1], "高橋", "髙橋", 1))
	}
	called := w.Clock.Now()
	proved("verified by call back", members.Phone, called)
	must(t, second(cases.Conclude(w.Ctx, w.Store, w.Agent, out.ID, cases.Verified)))
	must(t, second(cases.EndCall(w.Ctx, w.Store, w.Agent, out.ID)))

	call = coded()
	must(t, second(cases.Conclude(w.Ctx, w.Store, w.Agent, call.ID, cases.ImpostorSuspected)))
	proved("a suspicion", members.Email, first)
	proved("what ended before a suspicion", members.Phone, called)
	must(t, second(cases.Conclude(w.Ctx, w.Store, w.Supervisor, out.ID, cases.ImpostorSuspected)))
	proved("a suspicion of a call that ended", members.Phone, never)
	must(t, second(cases.ClearImpostor(w.Ctx, w.Store, w.Supervisor, c.ID, "本人と確認", nil)))

	w.Clock.Add(time.Hour)
	change := setContact(t, w, login, members.Email, fresh)
	shown := w.Clock.Now()
	proved("documents", members.Email, shown)
	must(t, second(cases.Conclude(w.Ctx, w.Store, w.Agent, coded().ID, cases.Unable)))
	proved("documents stand", members.Email, shown)
	must(t, second(cases.UndoContact(w.Ctx, w.Store, w.Supervisor, change.ID, "誤記")))
	proved("documents that prove false", members.Email, first)
}

// What was proved on the strength of papers that prove false is not, in any call.
func TestProofsOfPapersThatProveFalse(t *testing.T) {
	w := world(t)
	const login = "m1@ocn.example"
	c := w.Case(login)
	must(t, second(cases.RecordRepresentative(w.Ctx, w.Store, w.Supervisor, c.ID, cases.Proxy, "委任状を確認")))
	coded := func(by access.Actor, relation string) {
		t.Helper()
		w.Clock.Add(time.Hour)
		call, err := cases.StartCall(w.Ctx, w.Store, by, c.ID, cases.NewCall{Direction: "inbound", Relation: relation})
		must(t, err)
		must(t, second(cases.SendCode(w.Ctx, w.Store, by, call.ID)))
		must(t, second(cases.CheckCode(w.Ctx, w.Store, by, call.ID, w.Secret(c.ID))))
		must(t, second(cases.EndCall(w.Ctx, w.Store, by, call.ID)))
	}
	coded(w.Agent, cases.Self)
	first := w.Clock.Now()
	coded(w.Agent2, cases.Proxy)
	if at := w.ProvedAt(login, members.Email); !at.Equal(w.Clock.Now()) {
		t.Fatalf("proved %v", at)
	}
	must(t, second(cases.WithdrawRepresentative(w.Ctx, w.Store, w.Supervisor, c.ID, w.Number("select max(id) from representatives"), "偽造")))
	if at := w.ProvedAt(login, members.Email); !at.Equal(first) {
		t.Errorf("proved %v, want %v", at, first)
	}
}
