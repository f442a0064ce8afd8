package web_test

import (
	"fmt"
	"html"
	"net/http"
	"net/url"
	"path"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"hoten/app/access"
	"hoten/app/apptest"
	"hoten/app/desks"
	"hoten/app/jptext"
	"hoten/app/store"
)

// kept is a desk as it stands.
func (s *site) desk(code string) desks.Desk {
	s.T.Helper()
	d, err := desks.ByCode(store.Read(s.Ctx, s.Store), code)
	if err != nil {
		s.T.Fatal(err)
	}
	return d
}

var (
	inputs    = regexp.MustCompile(`<input([^>]*)>`)
	attribute = regexp.MustCompile(`([a-z-]+)(?:="([^"]*)")?`)
)

// deskForm is the editor's form as a browser would send it back.
func deskForm(body string) url.Values {
	_, form, _ := strings.Cut(body, `class="stack desk-form"`)
	form, _, _ = strings.Cut(form, "</form>")
	v := url.Values{}
	for _, m := range inputs.FindAllStringSubmatch(form, -1) {
		have := map[string]string{}
		for _, a := range attribute.FindAllStringSubmatch(m[1], -1) {
			have[a[1]] = html.UnescapeString(a[2])
		}
		_, checked := have["checked"]
		if have["type"] != "checkbox" || checked {
			v.Add(have["name"], have["value"])
		}
	}
	return v
}

// sends posts the editor's form with a button and other values; without a code it is
// that of a new desk.
func (b *browser) sends(code, button string, form url.Values, pairs ...string) answer {
	b.t.Helper()
	sent := url.Values{}
	for name, values := range form {
		sent[name] = slices.Clone(values)
	}
	for i := 0; i+1 < len(pairs); i += 2 {
		sent[pairs[i]] = []string{pairs[i+1]}
	}
	sent.Set("csrf", b.csrf)
	sent.Set("do", button)
	return b.do("POST", path.Join("/desks", code), "application/x-www-form-urlencoded", sent.Encode())
}

func TestDeskEditorChangesNothingUnasked(t *testing.T) {
	s := newSite(t)
	full := `{"code": "point", "phone": "0120-170-033", "name_en": "Point Renewal Center", "name_ja": "ポイントリニューアル受付センタ", "short_ja": "ポイント", "short_en": "Points", "topics": ["goo", "pointtalk"],
	 "hours": [{"weekdays": 62, "open": 600, "close": 1140, "from": "", "until": ""}, {"weekdays": 62, "open": 600, "close": 1260, "from": "2014-07-28", "until": "2014-08-06"}, {"weekdays": 62, "open": 0, "close": 1440, "from": "2014-07-29", "until": "2014-07-29"}],
	 "exceptions": [{"date": "2014-08-20", "closed": true, "open": 0, "close": 0}, {"date": "2014-08-23", "closed": false, "open": 545, "close": 1440}],
	 "closed_yearly": [{"first": {"month": 12, "day": 29}, "last": {"month": 1, "day": 3}}], "closed_on_holidays": true}`
	if _, err := s.Pool.Exec(s.Ctx, "update desks set rules = $1 where code = 'point'", full); err != nil {
		t.Fatal(err)
	}
	b := s.as(s.Manager)
	for _, code := range []string{"tech", "point"} {
		before, set := s.desk(code), "select count(*) from audit_entries where action = 'desk.hours_set' and subject = 'desk:"+code+"'"
		form := deskForm(b.get("/desks/" + code + "/edit").body)
		if a := b.sends(code, "save", form, "reason", "確認"); a.status != http.StatusSeeOther || s.count(set) != 0 {
			t.Errorf("%s: %d", code, a.status)
		}
		// The same rules with another telephone number: the hours stay.
		if a := b.sends(code, "save", form, "reason", "番号の変更", "phone", "0120-999-999"); a.status != http.StatusSeeOther {
			t.Fatalf("%s: %d %s", code, a.status, problems(a.body))
		}
		after := s.desk(code)
		if differs := desks.Differences(before, after); len(differs) != 1 || differs[0].Rule != "phone" {
			t.Errorf("%s: %+v", code, differs)
		}
	}
}

