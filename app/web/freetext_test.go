package web_test

import (
	"fmt"
	"html"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"hoten/app/access"
	"hoten/app/apptest"
	"hoten/app/cases"
	"hoten/i18n"
)

// choices are the fields of forms that hold no free text: numbers, dates, codes,
// choices, and what is compared or looked for and never kept as typed.
var choices = strings.Fields(`moved day system difference cause alarm_minutes days question asked asked_differs asked_value assignee back band call caller caller_number class closes closes_2 code confirm current_password decision desk dialling direction do domains
	due_on due_time email end_open finding flag form from from_on id incident item kind lang language languages late login_id long mail_address mails month
	movement_id next once one_time_password opens opens_2 operator outcome page_url password password_again plan points program q query reference refused rejection
	relation released_exchanged released_ids released_on resumed_at role seen seen_status sent_on shown service state status substitute_ text_size theme to topic
	until_on upheld url value version`)

// reasons are the texts that verbs.Do checks for every action.
var reasons = []string{"reason", "documents"}

// freeTexts are the fields of all other texts, by handlers' file and name, each with a
// form that is fine but for it.
func freeTexts(s *site) map[string]struct {
	who  access.Actor
	path string
	form []string
} {
	of := "/cases/" + cases.Number(s.Case(login).ID)
	desk := []string{"code", "night", "name_ja", "夜間窓口", "name_en", "Night desk", "short_ja", "夜間", "short_en", "Night", "phone", "0120-000-000",
		"hours.0.open", "10:00", "hours.0.close", "12:00", "hours.0.from", "", "hours.0.until", "", "hours.0.weekdays", "1", "reason", "試行", "do", "save", "seen", "{}"}
	incident := []string{"reference", "2014-R099", "title_ja", "題", "title_en", "Title", "period_from", "2014-07-01", "period_to", "2014-07-02", "detected_on", "2014-07-02"}
	type one = struct {
		who  access.Actor
		path string
		form []string
	}
	called := fmt.Sprintf("/calls/%d/handover", s.Call(s.Agent, s.Case(login).ID).ID)
	out := map[string]one{
		"handovers.go:note":          {s.Agent, called, []string{"to", fmt.Sprint(s.Supervisor.ID)}},
		"callbacks.go:note":          {s.Agent, of + "/callbacks", []string{"due_on", "2014-08-01", "due_time", "11:00", "desk", "tech"}},
		"cases_edit.go:note":         {s.Agent, of + "/reimbursements", nil},
		"cases_edit.go:text":         {s.Agent, of + "/notes", nil},
		"incidents_edit.go:title_ja": {s.Manager, "/incidents", incident},
		"incidents_edit.go:title_en": {s.Manager, "/incidents", incident},
		"reports.go:text":            {s.Agent, "/reports/daily/notes", []string{"incident", apptest.Reference, "date", "2014-07-31", "desk", "tech"}},
		"scripts.go:text_ja":         {s.Manager, "/scripts/farewell", []string{"text_en", "Goodbye.", "reason", "試行"}},
		"scripts.go:text_en":         {s.Manager, "/scripts/farewell", []string{"text_ja", "失礼いたします。", "reason", "試行"}},
		"services.go:note":           {s.Manager, "/services", []string{"program", "goo", "service", "exchange", "state", "suspended", "from_on", "2014-07-31", "from_time", "10:00", "reason", "試行"}},
		"staff.go:name":              {s.Administrator, "/staff", []string{"email", "new@hoten.example", "role", "agent", "language", "ja"}},
		"staff.go:name_en":           {s.Administrator, "/staff", []string{"email", "new@hoten.example", "name", "新人", "role", "agent", "language", "ja"}},
		"tokens.go:name":             {s.Agent, "/tokens", nil},
		"cti.go:name":                {s.Administrator, "/cti", nil},
		"webhooks.go:note":           {s.Administrator, "/webhooks", []string{"url", "https://example.jp/hoten", "kinds", "case"}},
		"directories.go:name":        {s.Administrator, "/directories", []string{"code", "outside", "kind", "test", "set_name", "x"}},
		"points.go:name":             {s.Administrator, "/points", []string{"code", "outside", "kind", "http", "alarm_minutes", "15", "set_url", "https://points.example", "set_secret", "points-token-of-tests"}},
		"staff.go:extension":         {s.Administrator, fmt.Sprintf("/staff/%d", s.Agent.ID), []string{"desk", "tech"}},
		"views.go:name":              {s.Agent, "/views", []string{"query", "status=new"}},
	}
	for _, name := range []string{"subject_ja", "text_ja", "subject_en", "text_en"} {
		out["bulletins.go:"+name] = one{s.Manager, "/bulletins", []string{"subject_ja", "件名", "text_ja", "本文", "subject_en", "Subject", "text_en", "Text"}}
	}
	for _, name := range []string{"happened_ja", "happened_en"} {
		out["incidents_edit.go:"+name] = one{s.Manager, "/incidents", append(incident, "happened_ja", "経緯", "happened_en", "Story")}
	}
	both := func(names ...string) (out []string) {
		for _, n := range names {
			out = append(out, n+"_ja", "日本語", n+"_en", "English")
		}
		return out
	}
	for path, form := range map[string][]string{
		"/operators": both("name", "sender", "signature", "page"),
		"/ids":       append(both("name", "opens", "goes_on", "point_password"), "language", "ja", "operator", "ntt-com"),
		"/programs":  append(both("name", "unit"), "unit_en_one", "point", "operator", "ntt-com"),
	} {
		for i := 0; i < len(form); i += 2 {
			if name := form[i]; name != "language" && name != "operator" {
				out["setup.go:"+name] = one{s.Manager, path, append(form, "code", "third")}
				out[path+":"+name] = out["setup.go:"+name]
			}
		}
	}
	for _, name := range []string{"question_ja", "question_en", "answer_ja", "answer_en"} {
		out["questions.go:"+name] = one{s.Manager, "/questions", append(both("question", "answer"), "reason", "試行")}
	}
	for _, name := range []string{"name_ja", "name_en", "short_ja", "short_en"} {
		out["desks_form.go:"+name] = one{s.Manager, "/desks", desk}
	}
	return out
}

