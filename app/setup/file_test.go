package setup_test

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"hoten/app/access"
	"hoten/app/apptest"
	"hoten/app/desks"
	"hoten/app/fault"
	"hoten/app/incidents"
	"hoten/app/policies"
	"hoten/app/setup"
	"hoten/app/staff"
	"hoten/app/store"
)

func TestMain(m *testing.M) { apptest.Main(m) }

func example(t *testing.T, name string) string {
	t.Helper()
	if name == "one-program" {
		return apptest.FerryText()
	}
	text, ok := setup.Example(name, "en")
	if !ok {
		t.Fatal(name)
	}
	return text
}

func apply(s *store.Store, by access.Actor, text string) ([]setup.Done, error) {
	f, err := setup.Read(strings.NewReader(text))
	if err != nil {
		return nil, err
	}
	return setup.Apply(context.Background(), s, by, f, "test")
}

// problems are those of a file, "line field code".
func problems(err error) (out []string) {
	var r setup.Refused
	if !errors.As(err, &r) {
		return []string{fmt.Sprint(err)}
	}
	for _, p := range r {
		out = append(out, fmt.Sprintf("%d %s %s", p.Line, p.Field, p.Code))
	}
	return out
}

// Whatever cannot be meant is refused with its line and field, and nothing of the file is
// done.
func TestStrict(t *testing.T) {
	s, _ := apptest.New(t)
	text := example(t, "one-program")
	for name, c := range map[string]struct{ old, new, field, code string }{
		"an unknown key":              {"    page_url: ", "    page_uri: ", "operators.0.page_uri", "setup_unknown_key"},
		"an unknown section":          {"desks:", "windows:", "windows", "setup_unknown_key"},
		"a word as a number":          {"threshold: 20000", "threshold: many", "programs.0.threshold", "setup_number"},
		"a fraction":                  {"threshold: 20000", "threshold: 3999.9", "programs.0.threshold", "setup_number"},
		"a power":                     {"threshold: 20000", "threshold: 2e4", "programs.0.threshold", "setup_number"},
		"a grouped number":            {"threshold: 20000", "threshold: 20,000", "programs.0.threshold", "setup_number"},
		"more than a number holds":    {"threshold: 20000", "threshold: 99999999999999999999", "programs.0.threshold", "too_large"},
		"a list as a number":          {"released_ids: 40", "released_ids: [40]", "incidents.0.released_ids", "setup_number"},
		"a negative threshold":        {"threshold: 20000", "threshold: -5", "programs.0.threshold", "points_negative"},
		"a negative daily limit":      {"daily_limit: 500000", "daily_limit: -1", "programs.0.daily_limit", "points_negative"},
		"a list as a text":            {"name_en: Ferry Miles", "name_en: [Ferry, Miles]", "programs.0.name_en", "setup_text"},
		"keys as a text":              {"name_en: Ferry Miles", "name_en: {a: Ferry}", "programs.0.name_en", "setup_text"},
		"a text as a list":            {"topics: [id, password, miles]", "topics: miles", "desks.0.topics", "setup_list"},
		"keys as a list":              {"closed_yearly:\n      - {first", "closed_yearly: {first", "desks.0.closed_yearly", "setup_list"},
		"a text as keys":              {"      - {weekdays: sat,", "      - sat\n      - {weekdays: sat,", "desks.0.hours.1", "setup_keys"},
		"neither true nor false":      {"closed_on_holidays: true", "closed_on_holidays: yes", "desks.0.closed_on_holidays", "setup_truth"},
		"an alias of itself":          {"  - code: miles\n    operator: setouchi", "  - &it\n    code: miles\n    <<: *it\n    operator: setouchi", "programs.0", "setup_unreadable"},
		"an alias of nothing":         {"name_en: Ferry Miles", "name_en: *name", "programs.0.name_en", "setup_unreadable"},
		"a second document":           {"desks:\n", "---\ndesks:\n", "", "setup_second_document"},
		"cp932":                       {"窓口", "\x91\x8b\x8c\xfb", "", "setup_not_utf8"},
		"what a program gave up on":   {"窓口", "\ufffd口", "", "setup_not_utf8"},
		"a zero byte":                 {"窓口", "窓\x00口", "", "setup_not_utf8"},
		"an operator's reserved code": {"code: setouchi-ferry", "code: new", "operators.0.code", "code_reserved"},
		"a program's reserved code":   {"code: miles\n    operator", "code: id\n    operator", "programs.0.code", "code_reserved"},
		"a desk's reserved code":      {"code: miles\n    name_ja: マイル窓口", "code: all\n    name_ja: マイル窓口", "desks.0.code", "code_reserved"},
		"a topic twice":               {"topics: [id, password, miles]", "topics: [id, password, id]", "desks.0.topics", "setup_twice"},
		"more exchanged than IDs":     {"released_exchanged: 30", "released_exchanged: 41", "incidents.0.released_exchanged", "exchanged_above_ids"},
		"a period that goes on":       {"period_to: 2014-03-12", "period_to: 2014-08-01", "incidents.0.period_to", "date_in_future"},
		"released tomorrow":           {"released_on: 2014-03-16", "released_on: 2014-08-01", "incidents.0.released_on", "date_in_future"},
		"discovered before it began":  {"detected_on: 2014-03-13", "detected_on: 2014-02-28", "incidents.0.detected_on", "detected_before_period"},
		"no YAML":                     {"operators:\n", "operators: [\n", "", "setup_unreadable"},
		"a missing name":              {"    name_en: Ferry Miles\n", "", "programs.0.name_en", "required"},
		"a bad code":                  {"code: setouchi-ferry", "code: Setouchi", "operators.0.code", "code_invalid"},
		"a bad address":               {"mail_address: no-reply@miles", "mail_address: no reply@miles", "operators.0.mail_address", "email_invalid"},
		"a page without https":        {"https://www.ferry", "http://www.ferry", "operators.0.page_url", "url_invalid"},
		"one language of a pair":      {"    goes_on_en: Crossings you have already booked are not affected.\n", "", "ids.0.goes_on_en", "required"},
		"a name that is a column":     {"name_ja: フェリーID", "name_ja: お客さま番号", "ids.0.name_ja", "name_is_a_column"},
		"a column in English":         {"name_en: Ferry ID", "name_en: Customer Number", "ids.0.name_en", "name_is_a_column"},
		"a balance":                   {"name_ja: フェリーID", "name_ja: マイル残高", "ids.0.name_ja", "name_is_a_column"},
		"a form that is none":         {"FC-[0-9]{6}", "FC-[0-9", "ids.0.form", "form_invalid"},
		"a form that no ID has":       {"FC-[0-9]{6}", "FC [0-9]{6}", "ids.0.form", "form_unmatchable"},
		"another language":            {"language: en", "language: fr", "ids.0.language", "language_unknown"},
		"an operator that is none":    {"  - code: ferry-id\n    operator: setouchi-ferry", "  - code: ferry-id\n    operator: seto", "ids.0.operator", "operator_unknown"},
		"a program's operator":        {"  - code: miles\n    operator: setouchi-ferry", "  - code: miles\n    operator: seto", "programs.0.operator", "operator_unknown"},
		"a topic that is none":        {"topics: [id, password, miles]", "topics: [id, yards]", "desks.0.topics.1", "setup_topic_unknown"},
		"a telephone that is none":    {"0570-000-260", "57", "desks.0.phone", "phone_invalid"},
		"no opening":                  {`open: ["10:00-13:00"]`, "open: []", "desks.0.hours.1.open", "required"},
		"an opening that is none":     {`"14:00-19:00"`, `"14-x"`, "desks.0.hours.0.open.1", "opening_invalid"},
		"an opening before its start": {`"14:00-19:00"`, `"19:00-14:00"`, "desks.0.hours.0.open.1", "hours_invalid"},
		"openings that overlap":       {`"14:00-19:00"`, `"12:00-19:00"`, "desks.0.hours.0.open.1", "openings_overlap"},
		"weekdays that are none":      {"weekdays: mon-fri", "weekdays: mon-fry", "desks.0.hours.0.weekdays", "weekdays_unknown"},
		"a day of no year":            {"first: 12/31", "first: 13/31", "desks.0.closed_yearly.0.first", "yearly_invalid"},
		"a reversed period":           {"period_to: 2014-03-12", "period_to: 2014-02-12", "incidents.0.period_to", "period_reversed"},
		"a date that is none":         {"released_on: 2014-03-16", "released_on: 2014-03-46", "incidents.0.released_on", "date_invalid"},
		"a date left out":             {"    period_from: 2014-03-01\n", "", "incidents.0.period_from", "required"},
		"a date with nothing":         {"detected_on: 2014-03-13", "detected_on:", "incidents.0.detected_on", "required"},
		"a bearer that is none":       {"bearer: setouchi-ferry", "bearer: seto", "incidents.0.programs.0.bearer", "operator_unknown"},
		"a program that is none":      {"{program: miles,", "{program: yards,", "incidents.0.programs.0.program", "program_unknown"},
		"an ID that is none":          {"id: ferry-id\n    title", "id: train-id\n    title", "incidents.0.id", "id_unknown"},
		"a secret in a text":          {"signature_en: 1-1 Mihon-cho", "signature_en: our password is Kx9!mmqz2, 1-1 Mihon-cho", "operators.0.signature_en", "secret_password"},
		"the same twice":              {"desks:\n", "desks:\n  - {code: miles, name_ja: 窓口, name_en: Desk, short_ja: 窓, short_en: D, phone: 0570-000-261, topics: [id]}\n", "desks.1", "setup_twice"},
		"a service of no program":     {"incidents:\n", "services:\n  - {program: yards, service: exchange, state: suspended, from: 2014-03-13 10:00}\nincidents:\n", "services.0.program", "program_unknown"},
		"a service without a start":   {"incidents:\n", "services:\n  - {program: miles, service: exchange, state: suspended}\nincidents:\n", "services.0.from", "required"},
		"a service that is none":      {"incidents:\n", "services:\n  - {program: miles, service: theft, state: suspended, from: 2014-03-13 10:00}\nincidents:\n", "services.0.service", "service_unknown"},
	} {
		t.Run(name, func(t *testing.T) {
			if !strings.Contains(text, c.old) {
				t.Fatalf("the example does not say %q", c.old)
			}
			changed := strings.Replace(text, c.old, c.new, 1)
			_, err := apply(s, access.System("test"), changed)
			got := problems(err)
			if len(got) != 1 || !strings.HasSuffix(got[0], " "+c.field+" "+c.code) {
				t.Fatalf("%q, want %s %s", got, c.field, c.code)
			}
			var line int
			if c.code == "setup_second_document" {
				c.new = "desks:"
			}
			if _, err := fmt.Sscan(got[0], &line); err != nil || line < 2 || c.new != "" && c.code != "setup_unreadable" && c.code != "setup_twice" && !strings.Contains(window(changed, line), firstWord(c.new)) {
				t.Errorf("line %d is %q", line, window(changed, line))
			}
		})
	}
	for _, table := range []string{"operators", "id_kinds", "id_domains", "programs", "accounts", "desks", "incidents", "service_statuses", "policies", "audit_entries"} {
		var n int
		if err := store.Scan(store.Read(t.Context(), s), "select count(*) from "+table, nil, &n); err != nil || n != 0 {
			t.Errorf("%d %s after refused files, %v", n, table, err)
		}
	}
}

