package web_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"hoten/app/access"
	"hoten/app/cases"
	"hoten/app/reimbursements"
)

// Whoever decides about a request is led to the next one of the list, and after the last of
// them to the first that was passed over.
func TestTheNextRequestOpens(t *testing.T) {
	s, ids := waitingSite(t, 3)
	b := s.as(s.Supervisor)
	page := func(id int64) string { return fmt.Sprintf("/reimbursements/%d", id) }
	plain, flagged := ids[:3], ids[3] // what stands out comes first
	for _, step := range []struct {
		id   int64
		do   string
		form []string
		to   string
		said string
	}{
		{plain[1], "approve", nil, page(plain[2]), "を承認し、次の申請を表示しています。"},
		{plain[2], "return", []string{"reason", "確認のため"}, page(flagged), "を差し戻し、次の申請を表示しています。"},
		{flagged, "approve", nil, page(plain[0]), "を承認し、次の申請を表示しています。"},
		{plain[0], "reject", []string{"rejection", "duplicate", "reason", "重複"}, "/reimbursements", "を却下しました。判断できる申請はほかにありません。"},
	} {
		form := step.form
		if step.do == "approve" {
			r, err := reimbursements.ByID(s.DB, step.id)
			if err != nil {
				t.Fatal(err)
			}
			form = []string{"plan", fmt.Sprintf("%x", r.PlanHash)}
		}
		b.get(page(step.id))
		a := b.post(page(step.id)+"/"+step.do, form...)
		if a.status != http.StatusSeeOther || a.location != step.to {
			t.Errorf("%s %d: %d to %s, want %s", step.do, step.id, a.status, a.location, step.to)
		}
		body := b.get(step.to).body
		says(t, step.do, body, []string{fmt.Sprintf("補填申請 %d %s", step.id, step.said), `<a href="` + page(step.id) + `">`}, nil)
	}
	// The one that waits for a second approval stands below, marked.
	body := b.get("/reimbursements").body
	says(t, "the list", body, []string{"自分が承認済の申請", "自分が承認済", page(flagged)}, []string{"この状態の補填申請はありません"})
	other := s.as(s.Manager)
	says(t, "another's list", other.get("/reimbursements").body, []string{page(flagged)}, []string{"自分が承認済"})
	says(t, "all of them", b.get("/reimbursements?late=given").body, []string{page(flagged)}, nil)
}

// What comes back is on every page of whoever asked for it, with the reason and the field
// to answer it in, until it is asked for anew.
func TestReturnedComesBack(t *testing.T) {
	s, ids := waitingSite(t, 1)
	number := s.Case("w000@ocn.example").Number()
	if _, err := reimbursements.Return(s.Ctx, s.Store, s.Supervisor, ids[0], "お客さまに確認してください"); err != nil {
		t.Fatal(err)
	}
	agent, badge := s.as(s.Agent), "差し戻された申請 1件"
	says(t, "the proposer's rail", agent.get("/desks").body, []string{badge}, nil)
	says(t, "the queue", agent.get("/cases?queue=returned").body, []string{number}, nil)
	says(t, "another agent's", s.as(s.Agent2).get("/cases?queue=returned").body, nil, []string{number, badge})
	says(t, "the case", agent.get("/cases/"+number).body, []string{"差戻し " + s.Supervisor.Name, "お客さまに確認してください", `action="/cases/` + number + `/reimbursements"`, `name="note"`}, nil)
	// Found to be the member's own nothing is left to propose, until it is learned otherwise.
	finding := func(to string) {
		t.Helper()
		if _, err := reimbursements.DecideFinding(s.Ctx, s.Store, s.Supervisor, s.Case("w000@ocn.example").ID, "W0", to, "確認"); err != nil {
			t.Fatal(err)
		}
	}
	finding("own")
	says(t, "with nothing left", agent.get("/cases/"+number).body, nil, []string{badge, `action="/cases/` + number + `/reimbursements"`})
	finding("confirmed")
	says(t, "learned otherwise", agent.get("/cases/"+number).body, []string{badge}, nil)
	if a := agent.post("/cases/"+number+"/reimbursements", "note", "確認済です"); a.status != http.StatusSeeOther {
		t.Fatalf("proposed anew: %d", a.status)
	}
	says(t, "afterwards", agent.get("/desks").body, nil, []string{badge})
}

// Whoever supervises hears on every page that an impostor is suspected, while it is news;
// other roles and the case itself do not say it.
func TestSuspicionReachesSupervisors(t *testing.T) {
	s := newSite(t)
	c := s.Case(login)
	call := s.Call(s.Agent, c.ID)
	if _, err := cases.Conclude(s.Ctx, s.Store, s.Agent, call.ID, cases.ImpostorSuspected); err != nil {
		t.Fatal(err)
	}
	mark := `data-suspicion="` + c.Number() + `"`
	for _, who := range []access.Actor{s.Supervisor, s.Manager} {
		b := s.as(who)
		says(t, string(who.Role), b.get("/desks").body, []string{mark, s.Agent.Name}, nil)
		says(t, string(who.Role), b.get("/frame/handovers?back=/desks").body, []string{mark}, nil)
		says(t, "the case", b.get("/cases/"+c.Number()).body, nil, []string{mark})
		says(t, "the case, every few seconds", b.get("/frame/handovers?back=/cases/"+c.Number()).body, nil, []string{mark})
	}
	for _, who := range []access.Actor{s.Agent, s.Agent2, s.Auditor} {
		says(t, string(who.Role), s.as(who).get("/desks").body, nil, []string{mark})
	}
	s.Clock.Add(16 * time.Minute)
	says(t, "later", s.as(s.Supervisor).get("/desks").body, []string{"なりすまし疑い 1件"}, []string{mark})
}

// A supervisor who suspects in their own call is not told of it.
func TestOwnSuspicionIsNoNews(t *testing.T) {
	s := newSite(t)
	c := s.Case(login)
	call := s.Call(s.Supervisor, c.ID)
	if _, err := cases.Conclude(s.Ctx, s.Store, s.Supervisor, call.ID, cases.ImpostorSuspected); err != nil {
		t.Fatal(err)
	}
	if body := s.as(s.Supervisor).get("/desks").body; strings.Contains(body, "data-suspicion=") {
		t.Error("told of their own suspicion")
	}
}
