package app

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"mime"
	"mime/multipart"
	"mime/quotedprintable"
	"net/http/httptest"
	"net/mail"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"hoten/app/access"
	"hoten/app/apptest"
	"hoten/app/jptext"
	"hoten/app/ledger"
	"hoten/app/notices"
	"hoten/app/setup"
	"hoten/app/staff"
	"hoten/app/store"
)

// ferry is another operator's installation: the example one-program, with 40 IDs.
type ferry struct {
	*desk
	folder string // of the mails
}

// ferryNames are of the demo's operators and of this program: no member of another operator
// reads them.
var ferryNames = regexp.MustCompile(`(?i)ocn|ntt|pointtalk|\bgoo\b|hoten|ポイント|points?\b|transfer`)

func newFerry(t *testing.T) *ferry {
	t.Helper()
	s, clock := apptest.New(t)
	clock.Set(ferryTime(10, 30))
	f := &ferry{desk: &desk{World: &apptest.World{Store: s, T: t, Clock: clock, Ctx: context.Background()}}, folder: t.TempDir()}
	text, ok := setup.Example("one-program", "en")
	if !ok {
		t.Fatal("no example")
	}
	for _, changed := range []bool{true, false} { // the same file again changes nothing
		file, err := setup.Read(strings.NewReader(text))
		must(t, err)
		done, err := setup.Apply(f.Ctx, s, access.System("test"), file, "test")
		must(t, err)
		for _, d := range done {
			if d.Changed != changed {
				t.Errorf("%s %s: changed is %v", d.Kind, d.Name, d.Changed)
			}
		}
	}
	for to, n := range map[*access.Actor]staff.New{&f.Agent: {Email: "agent@ferry.example", Name: "佐藤", Role: access.Agent, Desk: "miles"},
		&f.Supervisor: {Email: "sv@ferry.example", Name: "高橋", Role: access.Supervisor}, &f.Supervisor2: {Email: "sv2@ferry.example", Name: "田中", Role: access.Supervisor},
		&f.Manager: {Email: "manager@ferry.example", Name: "渡辺", Role: access.CenterManager}} {
		added, err := staff.Add(f.Ctx, s, access.System("test"), n)
		must(t, err)
		*to = added.Staff.Actor("api")
	}
	f.app = &App{Config: Config{BaseURL: "https://miles.ferry.example", MailFrom: "no-reply@elsewhere.example", DataDir: f.folder}, Store: s}
	var err error
	f.app.postman, err = f.app.newPostman()
	must(t, err)
	handler, err := f.app.handler()
	must(t, err)
	f.server = httptest.NewServer(handler)
	t.Cleanup(f.server.Close)
	return f
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// ferryTime is a time of Monday 16 March 2026 in Japan.
func ferryTime(hour, minute int) time.Time {
	return time.Date(2026, time.March, 16, hour, minute, 0, 0, jptext.JST)
}

// login is the i-th ID, from 1 on; the first 30 lost miles, the first of them so many that
// two supervisors approve.
func ferryLogin(i int) string { return fmt.Sprintf("FC-%06d", i) }

func ferryLoss(i int) int64 {
	if i == 1 {
		return 25_000
	}
	return int64(500 + i)
}

func ferryFiles() (affected, movements string) {
	var a, m strings.Builder
	a.WriteString("Ferry ID,name,birth_date,phone,email,email_registered_on,address,customer_number,フェリーマイル残高\n")
	m.WriteString("movement_id,フェリーID,occurred_at,kind,from_program,partner,points,fraud\n")
	for i := range 40 {
		fmt.Fprintf(&a, "%s,Grace Holloway,1985-11-23,090-0000-%04d,member%d@mail.example,2020-01-01,香川県高松市見本町%d-1,N%09d,%d\n", ferryLogin(i+1), i+1, i+1, i+1, i+1, 100)
		if i < 30 {
			fmt.Fprintf(&m, "X%03d,%s,2026-03-05 03:00:00,exchange,Ferry Miles,gift card,%d,confirmed\n", i+1, ferryLogin(i+1), ferryLoss(i+1))
		}
	}
	return a.String(), m.String()
}

// asks sends JSON and reads what came back, which must have the status.
func (f *ferry) asks(c *client, method, path, body string, status int) map[string]any {
	f.T.Helper()
	a := c.do(method, path, "application/json", strings.NewReader(body))
	if a.status != status {
		f.T.Fatalf("%s %s: %d, want %d: %s", method, path, a.status, status, a.body)
	}
	out := map[string]any{}
	if a.body != "" {
		must(f.T.(*testing.T), json.Unmarshal([]byte(a.body), &out))
	}
	return out
}

// letter is one mail as it arrived.
type letter struct{ from, to, subject, text string }

// deliver sends what waits and gives the letters of it by recipient.
func (f *ferry) deliver() map[string]letter {
	f.T.Helper()
	t := f.T.(*testing.T)
	type waiting struct{ ID int64 }
	rows, err := store.Select[waiting](store.Read(f.Ctx, f.Store), "select id from mails where state = 'queued' order by id")
	must(t, err)
	must(t, os.RemoveAll(f.app.mailbox().Folder))
	for _, r := range rows {
		must(t, f.app.DeliverAs(f.Ctx, f.Store, []int64{r.ID}))
	}
	files, err := filepath.Glob(filepath.Join(f.app.mailbox().Folder, "*.eml"))
	must(t, err)
	if len(files) != len(rows) {
		t.Fatalf("%d of %d mails arrived", len(files), len(rows))
	}
	out := map[string]letter{}
	for _, path := range files {
		raw, err := os.ReadFile(path)
		must(t, err)
		l := readLetter(t, raw)
		out[l.to] = l
		if said := ferryNames.FindString(l.from + l.subject + l.text + strings.ReplaceAll(string(raw), "-Transfer-", "")); said != "" {
			t.Errorf("a member reads %q in\n%s\n%s", said, l.subject, l.text)
		}
	}
	return out
}

func readLetter(t *testing.T, raw []byte) (l letter) {
	t.Helper()
	m, err := mail.ReadMessage(bytes.NewReader(raw))
	must(t, err)
	words := new(mime.WordDecoder)
	l.from, err = words.DecodeHeader(m.Header.Get("From"))
	must(t, err)
	l.subject, err = words.DecodeHeader(m.Header.Get("Subject"))
	must(t, err)
	l.to = strings.Trim(m.Header.Get("To"), "<>")
	_, params, err := mime.ParseMediaType(m.Header.Get("Content-Type"))
	must(t, err)
	part, err := multipart.NewReader(m.Body, params["boundary"]).NextRawPart()
	must(t, err)
	text, err := io.ReadAll(quotedprintable.NewReader(part))
	must(t, err)
	l.text = strings.ReplaceAll(strings.ReplaceAll(string(text), "\r\n  ", " "), "\r\n", "\n")
	return l
}

func (l letter) says(t *testing.T, wants ...string) {
	t.Helper()
	flat := strings.ReplaceAll(l.text, "\n", " ")
	for _, want := range wants {
		if !strings.Contains(flat, want) {
			t.Errorf("%s does not say %q:\n%s", l.subject, want, l.text)
		}
	}
}

// A second operator's incident, of another kind, from one file to its end: import, notices,
// a call with its code and reset, proposals, approvals, mails, completion, figures.
func TestAnotherOperatorsIncident(t *testing.T) {
	f := newFerry(t)
	agent, supervisor, supervisor2, manager := f.calling(f.Agent), f.calling(f.Supervisor), f.calling(f.Supervisor2), f.calling(f.Manager)
	const incident = "/incidents/FERRY-2026-01"
	f.importFiles(manager, incident)
	shown := f.asks(agent, "GET", incident, "", 200)
	figures := shown["figures"].(map[string]any)
	if classes := fmt.Sprint(figures["by_class"]); figures["ids"] != 40.0 || classes != "map[A:0 B:30 C:0 D:10]" || shown["released_ids"] != 40.0 {
		t.Errorf("%v IDs, %s", figures["ids"], classes)
	}

	f.asks(manager, "POST", incident+"/notices", "{}", 202)
	told := f.deliver()
	if len(told) != 40 {
		t.Fatalf("%d notices", len(told))
	}
	notice := told["member2@mail.example"]
	if notice.from != `"Setouchi Ferry Miles Desk" <no-reply@miles.ferry.example>` {
		t.Errorf("From is %s", notice.from)
	}
	// With its name the subject would be longer than 30 full-width characters.
	if notice.subject != "[Important] Your ID is restricted: change your password" {
		t.Errorf("the subject is %q", notice.subject)
	}
	notice.says(t, "we have restricted the use of your Ferry ID", "passwords that seem to come from other services", "Crossings you have already booked are not affected", "reimburse all fraudulently exchanged miles", "please call the number below", "Ferry ID: FC-****02 (partly hidden)",
		"the official Setouchi Ferry website", "Miles Desk", "0570-000-260", "10:00–13:00, 14:00–19:00", "1-1 Mihon-cho, Takamatsu")

	if untouched := told["member40@mail.example"]; strings.Contains(untouched.text, "reimburse all") {
		t.Errorf("a member without a loss is promised a reimbursement:\n%s", untouched.text)
	}
	told["member40@mail.example"].says(t, "Any miles found to have been exchanged fraudulently will be reimbursed in full", "If this concerns your Ferry ID, we will email you.")

	number := f.caseOf(agent, ferryLogin(2))
	f.callAndReset(agent, number)
	f.lunch(agent, number)
	f.makeWhole(agent, supervisor, supervisor2, incident)

	c := f.asks(agent, "GET", "/cases/"+number, "", 200)
	f.asks(agent, "PATCH", "/cases/"+number, fmt.Sprintf(`{"status":"completed","version":%v}`, c["version"]), 200)
	f.Clock.Add(notices.ClosingWaits)
	f.deliver()["member2@mail.example"].says(t, "We have lifted the restriction of your Ferry ID", "Reimbursed for the fraudulent exchange: +502 miles")
	figures = f.asks(agent, "GET", incident, "", 200)["figures"].(map[string]any)
	if figures["made_whole"] != 30.0 || figures["resumed"] != 1.0 || fmt.Sprint(figures["posted"].(map[string]any)["reimburse"]) != "map[miles:39964]" {
		t.Errorf("at the end: %v whole, %v resumed, %v", figures["made_whole"], figures["resumed"], figures["posted"])
	}
	if off, err := ledger.Check(store.Read(f.Ctx, f.Store)); off != "" || err != nil {
		t.Errorf("ledger: %s %v", off, err)
	}
}

func (f *ferry) importFiles(manager *client, incident string) {
	f.T.Helper()
	var body bytes.Buffer
	w := multipart.NewWriter(&body)
	affected, movements := ferryFiles()
	for name, text := range map[string]string{"affected": affected + "ferry-41,Somebody,,,,,,,1\n", "movements": movements} {
		part, err := w.CreateFormFile(name, name+".csv")
		must(f.T.(*testing.T), err)
		_, err = io.WriteString(part, text)
		must(f.T.(*testing.T), err)
	}
	must(f.T.(*testing.T), w.Close())
	a := manager.do("POST", incident+"/imports", w.FormDataContentType(), &body)
	if a.status != 202 {
		f.T.Fatalf("import: %d %s", a.status, a.body)
	}
	f.Work()
	i := f.asks(manager, "GET", "/imports/1", "", 200)
	if rejected := fmt.Sprint(i["rejected"]); i["state"] != "done" || i["accepted"] != 70.0 || !strings.Contains(rejected, "FC-[0-9]{6}") {
		f.T.Fatalf("import: %v accepted, %s", i["accepted"], rejected)
	}
}

func (f *ferry) caseOf(c *client, login string) string {
	f.T.Helper()
	found := f.asks(c, "POST", "/cases/search", `{"q":"`+strings.ToLower(login)+`"}`, 200)["items"].([]any)
	if len(found) != 1 || found[0].(map[string]any)["login_id"] != login {
		f.T.Fatalf("%d cases of %s: %v", len(found), login, found)
	}
	return found[0].(map[string]any)["number"].(string)
}

// callAndReset has the member of the second ID call, and set a password.
func (f *ferry) callAndReset(agent *client, number string) {
	t := f.T.(*testing.T)
	t.Helper()
	call := fmt.Sprintf("/calls/%v", f.asks(agent, "POST", "/cases/"+number+"/calls", `{"direction":"inbound","desk":"miles","relation":"self"}`, 201)["id"])
	for item, value := range map[string]string{"name": "Grace Holloway", "birth_date": "1985-11-23", "customer_number": "N000000002"} {
		f.asks(agent, "POST", call+"/answers", `{"item":"`+item+`","value":"`+value+`"}`, 200)
	}
	f.asks(agent, "POST", call+"/code", "{}", 202)
	code := regexp.MustCompile(`\b[0-9]{6}\b`).FindString(f.deliver()["member2@mail.example"].text)
	f.asks(agent, "POST", call+"/code/check", `{"code":"`+code+`"}`, 200)
	f.asks(agent, "POST", call+"/conclude", `{"outcome":"verified"}`, 200)
	f.asks(agent, "POST", "/cases/"+number+"/reset", "{}", 202)
	link := f.deliver()["member2@mail.example"]
	link.says(t, "here is the link for resetting the password of your Ferry ID")
	path := regexp.MustCompile(`https://miles\.ferry\.example(/reset/\S+)`).FindStringSubmatch(link.text)
	if path == nil {
		t.Fatalf("no link in\n%s", link.text)
	}
	member := f.browser()
	for _, page := range []string{member.get(path[1]).body, func() string {
		member.post(path[1], "password", password, "password_again", password)
		return member.get("/reset/done").body
	}(), f.browser().get(path[1]).body} {
		text := regexp.MustCompile(`<[^>]*>`).ReplaceAllString(page, " ")
		if said := ferryNames.FindString(text); said != "" || !strings.Contains(text, "Setouchi Ferry") && !strings.Contains(text, "瀬戸内フェリー") {
			t.Errorf("the member reads %q on\n%s", said, text)
		}
	}
	f.asks(agent, "POST", call+"/end", "{}", 200)
	if state := f.asks(agent, "GET", "/cases/"+number, "", 200)["identity_state"]; state != "resumed" {
		t.Errorf("the ID is %v", state)
	}
	f.deliver()["member2@mail.example"].says(t, "The password of your Ferry ID has been reset")
}

// lunch is from 13:00 to 14:00: nobody is called back then.
func (f *ferry) lunch(agent *client, number string) {
	f.T.Helper()
	for _, at := range []struct {
		clock  string
		status int
	}{{"13:00", 422}, {"13:59", 422}, {"19:00", 422}, {"12:59", 201}, {"14:00", 201}} {
		made := f.asks(agent, "POST", "/cases/"+number+"/callbacks", `{"due_at":"2026-03-16T`+at.clock+`:00+09:00","desk":"miles"}`, at.status)
		if at.status == 201 {
			f.asks(agent, "POST", fmt.Sprintf("/callbacks/%v/drop", made["id"]), `{"reason":"not needed any more"}`, 200)
		}
	}
}

// makeWhole proposes for everybody and approves: above the threshold by two.
func (f *ferry) makeWhole(agent, supervisor, supervisor2 *client, incident string) {
	t := f.T.(*testing.T)
	t.Helper()
	f.asks(agent, "POST", incident+"/reimbursements", "{}", 202)
	f.Work()
	proposals := f.asks(supervisor, "GET", "/reimbursements?state=submitted&limit=200", "", 200)["items"].([]any)
	if len(proposals) != 30 {
		t.Fatalf("%d proposals", len(proposals))
	}
	approved := map[string]int{}
	for _, who := range []*client{supervisor, supervisor2} {
		for _, p := range proposals {
			id := fmt.Sprint(p.(map[string]any)["id"])
			a := who.send("/reimbursements/"+id+"/approve", "{}")
			approved[regexp.MustCompile(`"state":"(\w+)"|"code":"(\w+)"`).FindString(a.body)]++
		}
	}
	if fmt.Sprint(approved) != `map["code":"already_decided":29 "state":"posted":30 "state":"submitted":1]` {
		t.Errorf("approvals: %v", approved)
	}
	made := f.deliver()
	done := made["member2@mail.example"]
	if len(made) != 30 || done.subject != "Reimbursement of your miles completed" {
		t.Errorf("%d mails, %q", len(made), done.subject)
	}
	done.says(t, "Ferry Miles", "Reimbursed for the fraudulent exchange: +502 miles", "Balance afterwards: 602 miles")
}
