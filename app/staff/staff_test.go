package staff_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"hoten/app/access"
	"hoten/app/apptest"
	"hoten/app/fault"
	"hoten/app/passwords"
	"hoten/app/staff"
	"hoten/app/store"
)

func TestMain(m *testing.M) { apptest.Main(m) }

const password = "correct horse battery"

var (
	ctx   = context.Background()
	setup = access.System("test")
)

func add(t *testing.T, s *store.Store, n staff.New) staff.Added {
	t.Helper()
	added, err := staff.Add(ctx, s, setup, n)
	if err != nil {
		t.Fatal(err)
	}
	return added
}

func agent(email string) staff.New {
	return staff.New{Email: email, Name: "佐藤 葵", Role: access.Agent, Password: password}
}

func codeOf(err error) string {
	f, ok := fault.As(err)
	if !ok {
		return fmt.Sprint(err)
	}
	code := f.Code
	for _, p := range f.Fields {
		code += " " + p.Name + ":" + p.Code
	}
	return code
}

func count(t *testing.T, s *store.Store, query string, args ...any) (n int) {
	t.Helper()
	if err := store.Scan(store.Read(ctx, s), query, args, &n); err != nil {
		t.Fatal(err)
	}
	return n
}

func TestSignIn(t *testing.T) {
	s, clock := apptest.New(t)
	a := add(t, s, agent("sato@hoten.example"))
	for _, email := range []string{"sato@hoten.example", " SATO@Hoten.Example "} {
		if got, err := staff.SignIn(ctx, s, email, password, "192.0.2.1"); err != nil || got.ID != a.Staff.ID {
			t.Errorf("%q: %v, %v", email, got, err)
		}
	}
	at, err := staff.LastSignIns(store.Read(ctx, s))
	if err != nil || !at[a.Staff.ID].Equal(clock.Now()) {
		t.Errorf("last signed in %v, %v", at, err)
	}
	if n := count(t, s, "select count(*) from audit_entries where action = 'staff.signed_in' and actor_id = $1", a.Staff.ID); n != 2 {
		t.Errorf("%d sign-ins audited", n)
	}
}

// Whoever tries addresses must not learn which of them are accounts.
func TestRefusedSignInsLookAlike(t *testing.T) {
	s, _ := apptest.New(t)
	add(t, s, agent("sato@hoten.example"))
	disabled := add(t, s, agent("gone@hoten.example"))
	yes := true
	if _, err := staff.Update(ctx, s, setup, disabled.Staff.ID, staff.Change{Disabled: &yes}); err != nil {
		t.Fatal(err)
	}
	notYet := agent("new@hoten.example")
	notYet.Password = ""
	add(t, s, notYet)
	for name, c := range map[string][2]string{
		"wrong": {"sato@hoten.example", "correct horse batterz"}, "empty": {"sato@hoten.example", ""}, "unknown": {"who@hoten.example", password},
		"disabled": {"gone@hoten.example", password}, "not enrolled": {"new@hoten.example", password}, "not enrolled, empty": {"new@hoten.example", ""},
		"nothing": {"", ""},
	} {
		got, err := staff.SignIn(ctx, s, c[0], c[1], "192.0.2.1")
		f, ok := fault.As(err)
		if got != nil || !ok || f.Kind != fault.Unauthenticated || f.Error() != "sign_in_failed" {
			t.Errorf("%s: %v, %v", name, got, err)
		}
	}
	if n := count(t, s, "select count(*) from audit_entries where action = 'staff.sign_in_failed'"); n != 7 {
		t.Errorf("%d failures audited", n)
	}
}

