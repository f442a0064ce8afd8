// Package incidents holds what happened: incidents, programs and their
// operators, the movements of points on affected IDs and what was found about
// each (docs/domain.md sections 1 and 2).
package incidents

import (
	"context"
	"regexp"
	"time"

	"gorm.io/gorm"

	"hoten/app/access"
	"hoten/app/audit"
	"hoten/app/fault"
	"hoten/app/jptext"
	"hoten/app/secrets"
	"hoten/app/store"
	"hoten/app/verbs"
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
	CreatedAt         time.Time
}

// Contains reports whether t lies within the incident's period.
func (i Incident) Contains(t time.Time) bool {
	day := jptext.DateOf(t)
	return !day.Before(i.PeriodFrom) && !day.After(i.PeriodTo)
}

// Title is the incident's title in the language.
func (i Incident) Title(lang string) string {
	if lang == "en" {
		return i.TitleEn
	}
	return i.TitleJa
}

// Program is a point program; each is a unit of its own, never summed with another.
type Program struct {
	ID         int16
	Code       string
	NameJa     string
	NameEn     string
	OperatorID int16
}

// Name is the program's name in the language.
func (p Program) Name(lang string) string {
	if lang == "en" {
		return p.NameEn
	}
	return p.NameJa
}

// Programs lists all programs by id.
func Programs(db *gorm.DB) ([]Program, error) {
	var out []Program
	err := db.Order("id").Find(&out).Error
	return out, err
}

// AskPrograms reads what Programs lists.
func AskPrograms(reads *store.Reads) *[]Program {
	return store.Ask[Program](reads, "select * from programs order by id")
}

// ProgramByCode finds a program. An unknown code: Invalid on program.
func ProgramByCode(db *gorm.DB, code string) (*Program, error) {
	p, err := store.Find[Program](db, "code = ?", code)
	if fault.Of(err, fault.NotFound) {
		return nil, fault.Input("program", "program_unknown")
	}
	return p, err
}

// New is what POST /incidents takes; dates are days of JST.
type New struct {
	Reference, TitleJa, TitleEn      string
	PeriodFrom, PeriodTo, DetectedOn jptext.Date
	ReleasedOn                       *jptext.Date
	ReleasedIds, ReleasedExchanged   *int
}

var referenceForm = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._-]{0,39}$`)

// maxTitle bounds a title, in characters.
const maxTitle = 200

// maxReleased bounds the figures of a press release.
const maxReleased = 1_000_000_000

func (n New) check() error {
	var p fault.Problems
	if !referenceForm.MatchString(n.Reference) {
		p.Add("reference", "reference_invalid")
	} else {
		secrets.Text(&p, "reference", n.Reference, maxTitle)
	}
	for name, v := range map[string]string{"title_ja": n.TitleJa, "title_en": n.TitleEn} {
		secrets.Label(&p, name, v, maxTitle)
	}
	if n.PeriodFrom.IsZero() {
		p.Add("period_from", "date_invalid")
	}
	if n.PeriodTo.IsZero() {
		p.Add("period_to", "date_invalid")
	} else if n.PeriodTo.Before(n.PeriodFrom) {
		p.Add("period_to", "period_reversed")
	}
	if n.DetectedOn.IsZero() {
		p.Add("detected_on", "date_invalid")
	}
	if n.ReleasedOn != nil && n.ReleasedOn.IsZero() {
		p.Add("released_on", "date_invalid")
	}
	for name, v := range map[string]*int{"released_ids": n.ReleasedIds, "released_exchanged": n.ReleasedExchanged} {
		if v != nil && *v < 0 {
			p.Add(name, "must_be_positive")
		} else if v != nil && *v > maxReleased {
			p.Add(name, "too_large", "max", maxReleased)
		}
	}
	return p.Err()
}

// ToCreate is the verb of Create.
var ToCreate = verbs.Declare(verbs.Verb{Name: "incident.created", Needs: access.ManageIncidents, Subject: "incident"})

// Create records an incident. A known reference is a conflict.
func Create(ctx context.Context, s *store.Store, by access.Actor, n New) (*Incident, error) {
	return verbs.Do(ctx, s, by, ToCreate, verbs.About("incident", n.Reference), "", func(tx *store.Tx) (*Incident, error) {
		if err := n.check(); err != nil {
			return nil, err
		}
		made := &Incident{Reference: n.Reference, TitleJa: n.TitleJa, TitleEn: n.TitleEn, PeriodFrom: n.PeriodFrom, PeriodTo: n.PeriodTo,
			DetectedOn: n.DetectedOn, ReleasedOn: n.ReleasedOn, ReleasedIds: n.ReleasedIds, ReleasedExchanged: n.ReleasedExchanged, CreatedAt: tx.Now}
		if err := store.Insert(tx, made); err != nil {
			return nil, err
		}
		_, err := store.Exec(tx, "insert into incident_programs (incident_id, program_id) select $1, id from programs", made.ID)
		if err != nil {
			return nil, err
		}
		return made, audit.Record(tx, audit.Change{After: made})
	})
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

// ByID finds an incident. Unknown: NotFound.
func ByID(db *gorm.DB, id int64) (*Incident, error) { return store.Find[Incident](db, "id = ?", id) }

// AskByID reads the incident with the id.
func AskByID(reads *store.Reads, id int64) *[]Incident {
	return store.Ask[Incident](reads, "select * from incidents where id = $1", id)
}

// OperatorName is the name of a company in the language.
func OperatorName(db *gorm.DB, code, lang string) (name string, err error) {
	err = store.Scan(db, "select case $2 when 'en' then name_en else name_ja end from operators where code = $1", []any{code, lang}, &name)
	return name, err
}
