package web_test

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"hoten/app/access"
	"hoten/app/apptest"
	"hoten/app/cases"
	"hoten/app/reimbursements"
	"hoten/app/resets"
	"hoten/app/web"
	"hoten/i18n"
)

// What every role gets at every address: pages lead to things that exist, forms
// to things that do not, so that whoever is let through changes nothing: 404 and
// 422 say that the door was open.
func TestRoutesByRole(t *testing.T) {
	s := newSite(t)
	c := s.Case(login)
	if _, err := resets.Notify(s.Ctx, s.Store, s.Agent, c.ID); err != nil {
		t.Fatal(err)
	}
	s.Deliver(s.outbox)
	r, err := reimbursements.Propose(s.Ctx, s.Store, s.Agent, c.ID, "")
	if err != nil {
		t.Fatal(err)
	}
	type visitor struct {
		name string
		*browser
	}
	visitors := []visitor{{"nobody", newBrowser(t, s.server.URL)}}
	people := s.People()
	for _, role := range access.Roles {
		visitors = append(visitors, visitor{string(role), s.as(people[role])})
	}
	visitors[0].get("/signin")
	there := strings.NewReplacer(":number", cases.Number(c.ID), "/reimbursements/:id", fmt.Sprintf("/reimbursements/%d", r.ID), "/mails/:id", "/mails/1",
		"/imports/:id", "/imports/1", "/staff/:id", fmt.Sprintf("/staff/%d", s.Agent.ID), ":reference", "2014-R096", ":token", "none", ":file", "affected.csv", ":part", "farewell",
		":id", "999", "/*", "/nowhere")
	nowhere := strings.NewReplacer(":number", cases.Number(999), ":reference", "none", ":id", "999", ":token", "999", ":code", "none")
	var got strings.Builder
	fmt.Fprintf(&got, "%-46s", "")
	for _, v := range visitors {
		fmt.Fprintf(&got, " %14s", v.name)
	}
	got.WriteByte('\n')
	for _, route := range web.Routes {
		if route.Path == "/signout" {
			continue // ends the sessions the others need; see TestSignOut
		}
		fmt.Fprintf(&got, "%-46s", route.Method+" "+route.Path)
		for _, v := range visitors {
			var a answer
			if route.Method == http.MethodGet {
				a = v.do("GET", there.Replace(route.Path), "", "")
			} else {
				a = v.post(nowhere.Replace(route.Path))
			}
			if route.Path == "/signin" {
				s.Clock.Add(time.Minute) // or the throttle answers the later ones
			}
			shown := fmt.Sprint(a.status)
			if strings.HasPrefix(a.location, "/signin") {
				shown += " signin"
			}
			fmt.Fprintf(&got, " %14s", shown)
			if may := permitted(route, v.name); !may && a.status < 300 || may == (a.status == http.StatusForbidden) && v.name != "nobody" {
				t.Errorf("%s %s as %s: %d", route.Method, route.Path, v.name, a.status)
			} else if says := "この操作ができるのは、" + holders(route) + "です。"; !may && v.name != "nobody" && !strings.Contains(a.body, says) {
				t.Errorf("%s %s as %s does not say: %s", route.Method, route.Path, v.name, says)
			}
		}
		got.WriteByte('\n')
	}
	apptest.Golden(t, "routes.txt", got.String(), *update)
}

// holders are the roles that may go there, as a Japanese sentence names them.
func holders(r web.Route) string {
	var names []string
	for _, role := range access.Holders(r.Permission()) {
		names = append(names, i18n.T(i18n.With(context.Background(), "ja"), "staff.role."+string(role)))
	}
	return i18n.Either("ja", names)
}

func permitted(r web.Route, who string) bool {
	switch r.Permission() {
	case web.Public:
		return true
	case web.SignedIn:
		return who != "nobody"
	}
	return access.Role(who).May(r.Permission())
}

// Every form is refused without the token of the session, whoever sends it.
func TestFormsNeedTheToken(t *testing.T) {
	s := newSite(t)
	b := s.as(s.Manager)
	admin := s.as(s.Administrator)
	nowhere := strings.NewReplacer(":number", cases.Number(s.Case(login).ID), ":reference", "2014-R096", ":id", "1", ":token", "999", ":code", "tech")
	before := s.count("select count(*) from audit_entries")
	for _, route := range web.Routes {
		if route.Method != http.MethodPost || strings.HasPrefix(route.Path, "/reset/") || strings.HasPrefix(route.Path, "/enrol/") {
			continue
		}
		who := b
		if route.Permission() == access.ManageStaff {
			who = admin
		}
		own := who.csrf
		for name, token := range map[string]string{"none": "", "another": "x" + own[1:]} {
			who.csrf = token
			if a := who.post(nowhere.Replace(route.Path)); a.status != http.StatusConflict {
				t.Errorf("%s with %s: %d", route.Path, name, a.status)
			}
		}
		who.csrf = own
		// A multipart form brings its token inside.
		if a := who.do("POST", nowhere.Replace(route.Path), "multipart/form-data; boundary=x", "--x\r\nContent-Disposition: form-data; name=\"reason\"\r\n\r\nr\r\n--x--\r\n"); a.status < 400 {
			t.Errorf("%s as multipart without a token: %d", route.Path, a.status)
		}
	}
	if after := s.count("select count(*) from audit_entries"); after != before {
		t.Errorf("%d things happened", after-before)
	}
	cross, err := http.NewRequest("POST", s.server.URL+"/language", strings.NewReader("language=en&csrf="+b.csrf))
	if err != nil {
		t.Fatal(err)
	}
	cross.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	cross.Header.Set("Origin", "https://evil.example")
	res, err := b.http.Do(cross)
	if err != nil {
		t.Fatal(err)
	}
	res.Body.Close()
	if res.StatusCode != http.StatusForbidden {
		t.Errorf("from another site: %d", res.StatusCode)
	}
}