// The table of docs/domain.md section 3 once more, after both desks went through the
// editor's form and were written anew.
func TestReleaseTableAfterTheEditor(t *testing.T) {
	s := newSite(t)
	b := s.as(s.Manager)
	for _, code := range []string{"tech", "point"} {
		if a := b.sends(code, "save", deskForm(b.get("/desks/"+code+"/edit").body), "reason", "改称", "name_en", "Renamed"); a.status != http.StatusSeeOther {
			t.Fatal(a.status)
		}
	}
	for _, row := range []struct{ from, until, tech, point string }{
		{"2014-07-28", "2014-07-30", "10:00–22:00", "10:00–21:00"}, {"2014-07-31", "2014-08-01", "10:00–21:00", "10:00–21:00"}, {"2014-08-02", "2014-08-03", "10:00–21:00", ""},
		{"2014-08-04", "2014-08-06", "10:00–21:00", "10:00–21:00"}, {"2014-08-07", "2014-08-08", "10:00–19:00", "10:00–19:00"}, {"2014-08-09", "2014-08-10", "10:00–19:00", ""},
		{"2014-08-11", "2014-08-15", "10:00–19:00", "10:00–19:00"}, {"2014-09-15", "2014-09-15", "10:00–19:00", ""}, {"2014-09-23", "2014-09-23", "10:00–19:00", ""},
		{"2014-10-13", "2014-10-13", "10:00–19:00", ""}, {"2014-11-03", "2014-11-03", "10:00–19:00", ""}, {"2014-11-24", "2014-11-24", "10:00–19:00", ""},
		{"2014-12-23", "2014-12-23", "10:00–19:00", ""}, {"2014-12-29", "2015-01-03", "", ""}, {"2015-01-04", "2015-01-04", "10:00–19:00", ""}, {"2015-01-05", "2015-01-05", "10:00–19:00", "10:00–19:00"},
	} {
		from, _ := jptext.ParseDate(row.from)
		until, _ := jptext.ParseDate(row.until)
		for d := from; !d.After(until); d = d.AddDays(1) {
			for code, want := range map[string]string{"tech": row.tech, "point": row.point} {
				got := desks.Written(s.desk(code).On(d))
				if got != want {
					t.Errorf("%s %s: %s, want %s", d, code, got, want)
				}
			}
		}
	}
}

// The hours of some days may have a break; what was saved is told, and what overlaps is
// refused at its field.
func TestTheHoursOfADayWithABreak(t *testing.T) {
	s := newSite(t)
	b := s.as(s.Manager)
	post := func(more ...string) answer {
		return b.post("/desks/tech/hours", append([]string{"from", "2014-08-06", "reason", "点検"}, more...)...)
	}
	b.get("/desks")
	if a := post("opens", "10:00", "closes", "13:00", "opens_2", "12:00", "closes_2", "17:00"); a.status != http.StatusUnprocessableEntity || !strings.Contains(a.body, "1番目の受付時間と重なっています。") || !strings.Contains(a.body, `href="#tech-opens_2"`) {
		t.Errorf("overlapping: %d", a.status)
	}
	for _, c := range []struct {
		form []string
		told string
	}{
		{[]string{"opens", "10:00", "closes", "12:00", "opens_2", "13:00", "closes_2", "17:00"}, "2014年8月6日の受付時間を変更しました：10:00–12:00 13:00–17:00"},
		{[]string{"opens", "10:00", "closes", "15:00", "to", "2014-08-07"}, "2014年8月6日から2014年8月7日までの受付時間を変更しました：10:00–15:00"},
		{nil, "2014年8月6日の受付時間を変更しました：休み"},
	} {
		if a := post(c.form...); a.status != http.StatusSeeOther {
			t.Fatalf("%v: %d", c.form, a.status)
		}
		if body := b.get("/desks").body; !strings.Contains(body, c.told) {
			t.Errorf("%v: not told %s", c.form, c.told)
		}
	}
}

