package web_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"hoten/app/apptest"
	"hoten/app/resets"
)

// Everybody sees that a copy is held; the administrator releases it, after a look at what
// waits.
func TestHeldPages(t *testing.T) {
	s := newSite(t)
	if _, err := resets.Notify(s.Ctx, s.Store, s.Manager, s.Case(login).ID); err != nil {
		t.Fatal(err)
	}
	agent, administrator := s.as(s.Agent), s.as(s.Administrator)
	if strings.Contains(agent.get("/cases").body, `id="held"`) {
		t.Error("a banner without a cause")
	}
	apptest.AsOwner(t, s.Store, `insert into installations values ('\x00', 'db.example:5432/hoten', now())`)
	for _, path := range []string{"/cases", "/mails", "/cases/" + s.Case(login).Number()} {
		if body := agent.get(path).body; !strings.Contains(body, `id="held"`) || !strings.Contains(body, "メールの送信を停止しています") {
			t.Errorf("%s has no banner", path)
		}
	}
	if body := agent.get("/installation").body; !strings.Contains(body, "db.example:5432/hoten") || strings.Contains(body, "/installation/release") || !strings.Contains(body, "システム管理者が行います") {
		t.Error("an agent does not learn who releases, or may release")
	}
	if body := administrator.get("/installation").body; !strings.Contains(body, "1通（最も古いもの：2014年7月31日 10:30）") {
		t.Error("the administrator does not learn what waits")
	}
	if a := administrator.post("/installation/release", "reason", "切替"); a.status != http.StatusUnprocessableEntity || !strings.Contains(a.body, `href="#release-mails"`) {
		t.Errorf("without a choice: %d", a.status)
	}
	if a := administrator.post("/installation/release", "mails", "send", "reason", "切替"); a.status != http.StatusSeeOther {
		t.Errorf("release: %d", a.status)
	}
	if body := administrator.get("/installation").body; strings.Contains(body, `id="held"`) || !strings.Contains(body, "送信待ちの1通を送信します") {
		t.Error("it is held still")
	}
}

// A stopped queue shows on every page, and whoever mended its cause resumes it.
func TestStoppedQueuePages(t *testing.T) {
	s := newSite(t)
	id := s.Number(`insert into mail_queues (scope, relay, about_us, refusal, said, mails, domains, since, stopped_at)
		values ('mail.example', false, false, '550 5.1.1 unknown', 'SMTP error 550: User unknown', '{}', '{mail.example}', now(), now()) returning id`)
	if id != 1 {
		t.Fatalf("queue %d", id)
	}
	agent, manager := s.as(s.Agent), s.as(s.Manager)
	if body := agent.get("/mails").body; !strings.Contains(body, "mail.example 宛てのメールの送信を停止しています") || !strings.Contains(body, "User unknown") || strings.Contains(body, "/resume") {
		t.Error("an agent does not see what stopped, or may resume it")
	}
	if a := agent.post("/mails/queues/1/resume", "refused", "keep", "reason", "x"); a.status != http.StatusForbidden {
		t.Errorf("an agent: %d", a.status)
	}
	if a := manager.post("/mails/queues/1/resume", "refused", "perhaps", "reason", "x"); a.status != http.StatusUnprocessableEntity || !strings.Contains(a.body, `href="#resume-1-refused"`) {
		t.Errorf("a choice that is none: %d", a.status)
	}
	if a := manager.post("/mails/queues/1/resume", "refused", "keep", "reason", "中継サーバーを修正"); a.status != http.StatusSeeOther {
		t.Errorf("resume: %d", a.status)
	}
	if body := manager.get("/mails").body; strings.Contains(body, "mails-stopped") || !strings.Contains(body, "メールの送信を再開しました") {
		t.Error("it is stopped still")
	}
}

// Who waits on the phone for a code learns the next way.
func TestACodeThatCannotGo(t *testing.T) {
	s := newSite(t)
	s.Number(`insert into mail_queues (scope, relay, about_us, refusal, said, mails, domains, since, stopped_at, probe_at)
		values ('mail.example', false, true, '550 5.7.1 rejected', 'blocked', '{}', '{mail.example}', now(), now(), '2014-07-31 03:00Z') returning id`)
	call := s.Call(s.Agent, s.Case(login).ID)
	if a := s.as(s.Agent).post(fmt.Sprintf("/calls/%d/code", call.ID)); a.status != http.StatusConflict || !strings.Contains(a.body, "登録電話番号へ折り返すか、郵送で") {
		t.Errorf("%d", a.status)
	}
}
