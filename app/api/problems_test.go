package api_test

import (
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"

	"github.com/labstack/echo/v4"

	"hoten/app/api"
	"hoten/app/apptest"
	"hoten/app/cases"
	"hoten/app/store"
)

// Whatever is refused, the answer is a problem of RFC 9457, in the caller's language.
func TestProblems(t *testing.T) {
	s := newSiteWithCase(t)
	path := "/cases/" + s.Case(login).Number()
	text := func(v string) string { return `{"text":` + v + `}` }
	incident := func(more string) string {
		return `{"reference":"N1","title_ja":"題","title_en":"Title","period_from":"2014-07-11","period_to":"2014-07-12","detected_on":"2014-07-12"` + more + `}`
	}
	for _, c := range []struct {
		name, method, path, body string
		status                   int
		code, field, problem     string // problem is the word of the field
	}{
		{"validation", "POST", path + "/notes", text(`" "`), 422, "invalid", "text", "required"},
		{"not found", "GET", "/cases/" + cases.Number(999), "", 404, "not_found", "", ""},
		{"a wrong check digit", "GET", "/cases/H0000001-4", "", 404, "not_found", "", ""},
		{"forbidden", "POST", "/incidents", "{}", 403, "forbidden", "", ""},
		{"a stale version", "PATCH", path, `{"status":"on_hold","version":7}`, 409, "conflict", "", ""},
		{"no version", "PATCH", path, `{"status":"on_hold"}`, 422, "invalid", "version", "required"},
		{"unknown route", "GET", "/nowhere", "", 404, "not_found", "", ""},
		{"the root", "GET", "", "", 404, "not_found", "", ""},
		{"a slash too many", "GET", "/cases/", "", 404, "not_found", "", ""},
		{"wrong method", "DELETE", path, "", 404, "not_found", "", ""},
		{"unknown method", "FOO", path, "", 404, "not_found", "", ""},
		{"malformed", "POST", path + "/notes", `{"text":`, 422, "invalid", "body", "json_invalid"},
		{"no JSON", "POST", path + "/notes", `text=x`, 422, "invalid", "body", "json_invalid"},
		{"two bodies", "POST", path + "/notes", text(`"x"`) + text(`"y"`), 422, "invalid", "body", "json_invalid"},
		{"a brace too many", "POST", path + "/notes", text(`"x"`) + "}", 422, "invalid", "body", "json_invalid"},
		{"a list", "POST", path + "/notes", "[]", 422, "invalid", "body", "json_invalid"},
		{"null", "POST", path + "/notes", "null", 422, "invalid", "text", "required"},
		{"nothing", "POST", path + "/notes", "", 422, "invalid", "text", "required"},
		{"wrong type", "POST", path + "/notes", text("1"), 422, "invalid", "text", "type_wrong"},
		{"wrong type inside", "POST", path + "/notes", text(`{"x":1}`), 422, "invalid", "text", "type_wrong"},
		{"half points", "POST", path + "/adjustments", `{"program":"goo","points":1.5,"reason":"r"}`, 422, "invalid", "points", "type_wrong"},
		{"endless points", "POST", path + "/adjustments", `{"program":"goo","points":99999999999999999999,"reason":"r"}`, 422, "invalid", "points", "type_wrong"},
		{"a character no row holds", "POST", path + "/notes", text(`"a\u0000b"`), 422, "invalid", "text", "undecodable"},
		{"not UTF-8", "POST", path + "/notes", text("\"\x93\xfa\x96\x7b\""), 422, "invalid", "text", "undecodable"},
		{"oversize", "POST", path + "/notes", text(`"` + strings.Repeat("x", 1<<20) + `"`), 413, "too_large", "", ""},
		{"an unknown case", "POST", "/calls/7/end", "{}", 404, "not_found", "", ""},
		{"no number", "POST", "/calls/x/end", "{}", 404, "not_found", "", ""},
		{"a number too large", "GET", "/imports/99999999999999999999", "", 404, "not_found", "", ""},
		{"an undecodable address", "GET", "/incidents/%00", "", 404, "not_found", "", ""},
		{"an undecodable query", "GET", "/cases?status=%ff", "", 422, "invalid", "status", "undecodable"},
		{"a filter given twice", "GET", "/cases?status=new&status=on_hold", "", 422, "invalid", "status", "given_twice"},
		{"a card as a caller's number", "POST", path + "/calls", `{"direction":"inbound","relation":"self","caller_number":"4111 1111 1111 1111"}`, 422, "invalid", "caller_number", "secret_card"},
		{"a card as a login ID", "POST", "/cases", `{"incident":"` + apptest.Reference + `","login_id":"4111111111111111"}`, 422, "invalid", "login_id", "secret_card"},
		{"an unknown incident", "GET", "/cases?incident=none", "", 422, "invalid", "incident", "filter_unknown"},
		{"a bad time", "GET", "/audit?from=yesterday", "", 422, "invalid", "from", "time_invalid"},
		{"a release without a day", "MANAGER", "/incidents", incident(`,"released_on":"soon"`), 422, "invalid", "released_on", "date_invalid"},
		{"a release of too many", "MANAGER", "/incidents", incident(`,"released_ids":99999999999`), 422, "invalid", "released_ids", "too_large"},
		{"a release of fewer than none", "MANAGER", "/incidents", incident(`,"released_exchanged":-1`), 422, "invalid", "released_exchanged", "must_be_positive"},
		{"a note that nobody sees", "POST", path + "/notes", text(`"\u200b\u3164\u2800"`), 422, "invalid", "text", "required"},
		{"a reason that nobody sees", "POST", path + "/reveal", `{"reason":"\u00ad\u115f\u034f"}`, 422, "invalid", "reason", "required"},
		{"an empty dry_run", "MANAGER", "/incidents/" + apptest.Reference + "/imports?dry_run=", "", 422, "invalid", "dry_run", "type_wrong"},
		{"a secret", "POST", path + "/notes", text(`"パスワードは abcd1234"`), 422, "invalid", "text", "secret_password"},
	} {
		t.Run(c.name, func(t *testing.T) {
			caller, method := s.as(s.Agent), c.method
			if method == "MANAGER" {
				caller, method = s.as(s.Manager), "POST"
			}
			caller.t = t
			isProblem(t, func(lang string) answer { return caller.do(method, c.path, c.body, "Accept-Language", lang) }, c.status, c.code)
			a := caller.do(method, c.path, c.body, "Accept-Language", "en")
			if c.field == "" {
				a.want(c.status, "errors", "none")
				return
			}
			a.want(c.status, "errors.#", "1", "errors.0.field", c.field, "errors.0.code", c.problem)
		})
	}
	if n := s.count("select count(*) from case_events where kind = 'note'") + s.count("select count(*) from incidents where reference = 'N1'"); n != 0 {
		t.Errorf("%d refused things happened", n)
	}
}