// A file of which nothing would become is refused, and so is what is no UTF-8 from its
// first byte on.
func TestNamesNothing(t *testing.T) {
	for text, want := range map[string]string{
		"": "1  setup_empty", "# later\n": "1  setup_empty", "---\n": "1  setup_empty", "null\n": "1  setup_empty", "\ufeff": "1  setup_empty",
		"operators: []\nids:\n": "1  setup_empty", "# one\n---\nprograms: []\n": "1  setup_empty", "%YAML 1.2\n---\ndesks: []\n": "1  setup_empty",
		"\xff\xfeo\x00p\x00": "1  setup_not_utf8", "\xfe\xff\x00o\x00p": "1  setup_not_utf8", "o\x00p\x00": "1  setup_not_utf8",
		"# a\n# \x91\x8b\n# \x91\x8b\n": "2  setup_not_utf8",
		"miles":                         "1  setup_keys", "- miles\n": "1  setup_keys",
	} {
		if _, err := setup.Read(strings.NewReader(text)); fmt.Sprint(problems(err)) != "["+want+"]" {
			t.Errorf("%q: %q, want %s", text, problems(err), want)
		}
	}
}

// Values are taken as they are written: an unquoted telephone number keeps its first zero,
// an amount is decimal, and rows may share what an anchor names. A byte order mark and an
// end of the document say nothing.
func TestAsWritten(t *testing.T) {
	s, _ := apptest.New(t)
	text := strings.NewReplacer("phone: 0570-000-260", "phone: 0570000260", "threshold: 20000", "threshold: 020000", "closed_on_holidays: true", "closed_on_holidays: True",
		"- {weekdays: mon-fri,", "- &usual {weekdays: mon-fri,", "- {weekdays: sat, open", "- {<<: *usual, weekdays: sat, until: 2026-12-30}\n      - {weekdays: sun, open").Replace(example(t, "one-program"))
	if _, err := apply(s, access.System("test"), "\ufeff---\n"+text+"---\n"); err != nil {
		t.Fatal(problems(err))
	}
	db := store.Read(t.Context(), s)
	list, err := desks.List(db)
	if err != nil || len(list) != 1 || list[0].Phone != "0570000260" || !list[0].ClosedOnHolidays || len(list[0].Hours) != 5 || list[0].Hours[3].Weekdays != 1<<time.Saturday || list[0].Hours[3].Open != 14*60 {
		t.Errorf("%+v, %v", list, err)
	}
	if p, err := policies.Current(db); err != nil || p.Thresholds["miles"] != 20000 {
		t.Errorf("%v, %v", p.Thresholds, err)
	}
}