// No free text of a form takes a secret, whichever it is; a field that is neither known
// as a choice nor among the free texts fails this test.
func TestFreeTextsTakeNoSecrets(t *testing.T) {
	s := newSite(t)
	free := freeTexts(s)
	read := regexp.MustCompile(`(?:FormValue|\.lines?)\("([a-z_]+)"\)`)
	sources, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	for _, source := range sources {
		code, err := os.ReadFile(source)
		if err != nil {
			t.Fatal(err)
		}
		if strings.HasSuffix(source, "_test.go") {
			continue
		}
		for _, m := range read.FindAllStringSubmatch(string(code), -1) {
			// What was typed is shown again beside what somebody else wrote.
			if _, is := free[source+":"+m[1]]; !is && !slices.Contains(choices, m[1]) && !slices.Contains(reasons, m[1]) && source != "conflict.go" {
				t.Errorf("%s: is %s a free text? Then it goes through app/secrets and belongs into this test", source, m[1])
			}
		}
	}
	for field, c := range free {
		t.Run(field, func(t *testing.T) {
			_, name, _ := strings.Cut(field, ":")
			form := []string{name, "暗証番号4821"} // fits the shortest
			for i := 0; i+1 < len(c.form); i += 2 {
				if c.form[i] != name {
					form = append(form, c.form[i], c.form[i+1])
				}
			}
			a := s.as(c.who).post(c.path, form...)
			why := html.EscapeString(i18n.T(i18n.With(s.Ctx, "ja"), "fault.field.secret_password"))
			if a.status != http.StatusUnprocessableEntity || !strings.Contains(a.body, why) {
				t.Errorf("%s with a password in %s: %d\n%s", c.path, name, a.status, form)
			}
		})
	}
}
