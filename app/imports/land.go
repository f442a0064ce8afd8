package imports

import (
	"hoten/app/cases"
	"hoten/app/incidents"
	"hoten/app/ledger"
	"hoten/app/members"
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
	return members.InsertStaged(tx, "staged_affected")
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

func (r *run) openCases(tx *store.Tx) error {
	return cases.OpenListed(tx, r.IncidentID, r.ID, touched, `
		select coalesce(known_identity, identity_id) as identity_id, coalesce(m.class, 'D') as class, restricted_at, row_hash
		from staged_affected a left join (select login_key, `+cases.ClassOfMovements+` as class from staged_movements
		  where finding in ('suspected', 'confirmed') and kind in ('transfer', 'exchange') group by login_key) m on m.login_key = a.login_key`)
}

func (r *run) insertMovements(tx *store.Tx) error {
	if r.src.movements == nil {
		return nil
	}
	return incidents.InsertStaged(tx, "staged_movements", r.IncidentID, r.ID)
}

// classify is for cases that were there before: an import opens its own in their
// class already.
func (r *run) classify(tx *store.Tx) error { return cases.Reclassify(tx, r.IncidentID, touched) }

func (r *run) openAccounts(tx *store.Tx) error {
	if r.src.affected == nil {
		return nil
	}
	var reads store.Reads
	ledger.AskLock(&reads, "select known_identity from staged_affected where known_identity is not null")
	if err := reads.Run(tx.DB); err != nil {
		return err
	}
	return ledger.OpenWith(tx, r.Subject()+":opening", `select coalesce(known_identity, identity_id) as identity_id, balance_programs as programs, balances as points,
		known_identity is not null as known from staged_affected`)
}
