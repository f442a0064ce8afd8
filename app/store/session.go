package store

import (
	"context"
	"database/sql"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/stdlib"
)

// session is the connection of one transaction, for gorm as well. "begin" and settings go
// to the database with the statements after them and "commit" with the last ones, so that
// none costs a round trip of its own where statements are sent together.
type session struct {
	conn     *sql.Conn
	tx       pgx.Tx   // nil: nothing was sent yet
	settings []string // that the next statements are to run under

	committed bool
}

// begin sends what goes before a statement that is sent alone.
func (s *session) begin(ctx context.Context) error {
	if s.tx != nil && s.settings == nil {
		return nil
	}
	return s.send(ctx, &pgx.Batch{})
}

// PrepareContext is part of gorm.ConnPool, as the next three.
func (s *session) PrepareContext(ctx context.Context, query string) (*sql.Stmt, error) {
	if err := s.begin(ctx); err != nil {
		return nil, err
	}
	return s.conn.PrepareContext(ctx, query)
}

func (s *session) ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error) {
	if err := s.begin(ctx); err != nil {
		return nil, err
	}
	return s.conn.ExecContext(ctx, query, args...)
}

func (s *session) QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error) {
	if err := s.begin(ctx); err != nil {
		return nil, err
	}
	return s.conn.QueryContext(ctx, query, args...)
}

func (s *session) QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row {
	if err := s.begin(ctx); err != nil {
		// A row is made by a query only; under this context none is sent.
		ended, end := context.WithCancel(ctx)
		end()
		ctx = ended
	}
	return s.conn.QueryRowContext(ctx, query, args...)
}

// raw runs fn on the driver's connection, in the transaction.
func (s *session) raw(ctx context.Context, fn func(*pgx.Conn) error) error {
	if err := s.begin(ctx); err != nil {
		return err
	}
	return raw(s.conn, fn)
}

// send sends statements in one round trip, before them the settings that wait, and "begin"
// where nothing began yet.
func (s *session) send(ctx context.Context, b *pgx.Batch) error {
	return raw(s.conn, func(c *pgx.Conn) error {
		whole := &pgx.Batch{}
		if s.tx == nil {
			whole.BeginTx(pgx.TxOptions{})
		}
		for _, setting := range s.settings {
			whole.Queue("set local " + setting)
		}
		s.settings = nil
		whole.QueuedQueries = append(whole.QueuedQueries, b.QueuedQueries...)
		sent := c.SendBatch(ctx, whole)
		err := sent.Close()
		if s.tx == nil && c.PgConn().TxStatus() != 'I' { // else nothing began, and what comes next must begin
			s.tx = sent.Tx()
		}
		return err
	})
}

// commit sends the last statements and commits. A transaction in which a statement
// failed is rolled back by the database, which says so instead of an error.
func (s *session) commit(ctx context.Context, last *pgx.Batch) error {
	if s.tx == nil && last.Len() == 0 {
		return nil
	}
	last.Queue("commit").Exec(func(tag pgconn.CommandTag) error {
		if tag.String() != "COMMIT" {
			return pgx.ErrTxCommitRollback
		}
		return nil
	})
	err := s.send(ctx, last)
	s.committed = err == nil
	return err
}

// end gives the connection back, and rolls back what was not committed. Where that
// fails, the pool closes the connection, which rolls back as well.
func (s *session) end(ctx context.Context) {
	if s.tx != nil && !s.committed {
		raw(s.conn, func(*pgx.Conn) error { return s.tx.Rollback(ctx) })
	}
	s.conn.Close()
}

func raw(conn *sql.Conn, fn func(*pgx.Conn) error) error {
	return conn.Raw(func(driver any) error { return fn(driver.(*stdlib.Conn).Conn()) })
}
