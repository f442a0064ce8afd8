package callbacks

import (
	"context"

	"hoten/app/access"
	"hoten/app/audit"
	"hoten/app/cases"
	"hoten/app/fault"
	"hoten/app/store"
	"hoten/app/verbs"
)

// Dial gives the number of the member to whoever is to call them back, to be dialled now;
// despite: outside the hours. It is audited like a look at personal data. Refused: to others
// (callback_of_another), earlier than Soon before it is due (callback_not_due), outside the hours, while somebody may pass for the member, and where
// no number may be called (no_usable_phone).
func Dial(ctx context.Context, s *store.Store, by access.Actor, id int64, despite bool) (number string, err error) {
	return verbs.Do(ctx, s, by, ToDial, verbs.About("callback", id), "", func(tx *store.Tx) (string, error) {
		back, err := store.Find[Callback](tx.DB, "id = ?", id)
		if err != nil {
			return "", err
		}
		tx.Subject = cases.Subject(back.CaseID)
		c, of, err := cases.Lock(tx, back.CaseID)
		if err != nil {
			return "", err
		}
		if back, err = store.Lock[Callback](tx, id); err != nil {
			return "", err
		}
		if err := back.goingOn(0); err != nil {
			return "", err
		}
		if back.AssigneeID != by.ID {
			return "", fault.New(fault.Forbidden, "callback_of_another")
		}
		if err := cases.Unsuspected(of.Standing); err != nil {
			return "", err
		}
		if !back.Dialable(tx.Now) {
			return "", fault.New(fault.Conflict, "callback_not_due")
		}
		desk, err := deskByID(tx.DB, back.DeskID)
		if err != nil {
			return "", err
		}
		if err := cases.MayRing("despite", desk.Desk, tx.Now, despite); err != nil {
			return "", err
		}
		numbers, err := cases.Phones(tx.DB, tx.Vault(), []int64{c.ID})
		if err != nil {
			return "", err
		}
		if numbers[c.ID] == "" {
			return "", fault.New(fault.Conflict, "no_usable_phone")
		}
		if err := cases.Tell(tx, cases.Happened{CaseID: c.ID, Kind: cases.CallbackDialled}); err != nil {
			return "", err
		}
		return numbers[c.ID], audit.Record(tx, audit.Change{After: map[string]any{"callback": back.ID, "despite": despite}})
	})
}
