package embedded

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"path/filepath"
	"sync"
	"sync/atomic"
	"syscall"
	"time"
)

// Server is this program's use of the PostgreSQL of one data folder.
type Server struct {
	place
	log          *slog.Logger
	password     string
	owner, users *lock
	owned        atomic.Bool
	process      *postmaster // known to the owner
	stop         func() error
}

// Start makes sure that the server of the data folder runs and joins its users.
// It returns when the database is ready; ctx bounds that wait and nothing more.
// Errors name what to install, or which folder is wrong. The settings, as "name=value", are
// for a server that is started here, in place of those of a durable one.
func Start(ctx context.Context, dataDir string, log *slog.Logger, settings ...string) (*Server, error) {
	p, err := locate(dataDir)
	if err != nil {
		return nil, err
	}
	p.more = settings
	if p.moved {
		log.InfoContext(ctx, "PostgreSQL lives outside of the data folder, which its user cannot enter", "user", p.account.name, "data", dataDir, "postgres", p.root)
	}
	s := &Server{place: p, log: log}
	if s.owner, err = openLock(filepath.Join(p.root, "owner")); err != nil {
		return nil, err
	}
	if s.users, err = openLock(filepath.Join(p.root, "users")); err != nil {
		return nil, errors.Join(err, s.owner.close())
	}
	if err := s.join(ctx); err != nil {
		return nil, errors.Join(fmt.Errorf("the embedded PostgreSQL in %s: %w", p.root, err), s.depart())
	}
	watching, cease := context.WithCancel(context.WithoutCancel(ctx))
	var watcher sync.WaitGroup
	watcher.Go(func() { s.watch(watching) })
	s.stop = sync.OnceValue(func() error {
		cease()
		watcher.Wait()
		return s.depart()
	})
	return s, nil
}

// URL is the address of the database for its owner role. It stays the same
// whoever looks after the server, so a pool that lost its connections finds it
// again.
func (s *Server) URL() string { return s.url(database, s.password) }

// Folder is where the cluster lies.
func (s *Server) Folder() string { return s.data }

// MadeElsewhere is the folder, outside of the data folder, in which this start has made
// the database; empty when it made none, or made it in the data folder.
func (s *Server) MadeElsewhere() string {
	if !s.moved || !s.fresh {
		return ""
	}
	return s.root
}

// Owned reports whether this program looks after the server at the moment.
func (s *Server) Owned() bool { return s.owned.Load() }

// Stop leaves the server. The last program to leave ends it, cleanly; otherwise
// it runs on for the others.
func (s *Server) Stop() error { return s.stop() }

// join waits for a place among the users, which is free but for the moments in
// which the last one ends the server, and for a server that is ready.
func (s *Server) join(ctx context.Context) error {
	if err := s.users.wait(ctx, syscall.LOCK_SH); err != nil {
		return err
	}
	return poll(ctx, func() (bool, error) {
		owned, err := s.own()
		if err != nil {
			return false, err
		}
		if owned {
			return true, s.bringUp(ctx)
		}
		// The owner may still be setting it up, or may fail and leave it to us.
		if err := s.readPassword(); err != nil || s.password == "" {
			return false, err
		}
		return s.answers(ctx, database)
	})
}

func (s *Server) own() (bool, error) {
	owned, err := s.owner.try(syscall.LOCK_EX)
	s.owned.Store(owned)
	return owned, err
}

// readPassword does so once: URL is read by others while we watch.
func (s *Server) readPassword() (err error) {
	if s.password != "" {
		return nil
	}
	s.password, err = s.place.password()
	return err
}

// depart gives up the locks. Giving up our place among the users before trying to
// have it alone makes sure that of several who leave at once one is the last.
func (s *Server) depart() (err error) {
	defer func() { err = errors.Join(err, s.owner.close(), s.users.close()) }()
	defer s.owned.Store(false)
	if err := s.users.unlock(); err != nil {
		return err
	}
	last, err := s.users.try(syscall.LOCK_EX)
	if err != nil || !last {
		return err
	}
	// Nobody can enter now, and whoever still owns it is at this very line.
	ctx := context.Background()
	if err := s.owner.wait(ctx, syscall.LOCK_EX); err != nil {
		return err
	}
	if !s.alive(s.process) {
		if s.process, err = s.noted(); err != nil {
			return err
		}
	}
	return errors.Join(s.end(ctx, s.process), s.removeSocketFolder(s.password))
}

const (
	watchEvery = 200 * time.Millisecond
	afterError = 2 * time.Second
)

// watch takes over when the owner is gone, and as the owner starts the server
// again when it died.
func (s *Server) watch(ctx context.Context) {
	every := watchEvery
	tidied := time.Now()
	for s.pause(ctx, every) == nil {
		every = watchEvery
		if s.Owned() && time.Since(tidied) > time.Hour {
			tidied = time.Now()
			s.tidy()
		}
		if err := s.look(ctx); err != nil && ctx.Err() == nil {
			s.log.Error("the embedded PostgreSQL does not come back", "error", err)
			every = afterError
		}
	}
}

func (s *Server) look(ctx context.Context) error {
	if s.Owned() {
		noted, err := s.noted()
		if err != nil || s.alive(s.process) && !noted.stopping() {
			return err
		}
		s.log.Warn("the embedded PostgreSQL ended; starting it again")
		return s.bringUp(ctx)
	}
	owned, err := s.own()
	if err != nil || !owned {
		return err
	}
	s.log.Info("this program now looks after the embedded PostgreSQL")
	return s.bringUp(ctx)
}
