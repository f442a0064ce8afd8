package reimbursements_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"hoten/app/apptest"
	"hoten/app/cases"
	"hoten/app/jobs"
	"hoten/app/notices"
	"hoten/app/reimbursements"
	"hoten/app/store"
)

// Nobody can type a debt, and what nets to nothing is told to nobody.
func TestAdjustmentsTakeNoMoreThanThereIs(t *testing.T) {
	w, of := importLosses(t, small)
	c := of[0]
	// Made whole, 50 goo are there.
	if _, err := reimbursements.AddAdjustment(w.Ctx, w.Store, w.Supervisor2, c.ID, "goo", -51, "二重の付与"); err == nil || !strings.Contains(fmt.Sprint(err), "adjustment_exceeds") {
		t.Fatal(err)
	}
	approve(t, w, w.Supervisor, propose(t, w, w.Agent, c).ID)
	adjust := func(points int64) {
		t.Helper()
		if _, err := reimbursements.AddAdjustment(w.Ctx, w.Store, w.Supervisor2, c.ID, "goo", points, "二重の付与"); err != nil {
			t.Fatal(err)
		}
	}
	mails := func() int64 { return w.Number("select count(*) from mails where case_id = $1", c.ID) }
	before := mails()
	adjust(-50)
	adjust(50) // a typing error, undone
	r := propose(t, w, w.Agent, c)
	approve(t, w, w.Supervisor, r.ID)
	approve(t, w, w.Manager, r.ID)
	if wantGoo(t, w, c, 50); mails() != before {
		t.Error("the member was told of nothing")
	}
	adjust(-50)
	r = propose(t, w, w.Agent, c)
	approve(t, w, w.Supervisor, r.ID)
	approve(t, w, w.Manager, r.ID)
	if wantGoo(t, w, c, 0); mails() != before+1 {
		t.Error("the member was not told")
	}
}

// The lines of a correction add up to the balance that the member was told of last in the case,
// whatever other incidents of the ID moved since.
func TestCorrectionsOfTwoIncidentsAddUp(t *testing.T) {
	w := apptest.NewWorld(t)
	twice(w)
	l := login(1)
	affected := apptest.AffectedHeader + l + ",山田 太郎,ヤマダ タロウ,1970-01-02,090-0000-0001,c1@mail.example,2008-01-01,1000001,東京都千代田区千代田1-1,N000000001,ja,0,1000,2014-07-29 15:00:00\n"
	w.Import(affected, movements("P1,"+l+",2014-07-20 01:00:00,exchange,goo,,gift-code,400,,,confirmed"))
	w.ImportInto(second, affected, movements("P2,"+l+",2014-07-21 01:00:00,exchange,goo,,gift-code,300,,,confirmed"))
	one, two := caseIn(w, "2014-R096", l), caseIn(w, second, l)
	post := func(c *cases.Case) {
		t.Helper()
		approve(t, w, w.Supervisor, propose(t, w, w.Agent, c).ID)
	}
	post(one)
	post(two)
	w.Clock.Add(24 * time.Hour)
	w.Import("", movements("C1,"+l+",2014-07-30 01:00:00,cancel,,goo,,100,,P1,none"))
	post(one)
	w.Clock.Add(24 * time.Hour)
	w.ImportInto(second, "", movements("C2,"+l+",2014-07-31 01:00:00,cancel,,goo,,50,,P2,none"))
	got := last{}
	w.Deliver(got)
	post(two)
	w.Deliver(got)
	text := strings.ReplaceAll(got["ポイントの補填の訂正のお知らせ"], "\n", "")
	if !strings.Contains(text, "補填の差額：−50") || !strings.Contains(text, "戻った分：+50") || strings.Contains(text, "の動き") || !strings.Contains(text, "反映後の残高：1,700") {
		t.Errorf("%v", got)
	}
}

