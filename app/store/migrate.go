package store

import (
	"context"
	"database/sql"
	"fmt"

	_ "github.com/jackc/pgx/v5/stdlib" // the driver named "pgx"
	"github.com/pressly/goose/v3"
	"github.com/pressly/goose/v3/lock"
	"github.com/riverqueue/river/riverdriver/riverdatabasesql"
	"github.com/riverqueue/river/rivermigrate"

	"hoten/migrations"
)

// riverVersion pins River's schema, so that a new River comes with a migration of ours.
const riverVersion = 8

// Migrate brings the schema up to date as the owner named in url. Programs
// that start at once wait for each other.
func Migrate(ctx context.Context, url string) error {
	db, err := sql.Open("pgx", url)
	if err != nil {
		return err
	}
	defer db.Close()
	p, err := provider(db)
	if err != nil {
		return err
	}
	if _, err := p.Up(ctx); err != nil {
		return fmt.Errorf("migrate: %w", err)
	}
	return nil
}

// Pending reports whether migrations wait to be run.
func (s *Store) Pending(ctx context.Context) (bool, error) {
	p, err := provider(s.SQL)
	if err != nil {
		return false, err
	}
	return p.HasPending(ctx)
}

func provider(db *sql.DB) (*goose.Provider, error) {
	locker, err := lock.NewPostgresSessionLocker()
	if err != nil {
		return nil, err
	}
	// In one transaction River's enum step fails, hence RunDB.
	jobs := goose.NewGoMigration(2, &goose.GoFunc{RunDB: migrateRiver(rivermigrate.DirectionUp, riverVersion)},
		&goose.GoFunc{RunDB: migrateRiver(rivermigrate.DirectionDown, -1)})
	return goose.NewProvider(goose.DialectPostgres, db, migrations.FS,
		goose.WithGoMigrations(jobs), goose.WithSessionLocker(locker), goose.WithDisableGlobalRegistry(true))
}

func migrateRiver(direction rivermigrate.Direction, target int) func(context.Context, *sql.DB) error {
	return func(ctx context.Context, db *sql.DB) error {
		m, err := rivermigrate.New(riverdatabasesql.New(db), nil)
		if err != nil {
			return err
		}
		_, err = m.Migrate(ctx, direction, &rivermigrate.MigrateOpts{TargetVersion: target})
		return err
	}
}
