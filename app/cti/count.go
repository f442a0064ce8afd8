package cti

import (
	"time"

	"gorm.io/gorm"

	"hoten/app/store"
)

// HalfHour counts the inbound calls that came in within half an hour, at one desk (0: at a
// number that no desk has).
type HalfHour struct {
	From      time.Time
	DeskID    int64
	Offered   int64
	Answered  int64
	Abandoned int64 // hung up before anybody answered
}

// HalfHours counts the inbound calls from from until before to, by half hour and desk.
func HalfHours(db *gorm.DB, from, to time.Time) ([]HalfHour, error) {
	return store.Select[HalfHour](db, `select date_bin('30 minutes', offered_at, 'epoch') as from, coalesce(desk_id, 0) as desk_id, count(*) as offered,
			count(answered_at) as answered, count(*) filter (where answered_at is null and ended_at is not null) as abandoned
		from cti_calls where direction = 'inbound' and offered_at >= $1 and offered_at < $2 group by 1, 2 order by 1, 2`, from, to)
}
