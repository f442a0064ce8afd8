package cases

import "hoten/app/store"

var suspected []func(tx *store.Tx, identity int64) error

// WhenSuspected has fn take back what was given to whoever passes for the member, when a
// suspicion of the ID is raised. It is void for good: the end of the suspicion does not
// give it back.
func WhenSuspected(fn func(tx *store.Tx, identity int64) error) { suspected = append(suspected, fn) }

func init() { WhenSuspected(expireGrants) }

// expireGrants ends the codes that are out, and what is verified in running calls, of all
// cases of the ID, which is locked.
func expireGrants(tx *store.Tx, identity int64) error {
	if _, err := store.Exec(tx, "update verification_codes set expires_at = $2 where identity_id = $1 and used_at is null and expires_at > $2", identity, tx.Now); err != nil {
		return err
	}
	_, err := store.Exec(tx, `update calls set expires_at = $2 where ended_at is null and expires_at > $2
		and case_id in (select id from cases where identity_id = $1)`, identity, tx.Now)
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
