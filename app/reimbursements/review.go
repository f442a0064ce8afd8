package reimbursements

import (
	"cmp"
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
		return Review(tx, map[int64]fact{c.ID: {}}, ofSameID, c.ID)
	})
}

// ofSameID yields the cases of the ID of the case $1.
const ofSameID = "select o.id from cases c join cases o on o.identity_id = c.identity_id where c.id = $1"

// landed are the movements of an import, with the case that each belongs to.
const landed = `create temp table landed on commit drop as
	select m.id, m.movement_id, m.identity_id, m.kind, m.from_program, m.to_program, m.occurred_at, m.points, m.refers_to, m.exchange_id,
	  m.finding in ('suspected', 'confirmed') as loss, coalesce(e.incident_id, m.incident_id) as incident_id
	from %s s join movements m on %s left join movements e on e.id = m.exchange_id
	where m.kind in ('transfer', 'exchange', 'cancel')`

// Landed reviews the cases that an import may have changed: those of the IDs that the
// query yields, and of the movements of the staged table. What came for a case whose points
// were put back is told there, and what came for a closed one where it is opened again.
func Landed(tx *store.Tx, staged, identities string) error {
	numbered := incidents.Numbered("m", "movement_key")
	for _, q := range []string{fmt.Sprintf(landed, staged, numbered), "analyze landed"} {
		if _, err := store.Exec(tx, q); err != nil {
			return err
		}
	}
	type late struct {
		CaseID    int64
		Movements string
		Whole     bool
	}
	rows, err := store.Select[late](tx.DB, `select c.id as case_id, c.made_whole_at is not null as whole, string_agg(l.movement_id, ', ' order by l.id) as movements
		from landed l join cases c on c.identity_id = l.identity_id and c.incident_id = l.incident_id
		where (l.loss or l.kind = 'cancel') and (c.made_whole_at is not null or c.status in ('completed', 'out_of_scope')) group by c.id`)
	if err != nil {
		return err
	}
	ids, learned := make([]int64, len(rows)), map[int64]fact{}
	var told []cases.Happened
	for i, r := range rows {
		if ids[i], learned[r.CaseID] = r.CaseID, (fact{r.Movements, r.Whole}); r.Whole {
			told = append(told, arrived(r.CaseID, r.Movements))
		}
	}
	if err := cases.Tell(tx, told...); err != nil {
		return err
	}
	moved := identities + ` union all select m.identity_id from ` + staged + ` s join movements m on ` + numbered + `
		where exists (select from accounts a where a.identity_id = m.identity_id and a.as_of < m.occurred_at)`
	if err := incidents.CatchUp(tx, moved); err != nil {
		return err
	}
	if err := voidChanged(tx, "select c.id from cases c where c.reimbursement_state = 'submitted' and c.identity_id in ("+moved+" union all select identity_id from landed)"); err != nil {
		return err
	}
	// Those that may have something open now: cheaply found, then looked at.
	return Review(tx, learned, `select unnest($1::bigint[]) union select c.id from cases c where c.identity_id in (`+moved+` union all select identity_id from landed) and (c.points_open > 0 or c.made_whole_at is not null)
		union select c.id from (select distinct identity_id, incident_id, program from landed cross join lateral (values (from_program), (case kind when 'transfer' then to_program end)) p(program)
		    where loss and kind <> 'cancel' and program is not null) l
		  join cases c on c.identity_id = l.identity_id and c.incident_id = l.incident_id
		  where not exists (select from accounts a where a.identity_id = l.identity_id and a.program_id = l.program and not a.assumed)
		union select c.id from (select identity_id from landed group by identity_id, occurred_at, kind, points, exchange_id having count(*) > 1
		    union all select m.identity_id from landed m join movements o on `+equalTo+` and not exists (select from landed n where n.id = o.id)
		    union all select identity_id from landed where refers_to <> exchange_id) l
		  join cases c on c.identity_id = l.identity_id`, ids)
}

// voidChanged voids the approvals that were given to plans of the cases that the query
// yields and that are others by now.
func voidChanged(tx *store.Tx, query string) error {
	of, err := store.Select[Reimbursement](tx.DB, `select * from reimbursements r where case_id in (`+query+`) and state = 'submitted'
		and exists (select from approvals a where a.reimbursement_id = r.id and a.voided_at is null) order by id`)
	if err != nil || len(of) == 0 {
		return err
	}
	rows := make([]Row, len(of))
	for i, r := range of {
		rows[i] = Row{Reimbursement: r}
	}
	looked, err := LookAgain(tx.DB, rows)
	if err != nil {
		return err
	}
	var told []cases.Happened
	var changed []int64
	for _, r := range of {
		if l := looked[r.ID]; l.Changed {
			changed = append(changed, r.ID)
			told = append(told, cases.Happened{CaseID: r.CaseID, Kind: cases.ApprovalsVoided, Data: map[string]any{"count": len(l.Given)}})
		}
	}
	tx.Queue("update approvals set voided_at = $2 where reimbursement_id = any($1) and voided_at is null", changed, tx.Now)
	return cases.Tell(tx, told...)
}

