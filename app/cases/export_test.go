package cases

import (
	"time"

	"gorm.io/gorm"

	"hoten/app/access"
	"hoten/app/store"
)

// LevelOf is level, for its table.
var LevelOf = level

// Move takes an arrow of the status machine without a database.
func Move(from, to Status, hand bool, by access.Actor) (Case, error) {
	c, on := Case{Status: from, Version: 1}, byProposal
	if hand {
		on = byHand
	}
	err := c.moveTo(to, on, by, time.Unix(0, 0))
	return c, err
}

// QueueSizes is AskQueueSizes by itself.
func QueueSizes(db *gorm.DB, d Desk) (map[Queue]int64, error) {
	var reads store.Reads
	sizes := AskQueueSizes(&reads, d)
	err := reads.Run(db)
	return sizes(), err
}

// Question is the query that Find asks.
func (f Filter) Question() (string, []any) {
	where, args, _, _ := f.where(nil, nil)
	columns := f.byNumber()
	if f.Order != ByNumber {
		columns = f.byWaiting()
	}
	return page(columns, where, f.order(), f.Limit+1), args
}

// NextQuestion is what TakeNext asks first.
func NextQuestion(by access.Actor, kinds []int16) (string, []any) {
	return nextQuery(), []any{by.ID, by.DeskID, time.Unix(0, 0).UTC(), int64(0), kinds}
}

// QueueQuestion is what counts a queue.
func (d Desk) QueueQuestion(q Queue) (string, []any) {
	where, args := d.condition(q)
	for i := range args {
		where = numbered(where, i+1)
	}
	return page(Filter{Queue: q}.byWaiting(), where, q.since()+", c.id", CountedTo), args
}
