package api_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"path/filepath"
	"reflect"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"hoten/app/access"
	hoten "hoten/app/api/client"
	"hoten/app/apptest"
	"hoten/app/audit"
)

// caller is the Go client with a new token of somebody.
func (s *site) caller(who access.Actor) *hoten.Client {
	s.T.Helper()
	return &hoten.Client{Base: s.server.URL, Token: s.as(who).token, Language: "en"}
}

// must fails the test on an error.
func must[T any](t testing.TB) func(T, error) T {
	return func(v T, err error) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}

// The client has every call of the document.
func TestTheClientHasEveryCall(t *testing.T) {
	c, err := document()
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range c.routes {
		operation := c.at(r, nil)["operationId"].(string)
		if _, ok := reflect.TypeFor[*hoten.Client]().MethodByName(strings.ToUpper(operation[:1]) + operation[1:]); !ok {
			t.Errorf("%s %s: the client has no %s", r.method, r.path, operation)
		}
	}
}

// A program of the operator's works a case from the files to the posted points with the client.
func TestClientStory(t *testing.T) {
	s := newSite(t)
	ctx := s.Ctx
	manager, agent, supervisor := s.caller(s.Manager), s.caller(s.Agent), s.caller(s.Supervisor)

	id := must[hoten.ID](t)(manager.CreateImport(ctx, apptest.Reference, false, strings.NewReader(apptest.AffectedHeader+member+",名前のない行,,,,,,,,,,,,\n"), strings.NewReader(apptest.MovementsHeader+memberMoves)))
	s.Work()
	done := must[hoten.Import](t)(agent.ShowImport(ctx, id.ID))
	if done.State != "done" || done.Accepted != 3 || done.RejectedCount != 1 {
		t.Fatalf("the import: %+v", done)
	}
	rows := must[io.ReadCloser](t)(manager.RejectedRows(ctx, id.ID, "affected"))
	defer rows.Close()
	if refused := must[[]byte](t)(io.ReadAll(rows)); !strings.Contains(string(refused), "名前のない行") {
		t.Errorf("refused: %s", refused)
	}

	found := must[hoten.CaseList](t)(agent.SearchCases(ctx, hoten.SearchCasesJSONBody{Q: login}))
	if len(found.Items) != 1 || found.Items[0].Class != "C" || found.Next != "" {
		t.Fatalf("found: %+v", found)
	}
	number := found.Items[0].Number
	me := any("me")
	if got := must[hoten.Case](t)(agent.UpdateCase(ctx, number, hoten.UpdateCaseJSONBody{Assignee: &me, Version: found.Items[0].Version})); got.AssigneeName != s.Agent.Name {
		t.Errorf("assigned to %q", got.AssigneeName)
	}
	plan := must[hoten.Plan](t)(agent.ShowPlan(ctx, number))
	if len(plan.Lines) == 0 {
		t.Fatalf("the plan: %+v", plan)
	}
	proposed := must[hoten.Reimbursement](t)(agent.Propose(ctx, number, hoten.ProposeJSONBody{Note: "調査済み"}))
	if _, err := agent.Approve(ctx, proposed.ID); !hoten.IsCode(err, "forbidden") {
		t.Errorf("an agent approves: %v", err)
	}
	if got := must[hoten.Reimbursement](t)(supervisor.Approve(ctx, proposed.ID)); got.State != "posted" {
		t.Errorf("approved: %s", got.State)
	}
	if got := must[hoten.PointsByProgram](t)(agent.ShowBalances(ctx, hoten.ShowBalancesJSONBody{LoginID: login})); got["pointtalk"] != 600 || got["goo"] != 30 {
		t.Errorf("balances: %v", got)
	}
	_, err := agent.AddAdjustment(ctx, number, hoten.AddAdjustmentJSONBody{Program: "none", Points: 1, Reason: "端数"})
	if err == nil || !strings.Contains(err.Error(), "422 invalid") {
		t.Errorf("an unknown program: %v", err)
	}

	if _, err := audit.SealAll(ctx, s.Store, filepath.Join(t.TempDir(), "head")); err != nil {
		t.Fatal(err)
	}
	var kinds []string
	last := int64(0)
	for event, err := range agent.Events(ctx, 0) {
		if err != nil {
			t.Fatal(err)
		}
		last = event.Data.Seq
		kinds = append(kinds, event.Type)
	}
	if told := strings.Join(kinds, " "); !strings.Contains(told, "import.done") || !strings.Contains(told, "reimbursement.approved") {
		t.Errorf("the feed tells %s", told)
	}
	for event := range agent.Events(ctx, last) {
		t.Errorf("after the last event: %+v", event)
	}
}

// unsteady is a network before the site: of what arrives, a part gets no answer although it
// was done, and a part is refused for now.
type unsteady struct {
	through  *httputil.ReverseProxy
	requests atomic.Int64
	each     int64 // one in so many is answered
}

func (u *unsteady) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	switch n := u.requests.Add(1); {
	case n%u.each == 0:
		u.through.ServeHTTP(w, r)
	case n%2 == 1:
		u.through.ServeHTTP(httptest.NewRecorder(), r)
		panic(http.ErrAbortHandler)
	default:
		w.Header().Set("Content-Type", "text/html")
		w.WriteHeader(http.StatusBadGateway)
	}
}

// through is a client whose network answers one request in so many.
func (s *site) through(t *testing.T, who access.Actor, each int64) (*hoten.Client, *unsteady) {
	t.Helper()
	at := must[*url.URL](t)(url.Parse(s.server.URL))
	u := &unsteady{through: httputil.NewSingleHostReverseProxy(at), each: each}
	server := httptest.NewServer(u)
	t.Cleanup(server.Close)
	c := s.caller(who)
	c.Base = server.URL
	return c, u
}

// What was done and not answered is done once, however often the client asks.
func TestTheClientActsOnce(t *testing.T) {
	s := newSiteWithCase(t)
	number := s.Case(login).Number()
	c, u := s.through(t, s.Agent, 4)
	if _, err := c.AddNote(s.Ctx, number, hoten.AddNoteJSONBody{Text: "折り返し希望"}); err != nil {
		t.Fatal(err)
	}
	if u.requests.Load() != 4 {
		t.Errorf("%d requests", u.requests.Load())
	}
	if n := s.count("select count(*) from case_events where kind = 'note'"); n != 1 {
		t.Errorf("%d notes", n)
	}
}

// A change goes by version and is not repeated, nor is a look at personal data; and nothing is
// repeated for ever.
func TestWhatTheClientDoesNotRepeat(t *testing.T) {
	s := newSiteWithCase(t)
	number := s.Case(login).Number()
	me := any("me")
	for name, call := range map[string]func(*hoten.Client) error{
		"a change": func(c *hoten.Client) error {
			_, err := c.UpdateCase(s.Ctx, number, hoten.UpdateCaseJSONBody{Assignee: &me, Version: 1})
			return err
		},
		"a look": func(c *hoten.Client) error {
			_, err := c.Reveal(s.Ctx, number, hoten.RevealJSONBody{Reason: "調査"})
			return err
		},
	} {
		c, u := s.through(t, s.Agent, 1000)
		if err := call(c); err == nil || u.requests.Load() != 1 {
			t.Errorf("%s: %d requests, %v", name, u.requests.Load(), err)
		}
	}
	c, u := s.through(t, s.Agent, 1000)
	c.Patience = 500 * time.Millisecond
	if _, err := c.ListHandovers(s.Ctx); err == nil || u.requests.Load() > 20 {
		t.Errorf("%d requests, %v", u.requests.Load(), err)
	}
}
