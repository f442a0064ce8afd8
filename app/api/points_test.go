package api_test

import (
	"fmt"
	"strings"
	"testing"

	"hoten/app/apptest"
	"hoten/app/directories"
	"hoten/app/outside"
	"hoten/app/points"
)

// What keeps points from being settled is told by the case, its plan and the figures:
// a balance that is missing, a possible double, a cancellation that comes after posting.
func TestPointsOpenAreTold(t *testing.T) {
	s := newSite(t)
	agent, supervisor := s.as(s.Agent), s.as(s.Supervisor)
	s.Import("login_id,name,balance_pointtalk,balance_goo\na@ocn.example,山田,100,\n", apptest.MovementsHeader+
		"A1,a@ocn.example,2014-07-20 03:00,transfer,pointtalk,goo,,500,100,,confirmed\nA2,a@ocn.example,2014-07-20 04:00,exchange,goo,,x,80,,,confirmed\n")
	path := "/cases/" + s.Case("a@ocn.example").Number()
	agent.get(path).want(200, "points_open.#", "1", "points_open.0", "balance_missing")
	agent.get(path+"/plan").want(200, "lines.#", "0", "missing_balances.0", "goo", "balances.pointtalk.final", "100", "class", "C")
	agent.post(path+"/reimbursements", j{}).want(409, "code", "balance_unknown", "with.programs", "goo")
	agent.get("/incidents/"+apptest.Reference).want(200, "figures.points_open.balance_missing", "1", "figures.with_plan", "1", "figures.balance_unknown", "1", "figures.unproposed", "0")

	s.Import("login_id,balance_goo\na@ocn.example,70\n", "")
	agent.get(path+"/plan").want(200, "lines.#", "2", "missing_balances.#", "0", "corrects", "false", "balances.goo.final", "50")
	s.Import("", apptest.MovementsHeader+"A3,a@ocn.example,2014-07-20 04:00,exchange,goo,,y,80,,,suspected\n")
	agent.get(path+"/plan").want(200, "doubles.#", "2", "doubles.0", "A2", "doubles.1", "A3")
	agent.post(path+"/reimbursements", j{}).want(409, "code", "double_undecided")
	agent.post(path+"/doubles", j{"movement_id": "A3", "decision": "double", "reason": "調査"}).want(403, "code", "forbidden")
	supervisor.post(path+"/doubles", j{"movement_id": "A3", "decision": "double"}).want(422)
	supervisor.post(path+"/doubles", j{"movement_id": "A1", "decision": "double", "reason": "調査"}).want(409, "code", "not_double")
	supervisor.post(path+"/doubles", j{"movement_id": "A3", "decision": "double", "reason": "調査"}).want(200, "movement_id", "A3", "decision", "double")
	id := agent.post(path+"/reimbursements", j{}).want(201).at("id")
	supervisor.post("/reimbursements/"+id+"/approve", nil).want(200, "state", "posted")
	agent.get(path).want(200, "points_open.#", "0")

	s.Import("", apptest.MovementsHeader+"A4,a@ocn.example,2014-08-01 04:00,cancel,,goo,,30,,A2,none\n")
	agent.get(path).want(200, "points_open.0", "correction")
	agent.get(path+"/plan").want(200, "corrects", "true", "lines.0.kind", "reimburse", "lines.0.program", "goo", "lines.0.points", "-30", "balances.goo.final", "50")
	agent.get("/incidents/"+apptest.Reference).want(200, "figures.points_open.correction", "1", "figures.unproposed", "1")
	supervisor.post(path+"/findings", j{"movement_id": "A1", "finding": "own", "reason": "本人と確認"}).want(200)
	agent.get(path+"/plan").want(200, "lines.#", "2", "totals.rollback.pointtalk", "-500", "totals.rollback.goo", "-100", "totals.reimburse.goo", "-30")
}

// What the identity system of an ID has not confirmed is told with the case.
func TestOrdersOfIdentitySystemsAreTold(t *testing.T) {
	s := newSite(t)
	s.Import("login_id,name\na@ocn.example,山田\n", "")
	path := "/cases/" + s.Case("a@ocn.example").Number()
	agent := s.as(s.Agent)
	agent.get(path).want(200, "identity_orders.#", "none")
	d := s.Connect(t)
	agent.get(path).want(200, "identity_orders.#", "1", "identity_orders.0.act", "restrict", "identity_orders.0.state", "waiting")
	d.Answer = func(directories.Request) error { return &outside.Refused{Code: outside.UnknownID} }
	if err := directories.Send(s.Ctx, s.Store); err != nil {
		t.Fatal(err)
	}
	agent.get(path).want(200, "identity_orders.0.state", "refused", "identity_orders.0.code", "unknown_id")
}

// What a plan moves in a point system outside is told with the request, and what that refused is
// undone.
func TestLegsAndUndo(t *testing.T) {
	s := newSite(t)
	s.Import("login_id,name,balance_pointtalk,balance_goo\na@ocn.example,山田,0,600\n", apptest.MovementsHeader+"A1,a@ocn.example,2014-07-20 03:00,transfer,pointtalk,goo,,500,100,,confirmed\n")
	y := s.ConnectPoints(t, []string{"goo", "pointtalk"})
	y.Refuse(func(_, program string, _ int64) string {
		return map[string]string{"goo": points.AccountClosed}[program]
	})
	agent, supervisor := s.as(s.Agent), s.as(s.Supervisor)
	id := agent.post("/cases/"+s.Case("a@ocn.example").Number()+"/reimbursements", j{}).want(201, "legs.#", "none").at("id")
	path := "/reimbursements/" + id
	done := supervisor.post(path+"/approve", nil).want(200, "state", "approved", "legs.#", "2", "legs.0.state", "waiting").at("legs.0.key")
	agent.post(path+"/undo", j{"reason": "誤り"}).want(409, "code", "undo_not_refused")
	s.SendLegs(t)
	shown := agent.get(path).want(200, "state", "approved", "legs.#", "2")
	for i, want := range []string{"pointtalk 500 done ", "goo -100 refused account_closed"} {
		at := func(key string) string { return shown.at(fmt.Sprintf("legs.%d.%s", i, key)) }
		if got := strings.Join([]string{at("program"), at("points"), at("state"), strings.TrimPrefix(at("code"), "none")}, " "); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
	agent.post(path+"/undo", j{}).want(422)
	undo := agent.post(path+"/undo", j{"reason": "口座が閉鎖されている"}).want(201, "state", "submitted", "undoes", id, "lines.0.points", "-500").at("id")
	agent.post(path+"/undo", j{"reason": "もう一度"}).want(409, "code", "proposal_pending", "with.id", undo)
	supervisor.post("/reimbursements/"+undo+"/reject", j{"reason": "own_use"}).want(409, "code", "undo_not_rejected")
	back := supervisor.post("/reimbursements/"+undo+"/approve", nil).want(200, "state", "approved", "legs.#", "1").at("legs.0.key")
	if done == "none" || back == "none" || done == back {
		t.Errorf("%s is taken back under %s", done, back)
	}
	s.SendLegs(t)
	agent.get("/reimbursements/"+undo).want(200, "state", "posted")
	agent.get(path).want(200, "state", "returned", "undone_by", undo, "legs.1.state", "dropped")
}
