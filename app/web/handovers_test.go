package web_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"hoten/app/apptest"
	"hoten/app/cases"
	"hoten/app/store"
)

// A call is handed over by plain forms: offered on the page of the case, and accepted on
// whatever page the receiver has open.
func TestHandingOverACall(t *testing.T) {
	s := newSite(t)
	c := s.Case(login)
	path := "/cases/" + c.Number()
	call := s.Verified(s.Agent, c.ID, "name", "山田太郎", "birth_date", "1970-02-03", "customer_number", "N123456789")
	giver, receiver, third := s.as(s.Agent), s.as(s.Supervisor), s.as(s.Agent2)
	// Whoever has a page open counts as being there.
	if body := giver.get(path).body; !strings.Contains(body, s.Supervisor.Name+"（スーパーバイザー、コンソールを開いていません）") || strings.Contains(body, s.Auditor.Name) {
		t.Error("who can take the call is not listed")
	}
	if a := receiver.get("/frame/handovers"); a.status != http.StatusOK || strings.Contains(a.body, "notice") {
		t.Fatalf("%d %s", a.status, a.body)
	}
	page := giver.get(path)
	if !strings.Contains(page.body, s.Supervisor.Name+"（スーパーバイザー）") {
		t.Error("who is there is not listed")
	}
	at := fmt.Sprintf("/calls/%d/handover", call.ID)
	if a := giver.post(at, "to", "", "note", "苦情"); a.status != http.StatusUnprocessableEntity || !strings.Contains(a.body, `id="handover-to-problem"`) || !strings.Contains(a.body, "苦情") {
		t.Errorf("nobody chosen: %d", a.status)
	}
	if a := giver.post(at, "to", fmt.Sprint(s.Supervisor.ID), "note", "苦情のため"); a.status != http.StatusSeeOther {
		t.Fatalf("%d %s", a.status, a.body)
	}
	if body := giver.get(path).body; !strings.Contains(body, s.Supervisor.Name+"さんに引き継ぎを依頼中です") || !strings.Contains(body, at+"/withdraw") {
		t.Error("the first agent does not see that it waits")
	}
	for _, open := range []string{"/reimbursements", "/frame/handovers?back=/mails", path} {
		body := receiver.get(open).body
		for _, want := range []string{s.Agent.Name + "さんから通話の引き継ぎの依頼があります", "苦情のため", c.Number(), "/handovers/1/accept", "引き受ける"} {
			if !strings.Contains(body, want) {
				t.Errorf("%s lacks %s", open, want)
			}
		}
	}
	if strings.Contains(third.get("/cases").body, "/handovers/1/accept") {
		t.Error("somebody else is asked")
	}
	if a := third.post("/handovers/1/accept"); a.status != http.StatusForbidden {
		t.Errorf("somebody else accepts: %d", a.status)
	}
	// A call of the receiver's ends only where the button says so.
	opened, err := cases.Open(s.Ctx, s.Store, s.Supervisor, apptest.Reference, "other@ocn.example")
	if err != nil {
		t.Fatal(err)
	}
	own := s.Call(s.Supervisor, opened.Case.ID)
	if a := receiver.post("/handovers/1/accept"); a.status != http.StatusConflict || !strings.Contains(a.body, "今の通話を終話して引き受ける") {
		t.Errorf("%d", a.status)
	}
	if a := receiver.post("/handovers/1/accept", "end_open", "true"); a.status != http.StatusSeeOther || !strings.HasPrefix(a.location, path) {
		t.Fatalf("%d %s", a.status, a.body)
	}
	if now, err := cases.CurrentCall(store.Read(s.Ctx, s.Store), own.CaseID, s.Supervisor.ID); err != nil || now != nil {
		t.Errorf("%+v %v", now, err)
	}
	if body := receiver.get(path).body; !strings.Contains(body, "レベル2") || strings.Contains(body, "/handovers/1/accept") {
		t.Error("the receiver does not go on in the call")
	}
	if body := giver.get(path).body; strings.Contains(body, at) || !strings.Contains(body, s.Agent.Name+"さんから通話を引き継ぎ") {
		t.Error("the first agent still has the call")
	}
	if a := receiver.post("/handovers/1/decline", "back", "/mails"); a.status != http.StatusConflict {
		t.Errorf("declined after all: %d", a.status)
	}
}
