package web_test

import (
	"io"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"hoten/app/web"
)

var markField = regexp.MustCompile(`name="mark" value="([^"]+)"`)

// A form that creates something does it once, however often it is sent: without
// scripts, by a double click, at once. Sent again it leads to where the first led.
func TestFormsSentTwice(t *testing.T) {
	s := newSite(t)
	b := s.as(s.Agent)
	page := "/cases/" + s.Case(login).Number()
	due := s.Clock.Now().Add(3 * time.Hour).In(time.FixedZone("JST", 9*3600))
	for _, form := range []struct {
		path  string
		count string
		pairs []string
	}{
		{page + "/notes", "select count(*) from case_events where kind = 'note'", []string{"text", "二重送信"}},
		{page + "/adjustments", "select count(*) from adjustments", []string{"program", "goo", "points", "5", "reason", "調査"}},
		{page + "/callbacks", "select count(*) from callbacks", []string{"due_on", due.Format("2006-01-02"), "due_time", due.Format("15:04"), "desk", "tech"}},
		{page + "/calls", "select count(*) from calls", []string{"direction", "inbound", "desk", "tech", "relation", "self"}},
		{"/reports/daily/notes", "select count(*) from daily_notes", []string{"text", "申し送り"}},
		{"/tokens", "select count(*) from api_tokens", []string{"name", "CTI"}},
	} {
		for name, at := range map[string]struct {
			mark   string
			atOnce bool
		}{"one after another": {"m1", false}, "at once": {"m2", true}, "from no page of ours": {"", false}} {
			if name == "from no page of ours" && form.path == "/tokens" {
				continue // each is wanted
			}
			before := s.count(form.count)
			values := url.Values{"csrf": {b.csrf}}
			if at.mark != "" {
				values.Set("mark", at.mark)
			}
			for i := 0; i < len(form.pairs); i += 2 {
				values.Set(form.pairs[i], form.pairs[i+1])
			}
			if name == "from no page of ours" {
				s.Clock.Add(2 * time.Minute)
			}
			var got [3]answer
			var all sync.WaitGroup
			for i := range got {
				send := func() { got[i] = b.do("POST", form.path, "application/x-www-form-urlencoded", values.Encode()) }
				if at.atOnce {
					all.Go(send)
				} else {
					send()
				}
			}
			all.Wait()
			if made := s.count(form.count) - before; made != 1 {
				// A callback or a call that is open keeps the next from beginning.
				if !(made == 0 && before > 0 && (strings.HasSuffix(form.path, "/callbacks") || strings.HasSuffix(form.path, "/calls"))) {
					t.Errorf("%s %s made %d", form.path, name, made)
				}
			}
			for _, a := range got[1:] {
				if a.status != got[0].status && form.path != "/tokens" || a.location != got[0].location && form.path != "/tokens" {
					t.Errorf("%s %s: first %d %s, then %d %s", form.path, name, got[0].status, got[0].location, a.status, a.location)
				}
			}
		}
	}
}

// Another text in the same form, as after going back, is another form; a refused
// one may be sent again; and what was sent long ago is not known any more.
func TestFormsAreKnownByWhatTheySay(t *testing.T) {
	s := newSite(t)
	b := s.as(s.Agent)
	page := "/cases/" + s.Case(login).Number()
	notes := func() int { return s.count("select count(*) from case_events where kind = 'note'") }
	for i, text := range []string{"一", "二", "三"} {
		if b.post(page+"/notes", "text", text, "mark", "x"); notes() != i+1 {
			t.Errorf("%s: %d notes", text, notes())
		}
	}
	for range 2 {
		if a := b.post(page+"/notes", "text", " "); a.status != http.StatusUnprocessableEntity {
			t.Errorf("refused: %d", a.status)
		}
	}
	if s.as(s.Agent2).post(page+"/notes", "text", "一", "mark", "x"); notes() != 4 {
		t.Errorf("somebody else's: %d notes", notes())
	}
	raw := url.Values{"csrf": {b.csrf}, "text": {"同じ"}}.Encode()
	for i, want := range []int{5, 5, 6} {
		if i == 2 {
			s.Clock.Add(2 * time.Minute)
		}
		if b.do("POST", page+"/notes", "application/x-www-form-urlencoded", raw); notes() != want {
			t.Errorf("without a mark, %d: %d notes, want %d", i, notes(), want)
		}
	}
}

