package web_test

import (
	"net/http"
	"regexp"
	"strings"
	"testing"
	"time"

	"hoten/app/access"
	"hoten/app/apptest"
	"hoten/app/incidents"
	"hoten/app/jptext"
	"hoten/app/reimbursements"
	"hoten/app/setup"
	"hoten/app/staff"
	"hoten/app/store"
)

// The words of an ID for its password for points, its name, and who set a status stand where
// members and staff read of them.
func TestServicesUseTheWordsOfTheID(t *testing.T) {
	s := newSite(t)
	s.Number("with u as (update id_kinds set point_password_ja = 'おひさま暗証', point_password_en = 'sun PIN' returning 1) select count(*) from u")
	f, err := setup.Read(strings.NewReader("services:\n  - {program: goo, service: exchange, state: point_password, from: 2014-07-01 00:00}\n"))
	if err == nil {
		_, err = setup.Apply(s.Ctx, s.Store, access.System("test"), f, "test")
	}
	if err != nil {
		t.Fatal(err)
	}
	b := s.as(s.Manager)
	for _, path := range []string{"/services", "/calls", "/cases/" + s.Case(login).Number()} {
		if body := b.get(path).body; !strings.Contains(body, "おひさま暗証必須") || strings.Contains(body, "ポイントパスワード") {
			t.Errorf("%s does not say what the ID calls it", path)
		}
	}
	if body := b.get("/services").body; !strings.Contains(body, "に設定ファイルで登録") || !strings.Contains(body, "おひさま暗証が必要なサービス") {
		t.Error("the services do not say who set them, or what is needed")
	}
	b.post("/language", "language", "en")
	if body := b.get("/services").body; !strings.Contains(body, "Set by the setup file, ") || !strings.Contains(body, "Needs the sun PIN") {
		t.Error("nor in English")
	}
}

// A case of another operator's ID says nothing that only the other IDs have, and its calls
// are taken at the desks that serve it.
func TestACaseOfAnotherOperator(t *testing.T) {
	s := newSite(t)
	apptest.SetUpFerry(t, s.Store)
	s.ImportInto("FERRY-2026-01", "login_id,name,birth_date,phone,email,email_registered_on,address,balance_miles\n"+
		"fc-000001,山田 太郎,1970-02-03,090-0000-9999,ferry@mail.example,2005-04-01,東京都千代田区見本町1-2-3,100\n", "")
	theirs, ours := "/cases/"+s.Case("fc-000001").Number(), "/cases/"+s.Case(login).Number()
	b := s.as(s.Agent)
	for path, has := range map[string]map[string]bool{
		theirs: {"ご予約済みの乗船は、これまでどおりご利用いただけます。": true, "インターネット接続": false, "ポイントパスワード": false, "ワンタイムパスワード": false,
			`value="miles"`: true, `value="tech"`: false, `value="point"`: false, "フェリーIDのパスワード": true, "OCN IDのパスワード": false},
		ours: {"ご予約済みの乗船": false, "インターネット接続はこれまでどおり": true, "<dt>ポイントパスワード</dt>": true, "<dt>ワンタイムパスワード</dt>": true,
			`value="miles"`: false, `value="tech"`: true, `value="point"`: true, "OCN IDのパスワード": true},
	} {
		body := b.get(path).body
		for text, want := range has {
			if strings.Contains(body, text) != want {
				t.Errorf("%s: %q shown: %v", path, text, !want)
			}
		}
	}
	// What an English reader's page and script say comes from the ID too.
	if body := b.get(theirs).body; strings.Contains(body, "internet") {
		t.Error("the page speaks of the internet connection")
	}
	if a := b.post(theirs+"/calls", "direction", "inbound", "relation", "self", "desk", "tech"); a.status != http.StatusUnprocessableEntity ||
		!strings.Contains(a.body, "OCNテクニカルサポートセンタは、このIDのお客さまの窓口ではありません。") {
		t.Errorf("a call at a desk of others: %d", a.status)
	}
	if a := b.post(theirs+"/calls", "direction", "inbound", "relation", "self"); a.status != http.StatusSeeOther {
		t.Fatalf("%d", a.status)
	}
	if n := s.Number("select count(*) from calls k join desks d on d.id = k.desk_id where d.code = 'miles'"); n != 1 {
		t.Error("whose own desk serves others takes the call at the main desk for the ID")
	}
	// A caller about the password is not sent to the other operator's desk.
	if body := b.get(theirs + "?topic=password").body; strings.Contains(body, "0120-047-860") || !strings.Contains(body, "フェリーIDのパスワード") {
		t.Error("the caller is sent to a desk of others")
	}
	if body := b.get("/desks").body; !strings.Contains(body, "フェリーIDのパスワード") || strings.Contains(body, "OCN ID、フェリーID") {
		t.Error("a desk is said to answer about the ID of others")
	}
	// Whom to call about a link that works no more is who sent it; what never was one is nobody's.
	s.Number(`insert into reset_links (case_id, identity_id, contact_id, token_hash, sent_by, sent_at, expires_at, used_at)
		select c.id, c.identity_id, k.id, sha256('used'), $2, now(), now(), now() from cases c join identities i on i.id = c.identity_id
		join contacts k on k.member_id = i.member_id and k.kind = 'email' where c.id = $1 returning id`, s.Case("fc-000001").ID, s.Agent.ID)
	for token, has := range map[string]bool{"used": true, "none": false} {
		a := newBrowser(t, s.server.URL).get("/reset/" + token + "?lang=ja")
		if a.status != http.StatusNotFound || strings.Contains(a.body, "0570-000-260") != has || strings.Contains(a.body, "0120-") {
			t.Errorf("%s: %d %s", token, a.status, a.body)
		}
	}
}

