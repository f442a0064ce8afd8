package reimbursements

import (
	"context"
	"slices"

	"gorm.io/gorm"

	"hoten/app/access"
	"hoten/app/cases"
	"hoten/app/fault"
	"hoten/app/incidents"
	"hoten/app/jptext"
	"hoten/app/store"
)

// DecideDouble says what a movement is that stands under another number too, by the
// same ID, time, kind and points (二重): real, as are those equal to it, or a double of
// another one, which leaves the plan and the class, and whose cancellations count for the
// other one. A supervisor decides, with the reason, and may decide anew; whoever makes
// more payable by it is an author of the plan. Refused: a movement that has no equal one,
// or whose equal ones are all doubles (not_double).
func DecideDouble(ctx context.Context, s *store.Store, by access.Actor, caseID int64, movementID, decided, reason string) (*incidents.Movement, error) {
	return edit(ctx, s, by, ToDecideDouble, caseID, reason, func(tx *store.Tx, c *cases.Case) (*incidents.Movement, cases.Happened, error) {
		told := cases.Happened{Kind: cases.DoubleDecided, Text: tx.Reason, Data: map[string]any{"movement": movementID, "to": decided}}
		if decided != incidents.Real && decided != incidents.Double {
			return nil, told, fault.Input("decision", "decision_unknown")
		}
		m, equal, err := standing(tx.DB, c, movementID)
		if err != nil {
			return nil, told, err
		}
		told.Data["movement"] = m.MovementID
		if err := decideAll(tx, m, equal, decided); err != nil {
			return nil, told, err
		}
		if err := tellExceeded(tx, m); err != nil {
			return nil, told, err
		}
		if err := cases.Learned(tx, c.IdentityID); err != nil {
			return nil, told, err
		}
		return m, told, reclass(tx, c)
	})
}

// decideAll keeps the decision about m, which is one about its equal ones where it is real.
func decideAll(tx *store.Tx, m *incidents.Movement, equal []incidents.Movement, decided string) error {
	about := []*incidents.Movement{m}
	if decided == incidents.Real {
		for i := range equal {
			about = append(about, &equal[i])
		}
	}
	about = slices.DeleteFunc(about, func(one *incidents.Movement) bool { return one.Is(decided) })
	for _, one := range about {
		one.Doubled = &decided
		if err := store.Save(tx, one, "doubled"); err != nil {
			return err
		}
	}
	if len(about) > 0 {
		for _, loss := range madePayable(*m, equal) {
			madeLoss(tx, loss)
		}
	}
	if err := incidents.Regroup(tx, m.IdentityID, m.OccurredAt, m.Points); err != nil {
		return err
	}
	return incidents.CatchUp(tx, "select $1::bigint", m.IdentityID)
}

// madePayable are the losses of which the decision about m makes more payable: all that
// are real, the others where what was none is the double of them, and the exchange of a
// cancellation that is a double.
func madePayable(m incidents.Movement, equal []incidents.Movement) (losses []int64) {
	switch none := m.Finding == incidents.Own || m.Finding == incidents.None; {
	case m.Kind == incidents.Cancel && m.Is(incidents.Double):
		losses = append(losses, *m.ExchangeID)
	case m.Kind != incidents.Cancel && (m.Is(incidents.Real) || none):
		for _, one := range append(equal, m) {
			if one.Fraudulent() {
				losses = append(losses, one.ID)
			}
		}
	}
	return losses
}

// tellExceeded tells of exchanges equal to m, or cancelled by it, for which, now that cancellations of several
// numbers count together, more was given back than they took. Nothing is due for these,
// and what exceeds is in no plan.
func tellExceeded(tx *store.Tx, m *incidents.Movement) error {
	type exceeded struct {
		CaseID     int64
		MovementID string
		Points     int64
	}
	rows, err := store.Select[exceeded](tx.DB, `select c.id as case_id, e.movement_id, (sum(k.points) - e.points)::bigint as points
		from movements e join cases c on c.identity_id = e.identity_id and c.incident_id = e.incident_id
		join movements k on k.exchange_id = e.id and k.doubled is distinct from 'double'
		where e.identity_id = $1 and e.kind = 'exchange' and (e.occurred_at = $2 and e.points = $3 or e.id = $4) group by c.id, e.id having sum(k.points) > e.points`,
		m.IdentityID, m.OccurredAt, m.Points, m.ExchangeID)
	if err != nil {
		return err
	}
	told := make([]cases.Happened, len(rows))
	for i, r := range rows {
		told[i] = cases.Happened{CaseID: r.CaseID, Kind: cases.CancelsExceeded, Data: map[string]any{"movement": r.MovementID, "points": r.Points}}
	}
	return cases.Tell(tx, told...)
}

// standing finds a movement of a case, and those of its ID that are equal to it and are
// no doubles.
func standing(db *gorm.DB, c *cases.Case, movementID string) (m *incidents.Movement, equal []incidents.Movement, err error) {
	type found struct {
		incidents.Movement
		Equal bool
	}
	rows, err := store.Select[found](db, "select m.*, exists (select from movements o where "+equalTo+") as equal from cases c join "+ofCase+`
		where c.id = $1 and `+inCase+" and m.movement_key = $2", c.ID, jptext.ReferenceKey(movementID))
	if err != nil {
		return nil, nil, err
	}
	if len(rows) == 0 {
		return nil, nil, fault.Missing()
	}
	if !rows[0].Equal {
		return nil, nil, fault.New(fault.Conflict, "not_double")
	}
	equal, err = store.Select[incidents.Movement](db, "select o.* from movements m join movements o on "+equalTo+" where m.id = $1 order by o.id", rows[0].ID)
	return &rows[0].Movement, equal, err
}
