package web_test

import (
	"context"
	"fmt"
	"html"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"

	"hoten/app/access"
	"hoten/app/apptest"
	"hoten/app/notices"
	"hoten/app/setup"
	"hoten/app/staff"
	"hoten/app/store"
	"hoten/app/web"
)

// bare is an administrator's browser at an installation that nobody has set up.
func bare(t *testing.T) (*store.Store, *browser) {
	t.Helper()
	s, _ := apptest.New(t)
	ctx := context.Background()
	made, err := staff.Add(ctx, s, access.System("test"), staff.New{Email: "admin@desk.example", Name: "管理", Role: access.Administrator, Password: password})
	if err != nil {
		t.Fatal(err)
	}
	b := newBrowser(t, serve(t, s).URL)
	if a := b.tryAs(made.Staff.Email, password, ""); a.status != http.StatusSeeOther {
		t.Fatalf("sign-in: %d", a.status)
	}
	return s, b
}

// The console leads whoever sets up through all that is missing, and every page of an
// installation without anything is there.
func TestFirstRun(t *testing.T) {
	s, b := bare(t)
	for _, path := range []string{"/incidents", "/incidents/new", "/desks", "/desks/new", "/services", "/policies", "/cases", "/imports", "/mails", "/operators/new", "/ids/new", "/programs/new"} {
		a := b.get(path)
		if a.status != http.StatusOK {
			t.Errorf("%s of an empty installation: %d", path, a.status)
		}
		if warned := strings.Contains(a.body, "メールサーバーが未設定のため"); warned != (path == "/mails") {
			t.Errorf("%s warns that mails are only kept: %v", path, warned)
		}
	}
	// What a page needs and is not there yet is told, with the way to add it, until it is.
	led := func(want bool, add string, paths ...string) {
		t.Helper()
		for _, path := range paths {
			if _, said, _ := strings.Cut(b.get(path).body, "<main"); strings.Contains(said, `href="`+add+`"`) != want {
				t.Errorf("%s leads to %s: %t", path, add, !want)
			}
		}
	}
	needed := func(want bool) {
		t.Helper()
		led(want, "/operators/new", "/ids/new", "/programs/new")
		led(want, "/ids/new", "/incidents/new")
		led(want, "/programs/new", "/incidents/new", "/desks/new", "/services", "/policies")
		led(want, "/incidents/new", "/imports/new")
	}
	needed(true)
	led(true, "/incidents/new", "/reports/daily")
	if a := b.get("/"); a.location != "/setup" {
		t.Errorf("the start leads to %q", a.location)
	}
	for _, step := range []struct {
		word, path string // as the guide has it, and where its form goes
		form       []string
	}{
		{"運営会社を登録", "/operators", []string{"code", "ferry", "name_ja", "瀬戸内フェリー", "name_en", "Setouchi Ferry", "mail_address", "no-reply@ferry.example", "signature_ja", "香川県\r\n高松市", "page_url", "https://www.ferry.example/"}},
		{"IDを登録", "/ids", []string{"code", "ferry-id", "operator", "ferry", "name_ja", "フェリーID", "name_en", "Ferry ID", "language", "en", "domains", "Ferry.example\r\nmail.ferry.example", "one_time_password", "false"}},
		{"プログラムを登録", "/programs", []string{"code", "miles", "operator", "ferry", "name_ja", "マイル", "name_en", "Miles", "unit_ja", "マイル", "unit_en", "miles", "unit_en_one", "mile"}},
		{"窓口を追加する", "/desks", []string{"code", "miles", "name_ja", "マイル窓口", "name_en", "Miles Desk", "short_ja", "マイル", "short_en", "Miles", "phone", "0570-000-260", "topics", "id", "do", "save", "seen", "{}", "reason", "開設",
			"hours.0.open", "10:00", "hours.0.close", "13:00", "hours.0.from", "", "hours.0.until", "", "hours.0.weekdays", "1",
			"hours.1.open", "14:00", "hours.1.close", "19:00", "hours.1.from", "", "hours.1.until", "", "hours.1.weekdays", "1"}},
		{"スタッフを登録", "/staff", []string{"email", "agent@desk.example", "name", "佐藤", "role", "agent", "language", "ja"}},
		{"スタッフを登録", "/staff", []string{"email", "sv@desk.example", "name", "高橋", "role", "supervisor", "language", "ja"}},
		{"承認できる人があと1人必要です。", "/staff", []string{"email", "sv2@desk.example", "name", "田中", "role", "supervisor", "language", "ja"}},
		{"事案を登録", "/incidents", []string{"reference", "F-1", "title_ja", "不正交換", "title_en", "Misuse", "id", "ferry-id", "period_from", "2014-07-01", "period_to", "2014-07-12", "detected_on", "2014-07-13",
			"program_miles", "true", "bearer_miles", "ferry", "released_ids", "40", "happened_ja", "第三者がログインしていました。", "happened_en", "a third party had signed in."}},
	} {
		if a := b.get("/setup"); a.status != http.StatusOK || !strings.Contains(a.body, step.word) {
			t.Errorf("the guide does not lead to %s", step.word)
		}
		// Who is added to the staff gets a link, shown once.
		if a := b.post(step.path, step.form...); a.status != http.StatusSeeOther && step.path != "/staff" {
			t.Fatalf("%s: %d %s", step.path, a.status, a.body)
		}
	}
	needed(false)
	// Who was added still has to set a password: the step waits, and is done when enough have.
	waits := func() bool {
		_, said, _ := strings.Cut(b.get("/setup").body, "<b>スタッフ</b>")
		said, _, _ = strings.Cut(said, "</li>")
		return strings.Contains(said, "登録は済んでいますが、3人がまだパスワードを設定していません。")
	}
	if !waits() {
		t.Error("the guide does not say that the staff have not enrolled")
	}
	apptest.AsOwner(t, s, "update staff set password_hash = 'set'")
	if waits() || strings.Contains(b.get("/setup").body, "登録待ち") {
		t.Error("the guide waits for staff who have enrolled")
	}
	missing, err := setup.Missing(store.Read(context.Background(), s), false)
	if err != nil || !slices.Equal(missing, []string{"mail", "import"}) {
		t.Errorf("missing afterwards: %v, %v", missing, err)
	}
	for path, want := range map[string]string{"/operators/ferry": "香川県\n高松市", "/ids/ferry-id": "ferry.example\nmail.ferry.example", "/programs/miles": `value="miles"`,
		"/incidents/F-1/edit": `<option value="ferry" selected>`, "/desks": "10:00–13:00 14:00–19:00"} {
		if a := b.get(path); !strings.Contains(a.body, want) {
			t.Errorf("%s does not show %q", path, want)
		}
	}
}

