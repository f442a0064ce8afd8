package members

import (
	"fmt"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"hoten/app/jptext"
	"hoten/app/store"
	"hoten/app/vault"
)

// Parts are the values of the column name_parts beside a name and its kana.
func Parts(v *vault.Vault, name, kana string) []int32 {
	return v.Parts(append(nameParts(name), nameParts(kana)...))
}

// Grams are the values of the column name_grams beside a name and its kana: an empty
// list, not null, for no name at all.
func Grams(v *vault.Vault, name, kana string) []int32 {
	all := append(append([]int32{}, v.Grams(name)...), v.Grams(kana)...)
	slices.Sort(all)
	return slices.Compact(all)
}

// nameParts are the family and the given name in a name. Where nothing parts a name of
// two or three kanji, either end may be one (林太郎).
func nameParts(name string) []string {
	name = jptext.CutHonorific(name)
	parts := jptext.NameParts(name)
	runes := []rune(name)
	if han := func(r rune) bool { return unicode.Is(unicode.Han, r) || r == '々' }; len(parts) == 1 && (len(runes) == 2 || len(runes) == 3) && !slices.ContainsFunc(runes, func(r rune) bool { return !han(r) }) {
		parts = []string{string(runes[0]), string(runes[len(runes)-1])}
	}
	return parts
}

// askName reads whose name may be q. What it returns decrypts and checks them, since
// the hashes only narrow down.
func askName(reads *store.Reads, v *vault.Vault, q string, most int) func() (hits []Hit, truncated bool, err error) {
	said := append([]string{q}, jptext.Readings(q)...)
	var queries []string
	args := []any{most + 1}
	for _, s := range said {
		var condition string
		if condition, args = nameCondition(v, s, args); condition != "" {
			queries = append(queries, "(select id, name, name_kana from members where "+condition+" limit $1)")
		}
	}
	type hit struct {
		Identity int64
		Member
	}
	rows := new([]hit)
	if len(args) == 2 && len(args[1].([]int32)) == 1 || len(queries) > 1 {
		// One common pair of characters is found fastest by walking the table, a rare one
		// by the index. How common several are together nobody knows.
		reads.PlanForValues()
	}
	if len(queries) > 0 {
		// Each by itself: for any of them together the planner would walk the table.
		rows = store.Ask[hit](reads, "select distinct i.id as identity, m.id, m.name, m.name_kana from ("+strings.Join(queries, " union all ")+
			") m join identities i on i.member_id = m.id limit $1", args...)
	}
	return func() (hits []Hit, truncated bool, err error) {
		for _, m := range (*rows)[:min(len(*rows), most)] {
			person, err := m.Person(v)
			if err != nil {
				return nil, false, err
			}
			is := func(name string) bool {
				return slices.ContainsFunc(said, func(s string) bool { return named(name, s) })
			}
			if is(person.Name) {
				hits = append(hits, Hit{m.Identity, ByName})
			} else if is(person.Kana) {
				hits = append(hits, Hit{m.Identity, ByKana})
			}
		}
		return hits, len(*rows) > most, nil
	}
}

// nameCondition is what a row of members must fulfil to be named so, empty when q is too
// short to search by. The parts of q may stand in any order; one of a single character is
// a whole part of the name, unless the name holds q as it stands. It adds its arguments to args.
func nameCondition(v *vault.Vault, q string, args []any) (condition string, with []any) {
	var grams, singles []int32
	for _, part := range jptext.NameParts(q) {
		if single, ok := v.QueryPart(part); ok {
			singles = append(singles, single)
		}
		grams = append(grams, v.QueryGrams(part)...)
	}
	var conditions []string
	add := func(column string, hashes []int32) {
		if len(hashes) > 0 {
			args = append(args, hashes)
			conditions = append(conditions, fmt.Sprintf("%s @> $%d", column, len(args)))
		}
	}
	add("name_grams", grams[:min(len(grams), mostGrams)])
	add("name_parts", singles)
	condition = strings.Join(conditions, " and ")
	if whole := v.QueryGrams(q); len(singles) > 0 && len(whole) > 0 {
		args = append(args, whole)
		condition = fmt.Sprintf("(%s or name_grams @> $%d)", condition, len(args))
	}
	return condition, args
}

// mostGrams is how many pairs of characters narrow a search down enough.
const mostGrams = 12

// named reports whether a name is what nameCondition looks for.
func named(name, q string) bool {
	key := jptext.SearchKey(name)
	if wanted := jptext.SearchKey(q); utf8.RuneCountInString(wanted) > 1 && strings.Contains(key, wanted) {
		return true
	}
	parts := jptext.NameParts(q)
	return len(parts) > 0 && !slices.ContainsFunc(parts, func(part string) bool {
		wanted := jptext.SearchKey(part)
		if utf8.RuneCountInString(wanted) > 1 {
			return !strings.Contains(key, wanted)
		}
		return !slices.ContainsFunc(nameParts(name), func(p string) bool { return jptext.SearchKey(p) == wanted })
	})
}
