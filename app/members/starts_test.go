package members_test

import (
	"fmt"
	"testing"

	"hoten/app/apptest"
	"hoten/app/cases"
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
		ids, cut, err := members.Search(db, w.Vault, q, members.MaxHits)
		if err != nil || cut {
			t.Fatal(cut, err)
		}
		return len(ids)
	}
	if find("sato00") != 0 {
		t.Error("found without its beginnings")
	}
	for range 2 {
		if err := members.Complete(w.Ctx, w.Store); err != nil {
			t.Fatal(err)
		}
		for q, want := range map[string]int{"sato00": 1, "aoi@m": 1, "0901111": 1, "090-11": 1, "mail.example": 0, "aoi@mail.example.org": 0, "tel0901111": 0, "佐藤": 1} {
			if got := find(q); got != want {
				t.Errorf("%s finds %d, want %d", q, got, want)
			}
		}
	}
}

// An older release kept names without their parts, and customer numbers with their zeros.
func TestNamesThatAnOlderReleaseKept(t *testing.T) {
	w := apptest.NewWorld(t)
	w.Import(apptest.AffectedHeader+
		"a@ocn.example,林 蘭,ハヤシ ラン,,,,,,,000123456,ja,0,0,\nb@ocn.example,小林 蘭子,コバヤシ ランコ,,,,,,,123,ja,0,0,\n"+
		"c@ocn.example,林太郎 様,ハヤシタロウ,,,,,,,,ja,0,0,\nd@ocn.example,李 英,イ ヨン,,,,,,,,ja,0,0,\ne@ocn.example,𠮷 一,ヨシ ハジメ,,,,,,,,ja,0,0,\n"+
		"f@ocn.example,Müller Jürgen,,,,,,,,,en,0,0,\ng@ocn.example,Søren Kierkegård,,,,,,,,,en,0,0,\n", "")
	db := store.Read(w.Ctx, w.Store)
	check := func(when string, wanted map[string]int) {
		for q, want := range wanted {
			if ids, cut, err := members.Search(db, w.Vault, q, members.MaxHits); len(ids) != want || cut || err != nil {
				t.Errorf("%s: %s finds %d, want %d (%v)", when, q, len(ids), want, err)
			}
		}
	}
	all := map[string]int{"蘭 林": 1, "蘭子 小林": 1, "小林 林": 0, "蘭子　小": 0, "ラン ハヤシ": 1, "ヨン イ": 1, "英 李": 1, "子 小林": 0, "太郎 林": 1, "林 太郎": 1, "葵 小林": 0, "muller": 1, "Müller": 1, "Jürgen Müller": 1,
		"jurgen MULLER": 1, "Muller, Jurgen": 1, "Soren": 1, "Søren": 1, "Kierkegard S": 0, "林": 2, "蘭": 1, "イ": 1, "い": 1, "ｲ": 1, "李": 1, "英": 1, "ヨ": 0, "小": 0, "森": 0, "吉": 1, "様": 0, "小林": 1, "123456": 1, "000123456": 1, "0000123": 1, "林 ": 2}
	check("imported", all)
	if _, err := w.Pool.Exec(w.Ctx, "update members set name_parts = null, names_hashed = 0, name_grams = case when language = 'en' then '{}' else name_grams end"); err != nil {
		t.Fatal(err)
	}
	if _, err := w.Pool.Exec(w.Ctx, "update members set customer_key = $1 where customer_key = $2", w.Vault.Blind("customer_number", "000123456"), w.Vault.Blind("customer_number", "123456")); err != nil {
		t.Fatal(err)
	}
	check("kept", map[string]int{"林": 0, "muller": 0, "000123456": 1, "小林": 1})
	if err := members.Complete(w.Ctx, w.Store); err != nil {
		t.Fatal(err)
	}
	check("completed", all)
}