func TestEnrolmentLinkWorksOnce(t *testing.T) {
	s, clock := apptest.New(t)
	n := agent("new@hoten.example")
	n.Password = ""
	a := add(t, s, n)
	if a.Enrolment == "" || count(t, s, "select count(*) from staff where position($1::bytea in enrolment_hash) > 0", []byte(a.Enrolment)) != 0 {
		t.Fatal("no link, or it lies open in the database")
	}
	if got, err := staff.Enrolling(ctx, s, a.Enrolment); err != nil || got.ID != a.Staff.ID {
		t.Fatalf("%v, %v", got, err)
	}
	for _, c := range []struct{ password, again, want string }{
		{"short", "short", "invalid password:password_short"}, {password, password + "x", "invalid password_again:passwords_differ"},
		{"new@hoten.example!", "new@hoten.example!", "<nil>"},
	} {
		if c.want == "<nil>" {
			c.password, c.again = password, password
		}
		if _, err := staff.SetFirstPassword(ctx, s, a.Enrolment, c.password, c.again); codeOf(err) != c.want {
			t.Errorf("%q: %v, want %s", c.password, err, c.want)
		}
	}
	if _, err := staff.SignIn(ctx, s, "new@hoten.example", password, "192.0.2.1"); err != nil {
		t.Error(err)
	}
	if _, err := staff.SetFirstPassword(ctx, s, a.Enrolment, "another good one", "another good one"); codeOf(err) != "not_found" {
		t.Errorf("a second time: %v", err)
	}
	// A renewed link ends the password and the link before it.
	first, err := staff.Enrol(ctx, s, setup, a.Staff.ID)
	if err != nil {
		t.Fatal(err)
	}
	second, err := staff.Enrol(ctx, s, setup, a.Staff.ID)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := staff.SignIn(ctx, s, "new@hoten.example", password, "192.0.2.1"); codeOf(err) != "sign_in_failed" {
		t.Errorf("the old password: %v", err)
	}
	if _, err := staff.Enrolling(ctx, s, first); codeOf(err) != "not_found" {
		t.Errorf("the link before: %v", err)
	}
	clock.Add(72*time.Hour - time.Second)
	if _, err := staff.Enrolling(ctx, s, second); err != nil {
		t.Errorf("within three days: %v", err)
	}
	clock.Add(time.Second)
	if _, err := staff.Enrolling(ctx, s, second); codeOf(err) != "not_found" {
		t.Errorf("after three days: %v", err)
	}
	if _, err := staff.SetFirstPassword(ctx, s, second, password, password); codeOf(err) != "not_found" {
		t.Errorf("after three days: %v", err)
	}
	for _, token := range []string{"", "x"} {
		if _, err := staff.Enrolling(ctx, s, token); codeOf(err) != "not_found" {
			t.Errorf("%q: %v", token, err)
		}
	}
}

func TestDisabledAccountCannotEnrol(t *testing.T) {
	s, _ := apptest.New(t)
	n := agent("new@hoten.example")
	n.Password = ""
	a, yes := add(t, s, n), true
	if _, err := staff.Update(ctx, s, setup, a.Staff.ID, staff.Change{Disabled: &yes}); err != nil {
		t.Fatal(err)
	}
	if _, err := staff.SetFirstPassword(ctx, s, a.Enrolment, password, password); codeOf(err) != "not_found" {
		t.Error(err)
	}
}

func TestAddChecksItsInput(t *testing.T) {
	s, _ := apptest.New(t)
	add(t, s, agent("sato@hoten.example"))
	for name, c := range map[string]struct {
		change func(n *staff.New)
		want   string
	}{
		"taken":              {func(n *staff.New) { n.Email = "SATO@hoten.example" }, "invalid email:email_taken"},
		"no address":         {func(n *staff.New) { n.Email = "sato" }, "invalid email:email_invalid"},
		"address with name":  {func(n *staff.New) { n.Email = "Sato <sato2@hoten.example>" }, "invalid email:email_invalid"},
		"no name":            {func(n *staff.New) { n.Name = " 　" }, "invalid name:required"},
		"long name":          {func(n *staff.New) { n.Name = strings.Repeat("あ", 101) }, "invalid name:too_long"},
		"unknown role":       {func(n *staff.New) { n.Role = "root" }, "invalid role:role_unknown"},
		"the program's role": {func(n *staff.New) { n.Role = setup.Role }, "invalid role:role_unknown"},
		"unknown desk":       {func(n *staff.New) { n.Desk = "moon" }, "invalid desk:desk_unknown"},
		"weak password":      {func(n *staff.New) { n.Password = "short" }, "invalid password:password_short"},
		"language":           {func(n *staff.New) { n.Language = "fr" }, "invalid language:language_unknown"},
	} {
		n := agent("new@hoten.example")
		c.change(&n)
		if _, err := staff.Add(ctx, s, setup, n); codeOf(err) != c.want {
			t.Errorf("%s: %s, want %s", name, codeOf(err), c.want)
		}
	}
	if n := count(t, s, "select count(*) from staff"); n != 1 {
		t.Errorf("%d accounts", n)
	}
}

