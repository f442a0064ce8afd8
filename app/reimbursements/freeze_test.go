package reimbursements_test

import (
	"fmt"
	"testing"

	"hoten/app/apptest"
	"hoten/app/cases"
	"hoten/app/incidents"
	"hoten/app/reimbursements"
)

// What happened after the freeze is not in the file's balance: whenever it happened and
// whenever it is learned, the same history ends with the same balance, and what the
// operator bears is what is missing of the truth. Before the incident there are 700 points
// of goo, of which the member spends none but what the case says.
func TestHistoriesAroundTheFreeze(t *testing.T) {
	const before, after = "2014-07-26 10:00", "2014-07-28 20:00"
	type event struct {
		line string // with its time, ID and number
		goo  int64  // what it does to the balance
		late bool   // it may be dated after the freeze
	}
	transfer := event{"T%[3]d,%[2]s,%[1]s,transfer,pointtalk,goo,,1000,200,,confirmed", 200, false}
	exchange := event{"E%[3]d,%[2]s,%[1]s,exchange,goo,,x,900,,,confirmed", -900, false}
	w := apptest.NewWorld(t)
	of := 0 // which ID
	for _, c := range []struct {
		name   string
		events []event
		own    bool  // the exchange is the member's after all
		want   int64 // below 0 is borne
	}{
		{"all cancelled", []event{transfer, exchange, {"C%[3]d,%[2]s,%[1]s,cancel,,goo,x,900,,E%[3]d,confirmed", 900, true}}, false, 700},
		{"a part cancelled", []event{transfer, exchange, {"C%[3]d,%[2]s,%[1]s,cancel,,goo,x,400,,E%[3]d,none", 400, true}}, false, 700},
		{"cancelled, of the member's own", []event{transfer, exchange, {"C%[3]d,%[2]s,%[1]s,cancel,,goo,x,900,,E%[3]d,none", 900, true}}, true, 700},
		{"cancelled in part, of the member's own", []event{transfer, exchange, {"C%[3]d,%[2]s,%[1]s,cancel,,goo,x,100,,E%[3]d,none", 100, true}}, true, -100},
		{"earned", []event{transfer, exchange, {"N%[3]d,%[2]s,%[1]s,earn,,goo,,50,,,none", 50, true}}, false, 750},
		{"spent", []event{transfer, {"N%[3]d,%[2]s,%[1]s,exchange,goo,,x,300,,,none", -300, true}}, false, 400},
		{"a transfer of the thief's", []event{{"T%[3]d,%[2]s,%[1]s,transfer,pointtalk,goo,,1000,200,,confirmed", 200, true}}, false, 700},
		{"an exchange of the thief's", []event{{"E%[3]d,%[2]s,%[1]s,exchange,goo,,x,600,,,confirmed", -600, true}}, false, 700},
	} {
		for _, frozen := range []bool{true, false} { // what may be late is dated before the freeze
			for _, posted := range []bool{false, true} { // and is learned after the rest was posted
				name := fmt.Sprintf("%s, before the freeze %v, after posting %v", c.name, frozen, posted)
				t.Run(name, func(t *testing.T) {
					of++
					balance := int64(700)
					var first, late []string
					for n, e := range c.events {
						at := fmt.Sprintf("2014-07-20 0%d:00", n)
						if e.late {
							if at = before; !frozen {
								at = after
							}
						}
						if !e.late || frozen {
							balance += e.goo
						}
						line := fmt.Sprintf(e.line, at, login(of), of)
						if e.late && posted {
							late = append(late, line)
						} else {
							first = append(first, line)
						}
					}
					w.Import(fmt.Sprintf("login_id,name,balance_pointtalk,balance_goo,restricted_at\n%s,山田 太郎,5000,%d,2014-07-28 10:00\n", login(of), balance), "")
					for _, lines := range [][]string{first, late} {
						if i := w.Import("", movements(lines...)); i.Rejected != 0 {
							t.Fatalf("%+v", i)
						}
						affected := w.Case(login(of))
						if c.own && len(late) > 0 == (len(lines) == len(late)) {
							if _, err := reimbursements.DecideFinding(w.Ctx, w.Store, w.Supervisor2, affected.ID, fmt.Sprint("E", of), incidents.Own, "会員に確認"); err != nil {
								t.Fatal(err)
							}
						}
						if _, plan := planOf(t, w, affected); !plan.Empty() {
							settle(t, w, affected)
						}
						books(t, w)
					}
					wantGoo(t, w, w.Case(login(of)), max(0, c.want))
					borne := count(t, w, "select coalesce(sum(l.points), 0) from reimbursement_lines l join reimbursements r on r.id = l.reimbursement_id where l.kind = 'absorb' and r.case_id = $1", w.Case(login(of)).ID)
					if borne != max(0, -c.want) {
						t.Errorf("%d borne", borne)
					}
				})
			}
		}
	}
}

// What one case bore is given back by it alone, also when that is learned later: another
// incident of the same ID, in which nothing happened, has nothing to put right.
func TestWhoBoreIsGivenBack(t *testing.T) {
	w := apptest.NewWorld(t)
	twice(w)
	affected := fmt.Sprintf("login_id,name,balance_pointtalk,balance_goo,restricted_at\n%s,山田 太郎,0,0,2014-07-28 10:00\n", login(0))
	w.Import(affected, movements(
		"T,"+login(0)+",2014-07-20 01:00,transfer,pointtalk,goo,,1000,200,,confirmed",
		"E,"+login(0)+",2014-07-20 02:00,exchange,goo,,x,150,,,confirmed"))
	w.ImportInto(second, affected, "")
	in := func(reference string) *cases.Case { return caseIn(w, reference, login(0)) }
	borne := func(reference string) int64 {
		return count(t, w, "select coalesce(sum(l.points), 0) from reimbursement_lines l join reimbursements r on r.id = l.reimbursement_id where l.kind = 'absorb' and r.state = 'posted' and r.case_id = $1", in(reference).ID)
	}
	settle(t, w, in(apptest.Reference))
	if n := borne(apptest.Reference); n != 50 {
		t.Fatalf("%d borne", n)
	}
	for _, late := range []string{
		"C," + login(0) + ",2014-07-28 20:00,cancel,,goo,x,150,,E,none",
		"N," + login(0) + ",2014-07-28 21:00,earn,,goo,,100,,,none",
	} {
		w.Import("", movements(late))
		if lines, _ := planOf(t, w, in(second)); len(lines) != 0 {
			t.Errorf("%s: the other incident offers %v", late, lines)
		}
		of := in(apptest.Reference)
		if _, plan := planOf(t, w, of); !plan.Corrects || of.PointsOpen != cases.CorrectionDue {
			t.Errorf("%s: %+v, marks %v", late, plan, of.Marks())
		}
		settle(t, w, of)
		books(t, w)
	}
	if a, b := borne(apptest.Reference), borne(second); a != 0 || b != 0 {
		t.Errorf("borne: %d, in the other incident %d", a, b)
	}
	wantGoo(t, w, in(apptest.Reference), 50)
}
