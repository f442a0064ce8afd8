package web_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"hoten/app/staff"
)

// The hint says of words that are easy to guess what the refusal says, and both are true.
func TestThePasswordHintNamesWhatIsRefused(t *testing.T) {
	s := newSite(t)
	b := s.as(s.Supervisor)
	for lang, want := range map[string][]string{
		"ja": {"passwordや12345678のような推測されやすい言葉や並びには、ほかに6文字以上を組み合わせてください。", "5種類以上の文字"},
		"en": {"If you use a word or sequence that is easy to guess, such as password or 12345678, add at least 6 other characters.", "5 of them different"},
	} {
		b.post("/language", "language", lang)
		says(t, "the hint", b.get("/password").body, want, nil)
		for word, refused := range map[string]bool{"password-2014": true, "12345678-kin": true, "password-kingyo": false, "12345678kingyo": false} {
			if said := b.post("/password/strength", "password", word, "lang", lang).body; strings.Contains(said, want[0]) != refused {
				t.Errorf("%s: %s", word, said)
			}
		}
	}
	token, err := staff.Enrol(s.Ctx, s.Store, s.Administrator, s.Agent.ID)
	if err != nil {
		t.Fatal(err)
	}
	for _, form := range []string{s.link(), "/enrol/" + token} {
		says(t, form, newBrowser(t, s.server.URL).get(form).body, []string{"ほかに6文字以上を組み合わせてください。"}, nil)
	}
}

// What is said of a password while it is typed is what the form will say of it.
func TestAPasswordIsJudgedByTheRuleThatRefuses(t *testing.T) {
	s := newSite(t)
	token, err := staff.Enrol(s.Ctx, s.Store, s.Administrator, s.Agent.ID)
	if err != nil {
		t.Fatal(err)
	}
	link, own := s.link(), s.as(s.Supervisor)
	own.get("/password")
	for form, c := range map[string]struct {
		*browser
		personal string
	}{link: {newBrowser(t, s.server.URL), login}, "/enrol/" + token: {newBrowser(t, s.server.URL), "agent@hoten.example"}, "/password": {own, "supervisor@hoten.example"}} {
		if !strings.Contains(c.get(form).body, `data-ask="`+form+`/strength"`) {
			t.Fatalf("%s does not ask", form)
		}
		for _, weak := range []string{"tiny9", "password1234", "aaaaaaaaaaaa", c.personal, strings.Repeat("か\u3099", 6)} {
			before := s.count("select count(*) from audit_entries")
			said := c.post(form+"/strength", "password", weak, "lang", "ja").body
			if s.count("select count(*) from audit_entries") != before {
				t.Errorf("%s: judging left a trace", form)
			}
			refused := strings.TrimSuffix(strings.TrimPrefix(said, `{"refused":"`), "\"}\n")
			a := c.post(form, "password", weak, "password_again", weak, "current_password", password)
			if refused == "" || a.status != http.StatusUnprocessableEntity || !strings.Contains(a.body, refused) {
				t.Errorf("%s, %s: said %q, answered %d", form, weak, refused, a.status)
			}
		}
		if said := c.post(form+"/strength", "password", "kingyo-sukui-86", "lang", "ja").body; said != "{\"refused\":\"\"}\n" {
			t.Errorf("%s: %s", form, said)
		}
	}
	if said := own.post("/password/strength", "password", password, "current_password", password, "lang", "en").body; !strings.Contains(said, "different from your current one") {
		t.Errorf("the password one has: %s", said)
	}
	for _, gone := range []string{"/reset/none/strength", "/enrol/none/strength"} {
		if a := newBrowser(t, s.server.URL).post(gone, "password", password); a.status != http.StatusNotFound {
			t.Errorf("%s: %d", gone, a.status)
		}
	}
}

// Whoever only looks at a link, as mail filters do, neither uses it up nor leaves a trace.
func TestLookingAtALinkUsesNothing(t *testing.T) {
	s := newSite(t)
	link := s.link()
	before := s.count("select count(*) from audit_entries")
	for range 5 {
		for _, method := range []string{"HEAD", "GET", "OPTIONS"} {
			newBrowser(t, s.server.URL).do(method, link, "", "")
		}
	}
	if after := s.count("select count(*) from audit_entries"); after != before {
		t.Errorf("%d entries", after-before)
	}
	if _, err := s.Pool.Exec(s.Ctx, "update identities set impostor_at = $1", s.Clock.Now()); err != nil {
		t.Fatal(err)
	}
	if a := newBrowser(t, s.server.URL).do("HEAD", link, "", ""); a.status != http.StatusNotFound || s.count("select count(*) from audit_entries") != before {
		t.Errorf("a HEAD of a blocked link: %d, noted", a.status)
	}
	if _, err := s.Pool.Exec(s.Ctx, "update identities set impostor_at = null"); err != nil {
		t.Fatal(err)
	}
	// A browser of before 2020 says nothing of the site that the form stood on, for the page
	// keeps its address to itself.
	r, err := http.NewRequest("POST", s.server.URL+link, strings.NewReader(url.Values{"password": {password}, "password_again": {password}}.Encode()))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("Origin", "null")
	b := newBrowser(t, s.server.URL)
	a, err := b.http.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer a.Body.Close()
	if a.StatusCode != http.StatusSeeOther {
		t.Fatalf("the form of an old browser: %d", a.StatusCode)
	}
	// Going back to the link, or a reload of either, leads to what was done, for that browser only.
	for _, path := range []string{"/reset/done", link} {
		if a := b.get(path); a.status != http.StatusOK && a.location != "/reset/done" {
			t.Errorf("%s: %d", path, a.status)
		}
	}
}

// Members see the operator from the first page on, never the name of the program; whoever
// enrols sees whose desk it is.
func TestMembersPagesNameTheOperator(t *testing.T) {
	s := newSite(t)
	token, err := staff.Enrol(s.Ctx, s.Store, s.Administrator, s.Agent.ID)
	if err != nil {
		t.Fatal(err)
	}
	link := s.link()
	for _, path := range []string{"/reset/none/x", "/reset", "/reset/none", link, "/reset/done", "/enrol/" + token, "/enrol/none"} {
		a := newBrowser(t, s.server.URL).get(path + "?lang=en")
		if !strings.Contains(a.body, "NTTコミュニケーションズ") {
			t.Errorf("%s (%d) does not say whose it is", path, a.status)
		}
		member := strings.HasPrefix(path, "/reset")
		if member && (strings.Contains(strings.ToLower(a.body), "hoten") || strings.Contains(a.body, `type="module"`) || strings.Contains(a.body, "app.css")) {
			t.Errorf("%s shows the program", path)
		}
		if member && !strings.Contains(a.body, "Contact us") {
			t.Errorf("%s names no desk", path)
		}
	}
}
