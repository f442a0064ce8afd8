package cti

import (
	"bytes"
	"context"
	"slices"
	"strconv"
	"strings"
	"time"

	"gorm.io/gorm"

	"hoten/app/access"
	"hoten/app/desks"
	"hoten/app/fault"
	"hoten/app/jptext"
	"hoten/app/staff"
	"hoten/app/store"
	"hoten/app/vault"
)

// Event is what a telephone system tells of a call, as Zammad's generic CTI has it.
type Event struct {
	Event           string // newCall, answer or hangup
	From, To        string
	Direction       string // in or out
	CallID          string
	Users           []string // who is called, or calls out, by name
	AnsweringNumber string   // who answered: an extension or an email address
	Queue           string
	Cause           string // why it was hung up
}

// Kinds of events.
const (
	NewCall = "newCall"
	Answer  = "answer"
	Hangup  = "hangup"
)

// Forwarded is the cause of a call that goes on with somebody else.
const Forwarded = "forwarded"

// longest bounds each text of an event, in bytes (Zammad's own bound on a call's ID is 250).
const longest = 250

func (e Event) check() error {
	var p fault.Problems
	if !slices.Contains([]string{NewCall, Answer, Hangup}, e.Event) {
		p.Add("event", "cti_event_unknown")
	}
	if e.CallID == "" {
		p.Add("callId", "required")
	}
	if e.Direction != "in" && e.Direction != "out" {
		p.Add("direction", "cti_direction_unknown")
	}
	for _, f := range []struct{ name, value string }{{"from", e.From}, {"to", e.To}, {"callId", e.CallID}, {"user", strings.Join(e.Users, "")},
		{"answeringNumber", e.AnsweringNumber}, {"queue", e.Queue}, {"cause", e.Cause}} {
		if len(f.value) > longest {
			p.Add(f.name, "too_long", "max", longest)
		} else if !store.Storable(f.value) {
			p.Add(f.name, "undecodable")
		}
	}
	return p.Err()
}

// sides are the member's number and that of the center.
func (e Event) sides() (member, ours string) {
	if e.Direction == "out" {
		return e.To, e.From
	}
	return e.From, e.To
}

// Line is a telephone call.
type Line struct {
	ID           int64
	ConnectionID int64
	CallKey      string
	Direction    string // inbound or outbound
	Number       []byte // of the other side, sealed; nil where it is withheld
	NumberKey    []byte // keyed hash of it
	DeskID       *int64
	Dialled      string // a number that no desk has
	AgentID      *int64
	AnsweredBy   string // whom no account is known by
	OfferedAt    time.Time
	AnsweredAt   *time.Time
	EndedAt      *time.Time
	Cause        string
	ShownAt      *time.Time
}

// TableName is the table of Line.
func (Line) TableName() string { return "cti_calls" }

// PlainNumber is the other side's number as it is dialled in Japan; empty where it is
// withheld, vault.Damaged where it cannot be read.
func (l Line) PlainNumber(v *vault.Vault) string {
	return v.Read("cti_calls", "number", l.ID, l.Number)
}

// Of reports whether the call may be one with the number whose key it is: any where its own
// is withheld.
func (l Line) Of(number []byte) bool { return l.NumberKey == nil || bytes.Equal(l.NumberKey, number) }

// Take notes an event of a connection and returns its call. An event that cannot be read is
// Invalid with the field, and the connection says so until the next good one.
func Take(ctx context.Context, s *store.Store, c *Connection, e Event) (*Line, error) {
	if err := e.check(); err != nil {
		return nil, c.refuse(ctx, s, err)
	}
	var line *Line
	return line, store.Keep(ctx, s, func(tx *store.Tx) (err error) {
		if line, err = c.line(tx, e); err != nil {
			return err
		}
		if err := line.learn(tx, e); err != nil {
			return err
		}
		if err := store.Save(tx, line, "number", "number_key", "desk_id", "dialled", "agent_id", "answered_by", "answered_at", "ended_at", "cause", "shown_at"); err != nil {
			return err
		}
		tx.Queue("update cti_connections set heard_at = $2, refused_at = null, refused = '' where id = $1", c.ID, tx.Now)
		if line.AgentID != nil && e.Event != NewCall {
			tx.Queue("select pg_notify($1, $2)", channel, strconv.FormatInt(*line.AgentID, 10))
		}
		return nil
	})
}

// refuse keeps why an event was not understood, where whoever set the system up looks for it.
func (c *Connection) refuse(ctx context.Context, s *store.Store, refusal error) error {
	code := "invalid"
	if f, ok := fault.As(refusal); ok && len(f.Fields) > 0 {
		code = f.Fields[0].Name + ":" + f.Fields[0].Code
	}
	err := store.Keep(ctx, s, func(tx *store.Tx) error {
		tx.Queue("update cti_connections set refused_at = $2, refused = $3 where id = $1", c.ID, tx.Now, code)
		return nil
	})
	if err != nil {
		return err
	}
	return refusal
}

