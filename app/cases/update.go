package cases

import (
	"context"

	"hoten/app/access"
	"hoten/app/audit"
	"hoten/app/fault"
	"hoten/app/jptext"
	"hoten/app/members"
	"hoten/app/notices"
	"hoten/app/store"
	"hoten/app/verbs"
)

func already(code string) error { return fault.New(fault.Conflict, code) }

// decide runs a decision about one locked case: fn is the rule and returns what
// the timeline says.
func decide(ctx context.Context, s *store.Store, by access.Actor, v *verbs.Verb, id int64, reason string,
	fn func(tx *store.Tx, c *Case, of *members.Identity) (Happened, error)) (*Case, error) {
	return verbs.Do(ctx, s, by, v, Subject(id), reason, func(tx *store.Tx) (*Case, error) {
		c, of, err := Lock(tx, id)
		if err != nil {
			return nil, err
		}
		before, standing := c.summaryWith(of.Standing), of.Standing
		told, err := fn(tx, c, of)
		if err != nil {
			return nil, err
		}
		told.CaseID = c.ID
		if of.Standing != standing {
			if err := of.SaveStanding(tx); err != nil {
				return nil, err
			}
		}
		if err := c.save(tx); err != nil {
			return nil, err
		}
		if err := Tell(tx, told); err != nil {
			return nil, err
		}
		after := c.summaryWith(of.Standing)
		for _, name := range []string{"balances", "change"} {
			if stated, is := told.Data[name]; is {
				after[name] = stated
			}
		}
		return c, audit.Record(tx, audit.Change{Before: before, After: after})
	})
}

// save writes the columns that this package decides about.
func (c *Case) save(tx *store.Tx) error {
	c.ChangedAt = tx.Now
	return store.Save(tx, c, "origin", "class", "status", "assignee_id", "desk_id", "verified_at", "verified_call", "completed_at", "changed_at", "version")
}

// summary is the case in the audit trail: no personal data.
func (c Case) summary() map[string]any {
	return map[string]any{"status": c.Status, "assignee": c.AssigneeID, "origin": c.Origin, "class": c.Class, "version": c.Version}
}

// summaryWith is the case with the ID's record.
func (c Case) summaryWith(of members.Standing) map[string]any {
	all := c.summary()
	all["failed_attempts"], all["wrong_answers"], all["impostor"], all["identity_state"] = of.FailedAttempts, of.WrongAnswers, of.ImpostorAt != nil, of.State
	return all
}

// Change is what PATCH /cases/{number} takes; nil leaves a field as it is, an
// assignee of 0 frees the case. Reason is why a supervisor closes the case although
// something is owed.
type Change struct {
	Status   *Status
	Assignee *int64
	Version  int64
	Reason   string
}

// Update moves a case by hand. A stale version is a conflict that says what the
// case is now; closing one over a pending proposal is refused; agents take cases and
// free their own, giving one to another or taking it from one is for supervisors.
func Update(ctx context.Context, s *store.Store, by access.Actor, id int64, ch Change) (*Case, error) {
	return verbs.Do(ctx, s, by, ToUpdate, Subject(id), ch.Reason, func(tx *store.Tx) (*Case, error) {
		c, of, err := Lock(tx, id)
		if err != nil {
			return nil, err
		}
		if c.Version != ch.Version {
			return nil, fault.New(fault.Conflict, "conflict", "status", string(c.Status), "version", c.Version)
		}
		before := *c
		told, err := c.apply(tx, of.Standing, by, ch)
		if err != nil {
			return nil, err
		}
		if len(told) == 0 {
			return c, nil
		}
		if err := c.save(tx); err != nil {
			return nil, err
		}
		if c.Status == Completed && before.Status != Completed {
			if err := tellClosed(tx, c); err != nil {
				return nil, err
			}
		}
		if err := Tell(tx, told...); err != nil {
			return nil, err
		}
		return c, audit.Record(tx, audit.Change{Before: before.summary(), After: c.summary()})
	})
}

func (c *Case) apply(tx *store.Tx, of members.Standing, by access.Actor, ch Change) (told []Happened, err error) {
	if ch.Status != nil && *ch.Status != c.Status {
		if !ch.Status.Known() {
			return nil, fault.Input("status", "status_unknown")
		}
		if c.Status == AwaitingApproval || ch.Status.Closed() && c.proposal("submitted") {
			return nil, already("proposal_pending")
		}
		if ch.Status.Closed() && c.proposal("approved") {
			return nil, already("points_under_way")
		}
		if ch.Status.Closed() {
			for _, refuse := range closing {
				if err := refuse(tx, c); err != nil {
					return nil, err
				}
			}
		}
		told = append(told, Happened{CaseID: c.ID, Kind: StatusChanged, Data: map[string]any{"from": c.Status, "to": *ch.Status}})
		if err := c.moveTo(*ch.Status, byHand, by, tx.Now); err != nil {
			return nil, err
		}
		if c.Status.Closed() {
			if told[0].Text, err = mayClose(tx, c, of); err != nil {
				return nil, err
			}
		}
	}
	if ch.Assignee != nil && *ch.Assignee != deref(c.AssigneeID) {
		if !by.May(access.Supervise) && !own(by, deref(c.AssigneeID), *ch.Assignee) {
			return nil, fault.New(fault.Forbidden, "forbidden")
		}
		told = append(told, Happened{CaseID: c.ID, Kind: Assigned, Data: c.assignedFrom(*ch.Assignee)})
		if err := c.assign(tx, *ch.Assignee); err != nil {
			return nil, err
		}
	}
	return told, nil
}

