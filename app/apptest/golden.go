package apptest

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// Golden compares text with the file testdata/name, line by line; with update it
// writes the file anew.
func Golden(t testing.TB, name, got string, update bool) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if update {
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	old, now := strings.Split(string(want), "\n"), strings.Split(got, "\n")
	for i := range max(len(old), len(now)) {
		switch {
		case i >= len(now):
			t.Errorf("%s: gone: %s", path, old[i])
		case i >= len(old) || old[i] != now[i]:
			t.Errorf("%s: now (-update keeps it): %s", path, now[i])
		}
	}
}