// All that is refused of a list is told at once, in the order of the file.
func TestAllRowsAreTold(t *testing.T) {
	s, _ := apptest.New(t)
	text := example(t, "one-program")
	for name, c := range map[string]struct{ text, want string }{
		"services": {text + `services:
  - {program: yards, service: exchange, state: suspended, from: 2014-03-13 10:00}
  - {program: miles, service: exchange, state: suspended, from: 2014-03-13 10:00}
  - {program: miles, service: theft, state: suspended, from: 2014-03-13 10:00}
  - {program: miles, service: exchange, state: suspended, from: 2014-03-14 10:00}
`, "services.0.program program_unknown, services.2.service service_unknown, services.3 service_overlaps"},
		"programs":  {strings.NewReplacer("    unit_ja: マイル\n", "", "threshold: 20000", "threshold: -1").Replace(text), "programs.0.unit_ja required, programs.0.threshold points_negative"},
		"a counter": {strings.Replace(text, "unit_ja: マイル", "unit_ja: 円", 1), "programs.0.unit_ja unit_counter"},
		"one row":   {text + "services:\n  - {until: x, from: y, program: miles}\n  - {service: exchange, state: suspended, program: miles}\n", "services.0.until time_invalid, services.0.from time_invalid, services.1.from required"},
		"keys in another order": {strings.NewReplacer("    name_ja: 瀬戸内フェリー\n    name_en: Setouchi Ferry\n", "", "    page_url: https://www.ferry", "    page_url: http://www.ferry", "mail_address: no-reply@", "mail_address: no reply@").Replace(text),
			"operators.0.name_en required, operators.0.name_ja required, operators.0.mail_address email_invalid, operators.0.page_url url_invalid"},
		"unknown to desks": {strings.NewReplacer("topics: [id, password, miles]", "topics: [x, id, y]", "ids: [ferry-id]", "ids: [z]").Replace(text), "desks.0.topics.0 setup_topic_unknown, desks.0.topics.2 setup_topic_unknown, desks.0.ids.0 id_unknown"},
		"lists in another order": {func() string {
			before, rest, _ := strings.Cut(strings.NewReplacer("unit_en: miles", `unit_en: ""`, "0570-000-260", "57").Replace(text), "programs:\n")
			programs, after, _ := strings.Cut(rest, "desks:\n")
			desks, after, _ := strings.Cut(after, "incidents:\n")
			return before + "desks:\n" + desks + "incidents:\n" + after + "programs:\n" + programs
		}(), "desks.0.phone phone_invalid, programs.0.unit_en required"},
		"kinds": {strings.NewReplacer("page_url: ", "page_uri: ", "threshold: 20000", "threshold: 0.5").Replace(text), "operators.0.page_uri setup_unknown_key, programs.0.threshold setup_number"},
	} {
		_, err := apply(s, access.System("test"), c.text)
		var got []string
		for _, p := range problems(err) {
			_, told, _ := strings.Cut(p, " ")
			got = append(got, told)
		}
		if strings.Join(got, ", ") != c.want {
			t.Errorf("%s: %q", name, got)
		}
	}
}