var japanese = regexp.MustCompile(`[ぁ-んァ-ヶ一-龠]`)

// isProblem holds the shape of an answer in both languages.
func isProblem(t *testing.T, ask func(lang string) answer, status int, code string) {
	t.Helper()
	for lang, header := range map[string]string{"ja": "fr, ja;q=0.8, en;q=0.3", "en": "en-GB"} {
		a := ask(header)
		a.want(status, "type", "urn:hoten:problem:"+code, "title", http.StatusText(status), "status", fmt.Sprint(status), "code", code)
		if a.header.Get("Content-Type") != "application/problem+json" || a.header.Get("Content-Language") != lang {
			t.Errorf("%s: %v", lang, a.header)
		}
		said := []string{a.at("detail")}
		if a.at("errors") != "none" {
			for i := 0; fmt.Sprint(i) != a.at("errors.#"); i++ {
				said = append(said, a.at(fmt.Sprintf("errors.%d.message", i)))
			}
		}
		for _, sentence := range said {
			if sentence == "" || japanese.MatchString(sentence) != (lang == "ja") || strings.Contains(sentence, "fault.") || strings.Contains(sentence, "{{") {
				t.Errorf("%s: it says %q", lang, sentence)
			}
		}
	}
}

// Without a token there is a problem too, in the browser's language; with one
// the account's language holds unless the call names another.
func TestProblemsOfStrangers(t *testing.T) {
	s := newSiteWithCase(t)
	stranger := &client{t: t, base: s.server.URL}
	isProblem(t, func(lang string) answer { return stranger.do("GET", "/cases", nil, "Accept-Language", lang) }, 401, "unauthenticated")
	isProblem(t, func(lang string) answer { return stranger.do("POST", "/nowhere", "{", "Accept-Language", lang) }, 404, "not_found")
	// Before anything of a body is read.
	stranger.do("POST", "/cases", strings.Repeat("x", 100)).want(401)
	if _, err := s.Pool.Exec(s.Ctx, "update staff set language = 'en' where id = $1", s.Agent2.ID); err != nil {
		t.Fatal(err)
	}
	if a := s.as(s.Agent2).get("/cases/x"); japanese.MatchString(a.at("detail")) || a.header.Get("Content-Language") != "en" {
		t.Errorf("an English account reads %s", a.body)
	}
	if a := s.as(s.Agent2).do("GET", "/cases/x", nil, "Accept-Language", "ja"); !japanese.MatchString(a.at("detail")) {
		t.Errorf("asked for Japanese: %s", a.body)
	}
	if a := s.as(s.Agent).get("/cases/x"); !japanese.MatchString(a.at("detail")) {
		t.Errorf("a Japanese account reads %s", a.body)
	}
}

