package members

import "hoten/app/store"

// The tables that these are given have the columns that app/imports stages.

// LockKnown locks the identities that the query yields, by id.
func LockKnown(tx *store.Tx, query string, args ...any) error {
	_, err := store.Exec(tx, "select from identities where id in ("+query+") order by id for no key update", args...)
	return err
}

// AskLock locks the identities that the query yields, by id.
func AskLock(reads *store.Reads, query string, args ...any) {
	store.Ask[struct{ ID int64 }](reads, "select id from identities where id in ("+query+") order by id for no key update", args...)
}

// InsertStaged keeps the IDs of a staged table that nobody knew, with their members and
// contacts, and the members of IDs that were only inquired about.
func InsertStaged(tx *store.Tx, staged string) error {
	for _, q := range []string{
		`insert into members (id, name, name_kana, birth_date, postal_code, address, customer_number, customer_key, name_grams, name_parts, language, row_hash)
			select member_id, name, name_kana, birth_date, postal_code, address, customer_number, customer_key, name_grams, name_parts, language, row_hash
			from ` + staged + ` where known_member is null`,
		`insert into identities (id, member_id, id_kind_id, login, login_key, mailbox_key, domain_key, start_5, start_8, start_12, state, restricted_at)
			select identity_id, member_id, id_kind_id, login, login_key, login_mailbox, login_domain, login_5, login_8, login_12, 'restricted', restricted_at
			from ` + staged + ` where known_identity is null`,
		`insert into contacts (id, member_id, kind, value, value_key, mailbox_key, domain_key, start_5, start_8, start_12, registered_on, depends_on_login, source)
			select c.id, s.member_id, c.kind, c.value, c.value_key, c.mailbox_key, c.domain_key, c.start_5, c.start_8, c.start_12, c.since, c.own, 'import' from ` + staged + ` s, lateral (values
			  (s.phone_id, 'phone', s.phone, s.phone_key, null::bytea, null::bytea, s.phone_5, s.phone_8, s.phone_12, null::date, false),
			  (s.email_id, 'email', s.email, s.email_key, s.email_mailbox, s.email_domain, s.email_5, s.email_8, s.email_12, s.email_since, false)
			) c (id, kind, value, value_key, mailbox_key, domain_key, start_5, start_8, start_12, since, own) where c.value is not null and s.known_member is null`,
	} {
		if _, err := store.Exec(tx, q); err != nil {
			return err
		}
	}
	return nil
}

// RestrictedSince notes since when the operator had restricted known IDs of a staged
// table that were not restricted until this transaction. Those that were in use are
// restricted since now.
func RestrictedSince(tx *store.Tx, staged string, inUse []int64) error {
	_, err := store.Exec(tx, "update identities i set restricted_at = s.restricted_at from "+staged+" s where i.id = s.known_identity and i.restricted_at = $1 and s.restricted_at < $1 and i.id <> all($2)", tx.Now, inUse)
	return err
}

// AdoptKnown gives IDs that were only inquired about the members that InsertStaged
// kept. The caller has locked them.
func AdoptKnown(tx *store.Tx, staged string) error {
	_, err := store.Exec(tx, "update identities i set member_id = s.member_id from "+staged+" s where i.id = s.known_identity and s.known_member is null")
	return err
}

// DateKnown gives known mail addresses the later day since when they stand: whoever says
// that one was set later may be right, and then a thief may have set it. The caller has
// locked the identities.
func DateKnown(tx *store.Tx, staged string) error {
	_, err := store.Exec(tx, "update contacts c set registered_on = s.email_since from "+staged+" s where c.member_id = s.known_member and c.kind = 'email' and c.value_key = s.email_key and c.registered_on < s.email_since")
	return err
}
