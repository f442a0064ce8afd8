package apptest

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"hoten/app/access"
	"hoten/app/desks"
	"hoten/app/setup"
	"hoten/app/store"
)

// The desks of every World.
const (
	Tech  = "tech"
	Point = "point"
)

// SetUp sets an empty store up as the example of incident 2014-R096 is, without its
// incident and what is suspended.
func SetUp(t testing.TB, s *store.Store) {
	t.Helper()
	f := example(t, "ocn-2014")
	f.Incidents, f.Services = nil, nil
	apply(t, s, f)
}

// SetUpFerry sets another operator up beside it, as the example one-program is, with its
// incident FERRY-2026-01, whatever the clock says.
func SetUpFerry(t testing.TB, s *store.Store) {
	t.Helper()
	apply(t, s, Ferry(t))
	AsOwner(t, s, "update incidents set period_from = '2026-03-01', period_to = '2026-03-12', detected_on = '2026-03-13', released_on = '2026-03-16' where reference = 'FERRY-2026-01'")
}

// Ferry is the example one-program with an incident before Start.
func Ferry(t testing.TB) *setup.File {
	t.Helper()
	f, err := setup.Read(strings.NewReader(FerryText()))
	if err != nil {
		t.Fatal(err)
	}
	return f
}

// FerryText is what stands in Ferry.
func FerryText() string {
	text, _ := setup.Example("one-program", "en")
	return strings.ReplaceAll(text, ": 2026-03-", ": 2014-03-")
}

func apply(t testing.TB, s *store.Store, f *setup.File) {
	t.Helper()
	if _, err := setup.Apply(context.Background(), s, access.System("test"), f, "test"); err != nil {
		t.Fatal(err)
	}
}

// Release are the desks of every World as they are set up.
func Release(t testing.TB) []desks.Desk {
	t.Helper()
	return example(t, "ocn-2014").Rules()
}

func example(t testing.TB, name string) *setup.File {
	t.Helper()
	f, err := setup.ReadExample(name)
	if err != nil {
		t.Fatal(err)
	}
	return f
}

// SetUpFile is a file for hoten setup that does what SetUp does.
func SetUpFile(t testing.TB) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "setup.yaml")
	if err := os.WriteFile(path, []byte(SetUpText()), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// SetUpText is what stands in SetUpFile.
func SetUpText() string {
	text, _ := setup.Example("ocn-2014", "en")
	text, _, _ = strings.Cut(text, "\n# The incidents.")
	return text + "\n"
}
