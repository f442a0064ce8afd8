package webhooks

import (
	"encoding/json"
	"time"

	"gorm.io/gorm"

	"hoten/app/store"
)

// Event is something that happened, as it is told outside.
type Event struct {
	Seq     int64 // of its seal; of a test that of its delivery
	Key     string
	Type    string
	Subject string
	At      time.Time
}

// MarshalJSON is the event as messages and the feed have it.
func (e Event) MarshalJSON() ([]byte, error) {
	type data struct {
		Subject string `json:"subject"`
		Seq     int64  `json:"seq"`
	}
	return json.Marshal(struct {
		Type      string `json:"type"`
		Timestamp string `json:"timestamp"`
		Data      data   `json:"data"`
	}{e.Type, e.At.UTC().Format(time.RFC3339Nano), data{e.Subject, e.Seq}})
}

// window is how many seals are looked at at once.
const window = 5000

// reach is the last seal of the window behind one.
func reach(db *gorm.DB, after int64) (last int64, err error) {
	err = store.Scan(db, "select coalesce(max(seq), $1) from (select seq from audit_seals where seq > $1 order by seq limit $2) s", []any{after, window}, &last)
	return last, err
}

// Feed reads up to limit events behind the seal after, in their order. next is where to go on;
// 0: there is nothing more yet. There may be more behind a feed without events.
func Feed(db *gorm.DB, after int64, limit int) (events []Event, next int64, err error) {
	last, err := reach(db, after)
	if err != nil {
		return nil, 0, err
	}
	events, err = store.Select[Event](db, `select s.seq, e.id::text as key, e.action as type, e.subject, e.at from audit_seals s join audit_entries e on e.id = s.entry_id
		where s.seq > $1 and s.seq <= $2 and e.action = any($3) order by s.seq limit $4`, after, last, Types(Kinds...), limit+1)
	switch {
	case err != nil:
	case len(events) > limit:
		events = events[:limit]
		next = events[limit-1].Seq
	case last-after >= window:
		next = last
	}
	return events, next, err
}
