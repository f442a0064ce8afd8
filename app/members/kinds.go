package members

import (
	"hoten/app/fault"
	"hoten/app/jptext"
	"hoten/app/operators"
	"hoten/app/store"
)

func init() {
	operators.WhenIDChanges(keepIDs)
	operators.WhenFirstID(func(tx *store.Tx, first operators.ID) error {
		return keepForm(tx, first, "coalesce(id_kind_id, $1) = $1")
	})
}

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
	if after.Form == before.Form {
		return nil
	}
	return keepForm(tx, after, "id_kind_id = $1")
}

// keepForm refuses the form of an ID that some do not have of the identities that the
// condition, with the ID as $1, describes.
func keepForm(tx *store.Tx, of operators.ID, condition string) error {
	fits, err := of.Matcher()
	if err != nil || fits == nil {
		return err
	}
	var others int
	for last := int64(0); ; {
		some, err := store.Select[Identity](tx.DB, "select id, login from identities where "+condition+" and id > $2 order by id limit 5000", of.ID, last)
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
