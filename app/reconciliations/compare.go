package reconciliations

import (
	"encoding/json"

	"hoten/app/audit"
	"hoten/app/outside"
	"hoten/app/points"
	"hoten/app/store"
)

// done is the condition, in SQL, of legs that were done.
const done = "state = '" + outside.Completed + "'"

func init() { points.WhenSettled(learned) }

// learned notes that what statements say of a leg may mean something else now.
func learned(tx *store.Tx, l points.Leg) {
	reference := ""
	if l.SettledBy != nil {
		reference = l.Reference
	}
	tx.Queue(`update reconciliations set learned = learned + 1 where system_id = $1 and (day = `+dayIn("$2::timestamptz")+`
		or id in (select reconciliation_id from statement_rows where leg_id = $3 union all select reconciliation_id from statement_rows where leg_id is null and reference <> '' and reference = $4))`,
		l.SystemID, tx.Now, l.ID, reference)
}

// byReference finds the legs of rows that have none of our keys: those that people did by hand.
func byReference(tx *store.Tx, ids []int64) error {
	_, err := store.Exec(tx, `update statement_rows s set leg_id = l.id from reconciliations r, point_legs l
		where s.reconciliation_id = any($1) and s.leg_id is null and s.reference <> '' and r.id = s.reconciliation_id
		  and l.system_id = r.system_id and l.settled_by is not null and l.reference = s.reference`, ids)
	return err
}

// comparison is what the rows of statements are, and the legs that no statement has. Of the rows
// of one leg that with its key counts, the earliest; those behind it say that it was done twice.
const comparison = `create temp table compared on commit drop as
	with legs as (select distinct leg_id as id from statement_rows where reconciliation_id = any($1) and leg_id is not null),
	counted as (
		select s.reconciliation_id, s.n, row_number() over (partition by s.leg_id order by (s.key = l.key) desc, r.day, s.n) as nth
		from legs j join statement_rows s on s.leg_id = j.id join point_legs l on l.id = j.id join reconciliations r on r.id = s.reconciliation_id),
	numbered as (
		select s.*, row_number() over (partition by s.reconciliation_id, s.program, nullif(s.reference, ''), case when s.reference = '' then s.n end order by s.n) as same
		from statement_rows s where s.reconciliation_id = any($1))
	select s.reconciliation_id, s.leg_id, s.key, s.login, s.program, l.points as points_here, s.points as points_there, s.reference, s.done_at,
		case when c.nth > 1 or s.same > 1 then '` + Twice + `'
			when s.leg_id is null then '` + UnknownKey + `'
			when l.state <> '` + outside.Completed + `' then '` + MissingHere + `'
			when p.code <> s.program then '` + Program + `'
			when s.login is distinct from i.login_key then '` + Account + `'
			when s.points <> l.points then '` + Amount + `'
			when s.reference <> '' and l.reference <> '' and s.reference <> l.reference then '` + Reference + `'
			when abs(r.day - (l.settled_at at time zone 'Asia/Tokyo')::date) > 1 then '` + FarDay + `'
			when r.day <> (l.settled_at at time zone 'Asia/Tokyo')::date then '` + AnotherDay + `'
			else 'matched' end as kind
	from numbered s join reconciliations r on r.id = s.reconciliation_id
		left join counted c on c.reconciliation_id = s.reconciliation_id and c.n = s.n
		left join point_legs l on l.id = s.leg_id left join programs p on p.id = l.program_id left join identities i on i.id = l.identity_id
	union all
	select r.id, l.id, l.key, null, p.code, l.points, null, l.reference, null, '` + MissingThere + `'
	from reconciliations r join point_legs l on l.system_id = r.system_id and l.` + done + `
			and l.settled_at >= r.day::timestamp at time zone 'Asia/Tokyo' and l.settled_at < (r.day + 1)::timestamp at time zone 'Asia/Tokyo'
		join programs p on p.id = l.program_id
	where r.id = any($1) and not exists (select from statement_rows s where s.leg_id = l.id)`

// same are the kinds, in SQL, of rows that are the same movement on both sides.
const same = "('matched', '" + FarDay + "', '" + AnotherDay + "', '" + Reference + "')"

