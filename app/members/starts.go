package members

import (
	"fmt"
	"strings"

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

// askStart reads the identities whose login ID, mail address or telephone number may
// begin with q. What it returns checks them: the hash only narrows down. truncated reports that
// there are more than were looked into.
func askStart(reads *store.Reads, v *vault.Vault, q string, most int) func() (hits []Hit, truncated bool, err error) {
	const contact = "select i.id as identity, h.id as row, h.value as sealed from contacts h join identities i using (member_id) where h.kind = '%s' and "
	login, phone := jptext.LoginKey(q), jptext.TypedPhone(q)
	type hit struct {
		Identity, Row int64
		Sealed        []byte
	}
	var checks []func() ([]Hit, bool)
	for _, look := range []struct {
		by, table, column, query, key string
		keyOf                         func(string) string
	}{
		{ByLoginStart, "identities", "login", "select h.id as identity, h.id as row, h.login as sealed from identities h where ", login, jptext.LoginKey},
		{ByEmailStart, "contacts", "value", fmt.Sprintf(contact, Email), login, jptext.EmailKey},
		{ByPhoneStart, "contacts", "value", fmt.Sprintf(contact, Phone), phone, jptext.PhoneKey},
	} {
		begins, args := startCondition(v, look.key)
		if begins == "" {
			continue
		}
		rows := store.Ask[hit](reads, look.query+begins+fmt.Sprintf(" limit $%d", len(args)+1), append(args, most+1)...)
		checks = append(checks, func() (hits []Hit, truncated bool) {
			for _, h := range *rows {
				if strings.HasPrefix(look.keyOf(v.Read(look.table, look.column, h.Row, h.Sealed)), look.key) {
					hits = append(hits, Hit{h.Identity, look.by})
				}
			}
			return hits, len(*rows) > most
		})
	}
	return func() (hits []Hit, truncated bool, err error) {
		for _, check := range checks {
			found, more := check()
			hits, truncated = append(hits, found...), truncated || more
		}
		return hits, truncated, nil
	}
}
