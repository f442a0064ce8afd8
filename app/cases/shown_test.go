package cases_test

import (
	"slices"
	"testing"

	"hoten/app/cases"
)

// What a form carries is what was shown, and nothing else is read.
func TestShownCasesTravelInForms(t *testing.T) {
	of := []cases.AsShown{{ID: 7, Mark: 1}, {ID: 3, Mark: 1<<32 - 1}, {ID: 1 << 40, Mark: 0}}
	back, err := cases.UnpackShown(cases.PackShown(of))
	if want := []cases.AsShown{of[1], of[0], of[2]}; err != nil || !slices.Equal(back, want) {
		t.Fatalf("%v %v", back, err)
	}
	many := make([]cases.AsShown, cases.MostShown+1)
	for i := range many {
		many[i].ID = int64(i + 1)
	}
	if got, err := cases.UnpackShown(cases.PackShown(many[:cases.MostShown])); err != nil || len(got) != cases.MostShown {
		t.Errorf("%d %v", len(got), err)
	}
	for _, bad := range []string{"", "?", "AA", "AAAAAAA", "BwAA", cases.PackShown(many)} {
		if got, err := cases.UnpackShown(bad); err == nil {
			t.Errorf("%.20q: %v", bad, got)
		}
	}
	if cases.MarkOf("a", "bc") == cases.MarkOf("ab", "c") {
		t.Error("what is shown runs together")
	}
}
