package cases_test

import (
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"hoten/app/access"
	"hoten/app/apptest"
	"hoten/app/audit"
	"hoten/app/cases"
	"hoten/app/policies"
	"hoten/app/staff"
	"hoten/app/store"
)

func offer(t *testing.T, w *apptest.World, by access.Actor, call int64, to access.Actor) *cases.Handover {
	t.Helper()
	h, err := cases.OfferHandover(w.Ctx, w.Store, by, call, to.ID, "折り返しの相談のため")
	if err != nil {
		t.Fatal(err)
	}
	return h
}

func accept(t *testing.T, w *apptest.World, by access.Actor, id int64) *cases.Call {
	t.Helper()
	call, err := cases.AcceptHandover(w.Ctx, w.Store, by, id, false)
	if err != nil {
		t.Fatal(err)
	}
	return call
}

// handOver hands a call from one person to another.
func handOver(t *testing.T, w *apptest.World, from access.Actor, call int64, to access.Actor) *cases.Call {
	t.Helper()
	return accept(t, w, to, offer(t, w, from, call, to).ID)
}

func callNow(t *testing.T, w *apptest.World, id int64) *cases.Call {
	t.Helper()
	c, err := store.Find[cases.Call](store.Read(w.Ctx, w.Store), "id = ?", id)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func say(t *testing.T, w *apptest.World, by access.Actor, call int64, item, value string) cases.Answered {
	t.Helper()
	a, err := cases.Answer(w.Ctx, w.Store, by, call, item, value, true)
	if err != nil {
		t.Fatal(err)
	}
	return a
}

// docs/domain.md section 4: handed over, a verification keeps its end, over any chain.
func TestHandedOverAVerificationKeepsItsEnd(t *testing.T) {
	w := world(t)
	c := w.Case("m1@ocn.example")
	call, err := cases.StartCall(w.Ctx, w.Store, w.Agent, c.ID, cases.NewCall{Direction: "inbound", Desk: "tech", CallerNumber: "090-1111-2222", Relation: cases.Self})
	if err != nil {
		t.Fatal(err)
	}
	for i := 0; i < len(level2(1)); i += 2 {
		say(t, w, w.Agent, call.ID, level2(1)[i], level2(1)[i+1])
	}
	end := apptest.Start.Add(30 * time.Minute)
	people := []access.Actor{w.Agent, w.Supervisor, w.Agent2, w.Agent}
	first := call.ID
	for i, to := range people[1:] {
		w.Clock.Add(9 * time.Minute)
		took := handOver(t, w, people[i], call.ID, to)
		if took.Level != 2 || !took.ExpiresAt.Equal(end) || took.AgentID != to.ID || took.CaseID != c.ID || took.Relation != cases.Self ||
			took.Direction != "inbound" || *took.DeskID != *callNow(t, w, first).DeskID || *took.FirstID != first {
			t.Fatalf("%+v", took)
		}
		if number, _ := took.PlainNumber(w.Vault); number != "090-1111-2222" {
			t.Errorf("the caller's number became %q", number)
		}
		before := callNow(t, w, call.ID)
		if before.EndedAt == nil || *before.Outcome != cases.HandedOver || before.Valid(w.Clock.Now()) != 0 {
			t.Fatalf("%+v", before)
		}
		if err := require(w, to, c, 2); err != nil {
			t.Fatal(err)
		}
		refused(t, require(w, people[i], c, 1), "required")
		_, err := cases.Answer(w.Ctx, w.Store, people[i], call.ID, cases.ItemPhone, "090-0000-0001", false)
		refused(t, err, "call_handed_over")
		call = took
	}
	w.Clock.Set(end)
	refused(t, require(w, w.Agent, c, 1), "required")
	// Asking once more does not begin anew, nor does another hand.
	_, err = cases.Answer(w.Ctx, w.Store, w.Agent, call.ID, cases.ItemPhone, "090-0000-0001", false)
	refused(t, err, "verification_over")
	took := handOver(t, w, w.Agent, call.ID, w.Supervisor)
	_, err = cases.Answer(w.Ctx, w.Store, w.Supervisor, took.ID, cases.ItemPhone, "090-0000-0001", false)
	refused(t, err, "verification_over")
	refused(t, require(w, w.Supervisor, c, 1), "required")
	if n := w.Number("select count(*) from calls where case_id = $1 and ended_at is null", c.ID); n != 1 {
		t.Errorf("%d calls are open", n)
	}
}

// An unverified caller is asked on where the first agent stopped.
func TestHandedOverTheAnswersGoAlong(t *testing.T) {
	w := world(t)
	c := w.Case("m1@ocn.example")
	call := w.Call(w.Agent, c.ID, level1[:4]...)
	took := handOver(t, w, w.Agent, call.ID, w.Agent2)
	p, err := cases.ProgressOf(store.Read(w.Ctx, w.Store), took, policies.Default().Verification, w.Clock.Now())
	if err != nil || p.Items[cases.ItemName] != "match" || p.Items[cases.ItemBirthDate] != "match" || p.MissingItems != 1 {
		t.Fatalf("%+v %v", p, err)
	}
	w.Clock.Add(time.Minute)
	if a := say(t, w, w.Agent2, took.ID, level1[4], level1[5]); a.Call.Level != 1 || !a.Call.ExpiresAt.Equal(w.Clock.Now().Add(30*time.Minute)) {
		t.Fatalf("%+v", a.Call)
	}
}

// Wrong answers count as those of one call, and being handed over is no failed attempt.
func TestHandedOverThereAreNoFreshTries(t *testing.T) {
	w := world(t)
	c := w.Case("m1@ocn.example")
	call := w.Call(w.Agent, c.ID)
	wrong := func(by access.Actor, id int64) cases.Answered {
		return say(t, w, by, id, cases.ItemBirthDate, "1980-05-05")
	}
	wrong(w.Agent, call.ID)
	call = handOver(t, w, w.Agent, call.ID, w.Supervisor)
	wrong(w.Supervisor, call.ID)
	call = handOver(t, w, w.Supervisor, call.ID, w.Agent2)
	if attempts, n := w.ID("m1@ocn.example").Tried(w.Clock.Now()); attempts != 0 || n != 2 {
		t.Fatalf("%d failed attempts, %d wrong answers", attempts, n)
	}
	if a := wrong(w.Agent2, call.ID); a.Call.Outcome == nil || *a.Call.Outcome != cases.Mismatch {
		t.Fatalf("the third wrong answer of the conversation: %+v", a.Call)
	}
	// A mismatch goes along and counts once.
	call = handOver(t, w, w.Agent2, call.ID, w.Supervisor)
	if attempts, n := w.ID("m1@ocn.example").Tried(w.Clock.Now()); attempts != 1 || n != 3 {
		t.Fatalf("%d failed attempts, %d wrong answers", attempts, n)
	}
	_, err := cases.Answer(w.Ctx, w.Store, w.Supervisor, call.ID, cases.ItemName, "高橋 花子", false)
	refused(t, err, "verification_over")
	for _, o := range []string{cases.Verified, cases.Unable, cases.HandedOver} {
		if _, err := cases.Conclude(w.Ctx, w.Store, w.Supervisor, call.ID, o); err == nil {
			t.Errorf("concluded as %s", o)
		}
	}
}

// Codes are counted and checked in the conversation: one that is out still works.
func TestHandedOverACodeGoesAlong(t *testing.T) {
	w := world(t)
	c := w.Case("m1@ocn.example")
	call := w.Call(w.Agent, c.ID, level1...)
	w.Clock.Add(time.Minute)
	if _, err := cases.SendCode(w.Ctx, w.Store, w.Agent, call.ID); err != nil {
		t.Fatal(err)
	}
	code := w.Secret(c.ID)
	for range 3 {
		if _, err := cases.CheckCode(w.Ctx, w.Store, w.Agent, call.ID, other(code)); err != nil {
			t.Fatal(err)
		}
	}
	took := handOver(t, w, w.Agent, call.ID, w.Supervisor)
	_, err := cases.SendCode(w.Ctx, w.Store, w.Supervisor, took.ID)
	refused(t, err, "code_interval")
	_, err = cases.CheckCode(w.Ctx, w.Store, w.Agent, call.ID, code)
	refused(t, err, "call_handed_over")
	wrong, err := cases.CheckCode(w.Ctx, w.Store, w.Supervisor, took.ID, other(code))
	if err != nil || wrong.TriesLeft != 1 {
		t.Fatalf("%+v %v: the tries count on", wrong, err)
	}
	right, err := cases.CheckCode(w.Ctx, w.Store, w.Supervisor, took.ID, code)
	if err != nil || !right.Match || right.Call.Level != 2 || !right.Call.ExpiresAt.Equal(*call.ExpiresAt) {
		t.Fatalf("%+v %v", right, err)
	}
	// Possession goes along as well.
	again := handOver(t, w, w.Supervisor, took.ID, w.Agent2)
	say(t, w, w.Agent2, again.ID, cases.ItemPhone, "090-0000-0001")
	if now := callNow(t, w, again.ID); now.Level != 2 {
		t.Errorf("level %d after another answer", now.Level)
	}
}

// other is a code that is not the code.
func other(code string) string {
	if code == "000000" {
		return "111111"
	}
	return "000000"
}

func TestAnOfferIsRefused(t *testing.T) {
	w := world(t)
	c := w.Case("m1@ocn.example")
	call := w.Call(w.Agent, c.ID, level1...)
	offering := func(by access.Actor, to int64, note string) error {
		_, err := cases.OfferHandover(w.Ctx, w.Store, by, call.ID, to, note)
		return err
	}
	foreign, err := staff.Add(w.Ctx, w.Store, w.Administrator, staff.New{Email: "en@hoten.example", Name: "Smith", Role: access.Agent, Password: "tsukimi-dango-47"})
	if english := "en"; err == nil {
		_, err = staff.Update(w.Ctx, w.Store, w.Administrator, foreign.Staff.ID, staff.Change{Languages: &english})
	}
	if err != nil {
		t.Fatal(err)
	}
	gone, err := staff.Add(w.Ctx, w.Store, w.Administrator, staff.New{Email: "gone@hoten.example", Name: "退職", Role: access.Agent, Password: "tsukimi-dango-47"})
	if err == nil {
		off := true
		_, err = staff.Update(w.Ctx, w.Store, w.Administrator, gone.Staff.ID, staff.Change{Disabled: &off})
	}
	if err != nil {
		t.Fatal(err)
	}
	for _, o := range []struct {
		by   access.Actor
		to   int64
		note string
		code string
	}{
		{w.Agent, w.Agent.ID, "", "handover_self"},
		{w.Agent, 0, "", "handover_unknown"},
		{w.Agent, -1, "", "handover_unknown"},
		{w.Agent, 999_999, "", "handover_unknown"},
		{w.Agent, w.Auditor.ID, "", "handover_unknown"},
		{w.Agent, w.Administrator.ID, "", "handover_unknown"},
		{w.Agent, gone.Staff.ID, "", "handover_unknown"},
		{w.Agent, foreign.Staff.ID, "", "handover_language"},
		{w.Agent, w.Supervisor.ID, "パスワード：tsukimi-dango-47", "secret_password"},
		{w.Agent, w.Supervisor.ID, strings.Repeat("あ", 501), "too_long"},
		{w.Agent2, w.Supervisor.ID, "", "call_of_another"},
		{w.Auditor, w.Supervisor.ID, "", "forbidden"},
	} {
		refused(t, offering(o.by, o.to, o.note), o.code)
	}
	offer(t, w, w.Agent, call.ID, w.Supervisor)
	refused(t, offering(w.Agent, w.Agent2.ID, ""), "handover_offered")
	if err := require(w, w.Agent, c, 1); err != nil {
		t.Errorf("an offer takes nothing from the first agent: %v", err)
	}
	// Whom it is offered lists nobody whom it would refuse.
	found, err := store.Now(store.Read(w.Ctx, w.Store), func(r *store.Reads) *[]cases.Receiver { return cases.AskReceivers(r, call, w.Clock.Now()) })
	if err != nil || len(found) == 0 {
		t.Fatal(found, err)
	}
	for _, r := range found {
		if r.ID == w.Agent.ID || r.ID == gone.Staff.ID || r.ID == foreign.Staff.ID || !r.Role.May(access.WorkCases) {
			t.Errorf("%+v is listed", r)
		}
	}
	// An ID that nobody knows has no language.
	opened, err := cases.Open(w.Ctx, w.Store, w.Agent, apptest.Reference, "nobody@ocn.example")
	if err != nil {
		t.Fatal(err)
	}
	call = w.Call(w.Agent, opened.Case.ID)
	if err := offering(w.Agent, foreign.Staff.ID, ""); err != nil {
		t.Error(err)
	}
}

func TestAnOfferEnds(t *testing.T) {
	for title, c := range map[string]struct {
		end  func(w *apptest.World, call, offer int64) error
		keep bool // the call goes on and can be offered again
	}{
		"withdrawn": {func(w *apptest.World, call, _ int64) error {
			_, err := cases.WithdrawHandover(w.Ctx, w.Store, w.Agent, call)
			return err
		}, true},
		"declined": {func(w *apptest.World, _, offer int64) error {
			_, err := cases.DeclineHandover(w.Ctx, w.Store, w.Supervisor, offer)
			return err
		}, true},
		"run out": {func(w *apptest.World, _, _ int64) error { w.Clock.Add(3 * time.Minute); return nil }, true},
		"call ended": {func(w *apptest.World, call, _ int64) error {
			_, err := cases.EndCall(w.Ctx, w.Store, w.Agent, call)
			return err
		}, false},
		"another call": {func(w *apptest.World, _, _ int64) error {
			_, err := cases.StartCall(w.Ctx, w.Store, w.Agent, w.Case("m4@ocn.example").ID, cases.NewCall{Direction: "inbound", Desk: "tech", Relation: cases.Self})
			return err
		}, false},
		"agent left": {func(w *apptest.World, _, _ int64) error {
			off := true
			_, err := staff.Update(w.Ctx, w.Store, w.Administrator, w.Agent.ID, staff.Change{Disabled: &off})
			return err
		}, false},
	} {
		t.Run(title, func(t *testing.T) {
			w := world(t)
			id := w.Case("m1@ocn.example").ID
			call := w.Call(w.Agent, id, level1...)
			h := offer(t, w, w.Agent, call.ID, w.Supervisor)
			if err := c.end(w, call.ID, h.ID); err != nil {
				t.Fatal(err)
			}
			_, err := cases.AcceptHandover(w.Ctx, w.Store, w.Supervisor, h.ID, true)
			refused(t, err, "handover_over")
			_, err = cases.DeclineHandover(w.Ctx, w.Store, w.Supervisor, h.ID)
			refused(t, err, "handover_over")
			open, err := store.Now(store.Read(w.Ctx, w.Store), func(r *store.Reads) *[]cases.OfferTo {
				return cases.AskOffersTo(r, w.Supervisor.ID, w.Clock.Now())
			})
			if err != nil || len(open) != 0 {
				t.Errorf("%+v %v", open, err)
			}
			if attempts, wrong := w.ID("m1@ocn.example").Tried(w.Clock.Now()); attempts+wrong != 0 {
				t.Error("an offer counted as an attempt")
			}
			if c.keep {
				handOver(t, w, w.Agent, call.ID, w.Agent2)
			}
		})
	}
}

// Accepting never ends another call in silence, is for the one who is asked, and takes
// nothing over that somebody may have got by passing for the member.
func TestAcceptingIsRefused(t *testing.T) {
	w := world(t)
	c := w.Case("m1@ocn.example")
	call := w.Call(w.Agent, c.ID, level1...)
	h := offer(t, w, w.Agent, call.ID, w.Supervisor)
	accepting := func(by access.Actor, end bool) error {
		_, err := cases.AcceptHandover(w.Ctx, w.Store, by, h.ID, end)
		return err
	}
	refused(t, accepting(w.Agent2, false), "handover_of_another")
	refused(t, accepting(w.Agent, false), "handover_of_another")
	refused(t, accepting(w.Auditor, false), "forbidden")
	own := w.Call(w.Supervisor, w.Case("m4@ocn.example").ID, level1...)
	refused(t, accepting(w.Supervisor, false), "in_another_call")
	if callNow(t, w, own.ID).EndedAt != nil || callNow(t, w, call.ID).EndedAt != nil {
		t.Fatal("a refused acceptance ended a call")
	}
	suspect := w.Call(w.Manager, w.Case("m1@ocn.example").ID)
	if _, err := cases.Conclude(w.Ctx, w.Store, w.Manager, suspect.ID, cases.ImpostorSuspected); err != nil {
		t.Fatal(err)
	}
	// A caller verified anew while the suspicion stands is not handed over.
	fresh := w.Call(w.Agent2, c.ID, level1...)
	_, err := cases.OfferHandover(w.Ctx, w.Store, w.Agent2, fresh.ID, w.Manager.ID, "")
	refused(t, err, "impostor_suspected")
	refused(t, callNow(t, w, fresh.ID).MayHandOver(w.ID("m1@ocn.example").Standing, w.Clock.Now()), "impostor_suspected")
	// What was verified before is void: its caller is handed over as nobody verified, and
	// stays so when the suspicion ends.
	if err := accepting(w.Supervisor, true); err != nil {
		t.Fatal(err)
	}
	if _, err := cases.ClearImpostor(w.Ctx, w.Store, w.Supervisor2, c.ID, "ご本人さまと確認", nil); err != nil {
		t.Fatal(err)
	}
	refused(t, require(w, w.Supervisor, c, 1), "required")
	if callNow(t, w, own.ID).EndedAt == nil {
		t.Error("two calls are open")
	}
	// A suspect caller, of whom nothing counts as verified, is handed to a supervisor.
	if _, err := cases.Conclude(w.Ctx, w.Store, w.Manager, suspect.ID, cases.ImpostorSuspected); err != nil {
		t.Fatal(err)
	}
	if took := handOver(t, w, w.Manager, suspect.ID, w.Supervisor2); took.Level != 0 || *took.Outcome != cases.ImpostorSuspected {
		t.Errorf("%+v", took)
	}
}

// The case goes with the call where it was the first agent's and is open.
func TestTheCaseGoesAlong(t *testing.T) {
	for _, c := range []struct {
		owner func(w *apptest.World) int64
		moves bool
		done  bool
	}{
		{func(w *apptest.World) int64 { return w.Agent.ID }, true, false},
		{func(w *apptest.World) int64 { return w.Agent2.ID }, false, false},
		{func(w *apptest.World) int64 { return 0 }, false, false},
		{func(w *apptest.World) int64 { return w.Agent.ID }, false, true},
	} {
		w := world(t)
		id := w.Case("m1@ocn.example").ID
		call := w.Call(w.Agent, id, level1...)
		owner, done := c.owner(w), cases.Completed
		change := cases.Change{Assignee: &owner, Version: w.Case("m1@ocn.example").Version}
		if c.done {
			change.Status, change.Reason = &done, "ご連絡不要とのこと"
		}
		if _, err := cases.Update(w.Ctx, w.Store, w.Supervisor2, id, change); err != nil {
			t.Fatal(err)
		}
		handOver(t, w, w.Agent, call.ID, w.Supervisor)
		want := owner
		if c.moves {
			want = w.Supervisor.ID
		}
		if got := w.Number("select coalesce(assignee_id, 0) from cases where id = $1", id); got != want {
			t.Errorf("%+v: the case is %d's, want %d", c, got, want)
		}
		if s := w.Case("m1@ocn.example").Status; c.done != (s == cases.Completed) {
			t.Errorf("the case is %s", s)
		}
	}
}

// What happens is in the timeline with its reason, and in the audit trail without it.
func TestHandingOverIsTold(t *testing.T) {
	w := world(t)
	c := w.Case("m1@ocn.example")
	call := w.Call(w.Agent, c.ID, level1...)
	h := offer(t, w, w.Agent, call.ID, w.Supervisor)
	offers, err := store.Now(store.Read(w.Ctx, w.Store), func(r *store.Reads) *[]cases.OfferTo { return cases.AskOffersTo(r, w.Supervisor.ID, w.Clock.Now()) })
	if err != nil || len(offers) != 1 {
		t.Fatal(offers, err)
	}
	if note, _ := offers[0].PlainNote(w.Vault); note != "折り返しの相談のため" || offers[0].FromName.String() != w.Agent.Name || offers[0].CaseID != c.ID || offers[0].InCall {
		t.Errorf("%+v %q", offers[0], note)
	}
	accept(t, w, w.Supervisor, h.ID)
	for _, kind := range []string{cases.HandoverOffered, cases.CallHandedOver} {
		if n := w.Number("select count(*) from case_events where case_id = $1 and kind = $2", c.ID, kind); n != 1 {
			t.Errorf("%d events %s", n, kind)
		}
	}
	for _, v := range []string{cases.ToOfferHandover.Name, cases.ToAcceptHandover.Name} {
		entries, err := audit.Find(store.Read(w.Ctx, w.Store), w.Auditor, audit.Filter{Subject: c.Subject(), Limit: 100})
		if err != nil {
			t.Fatal(err)
		}
		if s := fmt.Sprint(entries); !strings.Contains(s, v) || strings.Contains(s, "折り返しの相談") {
			t.Errorf("the trail on %s: %s", v, s)
		}
	}
}

// Of two decisions about one offer at the same instant one holds.
func TestHandingOverTakesTurns(t *testing.T) {
	accepting := func(w *apptest.World, _, h int64) error {
		_, err := cases.AcceptHandover(w.Ctx, w.Store, w.Supervisor, h, false)
		return err
	}
	for title, second := range map[string]func(w *apptest.World, call, h int64) error{
		"accepted twice": accepting,
		"withdrawn": func(w *apptest.World, call, _ int64) error {
			_, err := cases.WithdrawHandover(w.Ctx, w.Store, w.Agent, call)
			return err
		},
		"ended": func(w *apptest.World, call, _ int64) error {
			_, err := cases.EndCall(w.Ctx, w.Store, w.Agent, call)
			return err
		},
	} {
		t.Run(title, func(t *testing.T) {
			w := world(t)
			c := w.Case("m1@ocn.example")
			for range 8 {
				call := w.Call(w.Agent, c.ID, level1...)
				h := offer(t, w, w.Agent, call.ID, w.Supervisor)
				won := make([]error, 2)
				var both sync.WaitGroup
				both.Go(func() { won[0] = accepting(w, call.ID, h.ID) })
				both.Go(func() { won[1] = second(w, call.ID, h.ID) })
				both.Wait()
				if (won[0] == nil) == (won[1] == nil) {
					t.Fatalf("both or neither: %v", won)
				}
				if n := w.Number("select count(*) from calls where first_id = $1", call.ID); (n == 1) != (won[0] == nil || title == "accepted twice") {
					t.Fatalf("%d calls go on, %v", n, won)
				}
				for _, open := range []access.Actor{w.Supervisor, w.Agent} {
					if now, err := cases.CurrentCall(store.Read(w.Ctx, w.Store), c.ID, open.ID); err == nil && now != nil {
						if _, err := cases.EndCall(w.Ctx, w.Store, open, now.ID); err != nil {
							t.Fatal(err)
						}
					}
				}
			}
		})
	}
}

// Two people who hand their calls to each other at the same instant have one call each.
func TestHandingOverCrosswise(t *testing.T) {
	w := world(t)
	for range 6 {
		a, b := w.Call(w.Agent, w.Case("m1@ocn.example").ID, level1...), w.Call(w.Agent2, w.Case("m4@ocn.example").ID, level1...)
		toB, toA := offer(t, w, w.Agent, a.ID, w.Agent2), offer(t, w, w.Agent2, b.ID, w.Agent)
		var both sync.WaitGroup
		won := make([]error, 2)
		both.Go(func() { _, won[0] = cases.AcceptHandover(w.Ctx, w.Store, w.Agent2, toB.ID, true) })
		both.Go(func() { _, won[1] = cases.AcceptHandover(w.Ctx, w.Store, w.Agent, toA.ID, true) })
		both.Wait()
		if (won[0] == nil) == (won[1] == nil) {
			t.Fatalf("the first ends the call that the second would take: %v", won)
		}
		if n := w.Number("select count(*) from calls where ended_at is null and agent_id in ($1, $2)", w.Agent.ID, w.Agent2.ID); n != 1 {
			t.Fatalf("%d open calls", n)
		}
	}
}

// The database refuses to move a call into another conversation.
func TestAConversationStays(t *testing.T) {
	w := world(t)
	call := w.Call(w.Agent, w.Case("m1@ocn.example").ID)
	for _, q := range []string{"update calls set first_id = id where id = $1", "delete from handovers where call_id = $1", "update handovers set to_id = from_id where call_id = $1"} {
		if _, err := w.Pool.Exec(w.Ctx, q, call.ID); err == nil {
			t.Errorf("%s is possible", q)
		}
	}
}

// An offer that runs out is told once, by whoever notices it: the program, or the agent who
// offers the call again. One that is over otherwise is not told to have run out.
func TestOffersRunOut(t *testing.T) {
	w := world(t)
	expired := func(c int64) int64 {
		return w.Number("select count(*) from case_events where kind = 'handover_expired' and actor_kind = 'system' and case_id = $1", c)
	}
	expire := func() {
		t.Helper()
		var both sync.WaitGroup
		for range 2 {
			both.Go(func() {
				if err := cases.ExpireHandovers(w.Ctx, w.Store); err != nil {
					t.Error(err)
				}
			})
		}
		both.Wait()
	}
	for name, c := range map[string]struct {
		after func(call, offer int64)
		wait  time.Duration
		told  int64
		state string
	}{
		"too early":     {nil, time.Minute, 0, cases.Offered},
		"out of time":   {nil, 4 * time.Minute, 1, cases.HandoverExpired},
		"in the moment": {nil, 3 * time.Minute, 1, cases.HandoverExpired},
		"withdrawn":     {func(call, _ int64) { must(t, second(cases.WithdrawHandover(w.Ctx, w.Store, w.Agent, call))) }, 4 * time.Minute, 0, cases.HandoverWithdrawn},
		"declined":      {func(_, id int64) { must(t, second(cases.DeclineHandover(w.Ctx, w.Store, w.Agent2, id))) }, 4 * time.Minute, 0, cases.HandoverDeclined},
		"accepted":      {func(_, id int64) { must(t, second(cases.AcceptHandover(w.Ctx, w.Store, w.Agent2, id, true))) }, 4 * time.Minute, 0, cases.HandoverAccepted},
		"ended":         {func(call, _ int64) { must(t, second(cases.EndCall(w.Ctx, w.Store, w.Agent, call))) }, 4 * time.Minute, 0, cases.HandoverWithdrawn},
		"ended later": {func(call, _ int64) {
			w.Clock.Add(5 * time.Minute)
			must(t, second(cases.EndCall(w.Ctx, w.Store, w.Agent, call)))
		}, time.Minute, 1, cases.HandoverExpired},
		"offered again": {func(call, _ int64) { w.Clock.Add(4 * time.Minute); offer(t, w, w.Agent, call, w.Agent2) }, 0, 1, cases.HandoverExpired},
	} {
		t.Run(name, func(t *testing.T) {
			call := w.Call(w.Agent, w.Case("m1@ocn.example").ID)
			before := expired(call.CaseID)
			h := offer(t, w, w.Agent, call.ID, w.Agent2)
			if c.after != nil {
				c.after(call.ID, h.ID)
			}
			w.Clock.Add(c.wait)
			expire()
			expire()
			now, err := store.Find[cases.Handover](store.Read(w.Ctx, w.Store), "id = ?", h.ID)
			if err != nil {
				t.Fatal(err)
			}
			if told := expired(call.CaseID) - before; told != c.told || now.State != c.state {
				t.Errorf("told %d times, %s", told, now.State)
			}
		})
	}
	if n := w.Number("select count(*) from handovers h where state = 'expired' and not exists (select from case_events e where e.kind = 'handover_expired' and e.data->>'handover' = h.id::text)"); n != 0 {
		t.Errorf("%d ran out untold", n)
	}
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func second[T any](_ T, err error) error { return err }
