package members

import (
	"context"
	"fmt"

	"hoten/app/jptext"
	"hoten/app/operators"
	"hoten/app/store"
)

// chunk is how many rows are completed at once.
const chunk = 1000

// Complete adds the keyed hashes that what an older release kept is found and compared by
// now. It is done before anything else: until then no mail address could be used.
func Complete(ctx context.Context, s *store.Store) error {
	if err := store.Keep(ctx, s, operators.HashDomains); err != nil {
		return err
	}
	for _, of := range []struct{ table, column, kind string }{{"identities", "login", "''"}, {"contacts", "value", "kind"}} {
		if err := inChunks(ctx, s, func(tx *store.Tx) (int, error) { return hashStarts(tx, of.table, of.column, of.kind) }); err != nil {
			return err
		}
	}
	for _, fn := range []func(*store.Tx) (int, error){hashNames, hashEnds, hashMailboxes("identities", "login", "true"), hashMailboxes("contacts", "value", "kind = 'email'")} {
		if err := inChunks(ctx, s, fn); err != nil {
			return err
		}
	}
	return nil
}

// hashMailboxes hashes the mailboxes of the rows that meet the condition.
func hashMailboxes(table, column, which string) func(tx *store.Tx) (int, error) {
	return func(tx *store.Tx) (done int, err error) {
		query := fmt.Sprintf("select id, %s from %s where mailbox_key is null and %s limit $1 for update skip locked", column, table, which)
		err = store.Each(tx.DB, query, []any{chunk}, func(scan func(...any) error) error {
			var id int64
			var sealed []byte
			if err := scan(&id, &sealed); err != nil {
				return err
			}
			done++
			plain := tx.Vault().Read(table, column, id, sealed)
			name, domain := Mailbox(tx.Vault(), plain)
			tx.Queue("update "+table+" set mailbox_key = $2, domain_key = $3 where id = $1", id, name, domain)
			return nil
		})
		return done, err
	}
}

// inChunks calls fn, which says how many rows it did, until there are no more.
func inChunks(ctx context.Context, s *store.Store, fn func(tx *store.Tx) (int, error)) error {
	for done := chunk; done == chunk; {
		err := store.Keep(ctx, s, func(tx *store.Tx) (err error) {
			done, err = fn(tx)
			return err
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// hashStarts hashes how IDs and contacts begin.
func hashStarts(tx *store.Tx, table, column, kindColumn string) (done int, err error) {
	query := fmt.Sprintf("select id, %s, %s from %s where start_5 is null limit $1 for update skip locked", column, kindColumn, table)
	err = store.Each(tx.DB, query, []any{chunk}, func(scan func(...any) error) error {
		var id int64
		var sealed []byte
		var kind string
		if err := scan(&id, &sealed, &kind); err != nil {
			return err
		}
		done++
		key := jptext.LoginKey
		if kind == Phone {
			key = jptext.PhoneKey
		}
		plain := tx.Vault().Read(table, column, id, sealed)
		tx.Queue("update "+table+" set start_5 = $2, start_8 = $3, start_12 = $4 where id = $1", append([]any{id}, Starts(tx.Vault(), key(plain))...)...)
		return nil
	})
	return done, err
}

// hashNames hashes names and their parts, and customer numbers, by their keys of now.
func hashNames(tx *store.Tx) (done int, err error) {
	err = store.Each(tx.DB, "select id, name, name_kana, customer_number from members where names_hashed = 0 limit $1 for update skip locked", []any{chunk},
		func(scan func(...any) error) error {
			var m Member
			if err := scan(&m.ID, &m.Name, &m.NameKana, &m.CustomerNumber); err != nil {
				return err
			}
			done++
			v := tx.Vault()
			person, err := m.Person(v)
			tx.Queue("update members set name_grams = $2, name_parts = $3, customer_key = $4, names_hashed = 1 where id = $1", m.ID, Grams(v, person.Name, person.Kana),
				Parts(v, person.Name, person.Kana), v.Blind("customer_number", jptext.CustomerNumberKey(person.CustomerNumber)))
			return err
		})
	return done, err
}