// What is common is looked into up to a bound, and says so.
func TestCommonBeginningsAreCut(t *testing.T) {
	w := apptest.NewWorld(t)
	rows := apptest.AffectedHeader
	for i := range 201 {
		rows += fmt.Sprintf("common%04d@ocn.example", i) + ",,,,,,,,,,ja,0,0,\n"
	}
	w.Import(rows, "")
	ids, cut, err := members.Search(store.Read(w.Ctx, w.Store), w.Vault, "commo", members.MaxHits)
	if err != nil || !cut || len(ids) < 200 {
		t.Errorf("%d, cut %v, %v", len(ids), cut, err)
	}
}

// An ID is found, and known again, whichever dash somebody types in it.
func TestOneDashInAnID(t *testing.T) {
	w := apptest.NewWorld(t)
	db := store.Read(w.Ctx, w.Store)
	opened, err := cases.Open(w.Ctx, w.Store, w.Agent, apptest.Reference, "FC-000123")
	if err != nil {
		t.Fatal(err)
	}
	for _, q := range []string{"fc-000123", "FC−000123", "fc‐000123", "ＦＣ－０００１２３", "fc–000123", "FC—000123", "fcー000123", "fc–0001", "fcー00"} {
		if ids, _, err := members.Search(db, w.Vault, q, members.MaxHits); err != nil || len(ids) != 1 {
			t.Errorf("%s finds %d (%v)", q, len(ids), err)
		}
	}
	for _, login := range []string{"fc−000123", "FCー000123", "fc—000123"} {
		again, err := cases.Open(w.Ctx, w.Store, w.Agent, apptest.Reference, login)
		if err != nil || again.Case.ID != opened.Case.ID {
			t.Errorf("%s opens another case (%v)", login, err)
		}
	}
}

// The last digits of a telephone with the beginning of a name find their member: also what an
// older release kept, and a number that documents showed later.
func TestNamesWithTheLastDigitsOfATelephone(t *testing.T) {
	w := apptest.NewWorld(t)
	w.Import(apptest.AffectedHeader+
		"a@ocn.example,佐藤 葵,サトウ アオイ,,090-0000-8551,,,,,,ja,0,0,\nb@ocn.example,佐々木 蓮,ササキ レン,,03-1234-8551,,,,,,ja,0,0,\n"+
		"c@ocn.example,鈴木 葵,スズキ アオイ,,090-0001-8551,,,,,,ja,0,0,\nd@ocn.example,佐藤 樹,サトウ イツキ,,,,,,,,ja,0,0,\n", "")
	db := store.Read(w.Ctx, w.Store)
	check := func(when string, wanted map[string]int) {
		t.Helper()
		for q, want := range wanted {
			if hits, cut, err := members.Search(db, w.Vault, q, members.MaxHits); len(hits) != want || cut || err != nil {
				t.Errorf("%s: %s finds %v, want %d (%v)", when, q, hits, want, err)
			}
		}
	}
	all := map[string]int{"佐 8551": 2, "佐　８５５１": 2, "8551 佐": 2, "佐藤 8551": 1, "佐藤 葵 8551": 1, "サ 8551": 2, "さとう 8551": 1, "sato 8551": 1, "藤 8551": 0, "葵 8551": 0, "佐 8552": 0, "佐 551": 0, "佐 98551": 0}
	check("imported", all)
	if _, err := w.Pool.Exec(w.Ctx, "update members set name_parts = null where id % 2 = 0; update members set name_parts = '{}' where id % 2 = 1"); err != nil {
		t.Fatal(err)
	}
	check("kept", map[string]int{"佐 8551": 0})
	for range 2 {
		if err := members.Complete(w.Ctx, w.Store); err != nil {
			t.Fatal(err)
		}
		check("completed", all)
	}
	if err := store.Keep(w.Ctx, w.Store, func(tx *store.Tx) error {
		n, err := members.ReadContact(members.Phone, "080-9999-7777")
		if err == nil {
			_, err = n.Replace(tx, *w.ID("d@ocn.example").MemberID)
		}
		return err
	}); err != nil {
		t.Fatal(err)
	}
	check("set later", map[string]int{"佐 7777": 1})
}