func TestOnlyAdministratorsManageStaff(t *testing.T) {
	w := apptest.NewWorld(t)
	role := access.Supervisor
	for _, by := range []access.Actor{w.Agent, w.Supervisor, w.Manager, w.Administrator, w.Auditor} {
		_, adding := staff.Add(ctx, w.Store, by, agent(string(by.Role)+"2@hoten.example"))
		_, changing := staff.Update(ctx, w.Store, by, w.Agent2.ID, staff.Change{Role: &role})
		_, enrolling := staff.Enrol(ctx, w.Store, by, w.Agent2.ID)
		_, others := staff.CreateToken(ctx, w.Store, by, w.Agent2.ID, staff.NewToken{Name: "CTI"})
		want := "forbidden"
		if by.Role == access.Administrator {
			want = "<nil>"
		}
		for what, err := range map[string]error{"add": adding, "update": changing, "enrol": enrolling, "token": others} {
			if codeOf(err) != want {
				t.Errorf("%s, %s: %v", by.Role, what, err)
			}
		}
	}
	if n := count(t, w.Store, "select count(*) from audit_entries where action = 'staff.updated.refused'"); n != 4 {
		t.Errorf("%d refused changes noted", n)
	}
}

func TestNobodyChangesTheirOwnRole(t *testing.T) {
	w := apptest.NewWorld(t)
	role, yes, name, same := access.CenterManager, true, "伊藤 明子", access.Administrator
	for what, c := range map[string]struct {
		ch   staff.Change
		want string
	}{
		"role":      {staff.Change{Role: &role}, "own_account"},
		"disabled":  {staff.Change{Disabled: &yes}, "own_account"},
		"name":      {staff.Change{Name: &name}, "<nil>"},
		"same role": {staff.Change{Role: &same}, "<nil>"},
	} {
		if _, err := staff.Update(ctx, w.Store, w.Administrator, w.Administrator.ID, c.ch); codeOf(err) != c.want {
			t.Errorf("%s: %v, want %s", what, err, c.want)
		}
	}
	if _, err := staff.Enrol(ctx, w.Store, w.Administrator, w.Administrator.ID); codeOf(err) != "own_account" {
		t.Errorf("enrolled anew: %v", err)
	}
	if n := count(t, w.Store, "select count(*) from audit_entries where action = 'staff.updated.refused'"); n != 2 {
		t.Errorf("%d refused changes noted", n)
	}
}