// Whoever cannot set anything up is told what still has to be, and is led nowhere where
// they may not go.
func TestWorkBeforeTheSetup(t *testing.T) {
	s, administrator := bare(t)
	add := func(email string, role access.Role) {
		t.Helper()
		if _, err := staff.Add(context.Background(), s, access.System("test"), staff.New{Email: email, Name: "佐藤", Role: role, Password: password}); err != nil {
			t.Fatal(err)
		}
	}
	if body := administrator.get("/setup").body; !strings.Contains(body, "オペレーターがいません。") || !strings.Contains(body, "承認できる人があと2人必要です。") {
		t.Error("the guide does not say who is missing")
	}
	if body := administrator.get("/services").body; !strings.Contains(body, "プログラムがまだ登録されていません。") || strings.Contains(body, `action="/services"`) {
		t.Error("a service of no program can be set")
	}
	for role, email := range map[access.Role]string{access.Agent: "agent@desk.example", access.Supervisor: "sv@desk.example"} {
		add(email, role)
		b := newBrowser(t, administrator.base)
		if a := b.tryAs(email, password, ""); a.status != http.StatusSeeOther {
			t.Fatalf("sign-in: %d", a.status)
		}
		a := b.get(b.get("/").location)
		if body := b.get(b.post("/calls", "q", "abc12345").location).body; !strings.Contains(body, "事案の登録は、センター管理者またはシステム管理者が行います。") || strings.Contains(body, `id="open-title"`) || strings.Contains(body, `id="desks-title"`) {
			t.Errorf("%s: calls offer what cannot be done without an incident", role)
		}
		for _, path := range []string{"/services", "/policies"} {
			if body := b.get(path).body; !strings.Contains(body, "プログラムがまだ登録されていません。") || strings.Contains(body, `href="/programs/new"`) {
				t.Errorf("%s: %s does not say that there is no program, or leads to where they may not add one", role, path)
			}
		}
		if _, said, _ := strings.Cut(a.body, `id="unfinished"`); a.status != http.StatusOK || !strings.Contains(said, "初期設定がまだ終わっていません。未設定：運営会社、お客さまのID、ポイントのプログラム、窓口、スタッフ、メールの送信、事案、対象IDの取込。") {
			t.Errorf("%s: %d, not told what is missing", role, a.status)
		}
		for _, m := range regexp.MustCompile(`<a [^>]*href="(/[^"#]*)`).FindAllStringSubmatch(a.body, -1) {
			if to := b.get(html.UnescapeString(m[1])); to.status >= http.StatusBadRequest {
				t.Errorf("%s is led to %s: %d", role, m[1], to.status)
			}
		}
	}
	done := newSite(t)
	done.server = serve(t, done.Store, func(o *web.Options) { o.Mails = true })
	if strings.Contains(done.as(done.Agent).get("/calls").body, `id="unfinished"`) {
		t.Error("an agent is told of a setup that is finished")
	}
}

