package api_test

import (
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"

	"hoten/app/access"
	"hoten/app/apptest"
	"hoten/app/reimbursements"
	"hoten/app/resets"
)

// many is how many cases a long site has, each with a mail and a proposal.
const many = 12

func longSite(t *testing.T) *site {
	t.Helper()
	s := newSite(t)
	affected, movements := apptest.AffectedHeader, apptest.MovementsHeader
	for i := range many {
		affected += fmt.Sprintf("p%d@ocn.example,,,,,p%d@mail.example,2005-04-01,,,,ja,0,10,2014-07-29T10:00:00+09:00\n", i, i)
		movements += fmt.Sprintf("P%d,p%d@ocn.example,2014-07-20T03:05:00+09:00,exchange,goo,,ギフト券,5,,,confirmed\n", i, i)
	}
	s.Import(affected, movements)
	if _, err := resets.NotifyAll(s.Ctx, s.Store, s.Manager, apptest.Reference); err != nil {
		t.Fatal(err)
	}
	if _, err := reimbursements.ProposeAll(s.Ctx, s.Store, s.Agent, apptest.Reference); err != nil {
		t.Fatal(err)
	}
	s.Work()
	return s
}

// lists is every list with pages, with the name of its rows' key.
var lists = map[string]string{"/cases": "number", "/mails": "id", "/reimbursements": "id", "/audit": "id"}

// walk reads a list from the first page to the last and returns the keys in
// order; between is done after each page.
func walk(c *client, path, key, limit string, between func()) (keys []string) {
	c.t.Helper()
	mark := "?"
	if strings.Contains(path, "?") {
		mark = "&"
	}
	for cursor := ""; ; {
		page := path + mark + "limit=" + limit
		if cursor != "" {
			page += "&cursor=" + url.QueryEscape(cursor)
		}
		a := c.get(page).want(200)
		for i := 0; fmt.Sprint(i) != a.at("items.#"); i++ {
			keys = append(keys, a.at(fmt.Sprintf("items.%d.%s", i, key)))
		}
		if cursor = a.at("next"); cursor == "null" {
			return keys
		}
		if a.at("items.#") != limit {
			c.t.Fatalf("%s has %s rows and a next page", page, a.at("items.#"))
		}
		between()
	}
}

func TestEveryRowStandsOnOnePage(t *testing.T) {
	s := longSite(t)
	c := s.as(s.Auditor)
	for path, key := range lists {
		whole := walk(c, path, key, "200", func() { t.Errorf("%s is too long", path) })
		if len(whole) < many {
			t.Errorf("%s: %d rows", path, len(whole))
		}
		// Pages that end with the list, before and after its end.
		for _, limit := range []int{1, 5, len(whole) / 2, len(whole) - 1, len(whole)} {
			if got := walk(c, path, key, fmt.Sprint(limit), func() {}); !slices.Equal(got, whole) {
				t.Errorf("%s by %d: %v, want %v", path, limit, got, whole)
			}
		}
	}
	if got := walk(c, "/cases?incident="+apptest.Reference+"&class=B&status=awaiting_approval", "number", "5", func() {}); len(got) != many {
		t.Errorf("filtered: %d rows", len(got))
	}
	if got := walk(c, "/cases?class=A", "number", "5", func() {}); len(got) != 0 {
		t.Errorf("filtered: %v", got)
	}
	c.get("/cases").want(200, "next", "null", "items.#", fmt.Sprint(many))
}

// Rows that come in while somebody reads neither push others onto two pages nor
// off all of them.
func TestPagesStandWhileRowsCome(t *testing.T) {
	s := longSite(t)
	c, agent, supervisor := s.as(s.Auditor), s.as(s.Agent), s.as(s.Supervisor)
	n := 0
	// One more of everything: a case, a mail, a proposal and their entries.
	add := func() {
		n++
		login := fmt.Sprintf("late%d@ocn.example", n)
		s.Import(apptest.AffectedHeader+login+",,,,,late@mail.example,2005-04-01,,,,ja,0,10,2014-07-29T10:00:00+09:00\n",
			apptest.MovementsHeader+fmt.Sprintf("L%d,%s,2014-07-20T03:05:00+09:00,exchange,goo,,ギフト券,5,,,confirmed\n", n, login))
		number := s.Case(login).Number()
		agent.post("/cases/"+number+"/notice", nil).want(202, "queued", "1")
		r := agent.post("/cases/"+number+"/reimbursements", nil).want(201).at("id")
		supervisor.post("/reimbursements/"+r+"/approve", nil).want(200, "state", "posted")
	}
	for _, path := range slices.Sorted(maps.Keys(lists)) {
		whole := walk(c, path, lists[path], "200", func() {})
		if got := walk(c, path, lists[path], fmt.Sprint(len(whole)/3), add); !slices.Equal(got, whole) {
			t.Errorf("%s: %v, want %v", path, got, whole)
		}
		if now := walk(c, path, lists[path], "200", func() {}); len(now) <= len(whole) {
			t.Errorf("%s did not grow", path)
		}
	}
}

