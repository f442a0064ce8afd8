package reports

import (
	"context"
	"encoding/json"
	"time"

	"gorm.io/gorm"

	"hoten/app/desks"
	"hoten/app/incidents"
	"hoten/app/jptext"
	"hoten/app/store"
)

// keptOrCounted reads the kept report of a large incident's day, and counts where
// none is kept: all of it, but not what was open in a large incident.
func (s scope) keptOrCounted(db *gorm.DB, now time.Time) (*Daily, error) {
	type row struct{ Value string }
	rows, err := store.Select[row](db, "select value from daily_figures where incident_id = $1 and day = $2 and desk_id = $3", s.incident.ID, s.date.String(), s.desk)
	if err != nil {
		return nil, err
	}
	if len(rows) > 0 {
		kept := &Daily{}
		return kept, json.Unmarshal([]byte(rows[0].Value), kept)
	}
	if s.large, err = isLarge(db, s.incident.ID); err != nil {
		return nil, err
	}
	return countDay(db, s, now)
}

// keepDays counts the reports of today for each desk and for all, again and again,
// and those of yesterday, or of a day on which the program ended, once more when
// the day is over.
func keepDays(ctx context.Context, s *store.Store, incident int64) error {
	db := store.Read(ctx, s)
	i, err := incidents.ByID(db, incident)
	if err != nil {
		return err
	}
	list, err := desks.List(db)
	if err != nil {
		return err
	}
	today := jptext.DateOf(s.Clock())
	type due struct{ Day jptext.Date }
	days, err := store.Select[due](db, `select $2::date as day union select $3::date
		union select day from daily_figures where incident_id = $1 and at < (day + 1)::timestamp at time zone interval '9 hours' order by day`,
		incident, today.AddDays(-1).String(), today.String())
	if err != nil {
		return err
	}
	for _, d := range days {
		for _, of := range append([]scope{{}}, each(list)...) {
			of.incident, of.date, of.desks = i, d.Day, list
			if err := keepDay(ctx, s, of); err != nil {
				return err
			}
		}
	}
	return nil
}

func each(list []desks.Kept) (out []scope) {
	for _, d := range list {
		out = append(out, scope{desk: d.ID, code: d.Code})
	}
	return out
}

// keepDay counts one of them, if it is due; together they rest as one part does.
func keepDay(ctx context.Context, s *store.Store, of scope) error {
	db := store.Read(ctx, s)
	type kept struct {
		At     time.Time
		TookMs int64
	}
	last, err := store.Select[kept](db, "select at, took_ms from daily_figures where incident_id = $1 and day = $2 and desk_id = $3", of.incident.ID, of.date.String(), of.desk)
	if err != nil || len(last) > 0 && (!last[0].At.Before(of.end()) || !rested(s, &last[0].At, last[0].TookMs*int64(1+len(of.desks)))) {
		return err
	}
	begun := time.Now()
	d, err := countDay(db, of, s.Clock().UTC())
	if err != nil {
		return err
	}
	written, err := json.Marshal(d)
	if err != nil {
		return err
	}
	return store.Keep(ctx, s, func(tx *store.Tx) error {
		_, err := store.Exec(tx, `insert into daily_figures (incident_id, day, desk_id, at, took_ms, value) values ($1, $2, $3, $4, $5, $6)
			on conflict (incident_id, day, desk_id) do update set at = excluded.at, took_ms = excluded.took_ms, value = excluded.value`,
			of.incident.ID, of.date.String(), of.desk, tx.Now, time.Since(begun).Milliseconds(), string(written))
		return err
	})
}
