package cases

import (
	"context"
	"strconv"

	"hoten/app/store"
	"hoten/app/vault"
)

// Names under which texts are sealed for their row; up to release 1 they were sealed
// for their case, under the names of their columns.
const (
	eventText          = "text of row"
	representativeText = "documents of row"
)

// unsealText opens a text that is sealed for its row, or still for its case; a damaged
// one is vault.Damaged.
func unsealText(v *vault.Vault, table, name string, row int64, oldName string, caseID int64, sealed []byte) string {
	if old, err := v.Unseal(table, oldName, caseID, sealed); err == nil {
		return old
	}
	return v.Read(table, name, row, sealed)
}

// resealChunk bounds one transaction of Reseal, in rows.
const resealChunk = 1000

// Reseal seals texts for their row that an older release sealed for their case, the
// newest first, so that one put in another's place is found out. It keeps its place
// in the settings and has nothing to do once it has come to the first row.
func Reseal(ctx context.Context, s *store.Store) error {
	for _, t := range []struct{ table, column, name string }{{"case_events", "text", eventText}, {"representatives", "documents", representativeText}} {
		for more := true; more; {
			err := store.Keep(ctx, s, func(tx *store.Tx) (err error) {
				more, err = resealSome(tx, t.table, t.column, t.name)
				return err
			})
			if err != nil {
				return err
			}
		}
	}
	return nil
}

func resealSome(tx *store.Tx, table, column, name string) (more bool, err error) {
	key := "reseal_" + table
	value, err := store.Setting(tx.DB, key)
	if err != nil {
		return false, err
	}
	upTo, _ := strconv.ParseInt(value, 10, 64) // nothing kept is nothing to do
	if upTo == 0 {
		return false, nil
	}
	type row struct {
		ID, CaseID int64
		Sealed     []byte
	}
	rows, err := store.Select[row](tx.DB, "select id, case_id, "+column+" as sealed from "+table+" where id <= $1 and "+column+" is not null order by id desc limit $2 for update", upTo, resealChunk)
	if err != nil {
		return false, err
	}
	next := int64(0)
	for _, r := range rows {
		next = r.ID - 1
		if plain, err := tx.Vault().Unseal(table, column, r.CaseID, r.Sealed); err == nil {
			tx.Queue("update "+table+" set "+column+" = $2 where id = $1", r.ID, tx.Vault().Seal(table, name, r.ID, plain))
		}
	}
	if len(rows) < resealChunk {
		next = 0
	}
	store.SetSetting(tx, key, strconv.FormatInt(next, 10))
	return next > 0, nil
}
