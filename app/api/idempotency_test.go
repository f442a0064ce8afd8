package api_test

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/labstack/echo/v4"

	"hoten/app/api"
	"hoten/app/apptest"
	"hoten/app/ledger"
	"hoten/app/store"
)

func (c *client) once(key, path string, body any) answer {
	c.t.Helper()
	return c.do("POST", path, body, "Idempotency-Key", key)
}

// same holds that a repeat gives the first answer, and says that it does.
func same(t *testing.T, first, again answer) {
	t.Helper()
	if again.status != first.status || again.body != first.body || again.header.Get("Content-Type") != first.header.Get("Content-Type") {
		t.Errorf("%s: first %d %s, again %d %s", first.what, first.status, first.body, again.status, again.body)
	}
	if first.header.Get("Idempotent-Replayed") != "" || again.header.Get("Idempotent-Replayed") != "true" {
		t.Errorf("%s: replayed is %q, then %q", first.what, first.header.Get("Idempotent-Replayed"), again.header.Get("Idempotent-Replayed"))
	}
}

func TestRepeatsGetTheFirstAnswer(t *testing.T) {
	s := newSiteWithCase(t)
	path := "/cases/" + s.Case(login).Number()
	c, other := s.as(s.Agent), s.as(s.Agent2)
	notes := func() int { return s.count("select count(*) from case_events where kind = 'note'") }

	first := c.once("k1", path+"/notes", `{"text":"一度だけ"}`).want(201)
	c.do("PATCH", path, j{"status": "on_hold", "version": 1}).want(200)
	same(t, first, c.once("k1", path+"/notes", `{"text":"一度だけ"}`))
	for name, a := range map[string]answer{
		"another body":  c.once("k1", path+"/notes", `{"text":"二度"}`),
		"another query": c.once("k1", path+"/notes?x=1", `{"text":"一度だけ"}`),
		"no body":       c.once("k1", path+"/notes", nil),
	} {
		if a.status != 422 || a.at("code") != "idempotency_key_reused" {
			t.Errorf("%s: %d %s", name, a.status, a.body)
		}
	}
	if n := notes(); n != 1 {
		t.Errorf("%d notes", n)
	}
	// A key is its token's, for one path: elsewhere the same one is another.
	for _, a := range []answer{
		other.once("k1", path+"/notes", `{"text":"別の人"}`).want(201),
		s.as(s.Agent).once("k1", path+"/notes", `{"text":"別のトークン"}`).want(201),
		c.once("k1", path+"/adjustments", j{"program": "goo", "points": 1, "reason": "調査"}).want(201),
	} {
		if a.header.Get("Idempotent-Replayed") != "" {
			t.Errorf("%s: %v", a.what, a.header)
		}
	}
	if n := notes(); n != 3 {
		t.Errorf("%d notes", n)
	}
	// A refusal is an answer too, in the language of the first.
	refused := c.do("POST", path+"/notes", `{"text":""}`, "Idempotency-Key", "k2", "Accept-Language", "en").want(422)
	same(t, refused, c.do("POST", path+"/notes", `{"text":""}`, "Idempotency-Key", "k2", "Accept-Language", "ja"))
	c.once(strings.Repeat("x", 201), path+"/notes", `{"text":"x"}`).want(422, "errors.0.field", "Idempotency-Key", "errors.0.code", "too_long")
	c.once("\xff", path+"/notes", `{"text":"x"}`).want(422, "errors.0.code", "undecodable")
	c.once("k3", path+"/notes", `{"text":"`+strings.Repeat("x", 1<<20)+`"}`).want(413, "code", "too_large")
	// Reading and changing the version need no key, and heed none.
	for range 2 {
		if a := c.do("GET", path, nil, "Idempotency-Key", "k1").want(200); a.header.Get("Idempotent-Replayed") != "" {
			t.Error("a page was replayed")
		}
	}
	if n := s.count("select count(*) from idempotency_keys where body::text like '%' || encode('一度だけ', 'hex') || '%'"); n != 0 {
		t.Error("answers are kept in the clear")
	}
}

