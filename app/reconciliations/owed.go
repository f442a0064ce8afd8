package reconciliations

import (
	"gorm.io/gorm"

	"hoten/app/reimbursements"
	"hoten/app/store"
)

// costs are the parts of a leg that somebody bears: see reimbursements.Totals.Cost.
const costs = "coalesce((l.parts->>'" + reimbursements.Reimburse + "')::bigint, 0) + coalesce((l.parts->>'" + reimbursements.Absorb + "')::bigint, 0) + coalesce((l.parts->>'" + reimbursements.Adjust + "')::bigint, 0)"

// Waiting is by program what of the cost of posted requests of an incident is not reconciled yet:
// that of their legs that no signed reconciliation has as the same on both sides. Where a plan was
// undone it is what the other side did of it and, for all that is reconciled, did not take back,
// with the other sign: the books have that at nothing.
func Waiting(db *gorm.DB, incident int64) (map[int16]int64, error) {
	type sum struct {
		ProgramID int16
		Points    int64
	}
	rows, err := store.Select[sum](db, `select l.program_id, sum(case when r.state = '`+reimbursements.Posted+`' and r.undoes is null then case when g.id is null then `+costs+` else 0 end
			when g.id is not null then -(`+costs+`) else 0 end)::bigint as points
		from reimbursements r join point_legs l on l.reimbursement_id = r.id
			left join reconciled_legs k on k.leg_id = l.id left join reconciliations g on g.id = k.reconciliation_id and g.state = '`+Signed+`'
		where r.incident_id = $1 and (r.state = '`+reimbursements.Posted+`' or r.undone_by is not null or r.undoes is not null) group by l.program_id`, incident)
	out := map[int16]int64{}
	for _, r := range rows {
		out[r.ProgramID] = r.Points
	}
	return out, err
}