// window is a line with the two beside it: what is missing is told where it would stand.
func window(text string, line int) string {
	all := strings.Split(text, "\n")
	return strings.Join(all[max(line-2, 0):min(line+2, len(all))], "\n")
}

func firstWord(s string) string { return strings.Fields(strings.Trim(s, "{[\"' "))[0] }

// The same file again changes nothing and says so; a changed one changes what differs, is
// audited with before and after, and leaves alone what it does not name.
func TestAgain(t *testing.T) {
	s, _ := apptest.New(t)
	ctx := t.Context()
	by := access.System("command line")
	entries := func() (n int) {
		t.Helper()
		if err := store.Scan(store.Read(ctx, s), "select count(*) from audit_entries", nil, &n); err != nil {
			t.Fatal(err)
		}
		return n
	}
	changed := func(text string) (out []string) {
		t.Helper()
		done, err := apply(s, by, text)
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range done {
			if d.Changed {
				out = append(out, d.Kind+" "+d.Name)
			}
		}
		return out
	}
	for _, name := range setup.Examples {
		if made := changed(example(t, name)); len(made) < 5 {
			t.Errorf("%s made %v", name, made)
		}
		before := entries()
		if again := changed(example(t, name)); len(again) > 0 || entries() != before {
			t.Errorf("%s again changed %v", name, again)
		}
	}
	text := example(t, "one-program")
	for _, c := range []struct {
		old, new, changes string
		entries           int // with that of the file itself
	}{
		{"sender_en: Setouchi Ferry Miles Desk", "sender_en: Miles", "[operator setouchi-ferry]", 2},
		{"domains: []", "domains: [b.ferry.example, a.ferry.example]", "[id ferry-id]", 2},
		{"threshold: 20000", "threshold: 30000", "[program miles]", 2},
		{"unit_en: miles", "unit_en: nautical miles", "[program miles]", 2},
		{`"14:00-19:00"`, `"14:00-20:00"`, "[desk miles]", 2},
		{"released_ids: 40", "released_ids: 41", "[incident FERRY-2026-01]", 2},
		{"bearer: setouchi-ferry", `bearer: ""`, "[incident FERRY-2026-01]", 2},
	} {
		text = strings.Replace(text, c.old, c.new, 1)
		before := entries()
		if got := fmt.Sprint(changed(text)); got != c.changes || entries() != before+c.entries {
			t.Errorf("%s: changed %s with %d entries", c.new, got, entries()-before)
		}
		if again := changed(text); len(again) > 0 {
			t.Errorf("%s again: changed %v", c.new, again)
		}
	}
	db := store.Read(ctx, s)
	var domains string
	if err := store.Scan(db, "select string_agg(domain, ' ' order by domain) from id_domains", nil, &domains); err != nil || domains != "a.ferry.example b.ferry.example ocn.example" {
		t.Errorf("domains %v, %v", domains, err)
	}
	p, err := policies.Current(db)
	if err != nil || p.Thresholds["miles"] != 30000 || p.DailyLimits["miles"] != 500000 || p.Thresholds["goo"] != policies.FirstThreshold {
		t.Errorf("policies %v %v, %v", p.Thresholds, p.DailyLimits, err)
	}
	// What the console changed since stays where the file does not say it.
	if before, rest, _ := strings.Cut(text, "desks:\n"); changed(before+rest[strings.Index(rest, "incidents:\n"):]) != nil {
		t.Error("a file that names no desk changed something")
	}
	list, err := desks.List(db)
	if err != nil || len(list) != 3 {
		t.Errorf("%d desks, %v", len(list), err)
	}
	newest, err := incidents.List(db)
	if err != nil {
		t.Fatal(err)
	}
	of, err := incidents.Involve(db, newest[0].ID)
	if err != nil || of.ID.Code != "ferry-id" || of.Operator.Code != "setouchi-ferry" || len(of.Programs) != 1 || !slices.Equal(of.Units("en"), []string{"nautical miles"}) || of.Asks(nil, []string{"goo"}) || !of.Asks(nil, []string{"id"}) || of.Asks([]string{"ocn-id"}, []string{"id"}) || !of.Asks([]string{"ocn-id", "ferry-id"}, []string{"id"}) {
		t.Errorf("the newest incident is about %+v, %v", of, err)
	}
	// Two operators run IDs: what is about no incident is about none of them.
	if of, err := incidents.Involve(db, 0); err != nil || of.ID != nil || of.Operator != nil || of.Asks([]string{"ferry-id"}, nil) {
		t.Errorf("no incident is about %+v, %v", of, err)
	}
}

