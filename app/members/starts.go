package members

import (
	"fmt"
	"strings"
	"unicode"

	"hoten/app/jptext"
	"hoten/app/store"
	"hoten/app/vault"
)

// Starts are the values of the columns start_5, start_8 and start_12 beside a key.
func Starts(v *vault.Vault, key string) []any {
	starts := v.Starts(key)
	return []any{starts[0], starts[1], starts[2]}
}

// askStart reads the identities whose login ID, mail address or telephone number may
// begin with q. What it returns checks them: the hash only narrows down. cut tells that
// there are more than were looked into.
func askStart(reads *store.Reads, v *vault.Vault, q string, most int) func() (ids []int64, cut bool, err error) {
	const contact = "select i.id as identity, h.id as row, h.value as sealed from contacts h join identities i using (member_id) where h.kind = '%s' and "
	login, phone := jptext.LoginKey(q), jptext.PhoneKey(q)
	if strings.ContainsFunc(q, unicode.IsLetter) {
		phone = "" // its digits are no number
	}
	type hit struct {
		Identity, Row int64
		Sealed        []byte
	}
	var checks []func() ([]int64, bool, error)
	for _, look := range []struct {
		table, column, query, key string
		keyOf                     func(string) string
	}{
		{"identities", "login", "select h.id as identity, h.id as row, h.login as sealed from identities h where ", login, jptext.LoginKey},
		{"contacts", "value", fmt.Sprintf(contact, Email), login, jptext.EmailKey},
		{"contacts", "value", fmt.Sprintf(contact, Phone), phone, jptext.PhoneKey},
	} {
		n, start, ok := v.QueryStart(look.key)
		if !ok {
			continue
		}
		rows := store.Ask[hit](reads, fmt.Sprintf("%s h.start_%d = $1 limit $2", look.query, n), start, most+1)
		checks = append(checks, func() (ids []int64, cut bool, err error) {
			for _, h := range *rows {
				plain, err := v.Unseal(look.table, look.column, h.Row, h.Sealed)
				if err != nil {
					return nil, false, err
				}
				if strings.HasPrefix(look.keyOf(plain), look.key) {
					ids = append(ids, h.Identity)
				}
			}
			return ids, len(*rows) > most, nil
		})
	}
	return func() (ids []int64, cut bool, err error) {
		for _, check := range checks {
			found, more, err := check()
			if err != nil {
				return nil, false, err
			}
			ids, cut = append(ids, found...), cut || more
		}
		return ids, cut, nil
	}
}
