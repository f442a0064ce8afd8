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
	"hoten/app/store"
)

// line is one affected ID; mail and since are its registered address.
func line(i int, name, mail, since string) string {
	return fmt.Sprintf("m%d@ocn.example,%s,タカハシ ハナコ,1970-01-02,090-0000-000%d,%s,%s,1000001,東京都千代田区千代田1-2-3,N%09d,ja,100,50,2014-07-29 15:00:00\n", i, name, i, mail, since, i)
}

// world has four IDs: m1 with an old address elsewhere, m2 with the ID's own
// mailbox, m3 with an address set during the incident, m4 with an old one of a carrier.
func world(t *testing.T) *apptest.World {
	t.Helper()
	w := apptest.NewWorld(t).ByKnowledge()
	i := w.Import(apptest.AffectedHeader+line(1, "髙橋 花子", "c1@mail.example", "2008-01-01")+line(2, "高橋 花子", "m2@ocn.example", "2005-01-01")+
		line(3, "高橋 花子", "c3@mail.example", "2014-07-11")+line(4, "高橋 花子", "c4@docomo.example", "2003-04-01"), "")
	if i.Rejected != 0 {
		t.Fatalf("%+v", i)
	}
	return w
}

// level1 is what reaches level 1, and hidden with it level 2.
var level1 = []string{cases.ItemName, "高橋 花子", cases.ItemBirthDate, "1970-01-02", cases.ItemAddress, "東京都千代田区千代田1-2-3"}

func level2(i int) []string {
	return append(slices.Clone(level1), cases.ItemCustomerNumber, fmt.Sprintf("N%09d", i))
}

func refused(t *testing.T, err error, code string) {
	t.Helper()
	f, ok := fault.As(err)
	if !ok {
		t.Fatalf("got %v, want %s", err, code)
	}
	if f.Code != code && (len(f.Fields) != 1 || f.Fields[0].Code != code) {
		t.Fatalf("got %v, want %s", err, code)
	}
}

func answer(t *testing.T, w *apptest.World, call *cases.Call, item, value string) cases.Answered {
	t.Helper()
	a, err := cases.Answer(w.Ctx, w.Store, w.Agent, call.ID, item, value, false)
	if err != nil {
		t.Fatal(err)
	}
	return a
}

// require runs the check that every protected action makes.
func require(w *apptest.World, by access.Actor, c *cases.Case, level int) error {
	_, err := cases.Reveal(w.Ctx, w.Store, by, c.ID, "")
	if level < 2 && err != nil {
		return err
	}
	call, err := cases.CurrentCall(store.Read(w.Ctx, w.Store), c.ID, by.ID)
	if err == nil && (call == nil || call.Valid(w.Clock.Now()) < level) {
		err = fault.New(fault.Forbidden, "verification_required")
	}
	return err
}

func TestVerificationReachesLevelTwo(t *testing.T) {
	w := world(t)
	c := w.Case("m2@ocn.example")
	call := w.Call(w.Agent, c.ID, level1...)
	if call.Level != 1 || call.ExpiresAt == nil || !call.ExpiresAt.Equal(apptest.Start.Add(30*time.Minute)) {
		t.Fatalf("%+v", call)
	}
	w.Clock.Add(10 * time.Minute)
	a := answer(t, w, call, cases.ItemCustomerNumber, "Ｎ０００-000-002")
	if !a.Match || a.Call.Level != 2 || !a.Call.ExpiresAt.Equal(apptest.Start.Add(30*time.Minute)) {
		t.Fatalf("level 2 keeps the end of level 1: %+v", a.Call)
	}
	// What the caller said is nowhere.
	for _, table := range []string{"call_answers", "calls", "case_events", "audit_entries"} {
		var held bool
		q := fmt.Sprintf("select coalesce(bool_or(t::text like '%%花子%%' or t::text like '%%1970-01-02%%'), false) from %s t", table)
		if err := w.Pool.QueryRow(w.Ctx, q).Scan(&held); err != nil || held {
			t.Errorf("%s holds what the caller said (%v)", table, err)
		}
	}
	// It holds for this agent, this case, this call.
	if err := require(w, w.Agent, c, 2); err != nil {
		t.Fatal(err)
	}
	refused(t, require(w, w.Agent2, c, 1), "required")
	refused(t, require(w, w.Supervisor, c, 1), "required")
	refused(t, require(w, w.Agent, w.Case("m4@ocn.example"), 1), "required")
	_, err := cases.Answer(w.Ctx, w.Store, w.Agent2, call.ID, cases.ItemPhone, "090-0000-0002", false)
	refused(t, err, "call_of_another")
	// Thirty minutes from the first level, to the second.
	w.Clock.Set(apptest.Start.Add(30*time.Minute - time.Second))
	if err := require(w, w.Agent, c, 2); err != nil {
		t.Fatal(err)
	}
	w.Clock.Add(time.Second)
	refused(t, require(w, w.Agent, c, 1), "required")
	_, err = cases.Conclude(w.Ctx, w.Store, w.Agent, call.ID, cases.Verified)
	refused(t, err, "verification_over")
}