func TestTokens(t *testing.T) {
	w := apptest.NewWorld(t)
	db := store.Read(ctx, w.Store)
	plain, err := staff.CreateToken(ctx, w.Store, w.Agent, w.Agent.ID, staff.NewToken{Name: "CTI"})
	if err != nil || !strings.HasPrefix(plain, "hoten_") {
		t.Fatalf("%q, %v", plain, err)
	}
	if a, err := staff.ByToken(db, plain, w.Store.Clock()); err != nil || a.ID != w.Agent.ID {
		t.Errorf("%v, %v", a, err)
	}
	kept, err := staff.Tokens(db, w.Agent.ID)
	hash := sha256.Sum256([]byte(plain))
	if err != nil || len(kept) != 1 || !bytes.Equal(kept[0].TokenHash, hash[:]) {
		t.Errorf("%+v, %v", kept, err)
	}
	for _, wrong := range []string{"", "hoten_", plain + "x", plain[:len(plain)-1], string(hash[:])} {
		if _, err := staff.ByToken(db, wrong, w.Store.Clock()); codeOf(err) != "unauthenticated" {
			t.Errorf("%q: %v", wrong, err)
		}
	}
	for _, name := range []string{"", " 　", strings.Repeat("あ", 101)} {
		if _, err := staff.CreateToken(ctx, w.Store, w.Agent, w.Agent.ID, staff.NewToken{Name: name}); !strings.HasPrefix(codeOf(err), "invalid name:") {
			t.Errorf("%q: %v", name, err)
		}
	}
	if err := staff.RevokeToken(ctx, w.Store, w.Manager, kept[0].ID); codeOf(err) != "forbidden" {
		t.Errorf("somebody else's: %v", err)
	}
	for range 2 {
		if err := staff.RevokeToken(ctx, w.Store, w.Agent, kept[0].ID); err != nil {
			t.Error(err)
		}
	}
	if _, err := staff.ByToken(db, plain, w.Store.Clock()); codeOf(err) != "unauthenticated" {
		t.Errorf("revoked: %v", err)
	}
	if n := count(t, w.Store, "select count(*) from audit_entries where action = 'token.revoked'"); n != 1 {
		t.Errorf("revoking was audited %d times", n)
	}
	if err := staff.RevokeToken(ctx, w.Store, w.Administrator, 999); codeOf(err) != "not_found" {
		t.Error(err)
	}
}

func TestDisabledAccountActsNoMore(t *testing.T) {
	w := apptest.NewWorld(t)
	db, yes, no := store.Read(ctx, w.Store), true, false
	plain, err := staff.CreateToken(ctx, w.Store, w.Agent, w.Agent.ID, staff.NewToken{Name: "CTI"})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := staff.Update(ctx, w.Store, w.Administrator, w.Agent.ID, staff.Change{Disabled: &yes}); err != nil {
		t.Fatal(err)
	}
	if _, err := staff.ByToken(db, plain, w.Store.Clock()); codeOf(err) != "unauthenticated" {
		t.Errorf("its token: %v", err)
	}
	if _, err := staff.Active(db, w.Agent.ID); codeOf(err) != "account_disabled" {
		t.Errorf("its session: %v", err)
	}
	if _, err := staff.CreateToken(ctx, w.Store, w.Administrator, w.Agent.ID, staff.NewToken{Name: "CTI"}); codeOf(err) != "account_disabled" {
		t.Errorf("a new token: %v", err)
	}
	if _, err := staff.Update(ctx, w.Store, w.Administrator, w.Agent.ID, staff.Change{Disabled: &no}); err != nil {
		t.Fatal(err)
	}
	if _, err := staff.ByToken(db, plain, w.Store.Clock()); codeOf(err) != "unauthenticated" {
		t.Errorf("the token came back with the account: %v", err)
	}
}