// The newest incident is another operator's: forms and reports offer the newest of an ID
// that the reader's desk serves. What is found says which ID it is.
func TestIncidentsOfTheReadersDesk(t *testing.T) {
	s := newSite(t)
	alone := s.as(s.Agent).post("/search/suggestions", "q", login).body
	if !strings.Contains(alone, login) || strings.Contains(alone, "OCN ID") {
		t.Errorf("with one ID a row says which: %s", alone)
	}
	ours := apptest.Reference
	apptest.SetUpFerry(t, s.Store)
	s.ImportInto("FERRY-2026-01", "login_id,name\nfc-000001,山田 太郎\n", "")
	offered := regexp.MustCompile(`(?s)name="incident".*?<option value="([^"]+)"`)
	for desk, want := range map[string]string{"tech": ours, "miles": "FERRY-2026-01", "": "FERRY-2026-01"} {
		s.Number("with u as (update staff set desk_id = (select id from desks where code = $1) returning 1) select count(*) from u", desk)
		for path, has := range map[string]*regexp.Regexp{"/calls": offered, "/reports/daily": regexp.MustCompile(`(?s)id="incident".*?<option value="([^"]+)" selected`), "/imports/new": offered} {
			body := s.as(s.Administrator).get(path).body
			if path == "/calls" {
				agent := s.as(s.Agent)
				body = agent.get(agent.post(path, "q", "nobody@ocn.example").location).body
			}
			if m := has.FindStringSubmatch(body); m == nil || m[1] != want {
				t.Errorf("desk %q, %s: %v, want %s", desk, path, m, want)
			}
		}
	}
	for q, says := range map[string]string{login: "OCN ID " + ours, "fc-000001": "フェリーID FERRY-2026-01"} {
		b := s.as(s.Agent)
		if body := b.post("/search/suggestions", "q", q).body; !strings.Contains(body, says) {
			t.Errorf("a row does not say %s: %s", says, body)
		}
		if body := b.get("/cases").body; !strings.Contains(body, says) {
			t.Errorf("the list does not say %s", says)
		}
	}
}

// ofPoints is what only some programs count in.
var ofPoints = regexp.MustCompile(`(?i)ポイント|\bpoints?\b`)

// An installation of one program that counts in miles reads of no points: amounts have the
// unit of their program, and words of every program name none.
func TestNoPointsWhereMilesAreCounted(t *testing.T) {
	st, clock := apptest.New(t)
	s := &site{World: &apptest.World{Store: st, T: t, Clock: clock, Ctx: t.Context()}, outbox: &outbox{}}
	clock.Set(time.Date(2026, time.March, 16, 10, 30, 0, 0, jptext.JST))
	apptest.SetUpFerry(t, st)
	for to, role := range map[*access.Actor]access.Role{&s.Agent: access.Agent, &s.Supervisor: access.Supervisor, &s.Manager: access.CenterManager} {
		made, err := staff.Add(s.Ctx, st, access.System("test"), staff.New{Email: string(role) + "@ferry.example", Name: string(role), Role: role})
		if err != nil {
			t.Fatal(err)
		}
		*to = made.Staff.Actor("console")
	}
	s.server = serve(t, st)
	s.ImportInto("FERRY-2026-01", "login_id,name,birth_date,phone,email,email_registered_on,address,balance_miles\n"+
		"FC-000001,山田 太郎,1970-02-03,090-0000-9999,ferry@mail.example,2005-04-01,東京都千代田区見本町1-2-3,100\n",
		"movement_id,login_id,occurred_at,kind,from_program,partner,points,fraud\n"+
			"X1,FC-000001,2026-03-05 03:00:00,exchange,miles,gift card,10500,confirmed\nX2,FC-000001,2026-03-05 03:00:00,exchange,miles,gift card,10500,confirmed\n")
	if _, err := reimbursements.DecideDouble(s.Ctx, st, s.Supervisor, s.Case("FC-000001").ID, "X2", "double", "同じ交換"); err != nil {
		t.Fatal(err)
	}
	number := s.Case("FC-000001").Number()
	if _, err := reimbursements.Propose(s.Ctx, st, s.Agent, s.Case("FC-000001").ID, ""); err != nil {
		t.Fatal(err)
	}
	says := map[string][2]string{
		"/cases/" + number:              {"交換 10,500マイル", "Exchange 10,500 miles"},
		"/reimbursements/1":             {"補填 フェリーマイル 10,500マイルを承認する", "10,500 miles"},
		"/reimbursements":               {},
		"/cases":                        {},
		"/incidents":                    {},
		"/incidents/FERRY-2026-01":      {},
		"/incidents/FERRY-2026-01/edit": {},
		"/imports/1":                    {},
		"/reports/daily":                {},
		"/policies":                     {},
		"/callbacks":                    {},
		"/mails":                        {},
		"/calls?topic=miles":            {},
		"/reimbursements?state=all":     {},
	}
	b := s.as(s.Manager)
	for i, lang := range []string{"ja", "en"} {
		b.post("/language", "language", lang)
		for path, want := range says {
			a := b.get(path)
			text := regexp.MustCompile(`(?s)<(script|style)\b.*?</(script|style)>|<[^>]*>`).ReplaceAllString(a.body, " ")
			if said := ofPoints.FindStringIndex(text); a.status != http.StatusOK || said != nil || !strings.Contains(text, want[i]) {
				if said != nil {
					text = text[max(0, said[0]-60):min(len(text), said[1]+40)]
				}
				t.Errorf("%s %s: %d, %q wanted in %s", lang, path, a.status, want[i], text)
			}
		}
	}
}

