package reimbursements

import (
	"context"

	"gorm.io/gorm"

	"hoten/app/access"
	"hoten/app/cases"
	"hoten/app/fault"
	"hoten/app/incidents"
	"hoten/app/jptext"
	"hoten/app/store"
)

// DecideDouble says what a movement is that stands under another number too, by the
// same ID, time, kind and points (二重): real, as are those equal to it, or
// a double of another one, which leaves the plan and the class. A supervisor decides,
// with the reason, and may decide anew. Refused: a movement that has no equal one, or
// whose equal ones are all doubles (not_double).
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
		was := m.Fraudulent()
		if m.Doubled = &decided; m.Fraudulent() && !was {
			madeLoss(tx, m.ID)
		}
		if err := store.Save(tx, m, "doubled"); err != nil {
			return nil, told, err
		}
		for i := range equal {
			if decided == incidents.Real {
				equal[i].Doubled = &decided
				if err := store.Save(tx, &equal[i], "doubled"); err != nil {
					return nil, told, err
				}
			}
		}
		return m, told, reclass(tx, c)
	})
}

// standing finds a movement of a case, and those of its ID that are equal to it and are
// no doubles.
func standing(db *gorm.DB, c *cases.Case, movementID string) (m *incidents.Movement, equal []incidents.Movement, err error) {
	type found struct {
		incidents.Movement
		Equal bool
	}
	rows, err := store.Select[found](db, "select m.*, exists (select from movements o where "+equalTo+") as equal from cases c join "+ofCase+`
		where c.id = $1 and `+inCase+" and m.movement_key = $2", c.ID, jptext.LoginKey(movementID))
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