// A retry that no longer knows whether the first came through moves no point twice.
func TestRepeatedMoney(t *testing.T) {
	s := newSiteWithCase(t)
	path := "/cases/" + s.Case(login).Number()
	agent, supervisor := s.as(s.Agent), s.as(s.Supervisor)
	made := agent.once("adjust", path+"/adjustments", j{"program": "goo", "points": 7, "reason": "調査"}).want(201)
	same(t, made, agent.once("adjust", path+"/adjustments", j{"program": "goo", "points": 7, "reason": "調査"}))
	proposed := agent.once("propose", path+"/reimbursements", j{}).want(201, "state", "submitted", "approvals_needed", "2", "balances.goo.final", "37")
	same(t, proposed, agent.once("propose", path+"/reimbursements", j{}))
	r := "/reimbursements/" + proposed.at("id")
	// The proposer's attempt is refused, stays refused, and is noted.
	own := agent.once("own", r+"/approve", nil)
	own.want(403, "code", "forbidden")
	one := supervisor.once("approve", r+"/approve", nil).want(200, "state", "submitted", "approvals.#", "1")
	same(t, one, supervisor.once("approve", r+"/approve", nil))
	second := s.as(s.Supervisor2)
	two := second.once("approve", r+"/approve", nil).want(200, "state", "posted", "approvals.#", "2")
	same(t, two, second.once("approve", r+"/approve", nil))
	same(t, one, supervisor.once("approve", r+"/approve", nil))
	batch := second.once("batch", "/reimbursements/approve", j{"ids": []int{1, 99}}).want(200, "results.0.code", "already_decided", "results.1.code", "not_found")
	same(t, batch, second.once("batch", "/reimbursements/approve", j{"ids": []int{1, 99}}))
	agent.post("/members/balances", j{"login_id": login}).want(200, "pointtalk", "600", "goo", "37")
	if n := s.count("select count(*) from transfers where key like 'reimbursement:%'"); n != 1 {
		t.Errorf("%d postings", n)
	}
	if off, err := ledger.Check(store.Read(s.Ctx, s.Store)); off != "" || err != nil {
		t.Errorf("ledger: %s %v", off, err)
	}
}

// The same request many times at once acts once; who comes too early hears that
// it is running, who comes later the first answer.
func TestRepeatsAtOnce(t *testing.T) {
	s := newSiteWithCase(t)
	path := "/cases/" + s.Case(login).Number()
	agent, supervisor := s.as(s.Agent), s.as(s.Supervisor)
	const many = 8
	atOnce := func(c *client, path string, body any) (acted answer) {
		t.Helper()
		var all [many]answer
		var wg sync.WaitGroup
		for i := range all {
			wg.Go(func() { all[i] = c.once("at once", path, body) })
		}
		wg.Wait()
		n := 0
		for _, a := range all {
			switch {
			case a.status < 300 && a.header.Get("Idempotent-Replayed") == "":
				n++
				acted = a
			case a.status < 300:
			case a.status == 409 && a.at("code") == "idempotency_key_running":
			default:
				t.Errorf("%s: %d %s", a.what, a.status, a.body)
			}
		}
		for _, a := range all {
			if a.status < 300 && a.body != acted.body {
				t.Errorf("%s: %s and %s", a.what, a.body, acted.body)
			}
		}
		if n != 1 {
			t.Errorf("%s acted %d times", path, n)
		}
		return acted
	}
	atOnce(agent, path+"/notes", j{"text": "同時"})
	if n := s.count("select count(*) from case_events where kind = 'note'"); n != 1 {
		t.Errorf("%d notes", n)
	}
	if _, err := s.Pool.Exec(s.Ctx, "delete from idempotency_keys"); err != nil {
		t.Fatal(err)
	}
	atOnce(agent, path+"/adjustments", j{"program": "goo", "points": 5, "reason": "調査"})
	if n := s.count("select count(*) from adjustments"); n != 1 {
		t.Errorf("%d adjustments", n)
	}
	r := fmt.Sprintf("/reimbursements/%s/approve", s.as(s.Agent2).post(path+"/reimbursements", nil).want(201).at("id"))
	atOnce(supervisor, r, nil)
	s.as(s.Manager).post(r, nil).want(200, "state", "posted", "approvals.#", "2")
	agent.post("/members/balances", j{"login_id": login}).want(200, "pointtalk", "600", "goo", "35")
}

