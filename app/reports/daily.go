package reports

import (
	"slices"
	"time"

	"gorm.io/gorm"

	"hoten/app/access"
	"hoten/app/desks"
	"hoten/app/fault"
	"hoten/app/incidents"
	"hoten/app/jptext"
	"hoten/app/vault"
)

// Daily is a desk's report of one day on one incident. With a desk it counts the
// calls that came to it, what its people did, and the cases it keeps; mails have
// no desk and follow their case.
type Daily struct {
	Incident       string           `json:"incident"`
	Date           jptext.Date      `json:"date"`
	Desk           string           `json:"desk,omitempty"`
	At             time.Time        `json:"at"`
	Hours          []DeskHours      `json:"hours"`
	Calls          []DeskCalls      `json:"calls"`
	Callbacks      CallbackDay      `json:"callbacks"`
	Resets         Resets           `json:"resets"`
	Cases          CaseDay          `json:"cases"`
	Reimbursements []Decided        `json:"reimbursements"`
	Points         []PointsOnDay    `json:"points"`
	Mails          map[string]int64 `json:"mails"`
	Open           *Ages            `json:"open,omitempty"` // nil: too long ago to tell
	Agents         []AgentDay       `json:"agents,omitempty"`
	Notes          []DailyNote      `json:"notes"`
}

// DeskHours are a desk's hours on the day, in minutes after midnight in Japan.
type DeskHours struct {
	Desk   string `json:"desk"`
	Open   int    `json:"open"`
	Close  int    `json:"close"`
	Closed bool   `json:"closed"`
	Why    string `json:"why,omitempty"` // why the day differs, as desks.Desk.Why says
}

// CallbackDay are the callbacks promised, and what became of those due on the day.
type CallbackDay struct {
	Promised int64 `json:"promised"`
	Attempts int64 `json:"attempts"`
	Reached  int64 `json:"reached"`
	Missed   int64 `json:"missed"` // nobody had called when their time came
}

// DeskCalls are the calls of a desk; one without a desk comes last. The outcomes
// are those of calls that began on the day.
type DeskCalls struct {
	Desk              string `json:"desk"`
	Inbound           int64  `json:"inbound"`
	Outbound          int64  `json:"outbound"`
	Verified          int64  `json:"verified"`
	Mismatch          int64  `json:"mismatch"`
	Unable            int64  `json:"unable"`
	ImpostorSuspected int64  `json:"impostor_suspected"`
	Ended             int64  `json:"ended"`
	TalkSeconds       int64  `json:"talk_seconds"` // of the ended ones together
}

// MeanTalk is the mean length of the calls that ended; zero when none did.
func (c DeskCalls) MeanTalk() time.Duration {
	if c.Ended == 0 {
		return 0
	}
	return time.Duration(c.TalkSeconds/c.Ended) * time.Second
}

// Resets are the reset links that were sent, and used.
type Resets struct {
	Sent      int64 `json:"sent"`
	Completed int64 `json:"completed"`
}

// CaseDay are the cases opened and completed.
type CaseDay struct {
	Opened    int64 `json:"opened"`
	Completed int64 `json:"completed"`
}

// Steps of a reimbursement, in the order of a report.
var Steps = []string{"proposed", "approved", "returned", "rejected", "withdrawn", "posted"}

// Decided is how many reimbursements took a step.
type Decided struct {
	Step  string `json:"step"`
	Count int64  `json:"count"`
}

// PointsOnDay are the points of the reimbursements that took a step: a program
// each, never summed.
type PointsOnDay struct {
	Step      string `json:"step"`
	Program   string `json:"program"`
	Rollback  int64  `json:"rollback"`
	Reimburse int64  `json:"reimburse"`
	Absorbed  int64  `json:"absorbed"`
	Adjusted  int64  `json:"adjusted"`
}

// AgentDay is what one person did.
type AgentDay struct {
	ID        int64  `json:"id"`
	Name      string `json:"name"`
	Calls     int64  `json:"calls"`
	Verified  int64  `json:"verified"`
	Proposals int64  `json:"proposals"`
}

// Query says which report: of which incident (empty: the newest), day (zero:
// today) and desk (empty: all).
type Query struct {
	Incident string
	Date     jptext.Date
	Desk     string
}

// DailyOf writes the report. Figures of single people are for those who lead or
// audit them.
func DailyOf(db *gorm.DB, v *vault.Vault, by access.Actor, q Query, now time.Time) (*Daily, error) {
	if err := by.Require(access.ReadCases); err != nil {
		return nil, err
	}
	of, err := q.look(db, now)
	if err != nil {
		return nil, err
	}
	d := &Daily{Incident: of.incident.Reference, Date: of.date, Desk: q.Desk, At: now}
	d.hours(of)
	for _, read := range []func(*Daily, *gorm.DB, scope) error{(*Daily).calls, (*Daily).callbacks, (*Daily).work, (*Daily).reimbursements, (*Daily).points, (*Daily).mails, (*Daily).open} {
		if err := read(d, db, of); err != nil {
			return nil, err
		}
	}
	if by.May(access.ReadAuditDesk) {
		if err := d.agents(db, of); err != nil {
			return nil, err
		}
	}
	d.Notes, err = notesOf(db, v, of)
	return d, err
}

func (d *Daily) hours(of scope) {
	for _, desk := range of.desks {
		if of.desk == 0 || of.desk == desk.ID {
			open, close, ok := desk.On(of.date)
			d.Hours = append(d.Hours, DeskHours{desk.Code, open, close, !ok, desk.Why(of.date)})
		}
	}
}

// scope is a query looked up.
type scope struct {
	incident *incidents.Incident
	date     jptext.Date
	today    bool
	long     bool  // more than longestGap days ago
	desk     int64 // 0: all
	desks    []desks.Kept
}

func (q Query) look(db *gorm.DB, now time.Time) (s scope, err error) {
	today := jptext.DateOf(now)
	if s.date = q.Date; s.date.IsZero() {
		s.date = today
	}
	if s.today = s.date == today; s.date.After(today) {
		return s, fault.Input("date", "date_future")
	}
	s.long = s.date.AddDays(longestGap).Before(today)
	if s.desks, err = desks.List(db); err != nil {
		return s, err
	}
	if q.Desk != "" {
		i := slices.IndexFunc(s.desks, func(d desks.Kept) bool { return d.Code == q.Desk })
		if i < 0 {
			return s, fault.Input("desk", "desk_unknown")
		}
		s.desk = s.desks[i].ID
	}
	if q.Incident != "" {
		s.incident, err = incidents.ByReference(db, q.Incident)
		return s, err
	}
	all, err := incidents.List(db)
	if err == nil && len(all) == 0 {
		err = fault.Missing()
	}
	if err != nil {
		return s, err
	}
	s.incident = &all[0]
	return s, nil
}

// args are what every query below takes: $1 the incident, $2 and $3 the first
// instant of the day and of the next, $4 the desk.
func (s scope) args() []any {
	return []any{s.incident.ID, s.date.At(0), s.date.AddDays(1).At(0), s.desk}
}

// onDay and ofDesk are conditions over the arguments of a scope.
func onDay(column string) string  { return column + " >= $2 and " + column + " < $3" }
func ofDesk(column string) string { return "($4::bigint = 0 or " + column + " = $4)" }
