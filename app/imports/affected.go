package imports

import (
	"slices"
	"strings"

	"hoten/app/imports/csvin"
	"hoten/app/jptext"
	"hoten/app/ledger"
	"hoten/app/members"
	"hoten/app/resets"
	"hoten/app/store"
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

func (r *run) landAffected(tx *store.Tx) error {
	if _, err := store.Exec(tx, createStagedAffected); err != nil {
		return err
	}
	sealer := &affectedSealer{run: r, identities: numbers{s: r.s, table: "identities"}, members: numbers{s: r.s, table: "members"}, contacts: numbers{s: r.s, table: "contacts"}}
	judge := func(row csvin.Row) (string, []csvin.Problem) { return row.Affected.LoginKey, nil }
	if err := r.stage(tx, AffectedFile, r.src.affected, csvin.AffectedFile, "staged_affected", affectedColumns, judge, sealer.seal); err != nil {
		return err
	}
	if err := r.settleAffected(tx); err != nil {
		return err
	}
	accepted, err := count(tx, "staged_affected")
	if err != nil || accepted == 0 || r.DryRun {
		r.Accepted += accepted
		return err
	}
	r.Accepted += accepted
	return r.insertAffected(tx)
}

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

// settleAffected finds out which IDs are known: an equal row is ignored, another
// one refused.
func (r *run) settleAffected(tx *store.Tx) error {
	for _, q := range []string{
		`update staged_affected s set known_identity = i.id, known_member = i.member_id from identities i where i.login_key = s.login_key`,
		`analyze staged_affected`,
	} {
		if _, err := store.Exec(tx, q); err != nil {
			return err
		}
	}
	type known struct {
		Line int64
		Same bool
	}
	rows, err := store.Returning[known](tx, `delete from staged_affected s using cases c, members m
		where c.incident_id = $1 and c.identity_id = s.known_identity and c.origin <> 'inquiry' and m.id = s.known_member
		returning s.line, m.row_hash is not distinct from s.row_hash as same`, r.IncidentID)
	if err != nil {
		return err
	}
	refused := map[int]csvin.Problem{}
	for _, k := range rows {
		if k.Same {
			r.Ignored++
		} else {
			refused[int(k.Line)] = csvin.Problem{Reason: "duplicate_conflict"}
		}
	}
	return r.refuseLines(tx.Context(), AffectedFile, r.src.affected, csvin.AffectedFile, refused)
}

// insertAffected inserts what is left, set by set, in the order of the file.
func (r *run) insertAffected(tx *store.Tx) error {
	for _, q := range []string{
		`insert into members (id, name, name_kana, birth_date, postal_code, address, customer_number, customer_key, name_grams, name_parts, language, row_hash)
			select member_id, name, name_kana, birth_date, postal_code, address, customer_number, customer_key, name_grams, name_parts, language, row_hash
			from staged_affected where known_member is null order by line`,
		`insert into identities (id, member_id, login, login_key, start_5, start_8, start_12, state)
			select identity_id, member_id, login, login_key, login_5, login_8, login_12, 'restricted'
			from staged_affected where known_identity is null order by line`,
		`update identities i set member_id = s.member_id from staged_affected s where i.id = s.known_identity and s.known_member is null`,
		`insert into contacts (id, member_id, kind, value, value_key, start_5, start_8, start_12, depends_on_login, source)
			select phone_id, member_id, 'phone', phone, phone_key, phone_5, phone_8, phone_12, false, 'import' from staged_affected where phone is not null and known_member is null order by line`,
		`insert into contacts (id, member_id, kind, value, value_key, start_5, start_8, start_12, registered_on, depends_on_login, source)
			select email_id, member_id, 'email', email, email_key, email_5, email_8, email_12, email_since, email_own, 'import' from staged_affected where email is not null and known_member is null order by line`,
	} {
		if _, err := store.Exec(tx, q); err != nil {
			return err
		}
	}
	if err := r.openCases(tx); err != nil {
		return err
	}
	if err := r.restrict(tx); err != nil {
		return err
	}
	return ledger.OpenWith(tx, r.Subject()+":opening", `select coalesce(s.known_identity, s.identity_id) as identity_id, b.program_id, b.points
		from staged_affected s left join lateral unnest(s.balance_programs, s.balances) as b(program_id, points) on true`)
}

// openCases opens a case per ID. An inquiry that stands already becomes a listed
// case; what was added by hand keeps being counted apart.
func (r *run) openCases(tx *store.Tx) error {
	_, err := store.Exec(tx, `with opened as (
		  insert into cases (incident_id, identity_id, origin, class, identity_state, restricted_at, opened_at, changed_at)
		  select $1::bigint, coalesce(known_identity, identity_id), 'listed', 'D', 'restricted', coalesce(restricted_at, $2::timestamptz), $2, $2
		    from staged_affected order by line
		  on conflict (incident_id, identity_id) do update set class = coalesce(cases.class, 'D'), changed_at = excluded.changed_at,
		    origin = case cases.origin when 'inquiry' then 'listed' else cases.origin end,
		    identity_state = coalesce(cases.identity_state, 'restricted'), restricted_at = coalesce(cases.restricted_at, excluded.restricted_at)
		  returning id)
		insert into case_events (case_id, at, kind, actor_kind, actor_id, data)
		select id, $2, 'opened', $3, $4, jsonb_build_object('origin', 'listed', 'import', $5::bigint) from opened order by id`,
		r.IncidentID, tx.Now, tx.By.Kind, tx.By.ID, r.ID)
	return err
}

// restrict has the identity system restrict the IDs that the operator had not
// restricted when the list was made, and those that it knew as active.
func (r *run) restrict(tx *store.Tx) error {
	type id struct{ ID int64 }
	rows, err := store.Select[id](tx.DB, `select coalesce(known_identity, identity_id) as id from staged_affected where restricted_at is null or known_identity is not null`)
	if err != nil || len(rows) == 0 {
		return err
	}
	ids := make([]int64, len(rows))
	for i, row := range rows {
		ids[i] = row.ID
	}
	return resets.Directory.Restrict(tx, ids)
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
