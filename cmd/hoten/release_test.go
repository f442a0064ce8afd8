package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// A data folder that was copied, and a backup that was restored where it came from, are
// held until they are released; the folder itself is not, however often it is started.
func TestReleaseOfACopiedFolder(t *testing.T) {
	if testing.Short() {
		t.Skip("starts PostgreSQL")
	}
	for _, v := range variables {
		t.Setenv(v, "")
	}
	original, copied := reachable(t), reachable(t)
	const notHeld = "already been resumed"
	release := []string{"release", "--mails", "discard", "--reason", "復元訓練"}
	expect := func(folder string, code int, says string, args ...string) {
		t.Helper()
		t.Setenv("HOTEN_DATA_DIR", folder)
		got, out, errs := hoten(t, "", args...)
		if got != code || !strings.Contains(out+errs, says) {
			t.Errorf("hoten %v on %s: %d\n%s\n%s", args, folder, got, out, errs)
		}
	}
	put := func(from, to string) {
		t.Helper()
		if out, err := exec.Command("cp", "-a", from, to).CombinedOutput(); err != nil {
			t.Fatalf("%v: %s", err, out)
		}
	}
	expect(original, 0, "up to date", "migrate")
	expect(original, 1, notHeld, release...)
	put(original, copied)
	expect(copied, 1, "reason:", "release", "--mails", "send")
	expect(copied, 1, "mails:", "release", "--mails", "perhaps", "--reason", "復元訓練")
	expect(copied, 0, filepath.Join(copied, "postgres", "data")+" was released; no emails were waiting", "release", "--reason", "復元訓練")
	expect(copied, 1, notHeld, release...)
	expect(original, 1, notHeld, release...)

	backup := original + ".backup"
	put(original, backup)
	if err := os.Rename(original, original+".lost"); err != nil {
		t.Fatal(err)
	}
	put(backup, original)
	expect(original, 0, "was released", release...)
}
