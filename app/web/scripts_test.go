package web_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
)

// What a center manager has agents say is what they read, on the case and on 受電, with the
// values put in; what is shipped can be gone back to.
func TestAgentsSayWhatIsSet(t *testing.T) {
	s := newSite(t)
	manager, agent := s.as(s.Manager), s.as(s.Agent)
	path := "/cases/" + s.Case(login).Number()
	change := func(version, ja string) answer {
		return manager.post("/scripts/greeting", "version", version, "seen", "{}", "text_ja", ja, "text_en", "{{.desk}}, {{.agent}} speaking.", "reason", "待ち時間を短くする")
	}
	a := change("0", "はい、{{.agent}}です。")
	if a.status != http.StatusUnprocessableEntity || !strings.Contains(a.body, "差し込みの{{.desk}}が抜けています。") || !strings.Contains(a.body, "はい、佐藤です。") || !strings.Contains(a.body, `href="#text_ja"`) {
		t.Errorf("without the desk: %d", a.status)
	}
	if a := change("0", " はい、{{.desk}}の{{.agent}}です。\r\n\r\nご用件をどうぞ。 "); a.status != http.StatusSeeOther || a.location != "/scripts#part-greeting" {
		t.Fatalf("changed: %d %s", a.status, a.location)
	}
	if body := agent.get(path).body; !strings.Contains(body, "<p>はい、") || !strings.Contains(body, "<p>ご用件をどうぞ。</p>") || strings.Contains(body, "お電話ありがとうございます") || strings.Contains(body, "{{") {
		t.Error("the case does not say what was set")
	}
	if a := manager.post("/scripts/identify", "version", "0", "text_ja", "IDをどうぞ。", "text_en", "Your ID, please.", "reason", "短く"); a.status != http.StatusSeeOther {
		t.Fatalf("identify: %d", a.status)
	}
	if body := agent.get("/calls").body; !strings.Contains(body, "<p>IDをどうぞ。</p>") || !strings.Contains(body, "<p>Your ID, please.</p>") {
		t.Error("受電 does not say what was set")
	}
	if body := agent.get("/scripts").body; !strings.Contains(body, "はい、〔窓口の名前〕の〔担当者の名前〕です。") || strings.Count(body, "変更あり") != 2 || strings.Contains(body, `href="/scripts/`) {
		t.Error("an agent does not see what is said, or may change it")
	}
	// Somebody else changed it since.
	a = change("0", "{{.desk}}の{{.agent}}が承ります。")
	if a.status != http.StatusConflict || !strings.Contains(a.body, `<table class="versions">`) || !strings.Contains(a.body, "が承ります。</textarea>") || versionOn(t, a.body) != "1" {
		t.Errorf("stale: %d", a.status)
	}
	// The way back shows the old text in the fields first.
	back := manager.get("/scripts/greeting?version=0").body
	if !strings.Contains(back, "お電話ありがとうございます。{{.desk}}の{{.agent}}でございます。\nご用件をお聞かせください。</textarea>") || !strings.Contains(back, "初期の文面を編集欄に入れました。") || !strings.Contains(back, "お電話ありがとうございます。お客さまサポート窓口の佐藤でございます。") {
		t.Error("the fields do not have the shipped text")
	}
	if a := manager.post("/scripts/greeting", "version", "1", "text_ja", "お電話ありがとうございます。{{.desk}}の{{.agent}}でございます。\r\nご用件をお聞かせください。",
		"text_en", "Thank you for calling the {{.desk}}. My name is {{.agent}}.\r\nHow can I help you?", "reason", "元に戻す"); a.status != http.StatusSeeOther {
		t.Fatalf("back: %d", a.status)
	}
	if body := manager.get("/scripts").body; strings.Count(body, "変更あり") != 1 {
		t.Error("the shipped text is marked as changed")
	}
	if a := manager.get("/scripts/greeting?version=9"); a.status != http.StatusUnprocessableEntity {
		t.Errorf("a version that is not there: %d", a.status)
	}
	if a := manager.get("/scripts/title"); a.status != http.StatusNotFound {
		t.Errorf("what is no part: %d", a.status)
	}
	for _, want := range []string{"トークスクリプトを変更", "待ち時間を短くする", "本文（日本語）"} {
		if !strings.Contains(manager.get("/audit?subject=script:greeting").body, want) {
			t.Errorf("the trail lacks %s", want)
		}
	}
}