// A stale version is told together with what the case is now, and changes nothing.
func TestStaleVersion(t *testing.T) {
	s := newSiteWithCase(t)
	path := "/cases/" + s.Case(login).Number()
	c := s.as(s.Agent)
	c.do("PATCH", path, j{"status": "in_progress", "assignee": "me", "version": 1}).want(200, "status", "in_progress", "assignee", fmt.Sprint(s.Agent.ID), "version", "3")
	s.as(s.Agent2).do("PATCH", path, j{"status": "on_hold", "version": 1}).want(409, "code", "conflict", "with.version", "3", "with.status", "in_progress")
	c.get(path).want(200, "status", "in_progress", "version", "3")
	s.as(s.Agent2).do("PATCH", path, j{"status": "on_hold", "assignee": "none", "version": 3}).want(403, "code", "forbidden")
	c.get(path).want(200, "status", "in_progress", "version", "3")
	for _, to := range []any{s.Agent2.ID, s.Supervisor.ID} {
		c.do("PATCH", path, j{"assignee": to, "version": 3}).want(403, "code", "forbidden")
	}
	for _, free := range []any{nil, "none", 0} {
		version := c.do("PATCH", path, j{"assignee": s.Agent.ID, "version": c.get(path).number("version")}).want(200).number("version")
		a := c.do("PATCH", path, j{"assignee": free, "version": version})
		if free == 0 {
			a.want(422, "errors.0.code", "assignee_unknown") // a number is somebody's
			continue
		}
		a.want(200, "assignee", "null")
	}
}

// Names that the program does not know are no reason to refuse: callers may be
// newer than the program. Nothing of them is kept.
func TestUnknownFieldsAreIgnored(t *testing.T) {
	s := newSiteWithCase(t)
	path := "/cases/" + s.Case(login).Number()
	c := s.as(s.Agent)
	c.post(path+"/notes", `{"text":"折り返し希望","mood":"angry","id":7}`).want(201, "timeline.0.kind", "note", "timeline.0.text", "折り返し希望", "timeline.0.data", "none")
	c.do("PATCH", path, `{"version":1,"origin":"added","class":"D","reimbursement_state":"posted"}`).want(200, "origin", "listed", "class", "C",
		"reimbursement_state", "null", "version", "1")
	// A backslash before the escape makes it plain text.
	c.post(path+"/notes", `{"text":"\\u0000 と入力"}`).want(201, "timeline.0.text", `\u0000 と入力`)
}

// Parts of an address come escaped as the caller's library does it.
func TestEscapedAddresses(t *testing.T) {
	s := newSiteWithCase(t)
	c := s.as(s.Agent)
	for _, path := range []string{"2014-R096", "%32014-R096", "2014%2DR096"} {
		c.get("/incidents/"+path).want(200, "reference", apptest.Reference)
	}
	for _, path := range []string{"2014%252DR096", "2014-R096%00", "%ff", "%2F", "none"} {
		c.get("/incidents/"+path).want(404, "code", "not_found")
	}
}

// What went wrong inside is told without a word of what it was, a panic too.
func TestInternalErrorsSayNothing(t *testing.T) {
	s := newSiteWithCase(t)
	broken := s.as(s.Agent)
	broken.broken = true
	apptest.AsOwner(t, s.Store, "alter table mails rename to mails_away")
	e := echo.New()
	api.Register(e, &store.Store{Log: slog.New(slog.DiscardHandler)}, api.Options{Mails: true}) // panics, being without any database
	panics := httptest.NewServer(e)
	t.Cleanup(panics.Close)
	for name, base := range map[string]string{"an error": s.server.URL, "a panic": panics.URL} {
		broken.base = base
		// The log of it is scanned as well: what was asked for may be personal data.
		a := broken.get("/mails?kind=reset_link").want(500, "code", "internal", "status", "500", "#", "5")
		if strings.Contains(a.body, "mails") || strings.Contains(a.body, "SQLSTATE") || strings.Contains(a.body, "nil") || a.header.Get("Content-Type") != "application/problem+json" {
			t.Errorf("%s: %v %s", name, a.header, a.body)
		}
	}
}