// line is the row of the event's call, locked; a new one where it is the first that is heard
// of it.
func (c *Connection) line(tx *store.Tx, e Event) (*Line, error) {
	for {
		found, err := store.Returning[Line](tx, "select * from cti_calls where connection_id = $1 and call_key = $2 for update", c.ID, e.CallID)
		if err != nil {
			return nil, err
		}
		if len(found) > 0 {
			return &found[0], nil
		}
		made := &Line{ConnectionID: c.ID, CallKey: e.CallID, Direction: "inbound", OfferedAt: tx.Now}
		if e.Direction == "out" {
			made.Direction = "outbound"
		}
		if fresh, err := store.InsertNew(tx, made); err != nil || fresh {
			return made, err
		}
	}
}

// learn takes over what an event says that is not known yet. Who answers may change: a call
// is put through.
func (l *Line) learn(tx *store.Tx, e Event) error {
	member, ours := e.sides()
	if number := Number(member); l.Number == nil && number != "" {
		l.Number, l.NumberKey = tx.Vault().Seal("cti_calls", "number", l.ID, number), tx.Vault().Blind("phone", number)
	}
	if l.DeskID == nil {
		if err := l.findDesk(tx.DB, ours, e.Queue); err != nil {
			return err
		}
	}
	switch e.Event {
	case Answer:
		if l.AnsweredAt == nil {
			l.AnsweredAt = &tx.Now
		}
		return l.findAgent(tx.DB, e)
	case Hangup:
		if l.EndedAt != nil {
			return nil
		}
		if l.Cause = e.Cause; e.Cause != Forwarded {
			l.EndedAt = &tx.Now
		}
	}
	return nil
}

// findDesk finds the desk by the number that was dialled, else by the queue's name.
func (l *Line) findDesk(db *gorm.DB, ours, queue string) error {
	list, err := desks.List(db)
	if err != nil {
		return err
	}
	number := Number(ours)
	for _, d := range list {
		if number != "" && jptext.PhoneKey(d.Phone) == number || queue != "" && (strings.EqualFold(queue, d.Code) || queue == d.NameJa || strings.EqualFold(queue, d.NameEn)) {
			l.DeskID, l.Dialled = &d.ID, ""
			return nil
		}
	}
	if l.Direction == "inbound" {
		l.Dialled = number
	}
	return nil
}

// findAgent finds who answered, by the extension, the email address or, where it is one
// person's alone, the name.
func (l *Line) findAgent(db *gorm.DB, e Event) error {
	known := jptext.ReferenceKey(e.AnsweringNumber)
	names := []string{}
	if known == "" {
		names = e.Users
	}
	found, err := staff.ByTelephone(db, known, names)
	switch {
	case err != nil:
		return err
	case len(found) == 1 && found[0].Role.May(access.WorkCases):
		if l.AgentID == nil || *l.AgentID != found[0].ID {
			l.AgentID, l.ShownAt = &found[0].ID, nil
		}
		l.AnsweredBy = ""
	case l.AgentID == nil:
		l.AnsweredBy = e.AnsweringNumber
		if known == "" {
			l.AnsweredBy = strings.Join(names, "、")
		}
	}
	return nil
}

// withheld are the words that telephone systems say for a number that is not shown.
var withheld = []string{"anonymous", "unknown", "restricted", "withheld", "unavailable", "private", "非通知", "公衆電話", "表示圏外"}

// Number is a telephone number as it is compared and dialled in Japan (jptext.PhoneKey),
// whatever a system makes of it: "sip:+81312345678@pbx.example", "0081312345678" and
// "81312345678" are 0312345678. Empty where it is withheld, or none.
func Number(s string) string {
	s = strings.TrimSpace(s)
	if i := strings.IndexByte(s, ':'); i >= 0 {
		s = s[i+1:]
	}
	s, _, _ = strings.Cut(s, "@")
	if slices.ContainsFunc(withheld, func(w string) bool { return strings.EqualFold(s, w) }) {
		return ""
	}
	key := jptext.TypedPhone(s)
	switch national, is := strings.CutPrefix(strings.TrimPrefix(key, "00"), "81"); {
	case is && len(national) >= 9 && len(national) <= 10: // no number in Japan begins with 81
		return "0" + strings.TrimPrefix(national, "0")
	case strings.HasPrefix(key, "00"):
		return "+" + strings.TrimLeft(key, "0")
	}
	return key
}
