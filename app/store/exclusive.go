package store

import (
	"context"
	"hash/fnv"
)

// lockNumber turns the name of a piece of work into an advisory lock.
func lockNumber(name string) int64 {
	h := fnv.New64a()
	h.Write([]byte("hoten:" + name))
	return int64(h.Sum64())
}

// Exclusive runs fn unless the named piece of work is being done already, by
// any program on this database. The lock ends with the connection, so a program
// that is killed lets go of it. It reports whether fn ran.
func Exclusive(ctx context.Context, s *Store, name string, fn func() error) (bool, error) {
	conn, err := s.Pool.Acquire(ctx)
	if err != nil {
		return false, err
	}
	defer conn.Release()
	var mine bool
	if err := conn.QueryRow(ctx, "select pg_try_advisory_lock($1)", lockNumber(name)).Scan(&mine); err != nil || !mine {
		return false, err
	}
	defer func() {
		// Without an answer the connection is not fit to go back, and closing it
		// gives the lock back as well.
		if _, err := conn.Exec(context.WithoutCancel(ctx), "select pg_advisory_unlock($1)", lockNumber(name)); err != nil {
			conn.Conn().Close(context.WithoutCancel(ctx))
		}
	}()
	return true, fn()
}

// Idle reports whether nobody does the named piece of work, and keeps it so
// until the transaction ends.
func Idle(tx *Tx, name string) (idle bool, err error) {
	err = Scan(tx.DB, "select pg_try_advisory_xact_lock($1)", []any{lockNumber(name)}, &idle)
	return idle, err
}
