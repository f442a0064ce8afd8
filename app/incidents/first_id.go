package incidents

import (
	"hoten/app/audit"
	"hoten/app/operators"
	"hoten/app/store"
)

func init() { operators.WhenFirstID(areOf) }

// areOf gives the incidents that were recorded before any ID was set up the first one.
func areOf(tx *store.Tx, first operators.ID) error {
	list, err := store.Select[Incident](tx.DB, "select * from incidents where id_kind_id is null order by id for no key update")
	if err != nil {
		return err
	}
	for _, before := range list {
		n := before
		n.IDKindID = &first.ID
		n.Version++
		if err := store.Save(tx, &n, "id_kind_id", "version"); err != nil {
			return err
		}
		if err := setID(tx, n.ID, first.ID); err != nil {
			return err
		}
		if err := audit.Record(tx, audit.Change{Action: ToChange.Name, Subject: n.Subject(), Before: before, After: n}); err != nil {
			return err
		}
	}
	return nil
}
