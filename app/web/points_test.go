package web_test

import (
	"strings"
	"testing"

	"hoten/app/apptest"
	"hoten/app/cases"
)

// A supervisor adds an ID with what it has, and decides about a possible double; an agent
// sees why nothing can be proposed, and neither form.
func TestPointsOfACaseInTheConsole(t *testing.T) {
	s := newSite(t)
	agent, supervisor := s.as(s.Agent), s.as(s.Supervisor)
	opened, err := cases.Open(s.Ctx, s.Store, s.Agent, apptest.Reference, "new@ocn.example")
	if err != nil {
		t.Fatal(err)
	}
	at := "/cases/" + opened.Case.Number()
	for _, field := range []string{"balance_pointtalk", "balance_goo"} {
		if !strings.Contains(supervisor.get(at).body, `name="`+field+`"`) || strings.Contains(agent.get(at).body, `name="`+field+`"`) {
			t.Errorf("who is asked for %s", field)
		}
	}
	for _, wrong := range []string{"x", "-1", "1.5"} {
		if a := supervisor.post(at+"/add-to-incident", "reason", "追加申告", "balance_pointtalk", "0", "balance_goo", wrong); a.status != 422 {
			t.Errorf("%q: %d", wrong, a.status)
		}
	}
	if a := supervisor.post(at+"/add-to-incident", "reason", "追加申告", "balance_pointtalk", "", "balance_goo", "１,２００"); a.status != 303 {
		t.Fatalf("%d %s", a.status, a.body)
	}
	if n := s.count("select count(*) from accounts where identity_id = $1 and balance = case when assumed then 0 else 1200 end", opened.Case.IdentityID); n != 2 {
		t.Errorf("%d accounts", n)
	}

	twice := "new@ocn.example,2014-07-20 03:00,exchange,goo,,x,80,,,suspected\n"
	s.Import("", apptest.MovementsHeader+"N1,"+twice+"N2,"+twice)
	if page := agent.get(at).body; !strings.Contains(page, "二重の疑い") || strings.Contains(page, at+"/doubles") {
		t.Error("what an agent sees of a possible double")
	}
	if a := agent.post(at+"/reimbursements", "note", ""); a.status != 409 {
		t.Errorf("proposed: %d", a.status)
	}
	if page := supervisor.get(at).body; !strings.Contains(page, at+"/doubles") || !strings.Contains(page, "N2") {
		t.Error("a supervisor is not asked to decide")
	}
	if a := supervisor.get("/cases?queue=double"); a.status != 200 || !strings.Contains(a.body, opened.Case.Number()) {
		t.Error("the queue does not name the case")
	}
	if a := supervisor.post(at+"/doubles", "movement_id", "N2", "decision", "double", "reason", "取引記録を確認"); a.status != 303 {
		t.Errorf("decided: %d %s", a.status, a.body)
	}
	if a := agent.post(at+"/reimbursements", "note", ""); a.status != 303 {
		t.Errorf("proposed: %d", a.status)
	}
	if page := agent.get(at).body; !strings.Contains(page, "N2 の二重を判断：二重") {
		t.Error("the timeline does not tell the decision")
	}
}
