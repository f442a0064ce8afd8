package reimbursements

import (
	"context"
	"slices"

	"hoten/app/access"
	"hoten/app/audit"
	"hoten/app/cases"
	"hoten/app/fault"
	"hoten/app/incidents"
	"hoten/app/jptext"
	"hoten/app/store"
	"hoten/app/verbs"
)

// DecideFinding says what a movement was: suspected, confirmed, or the member's
// own after all (own leaves the plan). A supervisor decides, with the reason; the
// case's class follows, and approvals already given are void. A movement that was
// compensated stays as it is: a correction is a new entry.
func DecideFinding(ctx context.Context, s *store.Store, by access.Actor, caseID int64, movementID, finding, reason string) (*incidents.Movement, error) {
	return edit(ctx, s, by, ToDecideFinding, caseID, reason, func(tx *store.Tx, c *cases.Case) (*incidents.Movement, cases.Happened, error) {
		var told cases.Happened
		if !slices.Contains([]string{incidents.Suspected, incidents.Confirmed, incidents.Own}, finding) {
			return nil, told, fault.Input("finding", "finding_unknown")
		}
		m, err := store.Find[incidents.Movement](tx.DB, "movement_key = ? and identity_id = ? and incident_id = ?", jptext.LoginKey(movementID), c.IdentityID, c.IncidentID)
		if err != nil {
			return nil, told, err
		}
		if err := findable(tx, m, finding); err != nil {
			return nil, told, err
		}
		told = cases.Happened{Kind: cases.FindingDecided, Text: tx.Reason,
			Data: map[string]any{"movement": m.MovementID, "from": m.Finding, "to": finding}}
		m.Finding = finding
		if err := store.Save(tx, m, "finding"); err != nil {
			return nil, told, err
		}
		movements, err := incidents.Movements(tx.DB, c.IncidentID, []int64{c.IdentityID})
		if err != nil || !c.Affected() {
			return m, told, err
		}
		return m, told, c.MarkClass(tx, incidents.Class(movements))
	})
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
	var done bool
	if err := store.Scan(tx.DB, "select exists (select 1 from compensations where movement_id = $1)", []any{m.ID}, &done); err != nil {
		return err
	}
	if done {
		return fault.New(fault.Conflict, "already_compensated")
	}
	return nil
}

// maxAdjustment bounds an adjustment, in points.
const maxAdjustment = 1_000_000

// AddAdjustment adds a line of its own to the plan, in points of a program (may
// be negative), with a reason; the plan then always needs two approvals, and its
// author is none of them.
func AddAdjustment(ctx context.Context, s *store.Store, by access.Actor, caseID int64, program string, points int64, reason string) (*Adjustment, error) {
	return edit(ctx, s, by, ToAddAdjustment, caseID, reason, func(tx *store.Tx, c *cases.Case) (*Adjustment, cases.Happened, error) {
		told := cases.Happened{Kind: cases.AdjustmentMade, Text: tx.Reason, Data: map[string]any{"program": program, "points": points}}
		if !c.Affected() {
			return nil, told, fault.New(fault.Conflict, "not_affected")
		}
		p, err := incidents.ProgramByCode(tx.DB, program)
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
		a := &Adjustment{ID: ids[0], CaseID: c.ID, ProgramID: p.ID, Points: points, StaffID: by.ID, CreatedAt: tx.Now,
			Reason: tx.Vault().Seal("adjustments", "reason", ids[0], tx.Reason)}
		return a, told, store.Insert(tx, a)
	})
}

// edit runs what changes what a plan is computed from: any change after submission
// voids the approvals given (docs/domain.md section 2).
func edit[T any](ctx context.Context, s *store.Store, by access.Actor, v *verbs.Verb, caseID int64, reason string,
	fn func(*store.Tx, *cases.Case) (*T, cases.Happened, error)) (*T, error) {
	return verbs.Do(ctx, s, by, v, cases.Subject(caseID), reason, func(tx *store.Tx) (*T, error) {
		c, err := store.Lock[cases.Case](tx, caseID)
		if err != nil {
			return nil, err
		}
		out, told, err := fn(tx, c)
		if err != nil {
			return nil, err
		}
		told.CaseID = c.ID
		happened := []cases.Happened{told}
		voided, err := store.Exec(tx, `update approvals a set voided_at = $2 from reimbursements r
			where r.id = a.reimbursement_id and r.case_id = $1 and r.state in ('submitted', 'approved') and a.voided_at is null`, c.ID, tx.Now)
		if err != nil {
			return nil, err
		}
		if voided > 0 {
			happened = append(happened, cases.Happened{CaseID: c.ID, Kind: cases.ApprovalsVoided, Data: map[string]any{"count": voided}})
		}
		if err := cases.Tell(tx, happened...); err != nil {
			return nil, err
		}
		return out, audit.Record(tx, audit.Change{After: told.Data})
	})
}
