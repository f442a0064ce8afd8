package embedded

import (
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

func TestMissingBinaries(t *testing.T) {
	_, err := find([]string{t.TempDir(), filepath.Join(t.TempDir(), "absent")}, 0)
	if !errors.Is(err, ErrMissing) {
		t.Fatal(err)
	}
	for _, word := range []string{"postgresql (Debian", "Fedora", "Homebrew", "HOTEN_DATABASE_URL"} {
		if !strings.Contains(err.Error(), word) {
			t.Errorf("%q does not name %s", err, word)
		}
	}
}

func TestFindBinaries(t *testing.T) {
	old, good, newer := fakeBinaries(t, "14.9"), fakeBinaries(t, "16.2 (Debian 16.2-1)"), fakeBinaries(t, "18beta1")
	clientOnly := fakeBinaries(t, "17.0")
	if err := os.Remove(filepath.Join(clientOnly, "initdb")); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		dirs  []string
		major int
		want  string
	}{
		{[]string{old, clientOnly, good, newer}, 0, good},
		{[]string{old, good, newer}, 18, newer},
		{[]string{old, good, newer}, 17, ""},
		{[]string{old}, 14, ""},
	} {
		if got, _ := find(c.dirs, c.major); got != c.want {
			t.Errorf("find(%v, %d) = %q, want %q", c.dirs, c.major, got, c.want)
		}
	}
	if dir, err := FindBinaries(); err != nil || version(dir) < oldest {
		t.Errorf("FindBinaries: %q, %v", dir, err)
	}
}

