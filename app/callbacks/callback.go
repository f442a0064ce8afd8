package callbacks

import (
	"slices"
	"time"

	"hoten/app/access"
	"hoten/app/cases"
	"hoten/app/desks"
	"hoten/app/fault"
	"hoten/app/staff"
	"hoten/app/vault"
)

// States of a callback.
const (
	Open      = "open"
	Done      = "done"
	Dropped   = "dropped"
	Exhausted = "exhausted"
)

// States lists them.
var States = []string{Open, Done, Dropped, Exhausted}

// Outcomes of an attempt.
const (
	NoAnswer    = "no_answer"
	Voicemail   = "voicemail"
	Busy        = "busy"
	WrongNumber = "wrong_number"
	Reached     = "reached"
)

// Outcomes lists them, the usual ones first.
var Outcomes = []string{Reached, NoAnswer, Voicemail, Busy, WrongNumber}

// The channels after three unsuccessful attempts.
const (
	ByMail   = "mail"
	ByLetter = "letter"
)

// MaxAttempts is how often somebody is called before the next channel.
const MaxAttempts = 3

// Soon is how long before its time a callback is shown as due soon, and Reminder
// how long before it its assignee is reminded on every page.
const (
	Soon     = 15 * time.Minute
	Reminder = 10 * time.Minute
)

// Callback is a promised call. Despite: outside the hours, as the member wished.
type Callback struct {
	ID          int64
	CaseID      int64
	DeskID      int64
	DueAt       time.Time
	Despite     bool
	Note        []byte
	PromisedBy  int64
	PromisedAt  time.Time
	AssigneeID  int64
	State       string
	Attempts    int16
	NextChannel *string
	ClosedAt    *time.Time
	ClosedBy    *int64
	Reason      []byte
	Version     int64
}

// Logged is one attempt as it was logged.
type Logged struct {
	ID         int64
	CallbackID int64
	At         time.Time
	StaffID    int64
	StaffName  staff.Name
	Outcome    string
	Despite    bool
}

// PlainNote opens what whoever promised wrote.
func (c Callback) PlainNote(v *vault.Vault) (string, error) {
	return v.Read("callbacks", "note", c.ID, c.Note), nil
}

// Overdue reports whether the promised time has passed.
func (c Callback) Overdue(now time.Time) bool { return c.State == Open && c.DueAt.Before(now) }

// DueSoon reports whether the promised time comes within Soon.
func (c Callback) DueSoon(now time.Time) bool {
	return c.State == Open && !c.DueAt.Before(now) && c.DueAt.Before(now.Add(Soon))
}

// Dialable reports whether it is time to call: from Soon before what was promised on.
func (c Callback) Dialable(now time.Time) bool { return !now.Before(c.DueAt.Add(-Soon)) }

// promisable refuses a time that no callback can be promised for.
func promisable(d desks.Desk, due, now time.Time, despite bool) error {
	switch {
	case due.IsZero():
		return fault.Input("due_at", "required")
	case !due.After(now):
		return fault.Input("due_at", "due_not_ahead")
	case due.After(now.AddDate(0, 3, 0)):
		return fault.Input("due_at", "due_too_far")
	}
	return cases.MayRing("due_at", d, due, despite)
}

// goingOn refuses what needs an open callback as the reader saw it; a version of
// 0 is any.
func (c Callback) goingOn(version int64) error {
	switch {
	case c.State != Open:
		return fault.New(fault.Conflict, "callback_closed", "state", c.State)
	case version != 0 && version != c.Version:
		return fault.New(fault.Conflict, "conflict", "version", c.Version)
	}
	return nil
}

// attempt counts one attempt and tells how the callback stands after it.
func (c *Callback) attempt(outcome string) error {
	if !slices.Contains(Outcomes, outcome) {
		return fault.Input("outcome", "attempt_unknown")
	}
	c.Attempts++
	switch {
	case outcome == Reached:
		c.State = Done
	case c.Attempts >= MaxAttempts:
		c.State = Exhausted
	}
	return nil
}

// closed notes by whom and when a callback that is no longer open was ended.
func (c *Callback) closed(by access.Actor, now time.Time) {
	if c.State != Open {
		c.ClosedAt, c.ClosedBy = &now, &by.ID
	}
}

// summary is the callback in the audit trail and in timelines: no personal data.
func (c Callback) summary() map[string]any {
	return map[string]any{"callback": c.ID, "state": c.State, "due": c.DueAt.UTC().Format(time.RFC3339), "despite": c.Despite,
		"attempts": c.Attempts, "assignee": c.AssigneeID}
}
