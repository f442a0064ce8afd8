package web_test

import (
	"net/http"
	"regexp"
	"strings"
	"testing"
)

// A secret is shown once, when it is made; who may only read the settings sees neither it nor
// the path of the URL.
func TestWebhooks(t *testing.T) {
	s := newSite(t)
	b := s.as(s.Administrator)
	secret := regexp.MustCompile(`whsec_[A-Za-z0-9+/=]{44}`)
	form := []string{"url", "https://bi.example.jp/key-4711", "note", "BI", "kinds", "case"}
	made := b.post("/webhooks", form...)
	first := secret.FindString(made.body)
	if made.status != http.StatusOK || first == "" {
		t.Fatalf("%d %s", made.status, made.body)
	}
	says(t, "again", b.get("/webhooks/1").body, []string{"BI", "key-4711"}, []string{"whsec_"})
	says(t, "the list", b.get("/webhooks").body, []string{"https://bi.example.jp"}, []string{"key-4711"})
	says(t, "an auditor", s.as(s.Auditor).get("/webhooks/1").body, []string{"https://bi.example.jp"}, []string{"key-4711", "/webhooks/1/rotate"})
	if a := s.as(s.Agent).get("/webhooks"); a.status != http.StatusForbidden {
		t.Errorf("an agent: %d", a.status)
	}
	if fresh := secret.FindString(b.post("/webhooks/1/rotate").body); fresh == "" || fresh == first {
		t.Error("no new secret")
	}
	for _, path := range []string{"/webhooks/1/test", "/webhooks/1/disable"} {
		if a := b.post(path); a.status != http.StatusSeeOther || a.location != "/webhooks/1" {
			t.Errorf("%s: %d %s", path, a.status, a.location)
		}
	}
	if n := s.count("select count(*) from audit_entries where action like 'webhook.%' and before::text || after::text like '%4711%'"); n != 0 {
		t.Error("the path stands in the audit trail")
	}
	refused := b.post("/webhooks", "url", "https://10.0.0.1/", "note", "BI", "kinds", "case", "kinds", "mail")
	if refused.status != http.StatusUnprocessableEntity || strings.Count(refused.body, " checked") < 2 {
		t.Errorf("%d: what was ticked is lost", refused.status)
	}
	// Administrators learn on every page that one had to be disabled.
	s.count("with off as (update webhook_endpoints set disabled_why = 'gone' returning 1) select count(*) from off")
	const alarm = `id="webhook-trouble"`
	says(t, "an administrator", b.get("/staff").body, []string{alarm}, nil)
	says(t, "a manager", s.as(s.Manager).get("/cases").body, nil, []string{alarm})
}
