package web_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"hoten/app/cases"
)

// A supervisor finds the ended calls in which somebody was verified on the page of the case,
// and takes back what was verified in one of them.
func TestDoubtingAnEndedCall(t *testing.T) {
	s := newSite(t)
	c := s.Case(login)
	const offer = "この通話の本人確認を取り消す"
	call := s.Call(s.Agent, c.ID, cases.ItemName, "山田 太郎", cases.ItemBirthDate, "1970-02-03", cases.ItemCustomerNumber, "N123456789")
	agent, supervisor, path := s.as(s.Agent), s.as(s.Supervisor), "/cases/"+c.Number()
	on := fmt.Sprintf("/calls/%d", call.ID)
	says(t, "it goes on", supervisor.get(path).body, nil, []string{offer})
	agent.get(path)
	if a := agent.post(on+"/conclude", "outcome", cases.Verified); a.status != http.StatusSeeOther {
		t.Fatal(a.status)
	}
	agent.post(on + "/end")
	says(t, "an agent", agent.get(path).body, nil, []string{offer})
	says(t, "a supervisor", supervisor.get(path).body, []string{offer, `href="` + on + `/impostor"`, s.Agent.Name}, nil)
	if a := supervisor.post(on+"/conclude", "outcome", cases.ImpostorSuspected); a.status != http.StatusSeeOther || s.Case(login).VerifiedAt != nil {
		t.Errorf("%d, verified %v", a.status, s.Case(login).VerifiedAt)
	}
	if body := supervisor.get(path).body; !strings.Contains(body, "終話した通話の本人確認を取り消し、なりすまし疑いにしました。") {
		t.Error("it is not said what was done")
	}
	if body := supervisor.get(path).body; strings.Contains(body, offer) || !strings.Contains(body, "なりすまし疑いを解除する") {
		t.Error("the page does not say that it is taken back")
	}
}
