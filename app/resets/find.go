package resets

import (
	"gorm.io/gorm"

	"hoten/app/store"
)

// Latest finds the newest link of an ID, nil when none was sent.
func Latest(db *gorm.DB, identity int64) (*Link, error) {
	links, err := store.Select[Link](db, "select * from reset_links where identity_id = $1 order by sent_at desc, id desc limit 1", identity)
	if err != nil || len(links) == 0 {
		return nil, err
	}
	return &links[0], nil
}
