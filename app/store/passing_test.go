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

func TestPassing(t *testing.T) {
	for _, c := range []struct {
		err  error
		want bool
	}{
		{nil, false}, {fault.Missing(), false}, {errors.New("a sealed field was tampered with"), false},
		{&pgconn.PgError{Code: "23514"}, false}, {&pgconn.PgError{Code: "P0001"}, false},
		{fmt.Errorf("write: %w", &pgconn.PgError{Code: "57P01"}), true}, {&pgconn.PgError{Code: "53300"}, true},
		{fmt.Errorf("read: %w", io.ErrUnexpectedEOF), true}, {context.Canceled, true}, {&net.OpError{Op: "dial", Err: errors.New("refused")}, true},
	} {
		if got := store.Passing(c.err); got != c.want {
			t.Errorf("%v: %v", c.err, got)
		}
	}
	// As the database's own end of a connection looks from here.
	w := apptest.NewWorld(t)
	err := store.Keep(w.Ctx, w.Store, func(tx *store.Tx) error {
		if err := tx.Exec("reset role").Error; err != nil {
			t.Error(err)
		}
		if err := tx.Exec("select pg_terminate_backend(pg_backend_pid())").Error; !store.Passing(err) {
			t.Errorf("ended: %v", err)
		}
		return tx.Exec("select 1").Error
	})
	if !store.Passing(err) {
		t.Errorf("after its end: %v", err)
	}
}