// What cases and movements of an incident rest on stays: their members hear from the
// operator of the ID, and their points are of its programs.
func TestWhatIsInUseStays(t *testing.T) {
	w := apptest.NewWorld(t)
	ocn := example(t, "ocn-2014")
	if _, err := apply(w.Store, w.Administrator, example(t, "one-program")); err != nil {
		t.Fatal(err)
	}
	w.Import("login_id,name,balance_goo\na@ocn.example,山田,10\n",
		"movement_id,login_id,occurred_at,kind,from_program,to_program,partner,points,points_received,refers_to,fraud\nM1,a@ocn.example,2014-07-20 03:00,exchange,goo,,x,1,,,confirmed\n")
	for _, c := range []struct{ old, new, refused string }{
		{"id: ocn-id                       # optional", "id: ferry-id  # optional", "id_in_use"},
		{"- {program: goo}", "", "incidents.0.programs program_in_use"},
		{"period_to: 2014-07-28", "period_to: 2014-07-19", "period_to movements_outside"},
		{"period_from: 2014-07-11", "period_from: 2014-07-12", ""},
		{"- {program: pointtalk}", "", ""},
	} {
		text := strings.Replace(ocn, c.old, c.new, 1)
		if text == ocn {
			t.Fatalf("the example has no %q", c.old)
		}
		_, err := apply(w.Store, w.Administrator, text)
		if got := fmt.Sprint(problems(err)); (c.refused == "") != (err == nil) || !strings.Contains(got, c.refused) {
			t.Errorf("%s: %s", c.new, got)
		}
	}
}

