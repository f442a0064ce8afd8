package app

import (
	"encoding/json"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"hoten/app/api"
	"hoten/app/web"
)

// nothing are values that no filter has.
var nothing = []string{"nope", "NEW", "new ", "new,closed", "0x1", "-1", "99999999999999999999", "'", "none of these", "%"}

// Of every list: what it is filtered by, and where values beyond nothing are as wrong.
var (
	apiFilters = map[string]map[string][]string{
		"/cases":           {"incident": {"2014-r096"}, "status": {"closed"}, "class": {"E", "none"}, "assignee": {"999", "0"}, "desk": {"all"}, "limit": {"0", "201", "abc", ""}, "cursor": {"garbage", "cases-"}},
		"/reimbursements":  {"incident": nil, "state": {"all", "open"}, "limit": {"201"}, "cursor": {"garbage"}},
		"/reconciliations": {"state": {"unsigned", "x"}, "limit": {"201", "x"}, "cursor": {"garbage", "reconciliations-zz"}},
		"/mails":           {"case": {"H0000999-0", "H0000001-4"}, "kind": {"all"}, "state": {"delivered"}, "limit": {"201"}, "cursor": {"garbage"}},
		"/callbacks":       {"state": {"all"}, "overdue": {"yes", "2"}, "assignee": {"999"}, "limit": {"201"}, "cursor": {"garbage"}},
		"/audit":           {"actor": {"staff:999", "somebody:1", "staff:x"}, "from": {"yesterday", "2014-02-30"}, "to": {"2014-13-01"}, "limit": {"201"}, "cursor": {"garbage"}},
		"/services":        {"at": {"today"}},
		"/events":          {"after": {"-1", "1.5", "x"}, "limit": {"201"}},
		"/reports/daily":   {"incident": nil, "desk": {"all"}, "date": {"2014-02-30", "tomorrow"}},
	}
	webFilters = map[string]map[string][]string{
		"/cases": {"incident": {"2014-r096"}, "status": {"closed"}, "class": {"E"}, "assignee": {"999", "0", "nobody"}, "desk": {"all"}, "queue": {"everything"},
			"order": {"random"}, "columns": {"secret"}, "cursor": {"garbage"}, "view": {"999"}},
		"/reimbursements": {"incident": nil, "state": {"open"}, "class": {"E"}, "flag": {"red"}, "band": {"99"}, "late": {"very"}, "cursor": {"garbage", "true", "maybe.1"}},
		"/mails":          {"case": {"H0000999-0"}, "kind": {"all"}, "state": {"delivered"}, "cursor": {"garbage"}},
		"/callbacks":      {"view": {"yours"}, "cursor": {"garbage"}},
		"/audit":          {"actor": {"staff:999"}, "action": {"case"}, "case": {"H0000999-0"}, "from": {"2014-02-30"}, "to": {"x"}, "cursor": {"garbage"}},
		"/desks":          {"month": {"2014-13", "1900-01"}},
		"/reports/daily":  {"incident": nil, "desk": nil, "date": {"2014-02-30"}},
		"/imports":        {"cursor": {"garbage"}},
		"/bulletins":      {"state": {"all"}, "cursor": {"garbage"}},
		"/incidents":      {},
		"/questions":      {},
	}
	// Lists without filters, and pages of one thing.
	unfiltered = []string{"/incidents", "/password", "/tokens", "/staff", "/policies", "/calls", "/cases/load", "/services", "/scripts", "/setup", "/installation"}
)

