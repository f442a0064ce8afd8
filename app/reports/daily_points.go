package reports

import (
	"gorm.io/gorm"

	"hoten/app/incidents"
	"hoten/app/store"
)

// steps are the reimbursements that took a step on the day, once a step: one is approved
// by the last approval that it needed, for the desk of whoever gave that. What was void by
// the end of the day counts for nothing, nor does what was undone.
var steps = `with steps as (
	select distinct s.step, s.id from (
		select 'proposed' as step, id, proposer_id as who from reimbursements where incident_id = $1 and undoes is null and undone_by is null and ` + onDay("submitted_at") + `
		union all
		select 'approved', r.id, a.staff_id from approvals a join reimbursements r on r.id = a.reimbursement_id
			where r.incident_id = $1 and r.undoes is null and r.undone_by is null and ` + standing("a") + ` and ` + onDay("a.at") + `
				and r.approvals_needed = (select count(*) from approvals b
					where b.reimbursement_id = a.reimbursement_id and ` + standing("b") + ` and (b.at, b.id) <= (a.at, a.id))
		union all
		select state, id, decided_by from reimbursements
			where incident_id = $1 and undoes is null and undone_by is null and state in ('returned', 'rejected', 'withdrawn', 'posted') and ` + onDay("coalesce(posted_at, decided_at)") + `
	) s join staff f on f.id = s.who where ` + ofDesk("f.desk_id") + `) `

// standing is the condition of an approval that was not void by the end of the day.
func standing(approval string) string {
	return "(" + approval + ".voided_at is null or " + approval + ".voided_at >= $3)"
}

func (d *Daily) reimbursements(db *gorm.DB, of scope) error {
	rows, err := store.Select[Decided](db, steps+"select step, count(*) as count from steps group by step", of.args()...)
	found := map[string]int64{}
	for _, r := range rows {
		found[r.Step] = r.Count
	}
	for _, step := range Steps {
		d.Reimbursements = append(d.Reimbursements, Decided{step, found[step]})
	}
	return err
}

// points sums as reimbursements.Totals does.
func (d *Daily) points(db *gorm.DB, of scope) error {
	rows, err := store.Select[PointsOnDay](db, steps+`select s.step, p.code as program,
			coalesce(sum(l.points) filter (where l.kind = 'rollback'), 0)::bigint as rollback, coalesce(sum(l.points) filter (where l.kind = 'reimburse'), 0)::bigint as reimburse,
			coalesce(sum(l.points) filter (where l.kind = 'absorb'), 0)::bigint as absorbed, coalesce(sum(l.points) filter (where l.kind = 'adjust'), 0)::bigint as adjusted
		from steps s join reimbursement_points l on l.reimbursement_id = s.id join programs p on p.id = l.program_id group by 1, 2`, of.args()...)
	if err != nil {
		return err
	}
	programs, err := incidents.Programs(db)
	type place struct{ step, program string }
	found := map[place]PointsOnDay{}
	for _, r := range rows {
		found[place{r.Step, r.Program}] = r
	}
	for _, p := range programs {
		for _, step := range Steps {
			line := found[place{step, p.Code}]
			line.Step, line.Program = step, p.Code
			d.Points = append(d.Points, line)
		}
	}
	return err
}
