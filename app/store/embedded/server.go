package embedded

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"time"

	"github.com/jackc/pgx/v5"
)

// Server is this program's use of the PostgreSQL of one data folder.
type Server struct {
	place
	log     *slog.Logger
	users   *os.File
	leave   context.CancelFunc
	watched sync.WaitGroup
}

// Start makes sure that the server of the data folder runs, sets it up on first
// use, and joins its users. Errors name what to install or which folder is wrong.
func Start(ctx context.Context, dataDir string, log *slog.Logger) (*Server, error) {
	p, err := newPlace(dataDir)
	if err != nil {
		return nil, err
	}
	s := &Server{place: p, log: log}
	if s.users, err = os.OpenFile(filepath.Join(p.root, "users"), os.O_CREATE|os.O_RDWR, 0o600); err != nil {
		return nil, err
	}
	err = s.alone(func() error {
		if err := s.ensure(ctx); err != nil {
			return err
		}
		return syscall.Flock(int(s.users.Fd()), syscall.LOCK_SH)
	})
	if err != nil {
		s.users.Close()
		return nil, err
	}
	watch, leave := context.WithCancel(context.Background())
	s.leave = leave
	s.watched.Go(func() { s.lookAfter(watch) })
	return s, nil
}

// URL is the address of the database for its owner.
func (s *Server) URL() string { return s.url("hoten") }

// Stop leaves the server, and ends it cleanly when nobody else uses it.
func (s *Server) Stop() error {
	s.leave()
	s.watched.Wait()
	defer s.users.Close()
	return s.alone(func() error {
		err := syscall.Flock(int(s.users.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
		if errors.Is(err, syscall.EWOULDBLOCK) {
			return nil
		}
		if err != nil || !s.running() {
			return err
		}
		return s.run("pg_ctl", "stop", "-D", s.data, "-m", "fast", "-w", "-t", "120")
	})
}

// alone holds the mutex of the data folder around fn. The kernel lets go of it
// when a program dies.
func (s *Server) alone(fn func() error) error {
	f, err := os.OpenFile(filepath.Join(s.root, "mutex"), os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return err
	}
	defer f.Close()
	if err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX); err != nil {
		return err
	}
	return fn()
}

// ensure sets up the cluster if there is none and starts it if it does not run.
func (s *Server) ensure(ctx context.Context) error {
	if _, err := os.Stat(filepath.Join(s.data, "PG_VERSION")); errors.Is(err, os.ErrNotExist) {
		if err := s.create(); err != nil {
			return err
		}
	}
	if !s.running() {
		if err := s.start(ctx); err != nil {
			return err
		}
	}
	return s.createDatabase(ctx)
}

// start starts the server; after a kill -9 the backends of the one before may
// take a moment to notice, and until then PostgreSQL refuses.
func (s *Server) start(ctx context.Context) error {
	var err error
	for wait := 100 * time.Millisecond; wait < 8*time.Second; wait *= 2 {
		err = s.run("pg_ctl", "start", "-D", s.data, "-w", "-t", "120", "-s", "-l", filepath.Join(s.data, "startup.log"), "-o", s.options())
		if err == nil {
			return nil
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(wait):
		}
	}
	tail, _ := os.ReadFile(filepath.Join(s.data, "startup.log"))
	return fmt.Errorf("the embedded PostgreSQL does not start: %w\n%s", err, tail[max(0, len(tail)-2000):])
}

func (s *Server) options() string {
	settings := []string{"listen_addresses=", "unix_socket_directories=" + s.socket, "unix_socket_permissions=0700", "max_connections=200",
		"shared_buffers=256MB", "max_wal_size=4GB", "checkpoint_timeout=15min", "wal_compression=on", "random_page_cost=1.1", "jit=off",
		"fsync=on", "synchronous_commit=on", "full_page_writes=on", "timezone=UTC", "logging_collector=on", "log_directory=log",
		"log_filename=postgresql-%a.log", "log_truncate_on_rotation=on", "log_rotation_size=20MB", "log_timezone=UTC"}
	var b strings.Builder
	for _, v := range settings {
		b.WriteString(" -c '" + strings.ReplaceAll(v, "'", `'\''`) + "'")
	}
	return b.String()
}

func (s *Server) running() bool { return s.run("pg_ctl", "status", "-D", s.data) == nil }

// lookAfter starts the server again when it died under us.
func (s *Server) lookAfter(ctx context.Context) {
	tick := time.NewTicker(500 * time.Millisecond)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		if alive(filepath.Join(s.data, "postmaster.pid")) {
			continue
		}
		err := s.alone(func() error {
			if ctx.Err() != nil || s.running() {
				return nil
			}
			s.log.Warn("the embedded PostgreSQL ended, starting it again")
			return s.start(ctx)
		})
		if err != nil && ctx.Err() == nil {
			s.log.Error("the embedded PostgreSQL does not come back", "error", err)
		}
	}
}

// alive reports whether the process that a pid file names exists; any doubt is
// left to pg_ctl.
func alive(file string) bool {
	b, err := os.ReadFile(file)
	if err != nil {
		return false
	}
	var pid int
	if _, err := fmt.Sscan(string(b), &pid); err != nil || pid <= 0 {
		return false
	}
	return syscall.Kill(pid, 0) == nil
}

// run runs one of PostgreSQL's programs as the account the server belongs to.
func (s *Server) run(program string, args ...string) error {
	cmd := exec.Command(filepath.Join(s.bin, program), args...)
	cmd.Dir = "/"
	cmd.Env = []string{"PATH=" + s.bin + ":/usr/bin:/bin", "LC_ALL=C", "TZ=UTC"}
	cmd.SysProcAttr = &syscall.SysProcAttr{Credential: s.account}
	// A file, not a pipe: the server inherits it, and waiting for a pipe to close
	// would be waiting for the server to end.
	out, err := os.CreateTemp("", "hoten-"+program+"-*")
	if err != nil {
		return err
	}
	defer os.Remove(out.Name())
	defer out.Close()
	cmd.Stdout, cmd.Stderr = out, out
	if err := cmd.Run(); err != nil {
		said, _ := os.ReadFile(out.Name())
		return fmt.Errorf("%s: %w: %s", program, err, bytes.TrimSpace(said))
	}
	return nil
}

func (s *Server) createDatabase(ctx context.Context) error {
	c, err := pgx.Connect(ctx, s.url("postgres"))
	if err != nil {
		return err
	}
	defer c.Close(ctx)
	var there bool
	if err := c.QueryRow(ctx, "select exists (select 1 from pg_database where datname = 'hoten')").Scan(&there); err != nil || there {
		return err
	}
	_, err = c.Exec(ctx, "create database hoten")
	return err
}
