package embedded

import (
	"errors"
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
var ErrMissing = errors.New("PostgreSQL's server programs (version 15 or newer) were not found: install the package postgresql (Debian, Ubuntu), postgresql-server (Fedora) or postgresql@17 (Homebrew), or set HOTEN_DATABASE_URL to a PostgreSQL of your own")

// FindBinaries finds the folder with initdb, pg_ctl and postgres.
func FindBinaries() (string, error) {
	for _, dir := range candidates() {
		if usable(dir) {
			return dir, nil
		}
	}
	return "", ErrMissing
}

func candidates() (dirs []string) {
	if out, err := exec.Command("pg_config", "--bindir").Output(); err == nil {
		dirs = append(dirs, strings.TrimSpace(string(out)))
	}
	for _, pattern := range []string{"/usr/lib/postgresql/*/bin", "/usr/pgsql-*/bin", "/opt/homebrew/opt/postgresql@*/bin", "/usr/local/opt/postgresql@*/bin"} {
		found, _ := filepath.Glob(pattern) // the patterns are well formed
		slices.SortFunc(found, func(a, b string) int { return version(b) - version(a) })
		dirs = append(dirs, found...)
	}
	if path, err := exec.LookPath("pg_ctl"); err == nil {
		if real, err := filepath.EvalSymlinks(path); err == nil {
			dirs = append(dirs, filepath.Dir(real))
		}
	}
	return dirs
}

func version(dir string) int {
	digits := strings.FieldsFunc(filepath.Dir(dir), func(r rune) bool { return r < '0' || r > '9' })
	if len(digits) == 0 {
		return 0
	}
	n, _ := strconv.Atoi(digits[len(digits)-1])
	return n
}

func usable(dir string) bool {
	for _, name := range []string{"initdb", "pg_ctl", "postgres"} {
		if info, err := os.Stat(filepath.Join(dir, name)); err != nil || info.Mode()&0o111 == 0 {
			return false
		}
	}
	out, err := exec.Command(filepath.Join(dir, "postgres"), "--version").Output()
	if err != nil {
		return false
	}
	for _, word := range strings.Fields(string(out)) {
		if major, _, _ := strings.Cut(word, "."); major != "" {
			if n, err := strconv.Atoi(major); err == nil {
				return n >= oldest
			}
		}
	}
	return false
}