func TestVerificationEndsWithTheCall(t *testing.T) {
	w := world(t)
	c := w.Case("m2@ocn.example")
	call := w.Call(w.Agent, c.ID, level2(2)...)
	if _, err := cases.Conclude(w.Ctx, w.Store, w.Agent, call.ID, cases.Verified); err != nil {
		t.Fatal(err)
	}
	if w.Case("m2@ocn.example").VerifiedAt == nil {
		t.Error("the case does not say that its caller was verified")
	}
	if _, err := cases.EndCall(w.Ctx, w.Store, w.Agent, call.ID); err != nil {
		t.Fatal(err)
	}
	refused(t, require(w, w.Agent, c, 1), "required")
	_, err := cases.Answer(w.Ctx, w.Store, w.Agent, call.ID, cases.ItemName, "高橋 花子", false)
	refused(t, err, "call_ended")
	// A call that only begins again starts from nothing.
	if again := w.Call(w.Agent, c.ID); again.Level != 0 {
		t.Errorf("%+v", again)
	}
	refused(t, require(w, w.Agent, c, 1), "required")
}

// A wrong item does not end the attempt, the third does; two such calls close
// level 2 for the case until the next day, whoever is called.
func TestWrongAnswersLockOut(t *testing.T) {
	w := world(t)
	c := w.Case("m2@ocn.example")
	fail := func(want string) *cases.Call {
		t.Helper()
		call := w.Call(w.Agent, c.ID, append(slices.Clone(level1), cases.ItemPhone, "03-0000-0000", cases.ItemCustomerNumber, "N1")...)
		if call.Wrong != 2 || call.Outcome != nil || call.Level != 1 {
			t.Fatalf("after two wrong ones: %+v", call)
		}
		a := answer(t, w, call, cases.ItemPhone, "03-0000-0001")
		if a.Match || a.Call.Outcome == nil || *a.Call.Outcome != cases.Mismatch || a.Call.Level != 0 {
			t.Fatalf("after three: %+v", a.Call)
		}
		_, err := cases.Answer(w.Ctx, w.Store, w.Agent, call.ID, cases.ItemPhone, "090-0000-0002", false)
		refused(t, err, want)
		_, err = cases.Conclude(w.Ctx, w.Store, w.Agent, call.ID, cases.Verified)
		refused(t, err, want)
		_, err = cases.SendCode(w.Ctx, w.Store, w.Agent, call.ID)
		refused(t, err, want)
		_, err = cases.ConfirmCallback(w.Ctx, w.Store, w.Agent, call.ID)
		refused(t, err, want)
		refused(t, require(w, w.Agent, c, 1), "required")
		return call
	}
	fail("verification_over") // only this call is
	// After one failed attempt of the day another call may still succeed.
	if call := w.Call(w.Agent2, c.ID, level2(2)...); call.Level != 2 {
		t.Fatalf("%+v", call)
	}
	fail("verification_closed")
	for _, by := range []access.Actor{w.Agent, w.Agent2, w.Supervisor} {
		call := w.Call(by, c.ID, level2(2)...)
		if call.Level != 1 {
			t.Fatalf("level %d by %s on a closed case", call.Level, by.Name)
		}
		_, err := cases.SendCode(w.Ctx, w.Store, by, call.ID)
		refused(t, err, "verification_closed")
		if _, err := cases.EndCall(w.Ctx, w.Store, by, call.ID); err != nil {
			t.Fatal(err)
		}
	}
	// Another case is not concerned.
	if call := w.Call(w.Agent, w.Case("m4@ocn.example").ID, level2(4)...); call.Level != 2 {
		t.Fatalf("%+v", call)
	}
	// Only a supervisor reopens, with a reason.
	_, err := cases.ReopenVerification(w.Ctx, w.Store, w.Agent, c.ID, "本人と思う")
	refused(t, err, "forbidden")
	_, err = cases.ReopenVerification(w.Ctx, w.Store, w.Supervisor, c.ID, " ")
	refused(t, err, "required")
	if _, err := cases.ReopenVerification(w.Ctx, w.Store, w.Supervisor, c.ID, "折り返しで本人と確認"); err != nil {
		t.Fatal(err)
	}
	call := w.Call(w.Agent, c.ID, level2(2)...)
	if call.Level != 2 {
		t.Fatalf("reopened: %+v", call)
	}
	if _, err := cases.EndCall(w.Ctx, w.Store, w.Agent, call.ID); err != nil {
		t.Fatal(err)
	}
	fail("verification_over")
	fail("verification_closed")
	// 10:30 in Japan: the day ends at 15:00 UTC.
	w.Clock.Set(time.Date(2014, 7, 31, 14, 59, 59, 0, time.UTC))
	if call := w.Call(w.Agent, c.ID, level2(2)...); call.Level != 1 {
		t.Fatalf("before midnight in Japan: %+v", call)
	}
	w.Clock.Add(time.Second)
	if call := w.Call(w.Agent, c.ID, level2(2)...); call.Level != 2 {
		t.Fatalf("after midnight in Japan: %+v", call)
	}
}

