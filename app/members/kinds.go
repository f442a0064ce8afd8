package members

import (
	"hoten/app/fault"
	"hoten/app/jptext"
	"hoten/app/operators"
	"hoten/app/store"
)

func init() { operators.WhenIDChanges(keepIDs) }

// keepIDs refuses to give IDs that members have to another operator, who would then write to
// them, or a form that some of these do not have: files could not name them any more.
func keepIDs(tx *store.Tx, before, after operators.ID) error {
	if after.OperatorID != before.OperatorID {
		var used bool
		if err := store.Scan(tx.DB, "select exists (select from identities where id_kind_id = $1)", []any{before.ID}, &used); err != nil {
			return err
		}
		if used {
			return fault.Input("operator", "operator_in_use")
		}
	}
	fits, err := after.Matcher()
	if err != nil || fits == nil || after.Form == before.Form {
		return err
	}
	var others int
	for last := int64(0); ; {
		some, err := store.Select[Identity](tx.DB, "select id, login from identities where id_kind_id = $1 and id > $2 order by id limit 5000", before.ID, last)
		if err != nil {
			return err
		}
		if len(some) == 0 {
			break
		}
		for _, i := range some {
			login, err := i.PlainLogin(tx.Vault())
			if err != nil {
				return err
			}
			if !fits(jptext.LoginKey(login)) {
				others++
			}
		}
		last = some[len(some)-1].ID
	}
	if others > 0 {
		return fault.Input("form", "form_excludes", "count", others)
	}
	return nil
}
