package web_test

import (
	"regexp"
	"strings"
	"testing"

	"hoten/app/apptest"
	"hoten/app/cases"
)

// An incident's IDs are one number wherever they are counted: with those added later, of which
// the page says how many they are, and of how many each bar is.
func TestAnIncidentCountsItsIDsInOneWay(t *testing.T) {
	s := newSite(t)
	opened, err := cases.Open(s.Ctx, s.Store, s.Agent, apptest.Reference, "new@ocn.example")
	must(t, err)
	b := s.as(s.Supervisor)
	if a := b.post("/cases/"+opened.Case.Number()+"/add-to-incident", "reason", "追加申告", "balance_pointtalk", "0", "balance_goo", "0"); a.status != 303 {
		t.Fatalf("%d %s", a.status, a.body)
	}
	text := func(path string) string {
		bare := regexp.MustCompile(`<[^>]*>`).ReplaceAllString(b.get(path).body, " ")
		return strings.Join(strings.Fields(bare), " ")
	}
	for language, want := range map[string][]string{
		"ja": {"対象ID 2", "うち追加申告 1", "利用制限 2 / 2", "補填完了 0 / 1", "交換と区分は、追加申告を除く1件の内訳です。", "「補填完了」は補填のある案件1件、ほかは対象ID2件のうちの件数です。"},
		"en": {"Affected IDs 2", "Of these, added after publication 1", "Restricted 2 / 2", "Reimbursed 0 / 1", "Exchanges and classes cover the IDs not added later (1).", "all others are out of affected IDs (2)"},
	} {
		b.post("/language", "language", language)
		said := text("/incidents/" + apptest.Reference)
		for _, words := range want {
			if !strings.Contains(said, words) {
				t.Errorf("%q is not said: %s", words, said)
			}
		}
		if list := text("/incidents"); !strings.Contains(list, " 2 1 0 / 2 0 / 1") {
			t.Errorf("the list counts otherwise: %s", list)
		}
	}
}
