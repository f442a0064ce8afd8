package embedded

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
)

// within is far more than anything here takes.
const within = 90 * time.Second

// folder is a data folder that the account of the server may reach.
func folder(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	for _, d := range []string{dir, filepath.Dir(dir)} {
		if err := os.Chmod(d, 0o711); err != nil {
			t.Fatal(err)
		}
	}
	return filepath.Join(dir, "data")
}

func deadline(t *testing.T) context.Context {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), within)
	t.Cleanup(cancel)
	return ctx
}

func start(t *testing.T, dir string) *Server {
	t.Helper()
	s, err := Start(deadline(t), dir, slog.New(slog.NewTextHandler(t.Output(), nil)))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { stop(t, s) })
	return s
}

func stop(t *testing.T, s *Server) {
	t.Helper()
	if err := s.Stop(); err != nil {
		t.Error(err)
	}
}

// eventually waits for what happens in the background.
func eventually(t *testing.T, what string, ask func() bool) {
	t.Helper()
	if err := poll(deadline(t), func() (bool, error) { return ask(), nil }); err != nil {
		t.Fatalf("%s: %v", what, err)
	}
}

// query runs one statement on a connection of its own and returns its one value,
// if it has one.
func query(t *testing.T, s *Server, sql string) string {
	t.Helper()
	value, err := tryQuery(deadline(t), s.URL(), sql)
	if err != nil {
		t.Fatalf("%s: %v", sql, err)
	}
	return value
}

func tryQuery(ctx context.Context, url, sql string) (value string, err error) {
	c, err := pgx.Connect(ctx, url)
	if err != nil {
		return "", err
	}
	defer c.Close(ctx)
	rows, err := c.Query(ctx, sql)
	if err != nil {
		return "", err
	}
	defer rows.Close()
	for rows.Next() {
		values, err := rows.Values()
		if err != nil {
			return "", err
		}
		value = fmt.Sprint(values[0])
	}
	return value, rows.Err()
}

func notedPID(t *testing.T, s *Server) int {
	t.Helper()
	m, err := s.noted()
	if err != nil || m == nil {
		t.Fatalf("postmaster.pid: %v, %v", m, err)
	}
	return m.pid
}
