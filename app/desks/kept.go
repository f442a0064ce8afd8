package desks

import (
	"context"
	"encoding/json"

	"gorm.io/gorm"

	"hoten/app/store"
)

// Kept is a desk as the database keeps it.
type Kept struct {
	ID int64
	Desk
}

type row struct {
	ID    int64
	Code  string
	Rules string
}

func (row) TableName() string { return "desks" }

// List reads all desks, in the order they were set up.
func List(db *gorm.DB) ([]Kept, error) {
	var rows []row
	if err := db.Order("id").Find(&rows).Error; err != nil {
		return nil, err
	}
	out := make([]Kept, len(rows))
	for i, r := range rows {
		out[i].ID = r.ID
		if err := json.Unmarshal([]byte(r.Rules), &out[i].Desk); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// Seed gives a new installation the desks of the release; where there are desks
// already it changes nothing.
func Seed(ctx context.Context, s *store.Store) error {
	return store.Keep(ctx, s, func(tx *store.Tx) error {
		for _, d := range Release() {
			rules, err := json.Marshal(d)
			if err != nil {
				return err
			}
			_, err = store.Exec(tx.DB, `insert into desks (code, rules) select $1, $2 where not exists (select 1 from desks where code = $1)`, d.Code, string(rules))
			if err != nil {
				return err
			}
		}
		return nil
	})
}
