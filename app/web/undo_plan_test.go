package web_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"hoten/app/points"
)

// A request that a point system refused is undone from its page by whoever may propose, decided
// as any other but for the rejection, and each of the two leads to the other.
func TestARequestIsUndoneOnItsPage(t *testing.T) {
	s := newSite(t)
	y := s.ConnectPoints(t, []string{"pointtalk"})
	y.Refuse(func(string, string, int64) string { return points.AccountClosed })
	agent, other, supervisor := s.as(s.Agent), s.as(s.Agent2), s.as(s.Supervisor)
	id := s.propose(s.Agent, login)
	at := fmt.Sprint("/reimbursements/", id)
	if a := supervisor.post(at+"/approve", "plan", planOf(supervisor.get(at).body)); a.status != 303 {
		t.Fatalf("%d %s", a.status, a.body)
	}
	undo := `action="` + at + `/undo"`
	says(t, "while it is sent", agent.get(at).body, nil, []string{undo})
	if a := agent.post(at+"/undo", "reason", "口座が閉鎖されている"); a.status != 409 || !strings.Contains(a.body, "拒否された付与・減算がない") {
		t.Errorf("undone before anything was refused: %d", a.status)
	}
	s.SendLegs(t)
	says(t, "refused", agent.get(at).body, []string{undo, "取消を申請する"}, nil)
	says(t, "the case of what was refused", agent.get("/cases/"+s.Case(login).Number()).body, []string{"ポイント基盤で処理中"}, []string{"補填済"})
	if a := agent.post(at + "/undo"); a.status != 422 || !strings.Contains(a.body, undo) {
		t.Errorf("without a reason: %d", a.status)
	}
	s.Clock.Add(time.Second)
	a := agent.post(at+"/undo", "reason", "口座が閉鎖されている")
	if a.status != 303 {
		t.Fatalf("%d %s", a.status, a.body)
	}
	its, caseAt := a.location, "/cases/"+s.Case(login).Number()
	says(t, "the new request", agent.get(its).body, []string{"取消を申請しました。", `href="` + at + `"`, "/withdraw"}, []string{"/approve"})
	says(t, "what it undoes", other.get(at).body, []string{"取消を申請中です。", `href="` + its + `"`}, []string{undo})
	says(t, "the queue of what waits", supervisor.get("/cases?queue=approval").body, []string{caseAt}, nil)
	says(t, "the case", other.get(caseAt).body, []string{"取消を申請中です。", `href="` + its + `"`}, nil)
	shown := supervisor.get(its).body
	says(t, "to who decides", shown, []string{its + "/approve", its + "/return", "承認済みの申請を取り消す申請です。", "口座が閉鎖されている"}, []string{its + "/reject"})
	if a := supervisor.post(its+"/reject", "rejection", "own_use", "reason", "x"); a.status != 409 || !strings.Contains(a.body, "差し戻してください") {
		t.Errorf("rejected: %d", a.status)
	}
	if a := supervisor.post(its+"/approve", "plan", planOf(shown)); a.status != 303 {
		t.Fatalf("%d %s", a.status, a.body)
	}
	says(t, "undone", agent.get(at).body, []string{"取消済みです。", `href="` + its + `"`}, []string{undo})
	says(t, "the case then", agent.get(caseAt).body, []string{"取消済みです。", `action="` + caseAt + `/reimbursements"`,
		"補填の取消を申請", "補填の取消を承認", "承認済みの補填を取消"}, nil)
	says(t, "what was posted", agent.get("/reimbursements?state=posted").body, []string{`href="` + its + `"`, "取消"}, nil)
	says(t, "the queue then", supervisor.get("/cases?queue=approval").body, nil, []string{caseAt})
	says(t, "what was returned", agent.get("/reimbursements?state=returned").body, []string{`href="` + at + `"`, "承認後に取消"}, nil)
	says(t, "its page", agent.get(at).body, []string{"承認後に取消"}, []string{"差戻し"})
	if n := len(y.Done()); n != 0 {
		t.Errorf("%d movements were done outside", n)
	}
}