// What was opened with the account's old rights ends with them, whatever takes them.
func TestOldSessionsAndTokensEnd(t *testing.T) {
	yes, no := true, false
	for name, end := range map[string]func(w *apptest.World) error{
		"disabled and enabled": func(w *apptest.World) error {
			_, err := staff.Update(ctx, w.Store, w.Administrator, w.Agent.ID, staff.Change{Disabled: &yes})
			if err == nil {
				_, err = staff.Update(ctx, w.Store, w.Administrator, w.Agent.ID, staff.Change{Disabled: &no})
			}
			return err
		},
		"a new enrolment": func(w *apptest.World) error {
			_, err := staff.Enrol(ctx, w.Store, w.Administrator, w.Agent.ID)
			return err
		},
		"a new password": func(w *apptest.World) error {
			_, err := w.Pool.Exec(ctx, "update staff set password_hash = $2 where id = $1", w.Agent.ID, must(passwords.Hash("tsukimi-dango-47")))
			if err == nil {
				_, err = staff.ChangePassword(ctx, w.Store, w.Agent, "tsukimi-dango-47", "keyaki-no-ki-48", "keyaki-no-ki-48", "host")
			}
			return err
		},
	} {
		t.Run(name, func(t *testing.T) {
			w := apptest.NewWorld(t)
			db, before := store.Read(ctx, w.Store), w.Clock.Now()
			plain, err := staff.CreateToken(ctx, w.Store, w.Agent, w.Agent.ID, staff.NewToken{Name: "CTI"})
			if err != nil {
				t.Fatal(err)
			}
			w.Clock.Add(time.Minute)
			if err := end(w); err != nil {
				t.Fatal(err)
			}
			a, err := staff.Get(db, w.Agent.ID)
			if err != nil || a.Began(before) || !a.Began(w.Clock.Now()) {
				t.Errorf("a session from before: %+v, %v", a, err)
			}
			if _, err := staff.ByToken(db, plain, w.Store.Clock()); codeOf(err) != "unauthenticated" {
				t.Errorf("a token from before: %v", err)
			}
		})
	}
}

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

func TestChangePassword(t *testing.T) {
	w := apptest.NewWorld(t)
	const first = "tsukimi-dango-47"
	if _, err := w.Pool.Exec(ctx, "update staff set password_hash = $2 where id = $1", w.Agent.ID, must(passwords.Hash(first))); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ current, next, again, field, code string }{
		{"wrong", "keyaki-no-ki-48", "keyaki-no-ki-48", "current_password", "password_wrong"},
		{first, first, first, "password", "password_same"},
		{first, "short", "short", "password", "password_short"},
		{first, "keyaki-no-ki-48", "keyaki-no-ki-49", "password_again", "passwords_differ"},
	} {
		_, err := staff.ChangePassword(ctx, w.Store, w.Agent, c.current, c.next, c.again, "host")
		if f, ok := fault.As(err); !ok || len(f.Fields) != 1 || f.Fields[0].Name != c.field || f.Fields[0].Code != c.code {
			t.Errorf("%+v: %v", c, err)
		}
	}
	if _, err := staff.SignIn(ctx, w.Store, "agent@hoten.example", first, "host"); err != nil {
		t.Errorf("a refused change: %v", err)
	}
}

// Two administrators who disable each other at once: one stays.
func TestLastAdministratorStays(t *testing.T) {
	w := apptest.NewWorld(t)
	added, err := staff.Add(ctx, w.Store, w.Administrator, staff.New{Email: "second@hoten.example", Name: "二人目", Role: access.Administrator})
	if err != nil {
		t.Fatal(err)
	}
	yes, second := true, added.Staff.Actor("test")
	errs := make([]error, 2)
	var both sync.WaitGroup
	both.Go(func() {
		_, errs[0] = staff.Update(ctx, w.Store, w.Administrator, second.ID, staff.Change{Disabled: &yes})
	})
	both.Go(func() {
		_, errs[1] = staff.Update(ctx, w.Store, second, w.Administrator.ID, staff.Change{Disabled: &yes})
	})
	both.Wait()
	if (errs[0] == nil) == (errs[1] == nil) || codeOf(errors.Join(errs...)) != "last_administrator" {
		t.Fatalf("%v, %v", errs[0], errs[1])
	}
	role := access.Auditor
	if _, err := staff.Update(ctx, w.Store, access.System("test"), w.Administrator.ID, staff.Change{Role: &role}); errs[1] != nil && codeOf(err) != "last_administrator" {
		t.Errorf("another role: %v", err)
	}
}

