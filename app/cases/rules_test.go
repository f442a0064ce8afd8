package cases_test

import (
	"strings"
	"testing"

	"pgregory.net/rapid"

	"hoten/app/cases"
	"hoten/app/policies"
)

// docs/domain.md section 4: what makes which level.
func TestLevels(t *testing.T) {
	knowing := policies.Default().Verification
	knowing.Level2ByKnowledge = true
	for _, c := range []struct {
		right         string
		member, other int // level of the member, and of somebody who may not reach 2
		byKnowledge   int // of the member where policy takes answers alone
	}{
		{"", 0, 0, 0},
		{"name", 0, 0, 0},
		{"name birth_date", 0, 0, 0},
		{"birth_date address phone customer_number", 0, 0, 0}, // never without the name
		{"code callback", 0, 0, 0},
		{"name code", 0, 0, 0},
		{"name birth_date code", 0, 0, 0},
		{"name birth_date address", 1, 1, 1},
		{"name phone customer_number", 1, 1, 1},
		{"name birth_date address phone", 1, 1, 1}, // the thief could read all of it
		{"name birth_date address customer_number", 1, 1, 2},
		{"name birth_date address phone customer_number", 1, 1, 2},
		{"name birth_date address code", 2, 1, 2},
		{"name birth_date address callback", 2, 1, 2},
		{"name name name birth_date", 0, 0, 0}, // the same item again is no other item
	} {
		right := strings.Fields(c.right)
		if got := cases.LevelOf(policies.Default().Verification, right, true); got != c.member {
			t.Errorf("%s: the member reaches %d, want %d", c.right, got, c.member)
		}
		if got := cases.LevelOf(policies.Default().Verification, right, false); got != c.other {
			t.Errorf("%s: another reaches %d, want %d", c.right, got, c.other)
		}
		if got := cases.LevelOf(knowing, right, true); got != c.byKnowledge {
			t.Errorf("%s: by knowledge the member reaches %d, want %d", c.right, got, c.byKnowledge)
		}
	}
}

// One more right answer never lowers the level, and who may not reach 2 never does.
func TestLevelGrowsWithRightAnswers(t *testing.T) {
	all := append([]string{"code", "callback"}, cases.Items...)
	rapid.Check(t, func(t *rapid.T) {
		right := rapid.SliceOf(rapid.SampledFrom(all)).Draw(t, "right")
		more := append([]string{rapid.SampledFrom(all).Draw(t, "one more")}, right...)
		v := policies.Default().Verification
		for _, may := range []bool{true, false} {
			less, level := cases.LevelOf(v, right, may), cases.LevelOf(v, more, may)
			if level < less || !may && level > 1 {
				t.Fatalf("%v: %d, %v: %d", right, less, more, level)
			}
		}
	})
}
