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

// Attempt is what an actor tries to do. An action that learns its subject only
// inside its transaction sets Subject there; a refusal is audited with it.
type Attempt struct {
	By      access.Actor
	Verb    string // the action of its audit entries, e.g. "case.noted"
	Subject string // e.g. "case:H0000012-3"
	Reason  string // as the actor gave it, empty for none
}

// Tx is one transaction: what is attempted, and the one instant at which all of
// it happens.
type Tx struct {
	*Attempt
	DB    *gorm.DB // for reading; writes go through Insert, Save, Exec, Queue and Copy
	Now   time.Time
	store *Store
	on    *session

	changed, recorded bool
	queued            pgx.Batch
}

var errUnaudited = errors.New("a change without an audit entry was refused")

// Write runs an action in a transaction. It commits unless fn returned an error,
// or changed something without recording it (audit.Record).
func Write[T any](ctx context.Context, s *Store, a *Attempt, fn func(tx *Tx) (T, error)) (T, error) {
	return run(ctx, s, a, func(tx *Tx) (T, error) {
		out, err := fn(tx)
		switch also := AlongsideOf(ctx); {
		case err != nil:
		case tx.changed && !tx.recorded:
			err = errUnaudited
		case tx.recorded && also != nil:
			err = also(tx)
		}
		return out, err
	})
}

type alongside struct{}

// Alongside returns a context whose Writes call fn just before committing a
// change, so that what a request leaves behind is kept together with its change.
// An error of fn rolls the change back.
func Alongside(ctx context.Context, fn func(tx *Tx) error) context.Context {
	return context.WithValue(ctx, alongside{}, fn)
}

// AlongsideOf is what Alongside put into a context, nil for nothing: for requests whose
// changes are written together, in a transaction that is of none of them.
func AlongsideOf(ctx context.Context) func(tx *Tx) error {
	fn, _ := ctx.Value(alongside{}).(func(*Tx) error)
	return fn
}

// Apart returns a context without the fn of Alongside, for what is recorded about a
// request and is not its change: that it was refused, or that somebody looked.
func Apart(ctx context.Context) context.Context { return context.WithValue(ctx, alongside{}, nil) }

// Keep runs fn in a transaction for bookkeeping that needs no audit entry: progress,
// caches, delivery attempts. Its callers are listed in app/arch_test.go.
func Keep(ctx context.Context, s *Store, fn func(tx *Tx) error) error {
	_, err := run(ctx, s, &Attempt{By: access.System("keep")}, func(tx *Tx) (struct{}, error) { return struct{}{}, fn(tx) })
	return err
}

// Uncounted runs bookkeeping writes (see Keep) inside an action. On their own they are
// no change that must be recorded.
func (tx *Tx) Uncounted(fn func() error) error {
	before := tx.changed
	err := fn()
	tx.changed = before
	return err
}

// maxTries bounds how often a transaction runs that the database broke off
// because another one stood in its way.
const maxTries = 4

// run begins again when the database ended a deadlock at this transaction's
// expense: fn must keep nothing outside of what it returns.
func run[T any](ctx context.Context, s *Store, a *Attempt, fn func(tx *Tx) (T, error)) (out T, err error) {
	for range maxTries {
		if out, err = once(ctx, s, a, fn); !collided(err) {
			break
		}
	}
	return out, translate(err)
}

func once[T any](ctx context.Context, s *Store, a *Attempt, fn func(tx *Tx) (T, error)) (out T, err error) {
	conn, err := s.SQL.Conn(ctx)
	if err != nil {
		return out, err
	}
	on := &session{conn: conn}
	defer on.end(ctx)
	db := s.DB.Session(&gorm.Session{Context: ctx, NewDB: true})
	db.Statement.ConnPool = on
	tx := &Tx{DB: db, Attempt: a, Now: s.Clock().UTC().Truncate(time.Microsecond), store: s, on: on}
	if out, err = fn(tx); err != nil {
		return out, err
	}
	return out, on.commit(ctx, &tx.queued)
}

// collided reports whether a transaction may succeed when it simply runs again.
func collided(err error) bool {
	var pg *pgconn.PgError
	return errors.As(err, &pg) && (pg.Code == "40P01" || pg.Code == "40001")
}

// Read gives a session for queries outside a transaction.
func Read(ctx context.Context, s *Store) *gorm.DB { return s.DB.WithContext(ctx) }

// Record notes that the change was audited. Only audit.Record calls it.
func (tx *Tx) Record() { tx.recorded = true }

// Recorded reports whether the action has recorded a change.
func (tx *Tx) Recorded() bool { return tx.recorded }

// Vault holds the keys of the sealed fields.
func (tx *Tx) Vault() *vault.Vault { return tx.store.Vault }

// Place is where the database lives.
func (tx *Tx) Place() Place { return tx.store.Place() }

// Lock reads the row with the primary key id for update. Unknown: NotFound.
func Lock[T any](tx *Tx, id int64) (*T, error) {
	var row T
	err := tx.DB.Clauses(clause.Locking{Strength: "NO KEY UPDATE"}).Take(&row, id).Error
	return found(&row, err)
}

// LockBy is Lock for the row that the condition names.
func LockBy[T any](tx *Tx, query string, args ...any) (*T, error) {
	var row T
	err := tx.DB.Clauses(clause.Locking{Strength: "NO KEY UPDATE"}).Where(query, args...).Take(&row).Error
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
	tx.changed = true
	params := make([]river.InsertManyParams, len(jobs))
	for i, j := range jobs {
		params[i] = river.InsertManyParams{Args: j}
	}
	return tx.on.raw(tx.Context(), func(*pgx.Conn) error {
		_, err := tx.store.jobs.InsertManyTx(tx.Context(), tx.on.tx, params)
		return err
	})
}

// Context is the context the transaction began with.
func (tx *Tx) Context() context.Context { return tx.DB.Statement.Context }

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

// IsTransient reports whether the database could not be reached or broke off, so
// that retrying may succeed.
func IsTransient(err error) bool {
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
