package app_test

import (
	"fmt"
	"testing"

	"hoten/app/cases"
	"hoten/app/fault"
	"hoten/app/reimbursements"
)

// One damaged field says that it is damaged; the rest of the case stays usable, and
// its points go back all the same.
func TestDamagedFieldsLeaveTheCaseUsable(t *testing.T) {
	sealed := map[string][]string{
		"members":    {"name", "name_kana", "birth_date", "postal_code", "address", "customer_number"},
		"contacts":   {"value"},
		"identities": {"login"},
		"calls":      {"caller_number"},
	}
	for table, columns := range sealed {
		for _, column := range columns {
			t.Run(table+"."+column, func(t *testing.T) {
				w, _ := shop(t)
				c := w.Case("m00000@ocn.example")
				call, err := cases.StartCall(w.Ctx, w.Store, w.Agent, c.ID, cases.NewCall{Direction: "inbound", Relation: cases.Self, CallerNumber: "090-0000-0001"})
				must(t, err)
				var alarms []string
				w.Vault.OnDamage(func(err error) { alarms = append(alarms, err.Error()) })
				if _, err := w.Pool.Exec(w.Ctx, fmt.Sprintf("update %s set %s = '\\x0102030405' where %s is not null", table, column, column)); err != nil {
					t.Fatal(err)
				}
				if _, err := cases.Reveal(w.Ctx, w.Store, w.Supervisor, c.ID, "確認"); err != nil {
					t.Errorf("revealed: %v", err)
				}
				_, err = cases.Answer(w.Ctx, w.Store, w.Agent, call.ID, cases.ItemName, "山田 太郎", false)
				if damagedName := column == "name" || column == "name_kana"; damagedName != fault.Is(err, "invalid") || !damagedName && err != nil {
					t.Errorf("asked for the name: %v", err)
				}
				r, err := reimbursements.Propose(w.Ctx, w.Store, w.Agent, c.ID, "")
				must(t, err)
				_, err = reimbursements.Approve(w.Ctx, w.Store, w.Supervisor, r.ID)
				must(t, err)
				if shown, err := reimbursements.Approve(w.Ctx, w.Store, w.Supervisor2, r.ID); err != nil || shown.State != reimbursements.Posted {
					t.Errorf("made whole: %+v, %v", shown, err)
				}
				if table != "calls" && len(alarms) == 0 {
					t.Error("nobody was told")
				}
			})
		}
	}
}
