package forms

import (
	"context"
	"time"

	"gorm.io/gorm"

	"hoten/app/access"
	"hoten/app/fault"
	"hoten/app/store"
)

// Result is what an act on many told whoever did it.
type Result struct {
	ID      int64
	StaffID int64
	At      time.Time
	Told    []byte // sealed
}

// TableName is the table of Result.
func (Result) TableName() string { return "form_results" }

// KeepResult keeps what was told, and returns its number.
func KeepResult(ctx context.Context, s *store.Store, by access.Actor, told string) (id int64, err error) {
	err = store.Keep(ctx, s, func(tx *store.Tx) error {
		ids, err := store.TakeIDs(tx.DB, "form_results", 1)
		if err != nil {
			return err
		}
		id = ids[0]
		return store.Insert(tx, &Result{ID: id, StaffID: by.ID, At: tx.Now, Told: tx.Vault().Seal("form_results", "told", id, told)})
	})
	return id, err
}

// ResultOf reads what was told to the person. Another's, or unknown: NotFound.
func ResultOf(db *gorm.DB, s *store.Store, id, reader int64) (told string, at time.Time, err error) {
	r, err := store.Find[Result](db, "id = ?", id)
	if err == nil && r.StaffID != reader {
		err = fault.Missing()
	}
	if err != nil {
		return "", at, err
	}
	told, err = s.Vault.Unseal("form_results", "told", r.ID, r.Told)
	return told, r.At, err
}

// resultsLife is how long results are kept.
const resultsLife = 30 * 24 * time.Hour
