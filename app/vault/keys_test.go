package vault

import (
	"bytes"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
)

func TestOpenMakesPrivateKeysOnce(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "data", "keys")
	first, err := Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	again, err := Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	if first.Fingerprint() != again.Fingerprint() || !bytes.Equal(first.AuditKey(), again.AuditKey()) {
		t.Error("the keys changed")
	}
	if got, err := again.Unseal("t", "c", 1, first.Seal("t", "c", 1, "山田")); got != "山田" || err != nil {
		t.Errorf("%q %v", got, err)
	}
	filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			t.Fatal(err)
		}
		info, _ := d.Info()
		if want := map[bool]fs.FileMode{true: 0o700, false: 0o600}[d.IsDir()]; info.Mode().Perm() != want {
			t.Errorf("%s is %o", path, info.Mode().Perm())
		}
		return nil
	})
	if left, _ := os.ReadDir(filepath.Dir(dir)); len(left) != 1 {
		t.Errorf("left behind: %v", left)
	}
}

func TestOpenFillsAnEmptyFolder(t *testing.T) {
	dir := t.TempDir()
	if _, err := Open(dir); err != nil {
		t.Fatal(err)
	}
	if info, _ := os.Stat(dir); info.Mode().Perm() != 0o700 {
		t.Errorf("the folder is %o", info.Mode().Perm())
	}
}

func TestManyProgramsStartAtOnce(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "keys")
	const programs = 32
	prints := make([]string, programs)
	var start, done sync.WaitGroup
	start.Add(1)
	for i := range programs {
		done.Go(func() {
			start.Wait()
			v, err := Open(dir)
			if err != nil {
				t.Error(err)
				return
			}
			prints[i] = v.Fingerprint()
		})
	}
	start.Done()
	done.Wait()
	for _, p := range prints {
		if p != prints[0] {
			t.Fatalf("keys differ: %v", prints)
		}
	}
	if left, _ := os.ReadDir(filepath.Dir(dir)); len(left) != 1 {
		t.Errorf("left behind: %v", left)
	}
}

func TestOpenRefuses(t *testing.T) {
	for name, harm := range map[string]func(dir string) error{
		"a missing file":   func(dir string) error { return os.Remove(filepath.Join(dir, fieldsFile)) },
		"a missing audit":  func(dir string) error { return os.Remove(filepath.Join(dir, auditFile)) },
		"a damaged keyset": func(dir string) error { return os.WriteFile(filepath.Join(dir, lookupFile), []byte(`{"key`), 0o600) },
		"a damaged audit":  func(dir string) error { return os.WriteFile(filepath.Join(dir, auditFile), []byte("xyz"), 0o600) },
		"a short audit":    func(dir string) error { return os.WriteFile(filepath.Join(dir, auditFile), []byte("abcd"), 0o600) },
		"a readable file":  func(dir string) error { return os.Chmod(filepath.Join(dir, fieldsFile), 0o644) },
		"swapped keysets": func(dir string) error {
			return os.Rename(filepath.Join(dir, lookupFile), filepath.Join(dir, fieldsFile))
		},
	} {
		t.Run(name, func(t *testing.T) {
			dir := filepath.Join(t.TempDir(), "keys")
			if _, err := Open(dir); err != nil {
				t.Fatal(err)
			}
			if err := harm(dir); err != nil {
				t.Fatal(err)
			}
			if _, err := Open(dir); err == nil || !strings.Contains(err.Error(), dir) {
				t.Errorf("opened, or an error without the folder: %v", err)
			}
		})
	}
}
