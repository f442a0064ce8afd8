package web_test

import (
	"fmt"
	"html"
	"net/http"
	"regexp"
	"strings"
	"testing"

	"hoten/app/apptest"
	"hoten/app/cases"
	"hoten/app/reimbursements"
)

var shownField = regexp.MustCompile(`name="shown" value="([^"]*)"`)

// shownOn is what the form of a step carries.
func shownOn(t testing.TB, a answer) string {
	t.Helper()
	m := shownField.FindStringSubmatch(a.body)
	if a.status != 200 || m == nil {
		t.Fatalf("no step: %d %.300s", a.status, a.body)
	}
	return html.UnescapeString(m[1])
}

// chooses sends what was chosen in a list and opens the step that follows.
func (b *browser) chooses(path string, pairs ...string) answer {
	b.t.Helper()
	a := b.post(path, pairs...)
	if a.status != http.StatusSeeOther || !strings.HasPrefix(a.location, "/steps/") {
		b.t.Fatalf("no step: %d %s %.300s", a.status, a.location, a.body)
	}
	return b.get(a.location)
}

// threeOwed is a site with three IDs that lost 100 points each, beside the member's own.
func threeOwed(t *testing.T) *site {
	s := newSite(t)
	var a, m strings.Builder
	a.WriteString(apptest.AffectedHeader)
	m.WriteString(apptest.MovementsHeader)
	for i := range 3 {
		fmt.Fprintf(&a, "w%03d@ocn.example,山田 太郎,ヤマダ タロウ,1970-02-03,,w%d@mail.example,2008-01-01,,,,ja,1,5000,2014-07-29 10:00\n", i, i)
		fmt.Fprintf(&m, "W%d,w%03d@ocn.example,2014-07-20 02:00:00,exchange,goo,,gift-code,100,,,confirmed\n", i, i)
	}
	s.Import(a.String(), m.String())
	return s
}

// What was confirmed is what is proposed: no case that came since, none that changed since,
// and each that fell out is told.
func TestProposalsForAllAreThoseThatWereShown(t *testing.T) {
	s := threeOwed(t)
	agent := s.as(s.Agent)
	step := agent.get("/incidents/" + apptest.Reference + "/reimbursements")
	says(t, "the step", step.body, []string{"補填4件（", "申請する"}, nil)
	shown := shownOn(t, step)

	completed := cases.Completed
	c := s.Case("w000@ocn.example")
	if _, err := cases.Update(s.Ctx, s.Store, s.Supervisor, c.ID, cases.Change{Status: &completed, Version: c.Version, Reason: "ご連絡済み"}); err != nil {
		t.Fatal(err)
	}
	if _, err := reimbursements.AddAdjustment(s.Ctx, s.Store, s.Manager, s.Case("w001@ocn.example").ID, "goo", 5, "端数"); err != nil {
		t.Fatal(err)
	}
	s.Import(apptest.AffectedHeader+"late@ocn.example,山田 太郎,ヤマダ タロウ,1970-02-03,,late@mail.example,2008-01-01,,,,ja,1,5000,2014-07-29 10:00\n",
		apptest.MovementsHeader+"L,late@ocn.example,2014-07-20 02:00:00,exchange,goo,,gift-code,100,,,confirmed\n")

	did := agent.post("/incidents/"+apptest.Reference+"/reimbursements", "shown", shown)
	if did.status != 303 {
		t.Fatalf("%d %s", did.status, did.body)
	}
	says(t, "the result", agent.get(did.location).body, []string{s.Case("w000@ocn.example").Number(), s.Case("w001@ocn.example").Number(), "この案件が変わりました"}, []string{s.Case("w002@ocn.example").Number()})
	for who, want := range map[string]bool{"w000": false, "w001": false, "w002": true, "late": false} {
		if c := s.Case(who + "@ocn.example"); (c.ReimbursementState != nil) != want {
			t.Errorf("%s: proposed %v", who, !want)
		}
	}
	if c := s.Case("w000@ocn.example"); c.Status != cases.Completed {
		t.Errorf("a completed case was moved: %s", c.Status)
	}
	if a := agent.post("/incidents/"+apptest.Reference+"/reimbursements", "shown", "?"); a.location != "/incidents/"+apptest.Reference+"/reimbursements" {
		t.Errorf("without what was shown: %d %s", a.status, a.location)
	}
}

