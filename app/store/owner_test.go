package store_test

import (
	"log/slog"
	"net/url"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"hoten/app/apptest"
	"hoten/app/store"
	"hoten/app/store/embedded"
	"hoten/app/vault"
)

// An owner who may not create roles migrates once an administrator has made the group,
// and is told what is missing until then.
func TestOwnerWhoMayNotCreateRoles(t *testing.T) {
	folder, err := os.MkdirTemp("", "hoten-owner-")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(folder) })
	if err := os.Chmod(folder, 0o711); err != nil { // for the user that PostgreSQL runs as
		t.Fatal(err)
	}
	server, err := embedded.Start(ctx, folder, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := server.Stop(); err != nil {
			t.Error(err)
		}
	})
	admin, err := pgx.Connect(ctx, server.URL())
	if err != nil {
		t.Fatal(err)
	}
	defer admin.Close(ctx)
	do := func(sql string) {
		t.Helper()
		if _, err := admin.Exec(ctx, sql); err != nil {
			t.Fatal(err)
		}
	}
	do("create role modest login password 'modest'")
	do("create database theirs owner modest")
	address, err := url.Parse(server.URL())
	if err != nil {
		t.Fatal(err)
	}
	address.User, address.Path = url.UserPassword("modest", "modest"), "/theirs"
	for _, c := range []struct{ before, missing string }{
		{"select", "create role hoten_app nologin; grant hoten_app to modest;"},
		{"create role hoten_app nologin", "grant hoten_app to modest;"},
		{"grant hoten_app to modest", ""},
	} {
		do(c.before)
		err := store.Migrate(ctx, address.String())
		if (err == nil) != (c.missing == "") || err != nil && !strings.Contains(err.Error(), c.missing) {
			t.Errorf("after %q: %v", c.before, err)
		}
	}
	s, err := store.Open(ctx, address.String(), vault.ForTest(), time.Now, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	if _, err := s.Pool.Exec(ctx, "delete from audit_entries"); err == nil {
		t.Error("the owner kept its rights")
	}
}

// A start with other keys changes nothing: neither the login role's password nor the schema.
func TestOtherKeysChangeNothing(t *testing.T) {
	address := apptest.DatabaseURL(t)
	var login string
	if err := apptest.Open(t, address, time.Now).Pool.QueryRow(ctx, "select current_user").Scan(&login); err != nil {
		t.Fatal(err)
	}
	owner, err := pgx.Connect(ctx, address)
	if err != nil {
		t.Fatal(err)
	}
	defer owner.Close(ctx)
	state := func() (out string) {
		t.Helper()
		err := owner.QueryRow(ctx, `select (select rolpassword from pg_authid where rolname = $1)
			|| (select string_agg(s::text || xmin::text, ',' order by key) from settings s)`, login).Scan(&out)
		if err != nil {
			t.Fatal(err)
		}
		return out
	}
	before := state()
	other, err := vault.Open(t.TempDir() + "/keys")
	if err != nil {
		t.Fatal(err)
	}
	for name, err := range map[string]error{
		"checked": store.CheckKeys(ctx, address, other),
		"opened": func() error {
			_, err := store.Open(ctx, address, other, time.Now, slog.New(slog.DiscardHandler))
			return err
		}(),
	} {
		if err == nil || !strings.Contains(err.Error(), "keys/") {
			t.Errorf("%s: %v does not say what to do", name, err)
		}
	}
	if after := state(); after != before {
		t.Errorf("changed from\n%s\nto\n%s", before, after)
	}
	for _, same := range []string{address, apptest.EmptyDatabase(t)} {
		if err := store.CheckKeys(ctx, same, vault.ForTest()); err != nil {
			t.Error(err)
		}
	}
	apptest.Open(t, address, time.Now)
}