// 髙 for 高 is the same name to a person, who has to say so.
func TestVariantNames(t *testing.T) {
	w := world(t)
	c := w.Case("m1@ocn.example")
	call := w.Call(w.Agent, c.ID)
	if a := answer(t, w, call, cases.ItemName, "高橋花子"); a.Match || !a.Variant || a.Call.Wrong != 0 {
		t.Fatalf("%+v %+v", a, a.Call)
	}
	if n := w.Number("select count(*) from audit_entries where action = 'call.answered' and after::text like '%variant%'"); n != 1 {
		t.Errorf("the variant that was not confirmed has %d audit entries", n)
	}

	var answers int
	if err := w.Pool.QueryRow(w.Ctx, "select count(*) from call_answers").Scan(&answers); err != nil || answers != 0 {
		t.Fatalf("%d answers kept before the agent confirmed, %v", answers, err)
	}
	a, err := cases.Answer(w.Ctx, w.Store, w.Agent, call.ID, cases.ItemName, "高橋花子", true)
	if err != nil || !a.Match || !a.Variant {
		t.Fatalf("%+v %v", a, err)
	}
	for _, same := range []string{"髙橋　花子", "タカハシハナコ", "ﾀｶﾊｼ ﾊﾅｺ", "たかはし はなこ"} {
		if a := answer(t, w, w.Call(w.Agent, c.ID), cases.ItemName, same); !a.Match || a.Variant {
			t.Errorf("%s: %+v", same, a)
		}
	}
	// Confirming does not make another name right.
	if a, err := cases.Answer(w.Ctx, w.Store, w.Agent, w.Call(w.Agent, c.ID).ID, cases.ItemName, "高島花子", true); err != nil || a.Match || a.Call.Wrong != 1 {
		t.Errorf("%+v %v", a, err)
	}
}

