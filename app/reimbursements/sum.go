package reimbursements

import (
	"hoten/app/cases"
	"hoten/app/notices"
	"hoten/app/store"
)

func init() { cases.WhenSummingUp(givenBack) }

// givenBack sums up what was posted for a case, a program each and only those
// touched, with the balances as they are.
func givenBack(tx *store.Tx, c *cases.Case) ([]notices.Points, error) {
	return store.Select[notices.Points](tx.DB, `with lines as (
		  select l.* from reimbursements r join reimbursement_lines l on l.reimbursement_id = r.id where r.case_id = $1 and r.state = 'posted'),
		parts as (
		  select kind, program_id, points from lines
		  union all select kind, counter_program_id, -counter_points from lines where counter_program_id is not null)
		select p.name_ja, p.name_en, a.balance,
		  coalesce(sum(points) filter (where kind = 'rollback'), 0)::bigint as restored,
		  coalesce(sum(points) filter (where kind = 'reimburse'), 0)::bigint as reimbursed,
		  coalesce(sum(points) filter (where kind = 'absorb'), 0)::bigint as absorbed,
		  coalesce(sum(points) filter (where kind = 'adjust'), 0)::bigint as adjusted
		from parts join programs p on p.id = parts.program_id join accounts a on a.identity_id = $2 and a.program_id = p.id
		group by p.id, a.balance order by p.id`, c.ID, c.IdentityID)
}
