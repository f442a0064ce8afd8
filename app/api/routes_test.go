package api_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"hoten/app/access"
	"hoten/app/api"
	"hoten/app/apptest"
	"hoten/app/cases"
	"hoten/app/reimbursements"
	"hoten/app/resets"
	"hoten/app/staff"
	"hoten/app/store"
)

// filled is a site where every route that reads finds something: a case with a
// proposal, a mail, an import and a job.
func filled(t testing.TB) (*site, *strings.Replacer) {
	t.Helper()
	s := newSiteWithCase(t)
	c := s.Case(login)
	if _, err := resets.Notify(s.Ctx, s.Store, s.Agent, c.ID); err != nil {
		t.Fatal(err)
	}
	r, err := reimbursements.Propose(s.Ctx, s.Store, s.Agent, c.ID, "")
	if err != nil {
		t.Fatal(err)
	}
	job, err := reimbursements.ProposeAll(s.Ctx, s.Store, s.Agent, apptest.Reference)
	if err != nil {
		t.Fatal(err)
	}
	return s, strings.NewReplacer(":reference", apptest.Reference, ":number", c.Number(), ":login_id", login, ":file", "affected",
		"/imports/:id", "/imports/1", "/jobs/:id", fmt.Sprintf("/jobs/%d", job.ID), "/reimbursements/:id", fmt.Sprintf("/reimbursements/%d", r.ID))
}

// What every role gets at every address: reading leads to things that exist,
// acting to things that do not, so that whoever is let through changes nothing:
// 404 and 422 say that the door was open.
func TestRoutesByRole(t *testing.T) {
	s, there := filled(t)
	nowhere := strings.NewReplacer(":reference", "none", ":number", cases.Number(999), ":id", "999")
	// Taking the next case would find one.
	if _, err := s.Pool.Exec(s.Ctx, "update cases set status = 'on_hold' where assignee_id is null"); err != nil {
		t.Fatal(err)
	}
	type caller struct {
		name string
		*client
	}
	callers := []caller{{"nobody", &client{t: t, base: s.server.URL}}}
	for _, role := range access.Roles {
		callers = append(callers, caller{string(role), s.as(s.People()[role])})
	}
	before := s.count("select count(*) from audit_entries where action not in ('token.created', 'import.rejected_rows_read', 'case.viewed') and action not like '%.refused'")
	var got strings.Builder
	fmt.Fprintf(&got, "%-46s", "")
	for _, c := range callers {
		fmt.Fprintf(&got, " %14s", c.name)
	}
	got.WriteByte('\n')
	for _, route := range api.Routes {
		fmt.Fprintf(&got, "%-46s", route.Method+" "+route.Path)
		for _, c := range callers {
			path := nowhere.Replace(route.Path)
			if route.Method == http.MethodGet {
				path = there.Replace(route.Path)
			}
			a := c.do(route.Method, path, nil)
			fmt.Fprintf(&got, " %14d", a.status)
			switch may := c.token != "" && (route.Permission() == "" || access.Role(c.name).May(route.Permission())); {
			case c.token == "":
				a.want(401, "code", "unauthenticated")
			case may == (a.status == http.StatusForbidden), !may && a.status < 300:
				t.Errorf("%s as %s: %d", a.what, c.name, a.status)
			case a.status >= 300 && a.header.Get("Content-Type") != "application/problem+json":
				t.Errorf("%s as %s: %d is told as %s", a.what, c.name, a.status, a.header.Get("Content-Type"))
			}
		}
		got.WriteByte('\n')
	}
	apptest.Golden(t, "routes.txt", got.String(), *update)
	after := s.count("select count(*) from audit_entries where action not in ('token.created', 'import.rejected_rows_read', 'case.viewed') and action not like '%.refused'")
	if after != before {
		t.Errorf("%d things happened", after-before)
	}
}

// A token that does not work any more looks like one that never did, whatever
// the cause.
func TestDeadTokens(t *testing.T) {
	s := newSiteWithCase(t)
	c, admin := s.as(s.Agent2), s.Administrator
	works := func() string { return c.get("/cases").want(200).body }
	works()
	token := func(of access.Actor) int64 {
		list, err := staff.Tokens(store.Read(s.Ctx, s.Store), of.ID)
		if err != nil || len(list) == 0 {
			t.Fatalf("%d tokens, %v", len(list), err)
		}
		return list[0].ID
	}
	revoked, disabled := s.as(s.Agent), s.as(s.Agent2)
	if err := staff.RevokeToken(s.Ctx, s.Store, s.Agent, token(s.Agent)); err != nil {
		t.Fatal(err)
	}
	off, on := true, false
	if _, err := staff.Update(s.Ctx, s.Store, admin, s.Agent2.ID, staff.Change{Disabled: &off}); err != nil {
		t.Fatal(err)
	}
	never := &client{t: t, base: s.server.URL, token: "hoten_never"}
	first := never.get("/cases").want(401, "code", "unauthenticated")
	if first.header.Get("WWW-Authenticate") == "" {
		t.Error("the answer does not say how to authenticate")
	}
	for name, c := range map[string]*client{"revoked": revoked, "of a disabled account": disabled, "too short": {t: t, base: s.server.URL, token: "x"},
		"with a space": {t: t, base: s.server.URL, token: "a b"}, "cut": {t: t, base: s.server.URL, token: revoked.token[:len(revoked.token)-1]}} {
		for _, a := range []answer{c.get("/cases"), c.post("/cases", j{"incident": apptest.Reference, "login_id": "x@ocn.example"}), c.get("/audit")} {
			if a.status != 401 || a.body != first.body {
				t.Errorf("%s: %s: %d %s", name, a.what, a.status, a.body)
			}
		}
	}
	for _, header := range []string{"", "Bearer", "Bearer ", "Basic " + c.token, "Token " + c.token, c.token} {
		a := never.do("GET", "/cases", nil, "Authorization", header)
		if a.status != 401 {
			t.Errorf("%q: %d", header, a.status)
		}
	}
	if n := s.count("select count(*) from cases"); n != 1 {
		t.Errorf("%d cases: somebody opened one", n)
	}
	// The tokens of before stay dead when the account is enabled again.
	if _, err := staff.Update(s.Ctx, s.Store, admin, s.Agent2.ID, staff.Change{Disabled: &on}); err != nil {
		t.Fatal(err)
	}
	disabled.get("/cases").want(401)
	revoked.get("/cases").want(401)
	again := s.as(s.Agent2)
	never.do("GET", "/cases", nil, "Authorization", "bearer  "+again.token).want(200)
}

// A role that is taken away holds for the next call, without a new token.
func TestRoleChangesHoldAtOnce(t *testing.T) {
	s := newSiteWithCase(t)
	c := s.as(s.Supervisor)
	path := "/cases/" + s.Case(login).Number()
	c.post(path+"/findings", j{"movement_id": "MV2", "finding": "confirmed", "reason": "調査"}).want(200)
	agent := access.Agent
	if _, err := staff.Update(s.Ctx, s.Store, s.Administrator, s.Supervisor.ID, staff.Change{Role: &agent}); err != nil {
		t.Fatal(err)
	}
	c.post(path+"/findings", j{"movement_id": "MV2", "finding": "own", "reason": "調査"}).want(403, "code", "forbidden")
}
