package members_test

import (
	"fmt"
	"strings"
	"testing"

	"hoten/app/apptest"
	"hoten/app/jptext"
	"hoten/app/members"
	"hoten/app/operators"
	"hoten/app/store"
)

// A mailbox is compared, not its spelling, with the ID's own and with those of all other
// affected IDs, whenever these came.
func TestContactsThatDependOnAnID(t *testing.T) {
	firstDay, _ := jptext.MakeDate(2014, 7, 11)
	for name, c := range map[string]struct {
		login, mail string
		own, other  bool
	}{
		"elsewhere":                          {"taro@ocn.example", "taro@mail.example", false, false},
		"its own":                            {"taro@ocn.example", "taro@ocn.example", true, false},
		"its own, full width":                {"taro@ocn.example", "Ｔａｒｏ＠ｏｃｎ．ｅｘａｍｐｌｅ", true, false},
		"its own, quoted":                    {"taro@ocn.example", `"taro"@OCN.example`, true, false},
		"its own, tagged":                    {"taro@ocn.example", "taro+points@ocn.example", true, false},
		"its own, of a tagged ID":            {"taro+ocn@ocn.example", "taro@ocn.example", true, false},
		"its own, of an ID without domain":   {"taro", "Taro@ocn.example", true, false},
		"of an ID that was listed before":    {"taro@ocn.example", "First@ocn.example", false, true},
		"of an ID that is listed later":      {"taro@ocn.example", `"last"@ocn.example`, false, true},
		"of an ID without domain, later":     {"taro@ocn.example", "bare+tag@ocn.example", false, true},
		"elsewhere, of an ID without domain": {"taro", "taro@mail.example", false, false},
		"of an ID that was only asked about": {"taro@ocn.example", "asked@ocn.example", false, false},
	} {
		t.Run(name, func(t *testing.T) {
			w := apptest.NewWorld(t) // whose IDs have mailboxes at ocn.example
			row := func(login, mail string) string {
				return fmt.Sprintf("%s,,,,,\"%s\",2008-01-01,,,,ja,0,0,\n", login, strings.ReplaceAll(mail, `"`, `""`))
			}
			asked(t, w, "asked@ocn.example")
			w.Import(apptest.AffectedHeader+row("first@ocn.example", "x@mail.example")+row(c.login, c.mail), "")
			w.Import(apptest.AffectedHeader+row("last@ocn.example", "y@mail.example")+row("bare", "z@mail.example"), "")
			check := func(when string) {
				found, err := members.Contacts(store.Read(w.Ctx, w.Store), *w.ID(c.login).MemberID)
				if err != nil || len(found) != 1 {
					t.Fatal(found, err)
				}
				if k := found[0]; k.DependsOnLogin != c.own || k.DependsOnOther != c.other || k.Usable(firstDay) != (!c.own && !c.other) {
					t.Errorf("%s: own %v, other %v, usable %v", when, k.DependsOnLogin, k.DependsOnOther, k.Usable(firstDay))
				}
			}
			check("imported")
			// An older release kept no keys of mailboxes: nothing goes there until they are.
			if _, err := w.Pool.Exec(w.Ctx, "update contacts set mailbox_key = null, domain_key = null"); err != nil {
				t.Fatal(err)
			}
			if _, err := w.Pool.Exec(w.Ctx, "update id_domains set domain_key = null"); err != nil {
				t.Fatal(err)
			}
			if _, err := w.Pool.Exec(w.Ctx, "update identities set mailbox_key = null, domain_key = null"); err != nil {
				t.Fatal(err)
			}
			if k, err := members.Contacts(store.Read(w.Ctx, w.Store), *w.ID(c.login).MemberID); err != nil || k[0].Usable(firstDay) {
				t.Errorf("usable before it was compared: %v", err)
			}
			if err := members.Complete(w.Ctx, w.Store); err != nil {
				t.Fatal(err)
			}
			check("completed")
		})
	}
}

func asked(t *testing.T, w *apptest.World, login string) {
	t.Helper()
	if _, err := store.Write(w.Ctx, w.Store, &store.Attempt{By: w.Agent}, func(tx *store.Tx) (*members.Identity, error) {
		of, err := members.Ensure(tx, nil, login)
		tx.Record()
		return of, err
	}); err != nil {
		t.Fatal(err)
	}
}

// Which domains are those of IDs' own mailboxes holds from the moment it is set up,
// whatever was imported before.
func TestMailboxesBeforeAndAfterSettingUp(t *testing.T) {
	w := apptest.NewWorld(t)
	set := func(domains ...string) {
		t.Helper()
		list, err := operators.IDs(store.Read(w.Ctx, w.Store))
		if err != nil {
			t.Fatal(err)
		}
		list[0].Domains = domains
		if _, err := operators.SetID(w.Ctx, w.Store, w.Administrator, list[0].Version, list[0], "ntt-com"); err != nil {
			t.Fatal(err)
		}
	}
	own := func(want bool) {
		t.Helper()
		found, err := members.Contacts(store.Read(w.Ctx, w.Store), *w.ID("taro").MemberID)
		if err != nil || len(found) != 1 || found[0].DependsOnLogin != want {
			t.Errorf("%+v %v, want %v", found, err, want)
		}
	}
	w.Import(apptest.AffectedHeader+"taro,,,,,taro@new.example,2008-01-01,,,,ja,0,0,\n", "")
	own(false)
	set("ocn.example", "new.example")
	own(true)
	set()
	own(false)
}
