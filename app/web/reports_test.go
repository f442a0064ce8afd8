package web_test

import (
	"net/http"
	"strings"
	"testing"
)

// The daily report of the reader's desk, its files, and what is handed over.
func TestDailyReportPages(t *testing.T) {
	s := newSite(t)
	agent, supervisor := s.as(s.Agent), s.as(s.Supervisor)
	if body := agent.get("/reports/daily").body; !strings.Contains(body, `<option value="tech" selected>`) || strings.Contains(body, "担当者別") {
		t.Error("an agent does not see the own desk, or sees what single people did")
	}
	if body := supervisor.get("/reports/daily?desk=all").body; !strings.Contains(body, "担当者別") || !strings.Contains(body, `<option value="all" selected>`) {
		t.Error("a supervisor does not see what the people did, or not all desks")
	}
	if a := agent.get("/reports/daily?date=2099-01-01"); a.status != http.StatusUnprocessableEntity || !strings.Contains(a.body, "今日までの日付") {
		t.Errorf("a day ahead: %d", a.status)
	}
	if a := agent.post("/reports/daily/notes?desk=tech", "text", "暗証番号は1234です"); a.status != http.StatusUnprocessableEntity || !strings.Contains(a.body, "暗証番号は1234です") {
		t.Errorf("a secret: %d", a.status)
	}
	if a := agent.post("/reports/daily/notes?desk=tech", "text", "=1+1 明日は増員"); a.status != http.StatusSeeOther {
		t.Fatalf("a note: %d", a.status)
	}
	if body := supervisor.get("/reports/daily?desk=all").body; !strings.Contains(body, "=1+1 明日は増員") {
		t.Error("the note is not handed over")
	}
	file := agent.get("/reports/daily.csv?desk=tech")
	if file.status != http.StatusOK || !strings.Contains(file.body, "'=1+1") {
		t.Errorf("the file: %d %.200s", file.status, file.body)
	}
	if a := agent.get("/reports/daily.xlsx"); a.status != http.StatusOK || !strings.HasPrefix(a.body, "PK") {
		t.Errorf("the sheet: %d", a.status)
	}
}
