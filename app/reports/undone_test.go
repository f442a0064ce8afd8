package reports

import (
	"testing"
	"time"

	"hoten/app/points"
	"hoten/app/reimbursements"
	"hoten/app/store"
)

// What is approved counts as planned while a point system is at it, or refuses; what was undone
// and what undid it count nowhere, and the plan is what it was.
func TestFiguresWithoutWhatWasUndone(t *testing.T) {
	w := world(t)
	y := w.ConnectPoints(t, []string{"goo", "pointtalk"})
	y.Refuse(func(string, string, int64) string { return points.AccountClosed })
	figures := func() *Figures {
		t.Helper()
		f, err := Of(store.Read(w.Ctx, w.Store), w.Incident, w.Clock.Now())
		if err != nil {
			t.Fatal(err)
		}
		return f
	}
	before := figures()
	w.Clock.Set(july(31, 15, 0))
	r, err := reimbursements.Propose(w.Ctx, w.Store, w.Agent, w.Case("b@ocn.example").ID, "")
	if err == nil {
		_, err = reimbursements.Approve(w.Ctx, w.Store, w.Supervisor, r.ID)
	}
	if err != nil {
		t.Fatal(err)
	}
	w.SendLegs(t)
	if f := figures(); f.Plan.Reimburse["goo"] != 700 || f.Approved.Reimburse["goo"] != 700 || f.Posted.Reimburse["goo"] != 0 || f.WithPlan != before.WithPlan || f.Owed[1].Planned != 700 {
		t.Errorf("under way: %+v, before %+v", f, before)
	}
	w.Clock.Add(time.Minute)
	u, err := reimbursements.ProposeUndo(w.Ctx, w.Store, w.Agent, r.ID, "口座が閉鎖されている")
	if err == nil {
		_, err = reimbursements.Approve(w.Ctx, w.Store, w.Supervisor, u.ID)
	}
	if err != nil {
		t.Fatal(err)
	}
	if f := figures(); f.Plan.Reimburse["goo"] != 700 || f.Approved.Reimburse["goo"] != 0 || f.WithPlan != before.WithPlan {
		t.Errorf("undone: %+v", f)
	}
	w.Clock.Set(july(32, 9, 30))
	d := dailyOf(t, w, w.Supervisor, Query{Date: on(31)})
	for _, step := range d.Reimbursements {
		if step.Count != 0 {
			t.Errorf("%+v on the day", step)
		}
	}
	for _, a := range d.Agents {
		if a.Proposals != 0 || a.Approvals != 0 {
			t.Errorf("%+v", a)
		}
	}
}
