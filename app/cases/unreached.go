package cases

import (
	"context"

	"gorm.io/gorm"

	"hoten/app/members"
	"hoten/app/store"
)

// compared is the condition, in SQL, of cases (c) whose member has an address of which it
// is not known yet what it depends on: it may turn out to be usable.
const compared = `exists (select from identities i join contacts k on k.member_id = i.member_id where i.id = c.identity_id
	and k.kind = 'email' and k.mailbox_key is null and k.replaced_by is null and k.withdrawn_at is null)`

// Compared finds the cases among ids whose member has an address that is being compared.
func Compared(db *gorm.DB, ids []int64) ([]int64, error) {
	return store.Now(db, func(reads *store.Reads) *[]int64 {
		return store.AskValues[int64](reads, "select c.id from cases c where c.id = any($1) and "+compared, ids)
	})
}

// addressless is the condition, in SQL, of cases (c) whose member is still to be told of the
// restriction, and has no address that the notice could go to.
var addressless = open + " and c.verified_at is null and " + Unnotified + ` and not exists (select from identities i join contact_ways k on k.member_id = i.member_id
	where i.id = c.identity_id and k.kind = 'email' and ` + members.MailUsable(firstDay) + ") and not " + compared

// unreachedChunk bounds one transaction of MarkUnreached.
const unreachedChunk = 1000

// MarkUnreached has everybody told by phone or letter whom the restriction notice could
// not reach: it is known as soon as no address may be used, without anybody trying.
func MarkUnreached(ctx context.Context, s *store.Store) error {
	for marked := int64(unreachedChunk); marked == unreachedChunk; {
		err := store.Keep(ctx, s, func(tx *store.Tx) (err error) {
			marked, err = markUnreached(tx, 0)
			return err
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// markUnreached is MarkUnreached for the cases of one ID, or of all (0), up to a chunk.
func markUnreached(tx *store.Tx, identity int64) (int64, error) {
	return store.Exec(tx, `with missed as (select c.id from cases c where $1::bigint in (0, c.identity_id) and `+addressless+` order by c.id limit $2 for no key update),
		marked as (update cases c set unreachable_at = $3, changed_at = $3 from missed where c.id = missed.id returning c.id)
		insert into case_events (case_id, at, kind, actor_kind, actor_id) select id, $3, $4, $5, $6 from marked`,
		identity, unreachedChunk, tx.Now, Unreachable, tx.By.Kind, tx.By.ID)
}
