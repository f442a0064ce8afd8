package store_test

import (
	"context"
	"errors"
	"testing"

	"hoten/app/apptest"
	"hoten/app/store"
)

type number struct{ N int }

// Reads see what those before them did, inside and outside of a transaction.
func TestReads(t *testing.T) {
	s, _ := apptest.New(t)
	ask := func() (*store.Reads, *[]number, *[]number) {
		reads := new(store.Reads)
		return reads, store.Ask[number](reads, "select n from unnest($1::int[]) n order by n", []int{3, 1, 2}),
			store.Ask[number](reads, "select count(*)::int as n from settings where key = 'read'")
	}
	err := store.Keep(ctx, s, func(tx *store.Tx) error {
		for seen := range 2 {
			reads, three, one := ask()
			if err := reads.Run(tx.DB); err != nil {
				return err
			}
			if len(*three) != 3 || (*three)[2].N != 3 || (*one)[0].N != seen {
				t.Errorf("%v, %v", *three, *one)
			}
			if seen == 0 {
				if err := put(tx, "read"); err != nil {
					return err
				}
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	reads, three, one := ask()
	if err := reads.Run(store.Read(ctx, s)); err != nil || len(*three) != 3 || (*one)[0].N != 1 {
		t.Errorf("%v, %v, %v", *three, *one, err)
	}
}

// Where the first statements of a transaction fail, nothing that follows is kept,
// whether or not the action goes on.
func TestFailedReadsEndTheTransaction(t *testing.T) {
	s, _ := apptest.New(t)
	for name, query := range map[string]string{
		"unknown table": "select 1 as n from nowhere",
		"run":           "select 1 / (n - n) as n from unnest(array[1]) n",
		"no field":      "select 1 as other",
	} {
		for _, swallowed := range []bool{true, false} {
			err := store.Keep(ctx, s, func(tx *store.Tx) error {
				var reads store.Reads
				store.Ask[number](&reads, query)
				err := reads.Run(tx.DB)
				if err == nil {
					t.Errorf("%s: no error", name)
				}
				if swallowed {
					err = nil
				}
				tx.Queue("insert into settings (key, value) values ($1, '')", name)
				return errors.Join(err, put(tx, name))
			})
			if n := count(t, s, "select count(*) from settings where key = $1", name); err == nil || n != 0 {
				t.Errorf("%s, swallowed %v: %d kept, %v", name, swallowed, n, err)
			}
		}
	}
	if n := count(t, s, "select count(*) from pg_stat_activity where datname = current_database() and state like 'idle in transaction%'"); n != 0 {
		t.Errorf("%d transactions were left open", n)
	}
}

// A connection that is lost with the first statement gives nothing to what follows.
func TestNothingRunsOutsideOfItsTransaction(t *testing.T) {
	s, _ := apptest.New(t)
	cut, cancel := context.WithCancel(ctx)
	cancel()
	for name, first := range map[string]func(tx *store.Tx) error{
		"row":  func(tx *store.Tx) error { var n int; return store.Scan(tx.DB, "select 1", nil, &n) },
		"rows": func(tx *store.Tx) error { _, err := store.Select[number](tx.DB, "select 1 as n"); return err },
		"exec": func(tx *store.Tx) error { return put(tx, "outside") },
	} {
		err := store.Keep(ctx, s, func(tx *store.Tx) error {
			tx.DB.Statement.Context = cut
			if first(tx) == nil {
				t.Errorf("%s: no error", name)
			}
			return nil
		})
		if err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	if count(t, s, "select count(*) from settings where key = 'outside'") != 0 {
		t.Error("kept")
	}
}

// A copy of a store, with another clock, shares nothing with it.
func TestOnly(t *testing.T) {
	s, _ := apptest.New(t)
	clone := *s
	one, again, other := store.Only[number](s), store.Only[number](s), store.Only[number](&clone)
	if one != again || one == other {
		t.Error("not one a store")
	}
}
