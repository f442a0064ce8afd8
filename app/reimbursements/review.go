package reimbursements

import (
	"fmt"
	"slices"

	"hoten/app/cases"
	"hoten/app/incidents"
	"hoten/app/store"
)

func init() {
	cases.WhenAdded(func(tx *store.Tx, c *cases.Case) error {
		if err := incidents.CatchUp(tx, "select $1::bigint", c.IdentityID); err != nil {
			return err
		}
		return Review(tx, ofSameID, c.ID)
	})
}

// ofSameID yields the cases of the ID of the case $1.
const ofSameID = "select o.id from cases c join cases o on o.identity_id = c.identity_id where c.id = $1"

// landed are the movements of an import, with the case that each belongs to.
const landed = `create temp table landed on commit drop as
	select m.id, m.movement_id, m.identity_id, m.kind, m.from_program, m.to_program, m.occurred_at, m.points, m.exchange_id,
	  m.finding in ('suspected', 'confirmed') as loss, coalesce(e.incident_id, m.incident_id) as incident_id
	from %s s join movements m on m.movement_key = s.movement_key left join movements e on e.id = m.exchange_id
	where m.kind in ('transfer', 'exchange', 'cancel')`

// Landed reviews the cases that an import may have changed: those of the IDs that the
// query yields, and of the movements of the staged table. What came for a case whose points
// were put back is told there.
func Landed(tx *store.Tx, staged, identities string) error {
	for _, q := range []string{fmt.Sprintf(landed, staged), "analyze landed"} {
		if _, err := store.Exec(tx, q); err != nil {
			return err
		}
	}
	type late struct {
		CaseID    int64
		Movements string
	}
	rows, err := store.Select[late](tx.DB, `select c.id as case_id, string_agg(l.movement_id, ', ' order by l.id) as movements
		from landed l join cases c on c.identity_id = l.identity_id and c.incident_id = l.incident_id where (l.loss or l.kind = 'cancel') and c.made_whole_at is not null group by c.id`)
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
	if err := incidents.CatchUp(tx, identities+` union all select m.identity_id from `+staged+` s join movements m on m.movement_key = s.movement_key
		where exists (select from accounts a where a.identity_id = m.identity_id and a.as_of < m.occurred_at)`); err != nil {
		return err
	}
	// Those that may have something open now: cheaply found, then looked at.
	return Review(tx, `select c.id from cases c where c.identity_id in (`+identities+` union all select identity_id from landed) and (c.points_open > 0 or c.made_whole_at is not null)
		union select c.id from (select distinct identity_id, incident_id, program from landed cross join lateral (values (from_program), (case kind when 'transfer' then to_program end)) p(program)
		    where loss and kind <> 'cancel' and program is not null) l
		  join cases c on c.identity_id = l.identity_id and c.incident_id = l.incident_id
		  where not exists (select from accounts a where a.identity_id = l.identity_id and a.program_id = l.program)
		union select c.id from (select identity_id from landed group by identity_id, occurred_at, kind, points, exchange_id having count(*) > 1
		    union all select m.identity_id from landed m join movements o on `+equalTo+` and not exists (select from landed n where n.id = o.id)) l
		  join cases c on c.identity_id = l.identity_id`)
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
