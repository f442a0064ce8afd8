package store

import (
	"context"
	"database/sql"
	"fmt"
	"log/slog"
	"reflect"
	"sync"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/jackc/pgx/v5/stdlib"
	"github.com/riverqueue/river"
	"github.com/riverqueue/river/riverdriver/riverdatabasesql"
	"github.com/riverqueue/river/riverdriver/riverpgxv5"
	"gorm.io/driver/postgres"
	"gorm.io/gorm"
	"gorm.io/gorm/logger"

	"hoten/app/vault"
)

// Store is the database and the keys of what is sealed in it.
type Store struct {
	DB    *gorm.DB
	SQL   *sql.DB
	Pool  *pgxpool.Pool
	Vault *vault.Vault
	Clock func() time.Time
	Log   *slog.Logger
	// Place tells where the database lives now: it may be replaced while the program runs.
	Place func() Place
	jobs  *river.Client[pgx.Tx]
	only  *sync.Map // of Only

	damaged *damage
}

// Open connects to a migrated database, whose owner url names, as the program's own
// role (login). It refuses a database whose fields were sealed with other keys than v's,
// and then has changed nothing.
func Open(ctx context.Context, url string, v *vault.Vault, clock func() time.Time, log *slog.Logger) (*Store, error) {
	cfg, err := pgxpool.ParseConfig(url)
	if err != nil {
		return nil, fmt.Errorf("database address: %w", err)
	}
	cfg.MaxConns = max(cfg.MaxConns, 24)
	cfg.ConnConfig.RuntimeParams["application_name"] = "hoten"
	cfg.ConnConfig.RuntimeParams["timezone"] = "UTC"
	// A program whose machine lost its power must not hold its locks for hours: the
	// server notices within a minute. On a socket file this does nothing.
	cfg.ConnConfig.RuntimeParams["tcp_keepalives_idle"] = "30"
	cfg.ConnConfig.RuntimeParams["tcp_keepalives_interval"] = "10"
	cfg.ConnConfig.RuntimeParams["tcp_keepalives_count"] = "3"
	// Queries take arrays of a few or of a thousand keys; planning them anew each
	// time costs more than running them.
	cfg.ConnConfig.RuntimeParams["plan_cache_mode"] = "force_generic_plan"
	// Before anything else: making the login role changes its password.
	if err := claimKeys(ctx, cfg.ConnConfig, v); err != nil {
		return nil, err
	}
	if err := login(ctx, cfg.ConnConfig, v, log); err != nil {
		return nil, err
	}
	pool, err := pgxpool.NewWithConfig(ctx, cfg)
	if err != nil {
		return nil, err
	}
	found := &damage{fields: map[string]bool{}}
	v.OnDamage(func(err error) {
		if found.add(err) {
			log.Error("a sealed field is damaged: somebody changed the database, or its disk did; restore the field from a backup", "error", err)
		}
	})
	place := AtAddress(cfg.ConnConfig.Host, cfg.ConnConfig.Port, cfg.ConnConfig.Database)
	s := &Store{Place: func() Place { return place }, damaged: found, Pool: pool, SQL: stdlib.OpenDBFromPool(pool), Vault: v, Clock: clock, Log: log, only: &sync.Map{}}
	if err := s.connect(); err != nil {
		s.Close()
		return nil, err
	}
	return s, nil
}

func (s *Store) connect() (err error) {
	s.DB, err = gorm.Open(postgres.New(postgres.Config{Conn: s.SQL}), &gorm.Config{
		SkipDefaultTransaction: true, TranslateError: true, Logger: logger.Discard, NowFunc: s.Clock,
	})
	if err != nil {
		return err
	}
	s.jobs, err = river.NewClient(riverpgxv5.New(s.Pool), &river.Config{Logger: s.Log})
	return err
}

// Driver is River's view of the database, for the client that works jobs.
func (s *Store) Driver() *riverdatabasesql.Driver {
	return riverdatabasesql.NewWithPgxListener(s.SQL, s.Pool)
}

// Only is the one T of this store, a zero value at first: what the requests of one
// program share while they work on the same database. A copy of a store has its own.
func Only[T any](s *Store) *T {
	type of struct {
		store *Store
		kind  reflect.Type
	}
	t, _ := s.only.LoadOrStore(of{s, reflect.TypeFor[T]()}, new(T))
	return t.(*T)
}

// Close gives the connections back.
func (s *Store) Close() {
	s.SQL.Close()
	s.Pool.Close()
}