// own reports whether a case that is one person's or nobody's, and goes to one or to nobody,
// is not given by the actor to another, or taken from one.
func own(by access.Actor, from, to int64) bool {
	return (from == 0 || from == by.ID) && (to == 0 || to == by.ID)
}

// assign gives the case to a person, 0 for nobody; it goes to that person's desk where
// that serves the ID, and a promised callback goes with it. Where nobody takes the case
// both stay.
func (c *Case) assign(tx *store.Tx, staff int64) error {
	c.Version++
	if staff == 0 {
		c.AssigneeID = nil
		return nil
	}
	type person struct{ DeskID *int64 }
	people, err := store.Select[person](tx.DB, "select desk_id from staff where id = $1 and disabled_at is null and role = any($2)", staff, access.Holders(access.WorkCases))
	if err != nil {
		return err
	}
	if len(people) == 0 {
		return fault.Input("assignee", "assignee_unknown")
	}
	c.AssigneeID = &staff
	own := deref(people[0].DeskID)
	desk, err := c.ChooseDesk(tx.DB, "", own)
	if err != nil {
		return err
	}
	if desk != nil && (desk.ID == own || c.DeskID == nil) {
		c.DeskID = &desk.ID
	}
	for _, follow := range assigned {
		follow(tx, c, staff)
	}
	return nil
}

// UnderWay reports whether the last proposal of the case is approved and not yet done in every
// point system, or is being undone there.
func (c Case) UnderWay() bool { return c.proposal("approved") }

// proposal reports whether the last proposal of the case is in a state.
func (c Case) proposal(state string) bool {
	return c.ReimbursementState != nil && *c.ReimbursementState == state
}

func deref(p *int64) int64 {
	if p == nil {
		return 0
	}
	return *p
}

// mayClose refuses to close a case, completed or out of scope, over a suspicion, and while points or the reset
// are owed, a change of a contact waits to be decided, or another agent talks about it, naming them: a
// supervisor may all the same, for a reason, which it returns.
func mayClose(tx *store.Tx, c *Case, of members.Standing) (reason string, err error) {
	if Unsuspected(of) != nil {
		return "", fault.New(fault.Forbidden, "suspicion_open")
	}
	var owed []fault.Field
	points, _, err := owing(tx, c)
	if err != nil {
		return "", err
	}
	if points {
		owed = append(owed, fault.Field{Name: "status", Code: "owes_points"})
	}
	if c.Affected() && of.Closed() {
		owed = append(owed, fault.Field{Name: "status", Code: "owes_reset"})
	}
	contact, err := changing(tx, c)
	if err != nil {
		return "", err
	}
	if contact != "" {
		owed = append(owed, fault.Field{Name: "status", Code: "owes_contact"})
	}
	called, err := calledOn(tx, c)
	if err != nil {
		return "", err
	}
	if called {
		owed = append(owed, fault.Field{Name: "status", Code: "owes_call"})
	}
	switch {
	case owed == nil:
		return "", nil
	case !tx.By.May(access.Supervise):
		owed = append(owed, fault.Field{Name: "status", Code: "owes_supervisor"})
	case jptext.Blank(tx.Reason):
		owed = append(owed, fault.Field{Name: "reason", Code: "owes_reason"})
	default:
		return tx.Reason, expireCalls(tx, c)
	}
	return "", &fault.Fault{Kind: fault.Conflict, Code: "still_owed", Fields: owed}
}

// changing is the kind of contact whose change waits to be decided; empty: there is none.
func changing(tx *store.Tx, c *Case) (kind string, err error) {
	err = store.Scan(tx.DB, "select coalesce((select kind from contact_changes where identity_id = $1 and state = $2), '')", []any{c.IdentityID, ChangeProposed}, &kind)
	return kind, err
}

// tellClosed queues the mail that sums the case up (docs/domain.md section 6).
func tellClosed(tx *store.Tx, c *Case) error {
	if !c.Affected() {
		return nil
	}
	to, err := Addressees(tx.DB, tx.Vault(), []int64{c.ID}, notices.CaseClosed)
	if err != nil {
		return err
	}
	if to[c.ID].Address == "" {
		return nil
	}
	facts := to[c.ID].Facts
	facts.At = tx.Now
	if _, facts.PointsOpen, err = owing(tx, c); err != nil {
		return err
	}
	facts.Correction = facts.PointsOpen && c.PointsOpen&CorrectionDue != 0
	if facts.Points, err = summing(tx, c); err != nil {
		return err
	}
	if facts.Contact, err = changing(tx, c); err != nil {
		return err
	}
	facts.ContactOpen = facts.Contact != ""
	_, err = notices.Queue(tx, to[c.ID].Draft(notices.CaseClosed, facts))
	return err
}
