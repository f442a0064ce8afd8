package web_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"hoten/app/access"
	"hoten/app/cases"
	"hoten/app/web"
)

// hostile is what nobody types and somebody sends.
var hostile = []string{"\x00ab", "\xff\xfe", "-1", "0", "99999999999999999999", "9223372036854775807", "9223372036854775807.9223372036854775807",
	"-9223372036854775808.1", "253402300800000000.1", "0000-00-00", "99999-01-01", "25:61", "'; drop table cases; --", "%", strings.Repeat("長", 400)} // in every field still below edge.MaxBody

// No nonsense in an address or a form makes the console fail.
func TestHostileInput(t *testing.T) {
	s := newSite(t)
	c := s.Case(login)
	there := strings.NewReplacer(":number", cases.Number(c.ID), ":reference", "2014-R096", ":file", "affected.csv", ":code", "tech", ":token", "1", ":part", "farewell", ":id", "1", "/*", "/nowhere")
	names := []string{"q", "number", "caller", "cursor", "queue", "status", "class", "order", "columns", "assignee", "desk", "incident", "state", "kind", "case", "page",
		"actor", "subject", "from", "to", "date", "month", "view", "section", "writing", "filter", "action", "next", "lang", "on"}
	fields := []string{"status", "assignee", "version", "reason", "text", "name", "query", "login_id", "incident", "direction", "relation", "caller_number", "desk", "item",
		"value", "code", "outcome", "points", "program", "movement_id", "finding", "ids", "numbers", "from", "to", "opens", "closes", "opens_2", "closes_2", "due_on", "due_time", "from_on", "until_on",
		"service", "state", "email", "role", "period_from", "period_to", "detected_on", "reference", "threshold_goo", "valid_minutes", "documents", "note", "language", "theme"}
	people := s.People()
	tried := map[string]bool{}
	for _, role := range []access.Role{access.CenterManager, access.Administrator} {
		b := s.as(people[role])
		for _, route := range web.Routes {
			if tried[route.Method+route.Path] || route.Path == "/signout" || route.Permission() == web.Public || !role.May(route.Permission()) && route.Permission() != web.SignedIn {
				continue
			}
			tried[route.Method+route.Path] = true
			for _, value := range hostile {
				list := names
				if route.Method == http.MethodPost {
					list = fields
				}
				var form []string
				for _, name := range list {
					form = append(form, name, value)
				}
				var a answer
				if route.Method == http.MethodGet {
					query := url.Values{}
					for i := 0; i < len(form); i += 2 {
						query.Set(form[i], form[i+1])
					}
					a = b.get(there.Replace(route.Path) + "?" + query.Encode())
				} else {
					a = b.post(there.Replace(route.Path), form...)
				}
				if a.status >= 500 {
					t.Errorf("%s %s with %.30q: %d", route.Method, route.Path, value, a.status)
				}
			}
		}
	}
}
