// Package incidents holds what happened: incidents, the programs and who bears their
// cost, the movements of points on affected IDs and what was found about
// each (docs/domain.md sections 1 and 2).
package incidents

import (
	"time"

	"gorm.io/gorm"

	"hoten/app/jptext"
	"hoten/app/store"
)

// Incident is one 事案. The period is inclusive, in days of JST. The released
// figures are a dated snapshot, kept beside what the findings say today.
type Incident struct {
	ID                int64
	Reference         string
	TitleJa           string
	TitleEn           string
	PeriodFrom        jptext.Date
	PeriodTo          jptext.Date
	DetectedOn        jptext.Date
	ReleasedOn        *jptext.Date
	ReleasedIds       *int
	ReleasedExchanged *int
	// IDKindID is the ID whose passwords were used; nil: not said yet.
	IDKindID   *int16 `gorm:"column:id_kind_id"`
	HappenedJa string // what mails say happened; empty: a sentence that fits any
	HappenedEn string
	CreatedAt  time.Time
	Version    int64
}

// Contains reports whether t lies within the incident's period.
func (i Incident) Contains(t time.Time) bool {
	day := jptext.DateOf(t)
	return !day.Before(i.PeriodFrom) && !day.After(i.PeriodTo)
}

// Ended is when the incident's last day ended, in Japan.
func (i Incident) Ended() time.Time { return i.PeriodTo.AddDays(1).At(0) }

// Title is the incident's title in the language.
func (i Incident) Title(lang string) string {
	if lang == "en" {
		return i.TitleEn
	}
	return i.TitleJa
}

// Happened is what mails say happened, in the language; empty: nobody has written it.
func (i Incident) Happened(lang string) string {
	if lang == "en" {
		return i.HappenedEn
	}
	return i.HappenedJa
}

// Subject names the incident in the audit trail.
func (i Incident) Subject() string { return "incident:" + i.Reference }

// ByReference finds an incident. Unknown: NotFound.
func ByReference(db *gorm.DB, reference string) (*Incident, error) {
	return store.Find[Incident](db, "reference = ?", reference)
}

// List is every incident, newest first.
func List(db *gorm.DB) ([]Incident, error) { return store.Now(db, AskList) }

// AskList reads what List gives.
func AskList(reads *store.Reads) *[]Incident {
	return store.Ask[Incident](reads, "select * from incidents order by id desc")
}

// Bare are the incidents of which nobody has said what programs they are about, as they are
// recorded before there is any; the first one first.
func Bare(db *gorm.DB) ([]Incident, error) {
	return store.Select[Incident](db, "select * from incidents i where not exists (select from incident_programs p where p.incident_id = i.id) order by id")
}

// Changes counts how often incidents were made or changed.
func Changes(db *gorm.DB) (n int64, err error) {
	err = store.Scan(db, "select coalesce(sum(version), 0)::bigint from incidents", nil, &n)
	return n, err
}

// ByID finds an incident. Unknown: NotFound.
func ByID(db *gorm.DB, id int64) (*Incident, error) { return store.Find[Incident](db, "id = ?", id) }

// AskByID reads the incident with the id.
func AskByID(reads *store.Reads, id int64) *[]Incident {
	return store.Ask[Incident](reads, "select * from incidents where id = $1", id)
}
