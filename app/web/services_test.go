package web_test

import (
	"net/http"
	"strings"
	"testing"
)

// What a center manager sets is what agents see and say.
func TestServicePages(t *testing.T) {
	s := newSite(t)
	manager, agent := s.as(s.Manager), s.as(s.Agent)
	form := []string{"program", "goo", "service", "exchange", "state", "suspended", "from_on", "2014-07-28", "from_time", "20:00", "note", "FAQ 12番", "reason", "2014-R096"}
	if a := manager.post("/services", append(form, "until_on", "2014-07-27")...); a.status != http.StatusUnprocessableEntity || !strings.Contains(a.body, `href="#set-until"`) || !strings.Contains(a.body, "FAQ 12番") {
		t.Errorf("an end before the beginning: %d", a.status)
	}
	if a := manager.post("/services", append(form, "until_on", "x", "until_time", "y")...); a.status != http.StatusUnprocessableEntity {
		t.Errorf("an end that is no time: %d", a.status)
	}
	if a := manager.post("/services", form...); a.status != http.StatusSeeOther {
		t.Fatalf("set: %d", a.status)
	}
	path := "/cases/" + s.Case(login).Number()
	for _, page := range []string{"/services", "/calls", path} {
		body := agent.get(page).body
		if !strings.Contains(body, "停止中") || !strings.Contains(body, "FAQ 12番") || strings.Contains(body, "/services/1/change") {
			t.Errorf("%s: an agent does not see what holds, or may change it", page)
		}
	}
	if a := manager.post("/services/1/change", "version", "1", "until_on", "2014-08-01", "until_time", "15:00", "note", "", "reason", "再開日の決定"); a.status != http.StatusSeeOther {
		t.Fatalf("change: %d", a.status)
	}
	if a := manager.post("/services/1/resume", "version", "1", "reason", "復旧"); a.status != http.StatusConflict || !strings.Contains(a.body, "8/1 15:00") {
		t.Errorf("a stale page: %d", a.status)
	}
	if a := manager.post("/services/1/resume", "version", "2", "reason", "復旧"); a.status != http.StatusSeeOther {
		t.Errorf("resume: %d", a.status)
	}
	if body := agent.get(path).body; strings.Contains(body, "停止中") {
		t.Error("the case shows what has been resumed")
	}
}
