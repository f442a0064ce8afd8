package reimbursements_test

import (
	"strings"
	"testing"

	"hoten/app/apptest"
	"hoten/app/cases"
	"hoten/app/members"
	"hoten/app/notices"
	"hoten/app/store"
)

// lines are the texts of the mails that are delivered now, unwrapped, by their address.
func lines(w *apptest.World) map[string]string {
	w.T.Helper()
	out := map[string]string{}
	w.Deliver(apptest.OutletFunc(func(e notices.Envelope) error {
		out[e.To] += strings.ReplaceAll(e.Text, "\n", "")
		return nil
	}))
	return out
}

// A mail says whether the ID is in use when it is sent, not when it was queued.
func TestAResultThatWaitedForAReset(t *testing.T) {
	w, of := importLosses(t, small, small)
	for _, c := range of {
		approve(t, w, w.Supervisor, propose(t, w, w.Agent, c).ID)
	}
	must(t, store.Keep(w.Ctx, w.Store, func(tx *store.Tx) error {
		return members.Directory{}.Resume(tx, of[1].IdentityID, "correct horse battery", false)
	}))
	told := lines(w)
	for i, address := range []string{"c0@mail.example", "c1@mail.example"} {
		if restricted := strings.Contains(told[address], "利用制限中です"); told[address] == "" || restricted != (i == 0) {
			t.Errorf("%s is told of a restriction: %v", address, restricted)
		}
	}
}

// The mail that closes a case explains a balance that something else moved since.
func TestTheClosingMailTellsWhatElseMoved(t *testing.T) {
	w, of := importLosses(t, small, small)
	for _, c := range of {
		approve(t, w, w.Supervisor, propose(t, w, w.Agent, c).ID)
	}
	lines(w)
	w.Import("", apptest.MovementsHeader+"U1,"+login(1)+",2014-07-31 01:00:00,exchange,pointtalk,,gift-code,40,,,none\n")
	done := cases.Completed
	for _, c := range of {
		_, err := cases.Update(w.Ctx, w.Store, w.Supervisor, c.ID, cases.Change{Status: &done, Version: w.Case(login(int(c.ID - of[0].ID))).Version, Reason: "ご本人に電話済み"})
		must(t, err)
	}
	told := lines(w)
	if text := told["c0@mail.example"]; !strings.Contains(text, "反映後の残高") || strings.Contains(text, "そのほか") {
		t.Errorf("nothing else moved: %s", text)
	}
	if text := told["c1@mail.example"]; !strings.Contains(text, "そのほかのポイントの動き：−40") || !strings.Contains(text, "反映後の残高：3,060") {
		t.Errorf("40 were used since: %s", text)
	}
}