// The same while others really work at the same time.
func TestPagesStandWhileOthersWork(t *testing.T) {
	s := longSite(t)
	c := s.as(s.Auditor)
	before := map[string][]string{}
	for path, key := range lists {
		before[path] = walk(c, path, key, "200", func() {})
	}
	var working sync.WaitGroup
	for i, by := range []access.Actor{s.Agent, s.Agent2} {
		agent := s.as(by)
		working.Go(func() {
			for n := range 15 {
				agent.post("/cases", j{"incident": apptest.Reference, "login_id": fmt.Sprintf("new%d-%d@ocn.example", i, n)}).want(201)
			}
		})
	}
	for path, key := range lists {
		got := walk(c, path, key, "3", func() {})
		// Only what stood before the walk is promised; newer rows stand above it.
		if len(got) < len(before[path]) || !slices.Equal(got[len(got)-len(before[path]):], before[path]) {
			t.Errorf("%s: %v, want at the end %v", path, got, before[path])
		}
		if distinct := slices.Compact(slices.Sorted(slices.Values(got))); len(distinct) != len(got) {
			t.Errorf("%s: rows stand twice in %v", path, got)
		}
	}
	working.Wait()
}

func TestBadPages(t *testing.T) {
	s := longSite(t)
	c := s.as(s.Auditor)
	next := map[string]string{}
	for path := range lists {
		for _, limit := range []string{"1", "200", ""} {
			c.get(path + "?limit=" + limit).want(200)
		}
		next[path] = c.get(path+"?limit=1").want(200, "items.#", "1").at("next")
		for _, limit := range []string{"0", "-1", "201", "1000000", "99999999999999999999", "x", "1.5", "%20", "0x10", "%EF%BC%95"} {
			c.get(path+"?limit="+limit).want(422, "code", "invalid", "errors.#", "1", "errors.0.field", "limit", "errors.0.code", "limit_range")
			// A cursor beside it makes it no better.
			c.get(path+"?limit="+limit+"&cursor="+url.QueryEscape(next[path])).want(422, "errors.#", "1", "errors.0.field", "limit")
		}
		for _, cursor := range []string{"x", "0", "-1", "1", "null", "%00", "%ff", "'", "cases-", "cases-0", "cases--1", "cases-zzzzzzzzzzzzzzzzzzzz",
			"00000000-0000-0000-0000-00000000000", next["/cases"] + "'"} {
			c.get(path+"?cursor="+cursor).want(422, "code", "invalid", "errors.#", "1", "errors.0.field", "cursor")
		}
	}
	for path := range lists {
		for other, cursor := range next {
			if other != path {
				c.get(path+"?cursor="+url.QueryEscape(cursor)).want(422, "errors.0.field", "cursor", "errors.0.code", "cursor_invalid")
			}
		}
	}
	// Both at once are both named.
	c.get("/cases?limit=0&cursor=x").want(422, "errors.#", "2")
}

// A search that names more people than are looked at says so.
func TestSearchOfTooManySaysSo(t *testing.T) {
	s := newSite(t)
	affected := apptest.AffectedHeader
	for i := range 201 {
		affected += fmt.Sprintf("common%03d@ocn.example,佐藤 葵,サトウ アオイ,,,,,,,,ja,0,0,2014-07-29T10:00:00+09:00\n", i)
	}
	s.Import(affected, "")
	agent := s.as(s.Agent)
	for q, want := range map[string]string{"佐藤": "true", "commo": "true", "common200": "none", "common001@ocn.example": "none"} {
		agent.post("/cases/search", j{"q": q}).want(200, "cut", want)
	}
}
