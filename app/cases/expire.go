package cases

import (
	"hoten/app/members"
	"hoten/app/store"
)

var clearing []func(tx *store.Tx, identity int64) error

// WhenClearing has fn take back what was given before a suspicion of the ID was raised,
// when the suspicion ends. Until then it is refused because of the suspicion, and who
// tries is recorded.
func WhenClearing(fn func(tx *store.Tx, identity int64) error) { clearing = append(clearing, fn) }

// expireGrants ends the codes that are out, and what was verified in running calls and in a
// conversation (0: none other), of all cases of the ID, which is locked with its record: for good, the end of
// a suspicion gives none back. Right answers that gave no level yet go too. A case that counts
// as verified by one of these counts by another that has ended, if possession was proved in it:
// what a caller knows, whoever was suspected may know as well.
func expireGrants(tx *store.Tx, identity, conversation int64) error {
	if _, err := store.Exec(tx, "update verification_codes set expires_at = $2 where identity_id = $1 and used_at is null and expires_at > $2", identity, tx.Now); err != nil {
		return err
	}
	running, err := store.Now(tx.DB, func(reads *store.Reads) *[]int64 {
		return store.AskValues[int64](reads, "select distinct coalesce(first_id, id) from calls where ended_at is null and case_id in (select id from cases where identity_id = $1)", identity)
	})
	if err != nil {
		return err
	}
	void := append(running, conversation)
	if err := verifiedElsewhere(tx, []int64{identity}, void, possessing); err != nil {
		return err
	}
	return voidVerified(tx, []int64{identity}, void)
}

// voidVerified takes back what was verified in conversations about the IDs: those that run
// verify nobody any more, whom they told of the restriction is still to be told, and they
// proved no contact.
func voidVerified(tx *store.Tx, ids, conversations []int64) error {
	members.TakeProofsBack(tx, conversations...)
	if _, _, err := mark(tx, ownOnWord, reopening("c.status = 'completed'"), OwnDoubted, 0, ids, conversations); err != nil {
		return err
	}
	void, _, err := mark(tx, "c.identity_id = any($3) and c.verified_call = any($4)", "verified_at = null, verified_call = null, "+reopening(`c.status = 'completed' and c.origin <> 'inquiry'
		and c.notified_at is null and exists (select from identities i where i.id = c.identity_id and i.state = 'restricted')`), VerifiedVoid, 0, ids, conversations)
	if err != nil {
		return err
	}
	_, err = store.Exec(tx, `update calls k set expires_at = least(expires_at, $2), level = 0, outcome = nullif(outcome, '`+Verified+`')
		where ended_at is null and coalesce(first_id, id) = any($1)
		and (expires_at is not null or exists (select from call_answers where call_id = coalesce(k.first_id, k.id) and matched))`, conversations, tx.Now)
	if err != nil || len(void) == 0 {
		return err
	}
	if _, err := takeNoticesBack(tx, "c.identity_id = any($3) and "+misled, 0, ids); err != nil {
		return err
	}
	return markUnreachedOf(tx, ids...)
}

// ownOnWord is the condition, in SQL, of cases (c) of IDs $3 with a movement that was found to
// be the member's own, while somebody counted as verified who was in a conversation of $4.
const ownOnWord = `c.identity_id = any($3) and exists (select from case_events e where e.case_id = c.id and e.kind = '` + FindingDecided + `' and e.data->>'to' = 'own' and e.data->>'verified' = 'true'
	and e.at >= (select min(started_at) from calls where id = any($4))
	and not exists (select from case_events n where n.case_id = e.case_id and n.kind = e.kind and n.id > e.id and n.data->>'movement' = e.data->>'movement'))
	and not exists (select from case_events d where d.case_id = c.id and d.kind = '` + OwnDoubted + `' and d.at = $2)`

// expireCalls ends the verifications of the open calls of others on a case: what has not
// begun does not begin any more.
func expireCalls(tx *store.Tx, c *Case) error {
	_, err := store.Exec(tx, "update calls set expires_at = $3 where case_id = $1 and agent_id <> $2 and ended_at is null and coalesce(expires_at > $3, true)", c.ID, tx.By.ID, tx.Now)
	return err
}

// calledOn reports whether another agent talks about the case.
func calledOn(tx *store.Tx, c *Case) (open bool, err error) {
	err = store.Scan(tx.DB, "select exists (select from calls where case_id = $1 and agent_id <> $2 and ended_at is null)", []any{c.ID, tx.By.ID}, &open)
	return open, err
}
