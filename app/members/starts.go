package members

import (
	"context"
	"fmt"
	"strings"
	"unicode"

	"gorm.io/gorm"

	"hoten/app/jptext"
	"hoten/app/store"
	"hoten/app/vault"
)

// Starts are the values of the columns start_5, start_8 and start_12 beside a key.
func Starts(v *vault.Vault, key string) []any {
	starts := v.Starts(key)
	return []any{starts[0], starts[1], starts[2]}
}

// byStart finds the identities whose login ID, mail address or telephone number
// begins with q; cut tells that there are more than were looked into.
func byStart(db *gorm.DB, v *vault.Vault, q string) (ids []int64, cut bool, err error) {
	const contact = "select i.id, h.id, h.value from contacts h join identities i using (member_id) where h.kind = '%s' and "
	login, phone := jptext.LoginKey(q), jptext.PhoneKey(q)
	if strings.ContainsFunc(q, unicode.IsLetter) {
		phone = "" // its digits are no number
	}
	for _, look := range []struct {
		table, column, query, key string
		keyOf                     func(string) string
	}{
		{"identities", "login", "select h.id, h.id, h.login from identities h where ", login, jptext.LoginKey},
		{"contacts", "value", fmt.Sprintf(contact, Email), login, jptext.EmailKey},
		{"contacts", "value", fmt.Sprintf(contact, Phone), phone, jptext.PhoneKey},
	} {
		n, start, ok := v.QueryStart(look.key)
		if !ok {
			continue
		}
		looked := 0
		err := store.Each(db, fmt.Sprintf("%s h.start_%d = $1 limit $2", look.query, n), []any{start, maxHits + 1}, func(scan func(...any) error) error {
			var identity, row int64
			var sealed []byte
			if err := scan(&identity, &row, &sealed); err != nil {
				return err
			}
			looked++
			// The hash only narrows down.
			plain, err := v.Unseal(look.table, look.column, row, sealed)
			if strings.HasPrefix(look.keyOf(plain), look.key) {
				ids = append(ids, identity)
			}
			return err
		})
		if err != nil {
			return nil, false, err
		}
		cut = cut || looked > maxHits
	}
	return ids, cut, nil
}

// chunk is how many rows HashStarts does at once.
const chunk = 1000

// HashStarts hashes how the IDs and contacts begin that an older release kept.
func HashStarts(ctx context.Context, s *store.Store) error {
	for _, of := range []struct{ table, column, kind string }{{"identities", "login", "''"}, {"contacts", "value", "kind"}} {
		for done := chunk; done == chunk; {
			err := store.Keep(ctx, s, func(tx *store.Tx) error {
				done = 0
				return store.Each(tx.DB, fmt.Sprintf("select id, %s, %s from %s where start_5 is null limit $1 for update skip locked", of.column, of.kind, of.table), []any{chunk},
					func(scan func(...any) error) error {
						var id int64
						var sealed []byte
						var kind string
						if err := scan(&id, &sealed, &kind); err != nil {
							return err
						}
						done++
						key := jptext.LoginKey
						if kind == Phone {
							key = jptext.PhoneKey
						}
						plain, err := tx.Vault().Unseal(of.table, of.column, id, sealed)
						tx.Queue("update "+of.table+" set start_5 = $2, start_8 = $3, start_12 = $4 where id = $1", append([]any{id}, Starts(tx.Vault(), key(plain))...)...)
						return err
					})
			})
			if err != nil {
				return err
			}
		}
	}
	return nil
}
