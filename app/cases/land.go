package cases

import "hoten/app/store"

// LockOf locks the cases, of all incidents, of the IDs that the query names, by id.
func LockOf(tx *store.Tx, identities string, args ...any) error {
	_, err := store.Exec(tx, "select from cases where identity_id in ("+identities+") order by id for no key update", args...)
	return err
}

// TellOf notes an event of an import on the affected cases of the IDs that the query names.
func TellOf(tx *store.Tx, kind, identities string, importID int64) error {
	_, err := store.Exec(tx, `insert into case_events (case_id, at, kind, actor_kind, actor_id, data)
		select id, $1, $2, $3, $4, jsonb_build_object('import', $5::bigint) from cases where origin <> 'inquiry' and identity_id in (`+identities+`) order by id`,
		tx.Now, kind, tx.By.Kind, tx.By.ID, importID)
	return err
}

// TellEach tells each affected case of an ID, which the caller has locked, what happened.
func TellEach(tx *store.Tx, identity int64, kind string, data map[string]any) error {
	ids, err := store.Now(tx.DB, func(reads *store.Reads) *[]int64 {
		return store.AskValues[int64](reads, "select id from cases where identity_id = $1 and origin <> 'inquiry' order by id", identity)
	})
	if err != nil {
		return err
	}
	happened := make([]Happened, len(ids))
	for i, id := range ids {
		happened[i] = Happened{CaseID: id, Kind: kind, Data: data}
	}
	return Tell(tx, happened...)
}

// OpenListed opens a case per ID that the query names, or makes a listed one of the
// inquiry that stands already; what was added by hand keeps being counted apart. The
// query yields identity_id, class and row_hash. The caller has locked
// the cases that there are.
func OpenListed(tx *store.Tx, incident, importID int64, query string) error {
	_, err := store.Exec(tx, `with opened as (
		  insert into cases (incident_id, identity_id, origin, class, opened_at, changed_at, row_hash)
		  select $1::bigint, q.identity_id, 'listed', q.class, $2::timestamptz, $2, q.row_hash from (`+query+`) q
		  on conflict (incident_id, identity_id) do update set class = coalesce(cases.class, excluded.class), changed_at = excluded.changed_at, row_hash = excluded.row_hash,
		    origin = case cases.origin when 'inquiry' then 'listed' else cases.origin end
		  returning id)
		insert into case_events (case_id, at, kind, actor_kind, actor_id, data)
		select id, $2, 'opened', $3, $4, jsonb_build_object('origin', 'listed', 'import', $5::bigint) from opened`,
		incident, tx.Now, tx.By.Kind, tx.By.ID, importID)
	return err
}
