package imports

import (
	"fmt"

	"hoten/app/cases"
	"hoten/app/ledger"
	"hoten/app/resets"
	"hoten/app/store"
)

// insert inserts what was accepted, set by set. Rows
// that others may hold are locked in the order of all transactions: identities,
// cases, accounts, each by id.
func (r *run) insert(tx *store.Tx) error {
	for _, step := range []func(*store.Tx) error{r.insertMembers, r.restrict, r.openCases, r.insertMovements, r.classify, r.openAccounts} {
		if err := step(tx); err != nil {
			return err
		}
	}
	return nil
}

func (r *run) insertMembers(tx *store.Tx) error {
	if r.src.affected == nil {
		return nil
	}
	for _, q := range []string{
		`select from identities where id in (select known_identity from staged_affected) order by id for no key update`,
		`insert into members (id, name, name_kana, birth_date, postal_code, address, customer_number, customer_key, name_grams, language, row_hash)
			select member_id, name, name_kana, birth_date, postal_code, address, customer_number, customer_key, name_grams, language, row_hash
			from staged_affected where known_member is null`,
		`insert into identities (id, member_id, login, login_key, start_5, start_8, start_12, state)
			select identity_id, member_id, login, login_key, login_5, login_8, login_12, 'restricted'
			from staged_affected where known_identity is null`,
		`update identities i set member_id = s.member_id from staged_affected s where i.id = s.known_identity and s.known_member is null`,
		`insert into contacts (id, member_id, kind, value, value_key, start_5, start_8, start_12, registered_on, depends_on_login, source)
			select c.id, s.member_id, c.kind, c.value, c.value_key, c.start_5, c.start_8, c.start_12, c.since, c.own, 'import' from staged_affected s, lateral (values
			  (s.phone_id, 'phone', s.phone, s.phone_key, s.phone_5, s.phone_8, s.phone_12, null::date, false),
			  (s.email_id, 'email', s.email, s.email_key, s.email_5, s.email_8, s.email_12, s.email_since, s.email_own)
			) c (id, kind, value, value_key, start_5, start_8, start_12, since, own) where c.value is not null and s.known_member is null`,
	} {
		if _, err := store.Exec(tx.DB, q); err != nil {
			return err
		}
	}
	return nil
}

// restrict has the identity system restrict the IDs that the operator had not
// restricted when the list was made, and those that it knew as active.
func (r *run) restrict(tx *store.Tx) error {
	type id struct{ ID int64 }
	rows, err := store.Select[id](tx.DB, `select coalesce(known_identity, identity_id) as id from staged_affected where restricted_at is null or known_identity is not null`)
	if err != nil || len(rows) == 0 {
		return err
	}
	ids := make([]int64, len(rows))
	for i, row := range rows {
		ids[i] = row.ID
	}
	return resets.Directory.Restrict(tx, ids)
}

// touched names the IDs whose cases an import may change, as far as they were known.
const touched = `select known_identity from staged_affected where known_identity is not null
	union all select i.id from identities i join staged_movements s on s.login_key = i.login_key`

// openCases opens a case per ID. An inquiry that stands already becomes a listed
// case; what was added by hand keeps being counted apart.
func (r *run) openCases(tx *store.Tx) error {
	_, err := store.Exec(tx.DB, "select from cases where incident_id = $1 and identity_id in ("+touched+") order by id for no key update", r.IncidentID)
	if err != nil {
		return err
	}
	_, err = store.Exec(tx.DB, `with opened as (
		  insert into cases (incident_id, identity_id, origin, class, identity_state, restricted_at, opened_at, changed_at, row_hash)
		  select $1::bigint, coalesce(known_identity, identity_id), 'listed', coalesce(m.class, 'D'), 'restricted', coalesce(restricted_at, $2::timestamptz), $2, $2, row_hash
		    from staged_affected a left join (select login_key, `+cases.ClassOfMovements+` as class from staged_movements
		      where finding in ('suspected', 'confirmed') and kind in ('transfer', 'exchange') group by login_key) m on m.login_key = a.login_key
		  on conflict (incident_id, identity_id) do update set class = coalesce(cases.class, excluded.class), changed_at = excluded.changed_at, row_hash = excluded.row_hash,
		    origin = case cases.origin when 'inquiry' then 'listed' else cases.origin end,
		    identity_state = coalesce(cases.identity_state, 'restricted'), restricted_at = coalesce(cases.restricted_at, excluded.restricted_at)
		  returning id)
		insert into case_events (case_id, at, kind, actor_kind, actor_id, data)
		select id, $2, 'opened', $3, $4, jsonb_build_object('origin', 'listed', 'import', $5::bigint) from opened`,
		r.IncidentID, tx.Now, tx.By.Kind, tx.By.ID, r.ID)
	return err
}

// insertMovements inserts cancellations after what they refer to.
func (r *run) insertMovements(tx *store.Tx) error {
	if r.src.movements == nil {
		return nil
	}
	const insert = `insert into movements (movement_id, movement_key, incident_id, identity_id, occurred_at, kind, from_program, to_program, partner,
		points, points_received, refers_to, finding, row_hash, import_id)
		select s.movement_id, s.movement_key, $1, i.id, s.occurred_at, s.kind, s.from_program, s.to_program, s.partner,
		s.points, s.points_received, %s, s.finding, s.row_hash, $2 from staged_movements s join identities i on i.login_key = s.login_key %s`
	for _, q := range []string{
		fmt.Sprintf(insert, "null", "where s.kind <> 'cancel'"),
		fmt.Sprintf(insert, "e.id", "join movements e on e.movement_key = s.refers_to where s.kind = 'cancel'"),
	} {
		if _, err := store.Exec(tx.DB, q, r.IncidentID, r.ID); err != nil {
			return err
		}
	}
	return nil
}

// classify is for cases that were there before: an import opens its own in their
// class already.
func (r *run) classify(tx *store.Tx) error { return cases.Reclassify(tx, r.IncidentID, touched) }

func (r *run) openAccounts(tx *store.Tx) error {
	if r.src.affected == nil {
		return nil
	}
	type id struct{ ID int64 }
	known, err := store.Select[id](tx.DB, "select known_identity as id from staged_affected where known_identity is not null")
	if err != nil {
		return err
	}
	ids := make([]int64, len(known))
	for i, k := range known {
		ids[i] = k.ID
	}
	if _, err := ledger.Lock(tx, ids); err != nil {
		return err
	}
	return ledger.OpenWith(tx, r.Subject()+":opening", `select coalesce(known_identity, identity_id) as identity_id, balance_programs as programs, balances as points,
		known_identity is not null as known from staged_affected`)
}
