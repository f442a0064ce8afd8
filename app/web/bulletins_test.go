package web_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"hoten/app/access"
	"hoten/app/apptest"
	"hoten/app/reports"
	"hoten/app/staff"
)

// From the board to the start page of those it is for, and from there to 確認済.
func TestBoardOnTheStartPage(t *testing.T) {
	s := newSite(t)
	manager, agent := s.as(s.Manager), s.as(s.Agent)
	form := []string{"subject_ja", "移行の戻し", "text_ja", "本日から8月上旬とご案内できます。\nお約束はしないでください。", "desk", "tech"}
	if a := manager.post("/bulletins", append(form, "until_on", "2014-07-01")...); a.status != http.StatusUnprocessableEntity || !strings.Contains(a.body, `href="#post-until_on"`) || !strings.Contains(a.body, "本日から8月上旬") {
		t.Errorf("a last day that is over: %d", a.status)
	}
	a := manager.post("/bulletins", form...)
	if a.status != http.StatusSeeOther {
		t.Fatalf("posted: %d", a.status)
	}
	path := a.location
	confirm := `action="` + path + `/confirm"`
	has := func(b *browser, at string, want ...string) {
		t.Helper()
		body := b.get(at).body
		for _, w := range want {
			w, not := strings.CutPrefix(w, "!")
			if strings.Contains(body, w) == not {
				t.Errorf("%s: %q, wanted %v", at, w, !not)
			}
		}
	}
	badge := `title="掲示板：未確認の連絡 1件"`
	has(agent, "/calls", confirm, "お約束はしないでください。", badge, "未確認の連絡 1件")
	has(agent, "/frame", badge)
	has(agent, "/bulletins", confirm, "!未確認 ")
	has(agent, path, confirm, "!取り下げる", "!確認済 0人")
	has(s.as(s.Agent2), "/calls", "!"+confirm, "!"+badge)
	has(s.as(s.Auditor), "/bulletins", "!"+confirm, "!"+badge, "移行の戻し", "!確認済 0人")
	has(s.as(s.Supervisor), path, confirm, "未確認 2人", "佐藤 葵", "確認済 0人")
	if a := agent.post(path+"/confirm", "back", "/calls?found=x"); a.status != http.StatusSeeOther || a.location != "/calls?found=x" {
		t.Errorf("confirmed: %d %s", a.status, a.location)
	}
	has(agent, "/calls", "!"+confirm, "!"+badge, "移行の戻し", "確認済の連絡")
	has(manager, path, "未確認 1人", "確認済 1人")
	if err := staff.Prefer(s.Ctx, s.Store, s.Agent, staff.Preferences{Language: "en"}); err != nil {
		t.Fatal(err)
	}
	has(agent, path, `lang="ja">本日から`, "Posted by")
	if a := manager.post(path+"/withdraw", "reason", ""); a.status != http.StatusUnprocessableEntity || !strings.Contains(a.body, `href="#withdraw-reason"`) {
		t.Errorf("withdrawn without a reason: %d", a.status)
	}
	if a := manager.post(path+"/withdraw", "reason", "時期の見直し"); a.status != http.StatusSeeOther {
		t.Errorf("withdrawn: %d", a.status)
	}
	has(agent, "/calls", "移行の戻し", "Withdrawn")
	has(manager, "/bulletins", "!移行の戻し")
	has(manager, "/bulletins?state=past", "移行の戻し", "時期の見直し")
	if a := s.as(s.Supervisor).post(path + "/confirm"); a.status != http.StatusConflict || !strings.Contains(a.body, "確認済にできません") {
		t.Errorf("confirmed what was withdrawn: %d", a.status)
	}
}

// The board goes on by pages.
func TestBoardPages(t *testing.T) {
	s := newSite(t)
	manager := s.as(s.Manager)
	for i := range 21 {
		manager.post("/bulletins", "subject_ja", fmt.Sprintf("件名%02d。", i), "text_ja", "本文")
	}
	first := manager.get("/bulletins").body
	if !strings.Contains(first, "件名01。") || strings.Contains(first, "件名00。") || !strings.Contains(first, `rel="next"`) {
		t.Error("the first page")
	}
	if next := manager.get("/bulletins?state=in_force&cursor=2").body; !strings.Contains(next, "件名00。") || strings.Contains(next, "件名01。") {
		t.Error("the second page")
	}
}

// The start page tells what the reader's desk was handed over on the last day that was any.
func TestHandedOverOnTheStartPage(t *testing.T) {
	s := newSite(t)
	agent := s.as(s.Agent)
	if strings.Contains(agent.get("/calls").body, "の申し送り") {
		t.Error("notes, where there are none")
	}
	note := func(by access.Actor, desk, text string) {
		t.Helper()
		if err := reports.AddNote(s.Ctx, s.Store, by, reports.Query{Incident: apptest.Reference, Desk: desk}, text); err != nil {
			t.Fatal(err)
		}
	}
	note(s.Agent, apptest.Tech, "一昨日の件")
	s.Clock.Add(24 * time.Hour)
	note(s.Agent, apptest.Tech, "昨日の技術の件")
	note(s.Supervisor, "", "昨日の全員の件")
	s.Clock.Add(24 * time.Hour)
	note(s.Agent2, apptest.Point, "今日のポイントの件")
	for _, c := range []struct {
		who  access.Actor
		want string
	}{{s.Agent, "昨日の技術の件,昨日の全員の件"}, {s.Agent2, "今日のポイントの件"}, {s.Manager, "今日のポイントの件"}} {
		body := s.as(c.who).get("/calls").body
		for _, text := range []string{"一昨日の件", "昨日の技術の件", "昨日の全員の件", "今日のポイントの件"} {
			if strings.Contains(body, ">"+text+"<") != strings.Contains(","+c.want+",", ","+text+",") {
				t.Errorf("%s: %s", c.who.Name, text)
			}
		}
	}
	body := s.as(s.Agent).get("/calls").body
	_, link, _ := strings.Cut(body, `id="notes-title"><a href="`)
	link, _, _ = strings.Cut(link, `"`)
	if report := s.as(s.Agent).get(strings.ReplaceAll(link, "&amp;", "&")); !strings.Contains(report.body, "昨日の技術の件") {
		t.Errorf("%s leads to no report with the note: %d", link, report.status)
	}
}
