package reimbursements

import (
	"context"
	"slices"
	"time"

	"hoten/app/access"
	"hoten/app/audit"
	"hoten/app/cases"
	"hoten/app/fault"
	"hoten/app/incidents"
	"hoten/app/jptext"
	"hoten/app/members"
	"hoten/app/store"
	"hoten/app/verbs"
)

// DecideFinding says what a movement was: suspected, confirmed, or the member's
// own after all (own leaves the plan). A supervisor decides, with the reason; the
// case's class follows, approvals already given are void, and whoever made a loss of it
// is an author of the plan. Of a movement that was posted the plan then shows the
// difference: what was booked is never changed. Of own it is kept whether the member had
// been verified: a letter, the police or papers may say so as well.
func DecideFinding(ctx context.Context, s *store.Store, by access.Actor, caseID int64, movementID, finding, reason string) (*incidents.Movement, error) {
	return edit(ctx, s, by, ToDecideFinding, caseID, reason, func(tx *store.Tx, c *cases.Case) (*incidents.Movement, cases.Happened, error) {
		var told cases.Happened
		if !slices.Contains([]string{incidents.Suspected, incidents.Confirmed, incidents.Own}, finding) {
			return nil, told, fault.Input("finding", "finding_unknown")
		}
		m, err := store.Find[incidents.Movement](tx.DB, "movement_key = ? and identity_id = ? and incident_id = ?", jptext.ReferenceKey(movementID), c.IdentityID, c.IncidentID)
		if err != nil {
			return nil, told, err
		}
		if err := findable(tx, m, finding); err != nil {
			return nil, told, err
		}
		told = cases.Happened{Kind: cases.FindingDecided, Text: tx.Reason,
			Data: map[string]any{"movement": m.MovementID, "from": m.Finding, "to": finding}}
		if finding == incidents.Own {
			verified, err := store.Now(tx.DB, func(reads *store.Reads) *[]bool { return cases.AskMemberVerified(reads, c.ID) })
			if err != nil {
				return nil, told, err
			}
			told.Data["verified"] = verified[0]
		}
		was := m.Fraudulent()
		m.Finding = finding
		if m.Fraudulent() && !was {
			madeLoss(tx, m.ID)
		}
		if err := store.Save(tx, m, "finding"); err != nil {
			return nil, told, err
		}
		if err := cases.Learned(tx, c.IdentityID); err != nil {
			return nil, told, err
		}
		return m, told, reclass(tx, c)
	})
}

// madeLoss notes that the actor turned a movement into a loss.
func madeLoss(tx *store.Tx, movement int64) {
	tx.Queue("insert into loss_authors (movement_id, staff_id, at) values ($1, $2, $3) on conflict do nothing", movement, tx.By.ID, tx.Now)
}

// reclass gives an affected case the class of its movements.
func reclass(tx *store.Tx, c *cases.Case) error {
	movements, err := incidents.Movements(tx.DB, c.IncidentID, []int64{c.IdentityID})
	if err != nil || !c.Affected() {
		return err
	}
	return c.MarkClass(tx, incidents.Class(movements))
}

func findable(tx *store.Tx, m *incidents.Movement, finding string) error {
	if m.Kind != incidents.Transfer && m.Kind != incidents.Exchange {
		return fault.Input("movement_id", "finding_needs_transfer_or_exchange")
	}
	incident, err := store.Find[incidents.Incident](tx.DB, "id = ?", m.IncidentID)
	if err != nil {
		return err
	}
	if finding != incidents.Own && !incident.Contains(m.OccurredAt) {
		return fault.Input("movement_id", "outside_incident_window")
	}
	return nil
}

// maxAdjustment bounds an adjustment, in points.
const maxAdjustment = 1_000_000

// AddAdjustment adds a line of its own to the plan, in points of a program (may
// be negative) that the incident is about, with a reason; the plan then always needs two
// approvals, and its author is none of them.
func AddAdjustment(ctx context.Context, s *store.Store, by access.Actor, caseID int64, program string, points int64, reason string) (*Adjustment, error) {
	return edit(ctx, s, by, ToAddAdjustment, caseID, reason, func(tx *store.Tx, c *cases.Case) (*Adjustment, cases.Happened, error) {
		told := cases.Happened{Kind: cases.AdjustmentMade, Text: tx.Reason, Data: map[string]any{"program": program, "points": points}}
		if !c.Affected() {
			return nil, told, fault.New(fault.Conflict, "not_affected")
		}
		p, err := incidents.ProgramIn(tx.DB, c.IncidentID, program)
		if err != nil {
			return nil, told, err
		}
		switch {
		case points == 0:
			return nil, told, fault.Input("points", "points_zero")
		case points > maxAdjustment || points < -maxAdjustment:
			return nil, told, fault.Input("points", "points_too_large")
		}
		ids, err := store.TakeIDs(tx.DB, "adjustments", 1)
		if err != nil {
			return nil, told, err
		}
		told.Data["adjustment"] = ids[0]
		a := &Adjustment{ID: ids[0], CaseID: c.ID, ProgramID: p.ID, Points: points, StaffID: by.ID, CreatedAt: tx.Now,
			Reason: tx.Vault().Seal("adjustments", "reason", ids[0], tx.Reason)}
		if err := store.Insert(tx, a); err != nil {
			return nil, told, err
		}
		plan, _, err := Look(tx.DB, c)
		if err == nil && points < 0 && slices.Contains(plan.Exceeded, p.ID) {
			err = fault.Input("points", "adjustment_exceeds")
		}
		return a, told, err
	})
}

