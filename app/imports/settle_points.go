package imports

import (
	"bytes"
	"time"

	"hoten/app/imports/csvin"
	"hoten/app/incidents"
	"hoten/app/ledger"
	"hoten/app/members"
	"hoten/app/store"
)

// lockIdentities locks the IDs that were known, and those whose exchanges are cancelled:
// files of two incidents must not give back one exchange twice.
func (r *run) lockIdentities(tx *store.Tx) error {
	if r.DryRun {
		return nil
	}
	return members.LockKnown(tx, known+`
		union all select i.id from staged_movements s, `+calledBy("s")+` where s.kind = 'cancel'`)
}

// settleBalances takes the rows out that say nothing but balances of IDs which the
// incident has: what is unknown will be stated, what is known is ignored where it is equal
// and refused where it is not. The row that listed the ID is one where it has more balances
// than before, and where balances of it were not taken, as the incident was not about their
// programs then; it states those and leaves what is known.
func (r *run) settleBalances(tx *store.Tx) error {
	more, err := r.withMoreBalances(tx)
	if err != nil {
		return err
	}
	_, err = store.Exec(tx, `insert into staged_balances
		select s.line, s.known_identity, s.restricted_at, s.balance_programs, s.balances, case when l.same then '' else `+conflicting+` end, b.news
		from staged_affected s join cases c on c.incident_id = $1 and c.identity_id = s.known_identity and c.origin <> 'inquiry'
		left join members m on m.id = s.known_member
		cross join lateral (select coalesce(c.row_hash, m.row_hash) is not distinct from s.row_hash as same) l
		cross join lateral (select coalesce(bool_or(a.id is null or a.assumed or not a.stated and v.points > 0), false) as news
		  from unnest(s.balance_programs, s.balances) v(program, points) left join lateral `+opened+` a on true) b
		where s.balances_alone and not l.same or s.line = any($2) or l.same and b.news and `+listed, r.IncidentID, more)
	if err != nil {
		return err
	}
	if _, err := store.Exec(tx, "delete from staged_affected s using staged_balances b where b.line = s.line"); err != nil {
		return err
	}
	rows, err := store.Returning[settled](tx, "delete from staged_balances where conflict <> '' or not news returning line, conflict = '' as same, conflict as program")
	if err != nil {
		return err
	}
	return r.sort(tx.Context(), AffectedFile, rows, csvin.Problem{Reason: "duplicate_conflict"})
}

// listed is the condition, in SQL, that a case (c) was opened by a list.
const listed = "(c.origin = 'listed' or c.origin = 'added' and c.row_hash is not null)"

// withMoreBalances finds the rows that say what the row that listed their ID said, with
// balances which that one had not. A row is known by its hash alone, so these are read once
// more for those that they would have with fewer.
func (r *run) withMoreBalances(tx *store.Tx) ([]int64, error) {
	type row struct {
		Line int64
		Hash []byte
	}
	rows, err := store.Select[row](tx.DB, `select s.line, coalesce(c.row_hash, m.row_hash) as hash
		from staged_affected s join cases c on c.incident_id = $1 and c.identity_id = s.known_identity join members m on m.id = s.known_member
		where not s.balances_alone and cardinality(s.balances) > 0 and coalesce(c.row_hash, m.row_hash) <> s.row_hash and `+listed, r.IncidentID)
	if err != nil || len(rows) == 0 {
		return []int64{}, err
	}
	hashes := make(map[int][]byte, len(rows))
	for _, row := range rows {
		hashes[int(row.Line)] = row.Hash
	}
	lines := []int64{}
	err = reread(r, AffectedFile, hashes, func(row csvin.Row, hash []byte) error {
		for fewer := range row.Affected.HashesWithFewer {
			if bytes.Equal(r.s.Vault.Blind("row", string(fewer[:])), hash) {
				lines = append(lines, int64(row.Line))
				break
			}
		}
		return nil
	})
	return lines, err
}