// Only the member, also through a relay service, or a representative whose
// documents were seen gets beyond level 1.
func TestWhoMayReachLevelTwo(t *testing.T) {
	w := world(t)
	c := w.Case("m2@ocn.example")
	level := func(relation string) int16 {
		t.Helper()
		call, err := cases.StartCall(w.Ctx, w.Store, w.Agent, c.ID, cases.NewCall{Direction: "inbound", Relation: relation})
		if err != nil {
			t.Fatal(err)
		}
		for said := range slices.Chunk(level2(2), 2) {
			call = answer(t, w, call, said[0], said[1]).Call
		}
		// Who does not get beyond level 1 is not shown the member's data on the call's account.
		_, err = cases.Reveal(w.Ctx, w.Store, w.Agent, c.ID, "")
		if shown := err == nil; shown != (call.Level == 2) {
			t.Errorf("%s at level %d: revealed %v, %v", relation, call.Level, shown, err)
		}
		return call.Level
	}
	want := map[string]int16{cases.Self: 2, cases.Relay: 2, cases.Family: 1, cases.Proxy: 1, cases.Guardian: 1, cases.Corporate: 1}
	for _, relation := range cases.Relations {
		if got := level(relation); got != want[relation] {
			t.Errorf("%s reaches %d, want %d", relation, got, want[relation])
		}
	}
	for _, relation := range []string{cases.Proxy, cases.Guardian, cases.Corporate} {
		_, err := cases.RecordRepresentative(w.Ctx, w.Store, w.Agent, c.ID, relation, "委任状を確認")
		refused(t, err, "forbidden")
		if _, err := cases.RecordRepresentative(w.Ctx, w.Store, w.Supervisor, c.ID, relation, "委任状と印鑑証明を確認"); err != nil {
			t.Fatal(err)
		}
		if got := level(relation); got != 2 {
			t.Errorf("%s with documents reaches %d", relation, got)
		}
	}
	_, err := cases.RecordRepresentative(w.Ctx, w.Store, w.Supervisor, c.ID, cases.Family, "続柄を確認")
	refused(t, err, "relation_unknown")
	if got := level(cases.Family); got != 1 {
		t.Errorf("family reaches %d", got)
	}
}

// An unknown ID, and one that is not affected, looks like wrong answers.
func TestUnknownIDAnswersAlwaysFalse(t *testing.T) {
	w := world(t)
	opened, err := cases.Open(w.Ctx, w.Store, w.Agent, apptest.Reference, "nobody@ocn.example")
	if err != nil || !opened.New {
		t.Fatalf("%+v %v", opened, err)
	}
	again, err := cases.Open(w.Ctx, w.Store, w.Agent2, apptest.Reference, " NOBODY@ocn.example")
	if err != nil || again.New || again.Case.ID != opened.Case.ID {
		t.Fatalf("%+v %v", again, err)
	}
	said := map[string][]string{cases.ItemName: {"山田 太郎", "ヤマダ タロウ"}, cases.ItemBirthDate: {"1970/1/2", "1970-01-02"}, cases.ItemPhone: {"0900000001", "1970-01-02"},
		cases.ItemCustomerNumber: {"1970/1/2", "N1"}, cases.ItemAddress: {"東京都港区1-2-3", "1-2-3 Minato"}}
	var call *cases.Call
	for i, item := range cases.Items {
		if i%3 == 0 {
			call = w.Call(w.Agent, opened.Case.ID)
		}
		for _, value := range said[item] {
			if call.Outcome != nil {
				call = w.Call(w.Agent, opened.Case.ID)
			}
			a, err := cases.Answer(w.Ctx, w.Store, w.Agent, call.ID, item, value, true)
			if err != nil || a.Match || a.Variant {
				t.Errorf("%s %q: %+v %v", item, value, a, err)
			}
			call = a.Call
		}
	}
	unlisted, err := cases.Open(w.Ctx, w.Store, w.Agent, apptest.Reference, "somebody@ocn.example")
	if err != nil {
		t.Fatal(err)
	}
	_, err = cases.SendCode(w.Ctx, w.Store, w.Agent2, w.Call(w.Agent2, unlisted.Case.ID).ID)
	refused(t, err, "no_usable_contact")
}

func TestAnswerRefuses(t *testing.T) {
	w := world(t)
	call := w.Call(w.Agent, w.Case("m1@ocn.example").ID)
	for _, c := range []struct{ item, value, code string }{
		{"password", "x", "item_unknown"}, {"login_id", "m1@ocn.example", "item_unknown"}, {"code", "123456", "item_unknown"},
		{"callback", "x", "item_unknown"}, {cases.ItemName, " ", "required"}, {cases.ItemName, strings.Repeat("x", 1001), "too_long"},
	} {
		_, err := cases.Answer(w.Ctx, w.Store, w.Agent, call.ID, c.item, c.value, false)
		refused(t, err, c.code)
	}
	_, err := cases.Answer(w.Ctx, w.Store, w.Auditor, call.ID, cases.ItemName, "x", false)
	refused(t, err, "forbidden")
	_, err = cases.Answer(w.Ctx, w.Store, w.Agent, 4711, cases.ItemName, "x", false)
	refused(t, err, "not_found")
}

