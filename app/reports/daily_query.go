package reports

import (
	"cmp"
	"slices"
	"time"

	"gorm.io/gorm"

	"hoten/app/access"
	"hoten/app/desks"
	"hoten/app/fault"
	"hoten/app/incidents"
	"hoten/app/jptext"
	"hoten/app/operators"
)

// Query says which report: of which incident (empty: the newest
// of an ID that the desk, else the reader's, serves), day (zero:
// today) and desk (empty: all).
type Query struct {
	Incident string
	Date     jptext.Date
	Desk     string
}

// scope is a query looked up.
type scope struct {
	incident *incidents.Incident
	date     jptext.Date
	desk     int64 // 0: all
	code     string
	desks    []desks.Kept
	large    bool // nobody may count its open cases while a reader waits
}

func (q Query) look(db *gorm.DB, by access.Actor, now time.Time) (s scope, err error) {
	today := jptext.DateOf(now)
	if s.date = q.Date; s.date.IsZero() {
		s.date = today
	}
	if s.date.After(today) {
		return s, fault.Input("date", "date_future")
	}
	if s.desks, err = desks.List(db); err != nil {
		return s, err
	}
	if q.Desk != "" {
		i := slices.IndexFunc(s.desks, func(d desks.Kept) bool { return d.Code == q.Desk })
		if i < 0 {
			return s, fault.Input("desk", "desk_unknown")
		}
		s.desk, s.code = s.desks[i].ID, q.Desk
	}
	if q.Incident != "" {
		s.incident, err = incidents.ByReference(db, q.Incident)
		if fault.Of(err, fault.NotFound) {
			err = fault.Input("incident", "filter_unknown")
		}
		return s, err
	}
	all, err := incidents.List(db)
	if err == nil && len(all) == 0 {
		err = fault.Missing()
	}
	if err != nil {
		return s, err
	}
	ids, err := operators.IDs(db)
	s.incident = incidents.NewestOf(all, incidents.ServedBy(s.desks, ids, cmp.Or(s.desk, by.DeskID)))
	return s, err
}

// end is the first instant of the next day.
func (s scope) end() time.Time { return s.date.AddDays(1).At(0) }

// args are what every query takes: $1 the incident, $2 and $3 the first instant of
// the day and of the next, $4 the desk.
func (s scope) args(more ...any) []any {
	return append([]any{s.incident.ID, s.date.At(0), s.end(), s.desk}, more...)
}

// onDay and ofDesk are conditions over the arguments of a scope.
func onDay(column string) string  { return column + " >= $2 and " + column + " < $3" }
func ofDesk(column string) string { return "($4::bigint = 0 or " + column + " = $4)" }

// caseDesk is the desk that keeps the case c: its own, else its assignee's.
const caseDesk = "coalesce(c.desk_id, (select desk_id from staff where id = c.assignee_id))"
