package cases_test

import (
	"slices"
	"testing"

	"hoten/app/access"
	"hoten/app/apptest"
	"hoten/app/cases"
)

// What a form carries is what was shown to this person for this action, and nothing else is
// read.
func TestShownCasesTravelInForms(t *testing.T) {
	s, _ := apptest.New(t)
	me, colleague := access.Actor{ID: 1}, access.Actor{ID: 2}
	of := []cases.AsShown{{ID: 7, Mark: 1}, {ID: 3, Mark: 1<<32 - 1}, {ID: 1 << 40, Mark: 0}}
	packed := cases.PackShown(s.Vault, me, "proposals", of)
	back, err := cases.UnpackShown(s.Vault, me, "proposals", packed)
	if want := []cases.AsShown{of[1], of[0], of[2]}; err != nil || !slices.Equal(back, want) {
		t.Fatalf("%v %v", back, err)
	}
	if _, err := cases.UnpackShown(s.Vault, colleague, "proposals", packed); err == nil {
		t.Error("what a colleague was shown is taken")
	}
	if _, err := cases.UnpackShown(s.Vault, me, "notices", packed); err == nil {
		t.Error("what was shown for another action is taken")
	}
	more := cases.PackShown(s.Vault, me, "proposals", append(of, cases.AsShown{ID: 9}))
	for _, bad := range []string{"", "?", "AA", "AAAAAAA", packed[:len(packed)-6], packed[:22] + more[22:], cases.PackShown(s.Vault, me, "proposals", nil)} {
		if got, err := cases.UnpackShown(s.Vault, me, "proposals", bad); err == nil {
			t.Errorf("%.20q: %v", bad, got)
		}
	}
	if cases.MarkOf("a", "bc") == cases.MarkOf("ab", "c") {
		t.Error("what is shown runs together")
	}
}
