package incidents

import (
	"gorm.io/gorm"

	"hoten/app/ledger"
	"hoten/app/store"
)

// CatchUp puts on the accounts of the IDs that the query yields what happened after their
// balances were stated: a file's balance is the one at the freeze, so a cancellation or
// anything else that is dated later is not in it. A double of a movement did not happen.
func CatchUp(tx *store.Tx, identities string, args ...any) error {
	return ledger.CatchUp(tx, `select a.identity_id, a.program_id, coalesce(sum(l.points), 0)::bigint as points, max(l.occurred_at) filter (where l.points < 0) as last
		from accounts a left join lateral (select v.points, m.occurred_at from movements m cross join lateral (values (m.from_program, -m.points), (m.to_program, m.points_received)) v(program_id, points)
		  where m.identity_id = a.identity_id and v.program_id = a.program_id and m.occurred_at > a.as_of and m.doubled is distinct from 'double') l on true
		where a.identity_id in (`+identities+`) group by a.identity_id, a.program_id`, args...)
}

// Behind finds IDs, by id and after the one given, on whose accounts something happened
// after their balances were stated that was never posted, or only in part where nobody
// noted that some is missing.
func Behind(db *gorm.DB, after int64, limit int) ([]int64, error) {
	var reads store.Reads
	ids := store.AskValues[int64](&reads, `select distinct identity_id from (
		select a.id, a.identity_id, sum(case when a.program_id = m.to_program then m.points_received else 0 end - case when a.program_id = m.from_program then m.points else 0 end) as happened
		from movements m join accounts a on a.identity_id = m.identity_id and a.program_id in (m.from_program, m.to_program) and a.as_of < m.occurred_at
		where m.doubled is distinct from 'double' and m.identity_id > $1 and a.behind = 0 group by a.id) h
		cross join lateral (select coalesce(sum(points) filter (where purpose = 'opening'), 0) as stated, coalesce(sum(points) filter (where purpose = 'moved'), 0) as moved,
		  count(*) filter (where purpose = 'moved') as entries from postings p where p.account_id = h.id) o
		where happened <> 0 and entries = 0 and greatest(happened, -stated) <> 0 or moved > greatest(happened, -stated)
		order by identity_id limit $2`, after, limit)
	err := reads.Run(db)
	return *ids, err
}
