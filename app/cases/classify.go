package cases

import "hoten/app/store"

// ClassOfMovements is incidents.Class in SQL: the class of the transfers and
// exchanges of a group, all of them fraudulent.
const ClassOfMovements = `case when bool_or(kind = 'transfer') and bool_or(kind = 'exchange') then 'C' when bool_or(kind = 'exchange') then 'B' else 'A' end`

// Reclassify raises the classes of an incident's affected cases to what their
// movements say, for all IDs that the query names. The caller has locked the cases.
func Reclassify(tx *store.Tx, incident int64, identities string) error {
	// Each ID's movements are looked up: of those that were just imported the planner knows
	// no numbers.
	_, err := store.Exec(tx, `update cases c set class = x.class from (select distinct id from (`+identities+`) named (id)) t, lateral (
		  select `+ClassOfMovements+` as class from movements
		  where identity_id = t.id and incident_id = $1 and finding in ('suspected', 'confirmed') and doubled is distinct from 'double' and kind in ('transfer', 'exchange')
		  having count(*) > 0) x
		where c.incident_id = $1 and c.identity_id = t.id and c.origin <> 'inquiry' and c.class is distinct from x.class`, incident)
	return err
}