// A suspicion blocks at once, whoever is verified, until a supervisor clears it.
func TestImpostorBlocks(t *testing.T) {
	w := world(t)
	c := w.Case("m1@ocn.example")
	said := level2(1)
	said[1] = "髙橋 花子"
	w.Call(w.Agent2, c.ID, said...)
	call := w.Call(w.Agent, c.ID, said...)
	if _, err := cases.Conclude(w.Ctx, w.Store, w.Agent, call.ID, cases.Verified); err != nil {
		t.Fatal(err)
	}
	if _, err := cases.Conclude(w.Ctx, w.Store, w.Agent, call.ID, cases.ImpostorSuspected); err != nil {
		t.Fatal(err)
	}
	for _, by := range []access.Actor{w.Agent, w.Agent2, w.Supervisor, w.Manager} {
		_, err := cases.Reveal(w.Ctx, w.Store, by, c.ID, "急ぎ")
		refused(t, err, "impostor_suspected")
		_, err = cases.SendCode(w.Ctx, w.Store, by, w.Call(by, c.ID).ID)
		refused(t, err, "impostor_suspected")
	}
	_, err := cases.Conclude(w.Ctx, w.Store, w.Agent, call.ID, cases.Verified)
	refused(t, err, "call_ended") // by the one that its agent took since
	_, err = cases.ClearImpostor(w.Ctx, w.Store, w.Agent, c.ID, "本人だった", nil)
	refused(t, err, "forbidden")
	if _, err := cases.ClearImpostor(w.Ctx, w.Store, w.Supervisor, c.ID, "本人だった", nil); err != nil {
		t.Fatal(err)
	}
	again := w.Call(w.Agent2, c.ID, said...)
	if _, err := cases.Reveal(w.Ctx, w.Store, w.Agent2, c.ID, ""); err != nil {
		t.Fatal(err)
	}

	// What is suspected once more in the same call blocks once more.
	for range 2 {
		if _, err := cases.Conclude(w.Ctx, w.Store, w.Agent2, again.ID, cases.ImpostorSuspected); err != nil {
			t.Fatal(err)
		}
		if w.ID("m1@ocn.example").ImpostorAt == nil {
			t.Fatal("the second suspicion was lost")
		}
		if _, err := cases.ClearImpostor(w.Ctx, w.Store, w.Supervisor, c.ID, "本人だった", nil); err != nil {
			t.Fatal(err)
		}
	}
}