// An upload is told from another by what it holds; its boundary differs each time.
func TestRepeatedUploads(t *testing.T) {
	s := newSiteWithCase(t)
	c := s.as(s.Manager)
	path := "/incidents/" + apptest.Reference + "/imports"
	first := c.once("k", path, files(t, "affected", "login_id\na@ocn.example\n")).want(202)
	same(t, first, c.once("k", path, files(t, "affected", "login_id\na@ocn.example\n")))
	for _, other := range []upload{
		files(t, "affected", "login_id\na@ocn.example\nb@ocn.example\n"),
		files(t, "affected", "login_id\nb@ocn.example\n"),
		files(t, "affected", "login_id\na@ocn.example\n", "movements", "movement_id\n"),
		files(t, "movements", "login_id\na@ocn.example\n"),
	} {
		c.once("k", path, other).want(422, "code", "idempotency_key_reused")
	}
	// What was refused is tried again.
	c.once("refused", path, files(t, "affected", "")).want(422)
	c.once("refused", path, files(t, "affected", "")).want(422, "errors.0.code", "file_empty")
	if n := s.count("select count(*) from imports where state = 'running'"); n != 1 {
		t.Errorf("%d imports", n)
	}
}

// hangsUp ends the request as soon as its answer is written, as a caller does
// whose own time is up.
type hangsUp struct {
	*httptest.ResponseRecorder
	end context.CancelFunc
}

func (w hangsUp) Write(b []byte) (int, error) {
	w.end()
	return w.ResponseRecorder.Write(b)
}

func TestHangingUpKeepsTheAnswer(t *testing.T) {
	s := newSiteWithCase(t)
	path := "/cases/" + s.Case(login).Number() + "/adjustments"
	c := s.as(s.Agent)
	body := `{"program":"goo","points":5,"reason":"調査"}`
	e := echo.New()
	api.Register(e, s.Store, api.Options{BaseURL: s.server.URL, Mails: true})
	ctx, cancel := context.WithCancel(s.Ctx)
	defer cancel()
	r := httptest.NewRequestWithContext(ctx, "POST", "/api/v1"+path, strings.NewReader(body))
	r.Header.Set("Authorization", "Bearer "+c.token)
	r.Header.Set("Idempotency-Key", "k")
	w := hangsUp{httptest.NewRecorder(), cancel}
	e.ServeHTTP(w, r)
	if w.Code != http.StatusCreated || ctx.Err() == nil {
		t.Fatalf("%d %v", w.Code, ctx.Err())
	}
	// Long after a request without an answer would count as given up.
	s.Clock.Add(time.Hour)
	again := c.once("k", path, body).want(201)
	if again.body != w.Body.String() || again.header.Get("Idempotent-Replayed") != "true" {
		t.Errorf("first %s, again %s", w.Body, again.body)
	}
	if n := s.count("select count(*) from adjustments"); n != 1 {
		t.Errorf("%d adjustments", n)
	}
}

