package staff

import (
	"context"
	"time"

	"hoten/app/access"
	"hoten/app/store"
)

// seenEvery is how exactly it is kept when a console was heard of.
const seenEvery = time.Minute

// AskSeen reads whether the person's console was heard of within the last minute.
func AskSeen(reads *store.Reads, id int64, now time.Time) *[]bool {
	return store.AskValues[bool](reads, "select exists (select from staff_seen where staff_id = $1 and seen_at > $2)", id, now.Add(-seenEvery))
}

// Seen notes that the actor's console was heard of, at most once a minute.
func Seen(ctx context.Context, s *store.Store, by access.Actor) error {
	return store.Keep(ctx, s, func(tx *store.Tx) error {
		tx.Set("synchronous_commit = off")
		_, err := store.Exec(tx, `insert into staff_seen (staff_id, seen_at) values ($1, $2)
			on conflict (staff_id) do update set seen_at = excluded.seen_at where staff_seen.seen_at <= $3`, by.ID, tx.Now, tx.Now.Add(-seenEvery))
		return err
	})
}
