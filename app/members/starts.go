package members

import (
	"context"
	"strings"

	"gorm.io/gorm"

	"hoten/app/jptext"
	"hoten/app/store"
	"hoten/app/vault"
)

// chunk is how many IDs HashStarts does at once.
const chunk = 1000

// HashStarts hashes how IDs begin that an older release kept, so that they are found
// while somebody types them.
func HashStarts(ctx context.Context, s *store.Store) error {
	for more := true; more; {
		err := store.Keep(ctx, s, func(tx *store.Tx) error {
			found, err := typed(tx.DB, tx.Vault(), "select id, member_id, login from identities where starts is null order by id limit $1 for update skip locked", chunk)
			for id, keys := range found {
				tx.Queue("update identities set starts = $2 where id = $1", id, tx.Vault().Starts(keys...))
			}
			more = len(found) == chunk
			return err
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// byStart finds the IDs whose login ID, mail address or telephone number begins
// with q. Hits are opened and checked, since hashes only narrow down; cut tells that
// there are more than were looked into.
func byStart(db *gorm.DB, v *vault.Vault, q string) (ids []int64, cut bool, err error) {
	address, phone := jptext.LoginKey(q), jptext.PhoneKey(q)
	starts := v.QueryStarts(address, phone)
	if starts == nil {
		return nil, false, nil
	}
	found, err := typed(db, v, "select id, member_id, login from identities where starts && $1 limit $2", starts, maxHits+1)
	for id, keys := range found {
		if begins(keys, address) || begins(keys, phone) {
			ids = append(ids, id)
		}
	}
	return ids, len(found) > maxHits, err
}

func begins(keys []string, with string) bool {
	for _, key := range keys {
		if with != "" && strings.HasPrefix(key, with) {
			return true
		}
	}
	return false
}

// typed opens what IDs are typed as: the keys of their login ID, mail addresses and
// telephone numbers. The query gives id, member_id and login.
func typed(db *gorm.DB, v *vault.Vault, query string, args ...any) (map[int64][]string, error) {
	out := map[int64][]string{}
	err := store.Each(db, `select i.id, i.login, coalesce(k.id, 0), coalesce(k.kind, ''), k.value
		from (`+query+`) i left join contacts k on k.member_id = i.member_id`, args, func(scan func(...any) error) error {
		var i Identity
		var k Contact
		if err := scan(&i.ID, &i.Login, &k.ID, &k.Kind, &k.Value); err != nil {
			return err
		}
		if out[i.ID] == nil {
			login, err := i.PlainLogin(v)
			if err != nil {
				return err
			}
			out[i.ID] = []string{login}
		}
		if k.ID == 0 {
			return nil
		}
		plain, err := k.Plain(v)
		key := jptext.EmailKey
		if k.Kind == Phone {
			key = jptext.PhoneKey
		}
		out[i.ID] = append(out[i.ID], key(plain))
		return err
	})
	return out, err
}
