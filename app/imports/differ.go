package imports

import (
	"hoten/app/jptext"
	"hoten/app/ledger"
	"hoten/app/store"
)

// knownRow is a staged row of a member who is known, beside what is registered.
type knownRow struct {
	Line, Staged, Member                              int64
	Program                                           *string
	Differs                                           bool // in what can be compared without unsealing
	Name, Kana, Birth, Postal, Address                []byte
	OldName, OldKana, OldBirth, OldPostal, OldAddress []byte
}

// compareKnown counts the staged rows of members who are known, and those that have their
// data otherwise than it is registered. What a file leaves out differs from nothing.
func (r *run) compareKnown(tx *store.Tx) (known, differ int64, err error) {
	err = r.eachKnown(tx, "''", "true", nil, func(_ knownRow, differs bool) {
		if known++; differs {
			differ++
		}
	})
	return known, differ, err
}

// untaken finds, by their lines, the rows of IDs that the incident has which are no row of
// its list, and say nothing otherwise than is registered but a balance in a program that
// nothing is known of: the list had another one, which was not taken as the incident was not
// about the program then. Each has that program.
func (r *run) untaken(tx *store.Tx) (map[int64]string, error) {
	found := map[int64]string{}
	err := r.eachKnown(tx, `(select min(p.code) from unnest(s.balance_programs, s.balances) v(program, points) join programs p on p.id = v.program
			where not exists (select from `+opened+" a where a.stated))", `s.language = m.language
			and exists (select from cases c join identities i on i.id = c.identity_id where c.incident_id = $3 and i.id = s.known_identity and `+listed+`
				and coalesce(c.row_hash, m.row_hash) is distinct from s.row_hash and coalesce(s.restricted_at, i.restricted_at) = i.restricted_at)`,
		[]any{r.IncidentID}, func(row knownRow, differs bool) {
			if row.Program != nil && !differs {
				found[row.Line] = *row.Program
			}
		})
	return found, err
}

// eachKnown visits the staged rows s of members m who are known and that meet the condition,
// with a program, an expression of SQL, and whether the row differs from what is registered.
func (r *run) eachKnown(tx *store.Tx, program, condition string, args []any, visit func(row knownRow, differs bool)) error {
	for after := int64(0); ; {
		rows, err := store.Select[knownRow](tx.DB, `select s.line, s.member_id as staged, m.id as member, `+program+` as program,
			  s.customer_key is not null and s.customer_key is distinct from m.customer_key
			  or s.phone_key is not null and not exists (select 1 from contacts c where c.member_id = m.id and c.value_key = s.phone_key)
			  or s.email_key is not null and not exists (select 1 from contacts c where c.member_id = m.id and c.value_key = s.email_key
			    and (s.email_since is null or c.registered_on is not distinct from s.email_since)) as differs,
			  s.name, s.name_kana as kana, s.birth_date as birth, s.postal_code as postal, s.address,
			  m.name as old_name, m.name_kana as old_kana, m.birth_date as old_birth, m.postal_code as old_postal, m.address as old_address
			from staged_affected s join members m on m.id = s.known_member where s.line > $1 and `+condition+" order by s.line limit $2",
			append([]any{after, partRows}, args...)...)
		if err != nil || len(rows) == 0 {
			return err
		}
		for _, row := range rows {
			visit(row, row.Differs || r.sealedDiffers(row))
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
