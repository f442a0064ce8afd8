package web_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"hoten/app/policies"
	"hoten/app/reimbursements"
)

// policiesForm is the form of the default policies, with changes by name; an empty
// value is a field left empty, or a box left open.
func policiesForm(changes ...string) []string {
	form := map[string]string{"version": "0", "reason": "見直し", "not_visible": "customer_number"}
	d := policies.Default()
	for _, program := range []string{"pointtalk", "goo"} {
		form["threshold_"+program], form["daily_limit_"+program] = fmt.Sprint(policies.FirstThreshold), fmt.Sprint(policies.FirstDailyLimit)
	}
	for name, n := range d.Numbers() {
		form[name] = fmt.Sprint(n)
	}
	for i := 0; i+1 < len(changes); i += 2 {
		form[changes[i]] = changes[i+1]
	}
	var pairs []string
	for name, value := range form {
		if value != "" || name != "not_visible" {
			pairs = append(pairs, name, value)
		}
	}
	return pairs
}

// What waits too long shows to every supervisor, and to the substitute as theirs.
func TestLateOnTheScreen(t *testing.T) {
	s, _ := waitingSite(t, 3)
	b := s.as(s.Manager)
	b.get("/policies")
	form := func(changes ...string) []string {
		return policiesForm(append(changes, "substitute_center", fmt.Sprint(s.Manager.ID), "remind_hours", "2", "escalate_hours", "3")...)
	}
	if a := b.post("/policies", form("substitute_tech", fmt.Sprint(s.Agent.ID))...); a.status != http.StatusUnprocessableEntity || !strings.Contains(a.body, `href="#substitute_tech"`) {
		t.Errorf("an agent as substitute: %d", a.status)
	}
	if a := b.post("/policies", form()...); a.status != http.StatusSeeOther {
		t.Fatalf("policies: %d", a.status)
	}
	s.Clock.Add(2 * time.Hour)
	remind := func() {
		t.Helper()
		if err := reimbursements.Remind(s.Ctx, s.Store); err != nil {
			t.Fatal(err)
		}
	}
	remind()
	b = s.as(s.Manager) // the session of before has ended
	if page := b.get("/reimbursements").body; !strings.Contains(page, "4件が2時間以上承認待ちです") || !strings.Contains(page, `class="badge late"`) || strings.Contains(page, "代行として") {
		t.Error("nobody is reminded")
	}
	s.Clock.Add(time.Hour)
	remind()
	b = s.as(s.Manager)
	if page := b.get("/reimbursements?late=mine").body; !strings.Contains(page, "代行として、3時間以上承認待ちの申請が3件") || strings.Count(page, `class="open" href="/reimbursements/`) != 3 {
		t.Error("the substitute does not see what is theirs")
	}
	// The member's own carries the manager's adjustment: nobody is left to name.
	if page := b.get("/reimbursements").body; !strings.Contains(page, "うち1件は3時間を過ぎましたが、承認できる代行者が決まっていません") {
		t.Error("what has No substitute is not told")
	}
	sv := s.as(s.Supervisor)
	if page := sv.get("/reimbursements?late=mine").body; strings.Contains(page, "代行として") || strings.Contains(page, `class="open" href="/reimbursements/`) {
		t.Error("another sees it as theirs")
	}
	if page := sv.get("/cases/" + s.Case("w000@ocn.example").Number()).body; !strings.Contains(page, "代行者へ（"+s.Manager.Name+"）") || missingWord.MatchString(page) {
		t.Error("the timeline does not say where it went")
	}
}
