package setup_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"hoten/app/access"
	"hoten/app/apptest"
	"hoten/app/desks"
	"hoten/app/incidents"
	"hoten/app/operators"
	"hoten/app/services"
	"hoten/app/setup"
	"hoten/app/store"
)

// full sets every key of every part.
const full = `
operators:
  - {code: umi, name_ja: 海, name_en: Sea, sender_ja: 海の窓口, sender_en: Sea Desk, mail_address: no-reply@sea.example, signature_ja: 港, signature_en: Port, page_ja: 海のページ, page_en: the sea page, page_url: "https://sea.example/"}
ids:
  - {code: sea-id, operator: umi, name_ja: 海ID, name_en: Sea ID, form: "S[0-9]+", language: en, domains: [sea.example], opens_ja: 船, opens_en: Ships, goes_on_ja: 続く, goes_on_en: It goes on, point_password_ja: 暗証, point_password_en: PIN, one_time_password: true}
programs:
  - {code: shells, operator: umi, name_ja: 貝, name_en: Shells, unit_ja: 貝, unit_en: shells, unit_en_one: shell, threshold: 77, daily_limit: 7777}
desks:
  - code: port
    name_ja: 港
    name_en: Port
    short_ja: 港
    short_en: Port
    phone: 0570-000-111
    topics: [id, password, shells]
    ids: [sea-id]
    closed_on_holidays: true
    closed_yearly: [{first: 12/31, last: 1/3}]
    hours: [{weekdays: mon-fri, open: ["10:00-13:00", "14:00-19:00"], from: 2014-01-06, until: 2030-01-01}]
    exceptions: [{date: 2014-08-20}]
incidents:
  - {reference: SEA-1, id: sea-id, title_ja: 事案, title_en: Case, period_from: 2014-07-01, period_to: 2014-07-10, detected_on: 2014-07-11, released_on: 2014-07-12, released_ids: 40, released_exchanged: 30, happened_ja: 起きた, happened_en: It happened, programs: [{program: shells, bearer: umi}]}
services:
  - {program: shells, service: exchange, state: suspended, from: 2014-07-01 10:00, until: 2030-01-01 10:00, note: 補足}
`

