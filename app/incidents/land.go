package incidents

import (
	"fmt"
	"time"

	"gorm.io/gorm"

	"hoten/app/store"
)

// InsertStaged keeps the movements of a staged table, which has the columns that
// app/imports stages: cancellations after what they refer to.
func InsertStaged(tx *store.Tx, staged string, incident, importID int64) error {
	const insert = `insert into movements (movement_id, movement_key, id_kind_id, incident_id, identity_id, occurred_at, kind, from_program, to_program, partner,
		points, points_received, refers_to, exchange_id, finding, row_hash, import_id, learned_at)
		select s.movement_id, s.movement_key, s.id_kind_id, $1, i.id, s.occurred_at, s.kind, s.from_program, s.to_program, s.partner,
		s.points, s.points_received, %s, s.finding, s.row_hash, $2, $3 from %s s join identities i on i.login_key = s.login_key and i.id_kind_id is not distinct from s.id_kind_id %s`
	for _, q := range []string{
		fmt.Sprintf(insert, "null, null", staged, "where s.kind <> 'cancel'"),
		fmt.Sprintf(insert, "x.id, "+StandsFor, staged, "join movements x on "+Numbered("x", "refers_to")+" where s.kind = 'cancel'"),
	} {
		if _, err := store.Exec(tx, q, incident, importID, tx.Now); err != nil {
			return err
		}
	}
	return regroupStaged(tx, staged)
}

// Numbered is the condition, in SQL, that a movement has the number that a staged row (s) has
// in a column: numbers are those of the ID that the movement is of, since two operators
// number theirs from 1.
func Numbered(movement, column string) string {
	return movement + ".movement_key = s." + column + " and " + movement + ".id_kind_id is not distinct from s.id_kind_id"
}

// SetKind makes the movements of identities, which the query names and which are of an ID by
// now, ones of that ID.
func SetKind(tx *store.Tx, query string, args ...any) error {
	_, err := store.Exec(tx, `update movements m set id_kind_id = i.id_kind_id from identities i where i.id = m.identity_id and m.id_kind_id is null and i.id_kind_id is not null and i.id in (`+query+`)
		and not exists (select from movements o where o.movement_key = m.movement_key and o.id_kind_id = i.id_kind_id)`, args...)
	return err
}

// LostSince is the condition, in SQL, that points of an identity were stolen after a time, and
// by now: a file may be ahead of it, and what it says is to come was not before the next reset.
func LostSince(identity, since, now string) string {
	return "exists (select from movements m where m.identity_id = " + identity + " and m.occurred_at > " + since + " and m.occurred_at <= " + now +
		" and m.finding in ('suspected', 'confirmed') and m.kind in ('transfer', 'exchange') and m.doubled is distinct from 'double')"
}

// NextAhead is when the first of the movements comes to pass that lie ahead of now; zero: none
// does.
func NextAhead(db *gorm.DB, now time.Time) (time.Time, error) {
	var next *time.Time
	err := store.Scan(db, "select min(occurred_at) from movements where occurred_at > $1", []any{now}, &next)
	if err != nil || next == nil {
		return time.Time{}, err
	}
	return *next, nil
}

// StandsFor is the id of the movement that counts for a movement x: itself, or the first
// one equal to it where x is a double (二重).
const StandsFor = `coalesce((select o.id from movements o where x.doubled = 'double' and o.identity_id = x.identity_id and o.kind = x.kind
	and o.occurred_at = x.occurred_at and o.points = x.points and o.doubled is distinct from 'double' order by o.id limit 1), x.id)`
