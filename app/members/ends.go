package members

import (
	"slices"
	"strconv"
	"strings"

	"hoten/app/jptext"
	"hoten/app/store"
	"hoten/app/vault"
)

// Ends are values of the column name_parts beside a name, its kana and a telephone number: how
// each of the two begins, with how the number ends. They find who says both. Contacts that
// another has replaced keep theirs, and are found by them as by the whole number.
func Ends(v *vault.Vault, name, kana, phone string) (ends []int32) {
	for _, of := range []string{name, kana} {
		if end, is := v.End(of, jptext.PhoneKey(phone)); is {
			ends = append(ends, end)
		}
	}
	return ends
}

// NameAndEnd reads a query of the last digits of a telephone number and a name, or how it
// begins, in any order; empty for another. Beside the digits, without a space, a name is not in
// Latin letters: those with digits are an ID.
func NameAndEnd(q string) (name, digits string) {
	parts := jptext.NameParts(q)
	if len(parts) == 0 {
		return "", ""
	}
	last := len(parts) - 1
	for _, at := range []int{last, 0} {
		if digits := parts[at]; len(digits) == vault.EndDigits && strings.Trim(digits, "0123456789") == "" {
			name := strings.Join(slices.Delete(slices.Clone(parts), at, at+1), " ")
			if jptext.NameKey(name) != "" {
				return name, digits
			}
		}
	}
	whole := strings.Join(parts, " ")
	name = strings.Trim(whole, "0123456789")
	digits, before := strings.CutSuffix(whole, name)
	if !before {
		digits = strings.TrimPrefix(whole, name)
	}
	if len(digits) != vault.EndDigits || strings.Trim(digits, "0123456789") != "" || strings.ContainsAny(name, "0123456789") || jptext.NameKey(name) == "" || jptext.IsLatin(name) {
		return "", ""
	}
	return name, digits
}

// askEnd reads whose telephone number may end, and whose name begin, as q says. What it
// returns checks them: the hashes only narrow down.
func askEnd(reads *store.Reads, v *vault.Vault, q string, most int) func() (hits []Hit, truncated bool, err error) {
	type hit struct {
		Identity int64
		Row      int64
		Sealed   []byte
		Member
	}
	name, digits := NameAndEnd(q)
	said := append([]string{name}, jptext.Readings(name)...)
	var ends []int32
	for _, s := range said {
		if end, is := v.End(s, digits); is {
			ends = append(ends, end)
		}
	}
	rows := new([]hit)
	if len(ends) > 0 {
		// Materialized, and so not planned as if few of many would do: they are few in all.
		rows = store.Ask[hit](reads, `with m as materialized (select id, name, name_kana from members where name_parts && $1)
			select i.id as identity, c.id as row, c.value as sealed, m.id, m.name, m.name_kana
			from (select * from m limit $2) m join identities i on i.member_id = m.id
			join contacts c on c.member_id = m.id and c.kind = '`+Phone+`'`, ends, most+1)
	}
	return func() (hits []Hit, truncated bool, err error) {
		looked := map[int64]bool{}
		for _, h := range *rows {
			looked[h.ID] = true
			person, err := h.Person(v)
			if err != nil {
				return nil, false, err
			}
			is := func(s string) bool {
				key := jptext.SearchKey(s)
				return strings.HasPrefix(jptext.SearchKey(person.Name), key) || strings.HasPrefix(jptext.SearchKey(person.Kana), key)
			}
			if slices.ContainsFunc(said, is) && strings.HasSuffix(jptext.PhoneKey(v.Read("contacts", "value", h.Row, h.Sealed)), digits) {
				hits = append(hits, Hit{h.Identity, ByPhoneEnd})
			}
		}
		return hits, len(looked) > most, nil
	}
}

// hashEnd adds the values for a telephone number that a member has from now on.
func hashEnd(tx *store.Tx, member int64, phone string) error {
	m, err := store.Find[Member](tx.DB, "id = ?", member)
	if err != nil {
		return err
	}
	person, err := m.Person(tx.Vault())
	if err != nil {
		return err
	}
	_, err = store.Exec(tx, "update members set name_parts = coalesce(name_parts, '{}') || $2 where id = $1", member, Ends(tx.Vault(), person.Name, person.Kana, phone))
	return err
}

// endsHashed is the setting that says up to which member Complete has added ends; allHashed
// once it is through, since all later ones come with theirs.
const (
	endsHashed = "phone_ends_hashed"
	allHashed  = "all"
)

// hashEnds adds the ends to what an older release kept, member by member.
func hashEnds(tx *store.Tx) (done int, err error) {
	last, err := store.Setting(tx.DB, endsHashed)
	if err != nil || last == allHashed {
		return 0, err
	}
	ends := map[int64][]int32{}
	id := int64(0)
	err = store.Each(tx.DB, `select m.id, m.name, m.name_kana, c.id, c.value from (select id, name, name_kana from members where id > coalesce(nullif($1, ''), '0')::bigint order by id limit $2) m
		left join contacts c on c.member_id = m.id and c.kind = '`+Phone+`' order by m.id`, []any{last, chunk}, func(scan func(...any) error) error {
		var m Member
		var row *int64
		var sealed []byte
		if err := scan(&m.ID, &m.Name, &m.NameKana, &row, &sealed); err != nil {
			return err
		}
		if m.ID != id {
			id, done = m.ID, done+1
		}
		if row == nil {
			return nil
		}
		person, err := m.Person(tx.Vault())
		ends[m.ID] = append(ends[m.ID], Ends(tx.Vault(), person.Name, person.Kana, tx.Vault().Read("contacts", "value", *row, sealed))...)
		return err
	})
	for member, of := range ends {
		tx.Queue("update members set name_parts = coalesce(name_parts, '{}') || $2 where id = $1 and not coalesce(name_parts, '{}') @> $2", member, of)
	}
	reached := strconv.FormatInt(id, 10)
	if done < chunk {
		reached = allHashed
	}
	store.SetSetting(tx, endsHashed, reached)
	return done, err
}
