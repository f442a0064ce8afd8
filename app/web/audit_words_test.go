package web_test

import (
	"fmt"
	"strings"
	"testing"

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
