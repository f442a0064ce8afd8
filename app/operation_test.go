package app

import (
	"database/sql"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"runtime/debug"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/riverqueue/river/rivertype"

	"hoten/app/apptest"
	"hoten/app/reimbursements"
	"hoten/app/resets"
	"hoten/app/store"
)

func (d *desk) count(query string, args ...any) (n int) {
	d.T.Helper()
	if err := store.Scan(store.Read(d.Ctx, d.Store), query, args, &n); err != nil {
		d.T.Fatal(err)
	}
	return n
}

// resetLink has a link mailed, and returns its address.
func (d *desk) resetLink() string {
	d.T.Helper()
	c := d.Case(testLogin)
	d.Verified(d.Agent, c.ID, "name", "山田太郎", "birth_date", "1970-02-03", "customer_number", "N123456789", "phone", "090-0000-1234")
	if _, err := resets.Send(d.Ctx, d.Store, d.Agent, c.ID, "http://hoten.example"); err != nil {
		d.T.Fatal(err)
	}
	_, token, found := strings.Cut(d.Secret(c.ID), "/reset/")
	if !found {
		d.T.Fatal("no link")
	}
	return "/reset/" + token
}

// HEAD answers as GET does, without the body, wherever GET does, and uses nothing up.
func TestHead(t *testing.T) {
	d := newDesk(t)
	link := d.resetLink()
	handler, err := d.app.handler()
	if err != nil {
		t.Fatal(err)
	}
	methods := map[string][]string{}
	for _, r := range handler.Routes() {
		methods[r.Path] = append(methods[r.Path], r.Method)
	}
	for path, of := range methods {
		if slices.Contains(of, http.MethodGet) && !slices.Contains(of, http.MethodHead) {
			t.Errorf("%s has no HEAD", path)
		}
	}
	manager, auditor, program := d.as(d.Manager), d.as(d.Auditor), d.calling(d.Supervisor)
	case_ := "/cases/" + d.Case(testLogin).Number()
	for _, path := range []string{"/healthz", "/readyz", "/metrics", "/assets/mark.svg", "/signin", link, "/reset/none", "/reset/done", "/enrol/none", "/nowhere", case_,
		"/cases", "/cases?status=nope", "/incidents", "/audit", "/reports/daily.csv", "/pop?number=0", "/imports/1/rejected/affected.csv"} {
		for who, c := range map[string]*client{"a stranger": d.browser(), "the manager": manager, "the auditor": auditor} {
			head, get := c.do("HEAD", path, "", nil), c.get(path)
			if head.status != get.status || head.body != "" || head.header.Get("Content-Type") != get.header.Get("Content-Type") {
				t.Errorf("%s for %s: %d, GET %d", path, who, head.status, get.status)
			}
		}
	}
	for _, path := range []string{"/openapi.json", "/incidents", "/cases", case_, case_ + "/plan", "/cases?status=nope", "/audit", "/nowhere", "/mails"} {
		head, get := program.do("HEAD", path, "", nil), program.get(path)
		if head.status != get.status || head.body != "" {
			t.Errorf("api %s: %d, GET %d", path, head.status, get.status)
		}
	}
	if a := d.browser().get(link); a.status != http.StatusOK {
		t.Errorf("the link after HEAD: %d", a.status)
	}
	before := d.count("select count(*) from audit_entries")
	manager.do("HEAD", case_, "", nil)
	program.do("HEAD", case_, "", nil)
	if after := d.count("select count(*) from audit_entries"); after != before {
		t.Errorf("HEAD shows nobody anything, and %d views were noted", after-before)
	}
}

// Every answer carries the headers that keep it where it belongs.
func TestHeaders(t *testing.T) {
	d := newDesk(t)
	c, program := d.as(d.Agent), d.calling(d.Agent)
	answers := map[string]reply{"api": program.get("/cases"), "api refuses": program.get("/cases?limit=x"), "api nowhere": program.get("/x"), "openapi": program.get("/openapi.json"),
		"api stranger": {}, "page": c.get("/cases"), "refused page": c.get("/cases?status=x"), "health": c.get("/healthz"), "ready": c.get("/readyz"), "metrics": c.get("/metrics")}
	program.token = "none"
	answers["api stranger"] = program.get("/cases")
	for name, a := range answers {
		h := a.header
		if h.Get("Cache-Control") != "no-store" || h.Get("X-Content-Type-Options") != "nosniff" || h.Get("X-Frame-Options") != "DENY" ||
			!strings.Contains(h.Get("Content-Security-Policy"), "default-src 'none'") || h.Get("X-Request-ID") == "" || h.Get("Referrer-Policy") == "" {
			t.Errorf("%s: %v", name, h)
		}
	}
	if h := c.get("/assets/mark.svg").header; h.Get("X-Content-Type-Options") != "nosniff" {
		t.Errorf("assets: %v", h)
	}
}