// Every form of every page that sends something carries its page's mark.
func TestFormsAreMarked(t *testing.T) {
	s := newSite(t)
	b := s.as(s.Manager)
	form := regexp.MustCompile(`(?s)<form[^>]*method="post"[^>]*>.*?</form>`)
	marks := map[string]bool{}
	for _, path := range []string{"/calls", "/cases", "/cases/" + s.Case(login).Number(), "/reimbursements", "/incidents/2014-R096", "/incidents/new", "/desks/new", "/services",
		"/policies", "/tokens", "/imports/new", "/reports/daily", "/callbacks", "/bulletins"} {
		found := form.FindAllString(b.get(path).body, -1)
		if len(found) == 0 {
			t.Errorf("%s has no form", path)
		}
		for _, f := range found {
			m := markField.FindStringSubmatch(f)
			if m == nil {
				t.Errorf("%s: a form without a mark: %.120s", path, f)
				continue
			}
			marks[m[1]] = true
		}
	}
	if len(marks) != 14 {
		t.Errorf("%d marks on 14 pages", len(marks))
	}
}

// Whoever is not signed in has no row in the database, whatever they ask for or send.
func TestStrangersLeaveNoRows(t *testing.T) {
	s := newSite(t)
	rows := func() int { return s.count("select count(*) from sessions") }
	before := rows()
	b := newBrowser(t, s.server.URL)
	for _, r := range web.Routes {
		if r.Method == http.MethodGet {
			b.get(strings.NewReplacer(":token", "none", ":number", "H0000001-3", ":id", "1").Replace(r.Path))
			newBrowser(t, s.server.URL).get(r.Path + "?lang=en")
		}
	}
	b.get("/signin")
	b.post("/signin", "email", "who@hoten.example", "password", "wrong password 1")
	b.post("/reset/none", "password", "x", "password_again", "x")
	if a := b.post("/language", "language", "en", "back", "/signin"); a.status != http.StatusSeeOther || !strings.Contains(b.get(a.location).body, `<html lang="en"`) {
		t.Errorf("the language is not kept: %d", a.status)
	}
	for _, lang := range []string{"", "fr", "EN", "ja,en", strings.Repeat("x", 10_000)} {
		if a := b.post("/language", "language", lang); a.status != http.StatusUnprocessableEntity {
			t.Errorf("%.10s: %d", lang, a.status)
		}
	}
	if a := b.post("/language", "language", strings.Repeat("x", 900_000)); a.status != http.StatusRequestEntityTooLarge {
		t.Errorf("900 kB: %d", a.status)
	}
	if after := rows(); after != before {
		t.Errorf("%d rows", after-before)
	}
	if signed := s.as(s.Agent); rows() != before+1 {
		t.Errorf("a session: %d rows", rows()-before)
	} else if a := signed.post("/language", "language", "fr"); a.status != http.StatusUnprocessableEntity {
		t.Errorf("staff: %d", a.status)
	}
}

// The token of a form counts in its body or in a header, never in the address.
func TestTokenOnlyInBodyOrHeader(t *testing.T) {
	s := newSite(t)
	staff, stranger := s.as(s.Agent), newBrowser(t, s.server.URL)
	stranger.get("/signin")
	for name, b := range map[string]*browser{"staff": staff, "stranger": stranger} {
		send := func(address, body, header string) int {
			r, err := http.NewRequest("POST", s.server.URL+address, strings.NewReader(body))
			if err != nil {
				t.Fatal(err)
			}
			r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
			if header != "" {
				r.Header.Set("X-CSRF-Token", header)
			}
			res, err := b.http.Do(r)
			if err != nil {
				t.Fatal(err)
			}
			defer res.Body.Close()
			if _, err := io.Copy(io.Discard, res.Body); err != nil {
				t.Fatal(err)
			}
			return res.StatusCode
		}
		for _, c := range []struct {
			address, body, header string
			want                  int
		}{
			{"/language?csrf=" + b.csrf, "language=ja", "", 409}, {"/language", "language=ja&csrf=" + b.csrf, "", 303}, {"/language", "language=ja", b.csrf, 303},
			{"/language", "language=ja", "x", 409}, {"/language", "language=ja&csrf=" + b.csrf, "x", 409}, {"/language?language=ja", "csrf=" + b.csrf, "", 422},
		} {
			if got := send(c.address, c.body, c.header); got != c.want {
				t.Errorf("%s: %+v: %d", name, c, got)
			}
		}
	}
	if a := newBrowser(t, s.server.URL); a.post("/language", "language", "ja", "csrf", stranger.csrf).status != http.StatusConflict {
		t.Error("a token works in another browser")
	}
}

// A form that was answered with a page leads back when it is sent again, and says why.
func TestAFormSentTwiceThatWasAnsweredWithAPage(t *testing.T) {
	s := newSite(t)
	b := s.as(s.Agent)
	values := url.Values{"csrf": {b.csrf}, "mark": {"m1"}, "name": {"CTI"}}
	var got answer
	for range 2 {
		got = b.do("POST", "/tokens", "application/x-www-form-urlencoded", values.Encode())
	}
	if n := s.count("select count(*) from api_tokens"); n != 1 || got.status != http.StatusSeeOther {
		t.Fatalf("%d tokens, %d", n, got.status)
	}
	says(t, "the page", b.get("/tokens").body, []string{"この操作はすでに実行済みです。"}, nil)
}