// Who may set up and who may not read the same of what is missing; training needs no mail
// server.
func TestTheGuideAndTheCallsMissTheSame(t *testing.T) {
	s := newSite(t)
	apptest.AsOwner(t, s.Store, "update staff set password_hash = 'set' where password_hash = ''")
	for name, c := range map[string]struct {
		set     func(*web.Options)
		missing bool
	}{
		"kept":     {func(*web.Options) {}, true},
		"sent":     {func(o *web.Options) { o.Mails = true }, false},
		"training": {func(o *web.Options) { o.Training = &notices.Mailbox{Folder: t.TempDir()} }, false},
	} {
		s.server = serve(t, s.Store, c.set)
		guide, calls := s.as(s.Manager).get("/setup").body, s.as(s.Agent).get("/calls").body
		if strings.Contains(guide, "△") != c.missing || strings.Contains(calls, "未設定：メールの送信。") != c.missing {
			t.Errorf("%s: the guide or the calls say something else than %v", name, c.missing)
		}
		if strings.Contains(guide, "練習では必要ありません。") != (name == "training") {
			t.Errorf("%s: the guide says what is not so of training", name)
		}
	}
}

// What is set up is changed by whoever saw it last, and only where something differs.
func TestChangingWhatIsSetUp(t *testing.T) {
	s := newSite(t)
	b := s.as(s.Manager)
	entries := func() int {
		return s.count("select count(*) from audit_entries where action in ('operator.set', 'id.set', 'program.set', 'incident.changed')")
	}
	before := entries()
	for _, c := range []struct {
		path string
		form []string
		want int
		more int // entries in the audit trail
	}{
		{"/programs/goo", []string{"version", "1", "operator", "ntt-resonant", "name_ja", "gooポイント", "name_en", "goo Point", "unit_ja", "ポイント", "unit_en", "points", "unit_en_one", "point"}, http.StatusSeeOther, 0},
		{"/programs/goo", []string{"version", "1", "operator", "ntt-com", "name_ja", "gooポイント", "name_en", "goo Points", "unit_ja", "ポイント", "unit_en", "points", "unit_en_one", "point"}, http.StatusSeeOther, 1},
		{"/programs/goo", []string{"version", "1", "operator", "ntt-com", "name_ja", "別名", "name_en", "goo", "unit_ja", "ポイント", "unit_en", "points", "unit_en_one", "point"}, http.StatusConflict, 1},
		{"/programs/goo", []string{"version", "2", "operator", "nobody", "name_ja", "別名", "name_en", "goo", "unit_ja", "ポイント", "unit_en", "points", "unit_en_one", "point"}, http.StatusUnprocessableEntity, 1},
		{"/operators/ntt-com", []string{"version", "1", "name_ja", "改名", "name_en", ""}, http.StatusUnprocessableEntity, 1},
		{"/operators/ntt-com", []string{"version", "1", "name_ja", "改名", "name_en", "Renamed"}, http.StatusSeeOther, 2},
		{"/operators/none", []string{"name_ja", "改名", "name_en", "Renamed"}, http.StatusNotFound, 2},
		{"/operators", []string{"code", "ntt-com", "name_ja", "改名", "name_en", "Renamed"}, http.StatusUnprocessableEntity, 2},
		{"/ids/ocn-id", []string{"version", "1", "operator", "ntt-com", "name_ja", "OCN ID", "name_en", "OCN ID", "language", "ja", "domains", "no domain"}, http.StatusUnprocessableEntity, 2},
		{"/incidents/2014-R096", []string{"version", "1", "title_ja", "改題", "title_en", "Renamed", "id", "ocn-id", "period_from", "2014-07-11", "period_to", "2014-07-28", "detected_on", "2014-07-28", "program_goo", "true", "bearer_goo", "ntt-com", "released_ids", "1,265"}, http.StatusUnprocessableEntity, 2},
		{"/incidents/2014-R096", []string{"version", "1", "title_ja", "改題", "title_en", "Renamed", "id", "ocn-id", "period_from", "2014-07-11", "period_to", "2014-07-28", "detected_on", "2014-07-28", "program_goo", "true", "program_pointtalk", "true", "bearer_goo", "ntt-com", "released_ids", "1,265"}, http.StatusSeeOther, 3},
		{"/incidents/2014-R096", []string{"version", "1", "title_ja", "二重", "title_en", "Twice", "period_from", "2014-07-11", "period_to", "2014-07-28", "detected_on", "2014-07-28"}, http.StatusConflict, 3},
	} {
		a := b.post(c.path, c.form...)
		if a.status != c.want {
			t.Errorf("%s %v: %d, want %d", c.path, c.form, a.status, c.want)
		}
		if a.status == http.StatusUnprocessableEntity && !strings.Contains(a.body, `-problem"><span`) {
			t.Errorf("%s %v: the page does not say at the field what is wrong", c.path, c.form)
		}
		if n := entries() - before; n != c.more {
			t.Errorf("after %s %v: %d entries, want %d", c.path, c.form, n, c.more)
		}
	}
	if n := s.count("select released_ids from incidents"); n != 1265 {
		t.Errorf("%d released IDs", n)
	}
	if n := s.count("select count(*) from incident_programs where bearer_id is not null"); n != 1 {
		t.Errorf("%d programs with a bearer", n)
	}
}