// No address and no line of the log of a day's work names a member, a number or a
// mail address.
func TestNothingPersonalInAddressesAndLogs(t *testing.T) {
	d := newDesk(t)
	link := d.resetLink()
	agent, auditor, program, member := d.as(d.Agent), d.as(d.Auditor), d.calling(d.Agent), d.browser()
	for _, c := range []*client{agent, auditor, program, member} {
		c.watched = true
	}
	number := d.Case(testLogin).Number()
	follow := func(c *client, a reply) reply {
		t.Helper()
		for range 3 {
			to := a.header.Get("Location")
			if to == "" {
				return a
			}
			u, err := url.Parse(to)
			if err != nil {
				t.Fatal(err)
			}
			a = c.get(u.RequestURI())
		}
		return a
	}
	for _, q := range []string{"山田太郎", "ヤマダ", "0900000", "090-0000-1234", "taro.yamada@mail.example", testLogin, "N123456789", "山田", "yamada0002@ocn.example", "見つからない"} {
		for _, path := range []string{"/search", "/calls"} {
			if a := follow(agent, agent.post(path, "q", q)); a.status != http.StatusOK {
				t.Errorf("%s: %d", path, a.status)
			}
		}
		agent.post("/search/suggestions", "q", q)
		if a := program.send("/cases/search", `{"q":"`+q+`"}`); a.status != 200 {
			t.Errorf("%s: %d %s", q, a.status, a.body)
		}
	}
	// The number in the address that a telephone's program opens is its own; what it leads to has none.
	for _, number := range []string{"09000001234", "0312345678"} {
		if a := agent.get("/pop?number=" + number); strings.Contains(a.header.Get("Location"), number) {
			t.Errorf("pop leads to %s", a.header.Get("Location"))
		} else if shown := follow(agent, a); shown.status != 200 || number == "0312345678" && !strings.Contains(shown.body, number) {
			t.Errorf("the number is not at hand: %d", shown.status)
		}
		d.browser().get("/pop?number=" + number) // nor does the sign-in that it leads to
	}
	agent.seen = slices.DeleteFunc(agent.seen, func(s string) bool { return strings.HasPrefix(s, "/pop?") })
	found := agent.post("/search", "q", "0900")
	for _, path := range []string{found.header.Get("Location"), "/cases/" + number, "/cases/" + number + "?topic=goo", "/calls", "/cases", "/mails", "/callbacks"} {
		if a := follow(agent, agent.get(path)); a.status != 200 {
			t.Errorf("%s: %d", path, a.status)
		}
	}
	follow(agent, agent.post("/cases/"+number+"/notes", "text", "山田 太郎さまより。メモ")) // what people write stands in the page only
	follow(agent, agent.post("/cases", "incident", "2014-R096", "login_id", testLogin))
	agent.post("/cases/"+number+"/reveal", "reason", "山田さまの希望")
	program.send("/members/balances", `{"login_id":"`+testLogin+`"}`)
	program.get("/cases?q=" + url.QueryEscape("山田"))
	program.seen = nil
	agent.get("/cases?q=" + url.QueryEscape("山田"))
	agent.seen = agent.seen[:len(agent.seen)-1]
	agent.seen = slices.DeleteFunc(agent.seen, func(s string) bool { return strings.HasPrefix(s, "/cases?q=") })
	auditor.get("/audit")
	member.get(link)
	member.post(link, "password", "kirschbaum-lantern-42", "password_again", "kirschbaum-lantern-42")
	for who, c := range map[string]*client{"agent": agent, "auditor": auditor, "program": program, "member": member} {
		if who != "program" && len(c.seen) == 0 {
			t.Errorf("nothing is known of where the %s was", who)
		}
		for _, at := range c.seen {
			plain, err := url.QueryUnescape(at)
			if err != nil {
				plain = at
			}
			for _, word := range append(personal, "0312345678") {
				if strings.Contains(strings.ToLower(plain), strings.ToLower(word)) {
					t.Errorf("%s: an address names %q: %s", who, word, at)
				}
			}
		}
	}
	log := d.log.String()
	for _, word := range append(personal, "0312345678", strings.TrimPrefix(link, "/reset/"), url.QueryEscape("山田"), "kirschbaum", password, program.token, "ocn.example") {
		if strings.Contains(log, word) {
			t.Errorf("the log tells %q", word)
		}
	}
	for _, said := range []string{"route=/reset/:token", "route=/cases/:number", "route=/pop", "route=/api/v1/cases/search", fmt.Sprintf("staff=%d", d.Agent.ID), "status=303", "took="} {
		if !strings.Contains(log, said) {
			t.Errorf("the log does not say %q", said)
		}
	}
}

