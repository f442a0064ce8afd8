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
		_, err := store.Exec(tx, "insert into settings (key, value) values ('audit_checked', $1) on conflict (key) do update set value = excluded.value", string(b))
		return err
	})
}

// LastCheck reads the outcome of the last Check, nil when there was none.
func LastCheck(db *gorm.DB) (*Checked, error) {
	type setting struct{ Value string }
	rows, err := store.Select[setting](db, "select value from settings where key = 'audit_checked'")
	if err != nil || len(rows) == 0 {
		return nil, err
	}
	var c Checked
	return &c, json.Unmarshal([]byte(rows[0].Value), &c)
}