// Chosen rows come before the step too, and nothing is proposed before it is confirmed.
func TestChosenCasesAreConfirmedBeforeTheyAreProposed(t *testing.T) {
	s := threeOwed(t)
	agent := s.as(s.Agent)
	one, two := s.Case("w000@ocn.example"), s.Case("w001@ocn.example")
	step := agent.chooses("/cases/reimbursements", "number", one.Number(), "number", two.Number())
	shown := shownOn(t, step)
	says(t, "the step", step.body, []string{"補填2件（"}, nil)
	if s.Case("w000@ocn.example").ReimbursementState != nil {
		t.Fatal("proposed before it was confirmed")
	}
	s.propose(s.Agent2, "w000@ocn.example")
	did := agent.post("/cases/reimbursements", "shown", shown)
	says(t, "the result", agent.get(did.location).body, []string{one.Number()}, []string{two.Number()})
	if s.Case("w001@ocn.example").ReimbursementState == nil {
		t.Error("the other was not proposed")
	}
	if a := agent.post("/cases/reimbursements"); a.status != 409 {
		t.Errorf("nothing chosen: %d", a.status)
	}
}

// Notices go to those that were shown, by mail only where that was said.
func TestNoticesGoToThoseThatWereShown(t *testing.T) {
	s := threeOwed(t)
	manager := s.as(s.Manager)
	at := "/incidents/" + apptest.Reference + "/notices"
	step := manager.get(at)
	says(t, "the step", step.body, []string{"件に利用制限のお知らせを送る", "使えるメールアドレスのない案件は"}, nil)
	shown := shownOn(t, step)
	moved := cases.InProgress
	c := s.Case("w000@ocn.example")
	if _, err := cases.Update(s.Ctx, s.Store, s.Agent, c.ID, cases.Change{Status: &moved, Version: c.Version}); err != nil {
		t.Fatal(err)
	}
	s.Import(apptest.AffectedHeader+"late@ocn.example,山田 太郎,ヤマダ タロウ,1970-02-03,,late@mail.example,2008-01-01,,,,ja,1,5000,2014-07-29 10:00\n", "")
	did := manager.post(at, "shown", shown)
	says(t, "the result", manager.get(did.location).body, []string{c.Number()}, []string{s.Case("w001@ocn.example").Number()})
	for who, want := range map[string]int{"w000": 0, "w001": 1, "w002": 1, "late": 0} {
		if n := s.count("select count(*) from mails where case_id = $1 and kind = 'restriction_notice'", s.Case(who+"@ocn.example").ID); n != want {
			t.Errorf("%s: %d mails", who, n)
		}
	}
	if a := s.as(s.Agent).get(at); a.status != 403 {
		t.Errorf("an agent: %d", a.status)
	}
}

// A suspicion is a step away: what was done on the caller's word, and what follows.
func TestSuspicionAsksFirst(t *testing.T) {
	s := newSite(t)
	agent, number := s.as(s.Agent), s.Case(login).Number()
	if a := agent.post("/cases/"+number+"/calls", "direction", "inbound", "relation", "self"); a.status != 303 {
		t.Fatalf("%d %s", a.status, a.body)
	}
	says(t, "the call", agent.get("/cases/"+number).body, []string{`href="/calls/1/impostor"`}, []string{`value="impostor_suspected"`})
	step := agent.get("/calls/1/impostor")
	says(t, "the step", step.body, []string{number, "受電", "なりすまし疑いとして記録する", `action="/calls/1/conclude"`}, nil)
	if a := agent.post("/calls/1/conclude", "outcome", "impostor_suspected"); a.status != 303 {
		t.Fatalf("%d %s", a.status, a.body)
	}
	if n := s.count("select count(*) from identities where impostor_at is not null"); n != 1 {
		t.Errorf("%d suspected", n)
	}
	if a := agent.get("/calls/1/impostor"); a.status != 303 || a.location != "/cases/"+number {
		t.Errorf("said already: %d %s", a.status, a.location)
	}
}

// Who sees the step has opened the case, and may suspect the caller.
func TestSuspicionIsForWhoeverMayRecordIt(t *testing.T) {
	s := newSite(t)
	s.Call(s.Agent, s.Case(login).ID)
	if a := s.as(s.Agent2).get("/calls/1/impostor"); a.status != 403 || !strings.Contains(a.body, "ほかの担当者の通話です") || !strings.Contains(a.body, "この操作ができるのは、スーパーバイザー") {
		t.Errorf("another agent: %d %s", a.status, a.body)
	}
	const views = "select count(*) from audit_entries where action = 'case.viewed'"
	before := s.count(views)
	if a := s.as(s.Supervisor).get("/calls/1/impostor"); a.status != 200 || s.count(views) != before+1 {
		t.Errorf("a supervisor: %d, %d views after %d", a.status, s.count(views), before)
	}
}

