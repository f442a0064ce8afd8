package cases

import (
	"context"
	"time"

	"gorm.io/gorm"

	"hoten/app/access"
	"hoten/app/staff"
	"hoten/app/store"
)

// Presence is somebody else who has the case open.
type Presence struct {
	Name    staff.Name
	Writing bool
}

// present is how long somebody counts as there after their page was last heard of.
const present = 12 * time.Second

// Attend notes that the actor has the case open, writing or only reading, and
// tells who else has, and the stamp of the case: it changes with everything that
// happens in it. Unknown case: NotFound.
func Attend(ctx context.Context, s *store.Store, by access.Actor, id int64, writing bool) (others []Presence, stamp string, err error) {
	err = store.Keep(ctx, s, func(tx *store.Tx) error {
		if err := by.Require(access.ReadCases); err != nil {
			return err
		}
		if _, err := store.Find[Case](tx.DB, "id = ?", id); err != nil {
			return err
		}
		tx.Set("synchronous_commit = off")
		if _, err := store.Exec(tx, `insert into presence (case_id, staff_id, writing, seen_at) values ($1, $2, $3, $4)
			on conflict (case_id, staff_id) do update set writing = excluded.writing, seen_at = excluded.seen_at`, id, by.ID, writing, tx.Now); err != nil {
			return err
		}
		if others, err = store.Select[Presence](tx.DB, `select `+staff.NameOf("s")+` as name, p.writing from presence p join staff s on s.id = p.staff_id
			where p.case_id = $1 and p.staff_id <> $2 and p.seen_at > $3 order by s.id`, id, by.ID, tx.Now.Add(-present)); err != nil {
			return err
		}
		stamp, err = Stamp(tx.DB, id)
		return err
	})
	return others, stamp, err
}

// Stamp changes with everything that happens in a case: its last event, and what
// becomes of its mails.
func Stamp(db *gorm.DB, id int64) (string, error) {
	stamps, err := store.Now(db, func(reads *store.Reads) *[]string { return AskStamp(reads, id) })
	if err != nil || len(stamps) == 0 {
		return "", err
	}
	return stamps[0], nil
}

// AskStamp reads the stamp; none of an unknown case.
func AskStamp(reads *store.Reads, id int64) *[]string {
	return store.AskValues[string](reads, `select concat(c.version, '.', (select max(id) from case_events where case_id = $1), '.', c.reimbursement_state, '.', i.state, '.', i.impostor_at, '.', i.impostor_upheld_at,
		'.', (select count(*) from mails where case_id = $1 and state <> 'queued')) from cases c join identities i on i.id = c.identity_id where c.id = $1`, id)
}

// ForgetPresence removes those who have long closed the page.
func ForgetPresence(ctx context.Context, s *store.Store) error {
	return store.Keep(ctx, s, func(tx *store.Tx) error {
		_, err := store.Exec(tx, "delete from presence where seen_at < $1", tx.Now.Add(-time.Hour))
		return err
	})
}
