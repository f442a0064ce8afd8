package services

import (
	"fmt"
	"slices"
	"time"

	"hoten/app/fault"
	"hoten/app/secrets"
)

// Services of a program.
const (
	Registration = "registration"
	Exchange     = "exchange"
	Transfer     = "transfer"
)

// All lists them, in the order members meet them.
var All = []string{Registration, Exchange, Transfer}

// States a service can be in beside being available.
const (
	Suspended     = "suspended"
	PointPassword = "point_password"
)

// States lists them, the more serious first.
var States = []string{Suspended, PointPassword}

// Status is what holds for one service of a program from a time until another.
type Status struct {
	ID        int64
	ProgramID int16
	Service   string
	State     string
	FromAt    time.Time
	UntilAt   *time.Time
	Note      string // for the staff
	SetBy     *int64 // nil: the program itself, as it was set up
	SetAt     time.Time
	VoidedAt  *time.Time
	Version   int64
}

// TableName names the table for gorm.
func (Status) TableName() string { return "service_statuses" }

// Holds reports whether the status holds at the instant t.
func (s Status) Holds(t time.Time) bool {
	return s.VoidedAt == nil && !t.Before(s.FromAt) && !s.Ended(t)
}

// Ended reports whether the status is over at the instant t.
func (s Status) Ended(t time.Time) bool { return s.UntilAt != nil && !t.Before(*s.UntilAt) }

// overlaps reports whether two statuses say the same of one service at some time.
func (s Status) overlaps(o Status) bool {
	return s.ID != o.ID && s.VoidedAt == nil && o.VoidedAt == nil && s.ProgramID == o.ProgramID && s.Service == o.Service && s.State == o.State &&
		!s.Ended(o.FromAt) && !o.Ended(s.FromAt)
}

// Holding are the statuses that count at the instant t: one a service, suspended
// before anything else.
func Holding[S interface{ status() Status }](list []S, t time.Time) (out []S) {
	for _, state := range States {
		for _, s := range list {
			is := s.status()
			if is.State == state && is.Holds(t) && !slices.ContainsFunc(out, func(o S) bool {
				return o.status().ProgramID == is.ProgramID && o.status().Service == is.Service
			}) {
				out = append(out, s)
			}
		}
	}
	return out
}

func (s Status) status() Status { return s }

const longestNote = 300

func (s Status) check() error {
	var p fault.Problems
	if !slices.Contains(All, s.Service) {
		p.Add("service", "service_unknown")
	}
	if !slices.Contains(States, s.State) {
		p.Add("state", "service_state_unknown")
	}
	if s.FromAt.IsZero() {
		p.Add("from", "required")
	} else if s.UntilAt != nil && !s.UntilAt.After(s.FromAt) {
		p.Add("until", "end_before_begin")
	}
	secrets.Text(&p, "note", s.Note, longestNote)
	return p.Err()
}

// subject names the service in the audit trail.
func subject(program, service string) string { return fmt.Sprintf("service:%s/%s", program, service) }
