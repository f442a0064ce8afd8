package staff_test

import (
	"slices"
	"testing"

	"hoten/app/access"
	"hoten/app/apptest"
	"hoten/app/staff"
	"hoten/app/store"
)

// Names stand in the order of their readings, where those are known; accounts that are not in use
// come last.
func TestStaffAreListedByReading(t *testing.T) {
	w := apptest.NewWorld(t)
	var gone int64
	for _, n := range [][2]string{{"渡辺 直樹", "Watanabe Naoki"}, {"田中 結衣", "Tanaka Yui"}, {"佐藤 葵", "Sato Aoi"}, {"高橋 翔", "Takahashi Sho"}, {"伊藤 蓮", "Ito Ren"}} {
		a, err := staff.Add(w.Ctx, w.Store, access.System("test"), staff.New{Email: n[1][:3] + "@order.example", Name: n[0] + "さん", NameEn: n[1], Role: access.Auditor})
		if err != nil {
			t.Fatal(err)
		}
		gone = a.Staff.ID
	}
	disabled := true
	if _, err := staff.Update(w.Ctx, w.Store, access.System("test"), gone, staff.Change{Disabled: &disabled}); err != nil {
		t.Fatal(err)
	}
	list, err := staff.List(store.Read(w.Ctx, w.Store))
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, a := range list {
		if r := []rune(a.Name); string(r[len(r)-2:]) == "さん" {
			got = append(got, string(r[:2]))
		}
	}
	if want := []string{"佐藤", "高橋", "田中", "渡辺", "伊藤"}; !slices.Equal(got, want) {
		t.Errorf("%v, want %v", got, want)
	}
}
