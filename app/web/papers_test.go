package web_test

import (
	"fmt"
	"net/http"
	"testing"

	"hoten/app/cases"
)

// The page of a case lists the papers of representatives; a supervisor withdraws those that
// prove false, for a reason, and they stay there.
func TestWithdrawingPapers(t *testing.T) {
	s := newSite(t)
	c := s.Case(login)
	// Before there are any, a page that is open has the places where they come in: the list,
	// and in a call what it says of them.
	call := s.Call(s.Agent, c.ID)
	s.Number("with u as (update calls set relation = 'guardian' where id = $1 returning 1) select count(*) from u", call.ID)
	const place, fresh = `<section data-part="papers" hidden></section>`, `<div data-fresh="papers"><p class="help">`
	says(t, "before", s.as(s.Agent).get("/cases/"+c.Number()).body, []string{place, fresh}, nil)
	if _, err := cases.RecordRepresentative(s.Ctx, s.Store, s.Supervisor, c.ID, cases.Guardian, "戸籍謄本を確認"); err != nil {
		t.Fatal(err)
	}
	const panel, offer = "代理の書類</h2>", "書類の記録を取り消す"
	agent, supervisor, path := s.as(s.Agent), s.as(s.Supervisor), "/cases/"+c.Number()
	withdraw := path + fmt.Sprintf("/representatives/%d/withdraw", s.Number("select id from representatives"))
	says(t, "an agent", agent.get(path).body, []string{panel, "法定代理人", `data-part="papers" aria-labelledby`, `<div data-fresh="papers"></div>`}, []string{offer, place, fresh})
	says(t, "a supervisor", supervisor.get(path).body, []string{panel, offer, `action="` + withdraw + `"`}, nil)
	if a := supervisor.post(withdraw, "reason", ""); a.status != http.StatusUnprocessableEntity {
		t.Errorf("without a reason: %d", a.status)
	}
	if a := supervisor.post(withdraw, "reason", "書類が偽造と判明"); a.status != http.StatusSeeOther {
		t.Errorf("withdrawn: %d", a.status)
	}
	says(t, "afterwards", supervisor.get(path).body, []string{panel, "法定代理人", " 取消</span>", "書類が偽造と判明", "代理の書類の記録を取消（法定代理人）"}, []string{offer})
}