// compare compares days of one system that have a statement, for which the caller is alone.
func compare(tx *store.Tx, ids []int64) error {
	of, err := store.Select[Reconciliation](tx.DB, "select r.* from reconciliations r where r.id = any($1) and exists (select from statements s where s.reconciliation_id = r.id) order by r.id", ids)
	if err != nil || len(of) == 0 {
		return err
	}
	ids = ids[:0:0]
	for _, r := range of {
		ids = append(ids, r.ID)
	}
	if err := byReference(tx, ids); err != nil {
		return err
	}
	for _, step := range []string{comparison, "delete from reconciled_legs where reconciliation_id = any($1)",
		"insert into reconciled_legs (leg_id, reconciliation_id) select leg_id, reconciliation_id from compared where reconciliation_id = any($1) and kind in " + same} {
		if _, err := store.Exec(tx, step, ids); err != nil {
			return err
		}
	}
	if err := list(tx, of[0].SystemID); err != nil {
		return err
	}
	figures, err := sum(tx, of)
	if err != nil {
		return err
	}
	for _, r := range of {
		if err := r.settle(tx, figures[r.ID]); err != nil {
			return err
		}
	}
	return nil
}

// list notes which legs the statements compared list as done and hoten has not, beside those that
// were noted before.
func list(tx *store.Tx, system int16) error {
	legs, err := store.Now(tx.DB, func(reads *store.Reads) *[]int64 {
		return store.AskValues[int64](reads, `select l.id from point_legs l where l.system_id = $1 and l.state <> '`+outside.Completed+`' and (l.listed or l.id in (select leg_id from compared where leg_id is not null))
		and exists (select from statement_rows s where s.leg_id = l.id)`, system)
	})
	if err != nil {
		return err
	}
	return points.SetListed(tx, system, legs)
}

// sum sums both sides of days, by program.
func sum(tx *store.Tx, of []Reconciliation) (map[int64]*Figures, error) {
	out := map[int64]*Figures{}
	ids := make([]int64, len(of))
	for i, r := range of {
		ids[i], out[r.ID] = r.ID, &Figures{Kinds: map[string]int64{}, Programs: []Sums{}}
	}
	type line struct {
		ID int64
		Sums
	}
	rows, err := store.Select[line](tx.DB, `select id, program, sum(here)::bigint as here, sum(there)::bigint as there, sum(matched)::bigint as matched,
			sum(points_here)::bigint as points_here, sum(points_there)::bigint as points_there, sum(points_set)::bigint as points_set from (
		select r.id, p.code as program, count(*) as here, 0 as there, 0 as matched, sum(l.points) as points_here, 0 as points_there, 0 as points_set
			from reconciliations r join point_legs l on l.system_id = r.system_id and l.`+done+`
				and l.settled_at >= r.day::timestamp at time zone 'Asia/Tokyo' and l.settled_at < (r.day + 1)::timestamp at time zone 'Asia/Tokyo'
				join programs p on p.id = l.program_id where r.id = any($1) group by 1, 2
		union all select reconciliation_id, program, 0, count(*), count(*) filter (where kind in `+same+`), 0, sum(points_there), coalesce(sum(points_there) filter (where kind in `+same+`), 0)
			from compared where points_there is not null group by 1, 2) t group by id, program order by id, program`, ids)
	for _, l := range rows {
		out[l.ID].Programs = append(out[l.ID].Programs, l.Sums)
	}
	if err != nil {
		return nil, err
	}
	type kinds struct {
		ID   int64
		Kind string
		N    int64
	}
	counts, err := store.Select[kinds](tx.DB, "select reconciliation_id as id, kind, count(*) as n from compared where kind <> 'matched' group by 1, 2")
	for _, k := range counts {
		out[k.ID].Kinds[k.Kind] = k.N
	}
	return out, err
}