// A batch for a second incident passes over IDs of which a request waits in the first, and
// takes them once that is decided.
func TestABatchWaitsForTheOtherIncident(t *testing.T) {
	w, of := importLosses(t, small, small)
	twice(w)
	for i := range of {
		w.ImportInto(second, "", movements(fmt.Sprintf("X%d,%s,2014-07-22 01:00:00,exchange,goo,,gift-code,10,,,confirmed", i, login(i))))
	}
	affected, _ := files(0, []loss{small, small})
	w.ImportInto(second, affected, "")
	w.ImportInto(second, "", movements("X0,"+login(0)+",2014-07-22 01:00:00,exchange,goo,,gift-code,10,,,confirmed", "X1,"+login(1)+",2014-07-22 01:00:00,exchange,goo,,gift-code,10,,,confirmed"))
	first := propose(t, w, w.Agent, of[0])
	run := func() *jobs.Job {
		t.Helper()
		j, err := reimbursements.ProposeAll(w.Ctx, w.Store, w.Agent, second)
		if err != nil {
			t.Fatal(err)
		}
		w.Work()
		if j, err = jobs.ByID(store.Read(w.Ctx, w.Store), j.ID); err != nil {
			t.Fatal(err)
		}
		return j
	}
	if j := run(); j.Processed != 2 || j.Failed != 1 || j.Refused()["pending_elsewhere"] != 1 {
		t.Errorf("%+v", j)
	}
	approve(t, w, w.Supervisor, first.ID)
	if j := run(); j.Processed != 1 || j.Failed != 0 {
		t.Errorf("%+v", j)
	}
}

// What an import changes after submission voids the approvals given, as what a person changes.
func TestImportsVoidApprovals(t *testing.T) {
	w, of := importLosses(t, large, large)
	var ids []int64
	for _, c := range of {
		r := propose(t, w, w.Agent, c)
		approve(t, w, w.Supervisor, r.ID)
		ids = append(ids, r.ID)
	}
	w.Import("", movements("C0,"+login(0)+",2014-07-21 02:00:00,cancel,,goo,,100,,E0,none"))
	for i, want := range []int64{1, 0} {
		if n := w.Number("select count(*) from approvals where reimbursement_id = $1 and voided_at is not null", ids[i]); n != want {
			t.Errorf("%d: %d void", i, n)
		}
		if n := int64(len(events(t, w, of[i], cases.ApprovalsVoided))); n != want {
			t.Errorf("%d: told %d times", i, n)
		}
	}
}

// A member sees why less is reimbursed than was taken.
func TestWhatACancellationGaveBackIsSaid(t *testing.T) {
	l := small
	l.cancelled = 200
	w, of := importLosses(t, l, small)
	for _, c := range of {
		approve(t, w, w.Supervisor, propose(t, w, w.Agent, c).ID)
	}
	told := map[string]string{}
	w.Deliver(apptest.OutletFunc(func(e notices.Envelope) error { told[e.To] = e.Text; return nil }))
	for address, want := range map[string]bool{"c0@mail.example": true, "c1@mail.example": false} {
		if said := strings.Contains(told[address], "すでに戻った分（補填に含みません）：200ポイント"); said != want || told[address] == "" {
			t.Errorf("%s: %s", address, told[address])
		}
	}
}

// What one incident posts may settle what another one owed: a mark of a correction goes with it.
func TestPostingLooksAtTheOtherIncident(t *testing.T) {
	w := apptest.NewWorld(t)
	twice(w)
	l := login(1)
	affected := apptest.AffectedHeader + l + ",山田 太郎,ヤマダ タロウ,1970-01-02,090-0000-0001,c1@mail.example,2008-01-01,1000001,東京都千代田区千代田1-1,N000000001,ja,0,50,2014-07-29 15:00:00\n"
	w.Import(affected, movements("T1,"+l+",2014-07-20 01:00:00,transfer,pointtalk,goo,,600,500,,confirmed"))
	w.ImportInto(second, affected, movements("F1,"+l+",2014-07-21 01:00:00,exchange,goo,,gift-code,80,,,confirmed"))
	one, two := caseIn(w, "2014-R096", l), caseIn(w, second, l)
	for _, c := range []*cases.Case{one, two} {
		approve(t, w, w.Supervisor, propose(t, w, w.Agent, c).ID)
	}
	w.Clock.Add(24 * time.Hour)
	open := func(c *cases.Case) int64 { return w.Number("select points_open from cases where id = $1", c.ID) }
	for _, c := range []struct {
		line string
		one  bool // it is owed by the first incident too: what belongs to the second one's loss is not
	}{{"C1," + l + ",2014-07-30 01:00:00,cancel,,goo,,80,,F1,none", false}, {"N1," + l + ",2014-07-30 02:00:00,earn,,goo,,30,,,none", true}} {
		w.ImportInto(second, "", movements(c.line))
		if (open(one) != 0) != c.one || open(two) == 0 {
			t.Fatal(c.line, open(one), open(two))
		}
		approve(t, w, w.Supervisor, propose(t, w, w.Agent, two).ID)
		if _, plan := planOf(t, w, one); !plan.Empty() || open(one) != 0 || open(two) != 0 {
			t.Errorf("%s: %+v: marks %d and %d", c.line, plan.Lines, open(one), open(two))
		}
	}
}
