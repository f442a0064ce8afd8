package cases_test

import (
	"fmt"
	"strings"
	"testing"

	"hoten/app/apptest"
	"hoten/app/cases"
	"hoten/app/store"
)

// A telephone number or an ID that reads as the number of a case finds its member all the
// same, beside that case; and who searched for it is noted.
func TestNumbersThatReadAsCases(t *testing.T) {
	w := apptest.NewWorld(t)
	phone := ""
	for i := 600; phone == ""; i++ {
		of := fmt.Sprintf("0312000%03d", i)
		if _, is := cases.ParseNumber(of); is {
			phone = of
		}
	}
	w.Import(apptest.AffectedHeader+
		"m1@ocn.example,山田 太郎,ヤマダ タロウ,1970-01-02,"+phone+",c1@mail.example,2008-01-01,1000001,東京都千代田区千代田1-1,N000000001,ja,0,50,2014-07-29 15:00:00\n"+
		"m2@ocn.example,山田 次郎,ヤマダ ジロウ,1971-01-02,090-0000-0002,c2@mail.example,2008-01-01,1000001,東京都千代田区千代田1-2,N000000002,ja,0,50,2014-07-29 15:00:00\n", "")
	one, two := w.Case("m1@ocn.example"), w.Case("m2@ocn.example")
	find := func(q string) (ids []int64) {
		t.Helper()
		found, _, err := cases.Find(store.Read(w.Ctx, w.Store), w.Vault, cases.Filter{Q: q, Limit: 50, Of: cases.Desk{Now: w.Clock.Now()}})
		if err != nil {
			t.Fatal(err)
		}
		for _, c := range found {
			ids = append(ids, c.Case.ID)
		}
		return ids
	}
	for q, want := range map[string]int64{phone: one.ID, phone[:2] + "-" + phone[2:6] + "-" + phone[6:]: one.ID, two.Number(): two.ID, two.Number()[1:]: two.ID} {
		if ids := find(q); len(ids) != 1 || ids[0] != want {
			t.Errorf("%s finds %v, want %d", q, ids, want)
		}
	}
	for q, noted := range map[string]int64{phone: 1, two.Number(): 0, strings.ReplaceAll(two.Number(), "-", ""): 1} {
		before := w.Number("select count(*) from audit_entries where action = 'members.searched'")
		if err := cases.Searched(w.Ctx, w.Store, w.Agent, q, 1); err != nil {
			t.Fatal(err)
		}
		if n := w.Number("select count(*) from audit_entries where action = 'members.searched'") - before; n != noted {
			t.Errorf("a search for %s was noted %d times", q, n)
		}
	}
}