// A request whose program was killed is run again by its repeat, after a while.
// A program that was killed left the key behind: before its action, or after it
// and before the answer was kept.
func TestAbandonedRequests(t *testing.T) {
	s := newSiteWithCase(t)
	path := "/cases/" + s.Case(login).Number() + "/notes"
	c := s.as(s.Agent)
	notes := func() int { return s.count("select count(*) from case_events where kind = 'note'") }
	first := c.once("k", path, `{"text":"途中"}`).want(201)
	if _, err := s.Pool.Exec(s.Ctx, "update idempotency_keys set status = null, body = null"); err != nil {
		t.Fatal(err)
	}
	c.once("k", path, `{"text":"途中"}`).want(409, "code", "idempotency_key_running")
	s.Clock.Add(2 * time.Minute)
	c.once("k", path, `{"text":"途中"}`).want(409, "code", "idempotency_key_acted")
	if notes() != 1 {
		t.Fatalf("%d notes", notes())
	}
	if _, err := s.Pool.Exec(s.Ctx, "update idempotency_keys set acted_at = null"); err != nil {
		t.Fatal(err)
	}
	c.once("k", path, `{"text":"別の要求"}`).want(422, "code", "idempotency_key_reused")
	again := c.once("k", path, `{"text":"途中"}`).want(201)
	if again.body == first.body || notes() != 2 {
		t.Errorf("it was not run again: %d notes", notes())
	}
	same(t, again, c.once("k", path, `{"text":"途中"}`))
}

// A request that was slow, not dead, loses its key to the repeat: only one acts.
func TestAKeyThatWasTakenOverChangesNothing(t *testing.T) {
	s := newSiteWithCase(t)
	path := "/cases/" + s.Case(login).Number() + "/notes"
	owner, err := sql.Open("pgx", s.Pool.Config().ConnString())
	if err != nil {
		t.Fatal(err)
	}
	defer owner.Close()
	if _, err := owner.Exec(`create function late() returns trigger language plpgsql as $$ begin
		new.created_at := new.created_at + interval '2 minutes'; return new; end $$;
		create trigger late before insert on idempotency_keys for each row execute function late()`); err != nil {
		t.Fatal(err)
	}
	s.as(s.Agent).once("k", path, `{"text":"途中"}`).want(409, "code", "idempotency_key_running")
	if n := s.count("select count(*) from case_events where kind = 'note'"); n != 0 {
		t.Errorf("%d notes", n)
	}
}

// Each look at personal data is noted, a repeated one too, and an answer that
// holds it is not kept.
func TestRevealsAreNotReplayed(t *testing.T) {
	s := newSiteWithCase(t)
	path := "/cases/" + s.Case(login).Number()
	c := s.as(s.Agent)
	for range 2 {
		a := c.once("k", path+"/reveal", j{"reason": "折り返し"}).want(200, "name", "山田 太郎")
		if a.header.Get("Cache-Control") != "no-store" || a.header.Get("Idempotent-Replayed") != "" {
			t.Errorf("%v", a.header)
		}
	}
	if n, keys := s.count("select count(*) from audit_entries where action = 'member.revealed'"), s.count("select count(*) from idempotency_keys"); n != 2 || keys != 0 {
		t.Errorf("%d views noted, %d answers kept", n, keys)
	}
	call := "/calls/" + c.post(path+"/calls", j{"direction": "inbound", "relation": "self"}).want(201).at("id")
	c.post(call+"/conclude", j{"outcome": "impostor_suspected"}).want(200)
	c.once("k", path+"/reveal", j{"reason": "折り返し"}).want(403, "code", "impostor_suspected")
}

