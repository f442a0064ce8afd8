package web_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"hoten/app/access"
	"hoten/app/apptest"
	"hoten/app/cases"
	"hoten/app/staff"
	"hoten/i18n"
)

func TestSignInAndOut(t *testing.T) {
	s := newSite(t)
	email := apptest.GivePassword(t, s.Store, s.Agent, password)
	b := newBrowser(t, s.server.URL)
	if a := b.get("/cases?q=山田&status=new"); a.status != http.StatusSeeOther || a.location != "/signin?next="+url.QueryEscape("/cases?status=new") {
		t.Fatalf("a stranger: %d %s", a.status, a.location)
	}
	before := b.cookie()
	for name, with := range map[string]string{"wrong": "wrong password 1", "empty": ""} {
		a := b.tryAs(email, with, "/cases")
		if a.status != http.StatusUnauthorized || !strings.Contains(a.body, email) || with != "" && strings.Contains(a.body, with) {
			t.Errorf("%s: %d; the address must stay and the password not", name, a.status)
		}
	}
	a := b.tryAs(email, password, "/cases?status=new")
	if a.status != http.StatusSeeOther || a.location != "/cases?status=new" {
		t.Fatalf("%d %s", a.status, a.location)
	}
	if after := b.cookie(); after == before || after == "" {
		t.Error("the session from before the sign-in lives on")
	}
	if a := b.get("/signin?next=/mails"); a.location != "/mails" {
		t.Errorf("signed in already: %s", a.location)
	}
	stolen := b.cookie()
	b.get("/tokens")
	if a := b.post("/signout"); a.status != http.StatusSeeOther || a.location != "/signin" || a.header.Get("Clear-Site-Data") != `"cache"` {
		t.Fatalf("signing out: %d %s", a.status, a.location)
	}
	if a := b.get("/cases"); !strings.HasPrefix(a.location, "/signin") {
		t.Errorf("after signing out: %d", a.status)
	}
	thief := newBrowser(t, s.server.URL)
	thief.setCookie(stolen)
	if a := thief.get("/cases"); !strings.HasPrefix(a.location, "/signin") {
		t.Errorf("the cookie works after signing out: %d", a.status)
	}
	if n := s.count("select count(*) from audit_entries where action = 'staff.signed_out' and actor_id = $1", s.Agent.ID); n != 1 {
		t.Errorf("signing out audited %d times", n)
	}
}

func (b *browser) cookie() string {
	u, err := url.Parse(b.base)
	if err != nil {
		b.t.Fatal(err)
	}
	for _, c := range b.http.Jar.Cookies(u) {
		if c.Name == "hoten_session" {
			return c.Value
		}
	}
	return ""
}

func (b *browser) setCookie(value string) {
	u, err := url.Parse(b.base)
	if err != nil {
		b.t.Fatal(err)
	}
	b.http.Jar.SetCookies(u, []*http.Cookie{{Name: "hoten_session", Value: value, Path: "/"}})
}

func TestSessionTokensAreKeptHashed(t *testing.T) {
	s := newSite(t)
	b := s.as(s.Agent)
	if n := s.count("select count(*) from sessions where token = $1", b.cookie()); n != 0 {
		t.Error("whoever reads the table can take the session over")
	}
	if n := s.count("select count(*) from sessions"); n == 0 {
		t.Error("no session at all")
	}
}

func TestRedirectsStayHere(t *testing.T) {
	s := newSite(t)
	email := apptest.GivePassword(t, s.Store, s.Agent, password)
	for _, next := range []string{"https://evil.example/", "//evil.example", "///evil.example", "/\\evil.example", "\\\\evil.example", "javascript:alert(1)",
		"http:evil.example", "/\t/evil.example", "//", "", " //evil.example", "evil.example"} {
		b := newBrowser(t, s.server.URL)
		if a := b.tryAs(email, password, next); a.location != "/" {
			t.Errorf("sign-in with %q leads to %q", next, a.location)
		}
		b.get("/tokens")
		if a := b.post("/language", "language", "ja", "back", next); a.location != "/" {
			t.Errorf("language with %q leads to %q", next, a.location)
		}
		if a := b.get("/signin?next=" + url.QueryEscape(next)); a.location != "/" {
			t.Errorf("signed in already, %q leads to %q", next, a.location)
		}
	}
}

func TestSessionEndsWithoutWork(t *testing.T) {
	s := newSite(t)
	b := s.as(s.Agent)
	for range 5 {
		s.Clock.Add(59 * time.Minute)
		if a := b.get("/cases"); a.status != http.StatusOK {
			t.Fatalf("within the hour: %d", a.status)
		}
	}
	s.Clock.Add(time.Hour + time.Second)
	if a := b.get("/cases"); !strings.HasPrefix(a.location, "/signin") {
		t.Errorf("after an hour: %d", a.status)
	}
	if a := b.get("/cases"); !strings.HasPrefix(a.location, "/signin") {
		t.Errorf("once more: %d", a.status)
	}
}

func TestDisabledAccountLosesItsSession(t *testing.T) {
	s := newSite(t)
	b, yes := s.as(s.Agent), true
	if a := b.get("/cases"); a.status != http.StatusOK {
		t.Fatal(a.status)
	}
	if _, err := staff.Update(s.Ctx, s.Store, s.Administrator, s.Agent.ID, staff.Change{Disabled: &yes}); err != nil {
		t.Fatal(err)
	}
	if a := b.get("/cases"); !strings.HasPrefix(a.location, "/signin") {
		t.Errorf("%d", a.status)
	}
}