// The auditor reads what is set up and the staff, down to each field, and is offered nothing
// that changes any of it.
func TestAnAuditorReadsWhatIsSetUp(t *testing.T) {
	s := newSite(t)
	apptest.SetUpFerry(t, s.Store)
	if _, err := staff.CreateToken(s.Ctx, s.Store, s.Agent, s.Agent.ID, staff.NewToken{Name: "連携用"}); err != nil {
		t.Fatal(err)
	}
	b := s.as(s.Auditor)
	account := fmt.Sprintf("/staff/%d", s.Agent.ID)
	for from, to := range map[string][]string{"/setup": {"/operators/setouchi-ferry", "/ids/ferry-id", "/programs/miles"}, "/staff": {account}} {
		for _, path := range to {
			if !strings.Contains(b.get(from).body, `href="`+path+`"`) {
				t.Errorf("%s does not lead to %s", from, path)
			}
		}
	}
	for path, says := range map[string]string{"/setup": "運営会社", "/staff": "オペレーター", "/operators/setouchi-ferry": "no-reply@miles.ferry.example", "/ids/ferry-id": "FC-[0-9]{6}", "/programs/miles": "マイル", account: "連携用"} {
		a := b.get(path)
		_, main, _ := strings.Cut(a.body, "<main")
		main, _, _ = strings.Cut(main, "</main>")
		if a.status != http.StatusOK || !strings.Contains(main, says) || strings.Contains(main, "変更できます") {
			t.Errorf("%s: %d, without %q or with how to change it", path, a.status, says)
		}
		for _, offered := range []string{"<button", "<form", "<input", "<select", "<textarea"} {
			if strings.Contains(main, offered) {
				t.Errorf("%s has a %s>", path, offered)
			}
		}
		if path == "/setup" || path == "/staff" {
			continue
		}
		if a := b.post(path, "version", "1", "role", "agent"); a.status != http.StatusForbidden {
			t.Errorf("POST %s: %d", path, a.status)
		}
	}
	for _, path := range []string{"/operators/new", "/ids/new", "/programs/new", "/staff/new"} {
		if a := b.get(path); a.status != http.StatusForbidden {
			t.Errorf("%s: %d", path, a.status)
		}
	}
}

// Who opens a case with an ID of another form reads which form it has in words; only where
// there are none for it, the expression that was set up.
func TestTheFormOfAnIDIsSaidInWords(t *testing.T) {
	s := newSite(t)
	b := s.as(s.Agent)
	for form, says := range map[string]string{"[0-9]{8}": "数字8桁", "OC-[0-9]{6}": "OC-[0-9]{6}"} {
		s.Number("with u as (update id_kinds set form = $1 returning 1) select count(*) from u", form)
		a := b.post("/cases", "incident", apptest.Reference, "login_id", "1234567")
		if body := html.UnescapeString(a.body); a.status != http.StatusUnprocessableEntity || !strings.Contains(body, "："+says) || form != says && strings.Contains(body, form) {
			t.Errorf("%s: %d, does not say %s", form, a.status, says)
		}
	}
}
