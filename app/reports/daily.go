package reports

import (
	"time"

	"gorm.io/gorm"

	"hoten/app/access"
	"hoten/app/cti"
	"hoten/app/desks"
	"hoten/app/jptext"
	"hoten/app/staff"
	"hoten/app/vault"
)

// Daily is a desk's report (日報) of one day in Japan, [0:00, 24:00), on one
// incident. A desk has the calls and callbacks that were noted for it, what its
// people did (cases opened, moved and completed, resets, proposals and decisions),
// and, of what waits, the cases that are its own or its people's, with their mails.
type Daily struct {
	Incident       string        `json:"incident"`
	Date           jptext.Date   `json:"date"`
	Desk           string        `json:"desk,omitempty"`
	At             time.Time     `json:"at"` // when it was counted
	Hours          []DeskHours   `json:"hours"`
	Calls          []DeskCalls   `json:"calls"`
	ByHour         []HourCalls   `json:"by_hour"`
	Telephone      []HalfHour    `json:"telephone"` // as telephone systems tell of it
	Callbacks      CallbackDay   `json:"callbacks"`
	Resets         Resets        `json:"resets"`
	Cases          CaseDay       `json:"cases"`
	Open           *Ages         `json:"open,omitempty"` // at the end of the day; nil: not known any more
	Reimbursements []Decided     `json:"reimbursements"`
	Points         []PointsOnDay `json:"points"`
	Mails          []MailDay     `json:"mails"`
	Agents         []AgentDay    `json:"agents,omitzero"` // nil: for others only
	Notes          []DailyNote   `json:"notes"`
}

// DeskHours are a desk's hours on the day, in minutes after midnight in Japan: from the
// first opening to the last close, and each opening.
type DeskHours struct {
	Desk   string `json:"desk"`
	Open   int    `json:"open"`
	Close  int    `json:"close"`
	Closed bool   `json:"closed"`
	Why    string `json:"why,omitempty"` // why the day differs, as desks.Desk.Why says

	Openings []desks.Span `json:"openings"`
}

// DeskCalls are the calls of a desk that began on the day, and what came of them;
// those without a desk come last.
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

// HourCalls are the calls that began in an hour, 0 to 23 in Japan.
type HourCalls struct {
	Hour     int   `json:"hour"`
	Inbound  int64 `json:"inbound"`
	Outbound int64 `json:"outbound"`
}

// HalfHour are the telephone calls that came in at a desk in half an hour; an empty desk: at
// a number that no desk has. What rings still is neither answered nor abandoned.
type HalfHour struct {
	From      time.Time `json:"from"`
	Desk      string    `json:"desk"`
	Offered   int64     `json:"offered"`
	Answered  int64     `json:"answered"`
	Abandoned int64     `json:"abandoned"`
}

// CallbackDay are the callbacks promised on the day, those due on it as their times
// stand now, and the attempts made.
type CallbackDay struct {
	Promised int64 `json:"promised"`
	Due      int64 `json:"due"`
	Kept     int64 `json:"kept"`   // somebody had called when their time came
	Missed   int64 `json:"missed"` // nobody had
	Attempts int64 `json:"attempts"`
	Reached  int64 `json:"reached"`
}

// Resets are the reset links that were sent, the IDs that their members resumed
// with one, and the IDs that a supervisor released.
type Resets struct {
	Sent      int64 `json:"sent"`
	Completed int64 `json:"completed"`
	Released  int64 `json:"released"`
}

// CaseDay are the cases to which that happened, each once.
type CaseDay struct {
	Opened     int64 `json:"opened"`
	Completed  int64 `json:"completed"`
	OutOfScope int64 `json:"out_of_scope"`
	Reopened   int64 `json:"reopened"`
}

// Steps of a reimbursement, in the order of a report.
var Steps = []string{"proposed", "approved", "returned", "rejected", "withdrawn", "posted"}

// Decided is how many reimbursements took a step.
type Decided struct {
	Step  string `json:"step"`
	Count int64  `json:"count"`
}

// PointsOnDay are the points of the reimbursements that took a step: a program
// each, never summed. What a rollback takes is negative, but in the API.
type PointsOnDay struct {
	Step      string `json:"step"`
	Program   string `json:"program"`
	Rollback  int64  `json:"rollback"`
	Reimburse int64  `json:"reimburse"`
	Absorbed  int64  `json:"absorbed"`
	Adjusted  int64  `json:"adjusted"`
}

// MailDay are the mails of a kind.
type MailDay struct {
	Kind    string `json:"kind"`
	Sent    int64  `json:"sent"`
	Failed  int64  `json:"failed"`
	Bounced int64  `json:"bounced"`
}

// AgentDay is what one person did.
type AgentDay struct {
	ID        int64      `json:"id"`
	Name      staff.Name `json:"name"`
	Calls     int64      `json:"calls"`
	Verified  int64      `json:"verified"`
	Resets    int64      `json:"resets"`
	Proposals int64      `json:"proposals"`
	Approvals int64      `json:"approvals"` // that stand
}

// DailyOf gives the report. Figures of single people are for those who lead or
// audit them. Invalid on date: a day ahead; on desk: an unknown one.
func DailyOf(db *gorm.DB, v *vault.Vault, by access.Actor, q Query, now time.Time) (*Daily, error) {
	if err := by.Require(access.ReadCases); err != nil {
		return nil, err
	}
	of, err := q.look(db, by, now)
	if err != nil {
		return nil, err
	}
	d, err := of.keptOrCounted(db, now)
	if err != nil {
		return nil, err
	}
	d.hours(of)
	if !by.May(access.ReadAuditDesk) {
		d.Agents = nil
	}
	if err := d.telephone(db, of); err != nil {
		return nil, err
	}
	if err := d.nameAgents(db); err != nil {
		return nil, err
	}
	d.Notes, err = notesOf(db, v, of)
	return d, err
}

// countDay counts everything of the report that figures are.
func countDay(db *gorm.DB, of scope, now time.Time) (*Daily, error) {
	d := &Daily{Incident: of.incident.Reference, Date: of.date, Desk: of.code, At: now, ByHour: []HourCalls{}, Mails: []MailDay{}}
	for _, read := range []func(*gorm.DB, scope) error{d.calls, d.byHour, d.callbacks, d.work, d.open, d.reimbursements, d.points, d.mails, d.agents} {
		if err := read(db, of); err != nil {
			return nil, err
		}
	}
	return d, nil
}

// telephone is read as it is: what came in has no incident, and is never counted again.
func (d *Daily) telephone(db *gorm.DB, of scope) error {
	found, err := cti.HalfHours(db, of.date.At(0), of.end())
	d.Telephone = []HalfHour{}
	codes := map[int64]string{}
	for _, desk := range of.desks {
		codes[desk.ID] = desk.Code
	}
	for _, h := range found {
		if of.desk == 0 || of.desk == h.DeskID {
			d.Telephone = append(d.Telephone, HalfHour{From: h.From, Desk: codes[h.DeskID], Offered: h.Offered, Answered: h.Answered, Abandoned: h.Abandoned})
		}
	}
	return err
}

func (d *Daily) hours(of scope) {
	for _, desk := range of.desks {
		if of.desk == 0 || of.desk == desk.ID {
			h := DeskHours{Desk: desk.Code, Why: desk.Why(of.date), Openings: desk.On(of.date)}
			if n := len(h.Openings); n > 0 {
				h.Open, h.Close = h.Openings[0].Open, h.Openings[n-1].Close
			} else {
				h.Closed, h.Openings = true, []desks.Span{}
			}
			d.Hours = append(d.Hours, h)
		}
	}
}
