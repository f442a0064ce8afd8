package imports

import (
	"hoten/app/jptext"
	"hoten/app/ledger"
	"hoten/app/store"
)

// knownRow is a staged row of a member who is known, beside what is registered.
type knownRow struct {
	Line, Staged, Member                              int64
	Differs                                           bool // in what can be compared without unsealing
	Name, Kana, Birth, Postal, Address                []byte
	OldName, OldKana, OldBirth, OldPostal, OldAddress []byte
}

// compareKnown counts the staged rows of members who are known, and those that have their
// data otherwise than it is registered. What a file leaves out differs from nothing.
func (r *run) compareKnown(tx *store.Tx) (known, differ int64, err error) {
	for after := int64(0); ; {
		rows, err := store.Select[knownRow](tx.DB, `select s.line, s.member_id as staged, m.id as member,
			  s.customer_key is not null and s.customer_key is distinct from m.customer_key
			  or s.phone_key is not null and not exists (select 1 from contacts c where c.member_id = m.id and c.value_key = s.phone_key)
			  or s.email_key is not null and not exists (select 1 from contacts c where c.member_id = m.id and c.value_key = s.email_key
			    and (s.email_since is null or c.registered_on is not distinct from s.email_since)) as differs,
			  s.name, s.name_kana as kana, s.birth_date as birth, s.postal_code as postal, s.address,
			  m.name as old_name, m.name_kana as old_kana, m.birth_date as old_birth, m.postal_code as old_postal, m.address as old_address
			from staged_affected s join members m on m.id = s.known_member where s.line > $1 order by s.line limit $2`, after, partRows)
		if err != nil || len(rows) == 0 {
			return known, differ, err
		}
		for _, row := range rows {
			if known++; row.Differs || r.sealedDiffers(row) {
				differ++
			}
		}
		after = rows[len(rows)-1].Line
	}
}

// sealedDiffers compares what has no keyed hash. A registered field that is damaged
// differs from whatever the file has.
func (r *run) sealedDiffers(row knownRow) bool {
	as := func(s string) string { return s }
	for _, f := range []struct {
		column   string
		now, old []byte
		key      func(string) string
	}{{"name", row.Name, row.OldName, jptext.NameKey}, {"name_kana", row.Kana, row.OldKana, jptext.NameKey},
		{"birth_date", row.Birth, row.OldBirth, as}, {"postal_code", row.Postal, row.OldPostal, as}, {"address", row.Address, row.OldAddress, as}} {
		now, err := r.s.Vault.Unseal("members", f.column, row.Staged, f.now)
		if err != nil || now == "" {
			continue
		}
		if old, err := r.s.Vault.Unseal("members", f.column, row.Member, f.old); err != nil || f.key(old) != f.key(now) {
			return true
		}
	}
	return false
}

// balancesDiffer counts the staged IDs of which the file has another balance than stands: the
// freeze of another incident is another day, and what stands is what was posted.
func balancesDiffer(tx *store.Tx) (n int64, err error) {
	err = store.Scan(tx.DB, `select count(distinct s.line) from staged_affected s cross join lateral unnest(s.balance_programs, s.balances) b(program, points)
		join accounts a on a.identity_id = s.known_identity and a.program_id = b.program where a.balance <> b.points and not `+ledger.Restatable, nil, &n)
	return n, err
}
