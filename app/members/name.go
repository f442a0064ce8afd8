package members

import (
	"slices"
	"strings"
	"unicode"

	"gorm.io/gorm"

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

// byName decrypts and checks what it finds, since the hashes only narrow down.
func byName(db *gorm.DB, v *vault.Vault, q string) (ids []int64, cut bool, err error) {
	wanted := jptext.SearchKey(q)
	condition, hashes := "m.name_grams @> $1", v.QueryGrams(q)
	named := func(name string) bool { return strings.Contains(jptext.SearchKey(name), wanted) }
	if part, ok := v.QueryPart(q); ok {
		condition, hashes = "m.name_parts @> $1", []int32{part}
		named = func(name string) bool {
			return slices.ContainsFunc(nameParts(name), func(p string) bool { return jptext.SearchKey(p) == wanted })
		}
	}
	if len(hashes) == 0 {
		return nil, false, nil
	}
	looked := 0
	err = store.Each(db, "select i.id, m.id, m.name, m.name_kana from members m join identities i on i.member_id = m.id where "+condition+" limit $2",
		[]any{hashes, maxHits + 1}, func(scan func(...any) error) error {
			if looked++; looked > maxHits {
				return nil
			}
			var identity int64
			var m Member
			if err := scan(&identity, &m.ID, &m.Name, &m.NameKana); err != nil {
				return err
			}
			person, err := m.Person(v)
			if err == nil && (named(person.Name) || named(person.Kana)) {
				ids = append(ids, identity)
			}
			return err
		})
	return ids, looked > maxHits, err
}
