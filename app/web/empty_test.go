package web_test

import (
	"context"
	"html"
	"net/http"
	"regexp"
	"strings"
	"testing"

	"hoten/app/access"
	"hoten/app/staff"
)

var (
	railOf   = regexp.MustCompile(`(?s)<nav class="rail" id="rail".*?</nav>`)
	linkOf   = regexp.MustCompile(`<a [^>]*href="(/[^"#]*)`)
	emptyOf  = regexp.MustCompile(`(?s)<div class="empty">.*?</div>`)
	unfilter = "絞り込みを解除"
)

// In an installation without anything every entry of the rail is there for whoever sees it,
// and so is all that those pages lead to. No list offers to clear filters that are not set.
func TestRailOfAnEmptyInstallation(t *testing.T) {
	s, administrator := bare(t)
	for _, role := range access.Roles {
		email := string(role) + "@desk.example"
		if _, err := staff.Add(context.Background(), s, access.System("test"), staff.New{Email: email, Name: "佐藤", Role: role, Password: password}); err != nil {
			t.Fatal(err)
		}
		b := newBrowser(t, administrator.base)
		if a := b.tryAs(email, password, ""); a.status != http.StatusSeeOther {
			t.Fatalf("sign-in: %d", a.status)
		}
		start := b.get(b.get("/").location)
		entries := linkOf.FindAllStringSubmatch(railOf.FindString(start.body), -1)
		if len(entries) < 10 {
			t.Fatalf("%s sees %d entries", role, len(entries))
		}
		seen := map[string]bool{}
		for _, e := range entries {
			a := b.get(e[1])
			if a.status != http.StatusOK {
				t.Errorf("%s of %s: %d %s", e[1], role, a.status, a.location)
			}
			if strings.Contains(a.body, unfilter) {
				t.Errorf("%s of %s offers to clear filters that are not set", e[1], role)
			}
			for _, m := range linkOf.FindAllStringSubmatch(a.body, -1) {
				to := html.UnescapeString(m[1])
				if seen[to] {
					continue
				}
				seen[to] = true
				if a := b.get(to); a.status >= http.StatusBadRequest {
					t.Errorf("%s leads %s to %s: %d", e[1], role, to, a.status)
				}
			}
		}
	}
}

// An empty list says what it is and the way on; it offers to clear filters where some are set.
func TestEmptyLists(t *testing.T) {
	_, b := bare(t)
	for path, c := range map[string]struct{ says, leads, filtered string }{
		"/cases":                  {"案件はまだありません。", "/imports/new", "/cases?class=A"},
		"/mails":                  {"メールはまだありません。", "/incidents", "/mails?state=sent"},
		"/reimbursements":         {"補填申請はありません。", "/incidents", "/reimbursements?class=A"},
		"/callbacks?view=all":     {"折り返しの予定はありません。", "/cases", ""},
		"/callbacks?view=overdue": {"折り返しはありません。", "/callbacks?view=all", ""},
		"/incidents":              {"事案はまだありません。", "/incidents/new", ""},
		"/imports":                {"まだ何も取り込んでいません。", "/imports/new", ""},
		"/desks":                  {"窓口はまだありません。", "/desks/new", ""},
		"/reports/daily":          {"日報はありません。", "/incidents/new", ""},
		"/questions":              {"Q&amp;Aはまだ登録されていません。", "/questions/new", ""},
		"/bulletins":              {"掲示中の連絡はありません。", "", ""},
	} {
		if said := emptyOf.FindString(b.get(path).body); !strings.Contains(said, c.says) || !strings.Contains(said, c.leads) {
			t.Errorf("%s says %q", path, said)
		}
		if c.filtered == "" {
			continue
		}
		if said := emptyOf.FindString(b.get(c.filtered).body); !strings.Contains(said, unfilter) {
			t.Errorf("%s does not offer to clear the filters: %q", c.filtered, said)
		}
	}
}