func TestWhoEditsDesks(t *testing.T) {
	s := newSite(t)
	for _, who := range []access.Actor{s.Agent, s.Supervisor, s.Manager, s.Administrator, s.Auditor} {
		b := s.as(who)
		page, calendar := b.get("/desks/point/edit"), b.get("/desks?month=2014-08")
		may := who.Role == access.CenterManager || who.Role == access.Administrator
		form := deskForm(page.body)
		if may != (page.status == http.StatusOK) || may != (len(form) > 0) || calendar.status != http.StatusOK || may != strings.Contains(calendar.body, "/desks/point/edit") {
			t.Errorf("%s: editor %d, calendar %d", who.Role, page.status, calendar.status)
		}
		if !may { // with another's form
			form = deskForm(s.as(s.Manager).get("/desks/point/edit").body)
		}
		before := s.desk("point")
		a := b.sends("point", "save", form, "reason", "土曜の受付", "exceptions.0.date", fmt.Sprintf("2015-02-%02d", who.ID), "exceptions.0.open", "", "exceptions.0.close", "")
		if changed := !s.desk("point").Equal(before); changed != may || a.status != map[bool]int{true: http.StatusSeeOther, false: http.StatusForbidden}[may] {
			t.Errorf("%s: %d, changed: %t", who.Role, a.status, changed)
		}
	}
	var reasons, before, after int
	if err := store.Scan(store.Read(s.Ctx, s.Store), `select count(reason), count(before), count(after) from audit_entries where action = 'desk.hours_set' and subject = 'desk:point'`, nil, &reasons, &before, &after); err != nil || reasons != 2 || before != 2 || after != 2 {
		t.Errorf("%d %d %d %v", reasons, before, after, err)
	}
	if a := s.as(s.Manager).get("/desks/nowhere/edit"); a.status != http.StatusNotFound {
		t.Error(a.status)
	}
}

func TestDeskRowsWithoutJavaScript(t *testing.T) {
	s := newSite(t)
	b := s.as(s.Manager)
	form := deskForm(b.get("/desks/point/edit").body)
	before := s.desk("point")
	a := b.sends("point", "add hours", form, "reason", "土曜も受け付ける")
	form = deskForm(a.body)
	if _, added := form["hours.2.open"]; a.status != http.StatusOK || !added || form.Get("reason") != "土曜も受け付ける" {
		t.Fatalf("%d %v", a.status, form)
	}
	form["hours.2.weekdays"] = []string{"6"}
	form.Set("hours.2.open", "１０：００")
	form.Set("hours.2.close", "17")
	form = deskForm(b.sends("point", "drop hours.1", form).body)
	if form.Get("hours.1.open") != "１０：００" || form.Get("hours.2.open") != "" || strings.Join(form["hours.1.weekdays"], "") != "6" {
		t.Fatalf("%v", form)
	}
	for _, nonsense := range []string{"drop hours.99", "drop hours.-1", "drop hours.x", "drop", "add", "add nothing", "drop nothing.0", "month x", ""} {
		if a := b.sends("point", nonsense, form); a.status != http.StatusOK || strings.Contains(a.body, `name="hours.2.open"`) {
			t.Errorf("%q: %d", nonsense, a.status)
		}
	}
	if !s.desk("point").Equal(before) {
		t.Fatal("adding and dropping rows has changed the desk")
	}
	if a := b.sends("point", "save", form); a.status != http.StatusSeeOther {
		t.Fatalf("%d %s", a.status, problems(a.body))
	}
	if saturday, _ := jptext.ParseDate("2014-08-30"); hours(s.desk("point"), saturday) != "10:00–17:00" || hours(s.desk("point"), saturday.AddDays(1)) != "" || hours(s.desk("point"), saturday.AddDays(2)) != "10:00–19:00" {
		t.Errorf("%+v", s.desk("point").Hours)
	}
}

func hours(d desks.Desk, date jptext.Date) string {
	return desks.Written(d.On(date))
}

func problems(body string) string {
	_, list, _ := strings.Cut(body, `id="problems"`)
	list, _, _ = strings.Cut(list, "</ul>")
	return list
}

