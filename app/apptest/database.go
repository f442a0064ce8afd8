// Package apptest is what tests share: a fresh migrated database each, a clock
// that stands, and people and incidents to work with. Only tests import it.
package apptest

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/peterldowns/pgtestdb"

	"hoten/app/store"
	"hoten/app/store/embedded"
	"hoten/app/vault"
	"hoten/migrations"
)

// server is the PostgreSQL that all test programs of this user share; the last
// one to end stops it.
var server = sync.OnceValues(func() (*embedded.Server, error) {
	folder := filepath.Join(quickest(), fmt.Sprintf("hoten-test-%d", os.Geteuid()))
	// Tests survive no power cut. A database is copied twice as fast where its pages are
	// not compressed for the log.
	return embedded.Start(context.Background(), folder, slog.New(slog.DiscardHandler), "fsync=off", "synchronous_commit=off", "full_page_writes=off", "wal_compression=off",
		"max_wal_size=512MB")
})

// quickest is where the server keeps its files: in memory, where the system has room for it
// there. Every test copies a database of 800 files, which is most of what it waits for on a disk.
func quickest() string {
	const memory, room = "/dev/shm", 4 << 30
	var fs syscall.Statfs_t
	if err := syscall.Statfs(memory, &fs); err == nil && int64(fs.Bavail)*int64(fs.Bsize) >= room {
		return memory
	}
	return os.TempDir()
}

type migrator struct{}

// Hash names the template database after the migrations it was made by.
func (migrator) Hash() (string, error) {
	h := sha256.New()
	err := fs.WalkDir(migrations.FS, ".", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		b, err := fs.ReadFile(migrations.FS, path)
		h.Write(b)
		return err
	})
	return hex.EncodeToString(h.Sum(nil))[:16], err
}

func (migrator) Migrate(ctx context.Context, _ *sql.DB, c pgtestdb.Config) error {
	return store.Migrate(ctx, c.URL())
}

// DatabaseURL makes a fresh migrated database and returns its owner's address.
func DatabaseURL(t testing.TB) string {
	t.Helper()
	s, err := server()
	if err != nil {
		t.Fatal(err)
	}
	address, err := url.Parse(s.URL())
	if err != nil {
		t.Fatal(err)
	}
	password, _ := address.User.Password()
	made := pgtestdb.Custom(t, pgtestdb.Config{DriverName: "pgx", User: "hoten", Password: password, Port: "5432", Database: "postgres",
		Options: strings.ReplaceAll(address.RawQuery, "+", "%20"), ForceTerminateConnections: true,
		TestRole: &pgtestdb.Role{Username: owner, Password: owner, Capabilities: "SUPERUSER"}}, migrator{})
	return made.URL()
}

// Clock stands until it is moved.
type Clock struct {
	mu  sync.Mutex
	now time.Time
}

// Now is the time on the clock.
func (c *Clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

// Add moves the clock.
func (c *Clock) Add(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}

// Set sets the clock.
func (c *Clock) Set(t time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = t
}

// Start is where clocks stand at first: the morning after the release, in JST 10:30.
var Start = time.Date(2014, 7, 31, 1, 30, 0, 0, time.UTC)

// New opens a store on a fresh database, with its clock at Start.
func New(t testing.TB) (*store.Store, *Clock) {
	t.Helper()
	clock := &Clock{now: Start}
	return Open(t, DatabaseURL(t), clock.Now), clock
}

// Open opens a store on a database of DatabaseURL.
func Open(t testing.TB, address string, clock func() time.Time) *store.Store {
	t.Helper()
	s := open(t, address, clock)
	t.Cleanup(s.Close)
	return s
}

func open(t testing.TB, address string, clock func() time.Time) *store.Store {
	t.Helper()
	s, err := store.Open(context.Background(), address, vault.ForTest(), clock, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// Main runs a package's tests and leaves the shared server afterwards:
//
//	func TestMain(m *testing.M) { apptest.Main(m) }
//
// What else is to be done at the end comes after the tests.
func Main(m *testing.M, after ...func()) {
	code := m.Run()
	for _, f := range append(after, atTheEnd...) {
		f()
	}
	if s, err := server(); err == nil {
		s.Stop()
	}
	os.Exit(code)
}

// untilTheEnd is a test whose database serves the others of the test program as well: it is
// cleaned up when all have run.
type untilTheEnd struct{ testing.TB }

// Cleanup has fn called by Main.
func (untilTheEnd) Cleanup(fn func()) { atTheEnd = append(atTheEnd, fn) }

var atTheEnd []func()

// AsOwner runs statements on the store's database as its owner, with rights that the
// program itself does not have.
func AsOwner(t testing.TB, s *store.Store, statements string) {
	t.Helper()
	cfg := s.Pool.Config().ConnConfig.Copy()
	cfg.User, cfg.Password = owner, owner
	c, err := pgx.ConnectConfig(context.Background(), cfg)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close(context.Background())
	if _, err := c.Exec(context.Background(), statements); err != nil {
		t.Fatal(err)
	}
}

// owner is the name and the password of who owns the databases of tests.
const owner = "hoten_test"

// EmptyDatabase makes a database without a schema and returns its owner's address.
func EmptyDatabase(t testing.TB) string {
	t.Helper()
	address := DatabaseURL(t)
	u, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	db, err := sql.Open("pgx", address)
	if err != nil {
		t.Fatal(err)
	}
	name := strings.TrimPrefix(u.Path, "/") + "_empty"
	if _, err := db.Exec("create database " + name); err != nil {
		t.Fatal(err)
	}
	dropAfter(t, db, name)
	u.Path = "/" + name
	return u.String()
}

func dropAfter(t testing.TB, db *sql.DB, name string) {
	t.Cleanup(func() {
		_, err := db.Exec("drop database " + name + " with (force)")
		if err := errors.Join(err, db.Close()); err != nil {
			t.Error(err)
		}
	})
}

var copies atomic.Int64

// CopyOf copies a database with all that is in it, as it is, and returns its owner's
// address. Whoever uses the original loses the connection.
func CopyOf(t testing.TB, address string) string {
	t.Helper()
	u, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	name := strings.TrimPrefix(u.Path, "/")
	copied := fmt.Sprintf("%s_c%d", name, copies.Add(1))
	u.Path = "/postgres"
	db, err := sql.Open("pgx", u.String())
	if err != nil {
		t.Fatal(err)
	}
	for _, statement := range []string{"select pg_terminate_backend(pid) from pg_stat_activity where datname = '" + name + "'", "create database " + copied + " template " + name + " strategy file_copy"} {
		if _, err := db.Exec(statement); err != nil {
			t.Fatal(err)
		}
	}
	dropAfter(t, db, copied)
	u.Path = "/" + copied
	return u.String()
}
