package api_test

import (
	"fmt"
	"maps"
	"strings"
	"testing"

	"hoten/app/apptest"
)

// Whatever is refused of what is set up is named as the request names it.
func TestSetupNamesFieldsAsSent(t *testing.T) {
	s := newSiteWithCase(t)
	manager := s.as(s.Administrator)
	manager.t = t
	service := manager.post("/services", j{"program": "goo", "service": "exchange", "state": "suspended", "from": "2014-07-30T10:00:00+09:00", "reason": "r"}).want(201).at("id")
	words := func(names ...string) j {
		out := j{}
		for _, name := range names {
			out[name] = "パスワードは abcd1234"
		}
		return out
	}
	with := func(body, more j) j {
		body = maps.Clone(body)
		maps.Copy(body, more)
		return body
	}
	operator := []string{"code", "name_ja", "name_en", "sender_ja", "sender_en", "mail_address", "signature_ja", "signature_en", "page_ja", "page_en", "page_url"}
	id := with(words("code", "operator", "name_ja", "name_en", "form", "language", "opens_ja", "opens_en", "goes_on_ja", "goes_on_en", "point_password_ja", "point_password_en"), j{"domains": []string{"", "x"}})
	program := []string{"code", "operator", "name_ja", "name_en", "unit_ja", "unit_en", "unit_en_one"}
	days := j{"title_ja": "題", "title_en": "Title", "period_from": "2014-07-11", "period_to": "2014-07-12", "detected_on": "2014-07-12"}
	incident := words("reference", "title_ja", "title_en", "period_from", "period_to", "detected_on", "released_on", "id", "happened_ja", "happened_en")
	fresh := func(more j) j { return with(with(j{"reference": "N1"}, days), more) }
	for n, c := range []struct {
		method, path string
		body         j
		fields       string // some that are refused
	}{
		{"POST", "/operators", words(operator...), "code name_ja signature_en page_url"},
		{"PATCH", "/operators/ntt-com", with(words(operator...), j{"version": 1}), "name_ja page_url"},
		{"POST", "/operators", j{"name_ja": 1}, "name_ja"},
		{"POST", "/ids", with(id, j{"operator": "ntt-com"}), "code form language domains.0"},
		{"POST", "/ids", id, "operator"},
		{"PATCH", "/ids/ocn-id", with(id, j{"operator": "ntt-com", "version": 1}), "form domains.1"},
		{"PATCH", "/ids/ocn-id", j{"version": 1, "domains": []any{1}}, "domains"},
		{"PATCH", "/ids/ocn-id", j{"version": 1, "name_en": 1}, "name_en"},
		{"POST", "/programs", words(program...), "operator"},
		{"POST", "/programs", with(words(program...), j{"operator": "ntt-com"}), "code unit_en_one"},
		{"PATCH", "/programs/goo", j{"version": 1, "unit_en": 1}, "unit_en"},
		{"PATCH", "/programs/goo", j{"version": 1, "operator": "none"}, "operator"},
		{"PATCH", "/programs/goo", j{"name_en": "x"}, "version"},
		{"POST", "/incidents", incident, "period_from released_on"},
		{"POST", "/incidents", with(incident, with(days, j{"released_on": nil})), "reference happened_ja"},
		{"POST", "/incidents", fresh(j{"id": "none"}), "id"},
		{"POST", "/incidents", fresh(j{"bearers": j{"goo": "none"}}), "bearers.goo"},
		{"POST", "/incidents", fresh(j{"bearers": j{"yards": ""}}), "bearers.yards"},
		{"POST", "/incidents", fresh(j{"bearers": j{"goo": 1}}), "bearers"},
		{"PATCH", "/incidents/" + apptest.Reference, j{"version": 1, "bearers": j{"pointtalk": "ntt-com"}}, "bearers.goo"},
		{"PATCH", "/incidents/" + apptest.Reference, j{"version": 1, "bearers": j{"pointtalk": "none", "goo": ""}}, "bearers.pointtalk"},
		{"PATCH", "/incidents/" + apptest.Reference, j{"version": 1, "title_ja": 1}, "title_ja"},
		{"PATCH", "/incidents/" + apptest.Reference, j{"version": 1, "period_from": "2014-07-28", "released_ids": 1, "released_exchanged": 2}, "released_exchanged"},
		{"POST", "/services", with(words("program", "service", "state", "note", "reason"), j{"from": "2014-07-30T10:00:00+09:00"}), "reason"},
		{"POST", "/services", with(words("service", "state", "note"), j{"program": "none", "reason": "r"}), "program"},
		{"POST", "/services", with(words("service", "state", "note"), j{"program": "goo", "reason": "r", "until": "2014-07-30T10:00:00+09:00"}), "service state from note"},
		{"POST", "/services", with(words("from"), j{"reason": "r"}), "from"},
		{"POST", "/services/" + service + "/change", with(words("note"), j{"reason": "r", "version": 1}), "note"},
		{"POST", "/services/" + service + "/change", j{"reason": "r", "version": 1, "until": "2014-07-30T10:00:00+09:00"}, "until"},
		{"POST", "/services/" + service + "/void", words("reason"), "reason"},
	} {
		a := manager.do(c.method, c.path, c.body)
		a.want(422, "code", "invalid")
		var told []string
		for i := 0; fmt.Sprint(i) != a.at("errors.#"); i++ {
			field := a.at(fmt.Sprintf("errors.%d.field", i))
			told = append(told, field)
			key, _, _ := strings.Cut(field, ".")
			if _, sent := c.body[key]; !sent && key != "version" && a.at(fmt.Sprintf("errors.%d.code", i)) != "required" {
				t.Errorf("%d %s %s: %s was not sent", n, c.method, c.path, field)
			}
		}
		for _, field := range strings.Fields(c.fields) {
			if !strings.Contains(" "+strings.Join(told, " ")+" ", " "+field+" ") {
				t.Errorf("%d %s %s: %v, not %s", n, c.method, c.path, told, field)
			}
		}
	}
}
