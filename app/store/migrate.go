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

// Newer is a database that a newer program has migrated. This one knows neither its
// tables nor its rules, and changes nothing there.
type Newer struct {
	Database, Program int64 // the newest migration of each
}

func (n Newer) Error() string {
	return fmt.Sprintf("the schema of the database has version %d, this program knows versions up to %d: start the newer version, or restore the backup made before the upgrade", n.Database, n.Program)
}

// Migrate brings the schema up to date as the owner named in url. Programs
// that start at once wait for each other. It refuses what a newer program has migrated
// with Newer.
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
	switch database, program, err := p.GetVersions(ctx); {
	case err != nil:
		return fmt.Errorf("migrate: %w", err)
	case database > program:
		return Newer{Database: database, Program: program}
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
