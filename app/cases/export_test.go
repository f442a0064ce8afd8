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
func Move(from, to Status, byHand bool, by access.Actor) (Case, error) {
	c := Case{Status: from, Version: 1}
	err := c.moveTo(to, byHand, by, time.Unix(0, 0))
	return c, err
}

// QueueSizes is AskQueueSizes by itself.
func QueueSizes(db *gorm.DB, d Desk) (map[Queue]int64, error) {
	var reads store.Reads
	sizes := AskQueueSizes(&reads, d)
	err := reads.Run(db)
	return sizes(), err
}
