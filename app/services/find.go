package services

import (
	"time"

	"gorm.io/gorm"

	"hoten/app/incidents"
	"hoten/app/staff"
	"hoten/app/store"
)

// Named is a status with its program and who set it.
type Named struct {
	Status
	Code   string
	NameJa string
	NameEn string
	Setter staff.Name // the name of who set it; empty: it came with the setting up
}

// Program is the program's name in the language.
func (n Named) Program(lang string) string {
	return incidents.Program{NameJa: n.NameJa, NameEn: n.NameEn}.Name(lang)
}

var named = `select s.id, s.program_id, s.service, s.state, s.from_at, s.until_at, s.note, s.set_by, s.set_at, s.version, p.code, p.name_ja, p.name_en, ` + staff.NameOf("f") + ` as setter
	from service_statuses s join programs p on p.id = s.program_id left join staff f on f.id = s.set_by where s.voided_at is null `

// Now are the statuses that count at the instant t, by program: suspended ones first.
func Now(db *gorm.DB, t time.Time) ([]Named, error) {
	var reads store.Reads
	found := AskNow(&reads, t)
	err := reads.Run(db)
	return found(), err
}

// AskNow reads what Now gives; what it returns gives it once the reads have run.
func AskNow(reads *store.Reads, t time.Time) func() []Named {
	list := store.Ask[Named](reads, named+"and s.from_at <= $1 and (s.until_at is null or s.until_at > $1) order by s.program_id, s.service", t)
	return func() []Named { return Holding(*list, t) }
}

// shownPast is how many ended statuses are listed beside those to come.
const shownPast = 50

// List is every status that has not ended at the instant t, the earliest first, and
// the last that have, the latest first.
func List(db *gorm.DB, t time.Time) (current, past []Named, err error) {
	current, err = store.Select[Named](db, named+"and (s.until_at is null or s.until_at > $1) order by s.from_at, s.id", t)
	if err != nil {
		return nil, nil, err
	}
	past, err = store.Select[Named](db, named+"and s.until_at <= $1 order by s.from_at desc, s.id desc limit $2", t, shownPast)
	return current, past, err
}

// Get reads one status. Unknown or voided: NotFound.
func Get(db *gorm.DB, id int64) (*Named, error) {
	rows, err := store.Select[Named](db, named+"and s.id = $1", id)
	if err == nil && len(rows) == 0 {
		_, err = store.Find[Status](db, "id = ? and voided_at is null", id)
	}
	if err != nil {
		return nil, err
	}
	return &rows[0], nil
}