func TestPreviewChangesNothing(t *testing.T) {
	s := newSite(t)
	b := s.as(s.Manager)
	form := deskForm(b.get("/desks/point/edit").body)
	before, entries := s.desk("point"), s.count("select count(*) from audit_entries")
	change := []string{"exceptions.0.date", "2014-08-23", "exceptions.0.open", "10:00", "exceptions.0.close", "17:00", "month", "2014-07", "phone", "0120-170-034"}
	a := b.sends("point", "preview", form, change...)
	for _, said := range []string{"2014年7月", "2014年8月", "2014年9月", "10:00–17:00", "（現在は休み）", "敬老の日", "海の日", "0120-170-034", "臨時の変更"} {
		if !strings.Contains(a.body, said) {
			t.Errorf("the preview does not say %s", said)
		}
	}
	if n := strings.Count(a.body, "△ 変更"); a.status != http.StatusOK || n != 1 {
		t.Errorf("%d, %d days marked", a.status, n)
	}
	if a = b.sends("point", "month 2015-01", form, change...); !strings.Contains(a.body, "2015年3月") || strings.Contains(a.body, "△ 変更") {
		t.Error("other months")
	}
	if a = b.sends("point", "month 2032-12", form, change...); a.status != http.StatusOK || strings.Contains(a.body, "2033年") {
		t.Error("beyond the known holidays")
	}
	if !s.desk("point").Equal(before) || s.count("select count(*) from audit_entries") != entries {
		t.Error("a preview has changed something")
	}
}

func TestStaleDeskIsRefused(t *testing.T) {
	s := newSite(t)
	one, other := s.as(s.Manager), s.as(s.Administrator)
	form := deskForm(one.get("/desks/tech/edit").body)
	if a := other.sends("tech", "save", deskForm(other.get("/desks/tech/edit").body), "reason", "臨時", "exceptions.0.date", "2014-08-20", "exceptions.0.open", "", "exceptions.0.close", ""); a.status != http.StatusSeeOther {
		t.Fatal(a.status)
	}
	stands := s.desk("tech")
	a := one.sends("tech", "save", form, "reason", "番号の変更", "phone", "0120-000-001")
	if a.status != http.StatusConflict || !s.desk("tech").Equal(stands) {
		t.Fatalf("%d %+v", a.status, desks.Differences(stands, s.desk("tech")))
	}
	for _, said := range []string{"2014年8月20日 休み", "0120-000-001", "番号の変更"} {
		if !strings.Contains(a.body, said) {
			t.Errorf("the page does not say %s", said)
		}
	}
	// Whoever has seen what changed may save.
	if a = one.sends("tech", "save", deskForm(a.body)); a.status != http.StatusSeeOther || s.desk("tech").Phone != "0120-000-001" {
		t.Errorf("%d %s", a.status, s.desk("tech").Phone)
	}
	for _, forged := range []string{"", "{", "null", "[]", `{"hours": 7}`, `{"exceptions": [{"date": "x"}]}`, strings.Repeat("x", 200_000)} {
		if a := one.sends("tech", "save", form, "seen", forged, "reason", "r"); a.status != http.StatusConflict {
			t.Errorf("%.20q: %d", forged, a.status)
		}
	}
}

