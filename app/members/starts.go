package members

import (
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

// startCondition is what a row h must fulfil for its key to begin with key, empty when
// that is too short to search by. Shorter beginnings lead to the longer ones in the
// index.
func startCondition(v *vault.Vault, key string) (condition string, args []any) {
	for i, start := range v.QueryStarts(key) {
		if i > 0 {
			condition += " and "
		}
		condition += fmt.Sprintf("h.start_%d = $%d", vault.StartLengths[i], i+1)
		args = append(args, start)
	}
	return condition, args
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
		begins, args := startCondition(v, look.key)
		if begins == "" {
			continue
		}
		looked := 0
		err := store.Each(db, look.query+begins+fmt.Sprintf(" limit $%d", len(args)+1), append(args, maxHits+1), func(scan func(...any) error) error {
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