// Whoever may not manage incidents sets nothing up.
func TestWhoMaySetUp(t *testing.T) {
	w := apptest.NewWorld(t)
	for role, who := range w.People() {
		_, err := apply(w.Store, who, example(t, "one-program"))
		if may := role.May(access.ManageIncidents); may != (err == nil) || !may && !fault.Is(err, "forbidden") {
			t.Errorf("%s: %v", role, err)
		}
	}
}

// Every proposal can be approved: by as many as the rule may ask for, none of whom took
// the call.
func TestEnoughStaff(t *testing.T) {
	for _, c := range []struct {
		roles []access.Role
		want  bool
	}{
		{nil, false},
		{[]access.Role{access.Administrator, access.Auditor}, false},
		{[]access.Role{access.CenterManager}, false},
		{[]access.Role{access.Agent}, false},
		{[]access.Role{access.Agent, access.Agent, access.Agent}, false},
		{[]access.Role{access.Agent, access.Supervisor}, false},
		{[]access.Role{access.Agent, access.CenterManager}, false},
		{[]access.Role{access.Supervisor, access.Supervisor}, false},
		{[]access.Role{access.Agent, access.Supervisor, access.Supervisor}, true},
		{[]access.Role{access.Agent, access.Supervisor, access.CenterManager}, true},
	} {
		t.Run(fmt.Sprint(c.roles), func(t *testing.T) {
			s, _ := apptest.New(t)
			var last *staff.Staff
			for i, role := range c.roles {
				made, err := staff.Add(t.Context(), s, access.System("test"), staff.New{Email: fmt.Sprintf("p%d@desk.example", i), Name: "佐藤", Role: role})
				if err != nil {
					t.Fatal(err)
				}
				last = made.Staff
			}
			enough := func() bool {
				missing, err := setup.Missing(store.Read(t.Context(), s), true)
				if err != nil {
					t.Fatal(err)
				}
				return !slices.Contains(missing, "staff")
			}
			if got := enough(); got != c.want {
				t.Errorf("enough: %t", got)
			}
			if !c.want {
				return
			}
			apptest.AsOwner(t, s, fmt.Sprintf("update staff set disabled_at = now() where id = %d", last.ID))
			if enough() {
				t.Error("enough with somebody who has left")
			}
		})
	}
}

