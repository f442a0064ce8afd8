package cases

import "hoten/app/store"

var clearing []func(tx *store.Tx, identity int64) error

// WhenClearing has fn take back what was given before a suspicion of the ID was raised,
// when the suspicion ends. Until then it is refused because of the suspicion, and who
// tries is recorded.
func WhenClearing(fn func(tx *store.Tx, identity int64) error) { clearing = append(clearing, fn) }

// expireGrants ends the codes that are out, and what is verified in running calls, of all
// cases of the ID, which is locked: for good, the end of a suspicion gives none back. Right
// answers that gave no level yet go too.
func expireGrants(tx *store.Tx, identity int64) error {
	if _, err := store.Exec(tx, "update verification_codes set expires_at = $2 where identity_id = $1 and used_at is null and expires_at > $2", identity, tx.Now); err != nil {
		return err
	}
	_, err := store.Exec(tx, `update calls k set expires_at = $2 where ended_at is null and case_id in (select id from cases where identity_id = $1)
		and (expires_at > $2 or expires_at is null and exists (select from call_answers where call_id = coalesce(k.first_id, k.id) and matched))`, identity, tx.Now)
	return err
}

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