func TestBadRowsAreNamed(t *testing.T) {
	s := newSite(t)
	b := s.as(s.Manager)
	form := deskForm(b.get("/desks/point/edit").body)
	before := s.desk("point")
	for name, c := range map[string]struct {
		pairs []string
		field string
		says  string
	}{
		"letters":         {[]string{"hours.0.open", "ten"}, "hours.0.open", "毎週の受付時間の1行目"},
		"25:00":           {[]string{"hours.1.close", "25:00"}, "hours.1.close", "毎週の受付時間の2行目"},
		"before open":     {[]string{"hours.1.close", "9:00"}, "hours.1.close", "毎週の受付時間の2行目"},
		"no days":         {[]string{"hours.0.weekdays", "7"}, "hours.0.weekdays", "毎週の受付時間の1行目"},
		"reversed":        {[]string{"hours.1.until", "2014-07-01"}, "hours.1.until", "毎週の受付時間の2行目"},
		"no date":         {[]string{"hours.1.until", "someday"}, "hours.1.until", "毎週の受付時間の2行目"},
		"the same period": {[]string{"hours.1.from", "", "hours.1.until", ""}, "hours.1.from", "1番目の受付時間と重なって"},
		"yearly":          {[]string{"closed_yearly.0.first", "2/30"}, "closed_yearly.0.first", "毎年の休業期間の1行目"},
		"half an exception": {[]string{"exceptions.0.date", "2014-08-20", "exceptions.0.open", "10:00", "exceptions.0.close", ""}, "exceptions.0.close",
			"臨時の変更の1行目"},
		"exception twice": {[]string{"exceptions.0.date", "2014-08-20", "exceptions.1.date", "2014-08-20"}, "exceptions.1.date", "1行目と同じ日"},
		"name":            {[]string{"name_ja", ""}, "name_ja", ""},
		"a tab in a name": {[]string{"name_en", "a\tb"}, "name_en", ""},
		"telephone":       {[]string{"phone", "110; drop"}, "phone", ""},
		"topic":           {[]string{"topics", "nothing"}, "topics", ""},
		"no reason":       {[]string{"reason", " "}, "reason", ""},
		"a long reason":   {[]string{"reason", strings.Repeat("あ", 4001)}, "reason", ""},
	} {
		pairs := append([]string{"reason", "r", "phone", "0120-000-000"}, c.pairs...)
		a := b.sends("point", "save", form, pairs...)
		said := problems(a.body)
		if a.status != http.StatusUnprocessableEntity || !strings.Contains(said, `href="#`+c.field+`"`) || !strings.Contains(said, c.says) || !strings.Contains(a.body, `id="`+c.field+`"`) {
			t.Errorf("%s: %d %s", name, a.status, said)
		}
	}
	// All that is wrong is told at once, each by its label, and no topic twice.
	said := problems(b.sends("point", "save", form, "hours.0.open", "ten", "hours.1.weekdays", "7", "phone", "1", "short_en", "", "topics", "nothing", "reason", "").body)
	for _, want := range []string{"毎週の受付時間の1行目、", "毎週の受付時間の2行目、曜日：", "電話番号：", "略称（英語）：入力してください。", "担当する用件：", "理由：入力してください。"} {
		if strings.Count(said, want) != 1 {
			t.Errorf("%s is not told: %s", want, said)
		}
	}
	// What no row can hold is refused at the door.
	for _, field := range []string{"hours.0.open", "name_ja", "phone", "exceptions.0.date", "reason", "seen", "month"} {
		if a := b.sends("point", "save", form, field, "a\x00b"); a.status != http.StatusUnprocessableEntity {
			t.Errorf("NUL in %s: %d", field, a.status)
		}
	}
	if !s.desk("point").Equal(before) {
		t.Error("bad rows have changed the desk")
	}
}

func TestHugeDeskFormsAreBounded(t *testing.T) {
	s := newSite(t)
	b := s.as(s.Manager)
	form := deskForm(b.get("/desks/point/edit").body)
	day := time.Date(2015, 1, 1, 0, 0, 0, 0, time.UTC)
	for i := range 1500 {
		form.Set(fmt.Sprintf("exceptions.%d.date", i), day.AddDate(0, 0, i).Format(time.DateOnly))
		form.Set(fmt.Sprintf("hours.%d.open", i), "10:00")
		form.Set(fmt.Sprintf("hours.%d.close", i), "11:00")
	}
	a := b.sends("point", "save", form, "reason", "r")
	if said := problems(a.body); a.status != http.StatusUnprocessableEntity || !strings.Contains(said, "#hours\"") || !strings.Contains(said, "#exceptions\"") {
		t.Errorf("%d %.500s", a.status, said)
	}
}

func TestDeskCalendar(t *testing.T) {
	s := newSite(t)
	b := s.as(s.Auditor)
	for path, says := range map[string][]string{
		"/desks":               {"2014年7月", "/desks?month=2014-06", "/desks?month=2014-08", "海の日", "延長受付"},
		"/desks?month=2014-12": {"2014年12月", "天皇誕生日", "年末年始"},
		"/desks?month=2032-12": {"2032年12月"},
	} {
		a := b.get(path)
		for _, said := range says {
			if a.status != http.StatusOK || !strings.Contains(a.body, said) {
				t.Errorf("%s: %d, without %s", path, a.status, said)
			}
		}
	}
	for _, month := range []string{"x", "2033-01", "2014-13", "2014-7"} {
		if a := b.get("/desks?month=" + month); a.status != http.StatusUnprocessableEntity || !strings.Contains(a.body, "<code>month</code>") {
			t.Errorf("month %s: %d", month, a.status)
		}
	}
	if strings.Contains(b.get("/desks?month=2032-12").body, "2033-01") {
		t.Error("leads beyond the known holidays")
	}
}