// A new installation holds nobody's data, and the guide says what is missing.
func TestNewInstallationIsNobodys(t *testing.T) {
	s, _ := apptest.New(t)
	for _, table := range []string{"operators", "id_kinds", "programs", "accounts", "desks", "incidents", "incident_programs", "service_statuses", "policies"} {
		var n int
		if err := store.Scan(store.Read(t.Context(), s), "select count(*) from "+table, nil, &n); err != nil || n != 0 {
			t.Errorf("%d %s in a new installation, %v", n, table, err)
		}
	}
	missing, err := setup.Missing(store.Read(t.Context(), s), false)
	if err != nil || fmt.Sprint(missing) != fmt.Sprint(setup.Steps) {
		t.Errorf("missing %v, %v", missing, err)
	}
	apptest.Populate(t, s, &apptest.Clock{})
	if missing, err = setup.Missing(store.Read(t.Context(), s), true); err != nil || fmt.Sprint(missing) != "[import]" {
		t.Errorf("missing %v in a world, %v", missing, err)
	}
}

// The examples say the same in both languages, and explain as much.
func TestExamplesAreTheSameInJapanese(t *testing.T) {
	comment := regexp.MustCompile(`(?m)(^[ ]*|[ ]+)# ?(.*)$`)
	japanese := regexp.MustCompile(`[\p{Hiragana}\p{Katakana}\p{Han}]`)
	for _, name := range setup.Examples {
		var data, blocks []string
		for _, lang := range []string{"en", "ja"} {
			text, ok := setup.Example(name, lang)
			if !ok {
				t.Fatal(name)
			}
			n, before := 0, false
			for line := range strings.Lines(text) {
				whole := strings.HasPrefix(strings.TrimSpace(line), "#")
				if m := comment.FindStringSubmatch(line); m != nil && m[2] != "" && lang == "ja" && !japanese.MatchString(m[2]) {
					t.Errorf("%s: not in Japanese: %s", name, line)
				}
				if whole && !before {
					n++
				}
				before = whole
			}
			blocks = append(blocks, fmt.Sprint(n))
			data = append(data, strings.Join(strings.Fields(comment.ReplaceAllString(text, "")), " "))
		}
		if data[0] != data[1] || blocks[0] != blocks[1] {
			t.Errorf("%s differs: %s and %s comments\n%s\n%s", name, blocks[0], blocks[1], data[0], data[1])
		}
	}
}
