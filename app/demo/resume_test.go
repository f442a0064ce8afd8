package demo

import (
	"context"
	"errors"
	"testing"
	"time"

	"hoten/app/apptest"
	"hoten/app/staff"
	"hoten/app/store"
)

func nothing(context.Context, *store.Store, []int64) error { return nil }

func TestFillGoesOnWhereItWasKilled(t *testing.T) {
	s, clock := apptest.New(t)
	clock.Add(7 * 24 * time.Hour) // the days of the demo are after the release
	ctx := context.Background()
	killed, err := newPlay(ctx, s, "http://localhost:8080", nothing)
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(killed.setUp(), killed.hire()); err != nil {
		t.Fatal(err)
	}
	if err := Fill(ctx, s, "http://localhost:8080", "en", nothing); err != nil {
		t.Fatal(err)
	}
	type count struct{ N int64 }
	n, err := store.Select[count](store.Read(ctx, s), "select count(*) as n from reimbursements")
	if err != nil || n[0].N == 0 {
		t.Errorf("%v proposals, %v", n, err)
	}
}

// The console of the staff speaks the language of whoever starts the demo.
func TestStaffReadTheLanguageOfTheStart(t *testing.T) {
	for lang, want := range map[string]int{"": 1, "ja": 1, "en": len(People)} {
		s, clock := apptest.New(t)
		clock.Add(7 * 24 * time.Hour)
		p, err := newPlay(context.Background(), s, "http://localhost:8080", nothing)
		if err != nil {
			t.Fatal(err)
		}
		p.lang = lang
		if err := errors.Join(p.setUp(), p.hire()); err != nil {
			t.Fatal(err)
		}
		var english int
		if err := store.Scan(store.Read(context.Background(), s), "select count(*) from staff where language = 'en'", nil, &english); err != nil || english != want {
			t.Errorf("%q: %d in English, want %d: %v", lang, english, want, err)
		}
	}
}

// Only accounts that somebody could sign in to with the demo's password count.
func TestSignInsAreTheOpenAccounts(t *testing.T) {
	w := apptest.NewWorld(t)
	p, err := newPlay(w.Ctx, w.Store, "http://localhost:8080", nothing)
	if err != nil {
		t.Fatal(err)
	}
	if err := w.DB.Exec("update staff set email = 'a.' || email").Error; err != nil {
		t.Fatal(err)
	}
	list := func(want int) {
		t.Helper()
		if got, err := SignIns(w.Ctx, w.Store); err != nil || len(got) != want {
			t.Errorf("%v, %v; want %d", got, err, want)
		}
	}
	list(0)
	if err := p.hire(); err != nil {
		t.Fatal(err)
	}
	list(len(People))
	if err := w.DB.Exec("update staff set disabled_at = now() where email = ?", People[0].Email).Error; err != nil {
		t.Fatal(err)
	}
	if _, err := staff.ChangePassword(w.Ctx, w.Store, p.who("sv"), Password, "keyaki-no-ki-48", "keyaki-no-ki-48", "host"); err != nil {
		t.Fatal(err)
	}
	list(len(People) - 2)
}

// A password that everybody knows must not come into a center's own installation.
func TestFillLeavesAnotherInstallationAlone(t *testing.T) {
	w := apptest.NewWorld(t)
	if err := w.DB.Exec("update staff set email = 'a.' || email").Error; err != nil {
		t.Fatal(err)
	}
	before, err := staff.List(store.Read(w.Ctx, w.Store))
	if err != nil {
		t.Fatal(err)
	}
	if err := Fill(w.Ctx, w.Store, "http://localhost:8080", "ja", nothing); err == nil {
		t.Error("the demo went into another installation")
	}
	after, err := staff.List(store.Read(w.Ctx, w.Store))
	if err != nil || len(after) != len(before) {
		t.Errorf("%d accounts, %d before, %v", len(after), len(before), err)
	}
}
