package cases

import (
	"context"
	"fmt"
	"slices"

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
var addressed = open + " and c.verified_at is null and c.notified_at is null and c.unreachable_at is not null and " + mendedAddress

// mendedAddress is the condition, in SQL, of cases (c) that have an address, and of which no
// mail failed.
var mendedAddress = hasAddress + " and not exists (select from mails w where w.case_id = c.id and w.state in ('" + notices.Failed + "', '" + notices.Bounced + "'))"

// misled is the condition, in SQL, of cases (c) that are to be told of the restriction again.
var misled = `c.origin <> 'inquiry' and c.verified_at is null and exists (select from identities i where i.id = c.identity_id and i.state = 'restricted') and ` + noticeLost

// noticeLost is the condition, in SQL, of cases (c) that count as notified although no notice
// reached the member, who was told by no letter and has not used the ID since.
var noticeLost = "c.notified_at is not null and not " + toldByLetter + " and exists (select from mails w where " + sentNotice + ") and not " + noticeReached + " and not " + inUseSince("c.notified_at")

// toldAfterAll is the condition, in SQL, of open cases (c) whose notice was held to have reached
// nobody, and did by what is known now: a date or a domain was put right.
var toldAfterAll = open + " and c.notified_at is null and " + tellsOf(NoticeMisled) + " and " + noticeReached

// tellsOf is the condition, in SQL, of cases (c) whose timeline has an event of the kind.
func tellsOf(kind string) string {
	return "exists (select from case_events t where t.case_id = c.id and t.kind = '" + kind + "')"
}

// noticeReached is the condition, in SQL, of cases (c) of which a notice reached the member:
// by what is known now, it did not go astray.
var noticeReached = "exists (select from mails w where " + sentNotice + " and not " + WentAstray("w.contact_id") + " and not " + restrictedAnew("w.sent_at") + ")"

// restrictedAnew is the condition, in SQL, of cases (c) whose ID was restricted again after a
// time: what told of a restriction before then is settled, and mails since may have told the
// member that use goes on.
func restrictedAnew(at string) string {
	return "exists (" + takenBack("c.identity_id") + " and r.at > " + at + ")"
}

// sentNotice is the condition, in SQL, of mails (w) that were sent as the notice of a case (c).
var sentNotice = "w.case_id = c.id and w.kind = '" + notices.RestrictionNotice + "' and " + notices.Told("w")

// inUseSince is the condition, in SQL, of cases (c) whose member used the ID at some time from
// then on: a use that was taken back was not the member's.
func inUseSince(at string) string {
	return `(exists (select from identities i where i.id = c.identity_id and (not (` + unread + `) or i.restricted_at > ` + at + ` and not exists (` + takenBack("c.identity_id") + ` and r.at >= i.restricted_at)))
		or exists (select from cases y join case_events e on e.case_id = y.id where y.identity_id = c.identity_id and e.kind in ('` + WasResumed + `', '` + Released + `') and e.at >= ` + at + `
		and not ` + TakenBack("c.identity_id", "e.at") + `))`
}

// takenBack yields, in SQL, the events (r) by which a use of the ID was taken back.
func takenBack(identity string) string {
	return "select from cases z join case_events r on r.case_id = z.id where z.identity_id = " + identity + " and r.kind = '" + WasRestrictedAgain + "'"
}

// TakenBack is the condition, in SQL, that the use of the ID that began at a time was taken back.
func TakenBack(identity, since string) string {
	return "exists (" + takenBack(identity) + " and (r.data->>'since')::timestamptz = " + since + ")"
}

// unreachedChunk bounds one transaction of MarkUnreached.
const unreachedChunk = 1000

// MarkUnreached has everybody told by phone or letter whom the restriction notice could
// not reach: it is known as soon as no address may be used, without anybody trying. Whom
// it can reach again waits for it. A notice that turns out to have gone to a mailbox which
// is not the member's alone has notified nobody, and such a mail has told no result and no
// change of a contact; each counts again once that turns out to be wrong.
func MarkUnreached(ctx context.Context, s *store.Store) error {
	for _, revise := range []func(tx *store.Tx, after int64) (last int64, err error){
		func(tx *store.Tx, after int64) (int64, error) { return takeNoticesBack(tx, misled, after) },
		func(tx *store.Tx, after int64) (int64, error) {
			return oweResults(tx, resultAstray, letterResult, after)
		},
		func(tx *store.Tx, after int64) (int64, error) {
			return oweResults(tx, resultUnread, letterUnread, after)
		},
		func(tx *store.Tx, after int64) (int64, error) {
			return oweChange(tx, notices.ContactChanged, "", after)
		},
		func(tx *store.Tx, after int64) (int64, error) {
			return oweChange(tx, notices.ContactUndone, "", after)
		},
		func(tx *store.Tx, after int64) (int64, error) {
			_, last, err := mark(tx, toldAfterAll, "notified_at = (select max(w.sent_at) from mails w where "+sentNotice+" and not "+WentAstray("w.contact_id")+"), unreachable_at = case when "+mendedAddress+" then null else unreachable_at end", MailCounts, after)
			return last, err
		},
		func(tx *store.Tx, after int64) (int64, error) {
			_, last, err := mark(tx, resultToldAfterAll, fmt.Sprintf("letter_about = letter_about & ~%d", letterPoints), MailCounts, after)
			return last, err
		},
		func(tx *store.Tx, after int64) (int64, error) {
			return countChange(tx, notices.ContactChanged, after)
		},
		func(tx *store.Tx, after int64) (int64, error) {
			return countChange(tx, notices.ContactUndone, after)
		},
		func(tx *store.Tx, after int64) (int64, error) {
			_, last, err := mark(tx, addressless, "unreachable_at = $2", Unreachable, after)
			return last, err
		},
		func(tx *store.Tx, after int64) (int64, error) {
			_, last, err := mark(tx, addressed, "unreachable_at = null", Reachable, after)
			return last, err
		},
	} {
		for after, more := int64(0), true; more; more = after > 0 {
			err := store.Keep(ctx, s, func(tx *store.Tx) (err error) {
				after, err = revise(tx, after)
				return err
			})
			if err != nil {
				return err
			}
		}
	}
	return nil
}

// markUnreachedOf is MarkUnreached for the cases of IDs, which gained no address.
func markUnreachedOf(tx *store.Tx, ids ...int64) error {
	_, _, err := mark(tx, "c.identity_id = any($3) and "+addressless, "unreachable_at = $2", Unreachable, 0, ids)
	return err
}

// retell revises what was told to the members of IDs that were restricted again because the
// reset was not theirs.
func retell(tx *store.Tx, ids []int64) error {
	const those = "c.identity_id = any($3) and "
	if _, err := takeNoticesBack(tx, those+misled, 0, ids); err != nil {
		return err
	}
	if _, err := oweResults(tx, those+resultUnread, letterUnread, 0, ids); err != nil {
		return err
	}
	_, _, err := mark(tx, those+addressless, "unreachable_at = $2", Unreachable, 0, ids)
	return err
}

// revisedBy revises what was told at the mailbox of an ID that is affected from now on, and
// what was told to its own member: the first day of its incidents may be an earlier one.
func revisedBy(tx *store.Tx, identity int64) error {
	const those = `(c.identity_id = $3 or c.identity_id in (select o.id from identities i join contacts k on k.mailbox_key = i.mailbox_key
		join identities o on o.member_id = k.member_id where i.id = $3)) and `
	return astray(tx, those, identity)
}

// astray revises what was told in the cases that the condition, with the ID as $3, begins to
// describe: the notices that notified nobody, and the results that told nothing.
func astray(tx *store.Tx, those string, identity int64) error {
	if _, err := takeNoticesBack(tx, those+misled, 0, identity); err != nil {
		return err
	}
	if _, err := oweResults(tx, those+resultAstray, letterResult, 0, identity); err != nil {
		return err
	}
	if _, err := oweChange(tx, notices.ContactChanged, those, 0, identity); err != nil {
		return err
	}
	_, err := oweChange(tx, notices.ContactUndone, those, 0, identity)
	return err
}

// takeNoticesBack takes back that the members of the cases that meet the condition after one,
// by id, up to a chunk, were notified; the notice goes to another address where there is one. A completed case is open again.
func takeNoticesBack(tx *store.Tx, condition string, after int64, of ...any) (int64, error) {
	ids, last, err := mark(tx, condition, "notified_at = null, "+reopening("c.status = 'completed'"), NoticeMisled, after, of...)
	if err != nil || len(ids) == 0 {
		return last, err
	}
	return last, noticesFor(tx, ids)
}

// NotifyAgain has the members of IDs, which were in use and are restricted anew, told of it:
// what they were told before is settled. The IDs and their cases are locked.
func NotifyAgain(tx *store.Tx, identities []int64) error {
	if err := tx.Flush(); err != nil { // notices that wait are not doubled
		return err
	}
	type found struct{ ID int64 }
	rows, err := store.Returning[found](tx, "update cases c set notified_at = null where identity_id = any($1) and origin <> 'inquiry' and "+open+" returning id", identities)
	ids := make([]int64, len(rows))
	for i, r := range rows {
		ids[i] = r.ID
	}
	if err != nil || len(ids) == 0 {
		return err
	}
	return noticesFor(tx, ids)
}

// noticesFor queues the notice of cases whose member is told by nothing any more, and has
// those without an address told by phone or letter.
func noticesFor(tx *store.Tx, ids []int64) error {
	if _, _, err := mark(tx, "c.id = any($3) and "+addressless, "unreachable_at = $2", Unreachable, 0, ids); err != nil {
		return err
	}
	ids, err := store.Now(tx.DB, func(reads *store.Reads) *[]int64 {
		return store.AskValues[int64](reads, "select c.id from cases c where c.id = any($1) and "+open+" and "+Unnotified+" and not exists (select from mails w where w.case_id = c.id and w.kind = '"+notices.RestrictionNotice+"' and w.state = '"+notices.Queued+"') order by c.id", ids)
	})
	if err != nil {
		return err
	}
	_, _, err = QueueNotices(tx, ids)
	return err
}

// noticeLate queues the restriction notice of the ID's open cases to a contact that
// documents showed, where it was tried before and reached nobody: those of an incident whose
// notices are still to be sent wait for them.
func noticeLate(tx *store.Tx, identity int64) error {
	ids, err := store.Now(tx.DB, func(reads *store.Reads) *[]int64 {
		return store.AskValues[int64](reads, `select c.id from cases c join identities i on i.id = c.identity_id where c.identity_id = $1 and `+open+`
			and c.origin <> 'inquiry' and i.state = 'restricted' and c.notified_at is null and c.verified_at is null
			and (c.unreachable_at is not null or exists (select from mails w where w.case_id = c.id and w.kind = $2))
			and not exists (select from mails w where w.case_id = c.id and w.kind = $2 and w.state = $3) order by c.id for no key update of c`,
			identity, notices.RestrictionNotice, notices.Queued)
	})
	if err != nil {
		return err
	}
	_, _, err = QueueNotices(tx, ids)
	return err
}

// QueueNotices queues the restriction notice of cases that the caller has locked; missed are
// those without an address that it may go to.
func QueueNotices(tx *store.Tx, ids []int64) (queued int, missed []int64, err error) {
	to, err := Addressees(tx.DB, tx.Vault(), ids, notices.RestrictionNotice)
	if err != nil {
		return 0, nil, err
	}
	var drafts []notices.Draft
	for _, id := range ids {
		who := to[id]
		if who.Address == "" {
			missed = append(missed, id)
			continue
		}
		who.Facts.At = tx.Now
		drafts = append(drafts, who.Draft(notices.RestrictionNotice, who.Facts))
	}
	_, err = notices.Queue(tx, drafts...)
	return len(drafts), missed, err
}

// mark changes the cases that meet the condition after one, by id, up to a chunk, and tells
// of it; in both fragments of SQL $2 is now, and of begins at $3. last is the case to go on
// after; 0: there are no more.
func mark(tx *store.Tx, condition, set, kind string, after int64, of ...any) (ids []int64, last int64, err error) {
	return markWith(tx, condition, set, Happened{Kind: kind}, after, of...)
}

// markWith is mark for what happened with data.
func markWith(tx *store.Tx, condition, set string, happened Happened, after int64, of ...any) (ids []int64, last int64, err error) {
	type found struct{ ID int64 }
	rows, err := store.Returning[found](tx, fmt.Sprintf(`with found as (select c.id from cases c where c.id > $1 and %s order by c.id limit %d for no key update)
		update cases c set %s, changed_at = $2 from found where c.id = found.id returning c.id`, condition, unreachedChunk, set), append([]any{after, tx.Now}, of...)...)
	if err != nil {
		return nil, 0, err
	}
	told := make([]Happened, len(rows))
	for i, r := range rows {
		happened.CaseID = r.ID
		ids, told[i] = append(ids, r.ID), happened
	}
	if len(ids) == unreachedChunk {
		last = slices.Max(ids)
	}
	return ids, last, Tell(tx, told...)
}
