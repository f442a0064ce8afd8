package reimbursements

import (
	"slices"
	"time"

	"gorm.io/gorm"

	"hoten/app/incidents"
	"hoten/app/points"
	"hoten/app/staff"
)

// Shown is a proposal with all that is shown of it.
type Shown struct {
	*Reimbursement
	Lines      []Line
	References map[int64]string // what the operators call the movements of Lines
	Approvals  []Approval       // void ones included, oldest first
	Programs   []incidents.Program
	Legs       []points.Leg // by program
}

// Show reads what is shown of a proposal.
func Show(db *gorm.DB, of *Reimbursement) (*Shown, error) {
	s := &Shown{Reimbursement: of}
	lines, err := Lines(db, []int64{of.ID})
	if err != nil {
		return nil, err
	}
	s.Lines = lines[of.ID]
	var movements []int64
	for _, l := range s.Lines {
		if l.MovementID != nil {
			movements = append(movements, *l.MovementID)
		}
	}
	if s.References, err = incidents.References(db, movements); err != nil {
		return nil, err
	}
	if s.Approvals, err = Approvals(db, of.ID); err != nil {
		return nil, err
	}
	if s.Legs, err = points.Legs(db, of.ID); err != nil {
		return nil, err
	}
	s.Programs, err = incidents.Programs(db)
	return s, err
}

// shown is Show from what is in hand: the plan that was approved is the one that was
// proposed.
func (a *approval) shown(now time.Time, programs []incidents.Program) *Shown {
	s := &Shown{Reimbursement: a.Reimbursement, Lines: a.plan.Lines, References: map[int64]string{}, Programs: programs}
	for _, m := range a.facts.Movements {
		s.References[m.ID] = m.MovementID
	}
	s.Approvals = append(slices.Clone(a.all), Approval{ReimbursementID: a.Reimbursement.ID, StaffID: a.by.ID, StaffName: staff.Name(a.by.Name), At: now})
	for _, d := range a.legs {
		s.Legs = append(s.Legs, d.Leg(now))
	}
	return s
}
