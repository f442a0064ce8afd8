package cases

import "hoten/app/store"

// Reclassify brings the classes of an incident's affected cases up to date with
// their movements; it is incidents.Class in SQL, for all at once.
func Reclassify(tx *store.Tx, incident int64) error {
	_, err := store.Exec(tx, `update cases c set class = x.class from (
		  select c.id, case when coalesce(f.transfer, false) and coalesce(f.exchange, false) then 'C' when coalesce(f.exchange, false) then 'B'
		    when coalesce(f.transfer, false) then 'A' else 'D' end as class
		  from cases c left join (
		    select identity_id, bool_or(kind = 'transfer') as transfer, bool_or(kind = 'exchange') as exchange from movements
		    where incident_id = $1 and finding in ('suspected', 'confirmed') and kind in ('transfer', 'exchange') group by identity_id) f
		  on f.identity_id = c.identity_id where c.incident_id = $1 and c.origin <> 'inquiry') x
		where c.id = x.id and c.class is distinct from x.class`, incident)
	return err
}
