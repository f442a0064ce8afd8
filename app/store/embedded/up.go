package embedded

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
)

var errEnded = errors.New("the server ended")

// patience is how long the remains of a killed server may be in the way of the
// next one: its processes notice soon that their first one is gone.
const patience = 30 * time.Second

// bringUp makes the server run and be ready: it sets it up, adopts one that runs,
// or starts it. Only the owner calls it.
func (s *Server) bringUp(ctx context.Context) error {
	if err := s.create(); err != nil {
		return err
	}
	if err := s.readPassword(); err != nil {
		return err
	}
	for giveUp := time.Now().Add(patience); ; {
		err := s.attempt(ctx)
		if err == nil {
			s.tidy()
			return nil
		}
		if !errors.Is(err, errEnded) || time.Now().After(giveUp) {
			return err
		}
		if err := s.pause(ctx, 50*time.Millisecond); err != nil {
			return err
		}
	}
}

func (s *Server) attempt(ctx context.Context) error {
	if err := s.adoptOrLaunch(ctx); err != nil {
		return err
	}
	if err := s.ready(ctx); err != nil {
		return err
	}
	err := s.createDatabase(ctx)
	if err != nil && passes(err) {
		return fmt.Errorf("%w: %w", errEnded, err)
	}
	return err
}

// adoptOrLaunch leaves in s.process a server that runs on our socket. One that
// does not, or is on its way out, is ended first.
func (s *Server) adoptOrLaunch(ctx context.Context) error {
	found, err := s.noted()
	if err != nil {
		return err
	}
	socket := s.socket(s.password)
	switch {
	case !s.alive(found):
		if s.alive(s.process) {
			return nil // just launched, it has not noted itself
		}
	case !found.stopping() && (found.socket == "" || found.socket == socket):
		if !s.alive(s.process) {
			s.process = found
		}
		return nil
	default:
		if err := s.end(ctx, found); err != nil {
			return err
		}
	}
	s.process, err = s.launch(socket)
	return err
}

// ready waits until the server takes connections, however long it recovers.
func (s *Server) ready(ctx context.Context) error {
	told := time.Now()
	return poll(ctx, func() (bool, error) {
		up, err := s.answers(ctx, "postgres")
		if up || err != nil {
			return up, err
		}
		if !s.alive(s.process) {
			return false, s.whyEnded()
		}
		if time.Since(told) > 10*time.Second {
			told = time.Now()
			s.log.Info("waiting for the embedded PostgreSQL to be ready")
		}
		return false, nil
	})
}

// whyEnded turns what a server said at its early end into an error. Only what
// passes by itself is worth another attempt, and is errEnded.
func (s *Server) whyEnded() error {
	said, err := os.ReadFile(s.startLog())
	if err != nil {
		return err
	}
	if s.process.ended == nil || bytes.Contains(said, []byte("still in use")) || bytes.Contains(said, []byte("already exists")) {
		return fmt.Errorf("%w: %s", errEnded, tail(said))
	}
	return fmt.Errorf("the server does not start: %s (its log is in %s)", tail(said), filepath.Join(s.data, "log"))
}

func tail(text []byte) string {
	text = bytes.TrimSpace(text)
	return string(text[max(0, len(text)-2000):])
}

// answers reports whether the server takes connections to a database. An error is
// one that waiting does not change.
func (s *Server) answers(ctx context.Context, database string) (bool, error) {
	c, err := s.connect(ctx, database)
	if err == nil {
		return true, c.Close(ctx)
	}
	if passes(err) {
		return false, nil
	}
	return false, err
}

// passes reports whether the database may answer by itself a little later.
func passes(err error) bool {
	var refusal *pgconn.PgError
	if !errors.As(err, &refusal) {
		return true // no socket yet, or the server died under the connection
	}
	return strings.HasPrefix(refusal.Code, "57P") || // starting, recovering, stopping
		strings.HasPrefix(refusal.Code, "53") || // too many connections
		refusal.Code == "3D000" // the owner is about to create the database
}

func (s *Server) connect(ctx context.Context, database string) (*pgx.Conn, error) {
	ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	return pgx.Connect(ctx, s.url(database, s.password))
}

func (s *Server) pause(ctx context.Context, d time.Duration) error {
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-time.After(d):
		return nil
	}
}
