package members

import (
	"slices"
	"strings"
	"unicode"

	"hoten/app/jptext"
	"hoten/app/store"
	"hoten/app/vault"
)

// Parts are the values of the column name_parts beside a name and its kana.
func Parts(v *vault.Vault, name, kana string) []int32 {
	return v.Parts(append(nameParts(name), nameParts(kana)...))
}

// nameParts are the family and the given name in a name. Where nothing parts a name of
// two or three kanji, either end may be one (林太郎).
func nameParts(name string) []string {
	name = jptext.CutHonorific(name)
	parts := strings.FieldsFunc(name, func(r rune) bool { return unicode.IsSpace(r) || strings.ContainsRune("・･.,=＝", r) })
	runes := []rune(name)
	if han := func(r rune) bool { return unicode.Is(unicode.Han, r) || r == '々' }; len(parts) == 1 && (len(runes) == 2 || len(runes) == 3) && !slices.ContainsFunc(runes, func(r rune) bool { return !han(r) }) {
		parts = []string{string(runes[0]), string(runes[len(runes)-1])}
	}
	return parts
}

// askName reads whose name may be q. What it returns decrypts and checks them, since
// the hashes only narrow down.
func askName(reads *store.Reads, v *vault.Vault, q string, most int) func() (ids []int64, truncated bool, err error) {
	wanted := jptext.SearchKey(q)
	condition, hashes := "name_grams @> $1", v.QueryGrams(q)
	named := func(name string) bool { return strings.Contains(jptext.SearchKey(name), wanted) }
	if part, ok := v.QueryPart(q); ok {
		condition, hashes = "name_parts @> $1", []int32{part}
		named = func(name string) bool {
			return slices.ContainsFunc(nameParts(name), func(p string) bool { return jptext.SearchKey(p) == wanted })
		}
	}
	type hit struct {
		Identity int64
		Member
	}
	rows := new([]hit)
	if len(hashes) == 1 {
		// One common pair of characters is found fastest by walking the table, a rare one
		// by the index. How common several are together nobody knows.
		reads.PlanForValues()
	}
	if len(hashes) > 0 {
		rows = store.Ask[hit](reads, "select i.id as identity, m.id, m.name, m.name_kana from (select id, name, name_kana from members where "+condition+
			" limit $2) m join identities i on i.member_id = m.id limit $2", hashes, most+1)
	}
	return func() (ids []int64, truncated bool, err error) {
		for _, m := range (*rows)[:min(len(*rows), most)] {
			person, err := m.Person(v)
			if err != nil {
				return nil, false, err
			}
			if named(person.Name) || named(person.Kana) {
				ids = append(ids, m.Identity)
			}
		}
		return ids, len(*rows) > most, nil
	}
}