// An impostor is found out late, too: the step stays in reach beside any outcome.
func TestSuspicionStaysInReach(t *testing.T) {
	for outcome, shown := range map[string][]string{"verified": {"○"}, "mismatch": {"不一致"}, "unable": {"確認不可"}} {
		t.Run(outcome, func(t *testing.T) {
			s := newSite(t)
			call := s.Call(s.Agent, s.Case(login).ID, cases.ItemName, "山田 太郎", cases.ItemBirthDate, "1970-02-03", cases.ItemCustomerNumber, "N123456789")
			agent := s.as(s.Agent)
			if _, err := cases.Conclude(s.Ctx, s.Store, s.Agent, call.ID, outcome); err != nil {
				t.Fatal(err)
			}
			page := func() string { return agent.get("/cases/" + s.Case(login).Number()).body }
			says(t, "the call", page(), append(shown, `href="/calls/1/impostor"`), nil)
			if _, err := cases.Conclude(s.Ctx, s.Store, s.Agent, call.ID, cases.ImpostorSuspected); err != nil {
				t.Fatal(err)
			}
			says(t, "suspected", page(), nil, []string{`href="/calls/1/impostor"`})
		})
	}
	s := newSite(t)
	const wrong = "鈴木 花子"
	s.Call(s.Agent, s.Case(login).ID, cases.ItemName, wrong, cases.ItemName, wrong, cases.ItemName, wrong)
	says(t, "three wrong answers", s.as(s.Agent).get("/cases/"+s.Case(login).Number()).body, []string{"新しい通話で確認を続けず", `href="/calls/1/impostor"`}, nil)
}

// The step before a batch of approvals sums what is put back now; what waits for another
// approval has rows of its own, and so have adjustments. A colleague's step and a longer
// selection are not confirmed.
func TestStepBeforeApprovalsSumsWhatMoves(t *testing.T) {
	s, ids := waitingSite(t, 2)
	b, colleague := s.as(s.Supervisor), s.as(s.Supervisor2)
	for _, id := range ids {
		b.get(fmt.Sprintf("/reimbursements/%d", id))
		colleague.get(fmt.Sprintf("/reimbursements/%d", id))
	}
	step := b.chooses("/reimbursements/approve", append(chosen(ids...), "once", "x")...)
	says(t, "the step", step.body, []string{"うち2件を実行", "もう1人の承認待ち）</th>", "調整</th>", `name="shown"`}, nil)
	csv := b.get("/reimbursements.csv").body
	says(t, "the file", csv, []string{"調整"}, nil)
	before := s.count("select count(*) from approvals")
	for name, form := range map[string][]string{
		"no step":         append(chosen(ids...), "once", "y", "confirmed", "true"),
		"a longer one":    append(chosen(ids...), "once", "y", "shown", ""),
		"of a colleague":  {"once", "y", "shown", shownOn(t, colleague.chooses("/reimbursements/approve", append(chosen(ids...), "once", "y")...))},
		"of another kind": {"once", "y", "shown", cases.PackShown(s.Vault, s.Supervisor, "proposals", []cases.AsShown{{ID: ids[0], Mark: 1}})},
	} {
		b.post("/reimbursements/approve", form...)
		if n := s.count("select count(*) from jobs"); n != 0 {
			t.Fatalf("%s began a batch", name)
		}
	}
	// One request is approved as its page showed it.
	at := fmt.Sprintf("/reimbursements/%d/approve", ids[0])
	for _, plan := range []string{"", "00"} {
		if a := b.post(at, "plan", plan); a.status != 409 || s.count("select count(*) from approvals") != before {
			t.Errorf("plan %q: %d", plan, a.status)
		}
	}
	did := b.post("/reimbursements/approve", "once", "x", "shown", shownOn(t, step))
	s.Work()
	if n := s.count("select count(*) from approvals"); did.status != 303 || n != len(ids) {
		t.Errorf("%d, %d approvals", did.status, n)
	}
}

// What stands out says what it was measured against, and the step counts it, and the members
// whom a letter is to tell.
func TestStepBeforeApprovalsCountsFlagsAndLetters(t *testing.T) {
	s := newSite(t)
	s.Import(apptest.AffectedHeader+"high@ocn.example,山田 太郎,ヤマダ タロウ,1970-02-03,,h@mail.example,2008-01-01,,,,ja,1,5000,2014-07-29 10:00\n"+
		"letter@ocn.example,山田 太郎,ヤマダ タロウ,1970-02-03,,,,,,,ja,1,5000,2014-07-29 10:00\n",
		apptest.MovementsHeader+"H1,high@ocn.example,2014-07-20 02:00:00,exchange,goo,,gift-code,3000,,,confirmed\nL1,letter@ocn.example,2014-07-20 02:00:00,exchange,goo,,gift-code,100,,,confirmed\n")
	ids := []int64{s.propose(s.Agent, "high@ocn.example"), s.propose(s.Agent, "letter@ocn.example")}
	b := s.as(s.Supervisor)
	says(t, "the list", b.get("/reimbursements").body, []string{"高額（2,500ポイント超）", "高額とみなす金額（gooポイント 2,500ポイント）を超えています"}, nil)
	says(t, "the request", b.get(fmt.Sprintf("/reimbursements/%d", ids[0])).body, []string{"高額（2,500ポイント超）"}, []string{"中央値"})
	b.post("/language", "language", "en")
	says(t, "in English", b.get("/reimbursements?flag=unusual_amount").body, []string{"High (over 2,500 points)"}, []string{"letter@ocn.example"})
	b.post("/language", "language", "ja")
	step := b.chooses("/reimbursements/approve", append(chosen(ids...), "once", "x")...)
	for _, figure := range []string{"うちお知らせが郵送になる", "高額"} {
		if !regexp.MustCompile(`(?s)<dt>` + figure + `</dt>\s*<dd>\s*<span class="value">1件</span>`).MatchString(step.body) {
			t.Errorf("%s is not counted", figure)
		}
	}
	b.post("/reimbursements/approve", "once", "x", "shown", shownOn(t, step))
	s.Work()
	if n := s.count("select count(*) from cases where letter_about <> 0"); n != 1 {
		t.Errorf("%d letters are due", n)
	}
}

