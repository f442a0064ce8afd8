package ledger

import "hoten/app/store"

// Moved is the purpose of postings of what happened on an account after the balance that
// was stated for it.
const Moved = "moved"

// CatchUp posts what happened on members' accounts after their balances were stated, as
// far as it is not posted: so a balance is always the one that was stated, what happened
// since, and what was put back. The query yields identity_id, program_id and points, the
// sum of all that happened on an account since its as_of. More than was stated cannot have
// left an account, and no balance falls below zero.
func CatchUp(tx *store.Tx, query string, args ...any) error {
	var reads store.Reads
	AskLock(&reads, "select identity_id from ("+query+") q", args...)
	if err := reads.Run(tx.DB); err != nil {
		return err
	}
	type missing struct {
		ID, Points int64
		ProgramID  int16
	}
	rows, err := store.Select[missing](tx.DB, `select * from (
		select a.id, a.program_id, greatest(greatest(q.points, -o.stated) - o.moved, -a.balance)::bigint as points
		from (`+query+`) q join accounts a on a.identity_id = q.identity_id and a.program_id = q.program_id
		cross join lateral (select coalesce(sum(p.points) filter (where p.purpose = 'opening'), 0) as stated, coalesce(sum(p.points) filter (where p.purpose = 'moved'), 0) as moved
		  from postings p where p.account_id = a.id) o) m where points <> 0 order by id`, args...)
	if err != nil || len(rows) == 0 {
		return err
	}
	accounts, programs, points := make([]int64, len(rows)), make([]int16, len(rows)), make([]int64, len(rows))
	for i, r := range rows {
		accounts[i], programs[i], points[i] = r.ID, r.ProgramID, r.Points
	}
	ids, err := store.TakeIDs(tx.DB, "transfers", 1)
	if err != nil {
		return err
	}
	if _, err := store.Exec(tx, "insert into transfers (id, key, at) values ($1, 'moved:' || $1::bigint, $2)", ids[0], tx.Now); err != nil {
		return err
	}
	_, err = store.Exec(tx, `with m as (select * from unnest($2::bigint[], $3::smallint[], $4::bigint[]) as u(account, program, points))
		insert into postings (transfer_id, account_id, program_id, purpose, points)
		select $1::bigint, account, program, 'moved', points from m
		union all
		select $1, c.id, c.program_id, 'moved', -s.points from (select program, sum(points)::bigint as points from m group by program having sum(points) <> 0) s
		join accounts c on c.program_id = s.program and c.purpose = 'opening' and c.identity_id is null`, ids[0], accounts, programs, points)
	return err
}
