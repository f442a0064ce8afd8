package embedded

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/jackc/pgx/v5"
)

// The role that owns everything, and the database.
const (
	role     = "hoten"
	database = "hoten"
)

func (p place) passwordFile() string { return filepath.Join(p.root, "password") }

// password reads the owner role's password; it is empty when there is none yet.
func (p place) password() (string, error) {
	b, err := os.ReadFile(p.passwordFile())
	if errors.Is(err, os.ErrNotExist) {
		return "", nil
	}
	return string(bytes.TrimSpace(b)), err
}

// create sets up the password and the cluster where there are none. Each gets its
// name when it is whole, so a program killed half way leaves nothing that looks
// finished.
func (p place) create() error {
	password, err := p.password()
	if err != nil {
		return err
	}
	_, err = os.Stat(p.data)
	switch {
	case err == nil && password == "":
		return fmt.Errorf("there is a database in %s, but its password file %s is missing", p.data, p.passwordFile())
	case err == nil:
		return nil
	case !errors.Is(err, os.ErrNotExist):
		return err
	}
	if password == "" {
		password = rand.Text()
		if err := writeWhole(p.passwordFile(), password); err != nil {
			return err
		}
	}
	return p.initialise(password)
}

func (p place) initialise(password string) error {
	p.removeUnfinished()
	fresh, err := os.MkdirTemp(p.root, unfinished+"*")
	if err != nil {
		return err
	}
	if err := p.give(fresh); err != nil {
		return err
	}
	// initdb reads the password from a file of its own account only.
	file := filepath.Join(fresh, "password")
	if err := os.WriteFile(file, []byte(password), 0o600); err != nil {
		return err
	}
	if err := p.give(file); err != nil {
		return err
	}
	cluster := filepath.Join(fresh, "cluster")
	if err := p.initdb(cluster, "--pwfile="+file); err != nil {
		return err
	}
	if err := p.run("initdb", "--sync-only", "-D", cluster); err != nil {
		return err
	}
	if err := os.Rename(cluster, p.data); err != nil {
		return err
	}
	return errors.Join(os.RemoveAll(fresh), syncFolder(p.root))
}

const unfinished = "unfinished-"

// removeUnfinished clears away what killed programs left. An initdb may still be
// at work there, and then it stays until the next time.
func (p place) removeUnfinished() {
	left, _ := filepath.Glob(filepath.Join(escapeGlob(p.root), unfinished+"*")) // well formed
	for _, dir := range left {
		_ = os.RemoveAll(dir)
	}
}

// initdb sets the plain order of code points, which no update of the system can
// change under an index; where Japanese order is wanted, a query names it.
func (p place) initdb(cluster string, more ...string) error {
	args := append([]string{"-D", cluster, "--username=" + role, "--auth=scram-sha-256", "--encoding=UTF8", "--data-checksums", "--no-sync"}, more...)
	err := p.run("initdb", append(args, "--locale=C.UTF-8")...)
	if err != nil && strings.Contains(err.Error(), "locale") {
		// Not every system has it.
		err = p.run("initdb", append(args, "--no-locale")...)
	}
	return err
}

// run runs one of PostgreSQL's programs to its end.
func (p place) run(program string, args ...string) error {
	if out, err := p.command(program, args...).CombinedOutput(); err != nil {
		return fmt.Errorf("%s: %w: %s", program, err, bytes.TrimSpace(out))
	}
	return nil
}

// createDatabase makes the database if there is none.
func (s *Server) createDatabase(ctx context.Context) error {
	c, err := s.connect(ctx, "postgres")
	if err != nil {
		return err
	}
	defer c.Close(ctx)
	var exists bool
	err = c.QueryRow(ctx, "select exists (select 1 from pg_database where datname = $1)", database).Scan(&exists)
	if err != nil || exists {
		return err
	}
	_, err = c.Exec(ctx, "create database "+pgx.Identifier{database}.Sanitize()+" template template0")
	return err
}

// writeWhole makes a private file that is there whole or not at all.
func writeWhole(path, text string) error {
	f, err := os.CreateTemp(filepath.Dir(path), filepath.Base(path)+".*")
	if err != nil {
		return err
	}
	defer os.Remove(f.Name())
	_, err = f.WriteString(text)
	if err := errors.Join(err, f.Sync(), f.Close()); err != nil {
		return err
	}
	if err := os.Rename(f.Name(), path); err != nil {
		return err
	}
	return syncFolder(filepath.Dir(path))
}

// syncFolder makes new names in a folder survive a power failure.
func syncFolder(dir string) error {
	f, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(f.Sync(), f.Close())
}