// stands is all that full sets, as it is kept.
func stands(t *testing.T, s *store.Store) string {
	t.Helper()
	db := store.Read(t.Context(), s)
	companies, err := operators.List(db)
	ids, err2 := operators.IDs(db)
	programs, err3 := incidents.Programs(db)
	list, err4 := desks.List(db)
	recorded, err5 := incidents.Recorded(db)
	holding, past, err6 := services.List(db, time.Now())
	var policies string
	err7 := store.Scan(db, "select jsonb_agg(to_jsonb(p) order by p.id)::text from policies p", nil, &policies)
	for _, err := range []error{err, err2, err3, err4, err5, err6, err7} {
		if err != nil {
			t.Fatal(err)
		}
	}
	text, err := json.MarshalIndent([]any{companies, ids, programs, list, recorded, holding, past, policies}, "", " ")
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// What a file does not name stays, also of a thing that it names: the keys that it leaves
// out and those with nothing behind them.
func TestWhatIsNotNamedStays(t *testing.T) {
	s, _ := apptest.New(t)
	by := access.System("test")
	if _, err := apply(s, by, full); err != nil {
		t.Fatal(problems(err))
	}
	before := stands(t, s)
	for name, text := range map[string]string{
		"operator":     "operators: [{code: umi}]",
		"id":           "ids: [{code: sea-id, operator: umi, name_ja: 海ID, name_en: Sea ID}]",
		"id alone":     "ids: [{code: sea-id}]",
		"id, nothing":  "ids: [{code: sea-id, domains: , form: , language: , operator: ~}]",
		"program":      "programs: [{code: shells}]",
		"desk":         "desks: [{code: port}]",
		"desk, hours":  "desks: [{code: port, hours: , topics: }]",
		"incident":     "incidents: [{reference: SEA-1}]",
		"its programs": "incidents: [{reference: SEA-1, programs: [{program: shells}]}]",
		"service":      "services: [{program: shells, service: exchange, state: suspended, from: 2014-07-01 10:00}]",
		"all":          "operators: [{code: umi}]\nids: [{code: sea-id}]\nprograms: [{code: shells}]\ndesks: [{code: port}]\nincidents: [{reference: SEA-1}]\n",
	} {
		done, err := apply(s, by, text)
		if err != nil {
			t.Errorf("%s: %v", name, problems(err))
		}
		for _, d := range done {
			if d.Changed {
				t.Errorf("%s: changed %s %s", name, d.Kind, d.Name)
			}
		}
		if after := stands(t, s); after != before {
			t.Fatalf("%s: %s\nbecame %s", name, before, after)
		}
	}
}

// An empty text or list clears what is optional and nothing else, and what is required
// cannot be cleared.
func TestNamedEmptyClears(t *testing.T) {
	s, _ := apptest.New(t)
	by := access.System("test")
	if _, err := apply(s, by, full); err != nil {
		t.Fatal(problems(err))
	}
	for text, want := range map[string]string{
		`operators: [{code: umi, name_en: ""}]`:           "operators.0.name_en required",
		`ids: [{code: sea-id, language: ""}]`:             "ids.0.language language_unknown",
		`programs: [{code: shells, unit_en: ""}]`:         "programs.0.unit_en required",
		`programs: [{code: shells, threshold: ""}]`:       "programs.0.threshold setup_number",
		`desks: [{code: port, hours: []}]`:                "desks.0.hours required",
		`desks: [{code: port, topics: []}]`:               "desks.0.topics required",
		`incidents: [{reference: SEA-1, period_to: ""}]`:  "incidents.0.period_to required",
		`ids: [{code: new-id, name_ja: 新, name_en: New}]`: "ids.0.operator operator_unknown",
		`operators: [{code: new-one, name_ja: 新}]`:        "operators.0.name_en required",
		"desks: [{code: d2, name_ja: 窓, name_en: D, short_ja: 窓, short_en: D, phone: 0570-000-112, topics: [id]}]":                                        "desks.0.hours required",
		"desks: [{code: d2, name_ja: 窓, name_en: D, short_ja: 窓, short_en: D, phone: 0570-000-112, hours: [{weekdays: daily, open: [\"10:00-19:00\"]}]}]": "desks.0.topics required",
	} {
		_, err := apply(s, by, text)
		if got := problems(err); len(got) != 1 || got[0] != "1 "+want {
			t.Errorf("%s: %q", text, got)
		}
	}
	if _, err := apply(s, by, `
operators: [{code: umi, sender_ja: "", sender_en: "", mail_address: "", signature_en: "", page_url: ""}]
ids: [{code: sea-id, form: "", domains: [], opens_ja: "", opens_en: "", one_time_password: false}]
desks: [{code: port, ids: [], closed_yearly: [], exceptions: [], closed_on_holidays: false}]
incidents: [{reference: SEA-1, released_on: "", released_ids: "", released_exchanged: "", happened_ja: "", happened_en: "", programs: [{program: shells, bearer: ""}]}]
services: [{program: shells, service: exchange, state: suspended, from: 2014-07-01 10:00, until: "", note: ""}]
`); err != nil {
		t.Fatal(problems(err))
	}
	db := store.Read(t.Context(), s)
	i, err := operators.IDByCode(db, "sea-id")
	if err != nil || i.Form != "" || len(i.Domains) > 0 || i.OpensJa != "" || i.OneTimePassword || i.GoesOnEn != "It goes on" || i.Language != "en" {
		t.Errorf("%+v, %v", i, err)
	}
	d, err := desks.ByCode(db, "port")
	if err != nil || len(d.IDs)+len(d.ClosedYearly)+len(d.Exceptions) > 0 || d.ClosedOnHolidays || len(d.Hours) != 2 || len(d.Topics) != 3 {
		t.Errorf("%+v, %v", d, err)
	}
	n, err := incidents.Recorded(db)
	if k := n["SEA-1"]; err != nil || k.ReleasedOn != nil || k.ReleasedIds != nil || k.ReleasedExchanged != nil || k.HappenedJa != "" || fmt.Sprint(k.Bearers) != "map[shells:]" || k.TitleEn != "Case" {
		t.Errorf("%+v, %v", k, err)
	}
	if holding, _, err := services.List(db, time.Now()); err != nil || len(holding) != 1 || holding[0].UntilAt != nil || holding[0].Note != "" {
		t.Errorf("%+v, %v", holding, err)
	}
}

// A desk that is closed for ever answers no call: the guide counts it for none.
func TestDeskWithoutHoursIsNone(t *testing.T) {
	s, _ := apptest.New(t)
	if _, err := apply(s, access.System("test"), full); err != nil {
		t.Fatal(problems(err))
	}
	missing := func() string {
		t.Helper()
		steps, err := setup.Missing(store.Read(t.Context(), s), true)
		if err != nil {
			t.Fatal(err)
		}
		return strings.Join(steps, " ")
	}
	if got := missing(); got != "staff import" {
		t.Fatalf("missing %s", got)
	}
	apptest.AsOwner(t, s, "update desks set rules = jsonb_set(rules::jsonb, '{hours}', '[]')")
	if got := missing(); got != "desk staff import" {
		t.Errorf("missing %s", got)
	}
}

// A desk that answers nothing about an ID or its password is none for its members, whatever
// desks of other IDs answer.
func TestEachIDNeedsADeskThatAnswersForIt(t *testing.T) {
	s, _ := apptest.New(t)
	const second = `ids: [{code: bay-id, operator: umi, name_ja: 湾ID, name_en: Bay ID}]
desks: [{code: bay, name_ja: 湾, name_en: Bay, short_ja: 湾, short_en: Bay, phone: 0570-000-222, topics: [%s], ids: [bay-id], hours: [{weekdays: daily, open: ["10:00-19:00"]}]}]`
	for _, step := range []struct{ text, want string }{
		{full, "staff import"}, {fmt.Sprintf(second, "shells"), "desk staff import"}, {fmt.Sprintf(second, "shells, password"), "staff import"},
	} {
		if _, err := apply(s, access.System("test"), step.text); err != nil {
			t.Fatal(problems(err))
		}
		if missing, err := setup.Missing(store.Read(t.Context(), s), true); err != nil || strings.Join(missing, " ") != step.want {
			t.Errorf("missing %v, want %s (%v)", missing, step.want, err)
		}
	}
}
