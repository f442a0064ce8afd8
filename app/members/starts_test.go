package members_test

import (
	"fmt"
	"testing"

	"hoten/app/apptest"
	"hoten/app/members"
	"hoten/app/store"
)

func TestMain(m *testing.M) { apptest.Main(m) }

// An older release kept IDs and contacts without their beginnings.
func TestBeginningsOfWhatAnOlderReleaseKept(t *testing.T) {
	w := apptest.NewWorld(t)
	w.Import(apptest.AffectedHeader+"sato0001@ocn.example,佐藤 葵,サトウ アオイ,1970-02-03,090-1111-2222,aoi@mail.example,2005-04-01,,,N1,ja,0,0,\n", "")
	db := store.Read(w.Ctx, w.Store)
	for _, table := range []string{"identities", "contacts"} {
		if _, err := w.Pool.Exec(w.Ctx, "update "+table+" set start_5 = null, start_8 = null, start_12 = null"); err != nil {
			t.Fatal(err)
		}
	}
	find := func(q string) int {
		ids, cut, err := members.Search(db, w.Vault, q)
		if err != nil || cut {
			t.Fatal(cut, err)
		}
		return len(ids)
	}
	if find("sato00") != 0 {
		t.Error("found without its beginnings")
	}
	for range 2 {
		if err := members.HashStarts(w.Ctx, w.Store); err != nil {
			t.Fatal(err)
		}
		for q, want := range map[string]int{"sato00": 1, "aoi@m": 1, "0901111": 1, "090-11": 1, "mail.example": 0, "aoi@mail.example.org": 0, "tel0901111": 0, "佐藤": 1} {
			if got := find(q); got != want {
				t.Errorf("%s finds %d, want %d", q, got, want)
			}
		}
	}
}

// What is common is looked into up to a bound, and says so.
func TestCommonBeginningsAreCut(t *testing.T) {
	w := apptest.NewWorld(t)
	rows := apptest.AffectedHeader
	for i := range 201 {
		rows += fmt.Sprintf("common%04d@ocn.example", i) + ",,,,,,,,,,ja,0,0,\n"
	}
	w.Import(rows, "")
	ids, cut, err := members.Search(store.Read(w.Ctx, w.Store), w.Vault, "commo")
	if err != nil || !cut || len(ids) < 200 {
		t.Errorf("%d, cut %v, %v", len(ids), cut, err)
	}
}