// Agents find answers while they type, in the caller's language; without scripts the same
// words lead to the page of the questions. What was typed stands in no address.
func TestAnswersAreFoundByTyping(t *testing.T) {
	s := newSite(t)
	manager, agent := s.as(s.Manager), s.as(s.Agent)
	form := []string{"topic", "goo", "question_ja", "ポイントはいつ戻りますか", "question_en", "When do I get my points back?", "answer_ja", "順次、お戻しいたします。\r\nお待ちください。", "answer_en", "One after the other.", "reason", "よくあるお尋ね"}
	if a := manager.post("/questions", append([]string{"topic", "gold"}, form[2:]...)...); a.status != http.StatusUnprocessableEntity || !strings.Contains(a.body, `href="#topic"`) {
		t.Errorf("a topic that no desk has: %d", a.status)
	}
	if a := manager.post("/questions", form...); a.status != http.StatusSeeOther {
		t.Fatalf("set: %d", a.status)
	}
	id := fmt.Sprintf("/questions/%d", s.count("select number from questions"))
	path := "/cases/" + s.Case(login).Number()
	for _, page := range []string{path, "/calls"} {
		if body := agent.get(page).body; !strings.Contains(body, `data-hx-post="/questions/suggestions"`) {
			t.Errorf("%s does not look for answers", page)
		}
	}
	english := agent.post("/questions/suggestions", "q", "ぽいんと", "language", "en").body
	if at := strings.Index(english, `lang="en"`); at < 0 || at > strings.Index(english, `lang="ja"`) || !strings.Contains(english, "ポイントはいつ戻りますか") || !strings.Contains(english, "<p>お待ちください。</p>") || strings.Contains(english, "<html") {
		t.Errorf("found for a caller who speaks English:\n%s", english)
	}
	if body := agent.post("/questions/suggestions", "q", "山田").body; !strings.Contains(body, "「山田」を含むQ&amp;Aはありません。") {
		t.Errorf("nothing found:\n%s", body)
	}
	if body := agent.post("/questions/suggestions", "q", " ").body; strings.Contains(body, "<p") || strings.Contains(body, "<li") {
		t.Errorf("nothing typed:\n%s", body)
	}
	a := agent.post("/questions/search", "q", "points")
	if a.status != http.StatusSeeOther || strings.Contains(a.location, "points") {
		t.Fatalf("search: %d %s", a.status, a.location)
	}
	if body := agent.get(a.location).body; !strings.Contains(body, `value="points"`) || strings.Count(body, "ポイントはいつ戻りますか") != 1 || strings.Contains(body, `href="`+id) {
		t.Error("the search does not lead to what was found")
	}
	if a := agent.get("/questions?found=none"); a.status != http.StatusGone {
		t.Errorf("a search that is forgotten: %d", a.status)
	}
	// A later version counts; the one before can be taken up again.
	later := append([]string{"version", "1", "seen", "{}"}, form...)
	later[11] = "月末までにお戻しいたします。"
	if a := manager.post(id, later...); a.status != http.StatusSeeOther {
		t.Fatalf("set again: %d", a.status)
	}
	if a := manager.post(id, later...); a.status != http.StatusConflict {
		t.Errorf("stale: %d", a.status)
	}
	if body := manager.get(id + "?version=1").body; !strings.Contains(body, "お待ちください。</textarea>") || !strings.Contains(body, "gooポイント") {
		t.Error("the fields do not have the version before")
	}
	if a := manager.post(id+"/withdraw", "version", "2"); a.status != http.StatusUnprocessableEntity || !strings.Contains(a.body, `href="#withdraw-reason"`) {
		t.Errorf("withdrawn without a reason: %d", a.status)
	}
	if a := manager.post(id+"/withdraw", "version", "1", "reason", "終了"); a.status != http.StatusConflict || strings.Contains(a.body, `<table class="versions">`) {
		t.Errorf("withdrawn from a stale page: %d", a.status)
	}
	if a := manager.post(id+"/withdraw", "version", "2", "reason", "終了"); a.status != http.StatusSeeOther {
		t.Fatalf("withdrawn: %d", a.status)
	}
	if body := agent.post("/questions/suggestions", "q", "ポイント").body; strings.Contains(body, "<li") {
		t.Errorf("what was withdrawn is found:\n%s", body)
	}
	if !strings.Contains(manager.get("/questions").body, "取り下げたQ&amp;A（1件）") || strings.Contains(agent.get("/questions").body, "取り下げた") {
		t.Error("only who edits sees what was withdrawn")
	}
}
