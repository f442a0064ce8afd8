package reimbursements

import (
	"hoten/app/cases"
	"hoten/app/notices"
	"hoten/app/store"
)

func init() {
	cases.WhenSummingUp(givenBack)
	cases.WhenCompleting(stillOwed)
}

// stillOwed reports whether the plan of a case has lines that nobody posted, or cannot be
// made yet, and whether they are due: not those of a request, as it was, that was rejected
// because there is nothing to put back.
func stillOwed(tx *store.Tx, c *cases.Case) (owed, due bool, err error) {
	plan, _, err := Look(tx.DB, c)
	if err != nil || plan.Empty() && c.PointsOpen == 0 {
		return false, false, err
	}
	var nothing bool
	err = store.Scan(tx.DB, `select coalesce((select r.state = 'rejected' and r.rejection = any($2) and r.plan_hash = $3 from reimbursements r where r.case_id = $1 and r.undoes is null order by r.id desc limit 1), false)`,
		[]any{c.ID, nothingDue, plan.Hash()}, &nothing)
	return true, !nothing, err
}

// givenBack sums up what was posted for a case, a program each and only those
// of which something is left, with the balances as they are and what else moved them since.
// A balance that was stated anew moved nothing.
func givenBack(tx *store.Tx, c *cases.Case) ([]notices.Points, error) {
	return store.Select[notices.Points](tx.DB, `with own as (select transfer_id from reimbursements where case_id = $1 and state = 'posted' and undoes is null)
		select p.name_ja, p.name_en, p.unit_ja, p.unit_en, p.unit_en_one, case when a.assumed then 0 else a.balance end as balance, a.assumed as unknown,
		  coalesce(sum(l.points) filter (where l.kind = 'rollback'), 0)::bigint as restored,
		  coalesce(sum(l.points) filter (where l.kind = 'reimburse'), 0)::bigint as reimbursed,
		  coalesce(sum(l.points) filter (where l.kind = 'absorb'), 0)::bigint as absorbed,
		  coalesce(sum(l.points) filter (where l.kind = 'adjust'), 0)::bigint as adjusted,
		  case when a.assumed then 0 else (select coalesce(sum(s.points), 0)::bigint from postings s where s.account_id = a.id and s.transfer_id >= (select min(transfer_id) from own)
		    and s.purpose <> 'opening' and (s.purpose = 'moved' or s.transfer_id not in (select transfer_id from own))) end as moved
		from reimbursements r join reimbursement_points l on l.reimbursement_id = r.id
		join programs p on p.id = l.program_id join accounts a on a.identity_id = $2 and a.program_id = p.id
		where r.case_id = $1 and r.state = 'posted' and r.undoes is null group by p.id, a.id
		having sum(l.points) filter (where l.kind = 'rollback') <> 0 or sum(l.points) filter (where l.kind = 'reimburse') <> 0
		  or sum(l.points) filter (where l.kind = 'absorb') <> 0 or sum(l.points) filter (where l.kind = 'adjust') <> 0 order by p.id`, c.ID, c.IdentityID)
}
