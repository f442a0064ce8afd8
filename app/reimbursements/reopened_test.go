package reimbursements_test

import (
	"fmt"
	"slices"
	"testing"

	"hoten/app/apptest"
	"hoten/app/cases"
	"hoten/app/incidents"
	"hoten/app/reimbursements"
)

// A closed case that comes to owe points is open again and says why, whatever it is that
// was learned; what changes nothing, and what a supervisor closed it over, leaves it closed.
func TestClosedCasesThatOweAgain(t *testing.T) {
	exchange := func(id, fraud string) string {
		return movements(id + "," + login(0) + ",2014-07-20 02:00,exchange,goo,,x,90,,," + fraud)
	}
	transfer := movements("T," + login(0) + ",2014-07-20 01:00,transfer,pointtalk,goo,,500,100,,confirmed")
	for _, c := range []struct {
		name    string
		before  string // movements before it is closed
		balance string // of goo
		status  cases.Status
		learn   func(w *apptest.World, of *cases.Case) error
		want    bool
		mark    int16
	}{
		{"a loss", "", "500", cases.Completed, imported("", exchange("E", "confirmed")), true, 0},
		{"a transfer", "", "500", cases.Completed, imported("", transfer), true, 0},
		{"a loss, out of scope", "", "500", cases.OutOfScope, imported("", exchange("E", "confirmed")), true, 0},
		{"the member's own", "", "500", cases.Completed, imported("", exchange("E", "none")), false, 0},
		{"a loss without a balance", "", "", cases.Completed, imported("", transfer), true, cases.BalanceMissing},
		{"a finding", exchange("E", "none"), "500", cases.Completed, func(w *apptest.World, of *cases.Case) error {
			_, err := reimbursements.DecideFinding(w.Ctx, w.Store, w.Supervisor, of.ID, "E", incidents.Suspected, "会員に確認")
			return err
		}, true, 0},
		{"a second number", exchange("E", "confirmed"), "500", cases.Completed, imported("", exchange("F", "confirmed")), true, cases.DoubleOpen},
		{"a second number, own", exchange("E", "confirmed"), "500", cases.Completed, imported("", exchange("F", "none")), true, cases.DoubleOpen},
		{"the missing balance", transfer, "", cases.Completed, imported("login_id,balance_goo\n"+login(0)+",30\n", ""), true, 0},
		{"the missing balance, out of scope", transfer, "", cases.OutOfScope, imported("login_id,balance_goo\n"+login(0)+",30\n", ""), false, 0},
		{"an adjustment", "", "500", cases.Completed, func(w *apptest.World, of *cases.Case) error {
			_, err := reimbursements.AddAdjustment(w.Ctx, w.Store, w.Agent, of.ID, "goo", 5, "端数")
			return err
		}, true, 0},
		{"nothing new", exchange("E", "confirmed"), "500", cases.Completed, imported("", exchange("E", "confirmed")), false, 0},
		{"what was owed already", exchange("E", "confirmed"), "500", cases.Completed, imported("", movements("G,"+login(0)+",2014-07-21 02:00,exchange,goo,,x,7,,,none")), false, 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := apptest.NewWorld(t)
			w.Import(fmt.Sprintf("login_id,name,balance_pointtalk,balance_goo,restricted_at\n%s,山田 太郎,1000,%s,2014-07-28 10:00\n", login(0), c.balance), c.before)
			of := w.Case(login(0))
			if _, err := cases.Update(w.Ctx, w.Store, w.Supervisor, of.ID, cases.Change{Status: &c.status, Version: of.Version, Reason: "連絡なし"}); err != nil {
				t.Fatal(err)
			}
			if err := c.learn(w, of); err != nil {
				t.Fatal(err)
			}
			now := w.Case(login(0))
			if (now.Status == cases.Reopened) != c.want || now.PointsOpen != c.mark || c.want == (now.CompletedAt != nil) && c.status == cases.Completed {
				t.Errorf("%s %v", now.Status, now.Marks())
			}
			if told := slices.Contains(events(t, w, of, cases.FactArrived), cases.FactArrived); told != c.want {
				t.Errorf("told %v", told)
			}
		})
	}
}

// imported imports files.
func imported(affected, moves string) func(*apptest.World, *cases.Case) error {
	return func(w *apptest.World, _ *cases.Case) error {
		if i := w.Import(affected, moves); i.Rejected != 0 {
			return fmt.Errorf("%+v", i)
		}
		return nil
	}
}

// A case goes back to what it waited for before its proposal, however that is decided.
func TestDecidedCasesWaitForWhatTheyWaitedFor(t *testing.T) {
	w, of := importLosses(t, small)
	for _, status := range []cases.Status{cases.OnHold, cases.AwaitingCustomer, cases.InProgress} {
		if w.Case(login(0)).Status != status {
			if _, err := cases.Update(w.Ctx, w.Store, w.Supervisor, of[0].ID, cases.Change{Status: &status, Version: w.Case(login(0)).Version}); err != nil {
				t.Fatal(err)
			}
		}
		for name, decide := range map[string]func(id int64) error{
			"returned": func(id int64) error {
				_, err := reimbursements.Return(w.Ctx, w.Store, w.Supervisor, id, "確認してください")
				return err
			},
			"withdrawn": func(id int64) error {
				_, err := reimbursements.Withdraw(w.Ctx, w.Store, w.Agent, id, "取り下げ")
				return err
			},
		} {
			r := propose(t, w, w.Agent, of[0])
			if got := w.Case(login(0)).Status; got != cases.AwaitingApproval {
				t.Fatalf("proposed from %s: %s", status, got)
			}
			if err := decide(r.ID); err != nil {
				t.Fatal(err)
			}
			if got := w.Case(login(0)).Status; got != status {
				t.Errorf("%s, %s: now %s", status, name, got)
			}
		}
	}
	status := cases.OnHold
	if _, err := cases.Update(w.Ctx, w.Store, w.Supervisor, of[0].ID, cases.Change{Status: &status, Version: w.Case(login(0)).Version}); err != nil {
		t.Fatal(err)
	}
	approve(t, w, w.Supervisor, propose(t, w, w.Agent, of[0]).ID)
	if got := w.Case(login(0)).Status; got != cases.OnHold {
		t.Errorf("posted: %s", got)
	}
}
