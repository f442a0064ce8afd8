package cases

import (
	"hoten/app/members"
	"hoten/app/notices"
	"hoten/app/store"
)

// MailBounced marks a case as unreachable by mail when an address was refused:
// next comes the phone, then a letter (docs/domain.md section 6). The address is not
// used again.
func MailBounced(tx *store.Tx, m notices.Mail) error {
	if m.ContactID != nil {
		members.MarkUndeliverable(tx, *m.ContactID)
	}
	if m.CaseID == nil {
		return nil
	}
	if _, err := store.Exec(tx, "update cases set unreachable_at = $2, changed_at = $2 where id = $1", *m.CaseID, tx.Now); err != nil {
		return err
	}
	return Tell(tx, Happened{CaseID: *m.CaseID, Kind: Unreachable, Data: map[string]any{"mail": m.Kind}})
}