// fact is what was learned about a case: movements, and whether the case tells of it.
type fact struct {
	movements string
	told      bool
}

func arrived(caseID int64, movements string) cases.Happened {
	return cases.Happened{CaseID: caseID, Kind: cases.FactArrived, Data: map[string]any{"movements": cmp.Or(movements, cases.NoMovements)}}
}

// reviewChunk bounds how many plans are computed at a time.
const reviewChunk = 2000

// Review looks again at the points of the cases whose ids the query yields, after
// something changed what their plans are computed from, and marks what keeps them from
// being settled. A closed case that owes points by what was learned about it, by case, or
// by another mark, is open again and tells of it. The caller has locked the cases.
func Review(tx *store.Tx, learned map[int64]fact, query string, args ...any) error {
	of, err := store.Select[cases.Case](tx.DB, "select * from cases where origin <> 'inquiry' and id in ("+query+") order by id", args...)
	if err != nil {
		return err
	}
	for part := range slices.Chunk(of, reviewChunk) {
		if err := reviewPart(tx, part, learned); err != nil {
			return err
		}
	}
	return nil
}

func reviewPart(tx *store.Tx, of []cases.Case, learned map[int64]fact) error {
	pointers := make([]*cases.Case, len(of))
	for i := range of {
		pointers[i] = &of[i]
	}
	subjects, err := loadNow(tx.DB, pointers)
	if err != nil {
		return err
	}
	if err := reviewReturned(tx, subjects); err != nil {
		return err
	}
	var ids []int64
	var marks []int16
	var reopened []bool
	var told []cases.Happened
	for _, c := range of {
		mark := subjects[c.ID].open()
		news, is := learned[c.ID]
		again := subjects[c.ID].reopens(mark, is)
		if mark == c.PointsOpen && !again {
			continue
		}
		if ids, marks, reopened = append(ids, c.ID), append(marks, mark), append(reopened, again); again && !news.told {
			told = append(told, arrived(c.ID, news.movements))
		}
		for _, m := range cases.PointsMarks {
			if added := mark &^ c.PointsOpen; added&m.Bit != 0 {
				told = append(told, cases.Happened{CaseID: c.ID, Kind: m.Event})
			}
		}
	}
	if len(ids) == 0 {
		return nil
	}
	cases.MarkPoints(tx, ids, marks, reopened)
	return cases.Tell(tx, told...)
}

// reviewReturned takes the cases whose proposal was returned out of their proposers' queues
// where nothing is left to propose, and puts them back where something is again.
func reviewReturned(tx *store.Tx, subjects map[int64]*subject) error {
	var settled, due []int64
	for id, s := range subjects {
		if s.ReimbursementState == nil || *s.ReimbursementState != Returned {
			continue
		}
		switch nothing := s.plan.Empty() && s.open() == 0; {
		case nothing && s.ReturnedTo != nil:
			settled = append(settled, id)
		case !nothing && s.ReturnedTo == nil:
			due = append(due, id)
		}
	}
	if len(settled) > 0 {
		cases.MarkReturned(tx, settled, make([]int64, len(settled)))
	}
	if len(due) == 0 {
		return nil
	}
	type last struct{ CaseID, ProposerID int64 }
	of, err := store.Select[last](tx.DB, "select distinct on (case_id) case_id, proposer_id from reimbursements where case_id = any($1) order by case_id, id desc", due)
	if err != nil {
		return err
	}
	ids, proposers := make([]int64, len(of)), make([]int64, len(of))
	for i, l := range of {
		ids[i], proposers[i] = l.CaseID, l.ProposerID
	}
	cases.MarkReturned(tx, ids, proposers)
	return nil
}

// reopens reports whether a closed case is to be opened again, which is marked so now. One
// that a supervisor completed over what it owes stays closed until something is learned,
// and one that was out of scope also over other marks than a correction.
func (s subject) reopens(mark int16, learned bool) bool {
	owes := mark != 0 || !s.plan.Empty()
	changed := mark != s.PointsOpen && (s.Status == cases.Completed || mark&cases.CorrectionDue != 0)
	return s.Status.Closed() && owes && (learned || changed)
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
