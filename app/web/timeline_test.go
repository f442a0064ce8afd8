package web_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"hoten/app/apptest"
)

// The timeline says to whom a case was given. Events of earlier releases do not know.
func TestTimelineSaysWhoGotTheCase(t *testing.T) {
	s := newSite(t)
	page := "/cases/" + s.Case(login).Number()
	b := s.as(s.Supervisor)
	give := func(to string) {
		t.Helper()
		if a := b.post(page, "version", fmt.Sprint(s.Case(login).Version), "status", string(s.Case(login).Status), "assignee", to); a.status != http.StatusSeeOther {
			t.Fatalf("to %q: %d %s", to, a.status, a.body)
		}
	}
	give(fmt.Sprint(s.Agent.ID))
	give("")
	for _, in := range []struct {
		language string
		said     []string
	}{{"ja", []string{"担当を" + s.Agent.Name + "に変更", "担当を「担当なし」に変更"}}, {"en", []string{"Assignee changed to ", "Assignee removed"}}} {
		b.post("/language", "language", in.language)
		body := b.get(page).body
		for _, text := range in.said {
			if !strings.Contains(body, text) {
				t.Errorf("%s: the timeline does not say %q", in.language, text)
			}
		}
	}
	apptest.AsOwner(t, s.Store, "update case_events set data = data - 'to' where kind = 'assigned'")
	if body := b.get(page).body; strings.Count(body, "Assignee changed") != 2 || strings.Contains(body, "Assignee changed to") {
		t.Error("an event that does not know to whom says so")
	}
}
