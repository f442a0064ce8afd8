package embedded

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
)

// oldest is the first PostgreSQL that will do.
const oldest = 15

// ErrMissing says what to install.
var ErrMissing = errors.New("the programs of a PostgreSQL server (version 15 or newer) were not found: install the package postgresql (Debian, Ubuntu, Alpine, Arch), postgresql-server (Fedora) or postgresql@17 (Homebrew on macOS), or set HOTEN_DATABASE_URL to a PostgreSQL of your own")

// FindBinaries finds the folder of initdb and postgres. It fails with ErrMissing.
func FindBinaries() (string, error) { return find(candidates(), 0) }

// binariesFor finds the binaries for the cluster in data: no other major version
// can read its files. Where there is no cluster yet, any will do.
func binariesFor(data string) (string, error) {
	b, err := os.ReadFile(filepath.Join(data, "PG_VERSION"))
	if errors.Is(err, os.ErrNotExist) {
		return FindBinaries()
	}
	if err != nil {
		return "", err
	}
	major, err := strconv.Atoi(string(bytes.TrimSpace(b)))
	if err != nil {
		return "", fmt.Errorf("%s: %w", filepath.Join(data, "PG_VERSION"), err)
	}
	dir, err := find(candidates(), major)
	if errors.Is(err, ErrMissing) {
		return "", fmt.Errorf("the database in %s was made by PostgreSQL %d, which is not on this machine: install the package postgresql-%[2]d, or move the data by pg_dump", data, major)
	}
	return dir, err
}

// find takes the first folder that will do; major 0 stands for any version.
func find(dirs []string, major int) (string, error) {
	for _, dir := range dirs {
		if v := version(dir); v >= oldest && (major == 0 || v == major) {
			return dir, nil
		}
	}
	return "", ErrMissing
}

func candidates() (dirs []string) {
	if out, err := exec.Command("pg_config", "--bindir").Output(); err == nil {
		dirs = append(dirs, strings.TrimSpace(string(out)))
	}
	for _, pattern := range []string{
		"/usr/lib/postgresql/*/bin", "/usr/libexec/postgresql*", "/usr/pgsql-*/bin",
		"/opt/homebrew/opt/postgresql@*/bin", "/usr/local/opt/postgresql@*/bin",
		"/opt/homebrew/bin", "/usr/local/bin",
	} {
		found, _ := filepath.Glob(pattern) // the patterns are well formed
		slices.SortFunc(found, func(a, b string) int { return numberIn(b) - numberIn(a) })
		dirs = append(dirs, found...)
	}
	if path, err := exec.LookPath("postgres"); err == nil {
		if real, err := filepath.EvalSymlinks(path); err == nil {
			dirs = append(dirs, filepath.Dir(real))
		}
	}
	return dirs
}

// numberIn is the last number in a path: the version in the folder's name.
func numberIn(dir string) int {
	digits := strings.FieldsFunc(dir, func(r rune) bool { return r < '0' || r > '9' })
	if len(digits) == 0 {
		return 0
	}
	n, _ := strconv.Atoi(digits[len(digits)-1]) // digits only; too many of them are no version
	return n
}

// version is the major version of the server in dir, 0 where there is none: some
// packages bring the client's programs alone.
func version(dir string) int {
	if _, err := exec.LookPath(filepath.Join(dir, "initdb")); err != nil {
		return 0
	}
	out, err := exec.Command(filepath.Join(dir, "postgres"), "--version").Output()
	if err != nil {
		return 0
	}
	for word := range strings.FieldsSeq(string(out)) {
		// "17.2", but also "18beta1"
		digits := len(word) - len(strings.TrimLeft(word, "0123456789"))
		if n, err := strconv.Atoi(word[:digits]); err == nil {
			return n
		}
	}
	return 0
}
