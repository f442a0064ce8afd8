package web_test

import (
	"net/http"
	"strconv"
	"strings"
	"testing"

	"hoten/app/apptest"
	"hoten/app/cases"
	"hoten/app/notices"
	"hoten/app/resets"
	"hoten/app/web"
)

// Whoever sends mail to many is warned where it reaches nobody, and led to the guide where
// they may open it; the demo means it so.
func TestMailsThatAreOnlyKept(t *testing.T) {
	s := newSite(t)
	for _, c := range []struct {
		name   string
		set    func(*web.Options)
		warned bool
	}{
		{"no mail server", func(*web.Options) {}, true},
		{"a mail server", func(o *web.Options) { o.Mails = true }, false},
		{"the demo", func(o *web.Options) { o.Demo = true }, false},
	} {
		s.server = serve(t, s.Store, c.set)
		manager, agent := s.as(s.Manager), s.as(s.Agent)
		for _, path := range []string{"/mails", "/incidents/" + apptest.Reference} {
			body := manager.get(path).body
			warning := strings.Index(body, "メールサーバーが未設定のため、メールは送信されず、このサーバーに保存されるだけです。")
			if (warning >= 0) != c.warned {
				t.Errorf("%s: %s warns: %v", c.name, path, warning >= 0)
			}
			if c.warned && !strings.Contains(body[warning:][:300], `href="/setup"`) {
				t.Errorf("%s: %s does not lead to the guide", c.name, path)
			}
		}
		if body := agent.get("/mails").body; strings.Contains(body, "メールサーバーが未設定") != c.warned || strings.Contains(body, `href="/setup"`) {
			t.Errorf("%s: an agent is warned: %v", c.name, !c.warned)
		}
	}
}

// A mail that was only kept says so, but in the demo; once there is a mail server it is
// offered to those who may send it, with one button.
func TestSendingWhatWasOnlyKept(t *testing.T) {
	s := newSite(t)
	c := s.Case(login)
	if _, err := resets.Notify(s.Ctx, s.Store, s.Agent, c.ID); err != nil {
		t.Fatal(err)
	}
	id := s.Number("select id from mails")
	p := &notices.Postman{Store: s.Store, Outlet: notices.Mailbox{Folder: t.TempDir()}, From: "no-reply@hoten.example", Env: apptest.MailEnv, Settled: cases.MailSettled}
	if err := p.Deliver(s.Ctx, []int64{id}); err != nil {
		t.Fatal(err)
	}
	const word, button = "</span>保存のみ（未送信）", "1通を送信する"
	for _, v := range []struct {
		name    string
		set     func(*web.Options)
		kept    bool
		offered bool
	}{
		{"the demo", func(o *web.Options) { o.Demo = true }, false, false},
		{"no mail server", func(*web.Options) {}, true, false},
		{"a mail server", func(o *web.Options) { o.Mails = true }, true, true},
	} {
		s.server = serve(t, s.Store, v.set)
		manager, agent := s.as(s.Manager), s.as(s.Agent)
		for _, path := range []string{"/mails", "/mails/" + strconv.FormatInt(id, 10), "/cases/" + c.Number()} {
			if strings.Contains(agent.get(path).body, word) != v.kept {
				t.Errorf("%s: %s says that the mail was only kept: %v", v.name, path, !v.kept)
			}
		}
		for _, path := range []string{"/mails", "/setup"} {
			if strings.Contains(manager.get(path).body, button) != v.offered {
				t.Errorf("%s: %s offers to send it: %v", v.name, path, !v.offered)
			}
		}
		if strings.Contains(agent.get("/mails").body, button) {
			t.Errorf("%s: an agent is offered to send it", v.name)
		}
	}
	manager := s.as(s.Manager)
	if a := manager.post("/mails/send-kept"); a.status != http.StatusSeeOther {
		t.Fatalf("%d %s", a.status, a.body)
	}
	if body := manager.get("/mails").body; !strings.Contains(body, "メール1通を送信待ちにしました。") || strings.Contains(body, button) || strings.Contains(body, word) {
		t.Error("the mail is not queued")
	}
}

// The list can be narrowed to every kind and state of mails that there is.
func TestMailsCanBeFiltered(t *testing.T) {
	s := newSite(t)
	a := s.as(s.Manager).get("/mails")
	for name, values := range map[string][]string{"kind": notices.Kinds, "state": notices.States} {
		for _, v := range values {
			if !strings.Contains(a.body, name+"="+v+`"`) {
				t.Errorf("no filter by %s %s", name, v)
			}
		}
	}
}
