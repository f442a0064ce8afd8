package incidents_test

import (
	"testing"

	"hoten/app/apptest"
	"hoten/app/fault"
	"hoten/app/incidents"
	"hoten/app/store"
)

// A unit is a word that stands alone too: no counter and no currency. One that stands stays,
// and everything else of its program can be changed.
func TestAUnitIsNoCounter(t *testing.T) {
	w := apptest.NewWorld(t)
	p := incidents.Program{Code: "stamps", NameJa: "スタンプ", NameEn: "Stamps", UnitJa: "枚", UnitEn: "stamps", UnitEnOne: "stamp"}
	refused := func(err error) bool {
		f, is := fault.As(err)
		return is && len(f.Fields) == 1 && f.Fields[0].Name == "unit_ja" && f.Fields[0].Code == "unit_counter"
	}
	for _, unit := range []string{"枚", "円", "$", "点"} {
		p.UnitJa = unit
		if _, err := incidents.SetProgram(w.Ctx, w.Store, w.Manager, 0, p, "ntt-com"); !refused(err) {
			t.Errorf("%s: %v", unit, err)
		}
	}
	p.UnitJa = "スタンプ"
	if _, err := incidents.SetProgram(w.Ctx, w.Store, w.Manager, 0, p, "ntt-com"); err != nil {
		t.Fatal(err)
	}
	apptest.AsOwner(t, w.Store, "update programs set unit_ja = '枚' where code = 'stamps'")
	p.UnitJa, p.NameEn = "枚", "Our stamps"
	if changed, err := incidents.SetProgram(w.Ctx, w.Store, w.Manager, 1, p, "ntt-com"); err != nil || !changed {
		t.Errorf("a program whose unit stands: %v, %v", changed, err)
	}
	p.UnitJa = "個"
	if _, err := incidents.SetProgram(w.Ctx, w.Store, w.Manager, 2, p, "ntt-com"); !refused(err) {
		t.Errorf("another counter: %v", err)
	}
	if kept, err := incidents.ProgramOf(store.Read(w.Ctx, w.Store), "stamps"); err != nil || kept.UnitJa != "枚" || kept.NameEn != "Our stamps" {
		t.Errorf("%+v, %v", kept, err)
	}
}
