package web_test

import (
	"strings"
	"testing"

	"hoten/app/apptest"
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