// While the database is away nobody is known, and pages and programs are told to
// come again.
func TestWithoutTheDatabase(t *testing.T) {
	d := newDesk(t)
	agent, program, stranger := d.as(d.Agent), d.calling(d.Agent), d.browser()
	stranger.get("/signin?lang=en")
	stranger.get("/reset/none") // the company is known from then on
	d.Pool.Close()
	for name, a := range map[string]reply{"page": agent.get("/cases"), "case": agent.get("/cases/H0000001-3"), "form": agent.post("/search", "q", "x"),
		"nowhere": agent.get("/nowhere"), "reset": stranger.get("/reset/none"), "sign-in": stranger.post("/signin", "email", "a@b", "password", "x")} {
		lang := "ja"
		if name == "reset" || name == "sign-in" {
			lang = "en"
		}
		if a.status != 503 || a.header.Get("Retry-After") == "" || !strings.Contains(a.body, `<html lang="`+lang+`"`) || !strings.Contains(a.body, a.header.Get("X-Request-ID")) {
			t.Errorf("%s: %d, Retry-After %q", name, a.status, a.header.Get("Retry-After"))
		}
		words := []string{"administrator", `href="/"`, "Go to the start page"}
		if name == "reset" && (slices.ContainsFunc(words, func(w string) bool { return strings.Contains(a.body, w) }) || !strings.Contains(a.body, "NTT Communications") || !strings.Contains(a.body, "please call the desk")) {
			t.Errorf("to a member: %s", a.body)
		}
		for _, word := range []string{"⟦", `class="rail"`, "/signout", d.Agent.Name, "pool", "SQLSTATE"} {
			if strings.Contains(a.body, word) {
				t.Errorf("%s shows %q", name, word)
			}
		}
	}
	for _, a := range []reply{program.get("/cases"), program.send("/cases/search", `{"q":"x"}`)} {
		var problem struct {
			Code   string
			Status int
		}
		if err := json.Unmarshal([]byte(a.body), &problem); err != nil || a.status != 503 || problem.Code != "unavailable" || problem.Status != 503 || a.header.Get("Retry-After") == "" {
			t.Errorf("api: %d %s", a.status, a.body)
		}
	}
	if !strings.Contains(d.log.String(), "level=ERROR") {
		t.Error("nothing was logged")
	}
	if a := agent.get("/readyz"); a.status != 503 {
		t.Errorf("/readyz: %d", a.status)
	}
	if a := agent.get("/healthz"); a.status != 200 {
		t.Errorf("/healthz: %d", a.status)
	}
}

// The program is ready while its workers run, however much waits for them.
func TestReadinessOfWorkers(t *testing.T) {
	d := newDesk(t)
	c := d.browser()
	is := func(when string, status int) {
		t.Helper()
		if a := c.get("/readyz"); a.status != status {
			t.Errorf("%s: %d %s", when, a.status, a.body)
		}
	}
	is("before the workers start", 503)
	client, err := d.app.workers()
	if err != nil {
		t.Fatal(err)
	}
	if err := client.Start(d.Ctx); err != nil {
		t.Fatal(err)
	}
	d.app.client.Store(client)
	is("at work", 200)
	_, err = d.Pool.Exec(d.Ctx, `insert into river_job (kind, args, max_attempts, queue, state, scheduled_at)
		select 'x', '{}', 1, 'nobodys', $1, now() - interval '1 hour' from generate_series(1, 3000)`, rivertype.JobStateAvailable)
	if err != nil {
		t.Fatal(err)
	}
	is("behind a mass mailing", 200)
	if err := client.Stop(d.Ctx); err != nil {
		t.Fatal(err)
	}
	is("when the workers have ended", 503)
}

