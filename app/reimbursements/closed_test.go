package reimbursements_test

import (
	"context"
	"strings"
	"testing"

	"hoten/app/cases"
	"hoten/app/notices"
	"hoten/app/reimbursements"
)

// last keeps the newest message of each subject.
type last map[string]string

func (l last) Send(_ context.Context, e notices.Envelope) error {
	l[e.Subject] = e.Text
	return nil
}

// The closing mail says the same of the points as the mails of the postings did
// together.
func TestTheClosingMailSumsThePostingsUp(t *testing.T) {
	w, of := importLosses(t, small)
	approve(t, w, w.Supervisor, propose(t, w, w.Agent, of[0]).ID)
	if _, err := reimbursements.AddAdjustment(w.Ctx, w.Store, w.Supervisor, of[0].ID, "goo", 7, "端数"); err != nil {
		t.Fatal(err)
	}
	r := propose(t, w, w.Agent, of[0])
	approve(t, w, w.Supervisor2, r.ID)
	approve(t, w, w.Manager, r.ID)
	if _, err := w.Pool.Exec(w.Ctx, "update identities set state = 'resumed', resumed_at = now() where id = $1", of[0].IdentityID); err != nil {
		t.Fatal(err)
	}
	status := cases.Completed
	if _, err := cases.Update(w.Ctx, w.Store, w.Agent, of[0].ID, cases.Change{Status: &status, Version: w.Case(login(0)).Version}); err != nil {
		t.Fatal(err)
	}
	got := last{}
	w.Clock.Add(notices.ClosingWaits)
	w.Deliver(got)
	text := got["対応完了のお知らせ"]
	for _, line := range []string{"移行前の状態に復元：+3,000ポイント", "反映後の残高：3,100ポイント",
		"不正な移行で加算された分の取消：−600ポイント", "不正に交換された分の補填：+600ポイント", "調整：+7ポイント", "合計：+7ポイント", "反映後の残高：57ポイント"} {
		if !strings.Contains(text, line) {
			t.Errorf("%q is not said:\n%s", line, text)
		}
	}
}

// The closing mail promises nothing of a request that was rejected because there is nothing to
// put back, and does not call finished what was rejected for another reason.
func TestTheClosingMailAfterARejection(t *testing.T) {
	for ground, promises := range map[string]bool{"own_use": false, "amount_differs": true} {
		w, of := importLosses(t, small)
		if _, err := reimbursements.RejectFor(w.Ctx, w.Store, w.Supervisor, propose(t, w, w.Agent, of[0]).ID, ground, "確認済み"); err != nil {
			t.Fatal(err)
		}
		status := cases.Completed
		if _, err := cases.Update(w.Ctx, w.Store, w.Supervisor, of[0].ID, cases.Change{Status: &status, Version: w.Case(login(0)).Version, Reason: "却下のため"}); err != nil {
			t.Fatal(err)
		}
		got := last{}
		w.Clock.Add(notices.ClosingWaits)
		w.Deliver(got)
		open, done := got["対応状況のお知らせ"], got["対応完了のお知らせ"]
		if (open != "") != promises || (done != "") == promises || strings.Contains(done, "まだ完了しておりません") {
			t.Errorf("%s: %v", ground, got)
		}
		// The batch leaves alone what was rejected; what is learned later is due.
		if n := w.Number("select count(*) from cases c where id = $1 and "+reimbursements.Proposable, of[0].ID); n != 0 {
			t.Errorf("%s: it is proposed anew", ground)
		}
	}
	w, of := importLosses(t, small)
	approve(t, w, w.Supervisor, propose(t, w, w.Agent, of[0]).ID)
	late := movements("LATE," + login(0) + ",2014-07-20 01:00,exchange,goo,,x,50,,,suspected")
	w.Import("", late)
	if _, err := reimbursements.RejectFor(w.Ctx, w.Store, w.Supervisor, propose(t, w, w.Agent, of[0]).ID, "own_use", "確認済み"); err != nil {
		t.Fatal(err)
	}
	if n := w.Number("select count(*) from cases c where id = $1 and "+reimbursements.Proposable, of[0].ID); n != 0 {
		t.Error("a rejected correction is proposed anew")
	}
	closed := func(reason string) last {
		t.Helper()
		if _, err := w.Pool.Exec(w.Ctx, "update cases set status = 'in_progress', completed_at = null where id = $1", of[0].ID); err != nil {
			t.Fatal(err)
		}
		status := cases.Completed
		if _, err := cases.Update(w.Ctx, w.Store, w.Supervisor, of[0].ID, cases.Change{Status: &status, Version: w.Case(login(0)).Version, Reason: reason}); err != nil {
			t.Fatal(err)
		}
		got := last{}
		w.Clock.Add(notices.ClosingWaits)
		w.Deliver(got)
		return got
	}
	if got := closed("却下のため"); got["対応完了のお知らせ"] == "" || strings.Contains(got["対応完了のお知らせ"], "訂正") {
		t.Errorf("after a rejected correction: %v", got)
	}
	w.Import("", movements("MORE,"+login(0)+",2014-07-20 02:00,exchange,goo,,x,7,,,confirmed"))
	if got := closed("次の締めで補填"); got["対応状況のお知らせ"] == "" {
		t.Errorf("after a later loss: %v", got)
	}
}