func TestWrongDesk(t *testing.T) {
	s := newSite(t)
	agent, other := s.as(s.Agent), s.as(s.Agent2)
	at := func(v string) { when, _ := jptext.ParseTime(v); s.Clock.Set(when) }
	number := s.Case(login).Number()
	for _, c := range []struct {
		by          *browser
		at, path    string
		says, never string
	}{
		{agent, "2014-07-28 12:00", "/calls?topic=goo", "ポイントリニューアル受付センタ 0120-170-033 は受付中です（21:00まで）", "この窓口で承ります"},
		{agent, "2014-07-28 12:00", "/calls?topic=password", "この窓口で承ります", "0120-170-033 は"},
		{other, "2014-07-28 12:00", "/calls?topic=password", "OCNテクニカルサポートセンタ 0120-047-860 は受付中です（22:00まで）", "この窓口で承ります"},
		{other, "2014-07-28 12:00", "/calls?topic=goo", "この窓口で承ります", "0120-047-860 は"},
		{agent, "2014-07-28 12:00", "/calls?topic=nothing", "お客さまの用件", "別の窓口"},
		{agent, "2014-07-28 12:00", "/cases/" + number + "?topic=pointtalk", "0120-170-033 は受付中です（21:00まで）", "この窓口で承ります"},
	} {
		at(c.at)
		if a := c.by.get(c.path); a.status != http.StatusOK || !strings.Contains(a.body, c.says) || strings.Contains(a.body, c.never) {
			t.Errorf("%s %s: %d, does not say %s", c.at, c.path, a.status, c.says)
		}
	}
	for when, says := range map[string]string{
		"2014-08-02 12:00": "ポイントリニューアル受付センタ 0120-170-033 は、本日休みです。次の受付は8/4（月） 10:00からです。",
		"2014-08-01 21:00": "は、本日の受付を終了しました。次の受付は8/4（月） 10:00からです。",
		"2014-08-01 09:00": "は、ただいま受付時間外です。本日は10:00から受け付けます。",
	} {
		at(when)
		a := s.as(s.Agent).get("/calls?topic=goo")
		if !strings.Contains(a.body, says) || !strings.Contains(a.body, "goo Point questions are answered by the Point Renewal Center") {
			t.Errorf("%s: does not say %s", when, says)
		}
	}
	// The desk of the call counts, not the agent's own.
	at("2014-08-01 12:00")
	agent = s.as(s.Agent)
	agent.get("/cases/" + number)
	if a := agent.post("/cases/"+number+"/calls", "direction", "inbound", "relation", "self", "desk", "point"); a.status != http.StatusSeeOther {
		t.Fatal(a.status)
	}
	if a := agent.get("/cases/" + number + "?topic=goo"); !strings.Contains(a.body, "この窓口で承ります") {
		t.Error("the desk of the call does not count")
	}
	if a := s.as(s.Auditor).get("/cases/" + number + "?topic=goo"); strings.Contains(a.body, "お客さまの用件") {
		t.Error("the auditor takes no calls")
	}
}

