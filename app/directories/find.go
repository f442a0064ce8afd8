package directories

import (
	"time"

	"gorm.io/gorm"

	"hoten/app/fault"
	"hoten/app/store"
)

// Load is what a directory has to do still.
type Load struct {
	DirectoryID int16
	Waiting     int64
	Uncertain   int64
	Refused     int64
	OldestAt    *time.Time // of what has no definite answer
}

// Loads reads what each directory has to do still; none for one that has nothing.
func Loads(db *gorm.DB) ([]Load, error) {
	return store.Select[Load](db, `select directory_id, count(*) filter (where state = '`+Waiting+`') as waiting, count(*) filter (where state = '`+Uncertain+`') as uncertain,
		count(*) filter (where state = '`+Declined+`') as refused, min(ordered_at) filter (where state `+unsettled+`) as oldest_at
		from directory_orders where state in ('`+Waiting+`', '`+Uncertain+`', '`+Declined+`') group by directory_id`)
}

// Home is where the IDs of a kind live.
type Home struct {
	IDKindID    int16
	DirectoryID int16
	Code        string // of the ID
}

// Homes lists where IDs live that do not live in hoten's own directory.
func Homes(db *gorm.DB) ([]Home, error) {
	return store.Select[Home](db, "select h.id_kind_id, h.directory_id, k.code from directory_kinds h join id_kinds k on k.id = h.id_kind_id order by k.id")
}

// Open lists up to limit orders of a directory that are not done, the newest first, before one
// (0: from the newest): what was refused and needs people, else what has no definite answer.
func Open(db *gorm.DB, directory int16, refused bool, before int64, limit int) ([]Order, error) {
	states := unsettled
	if refused {
		states = "= '" + Declined + "'"
	}
	return store.Select[Order](db, "select * from directory_orders where directory_id = $1 and state "+states+" and id < $2 order by id desc limit $3", directory, store.Before(before), limit)
}

// late is for how long an order may have no definite answer before people are told.
const late = 10 * time.Minute

// AskTroubles counts the orders that people are to look at, up to CountedTo: what was refused,
// and what has had no definite answer for long.
func AskTroubles(reads *store.Reads, now time.Time) *[]int64 {
	return store.AskValues[int64](reads, `select least(count(*), $2) from ((select 1 from directory_orders where state = '`+Declined+`' limit $2)
		union all (select 1 from directory_orders where state `+unsettled+` and ordered_at <= $1 limit $2)) o`, now.Add(-late), CountedTo)
}

// CountedTo is how far AskTroubles counts.
const CountedTo = 100

// OrderByID finds an order. Unknown: NotFound.
func OrderByID(db *gorm.DB, id int64) (*Order, error) { return store.Find[Order](db, "id = ?", id) }

// Standing is how the directory with a code is set up, without its secrets; nil: there is none.
func Standing(db *gorm.DB, code string) (*Plan, error) {
	d, err := ByCode(db, code)
	if fault.Of(err, fault.NotFound) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	homes, err := Homes(db)
	plan := &Plan{Code: d.Code, Name: d.Name, Kind: d.Kind, Settings: d.Set()}
	for _, h := range homes {
		if h.DirectoryID == d.ID {
			plan.IDs = append(plan.IDs, h.Code)
		}
	}
	return plan, err
}