func TestPreferences(t *testing.T) {
	w := apptest.NewWorld(t)
	for _, p := range []staff.Preferences{{Language: "en", Theme: "dark"}, {Language: "xx", Theme: "'; drop table staff", TextSize: "largest"}, {}} {
		if err := staff.Prefer(ctx, w.Store, w.Agent, p); err != nil {
			t.Error(err)
		}
	}
	a, err := staff.Active(store.Read(ctx, w.Store), w.Agent.ID)
	if err != nil || a.Language != "en" || a.Theme != "dark" || a.TextSize != "largest" {
		t.Errorf("%+v, %v", a, err)
	}
}

// What was handed out for an account before it was disabled does not come to life again
// when it is enabled.
func TestDisablingVoidsWhatWasHandedOut(t *testing.T) {
	s, clock := apptest.New(t)
	add(t, s, staff.New{Email: "admin@hoten.example", Name: "伊藤 明", Role: access.Administrator, Password: password})
	invited := agent("new@hoten.example")
	invited.Password = ""
	link := add(t, s, invited)
	worker := add(t, s, agent("sato@hoten.example"))
	renewed, err := staff.Enrol(ctx, s, setup, add(t, s, agent("suzuki@hoten.example")).Staff.ID)
	if err != nil {
		t.Fatal(err)
	}
	token, err := staff.CreateToken(ctx, s, worker.Staff.Actor("console"), worker.Staff.ID, staff.NewToken{Name: "x"})
	if err != nil {
		t.Fatal(err)
	}
	began := clock.Now()
	for _, disabled := range []bool{true, false} {
		clock.Add(time.Minute)
		list, err := staff.List(store.Read(ctx, s))
		if err != nil {
			t.Fatal(err)
		}
		for _, a := range list {
			if a.Role != access.Agent {
				continue
			}
			changed, err := staff.Update(ctx, s, setup, a.ID, staff.Change{Disabled: &disabled})
			if err != nil {
				t.Fatal(err)
			}
			if changed.Began(began) {
				t.Errorf("%s: a session lives, disabled %v", a.Email, disabled)
			}
		}
		for name, link := range map[string]string{"first": link.Enrolment, "renewed": renewed} {
			if _, err := staff.Enrolling(ctx, s, link); codeOf(err) != "not_found" {
				t.Errorf("%s link, disabled %v: %v", name, disabled, err)
			}
			if _, err := staff.SetFirstPassword(ctx, s, link, password, password); codeOf(err) != "not_found" {
				t.Errorf("%s link used, disabled %v: %v", name, disabled, err)
			}
		}
		if _, err := staff.ByToken(store.Read(ctx, s), token, s.Clock()); codeOf(err) != "unauthenticated" {
			t.Errorf("the token, disabled %v: %v", disabled, err)
		}
	}
}

// A name in English is optional, in Latin letters, and can be given later.
func TestNameInEnglish(t *testing.T) {
	s, _ := apptest.New(t)
	n := agent("sato@hoten.example")
	if a := add(t, s, n); a.Staff.NameIn("en") != n.Name || a.Staff.NameIn("ja") != n.Name {
		t.Errorf("without one: %s", a.Staff.NameIn("en"))
	}
	n.Email, n.NameEn = "sato2@hoten.example", "Sato Aoi"
	a := add(t, s, n).Staff
	if a.NameIn("en") != "Sato Aoi" || a.NameIn("ja") != n.Name {
		t.Errorf("%s, %s", a.NameIn("en"), a.NameIn("ja"))
	}
	for value, want := range map[string]string{"佐藤 葵": "invalid name_en:name_not_latin", "サトウ": "invalid name_en:name_not_latin", "123": "invalid name_en:name_not_latin",
		strings.Repeat("a", 101): "invalid name_en:too_long", "": "<nil>", "Müller-Satō": "<nil>"} {
		got, err := staff.Update(ctx, s, setup, a.ID, staff.Change{NameEn: &value})
		if codeOf(err) != want || err == nil && got.NameEn != value {
			t.Errorf("%.20q: %v, want %s", value, err, want)
		}
	}
}
