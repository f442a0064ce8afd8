package store_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"testing"

	"github.com/jackc/pgx/v5/pgconn"

	"hoten/app/apptest"
	"hoten/app/fault"
	"hoten/app/store"
)

func TestIsTransient(t *testing.T) {
	for _, c := range []struct {
		err  error
		want bool
	}{
		{nil, false}, {fault.Missing(), false}, {errors.New("a sealed field was tampered with"), false},
		{&pgconn.PgError{Code: "23514"}, false}, {&pgconn.PgError{Code: "P0001"}, false},
		{fmt.Errorf("write: %w", &pgconn.PgError{Code: "57P01"}), true}, {&pgconn.PgError{Code: "53300"}, true},
		{fmt.Errorf("read: %w", io.ErrUnexpectedEOF), true}, {context.Canceled, true}, {&net.OpError{Op: "dial", Err: errors.New("refused")}, true},
	} {
		if got := store.IsTransient(c.err); got != c.want {
			t.Errorf("%v: %v", c.err, got)
		}
	}
	// As the database's own end of a connection looks from here.
	w := apptest.NewWorld(t)
	err := store.Keep(w.Ctx, w.Store, func(tx *store.Tx) error {
		if err := errOf(store.Exec(tx, "reset role")); err != nil {
			t.Error(err)
		}
		if err := errOf(store.Exec(tx, "select pg_terminate_backend(pg_backend_pid())")); !store.IsTransient(err) {
			t.Errorf("ended: %v", err)
		}
		return errOf(store.Exec(tx, "select 1"))
	})
	if !store.IsTransient(err) {
		t.Errorf("after its end: %v", err)
	}
}

func errOf(_ int64, err error) error { return err }
