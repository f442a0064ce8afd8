package desks_test

import (
	"fmt"
	"testing"

	"hoten/app/access"
	"hoten/app/apptest"
	"hoten/app/desks"
	"hoten/app/fault"
	"hoten/app/store"
)

func added(code string) desks.Desk {
	return desks.Desk{Code: code, NameJa: "夜間受付", NameEn: "Night Desk", ShortJa: "夜間", ShortEn: "Night", Phone: "0120-000-111", Topics: []string{"id"},
		Hours: []desks.Hours{{Weekdays: desks.Daily, Open: 1140, Close: 1440}}}
}

func TestAdd(t *testing.T) {
	w := apptest.NewWorld(t)
	for _, by := range []access.Actor{w.Agent, w.Supervisor, w.Auditor, access.Member()} {
		if err := desks.Add(w.Ctx, w.Store, by, added("night"), "夜間の受付"); !fault.Is(err, "forbidden") {
			t.Errorf("%s: %v", by.Role, err)
		}
	}
	nameless := added("night")
	nameless.NameEn = ""
	for field, try := range map[string]func() error{
		"code":    func() error { return desks.Add(w.Ctx, w.Store, w.Manager, added(desks.Tech), "夜間の受付") },
		"reason":  func() error { return desks.Add(w.Ctx, w.Store, w.Manager, added("night"), " ") },
		"name_en": func() error { return desks.Add(w.Ctx, w.Store, w.Manager, nameless, "夜間の受付") },
	} {
		if f, ok := fault.As(try()); !ok || len(f.Fields) != 1 || f.Fields[0].Name != field {
			t.Errorf("%s: %v", field, f)
		}
	}
	if err := desks.Add(w.Ctx, w.Store, w.Manager, added("night"), "夜間の受付"); err != nil {
		t.Fatal(err)
	}
	if !stands(t, w, "night").Equal(added("night")) {
		t.Errorf("%+v", stands(t, w, "night"))
	}
	if !stands(t, w, desks.Tech).Equal(desks.Release()[0]) {
		t.Error("another desk was changed")
	}
}

// Of two who add the same desk at once one does.
func TestAddAtOnce(t *testing.T) {
	w := apptest.NewWorld(t)
	results := make(chan error)
	for range 2 {
		go func() { results <- desks.Add(w.Ctx, w.Store, w.Manager, added("night"), "夜間の受付") }()
	}
	if a, b := <-results, <-results; (a == nil) == (b == nil) {
		t.Errorf("%v and %v", a, b)
	}
}

func TestDesksAreFew(t *testing.T) {
	w := apptest.NewWorld(t)
	var err error
	n := len(desks.Release())
	for ; n < 100 && err == nil; n++ {
		err = desks.Add(w.Ctx, w.Store, w.Manager, added(fmt.Sprintf("desk-%d", n)), "増設")
	}
	if f, ok := fault.As(err); !ok || len(f.Fields) != 1 || f.Fields[0].Code != "desks_too_many" {
		t.Errorf("%v", err)
	}
	list, err := desks.List(store.Read(w.Ctx, w.Store))
	if err != nil || len(list) != n-1 {
		t.Errorf("%d desks of %d: %v", len(list), n-1, err)
	}
}