// Where there are several IDs, a caller asks about one of them: a desk that serves another
// sends them on.
func TestWrongDeskOfSeveralIDs(t *testing.T) {
	s := newSite(t)
	apptest.SetUpFerry(t, s.Store)
	when, _ := jptext.ParseTime("2014-07-28 12:00")
	s.Clock.Set(when)
	form := deskForm(s.as(s.Manager).get("/desks/tech/edit").body)
	form["ids"] = []string{"ocn-id"}
	if a := s.as(s.Manager).sends("tech", "save", form, "reason", "IDごとに分ける"); a.status != http.StatusSeeOther {
		t.Fatal(a.status)
	}
	agent := s.as(s.Agent)
	mine, others := "/calls?topic="+url.QueryEscape("password:ocn-id"), "/calls?topic="+url.QueryEscape("password:ferry-id")
	a := agent.get(mine)
	for _, says := range []string{"「OCN IDのパスワード」はこの窓口で承ります", html.EscapeString(others[len("/calls"):])} {
		if !strings.Contains(a.body, says) {
			t.Errorf("does not say %s", says)
		}
	}
	if a := agent.get(others); strings.Contains(a.body, "この窓口で承ります") || !strings.Contains(a.body, "のパスワード」") {
		t.Error("the other operator's callers are kept")
	}
	if a := agent.get("/cases/" + s.Case(login).Number() + "?topic=" + url.QueryEscape("password:ferry-id")); !strings.Contains(a.body, "「OCN IDのパスワード」はこの窓口で承ります") {
		t.Error("a case is of one ID, whatever was chosen before")
	}
}

// Which topics a desk answers for is data.
func TestTopicsMoveWithTheDesk(t *testing.T) {
	s := newSite(t)
	manager, agent := s.as(s.Manager), s.as(s.Agent)
	form := deskForm(manager.get("/desks/tech/edit").body)
	form["topics"] = []string{"id", "password", "goo"}
	if a := manager.sends("tech", "save", form, "reason", "一時的に引き受ける"); a.status != http.StatusSeeOther {
		t.Fatal(a.status)
	}
	if a := agent.get("/calls?topic=goo"); !strings.Contains(a.body, "「gooポイント」はこの窓口で承ります") {
		t.Error("the desk that took a topic over still sends callers away")
	}
	for _, code := range []string{"tech", "point"} {
		form := deskForm(manager.get("/desks/" + code + "/edit").body)
		delete(form, "topics")
		if a := manager.sends(code, "save", form, "reason", "整理"); a.status != http.StatusSeeOther {
			t.Fatal(a.status)
		}
	}
	if a := agent.get("/calls?topic=goo"); !strings.Contains(a.body, "担当する窓口は登録されていません") {
		t.Error("nobody answers, and nobody says so")
	}
}

func TestFirstResponseIsDue(t *testing.T) {
	s := newSite(t)
	number := s.Case(login).Number()
	opened := s.Case(login).OpenedAt.In(jptext.JST)
	due, _ := s.desk("tech").After(opened, 480*time.Minute)
	short := due.In(jptext.JST).Format("1/2 15:04")
	b := s.as(s.Agent)
	for _, path := range []string{"/cases", "/cases/" + number} {
		if a := b.get(path); !strings.Contains(a.body, "期限 "+short) || strings.Contains(a.body, "期限超過 "+short) {
			t.Errorf("%s does not say 期限 %s", path, short)
		}
	}
	s.Clock.Set(due.Add(time.Second))
	b = s.as(s.Agent)
	for _, path := range []string{"/cases", "/cases/" + number} {
		if a := b.get(path); !strings.Contains(a.body, "期限超過 "+short) {
			t.Errorf("%s does not say 超過", path)
		}
	}
	for q, has := range map[string]bool{"overdue": true, "callbacks": false} {
		if a := b.get("/cases?queue=" + q); strings.Contains(a.body, `href="/cases/`+number+`"`) != has {
			t.Errorf("the queue %s: has the case %v", q, !has)
		}
	}
	b.get("/cases/" + number)
	if a := b.post("/cases/"+number+"/calls", "direction", "inbound", "relation", "self"); a.status != http.StatusSeeOther {
		t.Fatal(a.status)
	}
	if a := b.get("/cases/" + number); strings.Contains(a.body, "期限超過 "+short) {
		t.Error("a case at work still is due")
	}
}