// A new incident is about the programs of the operator of its ID where none is chosen, and
// the form chooses none where several operators run IDs.
func TestANewIncidentIsAboutTheProgramsOfItsOperator(t *testing.T) {
	s := newSite(t)
	manager := s.as(s.Manager)
	chosen := regexp.MustCompile(`name="program_[a-z]+" value="true" checked`)
	if n := len(chosen.FindAllString(manager.get("/incidents/new").body, -1)); n != 2 {
		t.Errorf("one operator's form chooses %d programs", n)
	}
	apptest.SetUpFerry(t, s.Store)
	if a := manager.get("/incidents/new"); chosen.MatchString(a.body) || !strings.Contains(a.body, "何も選ばないときは、IDの運営会社のプログラムが対象になります") {
		t.Error("the form chooses programs before it knows the ID, or does not say what none means")
	}
	form := []string{"id", "ferry-id", "title_ja", "件", "title_en", "one", "period_from", "2014-07-11", "period_to", "2014-07-12", "detected_on", "2014-07-13"}
	for reference, c := range map[string]struct {
		chosen []string
		want   string
	}{
		"NONE": {[]string{"bearer_miles", ""}, "miles:"}, "OTHERS": {[]string{"program_goo", "true"}, "goo:"},
		"BORNE": {[]string{"bearer_miles", "setouchi-ferry"}, "miles:setouchi-ferry"}, // who was chosen to bear the cost does
	} {
		if a := manager.post("/incidents", append(append([]string{"reference", reference}, form...), c.chosen...)...); a.status != http.StatusSeeOther {
			t.Fatalf("%s: %d", reference, a.status)
		}
		i, err := incidents.ByReference(store.Read(s.Ctx, s.Store), reference)
		if err != nil {
			t.Fatal(err)
		}
		bearers, err := incidents.Bearers(store.Read(s.Ctx, s.Store), i.ID)
		var got []string
		for program, bearer := range bearers {
			got = append(got, program+":"+bearer)
		}
		if strings.Join(got, " ") != c.want || err != nil {
			t.Errorf("%s is about %q, want %q (%v)", reference, got, c.want, err)
		}
	}
	// A bearer of a program that the incident is not about is not dropped in silence.
	const problem = `id="bearer_goo-problem"><span aria-hidden="true">×</span> このプログラムは対象に選ばれていません。`
	for _, chosen := range [][]string{{"bearer_goo", "ntt-com"}, {"bearer_goo", "ntt-com", "program_miles", "true"}} {
		if a := manager.post("/incidents", append(append([]string{"reference", "ALONE"}, form...), chosen...)...); a.status != http.StatusUnprocessableEntity || !strings.Contains(a.body, problem) {
			t.Errorf("%v: %d", chosen, a.status)
		}
	}
	// One that stood goes with its program.
	at, form := "/incidents/BORNE", append(form, "version", "1", "program_goo", "true", "bearer_miles", "setouchi-ferry")
	if a := manager.post(at, append(form, "seen", "{}")...); a.status != http.StatusUnprocessableEntity || !strings.Contains(a.body, `id="bearer_miles-problem"`) {
		t.Errorf("a bearer that was chosen anew without its program: %d", a.status)
	}
	if a := manager.post(at, append(form, "seen", `{"bearer_miles":"setouchi-ferry"}`)...); a.location != at {
		t.Errorf("a program and its bearer taken away: %d", a.status)
	}
}