// Whoever opens a case or looks for a member is noted, without what they looked for.
func TestViewsAreNoted(t *testing.T) {
	d := newDesk(t)
	c, program, auditor := d.as(d.Agent), d.calling(d.Agent2), d.calling(d.Auditor)
	page := "/cases/" + d.Case(testLogin).Number()
	noted := func(action string) int {
		return d.count("select count(*) from audit_entries where action = $1", action)
	}
	expect := func(what string, viewed, searched int) {
		t.Helper()
		if v, s := noted("case.viewed"), noted("members.searched"); v != viewed || s != searched {
			t.Errorf("%s: %d views and %d searches, want %d and %d", what, v, s, viewed, searched)
		}
	}
	program.get(page)
	expect("a program", 1, 0)
	c.get(page)
	expect("a person", 2, 0)
	for range 5 {
		c.get(page)
	}
	expect("the page fetches itself again", 2, 0)
	d.Clock.Add(6 * time.Minute)
	c.get(page)
	expect("later", 3, 0)
	program.get("/cases/H0000999-0")
	c.get("/cases/H0000999-0")
	expect("a case that is not there", 3, 0)
	for _, q := range []string{"090-0000-0001", "山田", testLogin, "N123456789"} {
		program.send("/cases/search", `{"q":"`+q+`"}`)
		c.post("/search", "q", q)
	}
	expect("searches", 3, 8)
	program.send("/cases/search", `{"q":"H0000001-3"}`)
	program.send("/cases/search", `{"status":"new"}`)
	program.get("/cases")
	c.get("/cases?status=new")
	expect("a case's number and lists without words", 3, 8)
	c.post("/calls", "q", "山田")
	c.post("/search/suggestions", "q", "山田")
	c.get("/pop?number=09000001234")
	program.send("/members/balances", `{"login_id":"`+testLogin+`"}`)
	expect("every other way to search", 3, 12)
	program.send("/members/balances", `{"login_id":"nobody@ocn.example"}`)
	expect("a balance of nobody", 3, 13)
	program.send("/cases", `{"incident":"`+apptest.Reference+`","login_id":"`+testLogin+`"}`)
	expect("a case that was open already", 4, 13)
	a := auditor.get("/audit?limit=200")
	for _, word := range personal {
		if strings.Contains(a.body, word) {
			t.Errorf("the trail tells %q", word)
		}
	}
	if n := d.count("select count(distinct after::jsonb->>'words') from audit_entries where action = 'members.searched'"); n != 6 {
		t.Errorf("%d different searches, want 6", n)
	}
	day := d.Clock.Now().In(time.FixedZone("JST", 9*3600)).Format(time.DateOnly)
	for query, want := range map[string]bool{"from=" + day + "&to=" + day: true, "to=" + day: true, "from=" + day: true, "to=2014-01-01": false, "from=2099-01-01": false,
		"to=" + day + "T00:00:00%2B09:00": d.count("select count(*) from audit_entries where at < ($1::date)::timestamp at time zone 'Asia/Tokyo'", day) > 0} {
		if got := strings.Contains(auditor.get("/audit?"+query).body, `"action"`); got != want {
			t.Errorf("%s: %v", query, got)
		}
	}
}

// A panic in a page or a call is logged with its stack and the number that its
// reader is told; a row of a batch that fails inside is logged as well.
func TestFaultsAreLogged(t *testing.T) {
	d := newDesk(t)
	if _, err := resets.Notify(d.Ctx, d.Store, d.Agent, d.Case(testLogin).ID); err != nil {
		t.Fatal(err)
	}
	agent, supervisor := d.as(d.Agent), d.calling(d.Supervisor)
	clock := d.Store.Clock
	d.Store.Clock = func() time.Time {
		if stack := string(debug.Stack()); strings.Contains(stack, "web.showCases") || strings.Contains(stack, "api.listCallbacks") {
			panic("the clock fell down")
		}
		return clock()
	}
	d.Import("", apptest.MovementsHeader+"MV1,"+testLogin+",2014-07-20T03:00:00+09:00,exchange,goo,,ギフト券,400,,,confirmed\n")
	made, err := reimbursements.Propose(d.Ctx, d.Store, d.Agent, d.Case(testLogin).ID, "")
	if err != nil {
		t.Fatal(err)
	}
	owner, err := sql.Open("pgx", d.Pool.Config().ConnString())
	if err != nil {
		t.Fatal(err)
	}
	defer owner.Close()
	if _, err := owner.Exec(`create function jam() returns trigger language plpgsql as $$ begin raise 'paper jam'; end $$;
		create trigger jam before insert on approvals for each row execute function jam()`); err != nil {
		t.Fatal(err)
	}
	batch := supervisor.send("/reimbursements/approve", fmt.Sprintf(`{"ids":[%d]}`, made.ID))
	for name, c := range map[string]struct {
		reply
		status int
		cause  string
	}{"page": {agent.get("/cases"), 500, "the clock fell down"}, "api": {supervisor.get("/callbacks"), 500, "the clock fell down"}, "batch": {batch, 200, "paper jam"}} {
		number := c.header.Get("X-Request-ID")
		if c.reply.status != c.status || strings.Contains(c.body, c.cause) || name == "page" && !strings.Contains(c.body, number) || name != "page" && !strings.Contains(c.body, `"internal"`) {
			t.Errorf("%s: %d %s", name, c.reply.status, c.body)
		}
		logged := ""
		for line := range strings.Lines(d.log.String()) {
			if strings.Contains(line, c.cause) && strings.Contains(line, "request="+number) {
				logged = line
			}
		}
		if !strings.Contains(logged, "level=ERROR") || c.status == 500 && !strings.Contains(logged, "operation_test.go") {
			t.Errorf("%s: not logged: %s", name, logged)
		}
	}
}
