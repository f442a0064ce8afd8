package web_test

import (
	"net/http"
	"strings"
	"testing"

	"hoten/app/access"
	"hoten/app/cases"
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

// A day that is none, or none yet, is said, and today's report stands below.
func TestDailyReportRefusesDays(t *testing.T) {
	s := newSite(t)
	agent := s.as(s.Agent)
	for _, q := range []string{"date=x", "date=0000-00-00", "date=99999-01-01", "date=2014-02-30", "date=2099-01-01", "date=26.7.11", "desk=nowhere", "date=%E3%80%80"} {
		a := agent.get("/reports/daily?" + q)
		if a.status != http.StatusUnprocessableEntity || !strings.Contains(a.body, `id="calls"`) || !strings.Contains(a.body, `id="problems"`) {
			t.Errorf("%s: %d", q, a.status)
		}
		for _, file := range []string{".csv", ".xlsx"} {
			if a := agent.get("/reports/daily" + file + "?" + q); a.status != http.StatusUnprocessableEntity || strings.HasPrefix(a.body, "PK") || strings.HasPrefix(a.body, "\ufeff") {
				t.Errorf("%s of %s: %d", file, q, a.status)
			}
		}
	}
	for q, want := range map[string]int{"incident=none": http.StatusUnprocessableEntity, "incident=%00": http.StatusUnprocessableEntity, "date=%00": http.StatusUnprocessableEntity, "date=1950-01-01": http.StatusOK, "date=": http.StatusOK} {
		if a := agent.get("/reports/daily?" + q); a.status != want {
			t.Errorf("%s: %d, want %d", q, a.status, want)
		}
	}
	if a := agent.post("/reports/daily/notes?desk=tech&date=x", "text", "申し送り"); a.status != http.StatusUnprocessableEntity {
		t.Errorf("a note for no day: %d", a.status)
	}
	if a := agent.post("/reports/daily/notes?desk=tech", "text", "a\x00b"); a.status != http.StatusUnprocessableEntity {
		t.Errorf("a note with a NUL: %d", a.status)
	}
}

// Everybody who reads cases reads the report; who works none writes no notes.
func TestDailyReportRoles(t *testing.T) {
	s := newSite(t)
	for role, who := range s.People() {
		b := s.as(who)
		page := b.get("/reports/daily?desk=all")
		leads := role == access.Supervisor || role == access.CenterManager || role == access.Auditor
		if page.status != http.StatusOK || strings.Contains(page.body, "担当者別") != leads {
			t.Errorf("%s: %d, figures of people: %v", role, page.status, !leads)
		}
		if strings.Contains(b.get("/reports/daily.csv?desk=all").body, "担当者別") != leads {
			t.Errorf("the file tells %s what the page does not, or less", role)
		}
		works := role.May(access.WorkCases)
		if strings.Contains(page.body, `action="/reports/daily/notes`) != works {
			t.Errorf("%s: a form for notes: %v", role, !works)
		}
		if a := b.post("/reports/daily/notes?desk=all", "text", "申し送り"); (a.status == http.StatusSeeOther) != works {
			t.Errorf("%s notes: %d", role, a.status)
		}
		if !strings.Contains(b.get("/desks").body, `href="/reports/daily"`) {
			t.Errorf("%s does not find the report", role)
		}
	}
}

// Each table that a chart is drawn from has files of its own, and all have one.
func TestFilesOfFigures(t *testing.T) {
	s := newSite(t)
	agent, page := s.as(s.Agent), "/incidents/"+s.Incident.Reference
	if _, err := cases.Conclude(s.Ctx, s.Store, s.Agent, s.Call(s.Agent, s.Case(login).ID).ID, cases.Unable); err != nil {
		t.Fatal("a day with something in it: ", err)
	}
	body := agent.get(page).body
	for _, table := range []string{"days", "ages", "owed"} {
		for _, file := range []string{".csv", ".xlsx"} {
			path := page + "/figures" + file + "?table=" + table
			if !strings.Contains(body, `href="`+path+`"`) {
				t.Errorf("the page lacks %s", path)
			}
			if a := agent.get(path); a.status != http.StatusOK || !strings.Contains(a.header.Get("Content-Disposition"), "-figures-"+table+file) {
				t.Errorf("%s: %d", path, a.status)
			}
		}
	}
	if a := agent.get(page + "/figures.csv?table=ages"); !strings.Contains(a.body, "8日以上（滞留）,0\r\n") || strings.Contains(a.body, "未対応") {
		t.Errorf("%s", a.body)
	}
	if a := agent.get(page + "/figures.csv"); !strings.Contains(a.body, "8日以上（滞留）,0\r\n") || !strings.Contains(a.body, "対応中,1\r\n") {
		t.Errorf("%s", a.body)
	}
	if a := agent.get(page + "/figures.csv?table=nothing"); a.status != http.StatusNotFound {
		t.Errorf("a table that is none: %d", a.status)
	}
}
