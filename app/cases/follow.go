package cases

import (
	"gorm.io/gorm"

	"hoten/app/jptext"
	"hoten/app/members"
	"hoten/app/store"
	"hoten/app/vault"
)

// Follow takes a locked case along with what was done about it elsewhere, to
// where its status table leads by hand; where it does not, the status stays.
func Follow(tx *store.Tx, c *Case, to Status) error {
	from := c.Status
	if c.moveTo(to, byCallback, tx.By, tx.Now) != nil || c.Status == from {
		return c.save(tx)
	}
	if err := c.save(tx); err != nil {
		return err
	}
	return Tell(tx, Happened{CaseID: c.ID, Kind: StatusChanged, Data: map[string]any{"from": from, "to": c.Status}})
}

// Phones finds, in one query for any number of cases, the number that a call back may go
// to (docs/domain.md section 4), in the clear; a case without one is not among them.
func Phones(db *gorm.DB, v *vault.Vault, caseIDs []int64) (map[int64]string, error) {
	type row struct {
		members.Contact
		CaseID   int64
		FirstDay jptext.Date
	}
	rows, err := store.Select[row](db, `select c.id as case_id, `+FirstDay+` as first_day, k.id, k.member_id, k.kind, k.value, k.registered_on, k.depends_on_login, k.depends_on_other, k.source, k.in_doubt, k.undeliverable_at
		from cases c join identities i on i.id = c.identity_id join contact_ways k on k.member_id = i.member_id
		where c.id = any($1) and k.kind = 'phone' order by k.registered_on desc nulls last, k.id`, caseIDs)
	if err != nil {
		return nil, err
	}
	out := make(map[int64]string, len(rows))
	for _, r := range rows {
		if out[r.CaseID] != "" || !r.Usable(r.FirstDay) {
			continue
		}
		plain, err := r.Plain(v)
		if err != nil {
			return nil, err
		}
		if plain != vault.Damaged {
			out[r.CaseID] = plain
		}
	}
	return out, nil
}
