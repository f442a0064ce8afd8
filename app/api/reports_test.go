package api_test

import (
	"testing"

	"hoten/app/apptest"
	"hoten/app/cases"
)

// The day of a desk over the API: the console's figures, with those of people for
// those who lead them.
func TestDailyReport(t *testing.T) {
	s := newSiteWithCase(t)
	agent, supervisor := s.as(s.Agent), s.as(s.Supervisor)
	call := s.Call(s.Agent, s.Case(login).ID)
	if _, err := cases.EndCall(s.Ctx, s.Store, s.Agent, call.ID); err != nil {
		t.Fatal(err)
	}
	agent.get("/reports/daily").want(200, "incident", "2014-R096", "date", "2014-07-31", "calls.#", "2", "calls.0.desk", "tech", "calls.0.inbound", "1", "calls.0.ended", "1",
		"calls.1.inbound", "0", "cases.opened", "1", "open.today", "1", "agents", "none", "notes.#", "0", "mails.#", "0")
	supervisor.get("/reports/daily?desk="+apptest.Tech).want(200, "desk", "tech", "calls.#", "1", "agents.#", "1", "agents.0.calls", "1")
	supervisor.get("/reports/daily?desk="+apptest.Point+"&date=2014-08-02").want(422, "code", "invalid", "errors.0.field", "date", "errors.0.code", "date_future")
	supervisor.get("/reports/daily?date=2014-07-26&desk="+apptest.Point).want(200, "hours.0.closed", "true", "hours.0.why", "weekend", "by_hour.#", "0", "agents.#", "0")
	for q, field := range map[string]string{"date=x": "date", "date=0000-00-00": "date", "date=99999-01-01": "date", "desk=nowhere": "desk", "desk=%00": "desk"} {
		agent.get("/reports/daily?"+q).want(422, "errors.0.field", field)
	}
	agent.get("/reports/daily?incident=none").want(422, "errors.0.field", "incident")
	if a := agent.get("/reports/daily?incident=%00"); a.status >= 500 {
		t.Errorf("a NUL: %d", a.status)
	}
}
