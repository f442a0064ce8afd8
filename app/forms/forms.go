// Package forms knows the forms of the console that have changed something, so
// that one that is sent twice changes nothing the second time.
package forms

import (
	"context"
	"crypto/rand"
	"errors"
	"time"

	"gorm.io/gorm"

	"hoten/app/store"
)

// ErrSentBefore rolls a change back whose form has changed something before.
var ErrSentBefore = errors.New("the same form was sent before")

// Form is one sending of a form. ID is a keyed hash of who sent what where; a form
// is known by it for Life.
type Form struct {
	ID      []byte
	Life    time.Duration
	request string
}

// Known tells whether a form has changed something, and where it led; location is
// empty where it was answered with a page.
func (f *Form) Known(db *gorm.DB, now time.Time) (is bool, location string, err error) {
	type sent struct{ Location string }
	rows, err := store.Select[sent](db, "select coalesce(location, '') as location from sent_forms where id = $1 and sent_at > $2", f.ID, now.Add(-f.Life))
	if err != nil || len(rows) == 0 {
		return false, "", err
	}
	return true, rows[0].Location, nil
}

// Remember has the changes of the context remember the form in their own
// transactions; they fail with ErrSentBefore where it is known already. A form that
// changes nothing is not remembered.
func (f *Form) Remember(ctx context.Context) context.Context {
	f.request = rand.Text()
	return store.Alongside(ctx, func(tx *store.Tx) error {
		mine, err := store.Exec(tx, `insert into sent_forms (id, request, sent_at) values ($1, $2, $3)
			on conflict (id) do update set request = excluded.request, sent_at = excluded.sent_at, location = null
			where sent_forms.request = excluded.request or sent_forms.sent_at <= $4`, f.ID, f.request, tx.Now, tx.Now.Add(-f.Life))
		if err == nil && mine == 0 {
			err = ErrSentBefore
		}
		return err
	})
}

// Led keeps where the form led, if it is remembered.
func (f *Form) Led(ctx context.Context, s *store.Store, location string) error {
	return store.Keep(ctx, s, func(tx *store.Tx) error {
		_, err := store.Exec(tx, "update sent_forms set location = $3 where id = $1 and request = $2", f.ID, f.request, location)
		return err
	})
}

// Forget deletes forms that were sent before a time, and old results.
func Forget(ctx context.Context, s *store.Store, before time.Time) error {
	return store.Keep(ctx, s, func(tx *store.Tx) error {
		tx.Queue("delete from sent_forms where sent_at < $1", before)
		tx.Queue("delete from form_results where at < $1", tx.Now.Add(-resultsLife))
		return nil
	})
}