// A filter that names what does not exist is refused, and named: an empty list
// would say that there is nothing. In the address it names no member.
func TestUnknownFiltersAreRefused(t *testing.T) {
	d := newDesk(t)
	c, program := d.as(d.Manager), d.calling(d.Manager)
	for path, filters := range apiFilters {
		if a := program.get(path); a.status != 200 {
			t.Fatalf("%s: %d %s", path, a.status, a.body)
		}
		for name, more := range filters {
			for _, value := range append(more, nothing...) {
				if value == "" || name == "limit" && value == "" {
					continue
				}
				a := program.get(path + "?" + url.Values{name: {value}}.Encode())
				var problem struct {
					Code   string
					Errors []struct{ Field, Message string }
				}
				if err := json.Unmarshal([]byte(a.body), &problem); err != nil || a.status != 422 || problem.Code != "invalid" || len(problem.Errors) != 1 || problem.Errors[0].Field != name || problem.Errors[0].Message == "" {
					t.Errorf("%s?%s=%s: %d %s", path, name, value, a.status, a.body)
				}
			}
		}
	}
	for path, filters := range webFilters {
		if a := c.get(path); a.status != 200 {
			t.Fatalf("%s: %d", path, a.status)
		}
		for name, more := range filters {
			for _, value := range append(more, nothing...) {
				a := c.get(path + "?" + url.Values{name: {value}}.Encode())
				if (path == "/reports/daily" || path == "/audit" && name == "case") && a.status == 422 && strings.Contains(a.body, `role="alert"`) {
					continue // the page itself says what is wrong
				}
				if a.status != 422 || !strings.Contains(a.body, "<h1>このURLは正しくありません</h1>") || !strings.Contains(a.body, "<code>"+name+"</code>") || !strings.Contains(a.body, `href="`+path+`"`) {
					t.Errorf("%s?%s=%s: %d", path, name, value, a.status)
				}
			}
		}
	}
	for what, a := range map[string]reply{"api": program.get("/cases?q=x"), "api, empty": program.get("/cases?q="), "console": c.get("/cases?q=x"), "calls": c.get("/calls?q=x")} {
		if a.status != 422 || !strings.Contains(a.body, "POST") || what[:3] == "api" && !strings.Contains(a.body, `"field":"q"`) {
			t.Errorf("%s searches by its address: %d %s", what, a.status, a.body)
		}
	}
	// The list of lists is whole.
	for _, r := range api.Routes {
		if _, listed := apiFilters[r.Path]; r.Method == http.MethodGet && !strings.Contains(r.Path, ":") && !listed && !slices.Contains([]string{"/incidents", "/operators", "/ids", "/programs", "/installation", "/mails/queues", "/handovers"}, r.Path) {
			t.Errorf("api %s is not looked at", r.Path)
		}
	}
	for _, r := range web.Routes {
		_, listed := webFilters[r.Path]
		page := r.Method == http.MethodGet && r.Permission() != web.Public && !strings.ContainsAny(r.Path, ":*.") && !strings.HasSuffix(r.Path, "/new") && len(r.Path) > 1
		for _, path := range append(unfiltered, "/session", "/frame", "/frame/handovers", "/pop", "/training", "/ring", "/cti", "/directories", "/points", "/reconciliations", "/webhooks") {
			listed = listed || r.Path == path
		}
		if page && !listed {
			t.Errorf("console %s is not looked at", r.Path)
		}
	}
}

// A search by POST has the filters in its body, with the same bounds, and pages on.
func TestSearchByPost(t *testing.T) {
	d := newDesk(t)
	c := d.calling(d.Agent)
	for body, want := range map[string]string{
		`{"q":"山田"}`: testLogin, `{"q":"山田","incident":"2014-R096","status":"new","class":"D","assignee":"none","desk":"","limit":1}`: testLogin,
		`{}`: testLogin, ``: testLogin, `{"q":"山田","limit":"5"}`: testLogin, `{"q":"鈴木"}`: `"items":[]`, `{"q":"山田","status":"completed"}`: `"items":[]`, `{"assignee":null}`: testLogin,
		`{"status":"nope"}`: `"field":"status"`, `{"limit":201}`: `"field":"limit"`, `{"limit":"abc"}`: `"field":"limit"`, `{"limit":1.5}`: `"field":"limit"`, `{"cursor":"garbage"}`: `"field":"cursor"`,
		`{"assignee":999}`: `"field":"assignee"`, `{"incident":"x"}`: `"field":"incident"`, `{"q":7}`: `"field":"q"`, `[]`: `"json_invalid"`, `{"q":"\ud800"}`: `"field":"q"`,
	} {
		a := c.send("/cases/search", body)
		refused := strings.HasPrefix(want, `"field`) || want == `"json_invalid"`
		if !strings.Contains(a.body, want) || refused != (a.status == 422) || !refused && a.status != 200 {
			t.Errorf("%s: %d %s", body, a.status, a.body)
		}
	}
	if a := c.do("POST", "/cases/search?q=x", "application/json", strings.NewReader("{}")); a.status != 422 {
		t.Errorf("a name in the address: %d", a.status)
	}
	if a := c.get("/members/" + url.PathEscape(testLogin) + "/balances"); a.status != 404 {
		t.Errorf("an ID in the address: %d", a.status)
	}
	for body, want := range map[string]int{`{"login_id":"` + testLogin + `"}`: 200, `{"login_id":"ＹＡＭＡＤＡ0001@ocn.example"}`: 200, `{"login_id":"none@ocn.example"}`: 404, `{}`: 422} {
		if a := c.send("/members/balances", body); a.status != want {
			t.Errorf("%s: %d %s", body, a.status, a.body)
		}
	}
}
