package web_test

import (
	"net/http"
	"strings"
	"testing"

	"hoten/app/reimbursements"
	"hoten/app/resets"
)

// A list leaves the program as it is seen: masked, with its filters, for whom it is shown to,
// and the trail says who took it.
func TestListsAsFiles(t *testing.T) {
	s := newSite(t)
	c := s.Case(login)
	if _, err := resets.Notify(s.Ctx, s.Store, s.Agent, c.ID); err != nil {
		t.Fatal(err)
	}
	if _, err := reimbursements.Propose(s.Ctx, s.Store, s.Agent, c.ID, ""); err != nil {
		t.Fatal(err)
	}
	s.Number(`insert into callbacks (case_id, desk_id, due_at, promised_by, promised_at, assignee_id)
		select $1, min(id), now() + interval '1 hour', $2, now(), $2 from desks returning id`, c.ID, s.Agent.ID)
	b := s.as(s.Manager)
	for list, of := range map[string]struct{ filter, none string }{
		"mails":          {"kind=restriction_notice", "kind=verification_code"},
		"callbacks":      {"view=all", "view=closed"},
		"reimbursements": {"state=submitted", "state=posted"},
	} {
		a := b.get("/" + list + ".csv?" + of.filter)
		if a.status != http.StatusOK || !strings.Contains(a.body, c.Number()) || strings.Count(a.body, "\r\n") != 2 {
			t.Errorf("%s: %d %q", list, a.status, a.body)
		}
		for _, plain := range []string{"山田 太郎", "03-3456", "0334"} {
			if strings.Contains(a.body, plain) {
				t.Errorf("%s: %s is not masked: %q", list, plain, a.body)
			}
		}
		if a := b.get("/" + list + ".csv?" + of.none); strings.Count(a.body, "\r\n") != 1 {
			t.Errorf("%s: with another filter: %q", list, a.body)
		}
		if n := s.count("select count(*) from audit_entries where action = 'list.exported' and actor_id = $1 and subject = $2", s.Manager.ID, "list:"+list); n != 2 {
			t.Errorf("%s: audited %d times", list, n)
		}
	}
	if n := s.count("select count(*) from reimbursement_looks"); n != 0 {
		t.Errorf("a file counts as %d looks at plans", n)
	}
	for _, list := range []string{"mails?kind=restriction_notice", "callbacks?view=all", "reimbursements?state=submitted"} {
		path, query, _ := strings.Cut(list, "?")
		if page := b.get("/" + list).body; !strings.Contains(page, `href="/`+path+`.csv?`+query+`"`) || !strings.Contains(page, `href="/`+path+`.xlsx?`+query+`"`) {
			t.Errorf("%s does not offer its files", list)
		}
	}
	if a := b.get("/mails.csv?kind=nope"); a.status != http.StatusUnprocessableEntity {
		t.Errorf("of an unknown kind: %d", a.status)
	}
	if body := s.as(s.Auditor).get("/audit?action=list.exported").body; !strings.Contains(body, "メールの一覧") || !strings.Contains(body, "一覧を出力") {
		t.Errorf("the trail in words: %s", body)
	}
}
