package web_test

import (
	"fmt"
	"html"
	"net/http"
	"regexp"
	"strings"
	"testing"
	"time"

	"hoten/app/apptest"
	"hoten/app/notices"
	"hoten/app/web"
)

var (
	popLink  = regexp.MustCompile(`href="(/pop\?number=[^"]+)"`)
	askForm  = regexp.MustCompile(`action="(/training/\d+/ask)"`)
	mailLink = regexp.MustCompile(`href="(/mails/\d+)"`)
	codeSaid = regexp.MustCompile(`届きました。(\d{6}) です。`)
	openLink = regexp.MustCompile(`class="button" href="(http[^"]+/reset/[^"]+)"`)
)

// Outside of training nothing of it is there for anybody, and mails hide codes and links.
func TestNoTrainingBesideMembers(t *testing.T) {
	s := newSite(t)
	mailed := &site{World: s.World, outbox: s.outbox, server: serve(t, s.Store, func(o *web.Options) { o.Training = &notices.Mailbox{Folder: t.TempDir()} })}
	for name, agent := range map[string]*browser{"outside": s.as(s.Agent), "with real mail": mailed.as(s.Agent)} {
		if name == "with real mail" {
			s.Case(login)
			apptest.AsOwner(t, s.Store, "insert into mails (kind, language, recipient, data, message_id, state, queued_at, due_at) values ('all_holders', 'ja', '', '', 'x', 'sent', now(), now())")
		}
		if a := agent.get("/training"); a.status != http.StatusNotFound {
			t.Errorf("%s: the page answers %d", name, a.status)
		}
		for _, path := range []string{"/training", "/training/1/ask"} {
			if a := agent.post(path, "question", "name"); a.status != http.StatusNotFound {
				t.Errorf("%s: %s answers %d", name, path, a.status)
			}
		}
	}
	if n := s.count("select count(*) from training_calls"); n != 0 {
		t.Errorf("%d calls were played", n)
	}
	if strings.Contains(s.as(s.Agent).get("/cases").body, `href="/training"`) {
		t.Error("the rail leads to it")
	}
}

// A call in training is worked on the real pages from the ringing to the result, with the
// caller beside.
func TestACallIsPlayed(t *testing.T) {
	w := apptest.NewWorld(t)
	w.Import(apptest.Losses(12))
	box := notices.Mailbox{Folder: t.TempDir()}
	s := &site{World: w, server: serve(t, w.Store, func(o *web.Options) { o.Demo, o.Training = true, &box })}
	agent := s.as(s.Agent)
	page := agent.get("/training").body
	says(t, "before", page, []string{"次の電話を受ける", `href="/training"`}, []string{"/ask"})
	for !strings.Contains(page, "お知らせを拝見してお電話しました。") { // the honest one
		s.Clock.Add(time.Second)
		if a := agent.post("/training"); a.status != http.StatusSeeOther {
			t.Fatalf("%d %s", a.status, a.body)
		}
		page = agent.get("/training").body
	}
	ask := func(question string) string {
		t.Helper()
		if a := agent.post(askForm.FindStringSubmatch(agent.get("/training").body)[1], "question", question); a.status != http.StatusSeeOther {
			t.Fatalf("%d %s", a.status, a.body)
		}
		return agent.get("/training").body
	}
	if to := agent.get(html.UnescapeString(popLink.FindStringSubmatch(page)[1])); !strings.HasPrefix(to.location, "/calls") && !strings.HasPrefix(to.location, "/cases/") {
		t.Fatalf("the ringing leads to %s", to.location)
	}
	id := w.Number("select case_id from training_calls order by id desc limit 1")
	said := regexp.MustCompile(`m\d{5}@ocn\.example`).FindString(ask("login"))
	at := agent.post("/calls", "q", said).location
	at, _, _ = strings.Cut(at, "#")
	at, _, _ = strings.Cut(at, "?")
	if a := agent.post(at+"/calls", "direction", "inbound", "relation", "self"); a.status != http.StatusSeeOther {
		t.Fatalf("%s: %d %s", at, a.status, a.body)
	}
	call := w.Number("select id from calls where case_id = $1", id)
	in := fmt.Sprintf("/calls/%d", call)
	says(t, "asked", ask("name")+ask("birth_date"), []string{"山田 太郎です。", "1970年1月2日です。"}, nil)
	for item, value := range map[string]string{"name": "山田 太郎", "birth_date": "1970年1月2日", "address": "東京都千代田区千代田1-1"} {
		if a := agent.post(in+"/answers", "item", item, "value", value); a.status != http.StatusSeeOther {
			t.Fatalf("%s: %d %s", item, a.status, a.body)
		}
	}
	agent.post(in + "/code")
	w.Deliver(box)
	code := codeSaid.FindStringSubmatch(ask("code"))
	if code == nil {
		t.Fatalf("no code: %s", ask("code"))
	}
	if a := agent.post(in+"/code/check", "code", code[1]); a.status != http.StatusSeeOther {
		t.Fatalf("%d %s", a.status, a.body)
	}
	if a := agent.post(at + "/reset"); a.status != http.StatusSeeOther {
		t.Fatalf("%d %s", a.status, a.body)
	}
	w.Deliver(box)
	page = ask("arrived")
	says(t, "a question", page, []string{`data-hx-target="#played"`}, nil)
	says(t, "while it goes on", page, []string{"はい、届きました。"}, []string{"結果</h2>"})
	mail := agent.get(mailLink.FindStringSubmatch(page)[1]).body
	link := openLink.FindStringSubmatch(mail)
	if link == nil || !strings.Contains(mail, "山田 太郎 様") {
		t.Fatalf("the mail is not as the member got it: %s", mail)
	}
	if a := newBrowser(t, s.server.URL).get(strings.TrimPrefix(link[1], s.server.URL)); a.status != http.StatusOK || !strings.Contains(a.body, "password") {
		t.Errorf("the link: %d", a.status)
	}
	talk := askForm.FindStringSubmatch(page)[1]
	agent.post(at+"/notes", "text", "再設定をご案内しました。")
	agent.post(in + "/end")
	// A question that is asked too late brings the result with it, and the next call.
	if a := agent.post(talk, "question", "farewell"); a.status != http.StatusSeeOther {
		t.Fatalf("%d %s", a.status, a.body)
	}
	_, played, _ := strings.Cut(agent.get("/training").body, `id="played"`)
	says(t, "asked too late", played, []string{"結果</h2>", "次の電話を受ける"}, []string{"/ask"})
	says(t, "afterwards", agent.get("/training").body, []string{"すべて正しく答えるお客さまでした。", "再設定URLを送りました。", "メモを残しました。"}, []string{"見直しましょう"})

	outside := &site{World: w, server: serve(t, w.Store)}
	if mail := outside.as(s.Agent).get(mailLink.FindStringSubmatch(page)[1]).body; openLink.MatchString(mail) || strings.Contains(mail, "山田 太郎 様") {
		t.Error("outside of training the mail shows its link")
	}
}
