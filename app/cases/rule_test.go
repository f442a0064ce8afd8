package cases_test

import (
	"fmt"
	"strings"
	"testing"

	"hoten/app/apptest"
	"hoten/app/cases"
	"hoten/app/store"
)

// What finds nothing is told by what the search counts: digits without what stands between them.
func TestRuleOf(t *testing.T) {
	for rule, typed := range map[string][]string{
		cases.RulePhone:        {"06-00", "06 00", "06　00", "03-12", "090-1", "(03)1", "（０３）１", "06ー00", "06–00", "0.6.0", "+81 3", "3-"},
		cases.RuleDigits:       {"0600", " 0600 ", "9", "４３２２"},
		cases.RuleStart:        {"a", "ab12", "x@1", "x y z"},
		cases.RuleOneCharacter: {"佐", " 佐 "},
		cases.RuleLastDigits:   {"佐370", "佐 370", "佐-370", "３７佐", "佐藤 太郎1", "サ370"},
		cases.RuleUnknown:      {"H2000002-2", "h2000002-2", "H 2000002-2", "Ｈ２０００００２－２", "H2000002–2", "H20000022", "2000002-2"},
		cases.RuleCheckDigit:   {"H2000002-3", "H20000023", "2000002-3", "H2000002–3"},
		cases.RuleLength:       {"H001250-0", "H00012500-1", "H0012500", "H000125001", "H0001250-", "h1-2"},
		cases.RuleCustomer:     {"N71021", "n-71021", "Ｎ７１０２１", "71021", "20000022", "H12345", "h1234567890", "N710211199"},
		"":                     {"", "06-000", "06000", "090-1234-5678", "yamada2014", "N7102@", "佐3701", "佐37012", "3701佐", "佐1佐", "佐藤", "nobody@ocn.example"},
	} {
		for _, q := range typed {
			if got := cases.RuleOf(q); got != rule {
				t.Errorf("%q: %q, want %q", q, got, rule)
			}
		}
	}
}

// The last digits of a telephone find with how the name begins, with or without a space; a
// number that is typed finds whatever stands between its digits; a short ID finds by all of it.
func TestSearchWithoutSpaces(t *testing.T) {
	w := apptest.NewWorld(t)
	w.Import(apptest.AffectedHeader+
		"sato@ocn.example,佐藤 太郎,サトウ タロウ,1970-01-02,06-0000-3701,c1@mail.example,2008-01-01,1000001,東京都千代田区千代田1-1,N000000001,ja,0,50,2014-07-29 15:00:00\n"+
		"4321,山田 次郎,ヤマダ ジロウ,1971-01-02,090-0000-0002,c2@mail.example,2008-01-01,1000001,東京都千代田区千代田1-2,N000000002,ja,0,50,2014-07-29 15:00:00\n", "")
	sato, short := w.Case("sato@ocn.example"), w.Case("4321")
	for want, typed := range map[int64][]string{
		sato.ID:  {"佐 3701", "佐3701", "3701佐", "３７０１佐", "佐-3701", "佐藤3701", "佐藤 太郎3701", "サ3701", "3701 佐", "06000", "06-000", "06ー000", "(06)000", "06ー0000ー3701"},
		short.ID: {"4321", "４３２１"},
		0:        {"林3701", "佐3702", "佐370", "sa3701", "06-00", "4322", "1佐370", "tel06000"},
	} {
		for _, q := range typed {
			found, _, err := cases.Find(store.Read(w.Ctx, w.Store), w.Vault, cases.Filter{Q: q, Limit: 50, Of: cases.Desk{Now: w.Clock.Now()}})
			if err != nil {
				t.Fatal(err)
			}
			if want == 0 && len(found) != 0 || want != 0 && (len(found) != 1 || found[0].Case.ID != want) {
				t.Errorf("%q finds %d cases, want case %d", q, len(found), want)
			}
		}
	}
}

// Who only begins as was typed is looked at too: above the limit nobody can say there is no case.
func TestSearchThatIsCut(t *testing.T) {
	w := apptest.NewWorld(t)
	var rows strings.Builder
	for i := range 3 {
		fmt.Fprintf(&rows, "m%d@ocn.example,佐藤 太郎,サトウ タロウ,1970-01-02,090-000%d-3701,c%d@mail.example,2008-01-01,1000001,東京都千代田区千代田1-1,N00000000%d,ja,0,50,2014-07-29 15:00:00\n", i, i, i, i)
	}
	w.Import(apptest.AffectedHeader+rows.String(), "")
	found, cut, err := cases.Find(store.Read(w.Ctx, w.Store), w.Vault, cases.Filter{Q: "佐々木3701", Look: 2, Limit: 50, Of: cases.Desk{Now: w.Clock.Now()}})
	if err != nil || len(found) != 0 || !cut {
		t.Errorf("%d found, cut: %t, %v", len(found), cut, err)
	}
}
