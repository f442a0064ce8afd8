package embedded

import (
	"context"
	"errors"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
)

func TestDataIsKeptOverRestarts(t *testing.T) {
	dir := folder(t)
	began := time.Now()
	s := start(t, dir)
	t.Logf("cold start: %v", time.Since(began))
	if !s.Owned() {
		t.Error("the only program does not own the server")
	}
	query(t, s, "create table t (v text)")
	query(t, s, "insert into t values ('鈴木')")
	url := s.URL()
	stop(t, s)
	if _, err := os.Stat(filepath.Join(s.data, "postmaster.pid")); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("the server was not ended: %v", err)
	}
	if s.Owned() {
		t.Error("a program that left owns the server")
	}
	stop(t, s) // a second time changes nothing

	began = time.Now()
	s = start(t, dir)
	t.Logf("warm start: %v", time.Since(began))
	if got := query(t, s, "select v from t"); got != "鈴木" {
		t.Errorf("after the restart: %q", got)
	}
	if s.URL() != url {
		t.Error("the address changed")
	}
}

func TestSettings(t *testing.T) {
	s := start(t, folder(t))
	for sql, want := range map[string]string{
		"show listen_addresses":        "",
		"show fsync":                   "on",
		"show synchronous_commit":      "on",
		"show full_page_writes":        "on",
		"show wal_compression":         "lz4", // which Debian builds in
		"show data_checksums":          "on",
		"show timezone":                "UTC",
		"show jit":                     "off",
		"show server_encoding":         "UTF8",
		"show unix_socket_permissions": "0700",
		"show max_connections":         "200",
		"show password_encryption":     "scram-sha-256",
		"select current_user":          "hoten",
		"select current_database()":    "hoten",
		"select count(*)::text from pg_hba_file_rules where auth_method<>'scram-sha-256'":           "0",
		"select string_agg(x, '' order by x collate \"ja-x-icu\") from unnest('{い,ア,う}'::text[]) x": "アいう",
	} {
		if got := query(t, s, sql); got != want {
			t.Errorf("%s: %q, want %q", sql, got, want)
		}
	}
	wrong := strings.Replace(s.URL(), s.password, "wrong", 1)
	if _, err := tryQuery(deadline(t), wrong, "select 1"); err == nil {
		t.Error("a wrong password is let in")
	}
	info, err := os.Stat(s.passwordFile())
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("the password file: %v, %v", info.Mode(), err)
	}
	for _, dir := range []string{s.data, s.socket(s.password)} {
		if info, err := os.Stat(dir); err != nil || info.Mode().Perm() != 0o700 {
			t.Errorf("%s: %v, %v", dir, info.Mode(), err)
		}
	}
}

func TestSecondProgramJoins(t *testing.T) {
	dir := folder(t)
	first := start(t, dir)
	second := start(t, dir)
	if !first.Owned() || second.Owned() {
		t.Errorf("owned: first %v, second %v", first.Owned(), second.Owned())
	}
	if first.URL() != second.URL() {
		t.Error("the addresses differ")
	}
	query(t, first, "create table t as select 7 as v")
	if got := query(t, second, "select v from t"); got != "7" {
		t.Errorf("the second sees %q", got)
	}
	stop(t, second)
	if got := query(t, first, "select v from t"); got != "7" {
		t.Errorf("after the second left, the first sees %q", got)
	}
}

func TestManyProgramsAtOnceOnAFreshFolder(t *testing.T) {
	dir := folder(t)
	ctx := deadline(t)
	type result struct {
		s   *Server
		err error
	}
	results := make(chan result)
	const programs = 8
	for range programs {
		go func() {
			s, err := Start(ctx, dir, slog.New(slog.DiscardHandler))
			results <- result{s, err}
		}()
	}
	var servers []*Server
	for range programs {
		r := <-results
		if r.err != nil {
			t.Error(r.err)
			continue
		}
		servers = append(servers, r.s)
	}
	ended := make(chan error)
	for _, s := range servers {
		go func() { ended <- s.Stop() }()
	}
	for range servers {
		if err := <-ended; err != nil {
			t.Error(err)
		}
	}
	if m, err := servers[0].noted(); m != nil || err != nil {
		t.Errorf("all have left, and the server still runs: %v, %v", m, err)
	}
}

func TestJoinedProgramTakesOver(t *testing.T) {
	dir := folder(t)
	first := start(t, dir)
	second := start(t, dir)
	ctx := deadline(t)
	open, err := pgx.Connect(ctx, second.URL())
	if err != nil {
		t.Fatal(err)
	}
	defer open.Close(ctx)
	stop(t, first)
	if err := open.Ping(ctx); err != nil {
		t.Errorf("the end of the first cut off the second: %v", err)
	}
	eventually(t, "taking over", second.Owned)
	if err := syscall.Kill(notedPID(t, second), syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
	eventually(t, "the new owner brings it back", func() bool {
		_, err := tryQuery(ctx, second.URL(), "select 1")
		return err == nil
	})
	stop(t, second)
	if m, err := second.noted(); m != nil || err != nil {
		t.Errorf("the last one has left, and the server still runs: %v, %v", m, err)
	}
}

func TestStartIsCalledOff(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	dir := folder(t)
	if s, err := Start(ctx, dir, slog.New(slog.DiscardHandler)); !errors.Is(err, context.Canceled) {
		t.Errorf("Start: %v, %v", s, err)
	}
	start(t, dir)
}