// What the caller asks about stays chosen through the forms of the call, not beyond it.
func TestTopicStaysThroughACall(t *testing.T) {
	s := newSite(t)
	b := s.as(s.Agent)
	path := "/cases/" + s.Case(login).Number()
	chosen := regexp.MustCompile(`topic=goo[^>]*aria-current="true"`)
	if body := b.get(path + "?topic=goo").body; !chosen.MatchString(body) || strings.Count(body, `name="topic" value="goo"`) < 3 {
		t.Fatal("the forms do not carry the topic")
	}
	a := b.post(path+"/calls", "direction", "inbound", "desk", "tech", "relation", "self", "topic", "goo")
	if a.location != path+"?topic=goo" {
		t.Errorf("after the call began: %s", a.location)
	}
	if a := b.post(path+"/notes", "text", "", "topic", "goo"); a.status != http.StatusUnprocessableEntity || !chosen.MatchString(a.body) {
		t.Errorf("after a refused note: %d", a.status)
	}
	if a := b.post("/calls/1/answers", "item", "name", "value", "ちがう", "topic", "goo"); a.location != path+"?topic=goo#verification" {
		t.Errorf("after an answer: %d %s", a.status, a.location)
	}
	if a := b.post("/calls/1/end", "topic", "goo"); a.location != path+"#verification" {
		t.Errorf("after the call: %d %s", a.status, a.location)
	}
	if a := b.post(path+"/notes", "text", "メモ", "topic", "x&caller=1"); a.location != path+"?topic=x%26caller%3D1" {
		t.Errorf("a nonsense topic: %s", a.location)
	}
}

// A new desk goes from a blank form to the bar of every page.
func TestDeskIsAdded(t *testing.T) {
	s := newSite(t)
	b := s.as(s.Manager)
	if !strings.Contains(b.get("/desks").body, `href="/desks/new"`) || strings.Contains(s.as(s.Supervisor).get("/desks").body, `href="/desks/new"`) {
		t.Error("the page of the desks offers it to the wrong people")
	}
	form := deskForm(b.get("/desks/new").body)
	for name, value := range map[string]string{"name_ja": "夜間受付", "name_en": "Night Desk", "short_ja": "夜間", "short_en": "Night", "phone": "0120-000-111", "code": "night",
		"hours.0.open": "19:00", "hours.0.close": "24:00", "topics": "id"} {
		form.Set(name, value)
	}
	form["hours.0.weekdays"] = []string{"1", "2", "3", "4", "5"}
	if a := b.sends("", "preview", form); a.status != http.StatusOK || !strings.Contains(a.body, "19:00–24:00") || strings.Contains(a.body, "（現在は") || len(s.desks()) != 2 {
		t.Errorf("preview: %d", a.status)
	}
	for field, value := range map[string]string{"code": "tech", "short_en": "", "phone": "x", "hours.0.open": "25:00"} {
		if a := b.sends("", "save", form, "reason", "夜間の受付", field, value); a.status != http.StatusUnprocessableEntity || !strings.Contains(a.body, `href="#`+field) || !strings.Contains(a.body, `value="夜間受付"`) {
			t.Errorf("%s: %d %s", field, a.status, problems(a.body))
		}
	}
	if a := b.sends("", "save", form, "reason", "夜間の受付"); a.status != http.StatusSeeOther || a.location != "/desks" {
		t.Fatalf("save: %d %s", a.status, problems(a.body))
	}
	if a := b.sends("", "save", form, "reason", "夜間の受付"); a.location != "/desks" || len(s.desks()) != 3 {
		t.Errorf("a second click: %d", a.status)
	}
	if a := b.sends("", "save", form, "reason", "夜間の受付", "mark", "another page"); a.status != http.StatusUnprocessableEntity || len(s.desks()) != 3 {
		t.Errorf("the same desk once more: %d", a.status)
	}
	for _, page := range []string{"/desks", "/calls", "/desks/night/edit", "/reports/daily?desk=night"} {
		if a := b.get(page); a.status != http.StatusOK || !strings.Contains(a.body, "夜間") {
			t.Errorf("%s: %d", page, a.status)
		}
	}
	if s.count("select count(*) from audit_entries where action = 'desk.added' and subject = 'desk:night' and before is null and after is not null") != 1 {
		t.Error("not audited")
	}
}

func (s *site) desks() []desks.Kept {
	s.T.Helper()
	list, err := desks.List(store.Read(s.Ctx, s.Store))
	if err != nil {
		s.T.Fatal(err)
	}
	return list
}
