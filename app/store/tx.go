package store

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"io"
	"net"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/puddle/v2"
	"github.com/riverqueue/river"
	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"hoten/app/access"
	"hoten/app/fault"
	"hoten/app/vault"
)

// Tx is one transaction: who acts, and the one instant at which all of it happens.
type Tx struct {
	*gorm.DB
	By    access.Actor
	Now   time.Time
	store *Store
	conn  *sql.Conn
	sql   *sql.Tx

	audited, unchanged bool
	queued             pgx.Batch
}

var errUnaudited = errors.New("a change without an audit entry was refused")

// Write runs an action in a transaction. It commits only when fn returned no
// error and either recorded the change (audit.Record) or said that there was none.
func Write[T any](ctx context.Context, s *Store, by access.Actor, fn func(tx *Tx) (T, error)) (T, error) {
	return run(ctx, s, by, func(tx *Tx) (T, error) {
		out, err := fn(tx)
		switch also, _ := ctx.Value(alongside{}).(func(*Tx) error); {
		case err != nil || tx.unchanged:
		case !tx.audited:
			err = errUnaudited
		case also != nil:
			err = also(tx)
		}
		return out, err
	})
}

type alongside struct{}

// Alongside has every Write of the context that changes something run fn before
// its commit: what is remembered of a request is then true after a crash as well.
// An error of fn rolls the change back.
func Alongside(ctx context.Context, fn func(tx *Tx) error) context.Context {
	return context.WithValue(ctx, alongside{}, fn)
}

// Apart takes Alongside back, for what is noted beside a request and is not its
// change: that it was refused, or that somebody looked.
func Apart(ctx context.Context) context.Context { return context.WithValue(ctx, alongside{}, nil) }

// Keep is the other door: bookkeeping that changes nothing a person decided
// (sessions, attempts, job progress, seals). app/arch_test.go lists who may use it.
func Keep(ctx context.Context, s *Store, fn func(tx *Tx) error) error {
	_, err := run(ctx, s, access.System("keep"), func(tx *Tx) (struct{}, error) { return struct{}{}, fn(tx) })
	return err
}

func run[T any](ctx context.Context, s *Store, by access.Actor, fn func(tx *Tx) (T, error)) (out T, err error) {
	conn, err := s.SQL.Conn(ctx)
	if err != nil {
		return out, err
	}
	defer conn.Close()
	begun, err := conn.BeginTx(ctx, nil)
	if err != nil {
		return out, err
	}
	defer begun.Rollback()
	db := s.DB.Session(&gorm.Session{Context: ctx, NewDB: true})
	db.Statement.ConnPool = begun
	tx := &Tx{DB: db, By: by, Now: s.Clock().UTC().Truncate(time.Microsecond), store: s, conn: conn, sql: begun}
	if out, err = fn(tx); err != nil {
		return out, translate(err)
	}
	if err := tx.flush(); err != nil {
		return out, translate(err)
	}
	return out, translate(begun.Commit())
}

// Read gives a session for queries outside a transaction.
func Read(ctx context.Context, s *Store) *gorm.DB { return s.DB.WithContext(ctx) }

// Audited is called by audit.Record and by nobody else.
func (tx *Tx) Audited() { tx.audited = true }

// NothingChanged lets a transaction commit that found its work already done.
func (tx *Tx) NothingChanged() { tx.unchanged = true }

// Vault holds the keys of the sealed fields.
func (tx *Tx) Vault() *vault.Vault { return tx.store.Vault }

// Lock reads the row with the primary key id for update. Unknown: NotFound.
func Lock[T any](tx *Tx, id int64) (*T, error) {
	var row T
	err := tx.Clauses(clause.Locking{Strength: "NO KEY UPDATE"}).Take(&row, id).Error
	return found(&row, err)
}

// Find reads the row that the condition names. None: NotFound.
func Find[T any](db *gorm.DB, query string, args ...any) (*T, error) {
	var row T
	err := db.Where(query, args...).Take(&row).Error
	return found(&row, err)
}

func found[T any](row *T, err error) (*T, error) {
	if errors.Is(err, gorm.ErrRecordNotFound) {
		return nil, fault.Missing()
	}
	if err != nil {
		return nil, err
	}
	return row, nil
}

// Enqueue queues jobs that exist exactly when this transaction commits.
func (tx *Tx) Enqueue(jobs ...river.JobArgs) error {
	params := make([]river.InsertManyParams, len(jobs))
	for i, j := range jobs {
		params[i] = river.InsertManyParams{Args: j}
	}
	_, err := tx.store.jobs.InsertManyFastTx(tx.Context(), tx.sql, params)
	return err
}

// Context is the context the transaction began with.
func (tx *Tx) Context() context.Context { return tx.Statement.Context }

// translate turns the refusals of the database that a person can cause into
// faults: two at once are a conflict. The rest stays internal.
func translate(err error) error {
	var pg *pgconn.PgError
	if _, known := fault.As(err); known || !errors.As(err, &pg) {
		if errors.Is(err, gorm.ErrDuplicatedKey) {
			return fmt.Errorf("%w (%w)", fault.New(fault.Conflict, "conflict"), err)
		}
		return err
	}
	switch pg.Code {
	case "23505", "40P01", "40001", "55P03":
		return fmt.Errorf("%w (%w)", fault.New(fault.Conflict, "conflict"), err)
	}
	return err
}

// Passing reports whether an error says nothing about what was asked, only that the
// database could not be asked: asked again later it may well answer.
func Passing(err error) bool {
	var unconnected *pgconn.ConnectError // whatever the server said when it was asked to let in
	if errors.As(err, &unconnected) {
		return true
	}
	var pg *pgconn.PgError
	if errors.As(err, &pg) {
		switch pg.Code[:2] {
		case "08", "53", "57", "58": // connection, resources, operator's intervention, system
			return true
		}
		return false
	}
	var unreached net.Error
	for _, gone := range []error{driver.ErrBadConn, sql.ErrConnDone, io.EOF, io.ErrUnexpectedEOF, puddle.ErrClosedPool, context.Canceled, context.DeadlineExceeded} {
		if errors.Is(err, gone) {
			return true
		}
	}
	return errors.As(err, &unreached) || err != nil && pgconn.SafeToRetry(err)
}
