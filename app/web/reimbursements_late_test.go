package web_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"hoten/app/reimbursements"
)

// What waits too long shows to every supervisor, and to the substitute as theirs.
func TestLateOnTheScreen(t *testing.T) {
	s, _ := waitingSite(t, 3)
	b := s.as(s.Manager)
	b.get("/policies")
	form := []string{"reason", "代行を定める", "substitute_center", fmt.Sprint(s.Manager.ID), "not_visible", "customer_number"}
	for _, name := range []string{"threshold_goo", "threshold_pointtalk", "daily_limit_goo", "daily_limit_pointtalk"} {
		form = append(form, name, "5000")
	}
	for name, n := range map[string]string{"level1_items": "2", "level2_items": "3", "wrong_per_call": "3", "failed_per_day": "2", "valid_minutes": "30", "code_minutes": "10", "code_tries": "5",
		"code_interval_seconds": "60", "codes_per_call": "5", "codes_per_day": "10", "reset_minutes": "30", "resets_per_day": "3", "respond_minutes": "480", "unusual_percent": "50", "remind_hours": "2", "escalate_hours": "3"} {
		form = append(form, name, n)
	}
	if a := b.post("/policies", append(form, "substitute_tech", fmt.Sprint(s.Agent.ID))...); a.status != http.StatusUnprocessableEntity || !strings.Contains(a.body, `href="#substitute_tech"`) {
		t.Errorf("an agent as substitute: %d", a.status)
	}
	if a := b.post("/policies", form...); a.status != http.StatusSeeOther {
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
		t.Error("what has no substitute is not told")
	}
	sv := s.as(s.Supervisor)
	if page := sv.get("/reimbursements?late=mine").body; strings.Contains(page, "代行として") || strings.Contains(page, `class="open" href="/reimbursements/`) {
		t.Error("another sees it as theirs")
	}
	if page := sv.get("/cases/" + s.Case("w000@ocn.example").Number()).body; !strings.Contains(page, "代行者へ（"+s.Manager.Name+"）") || missingWord.MatchString(page) {
		t.Error("the timeline does not say where it went")
	}
}
