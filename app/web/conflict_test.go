package web_test

import (
	"fmt"
	"net/http"
	"regexp"
	"strings"
	"testing"
)

var versionField = regexp.MustCompile(`name="version" value="(\d+)"`)

// versionOn is the version that the forms of a page were made from.
func versionOn(t *testing.T, body string) string {
	t.Helper()
	m := versionField.FindStringSubmatch(body)
	if m == nil {
		t.Fatal("no form with a version")
	}
	return m[1]
}

// A stale page gets both versions; what was typed stays, what was not touched follows
// the others, and sent again from there it holds.
func TestConflictOfACaseShowsBothVersions(t *testing.T) {
	s := newSite(t)
	c := s.Case(login)
	path, other, me := "/cases/"+c.Number(), s.as(s.Supervisor2), s.as(s.Supervisor)
	seen := versionOn(t, me.get(path).body)
	other.get(path)
	taken := fmt.Sprint(s.Agent.ID)
	if a := other.post(path, "version", seen, "seen_status", "new", "seen_assignee", "", "status", "on_hold", "assignee", taken); a.status != http.StatusSeeOther {
		t.Fatalf("first: %d", a.status)
	}
	a := me.post(path, "version", seen, "seen_status", "new", "seen_assignee", "", "status", "in_progress", "assignee", "")
	if a.status != http.StatusConflict {
		t.Fatalf("stale: %d", a.status)
	}
	for _, want := range []string{`<table class="versions">`, "保留中（田中 結衣、", "<td>対応中</td>", `<option value="in_progress" selected>`, `<option value="` + taken + `" selected>`} {
		if !strings.Contains(a.body, want) {
			t.Errorf("the page lacks %s", want)
		}
	}
	if strings.Contains(a.body, "<td>担当なし</td>") {
		t.Error("an assignee that was not touched is in the table")
	}
	if now := s.Case(login); now.Status != "on_hold" {
		t.Errorf("the stale form went through: %s", now.Status)
	}
	if a := me.post(path, "version", versionOn(t, a.body), "status", "in_progress", "assignee", taken); a.status != http.StatusSeeOther {
		t.Errorf("sent again: %d", a.status)
	}
	if now := s.Case(login); now.Status != "in_progress" || now.AssigneeID == nil || *now.AssigneeID != s.Agent.ID {
		t.Errorf("sent again: %s %v", now.Status, now.AssigneeID)
	}
}

func TestConflictOfAServiceShowsBothVersions(t *testing.T) {
	s := newSite(t)
	b := s.as(s.Manager)
	b.post("/services", "program", "goo", "service", "exchange", "state", "suspended", "from_on", "2014-07-28", "note", "最初のメモ", "reason", "発生")
	change := func(version, until, note string) answer {
		return b.post("/services/1/change", "version", version, "until_on", until, "note", note, "reason", "延期")
	}
	if a := change("1", "2014-08-01", "ほかの人のメモ"); a.status != http.StatusSeeOther {
		t.Fatalf("change: %d", a.status)
	}
	a := change("1", "2014-08-02", "自分のメモ")
	if a.status != http.StatusConflict {
		t.Fatalf("stale: %d", a.status)
	}
	for _, want := range []string{`<table class="versions">`, "<td>ほかの人のメモ</td>", "<td>自分のメモ</td>", `value="自分のメモ"`, `value="2014-08-02"`, `<details class="more" open>`} {
		if !strings.Contains(a.body, want) {
			t.Errorf("the page lacks %s", want)
		}
	}
	if a := change(versionOn(t, a.body), "2014-08-02", "自分のメモ"); a.status != http.StatusSeeOther {
		t.Errorf("sent again: %d", a.status)
	}
	// A form refused for what was typed stays one about the version it was made from.
	change("3", "2014-08-03", "さらに別のメモ")
	b.get("/services")
	stale := versionOn(t, b.post("/services/1/change", "version", "3", "until_on", "いつか", "note", "自分のメモ", "reason", "延期").body)
	if a := change(stale, "2014-08-04", "自分のメモ"); a.status != http.StatusConflict {
		t.Errorf("a refused form took over what it had not shown: %d, version %s", a.status, stale)
	}
}
