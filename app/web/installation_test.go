package web_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

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
	apptest.AsOwner(t, s.Store, `insert into installations values ('\x00', 'db.example:5432/hoten', '2014-07-30')`)
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
	if body := administrator.get("/installation").body; strings.Contains(body, `id="held"`) || !strings.Contains(body, "送信待ちの1通を送信します") || strings.Contains(body, "これまでの場所") {
		t.Error("it is held still, or was elsewhere before")
	}
}

// Where no mail waits nothing is asked about mails, and nothing said of them.
func TestReleasingWithoutMails(t *testing.T) {
	s := newSite(t)
	apptest.AsOwner(t, s.Store, `insert into installations values ('\x00', 'db.example:5432/hoten', '2014-07-30')`)
	agent, administrator := s.as(s.Agent), s.as(s.Administrator)
	if body := agent.get("/cases").body; strings.Contains(body, "内容と解除") || !strings.Contains(body, "詳細") {
		t.Error("an agent is led to what they cannot do")
	}
	if body := administrator.get("/installation").body; !strings.Contains(body, "内容と解除") || strings.Contains(body, `name="mails"`) || !strings.Contains(body, "これまでの場所") {
		t.Error("the administrator has to choose, or does not learn where it was")
	}
	if a := administrator.post("/installation/release", "reason", "切替"); a.status != http.StatusSeeOther {
		t.Fatalf("%d", a.status)
	}
	if body := administrator.get("/installation").body; !strings.Contains(body, "送信停止を解除しました。") || strings.Contains(body, "0通") {
		t.Error("mails are told of that there were not")
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
	if body := agent.get("/mails").body; !strings.Contains(body, "mail.example 宛てのメールの送信を停止しています") || strings.Contains(body, "User unknown") || strings.Contains(body, "/resume") {
		t.Error("an agent does not see what stopped, reads what the server said, or may resume it")
	}
	if body := manager.get("/mails").body; !strings.Contains(body, "User unknown") || !strings.Contains(body, "mail.example 宛ての送信を再開する</button>") {
		t.Error("the manager does not learn what the server said, or what the button resumes")
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

// What the action refuses the page does not offer: it says why, beside the button, for as
// long as the action would refuse it.
func TestWhatCannotGoIsNotOffered(t *testing.T) {
	const queue = `insert into mail_queues (scope, relay, about_us, refusal, said, mails, domains, since, stopped_at, probe_at)
		values ('%s', false, %t, '550 5.7.1 rejected', 'blocked', '{}', '{}', now(), now(), %s) returning id`
	for name, c := range map[string]struct {
		sql, code, why string
	}{
		"nothing stopped":          {"", "", ""},
		"its domain":               {fmt.Sprintf(queue, "mail.example", true, "'2014-07-31 03:00Z'"), "mail_stopped", "登録電話番号へ折り返すか、郵送で"},
		"its domain, for a person": {fmt.Sprintf(queue, "mail.example", false, "null"), "mail_stopped", "登録電話番号へ折り返すか、郵送で"},
		"its domain, to be tried":  {fmt.Sprintf(queue, "mail.example", true, "'2014-07-31 01:00Z'"), "", ""},
		"another domain":           {fmt.Sprintf(queue, "other.example", true, "'2014-07-31 03:00Z'"), "", ""},
		"all mails":                {fmt.Sprintf(queue, "", true, "'2014-07-31 03:00Z'"), "mail_stopped", "登録電話番号へ折り返すか、郵送で"},
		"a copy that is held":      {`insert into installations values ('\x00', 'db.example:5432/hoten', '2014-07-30')`, "installation_held", "復元または複製されたデータベースのため"},
	} {
		t.Run(name, func(t *testing.T) {
			s := newSite(t)
			filed := s.Case(login)
			s.Verified(s.Agent2, filed.ID, "name", "山田太郎", "birth_date", "1970-02-03", "customer_number", "N123456789")
			s.Clock.Add(2 * time.Minute) // until another code may be sent
			if c.sql != "" {
				apptest.AsOwner(t, s.Store, strings.TrimSuffix(c.sql, " returning id"))
			}
			agent, other, path := s.as(s.Agent), s.as(s.Agent2), "/cases/"+filed.Number()
			call := s.Call(s.Agent, filed.ID)
			code := fmt.Sprintf(`action="/calls/%d/code"`, call.ID)
			offers := func(to *browser, action, id string) {
				t.Helper()
				body := to.get(path).body
				_, form, there := strings.Cut(body, action)
				form, _, _ = strings.Cut(form, "</form>")
				if disabled := strings.Contains(form, " disabled"); !there || disabled != (c.code != "") || disabled != strings.Contains(form, `aria-describedby="`+id+`"`) {
					t.Errorf("%s: %s", action, form)
				}
				if _, why, said := strings.Cut(body, `id="`+id+`"`); said != (c.code != "") || !strings.Contains(why, c.why) {
					t.Errorf("%s: the reason is told: %t", action, said)
				}
			}
			offers(agent, code, "code-stopped")
			want := http.StatusSeeOther
			if c.code != "" {
				want = http.StatusConflict
			}
			a := agent.post(fmt.Sprintf("/calls/%d/code", call.ID))
			if a.status != want || !strings.Contains(a.body, c.why) {
				t.Errorf("the action: %d", a.status)
			}
			offers(other, `action="`+path+`/reset"`, "reset-stopped")
			if a := other.post(path + "/reset"); a.status != want || !strings.Contains(a.body, c.why) {
				t.Errorf("the link: %d", a.status)
			}
		})
	}
}