// What may well be answered otherwise a moment later is not kept: a conflict, a
// limit, a fault inside. A repeat acts, and its answer is kept then.
func TestPassingAnswersAreNotKept(t *testing.T) {
	s := newSiteWithCase(t)
	path := "/cases/" + s.Case(login).Number()
	c := s.as(s.Agent)
	keys := func() int { return s.count("select count(*) from idempotency_keys") }

	// 409: another proposal waits; when it is gone the repeat proposes.
	first := c.post(path+"/reimbursements", j{}).want(201).at("id")
	c.once("conflict", path+"/reimbursements", j{}).want(409, "code", "proposal_pending")
	if keys() != 0 {
		t.Error("a conflict is kept")
	}
	c.post("/reimbursements/"+first+"/withdraw", j{"reason": "やり直し"}).want(200)
	again := c.once("conflict", path+"/reimbursements", j{}).want(201)
	same(t, again, c.once("conflict", path+"/reimbursements", j{}))

	// 429: a code a minute.
	call := "/calls/" + c.post(path+"/calls", j{"direction": "inbound", "relation": "self"}).want(201).at("id")
	for item, value := range map[string]string{"name": "山田太郎", "birth_date": "1970-02-03", "customer_number": "N123456789"} {
		c.post(call+"/answers", j{"item": item, "value": value}).want(200)
	}
	c.post(call+"/code", nil).want(202)
	c.once("limit", call+"/code", nil).want(429)
	s.Clock.Add(2 * time.Minute)
	c.once("limit", call+"/code", nil).want(202)

	// 500, and a panic.
	c.broken = true
	apptest.AsOwner(t, s.Store, "alter table case_events rename to away")
	before := keys()
	c.once("fault", path+"/notes", j{"text": "障害"}).want(500)
	if keys() != before {
		t.Error("a fault is kept")
	}
	apptest.AsOwner(t, s.Store, "alter table away rename to case_events")
	c.once("fault", path+"/notes", j{"text": "障害"}).want(201)
	if n := s.count("select count(*) from case_events where kind = 'note'"); n != 1 {
		t.Errorf("%d notes", n)
	}
}

// One that changed something and failed only at answering is not run again.
func TestFaultsAfterTheChange(t *testing.T) {
	s := newSiteWithCase(t)
	path := "/cases/" + s.Case(login).Number()
	c := s.as(s.Agent)
	c.broken = true
	// The note is written; what is read for the answer is away.
	apptest.AsOwner(t, s.Store, "alter view contact_ways rename to away")
	c.once("k", path+"/notes", j{"text": "一度"}).want(500)
	apptest.AsOwner(t, s.Store, "alter view away rename to contact_ways")
	if a := c.once("k", path+"/notes", j{"text": "一度"}).want(409, "code", "idempotency_key_running"); a.header.Get("Retry-After") == "" {
		t.Error("it does not say when to ask again")
	}
	s.Clock.Add(2 * time.Minute)
	c.once("k", path+"/notes", j{"text": "一度"}).want(409, "code", "idempotency_key_acted")
	if n := s.count("select count(*) from case_events where kind = 'note'"); n != 1 {
		t.Errorf("%d notes", n)
	}
}

// What a caller said cannot be guessed from what is kept: its hash is keyed.
func TestKeptRequestsAreHashedWithAKey(t *testing.T) {
	s := newSiteWithCase(t)
	c := s.as(s.Agent)
	call := "/calls/" + c.post("/cases/"+s.Case(login).Number()+"/calls", j{"direction": "inbound", "relation": "self"}).want(201).at("id")
	body := `{"item":"birth_date","value":"1970-02-03"}`
	c.once("spoken", call+"/answers", body).want(200, "match", "true")
	address := "/api/v1" + call + "/answers"
	for _, asked := range []string{body, "POST " + address + "\n" + body, "?\n" + body, address + body} {
		plain := sha256.Sum256([]byte(asked))
		if n := s.count("select count(*) from idempotency_keys where request_hash = $1 or request_hash = $2 or id = $1", plain[:], plain[:16]); n != 0 {
			t.Errorf("the hash is of %s", asked)
		}
	}
	if n := s.count("select count(*) from idempotency_keys where encode(id || request_hash || coalesce(body, ''), 'escape') ~ '1970|spoken|birth'"); n != 0 {
		t.Error("it lies open")
	}
}