func fakeBinaries(t *testing.T, version string) string {
	t.Helper()
	dir := t.TempDir()
	for _, name := range []string{"initdb", "postgres"} {
		script := fmt.Sprintf("#!/bin/sh\necho '%s (PostgreSQL) %s'\n", name, version)
		if err := os.WriteFile(filepath.Join(dir, name), []byte(script), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func TestClusterOfAnotherVersion(t *testing.T) {
	data := t.TempDir()
	if err := os.WriteFile(filepath.Join(data, "PG_VERSION"), []byte("9\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := binariesFor(data); err == nil || !strings.Contains(err.Error(), "postgresql-9") {
		t.Error(err)
	}
}

func TestFoldersWithDifficultNames(t *testing.T) {
	for name, sub := range map[string]string{
		"too deep for a socket": strings.Repeat(strings.Repeat("deep", 20)+"/", 3),
		"quotes and spaces":     `it's "my" own [data] folder*`,
		"a comma":               "a,b",
		"日本語":                   "補填/データ",
	} {
		t.Run(name, func(t *testing.T) {
			dir := filepath.Join(folder(t), sub)
			first := start(t, dir)
			second := start(t, dir)
			query(t, first, "create table t as select 1 as v")
			if got := query(t, second, "select v from t"); got != "1" {
				t.Errorf("the second program sees %q", got)
			}
			stop(t, first)
			eventually(t, "taking over", second.Owned)
			socket := first.socket(first.password)
			if len(socket)+len("/.s.PGSQL.5432") > longest {
				t.Errorf("%s is too long", socket)
			}
			if info, err := os.Stat(socket); err != nil || info.Mode().Perm() != 0o700 {
				t.Errorf("the folder of the socket: %v, %v", info, err)
			}
			stop(t, second)
			if strings.HasPrefix(socket, "/tmp/hoten-") {
				if _, err := os.Stat(socket); !errors.Is(err, fs.ErrNotExist) {
					t.Errorf("%s was left behind: %v", socket, err)
				}
			}
		})
	}
}

func TestSocketFolderOfSomebodyElseIsRefused(t *testing.T) {
	dir := t.TempDir()
	p := place{account: nil}
	link := filepath.Join(dir, "link")
	if err := os.Symlink(dir, link); err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(dir, "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for _, taken := range []string{link, file, "/proc", "/"} {
		if os.Geteuid() == 0 && (taken == "/proc" || taken == "/") {
			continue // root's own
		}
		if err := p.private(taken); err == nil {
			t.Errorf("%s was taken for our own", taken)
		}
	}
	if os.Geteuid() == 0 {
		foreign := filepath.Join(dir, "foreign")
		if err := errors.Join(os.Mkdir(foreign, 0o700), os.Chown(foreign, 4242, 4242)); err != nil {
			t.Fatal(err)
		}
		if err := p.private(foreign); err == nil {
			t.Error("a folder of another user was taken for our own")
		}
	}
}

// Where its user can enter neither the data folder nor the one instead of it, the error
// names what is closed.
func TestUnreachableFolderIsNamed(t *testing.T) {
	if os.Geteuid() != 0 {
		return // everybody else runs PostgreSQL as themselves
	}
	closed := filepath.Join(folder(t), "closed")
	if err := os.MkdirAll(closed, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(filepath.Dir(closed), 0o711); err != nil {
		t.Fatal(err)
	}
	before := elsewhere
	t.Cleanup(func() { elsewhere = before })
	elsewhere = filepath.Join(closed, "elsewhere")
	_, err := Start(deadline(t), filepath.Join(closed, "below", "data"), slog.New(slog.DiscardHandler))
	if err == nil || !strings.Contains(err.Error(), closed+":") || !strings.Contains(err.Error(), "HOTEN_DATA_DIR") {
		t.Errorf("Start: %v; want an error that names %s", err, closed)
	}
}

func TestMissingPasswordIsSaid(t *testing.T) {
	dir := folder(t)
	s := start(t, dir)
	stop(t, s)
	if err := os.Remove(s.passwordFile()); err != nil {
		t.Fatal(err)
	}
	_, err := Start(deadline(t), dir, slog.New(slog.DiscardHandler))
	if err == nil || !strings.Contains(err.Error(), s.passwordFile()) {
		t.Errorf("Start: %v; want an error that names %s", err, s.passwordFile())
	}
}

func TestOldLogsAreRemoved(t *testing.T) {
	p := place{data: t.TempDir()}
	logs := filepath.Join(p.data, "log")
	if err := os.Mkdir(logs, 0o700); err != nil {
		t.Fatal(err)
	}
	for i := range logFiles + 3 {
		if err := os.WriteFile(filepath.Join(logs, fmt.Sprintf("postgresql-20260101-%06d.log", i)), nil, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if err := p.pruneLogs(); err != nil {
		t.Fatal(err)
	}
	left, err := os.ReadDir(logs)
	if err != nil || len(left) != logFiles || left[0].Name() != "postgresql-20260101-000003.log" {
		t.Errorf("left: %v, %v", left, err)
	}
}

// Below a folder that only root enters, as a fresh machine's /root is, root's server lives
// elsewhere and says so; it stays there when the folder is opened later.
func TestDataFolderThatTheAccountCannotEnter(t *testing.T) {
	if os.Geteuid() != 0 {
		return // everybody else runs PostgreSQL as themselves
	}
	before := elsewhere
	t.Cleanup(func() { elsewhere = before })
	elsewhere = folder(t)
	closed := filepath.Dir(folder(t))
	if err := os.Chmod(closed, 0o700); err != nil {
		t.Fatal(err)
	}
	data := filepath.Join(closed, "data")
	umask := syscall.Umask(0o077)
	t.Cleanup(func() { syscall.Umask(umask) })
	var said strings.Builder
	s, err := Start(deadline(t), data, slog.New(slog.NewTextHandler(&said, nil)))
	if err != nil {
		t.Fatal(err)
	}
	query(t, s, "create table kept (n int)")
	stop(t, s)
	if s.MadeElsewhere() != s.root || !strings.HasPrefix(s.root, elsewhere) {
		t.Errorf("made in %q, which is %s", s.MadeElsewhere(), s.root)
	}
	if !strings.Contains(said.String(), elsewhere) {
		t.Errorf("it does not say where: %s", said.String())
	}
	if err := os.Chmod(closed, 0o711); err != nil {
		t.Fatal(err)
	}
	if s = start(t, data); query(t, s, "select count(*) from kept") != "0" {
		t.Error("another database")
	}
	if made := s.MadeElsewhere(); made != "" {
		t.Errorf("made again in %s", made)
	}
	stop(t, s)
}
