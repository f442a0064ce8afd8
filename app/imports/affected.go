package imports

import (
	"slices"
	"strings"

	"hoten/app/imports/csvin"
	"hoten/app/jptext"
	"hoten/app/members"
)

const createStagedAffected = `create temp table staged_affected (
	line bigint, login_key bytea, identity_id bigint, login bytea, login_5 int, login_8 int, login_12 int, member_id bigint, name bytea, name_kana bytea, birth_date bytea,
	postal_code bytea, address bytea, customer_number bytea, customer_key bytea, name_grams int[], name_parts int[], language text,
	phone_id bigint, phone bytea, phone_key bytea, phone_5 int, phone_8 int, phone_12 int, email_id bigint, email bytea, email_key bytea, email_5 int, email_8 int, email_12 int, email_since date, email_own boolean,
	restricted_at timestamptz, balance_programs smallint[], balances bigint[], row_hash bytea,
	known_identity bigint, known_member bigint) on commit drop`

var affectedColumns = []string{"line", "login_key", "identity_id", "login", "login_5", "login_8", "login_12", "member_id", "name", "name_kana", "birth_date",
	"postal_code", "address", "customer_number", "customer_key", "name_grams", "name_parts", "language",
	"phone_id", "phone", "phone_key", "phone_5", "phone_8", "phone_12", "email_id", "email", "email_key", "email_5", "email_8", "email_12", "email_since", "email_own",
	"restricted_at", "balance_programs", "balances", "row_hash"}

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

// affectedSealer turns rows into columns: personal data sealed for the rows they
// will be, and keyed hashes for finding them.
type affectedSealer struct {
	*run
	identities, members, contacts numbers
}

func (a *affectedSealer) seal(row csvin.Row) ([]any, error) {
	identity, err1 := a.identities.next()
	member, err2 := a.members.next()
	phone, err3 := a.contacts.next()
	email, err4 := a.contacts.next()
	if err := firstError(err1, err2, err3, err4); err != nil {
		return nil, err
	}
	v, in := a.s.Vault, row.Affected
	columns := []any{int64(row.Line), v.Blind("login", in.LoginKey), identity, v.Seal("identities", "login", identity, in.LoginKey)}
	columns = append(columns, members.Starts(v, in.LoginKey)...)
	columns = append(columns, member,
		v.Seal("members", "name", member, in.Name), v.Seal("members", "name_kana", member, in.NameKana), v.Seal("members", "birth_date", member, dateText(in.BirthDate)),
		v.Seal("members", "postal_code", member, in.PostalCode), v.Seal("members", "address", member, in.Address),
		v.Seal("members", "customer_number", member, in.CustomerNumber), a.keyed("customer_number", jptext.CustomerNumberKey(in.CustomerNumber)),
		a.grams(in.Name, in.NameKana), members.Parts(v, in.Name, in.NameKana), in.Language)
	columns = append(columns, a.contact(phone, in.Phone, "phone", in.PhoneKey)...)
	columns = append(columns, a.contact(email, in.Email, "email", jptext.EmailKey(in.Email))...)
	columns = append(columns, dateOrNull(in.EmailRegisteredOn), jptext.EmailKey(in.Email) == in.LoginKey)
	var restricted any
	if !in.RestrictedAt.IsZero() {
		restricted = in.RestrictedAt
	}
	programs, balances := make([]int16, len(in.Balances)), make([]int64, len(in.Balances))
	for i, b := range in.Balances {
		programs[i], balances[i] = a.programs[b.Program], b.Points
	}
	return append(columns, restricted, programs, balances, v.Blind("row", string(row.Hash[:]))), nil
}

func (a *affectedSealer) contact(id int64, value, kind, key string) []any {
	if strings.TrimSpace(value) == "" {
		return []any{id, nil, nil, nil, nil, nil}
	}
	return append([]any{id, a.s.Vault.Seal("contacts", "value", id, value), a.s.Vault.Blind(kind, key)}, members.Starts(a.s.Vault, key)...)
}

func (a *affectedSealer) keyed(kind, key string) []byte {
	if key == "" {
		return nil
	}
	return a.s.Vault.Blind(kind, key)
}

func (a *affectedSealer) grams(name, kana string) []int32 {
	// Not nil: no name at all is an empty list in the database, not null.
	all := append(append([]int32{}, a.s.Vault.Grams(name)...), a.s.Vault.Grams(kana)...)
	slices.Sort(all)
	return slices.Compact(all)
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
