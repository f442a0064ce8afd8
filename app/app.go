// Package app puts the program together: it is the only place that wires.
package app

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"sync/atomic"
	"time"

	"github.com/jackc/pgx/v5/pgconn"
	"github.com/riverqueue/river"

	"hoten/app/audit"
	"hoten/app/cti"
	_ "hoten/app/directories/kinds"
	"hoten/app/edge"
	"hoten/app/installation"
	"hoten/app/members"
	"hoten/app/notices"
	_ "hoten/app/points/bybatch"
	_ "hoten/app/points/overhttp"
	"hoten/app/store"
	"hoten/app/store/embedded"
	"hoten/app/training"
	"hoten/app/vault"
)

// App is the program on its database, ready to act; Serve makes it work and answer.
type App struct {
	Config
	Store    *store.Store
	embedded *embedded.Server
	postman  *notices.Postman
	watch    audit.Watch
	client   atomic.Pointer[river.Client[*sql.Tx]] // works the jobs; nil until Serve
	held     atomic.Bool                           // the database was held at the last look
	looked   looked                                // whom no mail can reach
	mail     mailServer
	bell     cti.Bell // of telephone calls
}

// New opens the database (the embedded one when none is named), migrates it, and
// opens the keys. Errors say what to do.
func New(ctx context.Context, cfg Config, log *slog.Logger) (*App, error) {
	if err := cfg.Check(); err != nil {
		return nil, err
	}
	if err := os.MkdirAll(cfg.DataDir, 0o711); err != nil {
		return nil, Wrong{Variable: "HOTEN_DATA_DIR", Value: cfg.DataDir, Why: "data_dir", Err: err}
	}
	a := &App{Config: cfg}
	url, err := a.database(ctx, log)
	if err != nil {
		return nil, err
	}
	if err := a.open(ctx, url, log); err != nil {
		return nil, errors.Join(err, a.Close())
	}
	return a, nil
}

func (a *App) database(ctx context.Context, log *slog.Logger) (string, error) {
	if a.DatabaseURL != "" {
		return a.DatabaseURL, nil
	}
	server, err := embedded.Start(ctx, a.DataDir, log)
	if err != nil {
		return "", err
	}
	a.embedded = server
	return server.URL(), nil
}

func (a *App) open(ctx context.Context, url string, log *slog.Logger) error {
	v, err := vault.Open(a.keys())
	if err != nil {
		return fmt.Errorf("keys: %w", err)
	}
	// Other keys than the database's end the start before it changes anything.
	var silent *pgconn.ConnectError
	if err := store.CheckKeys(ctx, url, v); errors.As(err, &silent) && a.DatabaseURL != "" {
		return Wrong{Variable: "HOTEN_DATABASE_URL", Why: "database_silent", Err: silent}
	} else if err != nil {
		return err
	}
	if err := store.Migrate(ctx, url); err != nil {
		return err
	}
	if a.Store, err = store.Open(ctx, url, v, time.Now, edge.Log(log)); err != nil {
		return err
	}
	if a.embedded != nil {
		a.Store.Place = func() store.Place { return store.InFolder(a.embedded.Folder()) }
	}
	if err := installation.Settle(ctx, a.Store); err != nil {
		return err
	}
	if err := a.lookWhere(ctx); err != nil { // before anything is written here
		return err
	}
	if err := members.Complete(ctx, a.Store); err != nil {
		return err
	}
	if err := a.mayTrain(ctx); err != nil {
		return err
	}
	a.watch.Store, a.watch.HeadFile = a.Store, a.auditHead()
	a.postman, err = a.newPostman()
	return err
}

// mayTrain refuses training where a mail server has sent mails: its members may be real.
func (a *App) mayTrain(ctx context.Context) error {
	if !a.Training {
		return nil
	}
	mailing, err := training.Mailing(store.Read(ctx, a.Store))
	if err == nil && mailing {
		err = Wrong{Variable: "HOTEN_TRAINING", Why: "training_mailed"}
	}
	return err
}

// MadeElsewhere is the folder, outside of the data folder, in which this start has made
// the embedded database; empty when it made none there.
func (a *App) MadeElsewhere() string {
	if a.embedded == nil {
		return ""
	}
	return a.embedded.MadeElsewhere()
}

// Close gives everything back; the embedded server ends with its last user.
func (a *App) Close() error {
	if a.Store != nil {
		a.Store.Close()
	}
	if a.embedded != nil {
		return a.embedded.Stop()
	}
	return nil
}

// AuditHead is the file that remembers the newest seal of the audit chain.
func (a *App) AuditHead() string { return a.auditHead() }