// A step without a cost names what moves.
func TestStepWithoutCostNamesWhatMoves(t *testing.T) {
	s := newSite(t)
	s.Import(apptest.AffectedHeader+"r@ocn.example,山田 太郎,ヤマダ タロウ,1970-02-03,,r@mail.example,2008-01-01,,,,ja,1,5000,2014-07-29 10:00\n",
		apptest.MovementsHeader+"R1,r@ocn.example,2014-07-20 02:00:00,transfer,pointtalk,goo,,200,40,,confirmed\n")
	step := s.as(s.Agent).chooses("/cases/reimbursements", "number", s.Case("r@ocn.example").Number())
	says(t, "the step", step.body, []string{"補填1件（移行の戻し：", "+200", "−40"}, nil)
}

var proposeAllCount = regexp.MustCompile(`id="propose-all-button"[^>]*>補填([0-9,]+)件を一括申請する`)

// The button of an incident counts what its step would propose: not an ID of which a request
// waits in another incident, nor what the rules refuse, and nothing once all was proposed.
func TestProposeButtonCountsWhatItsStepProposes(t *testing.T) {
	s := threeOwed(t)
	s.secondIncident()
	agent := s.as(s.Agent)
	counts := func(when string, want string) {
		t.Helper()
		got := ""
		if m := proposeAllCount.FindStringSubmatch(agent.get("/incidents/" + apptest.Reference).body); m != nil {
			got = m[1]
		}
		if got != want {
			t.Errorf("%s: the button says %q, want %q", when, got, want)
		}
	}
	counts("at first", "4")
	s.ImportInto(secondIncident, apptest.AffectedHeader+"w000@ocn.example,山田 太郎,ヤマダ タロウ,1970-02-03,,w0@mail.example,2008-01-01,,,,ja,,,\n",
		apptest.MovementsHeader+"Q1,w000@ocn.example,2014-07-21 02:00:00,exchange,goo,,gift-code,7,,,confirmed\n")
	other := s.count("select id from cases where incident_id = (select id from incidents where reference = $1)", secondIncident)
	if _, err := reimbursements.Propose(s.Ctx, s.Store, s.Agent2, int64(other), ""); err != nil {
		t.Fatal(err)
	}
	counts("one waits in another incident", "3")
	at := "/incidents/" + apptest.Reference + "/reimbursements"
	agent.post(at, "shown", shownOn(t, agent.get(at)))
	counts("after the act", "")
}

// The step of a suspicion names the other cases of the ID, what waits in them, and what the
// caller answered.
func TestSuspicionNamesAllCasesOfTheID(t *testing.T) {
	s := newSite(t)
	const who = "two@ocn.example"
	line := who + ",山田 太郎,ヤマダ タロウ,1970-02-03,,b@mail.example,2008-01-01,,,N77,ja,"
	s.Import(apptest.AffectedHeader+line+"10,5000,2014-07-29 10:00\n", "")
	c := s.Case(who)
	s.secondIncident()
	s.ImportInto(secondIncident, apptest.AffectedHeader+line+",,\n", apptest.MovementsHeader+"P2,"+who+",2014-07-20 03:00:00,exchange,goo,,gift-code,20,,,confirmed\n")
	other := cases.Number(int64(s.count("select id from cases where identity_id = $1 and id <> $2", c.IdentityID, c.ID)))
	id, _ := cases.ParseNumber(other)
	if _, err := reimbursements.Propose(s.Ctx, s.Store, s.Agent2, id, ""); err != nil {
		t.Fatal(err)
	}
	call := s.Call(s.Agent, c.ID, "name", "山田 太郎", "birth_date", "1980-01-01")
	step := s.as(s.Agent).get(fmt.Sprintf("/calls/%d/impostor", call.ID)).body
	says(t, "the step", step, []string{other, "補填申請あり", "（2案件）", "○ 1件、× 1件"}, nil)
}