// UndoableAdjustment is the adjustment that was the last thing done to a case, where the actor
// may take it back: it voided no approval, opened no closed case again, and nothing followed;
// 0: there is none.
func UndoableAdjustment(events []cases.Event, by access.Actor, now time.Time) (id int64) {
	for _, e := range cases.LastDone(events, by, now) {
		kept, _ := e.Fields()["adjustment"].(float64) // JSON
		switch {
		case e.Kind == cases.AdjustmentMade:
			id = int64(kept)
		case e.Kind != cases.CorrectionFound:
			return 0
		}
	}
	return id
}

// UndoAdjustment withdraws an adjustment: whoever made it, while nothing followed (see
// cases.Undo). The adjustment stays on record, and is part of no plan any more.
func UndoAdjustment(ctx context.Context, s *store.Store, by access.Actor, caseID, id int64) error {
	_, err := edit(ctx, s, by, ToUndoAdjustment, caseID, "", func(tx *store.Tx, c *cases.Case) (*Adjustment, cases.Happened, error) {
		var told cases.Happened
		events, err := cases.Recent(tx, c.ID)
		if err != nil {
			return nil, told, err
		}
		if id == 0 || UndoableAdjustment(events, by, tx.Now) != id {
			return nil, told, cases.TooLate()
		}
		a, err := store.Find[Adjustment](tx.DB, "id = ? and case_id = ?", id, c.ID)
		if err != nil {
			return nil, told, err
		}
		if _, err := store.Exec(tx, "insert into adjustment_withdrawals (adjustment_id, staff_id, at) values ($1, $2, $3)", id, by.ID, tx.Now); err != nil {
			return nil, told, err
		}
		return a, cases.Happened{Kind: cases.AdjustmentMade, Data: map[string]any{"adjustment": id, "points": a.Points, "undo": true}}, nil
	})
	return err
}

// edit runs what changes what the plan of a case is computed from. The ID and all its cases
// are locked: movements of several incidents may be one.
func edit[T any](ctx context.Context, s *store.Store, by access.Actor, v *verbs.Verb, caseID int64, reason string,
	fn func(*store.Tx, *cases.Case) (*T, cases.Happened, error)) (*T, error) {
	return verbs.Do(ctx, s, by, v, cases.Subject(caseID), reason, func(tx *store.Tx) (*T, error) {
		if err := members.LockKnown(tx, "select identity_id from cases where id = $1", caseID); err != nil {
			return nil, err
		}
		of, err := store.Select[cases.Case](tx.DB, "select * from cases where identity_id = (select identity_id from cases where id = $1) order by id for no key update", caseID)
		if err != nil {
			return nil, err
		}
		i := slices.IndexFunc(of, func(c cases.Case) bool { return c.ID == caseID })
		if i < 0 {
			return nil, fault.Missing()
		}
		c := &of[i]
		out, told, err := fn(tx, c)
		if err != nil {
			return nil, err
		}
		told.CaseID = c.ID
		return out, revised(tx, told)
	})
}

// revised notes that something changed what the plan of a case is computed from: any
// change after submission voids the approvals given (docs/domain.md section 2).
func revised(tx *store.Tx, told cases.Happened) error {
	happened := []cases.Happened{told}
	voided, err := store.Exec(tx, `update approvals a set voided_at = $2 from reimbursements r
		where r.id = a.reimbursement_id and r.case_id = $1 and r.state = 'submitted' and a.voided_at is null`, told.CaseID, tx.Now)
	if err != nil {
		return err
	}
	if voided > 0 {
		happened = append(happened, cases.Happened{CaseID: told.CaseID, Kind: cases.ApprovalsVoided, Data: map[string]any{"count": voided}})
	}
	if err := cases.Tell(tx, happened...); err != nil {
		return err
	}
	movement, _ := told.Data["movement"].(string)
	if err := Review(tx, map[int64]fact{told.CaseID: {movements: movement}}, ofSameID, told.CaseID); err != nil {
		return err
	}
	return audit.Record(tx, audit.Change{After: told.Data})
}
