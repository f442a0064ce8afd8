package cases

import (
	"context"
	"strconv"

	"hoten/app/members"
	"hoten/app/notices"
	"hoten/app/store"
)

// hasAddress is the condition, in SQL, of cases (c) with an address that the restriction
// notice may go to.
var hasAddress = `exists (select from identities i join contact_ways k on k.member_id = i.member_id
	where i.id = c.identity_id and k.kind = 'email' and ` + members.MailUsable(FirstDay) + ")"

// addressless is the condition, in SQL, of cases (c) whose member is still to be told of the
// restriction, and has no address that the notice could go to.
var addressless = open + " and c.verified_at is null and " + Unnotified + " and not " + hasAddress

// addressed is the condition, in SQL, of cases (c) that count as addressless although no
// mail failed, and have an address by now: what their mailboxes depend on was mended.
var addressed = open + " and c.verified_at is null and c.notified_at is null and c.unreachable_at is not null and " + hasAddress +
	" and not exists (select from mails w where w.case_id = c.id and w.state in ('" + notices.Failed + "', '" + notices.Bounced + "'))"

// unreachedChunk bounds one transaction of MarkUnreached.
const unreachedChunk = 1000

// MarkUnreached has everybody told by phone or letter whom the restriction notice could
// not reach: it is known as soon as no address may be used, without anybody trying. Whom
// it can reach again is sent it.
func MarkUnreached(ctx context.Context, s *store.Store) error {
	for _, mark := range []func(tx *store.Tx, after int64) (last int64, err error){
		func(tx *store.Tx, after int64) (int64, error) {
			return markReach(tx, addressless, "$2", Unreachable, after)
		},
		func(tx *store.Tx, after int64) (int64, error) {
			return markReach(tx, addressed, "null", Reachable, after)
		},
	} {
		for after, more := int64(0), true; more; more = after > 0 {
			err := store.Keep(ctx, s, func(tx *store.Tx) (err error) {
				after, err = mark(tx, after)
				return err
			})
			if err != nil {
				return err
			}
		}
	}
	return nil
}

// markUnreachedOf is MarkUnreached for the cases of one ID, which gained no address.
func markUnreachedOf(tx *store.Tx, identity int64) error {
	_, err := markReach(tx, "c.identity_id = $6 and "+addressless, "$2", Unreachable, 0, identity)
	return err
}

// markReach sets unreachable_at of the cases that meet the condition after one, by id, up
// to a chunk, and tells of it. last is the case to go on after; 0: there are no more.
func markReach(tx *store.Tx, condition, unreachableAt, kind string, after int64, of ...any) (last int64, err error) {
	err = store.Scan(tx.DB, `with found as (select c.id from cases c where c.id > $1 and `+condition+` order by c.id limit `+strconv.Itoa(unreachedChunk)+` for no key update),
		marked as (update cases c set unreachable_at = `+unreachableAt+`, changed_at = $2 from found where c.id = found.id returning c.id),
		told as (insert into case_events (case_id, at, kind, actor_kind, actor_id) select id, $2, $3, $4, $5 from marked)
		select case when count(*) = `+strconv.Itoa(unreachedChunk)+` then max(id) else 0 end from marked`, append([]any{after, tx.Now, kind, tx.By.Kind, tx.By.ID}, of...), &last)
	return last, err
}