func TestNewRoleHoldsAtOnce(t *testing.T) {
	s := newSite(t)
	b, role := s.as(s.Agent), access.Auditor
	if _, err := staff.Update(s.Ctx, s.Store, s.Administrator, s.Agent.ID, staff.Change{Role: &role}); err != nil {
		t.Fatal(err)
	}
	if a := b.get("/calls"); a.status != http.StatusForbidden {
		t.Errorf("%d", a.status)
	}
}

func TestEnrolmentPage(t *testing.T) {
	s := newSite(t)
	token, err := staff.Enrol(s.Ctx, s.Store, s.Administrator, s.Agent.ID)
	if err != nil {
		t.Fatal(err)
	}
	b := newBrowser(t, s.server.URL)
	if a := b.get("/enrol/" + token); a.status != http.StatusOK || !strings.Contains(a.body, "agent@hoten.example") {
		t.Fatalf("%d", a.status)
	}
	for _, c := range [][2]string{{"tiny9", "tiny9"}, {password, "another one 123"}} {
		if a := b.post("/enrol/"+token, "password", c[0], "password_again", c[1]); a.status != http.StatusUnprocessableEntity || strings.Contains(a.body, c[1]) {
			t.Errorf("%v: %d", c, a.status)
		}
	}
	if a := b.post("/enrol/"+token, "password", password, "password_again", password); a.status != http.StatusSeeOther || a.location != "/" {
		t.Fatalf("%d", a.status)
	}
	if a := b.get("/cases"); a.status != http.StatusOK {
		t.Errorf("enrolling signs in: %d", a.status)
	}
	wrong, used := newBrowser(t, s.server.URL).get("/enrol/none"), newBrowser(t, s.server.URL).get("/enrol/"+token)
	if wrong.status != http.StatusNotFound || used.status != http.StatusNotFound || strings.ReplaceAll(used.body, token, "none") != wrong.body {
		t.Errorf("a used link (%d) looks unlike a wrong one (%d)", used.status, wrong.status)
	}
}

func TestStrangersChooseTheirLanguage(t *testing.T) {
	s := newSite(t)
	b := newBrowser(t, s.server.URL)
	for _, c := range [][2]string{{"/signin?lang=en&next=%2Fcases", "en"}, {"/signin", "en"}, {"/signin?lang=ja", "ja"}, {"/signin?lang=xx", "ja"}} {
		if a := b.get(c[0]); !strings.Contains(a.body, `<html lang="`+c[1]+`"`) {
			t.Errorf("%s is not in %s", c[0], c[1])
		}
	}
	a := b.get("/signin?next=%2Fcases%3Fq%3D1")
	if !strings.Contains(a.body, `/signin?next=%2Fcases%3Fq%3D1&amp;lang=en`) {
		t.Error("the link to the other language forgets where the reader wanted to go")
	}
}

func TestEveryPageForbidsWhatItDoesNotNeed(t *testing.T) {
	s := newSite(t)
	for _, path := range []string{"/signin", "/reset/none", "/nowhere"} {
		h := newBrowser(t, s.server.URL).get(path).header
		if h.Get("Cache-Control") != "no-store" || h.Get("X-Frame-Options") != "DENY" || h.Get("X-Content-Type-Options") != "nosniff" ||
			!strings.Contains(h.Get("Content-Security-Policy"), "default-src 'none'") {
			t.Errorf("%s: %v", path, h)
		}
		if c := h.Get("Set-Cookie"); c != "" && (!strings.Contains(c, "HttpOnly") || !strings.Contains(c, "SameSite=Lax")) {
			t.Errorf("%s: %s", path, c)
		}
	}
	if h := newBrowser(t, s.server.URL).get("/reset/none").header; h.Get("Referrer-Policy") != "no-referrer" {
		t.Error("the token of a reset link goes along to other pages")
	}
}

// A form that comes after its session has ended leads back to the page that it stood on, and the
// sign-in page says that nothing was saved.
func TestFormsOfAnEndedSessionAreToldLost(t *testing.T) {
	s := newSite(t)
	b := s.as(s.Agent)
	path := "/cases/" + cases.Number(s.Case(login).ID)
	b.get(path)
	for from, next := range map[string]string{
		path + "?kind=note&q=x": path + "?kind=note", "/calls/7/answers": "/calls/7/answers", "": "", "/nowhere": "", "/reset/x": "", "//evil.example/cases": "", "/signin": "",
	} {
		gone := newBrowser(t, s.server.URL)
		gone.get("/signin")
		gone.referer = from
		a := gone.post(path+"/notes", "text", "x", "csrf", "of the session")
		want := url.Values{"lost": {"true"}}
		if next != "" {
			want.Set("next", next)
		}
		if a.status != http.StatusSeeOther || a.location != "/signin?"+want.Encode() {
			t.Errorf("from %q: %d %s", from, a.status, a.location)
		}
		if shown := gone.get(a.location); !strings.Contains(shown.body, i18n.T(t.Context(), "staff.signin.lost")) {
			t.Errorf("from %q: the sign-in page says nothing of what was lost", from)
		}
	}
}
