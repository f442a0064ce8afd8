package web_test

import (
	"fmt"
	"strings"
	"testing"

	"hoten/app/cases"
	"hoten/app/reimbursements"
)

// The audit trail says states and balances in words: a request that was posted is so, and
// its balances are amounts of their programs.
func TestTheAuditTrailSaysWhatWasPosted(t *testing.T) {
	s, ids := waitingSite(t, 1)
	if _, err := reimbursements.Approve(s.Ctx, s.Store, s.Supervisor, ids[0]); err != nil {
		t.Fatal(err)
	}
	page := strings.Join(strings.Fields(s.as(s.Auditor).get(fmt.Sprintf("/audit?subject=reimbursement:%d", ids[0])).body), " ")
	for _, want := range []string{`<span class="quiet">状態</span> <s>承認待ち</s> → <b>実行済</b>`, "残高</span> <s>–</s> → <b>ポイントーク 1 → 1ポイント、gooポイント 5,000 → 5,100ポイント", "<b>補填 gooポイント 100ポイント</b>"} {
		if !strings.Contains(page, want) {
			t.Errorf("%q is not said", want)
		}
	}
	for _, raw := range []string{"&#34;program&#34;", "[{&#34;kind", "<s>submitted", "<b>submitted"} {
		if i := strings.Index(page, raw); i >= 0 {
			t.Errorf("%q is said: %s", raw, page[max(0, i-200):min(len(page), i+300)])
		}
	}
}

// What was changed elsewhere is told in words too: who decided what of which movement, when a
// callback is due, and how a call ended.
func TestTheAuditTrailSaysWhatWasDecided(t *testing.T) {
	s := newSite(t)
	s.as(s.Supervisor).post("/cases/"+s.Case(login).Number()+"/reveal", "reason", "照会")
	c := s.Case(login)
	call, err := cases.StartCall(s.Ctx, s.Store, s.Agent, c.ID, cases.NewCall{Direction: "outbound", Relation: cases.Family})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := cases.Conclude(s.Ctx, s.Store, s.Agent, call.ID, cases.Unable); err != nil {
		t.Fatal(err)
	}
	if _, err := reimbursements.AddAdjustment(s.Ctx, s.Store, s.Manager, c.ID, "goo", 12500, "端数"); err != nil {
		t.Fatal(err)
	}
	if _, err := cases.Update(s.Ctx, s.Store, s.Supervisor, c.ID, cases.Change{Assignee: &s.Manager.ID, Version: s.Case(login).Version}); err != nil {
		t.Fatal(err)
	}
	body := s.as(s.Auditor).get("/audit").body
	for _, raw := range []string{"<b>voided", "<b>outbound", "call</span>", "level</span>"} {
		if strings.Contains(body, raw) {
			t.Errorf("%s is said raw", raw)
		}
	}
	for _, words := range []string{"続柄", "ご家族", "架電", "確認不可", "プログラム", "gooポイント", "12,500", "本人確認済の通話", "いいえ", "<b>" + s.Manager.Name + "</b>"} {
		if !strings.Contains(body, words) {
			t.Errorf("the page does not say %s", words)
		}
	}
}
