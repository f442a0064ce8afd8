package installation

import (
	"context"
	"time"

	"gorm.io/gorm"

	"hoten/app/fault"
	"hoten/app/store"
)

// State is what is known of the place where the database lives now.
type State struct {
	Fingerprint []byte     // of the database here
	Held        bool       // it was never released here
	Here        string     // the place, for people
	Last        string     // where it was known last
	LastAt      *time.Time // since when
}

// here is the fingerprint of the database: of the server, the database, the table that
// keeps the fingerprints (whose number changes when a dump is loaded into the same
// database) and the place. A database that knows no place at all is new.
const here = `select f.fingerprint, $2::text as here, coalesce(l.place, '') as last, l.known_at as last_at,
	l.place is not null and not exists (select from installations k where k.fingerprint = f.fingerprint) as held
	from (select sha256(convert_to(concat_ws('/', server_identifier(), (select oid from pg_database where datname = current_database()),
		'installations'::regclass::oid, $2::text, $1::text), 'UTF8')) as fingerprint) f
	left join lateral (select place, known_at from installations order by known_at desc limit 1) l on true`

// Ask reads the state, with others.
func Ask(reads *store.Reads, at store.Place) *[]State {
	return store.Ask[State](reads, here, at.Mark, at.Name)
}

// Look reads the state.
func Look(ctx context.Context, s *store.Store) (State, error) {
	return look(store.Read(ctx, s), s.Place())
}

func look(db *gorm.DB, at store.Place) (State, error) {
	rows, err := store.Now(db, func(reads *store.Reads) *[]State { return Ask(reads, at) })
	if err != nil {
		return State{}, err
	}
	return rows[0], nil
}

// Settle makes the place known to a database that knows none: a new one, or one of a
// release that kept none.
func Settle(ctx context.Context, s *store.Store) error {
	return store.Keep(ctx, s, func(tx *store.Tx) error {
		now, err := look(tx.DB, tx.Place())
		if err != nil || now.LastAt != nil {
			return err
		}
		now.know(tx)
		return nil
	})
}

func (s State) know(tx *store.Tx) {
	tx.Queue("insert into installations (fingerprint, place, known_at) values ($1, $2, $3) on conflict do nothing", s.Fingerprint, s.Here, tx.Now)
}

// NoteCopy notes when a program first found the database to be held: what is written from
// then on is the copy's own, and the original knows nothing of it.
func NoteCopy(ctx context.Context, s *store.Store, now State) error {
	return store.Keep(ctx, s, func(tx *store.Tx) error {
		tx.Queue("insert into copies (fingerprint, found_at) values ($1, $2) on conflict do nothing", now.Fingerprint, tx.Now)
		return nil
	})
}

// ownSince is since when what is written is the copy's own; nil where nothing is, because no
// program ran on it.
func (s State) ownSince(tx *store.Tx) (since *time.Time, err error) {
	err = store.Scan(tx.DB, "select min(found_at) from copies where fingerprint = $1", []any{s.Fingerprint}, &since)
	return since, err
}

// Refuse is the refusal of what would reach out while the database is held: Conflict.
func Refuse(tx *store.Tx) error {
	now, err := look(tx.DB, tx.Place())
	if err != nil {
		return err
	}
	return now.Refusal()
}

// Refusal is that of Refuse; nil where the database is not held.
func (s State) Refusal() error {
	if s.Held {
		return fault.New(fault.Conflict, "installation_held")
	}
	return nil
}
