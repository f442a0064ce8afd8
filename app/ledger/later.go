package ledger

import (
	"maps"
	"slices"

	"hoten/app/store"
)

// Moved is the purpose of postings of what happened on an account after the balance that
// was stated for it.
const Moved = "moved"

// CatchUp posts what happened on members' accounts after their balances were stated, as
// far as it is not posted: so a balance is always the one that was stated, what happened
// since, and what was put back. The query yields identity_id, program_id, points, the
// sum of all that happened on an account since its as_of, and last, when points left it
// last. More than was stated, and put back until then, cannot have left an account. No
// balance falls below zero: what left and is not there is noted as Behind, for the next
// entry that brings something.
func CatchUp(tx *store.Tx, query string, args ...any) error {
	var reads store.Reads
	AskLock(&reads, "select identity_id from ("+query+") q", args...)
	if err := reads.Run(tx.DB); err != nil {
		return err
	}
	rows, err := store.Select[missing](tx.DB, `select id, program_id, greatest(due, -balance)::bigint as points, greatest(0, -balance - due)::bigint as behind from (
		select a.id, a.program_id, a.balance, a.behind as noted, greatest(q.points, -o.stated - greatest(o.back, 0)) - o.moved as due
		from (`+query+`) q join accounts a on a.identity_id = q.identity_id and a.program_id = q.program_id
		cross join lateral (select coalesce(sum(p.points) filter (where p.purpose = 'opening'), 0) as stated, coalesce(sum(p.points) filter (where p.purpose = 'moved'), 0) as moved,
		    coalesce(sum(p.points) filter (where p.purpose not in ('opening', 'moved') and t.at < q.last), 0) as back
		  from postings p join transfers t on t.id = p.transfer_id where p.account_id = a.id) o) m
		where greatest(due, -balance) <> 0 or greatest(0, -balance - due) <> noted order by id`, args...)
	if err != nil || len(rows) == 0 {
		return err
	}
	return postMoved(tx, rows)
}

// missing is what CatchUp finds about an account: what is to be posted, and what cannot be.
type missing struct {
	ID, Points, Behind int64
	ProgramID          int16
}

func postMoved(tx *store.Tx, rows []missing) error {
	accounts, programs, points, behind := make([]int64, len(rows)), make([]int16, len(rows)), make([]int64, len(rows)), make([]int64, len(rows))
	for i, r := range rows {
		accounts[i], programs[i], points[i], behind[i] = r.ID, r.ProgramID, r.Points, r.Behind
	}
	if _, err := store.Exec(tx, "update accounts a set behind = u.behind from unnest($1::bigint[], $2::bigint[]) as u(id, behind) where a.id = u.id and a.behind <> u.behind", accounts, behind); err != nil {
		return err
	}
	ids, err := store.TakeIDs(tx.DB, "transfers", 1)
	if err != nil {
		return err
	}
	if _, err := store.Exec(tx, "insert into transfers (id, key, at) values ($1, 'moved:' || $1::bigint, $2)", ids[0], tx.Now); err != nil {
		return err
	}
	_, err = store.Exec(tx, `with m as (select * from unnest($2::bigint[], $3::smallint[], $4::bigint[]) as u(account, program, points) where points <> 0)
		insert into postings (transfer_id, account_id, program_id, purpose, points)
		select $1::bigint, account, program, 'moved', points from m
		union all
		select $1, c.id, c.program_id, 'moved', -s.points from (select program, sum(points)::bigint as points from m group by program having sum(points) <> 0) s
		join accounts c on c.program_id = s.program and c.purpose = 'opening' and c.identity_id is null`, ids[0], accounts, programs, points)
	return err
}

// CaughtUp notes how much of what had left accounts, which the caller has locked, is posted
// with the transfers that Post queues: points by account.
func CaughtUp(tx *store.Tx, posted map[int64]int64) {
	if len(posted) == 0 {
		return
	}
	ids := slices.Sorted(maps.Keys(posted))
	points := make([]int64, len(ids))
	for i, id := range ids {
		points[i] = posted[id]
	}
	tx.Queue("update accounts a set behind = a.behind - u.points from unnest($1::bigint[], $2::bigint[]) as u(id, points) where a.id = u.id", ids, points)
}
