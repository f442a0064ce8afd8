package reimbursements

import (
	"slices"

	"hoten/app/cases"
	"hoten/app/store"
)

func init() {
	cases.WhenAdded(func(tx *store.Tx, c *cases.Case) error { return Review(tx, ofSameID, c.ID) })
}

// ofSameID yields the cases of the ID of the case $1.
const ofSameID = "select o.id from cases c join cases o on o.identity_id = c.identity_id where c.id = $1"

// Landed reviews the cases that an import may have changed: those of the IDs that the
// query yields, with the movements of the staged table. What came for a case whose points
// were put back is told there.
func Landed(tx *store.Tx, incident int64, staged, identities string) error {
	type late struct {
		CaseID    int64
		Movements string
	}
	rows, err := store.Select[late](tx.DB, `select c.id as case_id, string_agg(m.movement_id, ', ' order by m.id) as movements
		from `+staged+` s join movements m on m.movement_key = s.movement_key join cases c on c.identity_id = m.identity_id and c.made_whole_at is not null
		left join movements e on e.id = m.refers_to and m.kind = 'cancel'
		where `+inCase+` and (m.kind = 'cancel' or m.finding in ('suspected', 'confirmed')) group by c.id`)
	if err != nil {
		return err
	}
	told := make([]cases.Happened, len(rows))
	for i, r := range rows {
		told[i] = cases.Happened{CaseID: r.CaseID, Kind: cases.FactArrived, Data: map[string]any{"movements": r.Movements}}
	}
	if err := cases.Tell(tx, told...); err != nil {
		return err
	}
	// Those that may have something open now: cheaply found, then looked at.
	return Review(tx, `select c.id from cases c where c.identity_id in (`+identities+`) and (c.points_open > 0 or c.made_whole_at is not null)
		union select c.id from `+staged+` s join movements m on m.movement_key = s.movement_key join cases c on c.identity_id = m.identity_id and c.incident_id = $1
		  where s.finding in ('suspected', 'confirmed') and s.kind in ('transfer', 'exchange')
		  and (not exists (select from accounts a where a.identity_id = m.identity_id and a.program_id = m.from_program)
		    or s.kind = 'transfer' and not exists (select from accounts a where a.identity_id = m.identity_id and a.program_id = m.to_program))
		union select c.id from `+staged+` s join movements m on m.movement_key = s.movement_key join movements o on `+equalTo+`
		  join cases c on c.identity_id = m.identity_id`, incident)
}

// reviewChunk bounds how many plans are computed at a time.
const reviewChunk = 2000

// Review looks again at the points of the cases whose ids the query yields, after
// something changed what their plans are computed from, and marks what keeps them from
// being settled. A closed case whose posted points must be corrected is open again. The
// caller has locked the cases.
func Review(tx *store.Tx, query string, args ...any) error {
	of, err := store.Select[cases.Case](tx.DB, "select * from cases where origin <> 'inquiry' and id in ("+query+") order by id", args...)
	if err != nil {
		return err
	}
	for part := range slices.Chunk(of, reviewChunk) {
		if err := reviewPart(tx, part); err != nil {
			return err
		}
	}
	return nil
}

func reviewPart(tx *store.Tx, of []cases.Case) error {
	pointers := make([]*cases.Case, len(of))
	for i := range of {
		pointers[i] = &of[i]
	}
	subjects, err := loadNow(tx.DB, pointers)
	if err != nil {
		return err
	}
	var ids []int64
	var marks []int16
	var told []cases.Happened
	for _, c := range of {
		mark := subjects[c.ID].open()
		if mark == c.PointsOpen {
			continue
		}
		ids, marks = append(ids, c.ID), append(marks, mark)
		for _, m := range cases.PointsMarks {
			if added := mark &^ c.PointsOpen; added&m.Bit != 0 {
				told = append(told, cases.Happened{CaseID: c.ID, Kind: m.Event})
			}
		}
	}
	if len(ids) == 0 {
		return nil
	}
	cases.MarkPoints(tx, ids, marks)
	return cases.Tell(tx, told...)
}

// open is what keeps the points of a case from being settled (cases.PointsOpen).
func (s subject) open() (marks int16) {
	if len(s.plan.Missing) > 0 {
		marks |= cases.BalanceMissing
	}
	if len(s.plan.Doubles) > 0 {
		marks |= cases.DoubleOpen
	}
	if s.MadeWholeAt != nil && !s.plan.Empty() {
		marks |= cases.CorrectionDue
	}
	return marks
}
