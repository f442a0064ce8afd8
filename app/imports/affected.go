package imports

import (
	"slices"
	"strings"

	"hoten/app/imports/csvin"
	"hoten/app/jptext"
	"hoten/app/members"
)

// createStaged makes the tables of an import: arriving_affected holds the part of the
// file that the database is at, staged_affected the IDs that cannot land as they come,
// staged_balances the balances of IDs that the incident has.
var createStaged = []string{
	`create temp table staged_affected (
	line bigint, id_kind_id smallint, login_key bytea, identity_id bigint, login bytea, login_mailbox bytea, login_domain bytea, login_5 int, login_8 int, login_12 int, member_id bigint, name bytea, name_kana bytea, birth_date bytea,
	postal_code bytea, address bytea, customer_number bytea, customer_key bytea, name_grams int[], name_parts int[], language text,
	phone_id bigint, phone bytea, phone_key bytea, phone_5 int, phone_8 int, phone_12 int, email_id bigint, email bytea, email_key bytea, email_mailbox bytea, email_domain bytea, email_5 int, email_8 int, email_12 int, email_since date,
	restricted_at timestamptz, balance_programs smallint[], balances bigint[], balances_alone boolean, row_hash bytea,
	known_identity bigint, known_member bigint) on commit drop`,
	`create temp table arriving_affected (like staged_affected) on commit drop`,
	`create temp table staged_balances (line bigint, known_identity bigint, restricted_at timestamptz, balance_programs smallint[], balances bigint[], conflict text, news boolean) on commit drop`,
	`create temp table staged_movements (
	line bigint, movement_id text, movement_key text, id_kind_id smallint, login_key bytea, occurred_at timestamptz, kind text, from_program smallint, to_program smallint,
	partner text, points bigint, points_received bigint, refers_to text, finding text, row_hash bytea) on commit drop`,
	`create temp table staged_classes (login_key bytea primary key, class text) on commit drop`,
}

var affectedColumns = []string{"line", "id_kind_id", "login_key", "identity_id", "login", "login_mailbox", "login_domain", "login_5", "login_8", "login_12", "member_id", "name", "name_kana", "birth_date",
	"postal_code", "address", "customer_number", "customer_key", "name_grams", "name_parts", "language",
	"phone_id", "phone", "phone_key", "phone_5", "phone_8", "phone_12", "email_id", "email", "email_key", "email_mailbox", "email_domain", "email_5", "email_8", "email_12", "email_since",
	"restricted_at", "balance_programs", "balances", "balances_alone", "row_hash"}

// checkHeader refuses balance columns of programs that nobody knows.
func (r *run) checkHeader(reader *csvin.Reader) error {
	var problems []csvin.Problem
	for _, code := range reader.Programs() {
		if _, known := r.programs[code]; !known {
			problems = append(problems, csvin.Problem{Line: 1, Column: "balance_" + code, Reason: "program_unknown"})
		}
	}
	if len(problems) > 0 {
		return &csvin.HeaderError{Problems: problems}
	}
	return nil
}

// about reports whether the incident is about a program. Balances in others are not taken,
// and yet the row is known by them: the same file again is the same.
func (r *run) about(program string) bool {
	id, known := r.programs[program]
	return known && slices.Contains(r.involved, id)
}

// numbered hands out the numbers of the rows that an ID will be in.
type numbered struct {
	*run
	identities, members, contacts numbers
}

// sealing reserves the numbers for so many rows. Its sealer turns them into columns:
// personal data sealed for the rows they will be, and keyed hashes for finding them.
func (n *numbered) sealing(rows int) (sealer, error) {
	identities, err1 := n.identities.take(rows)
	people, err2 := n.members.take(rows)
	contacts, err3 := n.contacts.take(2 * rows)
	at := -1
	return func(row csvin.Row) []any {
		at++
		return n.sealAffected(row, identities[at], people[at], contacts[2*at], contacts[2*at+1])
	}, firstError(err1, err2, err3)
}

func (r *run) sealAffected(row csvin.Row, identity, member, phone, email int64) []any {
	v, in := r.s.Vault, row.Affected
	columns := make([]any, 0, len(affectedColumns))
	mailbox, domain := members.Mailbox(v, in.LoginKey)
	columns = append(columns, int64(row.Line), r.idKind, v.Blind("login", in.LoginKey), identity, v.Seal("identities", "login", identity, jptext.LoginID(in.LoginID)), mailbox, domain)
	columns = append(columns, members.Starts(v, in.LoginKey)...)
	columns = append(columns, member,
		v.Seal("members", "name", member, in.Name), v.Seal("members", "name_kana", member, in.NameKana), v.Seal("members", "birth_date", member, dateText(in.BirthDate)),
		v.Seal("members", "postal_code", member, in.PostalCode), v.Seal("members", "address", member, in.Address),
		v.Seal("members", "customer_number", member, in.CustomerNumber), v.Blind("customer_number", jptext.CustomerNumberKey(in.CustomerNumber)),
		members.Grams(r.s.Vault, in.Name, in.NameKana), append(members.Parts(v, in.Name, in.NameKana), members.Ends(v, in.Name, in.NameKana, in.Phone)...), in.Language)
	mailbox, domain = members.Mailbox(v, in.Email)
	columns = append(columns, r.contact(phone, in.Phone, "phone", in.PhoneKey)...)
	columns = append(columns, r.contact(email, in.Email, "email", jptext.EmailKey(in.Email), mailbox, domain)...)
	columns = append(columns, dateOrNull(in.EmailRegisteredOn))
	var restricted any
	if !in.RestrictedAt.IsZero() {
		restricted = in.RestrictedAt
	}
	programs, balances := make([]int16, 0, len(in.Balances)), make([]int64, 0, len(in.Balances))
	for _, b := range in.Balances {
		if r.about(b.Program) {
			programs, balances = append(programs, r.programs[b.Program]), append(balances, b.Points)
		}
	}
	return append(columns, restricted, programs, balances, in.BalancesAlone(), v.Blind("row", string(row.Hash[:])))
}

// contact is a contact's columns, with more keyed hashes of its own kind.
func (r *run) contact(id int64, value, kind, key string, more ...[]byte) []any {
	columns := []any{id, nil, nil}
	starts := []any{nil, nil, nil}
	if strings.TrimSpace(value) != "" {
		columns = []any{id, r.s.Vault.Seal("contacts", "value", id, value), r.s.Vault.Blind(kind, key)}
		starts = members.Starts(r.s.Vault, key)
	}
	for _, hash := range more {
		columns = append(columns, hash)
	}
	return append(columns, starts...)
}

func dateText(d jptext.Date) string {
	if d.IsZero() {
		return ""
	}
	return d.String()
}

func dateOrNull(d jptext.Date) any {
	if d.IsZero() {
		return nil
	}
	return d.At(0)
}