// conflicting is the first program, in SQL, in which an ID s has another balance than its
// row says; empty where it has none.
const conflicting = `coalesce((select min(p.code) from unnest(s.balance_programs, s.balances) v(program, points) join programs p on p.id = v.program
	join lateral ` + opened + ` a on true where a.stated and a.opening <> v.points), '')`

// opened is the account of an ID s in the program of a balance v: what it was opened
// with, and whether that was stated.
const opened = `(select a.id, a.assumed, not (` + ledger.Restatable + `) as stated,
	coalesce((select sum(p.points) from postings p where p.account_id = a.id and p.purpose = 'opening'), 0) as opening
	from accounts a where a.identity_id = s.known_identity and a.program_id = v.program)`

// settleCancellations refuses cancellations that together give back more than their
// exchange took, with those that came before; numbers of one loss are one exchange. Of
// several in the file the first ones stand.
func (r *run) settleCancellations(tx *store.Tx) error {
	refused, err := exceeding(tx)
	if err != nil {
		return err
	}
	more, err := exceedingDoubled(tx)
	if err != nil || len(refused)+len(more) == 0 {
		return err
	}
	refused = append(refused, more...)
	lines := make([]int64, len(refused))
	for i, row := range refused {
		lines[i] = row.Line
	}
	if _, err := store.Exec(tx, "delete from staged_movements where line = any($1)", lines); err != nil {
		return err
	}
	return r.sort(tx.Context(), MovementsFile, refused, csvin.Problem{Column: "points", Reason: "cancel_exceeds_exchange"})
}

// exceeding finds what is too much of exchanges that have one number, or none that is a
// double.
func exceeding(tx *store.Tx) (refused []settled, err error) {
	type cancellation struct {
		Line     int64
		Exchange string
		Points   int64
		Left     int64 // of the exchange, before this file
	}
	rows, err := store.Select[cancellation](tx.DB, `select * from (
		  select s.line, s.refers_to as exchange, s.points, e.left as left, sum(s.points) over (partition by s.refers_to) > e.left as exceeds
		  from staged_movements s cross join lateral (
		    select f.points as left from staged_movements f where f.movement_key = s.refers_to
		    union all
		    select x.points - (select coalesce(sum(c.points), 0) from movements c where c.exchange_id = x.id and c.doubled is distinct from 'double')
		    from movements x where `+incidents.Numbered("x", "refers_to")+` and not `+incidents.Doubled+` limit 1) e
		  where s.kind = 'cancel') s where exceeds order by line`)
	given := map[string]int64{}
	for _, c := range rows {
		if given[c.Exchange]+c.Points <= c.Left {
			given[c.Exchange] += c.Points
			continue
		}
		refused = append(refused, settled{Line: c.Line})
	}
	return refused, err
}

// exceedingDoubled finds what is too much of exchanges with numbers of which one is a
// double. Somebody decides about each of these, so they are few.
func exceedingDoubled(tx *store.Tx) (refused []settled, err error) {
	type exchange struct {
		identity, took int64
		at             time.Time
	}
	type cancellation struct {
		Line, RefersTo, Points, IdentityID, Took int64
		OccurredAt                               time.Time
	}
	rows, err := store.Select[cancellation](tx.DB, `select s.line, x.id as refers_to, s.points, x.identity_id, x.points as took, x.occurred_at
		from staged_movements s join movements x on `+incidents.Numbered("x", "refers_to")+` where s.kind = 'cancel' and `+incidents.Doubled+" order by s.line")
	if err != nil {
		return nil, err
	}
	groups := map[exchange]*incidents.Group{}
	for _, c := range rows {
		of := exchange{c.IdentityID, c.Took, c.OccurredAt}
		g, read := groups[of]
		if !read {
			if g, err = incidents.ReadGroup(tx.DB, c.IdentityID, c.OccurredAt, c.Took); err != nil {
				return nil, err
			}
			groups[of] = g
		}
		if !g.Add(c.RefersTo, c.Points) {
			refused = append(refused, settled{Line: c.Line})
		}
	}
	return refused, nil
}
