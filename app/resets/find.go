package resets

import (
	"hoten/app/store"
)

// AskLatest reads the newest link of an ID, if one was sent.
func AskLatest(reads *store.Reads, identity int64) *[]Link {
	return store.Ask[Link](reads, "select * from reset_links where identity_id = $1 order by sent_at desc, id desc limit 1", identity)
}
