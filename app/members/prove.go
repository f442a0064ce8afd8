package members

import (
	"time"

	"hoten/app/store"
)

// Prove keeps that contacts were proved to be their member's in a conversation (its first
// call), or, without one, by documents: addresses and numbers that were given up are given
// to other people, and whoever uses them sees how long ago that was.
func Prove(tx *store.Tx, conversation *int64, contacts ...int64) {
	tx.Queue("insert into contact_proofs (contact_id, call_id, at) select distinct unnest($1::bigint[]), $2::bigint, $3::timestamptz on conflict (contact_id, call_id) do update set at = excluded.at", contacts, conversation, tx.Now)
}

// TakeProofsBack takes back what conversations proved, which turned out to be with somebody
// else: what was proved before them counts again.
func TakeProofsBack(tx *store.Tx, conversations ...int64) {
	tx.Queue("delete from contact_proofs where call_id = any($1)", conversations)
}

// TakeProofsBackUntil takes back what any conversation proved of the contacts of the members
// of IDs, each up to its own time.
func TakeProofsBackUntil(tx *store.Tx, identities []int64, until []time.Time) {
	tx.Queue(`delete from contact_proofs p using unnest($1::bigint[], $2::timestamptz[]) u (id, until), identities i, contacts k
		where i.id = u.id and k.member_id = i.member_id and p.contact_id = k.id and p.call_id is not null and p.at <= u.until`, identities, until)
}
