package incidents

import (
	"hoten/app/ledger"
	"hoten/app/store"
)

// CatchUp puts on the accounts of the IDs that the query yields what happened after their
// balances were stated: a file's balance is the one at the freeze, so a cancellation or
// anything else that is dated later is not in it. A double of a movement did not happen.
func CatchUp(tx *store.Tx, identities string, args ...any) error {
	return ledger.CatchUp(tx, `select a.identity_id, a.program_id, coalesce(sum(l.points), 0)::bigint as points
		from accounts a left join lateral (select v.points from movements m cross join lateral (values (m.from_program, -m.points), (m.to_program, m.points_received)) v(program_id, points)
		  where m.identity_id = a.identity_id and v.program_id = a.program_id and m.occurred_at > a.as_of and m.doubled is distinct from 'double') l on true
		where a.identity_id in (`+identities+`) group by a.identity_id, a.program_id`, args...)
}
