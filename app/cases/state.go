package cases

import (
	"slices"
	"time"

	"hoten/app/access"
	"hoten/app/fault"
)

// Status is where the work on a case stands.
type Status string

const (
	New              Status = "new"
	InProgress       Status = "in_progress"
	AwaitingCustomer Status = "awaiting_customer"
	CallbackDue      Status = "callback_due"
	AwaitingApproval Status = "awaiting_approval"
	OnHold           Status = "on_hold"
	Completed        Status = "completed"
	Reopened         Status = "reopened"
	OutOfScope       Status = "out_of_scope"
)

// Statuses lists all, in the order of docs/domain.md section 9.
var Statuses = []Status{New, InProgress, AwaitingCustomer, CallbackDue, AwaitingApproval, OnHold, Completed, Reopened, OutOfScope}

// way is how a status comes about. Each way may take the arrows of those before it.
type way int

const (
	byHand     way = iota // a person with the permission says so
	byCallback            // it follows from what the person did about a callback
	byProposal            // it is a consequence of a proposal and its decision
)

// move is one arrow.
type move struct {
	from, to Status
	need     access.Permission
	by       way
}

// moves is the whole machine.
var moves = table()

func table() (out []move) {
	working := []Status{InProgress, AwaitingCustomer, CallbackDue, OnHold}
	open := append([]Status{New, Reopened}, working...)
	for _, from := range open {
		for _, to := range working {
			if from != to {
				out = append(out, move{from, to, access.WorkCases, waysTo[to]})
			}
		}
		out = append(out, move{from, Completed, access.WorkCases, byHand}, move{from, OutOfScope, access.Supervise, byHand},
			move{from, AwaitingApproval, access.Propose, byProposal})
	}
	for _, to := range working {
		out = append(out, move{AwaitingApproval, to, access.Propose, byProposal})
	}
	return append(out, move{Completed, Reopened, access.WorkCases, byHand}, move{OutOfScope, Reopened, access.Supervise, byHand},
		move{Completed, AwaitingApproval, access.Propose, byProposal})
}

// waysTo are the statuses that nobody sets by hand: where no callback was promised, nobody
// would be reminded of it.
var waysTo = map[Status]way{CallbackDue: byCallback}

// Known reports whether s is a status.
func (s Status) Known() bool { return slices.Contains(Statuses, s) }

// Closed reports whether nothing more is to be done in the status.
func (s Status) Closed() bool { return s == Completed || s == OutOfScope }

// Next lists where the actor may move the case by hand; pages draw their
// buttons from it.
func (c Case) Next(by access.Actor) (out []Status) {
	for _, m := range moves {
		if m.from == c.Status && m.by == byHand && by.May(m.need) {
			out = append(out, m.to)
		}
	}
	return out
}

// moveTo takes an arrow of the table, or says that there is none.
func (c *Case) moveTo(to Status, on way, by access.Actor, now time.Time) error {
	if c.Status == to {
		return nil
	}
	i := slices.IndexFunc(moves, func(m move) bool { return m.from == c.Status && m.to == to && m.by <= on })
	if slices.Contains(moves, move{c.Status, to, access.WorkCases, byCallback}) && on == byHand {
		return fault.New(fault.Conflict, "status_by_callback")
	}
	if i < 0 {
		return fault.New(fault.Conflict, "status_move_refused", "from", string(c.Status), "to", string(to))
	}
	if err := by.Require(moves[i].need); err != nil && on != byProposal {
		return err
	}
	c.Status = to
	c.Version++
	if c.CompletedAt = nil; to == Completed {
		c.CompletedAt = &now
	}
	return nil
}
