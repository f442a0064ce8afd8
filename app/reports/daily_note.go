package reports

import (
	"context"
	"time"

	"gorm.io/gorm"

	"hoten/app/access"
	"hoten/app/audit"
	"hoten/app/fault"
	"hoten/app/jptext"
	"hoten/app/secrets"
	"hoten/app/staff"
	"hoten/app/store"
	"hoten/app/vault"
	"hoten/app/verbs"
)

// DailyNote is what somebody hands over (申し送り) with a day's report. It is never
// changed; what was wrong is said in another.
type DailyNote struct {
	At   time.Time  `json:"at"`
	Desk string     `json:"desk,omitempty"`
	By   staff.Name `json:"by"`
	Text string     `json:"text"`
}

// ToAddNote is the verb of AddNote.
var ToAddNote = verbs.Declare(verbs.Verb{Name: "daily.noted", Needs: access.WorkCases, Subject: "incident"})

// AddNote writes a note for the day and desk of a report. A note that looks like a
// secret is refused (docs/domain.md section 4), as is one for a day ahead.
func AddNote(ctx context.Context, s *store.Store, by access.Actor, q Query, text string) error {
	return verbs.Run(ctx, s, by, ToAddNote, "incident", "", func(tx *store.Tx) error {
		if jptext.Blank(text) {
			return fault.Input("text", "required")
		}
		if err := secrets.Refuse("text", text); err != nil {
			return err
		}
		of, err := q.look(tx.DB, by, tx.Now)
		if err != nil {
			return err
		}
		ids, err := store.TakeIDs(tx.DB, "daily_notes", 1)
		if err != nil {
			return err
		}
		tx.Queue("insert into daily_notes (id, incident_id, day, desk_id, staff_id, at, text) values ($1, $2, $3, nullif($4::bigint, 0), $5, $6, $7)",
			ids[0], of.incident.ID, of.date.String(), of.desk, by.ID, tx.Now, tx.Vault().Seal("daily_notes", "text", ids[0], text))
		return audit.Record(tx, audit.Change{Subject: of.incident.Subject(),
			After: map[string]any{"note": ids[0], "day": of.date.String(), "desk": q.Desk}})
	})
}

// notesOf reads the notes of a report, the first first; one for all desks stands in
// the report of each.
func notesOf(db *gorm.DB, v *vault.Vault, of scope) ([]DailyNote, error) {
	type row struct {
		ID   int64
		At   time.Time
		Desk string
		By   staff.Name
		Text []byte
	}
	rows, err := store.Select[row](db, `select n.id, n.at, coalesce(d.code, '') as desk, `+staff.NameOf("s")+` as by, n.text
		from daily_notes n join staff s on s.id = n.staff_id left join desks d on d.id = n.desk_id
		where n.incident_id = $1 and n.day = $2 and ($3::bigint = 0 or n.desk_id is null or n.desk_id = $3) order by n.id`, of.incident.ID, of.date.String(), of.desk)
	if err != nil {
		return nil, err
	}
	out := make([]DailyNote, len(rows))
	for i, r := range rows {
		out[i] = DailyNote{r.At, r.Desk, r.By, v.Read("daily_notes", "text", r.ID, r.Text)}
	}
	return out, nil
}

// HandedOver is a note of the last day that has any, and which report it belongs to.
type HandedOver struct {
	DailyNote
	Incident string
	Day      jptext.Date
}

// AskHandedOver reads the notes of the last day that has any for the desk (0: for any), of
// all incidents, the first first; what it returns gives them once the reads have run.
func AskHandedOver(reads *store.Reads, v *vault.Vault, desk int64) func() []HandedOver {
	type row struct {
		ID       int64
		At       time.Time
		Desk     string
		By       staff.Name
		Text     []byte
		Incident string
		Day      jptext.Date
	}
	const forDesk = "($1::bigint = 0 or n.desk_id is null or n.desk_id = $1)"
	rows := store.Ask[row](reads, `select n.id, n.at, coalesce(d.code, '') as desk, `+staff.NameOf("s")+` as by, n.text, i.reference as incident, n.day
		from daily_notes n join staff s on s.id = n.staff_id join incidents i on i.id = n.incident_id left join desks d on d.id = n.desk_id
		where n.day = (select n.day from daily_notes n where `+forDesk+" order by n.day desc limit 1) and "+forDesk+" order by n.id", desk)
	return func() []HandedOver {
		out := make([]HandedOver, len(*rows))
		for i, r := range *rows {
			out[i] = HandedOver{DailyNote{r.At, r.Desk, r.By, v.Read("daily_notes", "text", r.ID, r.Text)}, r.Incident, r.Day}
		}
		return out
	}
}
