package audit

import (
	"context"
	"encoding/json"
	"time"

	"gorm.io/gorm"

	"hoten/app/store"
)

// Checked is the outcome of the last check that the program made by itself.
type Checked struct {
	At       time.Time `json:"at"`
	Sealed   int64     `json:"sealed"`
	Unsealed int64     `json:"unsealed"`
	Broken   string    `json:"broken"`
}

// Check verifies the chain and keeps the outcome for the page of the trail.
func Check(ctx context.Context, s *store.Store, headFile string) (Checked, error) {
	r, err := Verify(ctx, s, headFile)
	if err != nil {
		return Checked{}, err
	}
	c := Checked{At: s.Clock(), Sealed: r.Sealed, Unsealed: r.Unsealed, Broken: r.Broken}
	b, err := json.Marshal(c)
	if err != nil {
		return c, err
	}
	return c, store.Keep(ctx, s, func(tx *store.Tx) error {
		store.SetSetting(tx, "audit_checked", string(b))
		return nil
	})
}

// Entries counts the sealed entries of now.
func Entries(db *gorm.DB) (n int64, err error) {
	err = store.Scan(db, "select coalesce(max(seq), 0) from audit_seals", nil, &n)
	return n, err
}

// LastCheck reads the outcome of the last Check, nil when there was none.
func LastCheck(db *gorm.DB) (*Checked, error) {
	value, err := store.Setting(db, "audit_checked")
	if err != nil || value == "" {
		return nil, err
	}
	var c Checked
	return &c, json.Unmarshal([]byte(value), &c)
}