// settle keeps what a day was found to be. Where that is something else than before, what was
// prepared or signed of it is void.
func (r Reconciliation) settle(tx *store.Tx, f *Figures) error {
	text, err := json.Marshal(f)
	if err != nil {
		return err
	}
	var facts []byte
	if err := store.Scan(tx.DB, `select sha256(coalesce(string_agg(h, ''::bytea order by h), ''::bytea) || convert_to($2, 'UTF8')) from (
		select sha256(convert_to(concat_ws(E'\x1f', kind, coalesce(leg_id, 0), key, coalesce(encode(login, 'hex'), ''), program, coalesce(points_here, 0), coalesce(points_there, 0), reference, coalesce(extract(epoch from done_at), 0)), 'UTF8')) as h
		from compared where reconciliation_id = $1) t`, []any{r.ID, string(text)}, &facts); err != nil {
		return err
	}
	now, err := store.Lock[Reconciliation](tx, r.ID)
	if err != nil {
		return err
	}
	now.Compared, now.ComparedAt = r.Learned, &tx.Now // what was learned meanwhile is compared next
	if string(now.Facts) == string(facts) {
		return store.Save(tx, now, "compared", "compared_at")
	}
	var signed int
	if err := store.Scan(tx.DB, "select coalesce(max(version), 0) from reconciliation_signatures where reconciliation_id = $1", []any{r.ID}, &signed); err != nil {
		return err
	}
	was := now.State
	if now.Version++; was == Missing {
		now.Version = 1
	}
	if err := now.differ(tx, signed); err != nil {
		return err
	}
	if now.State = Open; signed > 0 {
		now.State = Again
	}
	now.Facts, now.Figures, now.PreparedBy, now.PreparedAt = facts, string(text), nil, nil
	if err := now.countUnexplained(tx); err != nil {
		return err
	}
	if err := store.Save(tx, now, "compared", "compared_at", "version", "facts", "figures", "state", "prepared_by", "prepared_at", "unexplained"); err != nil {
		return err
	}
	return audit.Record(tx, audit.Change{Action: ToCompare.Name, Subject: about(r.ID), Before: map[string]any{"state": was},
		After: map[string]any{"state": now.State, "version": now.Version, "differences": f.Differences()}})
}

// differ has the differences stand that were found, from the version on. One that stood before
// keeps its explanation; one that is gone is kept where two people signed it.
func (r *Reconciliation) differ(tx *store.Tx, signed int) error {
	for _, step := range []string{
		`create temp table if not exists differing (what bytea, kind text, leg_id bigint, key text, program text, points_here bigint, points_there bigint, reference text, done_at timestamptz) on commit drop`,
		`truncate differing`} {
		if _, err := store.Exec(tx, step); err != nil {
			return err
		}
	}
	if _, err := store.Exec(tx, `insert into differing select sha256(convert_to(concat_ws(E'\x1f', kind, coalesce(leg_id, 0), key, program, coalesce(points_here, 0), coalesce(points_there, 0), reference, coalesce(extract(epoch from done_at), 0),
			row_number() over (partition by kind, leg_id, key, program, points_there, reference, done_at)), 'UTF8')),
		kind, leg_id, key, program, points_here, points_there, reference, done_at from compared where reconciliation_id = $1 and kind <> 'matched'`, r.ID); err != nil {
		return err
	}
	if _, err := store.Exec(tx, `update reconciliation_differences d set until = $2 where reconciliation_id = $1 and until is null and since <= $3 and not exists (select from differing n where n.what = d.what)`, r.ID, r.Version, signed); err != nil {
		return err
	}
	if _, err := store.Exec(tx, `delete from reconciliation_differences d where reconciliation_id = $1 and until is null and not exists (select from differing n where n.what = d.what)`, r.ID); err != nil {
		return err
	}
	_, err := store.Exec(tx, `insert into reconciliation_differences (reconciliation_id, since, what, kind, leg_id, key, program, points_here, points_there, reference, done_at)
		select $1, $2, what, kind, leg_id, key, program, points_here, points_there, reference, done_at from differing n
		where not exists (select from reconciliation_differences d where d.reconciliation_id = $1 and d.until is null and d.what = n.what) order by kind, program, key, reference`, r.ID, r.Version)
	return err
}

// countUnexplained counts the differences that need an explanation and have none.
func (r *Reconciliation) countUnexplained(tx *store.Tx) error {
	return store.Scan(tx.DB, "select count(*) from reconciliation_differences where reconciliation_id = $1 and until is null and cause is null and kind <> '"+AnotherDay+"'", []any{r.ID}, &r.Unexplained)
}