// An agent talks to one person at a time: a call left open ends when its agent takes
// another, also about another case, and its verification with it. Others' go on.
func TestCallLeftOpenEnds(t *testing.T) {
	w := world(t)
	one, two := w.Case("m1@ocn.example"), w.Case("m2@ocn.example")
	said := level2(1)
	said[1] = "髙橋 花子"
	w.Call(w.Agent, one.ID, said...)
	w.Call(w.Agent2, one.ID, said...)
	var all sync.WaitGroup
	for range 8 { // eight windows at once
		all.Go(func() {
			if _, err := cases.StartCall(w.Ctx, w.Store, w.Agent, two.ID, cases.NewCall{Direction: "inbound", Relation: cases.Self}); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	if err := require(w, w.Agent, one, 1); err == nil {
		t.Errorf("verified in a call left open: %v", err)
	}
	if err := require(w, w.Agent2, one, 1); err != nil {
		t.Errorf("another agent's call: %v", err)
	}
	if n := w.Number("select count(*) from calls where agent_id = $1 and ended_at is null", w.Agent.ID); n != 1 {
		t.Errorf("%d calls of one agent go on", n)
	}
	if n := w.Number("select count(*) from case_events where kind = 'call_ended'"); n != 8 {
		t.Errorf("%d ends told", n)
	}
}

// Who is told which calls end with a new one is asked where another one goes on: the page
// was older than that call.
func TestACallThatNobodyKnewOfDoesNotEnd(t *testing.T) {
	w := world(t)
	one, two := w.Case("m1@ocn.example"), w.Case("m2@ocn.example")
	start := func(of *cases.Case, ends ...int64) error {
		_, err := cases.StartCall(w.Ctx, w.Store, w.Agent, of.ID, cases.NewCall{Direction: "inbound", Relation: cases.Self, Ends: &ends})
		return err
	}
	if err := start(one); err != nil {
		t.Fatal(err)
	}
	refused(t, start(two), "call_open")
	refused(t, start(one, two.ID), "call_open")
	if n := w.Number("select count(*) from calls where ended_at is null"); n != 1 {
		t.Errorf("%d calls go on", n)
	}
	if err := start(two, one.ID); err != nil {
		t.Error(err)
	}
}

// Who answers has the case from then on, where nobody has it.
func TestWhoAnswersGetsTheCase(t *testing.T) {
	w := world(t)
	c := w.Case("m1@ocn.example")
	w.Call(w.Agent, c.ID)
	if got := w.Case("m1@ocn.example"); got.AssigneeID == nil || *got.AssigneeID != w.Agent.ID || got.Version == c.Version {
		t.Errorf("%+v", got)
	}
	w.Call(w.Agent2, c.ID)
	if got := w.Case("m1@ocn.example"); *got.AssigneeID != w.Agent.ID {
		t.Errorf("it went to %d", *got.AssigneeID)
	}
	if n := w.Number("select count(*) from case_events where kind = 'assigned' and case_id = $1", c.ID); n != 1 {
		t.Errorf("%d times told", n)
	}
	completed := cases.Completed
	other := w.Case("m2@ocn.example")
	if _, err := cases.Update(w.Ctx, w.Store, w.Supervisor, other.ID, cases.Change{Status: &completed, Version: other.Version, Reason: "ご本人に電話済み"}); err != nil {
		t.Fatal(err)
	}
	w.Call(w.Agent, other.ID)
	if got := w.Case("m2@ocn.example"); got.AssigneeID != nil {
		t.Errorf("a completed case went to %d", *got.AssigneeID)
	}
}

// Two agents change one case: the later one is told, and overwrites nothing.
func TestStaleVersionIsAConflict(t *testing.T) {
	w := world(t)
	c := w.Case("m1@ocn.example")
	statuses := []cases.Status{cases.OnHold, cases.AwaitingCustomer, cases.InProgress}
	errs := make([]error, 8)
	var all sync.WaitGroup
	for i := range errs {
		all.Go(func() {
			_, errs[i] = cases.Update(w.Ctx, w.Store, w.Agent, c.ID, cases.Change{Status: &statuses[i%len(statuses)], Version: c.Version})
		})
	}
	all.Wait()
	won := 0
	for _, err := range errs {
		if err == nil {
			won++
			continue
		}
		refused(t, err, "conflict")
	}
	now := w.Case("m1@ocn.example")
	if won != 1 || now.Version != c.Version+1 {
		t.Fatalf("%d of 8 won, version %d after %d", won, now.Version, c.Version)
	}
	// What is the case's status already is no change.
	if _, err := cases.Update(w.Ctx, w.Store, w.Agent, c.ID, cases.Change{Status: &now.Status, Version: now.Version}); err != nil {
		t.Fatal(err)
	}
	if again := w.Case("m1@ocn.example"); again.Version != now.Version {
		t.Errorf("version %d after nothing", again.Version)
	}
	// Agents take cases and free them; giving one to another is for supervisors.
	take := func(by access.Actor, to, version int64) (*cases.Case, error) {
		return cases.Update(w.Ctx, w.Store, by, c.ID, cases.Change{Assignee: &to, Version: version})
	}
	_, err := take(w.Agent, w.Agent2.ID, now.Version)
	refused(t, err, "forbidden")
	mine, err := take(w.Agent, w.Agent.ID, now.Version)
	if err != nil {
		t.Fatal(err)
	}
	_, err = take(w.Agent, w.Agent2.ID, mine.Version)
	refused(t, err, "forbidden")
	_, err = take(w.Agent2, w.Agent2.ID, mine.Version)
	refused(t, err, "forbidden")
	_, err = take(w.Supervisor, w.Auditor.ID, mine.Version)
	refused(t, err, "assignee_unknown")
	if given, err := take(w.Supervisor, w.Agent2.ID, mine.Version); err != nil || *given.AssigneeID != w.Agent2.ID {
		t.Fatalf("%+v %v", given, err)
	}
}

// A call whose verification is over verifies nobody, and nothing in it counts as a failed
// attempt: it can end, and somebody can be suspected in it.
func TestAVerificationThatIsOverHasNoOutcome(t *testing.T) {
	w := world(t)
	c := w.Case("m1@ocn.example")
	for name, over := range map[string]func(call *cases.Call){
		"by the clock": func(*cases.Call) { w.Clock.Add(30 * time.Minute) },
		"suspicion in the call": func(call *cases.Call) {
			must(t, second(cases.Conclude(w.Ctx, w.Store, w.Agent, call.ID, cases.ImpostorSuspected)))
			must(t, second(cases.ClearImpostor(w.Ctx, w.Store, w.Supervisor, c.ID, "確認済み", nil)))
		},
		"suspicion in another call": func(*cases.Call) {
			must(t, second(cases.Conclude(w.Ctx, w.Store, w.Agent2, w.Call(w.Agent2, c.ID).ID, cases.ImpostorSuspected)))
			must(t, second(cases.ClearImpostor(w.Ctx, w.Store, w.Supervisor, c.ID, "確認済み", nil)))
		},
	} {
		t.Run(name, func(t *testing.T) {
			call := w.Call(w.Agent, c.ID, level1...)
			over(call)
			for _, o := range []string{cases.Verified, cases.Mismatch, cases.Unable} {
				_, err := cases.Conclude(w.Ctx, w.Store, w.Agent, call.ID, o)
				want := "verification_over"
				if o != cases.Verified && name == "suspicion in the call" {
					want = "already_decided"
				}
				refused(t, err, want)
			}
			_, err := cases.Answer(w.Ctx, w.Store, w.Agent, call.ID, cases.ItemPhone, "090-0000-0001", false)
			refused(t, err, "verification_over")
			_, err = cases.SendCode(w.Ctx, w.Store, w.Agent, call.ID)
			refused(t, err, "verification_over")
			now := callNow(t, w, call.ID)
			if may := now.MayConclude(w.Clock.Now()); !now.Over(w.Clock.Now()) || !slices.Equal(may, []string{cases.ImpostorSuspected}) {
				t.Errorf("the page offers %v for %+v", may, now)
			}
			if attempts, wrong := w.ID("m1@ocn.example").Tried(w.Clock.Now()); attempts+wrong != 0 {
				t.Errorf("%d failed attempts, %d wrong answers", attempts, wrong)
			}
			must(t, second(cases.EndCall(w.Ctx, w.Store, w.Agent, call.ID)))
			if again := w.Call(w.Agent, c.ID, level1...); again.Valid(w.Clock.Now()) != 1 {
				t.Errorf("another call on the same day: %+v", again)
			}
		})
	}
	// Neither does one that was concluded before, whether or not the page was loaded since.
	call := w.Call(w.Agent, c.ID, level1...)
	for range 2 {
		must(t, second(cases.Conclude(w.Ctx, w.Store, w.Agent, call.ID, cases.Verified)))
	}
	must(t, second(cases.Conclude(w.Ctx, w.Store, w.Agent2, w.Call(w.Agent2, c.ID).ID, cases.ImpostorSuspected)))
	_, err := cases.Conclude(w.Ctx, w.Store, w.Agent, call.ID, cases.Verified)
	refused(t, err, "verification_over")
	must(t, second(cases.ClearImpostor(w.Ctx, w.Store, w.Supervisor, c.ID, "確認済み", nil)))
	_, err = cases.Conclude(w.Ctx, w.Store, w.Agent, call.ID, cases.Verified)
	refused(t, err, "verification_over")
	// Within a call that goes on a mismatch counts.
	must(t, second(cases.Conclude(w.Ctx, w.Store, w.Agent, w.Call(w.Agent, c.ID, level1...).ID, cases.Mismatch)))
	if attempts, _ := w.ID("m1@ocn.example").Tried(w.Clock.Now()); attempts != 1 {
		t.Errorf("%d failed attempts", attempts)
	}
}
