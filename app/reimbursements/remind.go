package reimbursements

import (
	"context"
	"slices"
	"time"

	"hoten/app/access"
	"hoten/app/audit"
	"hoten/app/cases"
	"hoten/app/desks"
	"hoten/app/operators"
	"hoten/app/policies"
	"hoten/app/store"
	"hoten/app/verbs"
)

// remindChunk bounds one transaction of Remind, in proposals.
const remindChunk = 250

// Remind sees to proposals that wait too long, each exactly once however many
// programs do it: first their supervisors are reminded, then they go to the
// substitute that the policies name. Who may approve does not change: a substitute
// who proposed or edited is passed over.
func Remind(ctx context.Context, s *store.Store) error {
	for _, step := range []struct {
		verb *verbs.Verb
		some func(*store.Tx) (int, error)
	}{{ToRemind, remindSome}, {ToEscalate, escalateSome}} {
		for {
			n, err := verbs.Do(ctx, s, access.System("reminders"), step.verb, "reimbursements", "", step.some)
			if err != nil {
				return err
			}
			if n < remindChunk {
				break
			}
		}
	}
	return nil
}

// waited gives the instant up to which a proposal must have been made to have waited
// for so long by now: hours in which the desk is open, so that nobody is reminded of
// the night. A desk that never opens lets nothing wait.
func waited(d desks.Desk, now time.Time, hours int) (time.Time, bool) {
	return d.Before(now, time.Duration(hours)*time.Hour)
}

// lateRow is a proposal that has waited for the next step.
type lateRow struct {
	Reimbursement
	DeskCode string
}

// late locks some of those that have waited for so many hours of the desk of their
// case (see desks.Main where it has none) and not yet come to the step.
func late(tx *store.Tx, step string, hours int) ([]lateRow, error) {
	list, err := desks.List(tx.DB)
	if err != nil {
		return nil, err
	}
	known, err := operators.IDs(tx.DB)
	if err != nil {
		return nil, err
	}
	var ids []int64
	var codes []string
	var since []time.Time
	for _, d := range list {
		if at, ok := waited(d.Desk, tx.Now, hours); ok {
			ids, codes, since = append(ids, d.ID), append(codes, d.Code), append(since, at)
		}
	}
	if len(ids) == 0 {
		return nil, nil
	}
	kinds, main, other := cases.MainDesks(list, known)
	return store.Select[lateRow](tx.DB, `select r.*, d.code as desk_code from reimbursements r join cases c on c.id = r.case_id
		join unnest($1::bigint[], $2::text[], $3::timestamptz[]) as d(id, code, since) on d.id = coalesce(c.desk_id,
			($4::bigint[])[array_position($5::smallint[], (select id_kind_id from incidents where id = c.incident_id))], $6)
		where r.state = 'submitted' and r.`+step+` is null and r.submitted_at <= $7 and r.submitted_at <= d.since
		order by r.submitted_at limit $8 for no key update of r skip locked`, ids, codes, since, main, kinds, other, slices.MaxFunc(since, time.Time.Compare), remindChunk)
}

func remindSome(tx *store.Tx) (int, error) {
	p, err := policies.Current(tx.DB)
	if err != nil {
		return 0, err
	}
	rows, err := late(tx, "reminded_at", p.RemindHours)
	if err != nil || len(rows) == 0 {
		return 0, err
	}
	ids := make([]int64, len(rows))
	var told []cases.Happened
	var recorded []audit.Change
	for i, r := range rows {
		ids[i] = r.ID
		told = append(told, cases.Happened{CaseID: r.CaseID, Kind: cases.ApprovalReminded, Data: map[string]any{"reimbursement": r.ID, "hours": p.RemindHours}})
		recorded = append(recorded, audit.Change{Subject: r.Subject(), After: map[string]any{"hours": p.RemindHours}})
	}
	tx.Queue("update reimbursements set reminded_at = $2 where id = any($1)", ids, tx.Now)
	if err := cases.Tell(tx, told...); err != nil {
		return 0, err
	}
	return len(rows), audit.Record(tx, recorded...)
}

func escalateSome(tx *store.Tx) (int, error) {
	p, err := policies.Current(tx.DB)
	if err != nil {
		return 0, err
	}
	rows, err := late(tx, "escalated_at", p.EscalateHours)
	if err != nil || len(rows) == 0 {
		return 0, err
	}
	to, err := substitutes(tx, p, rows)
	if err != nil {
		return 0, err
	}
	ids, whom := make([]int64, len(rows)), make([]*int64, len(rows))
	var told []cases.Happened
	var recorded []audit.Change
	for i, r := range rows {
		data := map[string]any{"reimbursement": r.ID, "hours": p.EscalateHours, "to": ""}
		after := map[string]any{"hours": p.EscalateHours, "substitute": nil}
		if who, found := to[r.ID]; found {
			whom[i] = &who.ID
			data["to"], after["substitute"] = who.Name, who.ID
		}
		ids[i] = r.ID
		told = append(told, cases.Happened{CaseID: r.CaseID, Kind: cases.ApprovalEscalated, Data: data})
		recorded = append(recorded, audit.Change{Subject: r.Subject(), After: after})
	}
	// Whoever escalates has reminded: a program that stood still for a night does both.
	tx.Queue(`update reimbursements r set escalated_at = $3, reminded_at = coalesce(r.reminded_at, $3), substitute_id = u.s
		from unnest($1::bigint[], $2::bigint[]) as u(i, s) where r.id = u.i`, ids, whom, tx.Now)
	if err := cases.Tell(tx, told...); err != nil {
		return 0, err
	}
	return len(rows), audit.Record(tx, recorded...)
}

type substitute struct {
	ID   int64
	Name string
}

// substitutes finds for each proposal the substitute who could approve it: that of
// the desk, else that of the center; who proposed, edited or approved already, or may
// not decide any more, is passed over.
func substitutes(tx *store.Tx, in policies.Policies, rows []lateRow) (map[int64]substitute, error) {
	people, err := store.Select[substitute](tx.DB, "select id, name from staff where disabled_at is null and role = any($1)", access.Holders(access.Decide))
	if err != nil {
		return nil, err
	}
	ids := make([]int64, len(rows))
	for i, r := range rows {
		ids[i] = r.ID
	}
	type hand struct{ ReimbursementID, StaffID int64 }
	hands, err := store.Select[hand](tx.DB, `select r.id as reimbursement_id, r.proposer_id as staff_id from reimbursements r where r.id = any($1)
		union select r.id, a.staff_id from reimbursements r join adjustments a on a.case_id = r.case_id where r.id = any($1) and not exists (select from adjustment_withdrawals w where w.adjustment_id = a.id)
		union select l.reimbursement_id, a.staff_id from reimbursement_lines l join loss_authors a on a.movement_id = l.movement_id where l.reimbursement_id = any($1)
		union select a.reimbursement_id, a.staff_id from approvals a where a.reimbursement_id = any($1) and a.voided_at is null`, ids)
	if err != nil {
		return nil, err
	}
	busy := map[hand]bool{}
	for _, h := range hands {
		busy[h] = true
	}
	out := map[int64]substitute{}
	for _, r := range rows {
		for _, id := range []int64{in.Substitutes[policies.Center], in.Substitutes[r.DeskCode]} {
			if i := slices.IndexFunc(people, func(s substitute) bool { return s.ID == id }); i >= 0 && !busy[hand{r.ID, id}] {
				out[r.ID] = people[i]
			}
		}
	}
	return out, nil
}
