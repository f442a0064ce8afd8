package cases

import "hoten/app/store"

// MarkProposal moves cases with their proposals, whose new state this is: awaiting
// approval while one is submitted, in progress again once it is decided; posted is
// made whole, with nothing open about the points. The caller has locked the cases.
func MarkProposal(tx *store.Tx, ids []int64, state string) {
	status, whole := InProgress, state == "posted"
	if state == "submitted" {
		status = AwaitingApproval
	}
	tx.Queue(`update cases set reimbursement_state = $2, status = $3, version = version + 1, changed_at = $4,
		completed_at = null, made_whole_at = case when $5 then $4 else made_whole_at end,
		points_open = case when $5 then 0 else points_open end where id = any($1)`, ids, state, string(status), tx.Now, whole)
}

// MarkUnreachable notes that no mail reaches the members of cases.
func MarkUnreachable(tx *store.Tx, missed []int64) {
	tx.Queue("update cases set unreachable_at = $2, changed_at = $2 where id = any($1)", missed, tx.Now)
}

// Touch notes that something happened to the case.
func (c *Case) Touch(tx *store.Tx) error {
	c.ChangedAt = tx.Now
	return store.Save(tx, c, "changed_at")
}

// MarkClass notes the class of an affected case that follows from its movements.
func (c *Case) MarkClass(tx *store.Tx, class string) error {
	c.Class = &class
	return store.Save(tx, c, "class")
}

// MarkVerified notes that the member was verified on the phone: whoever gets a reset link was.
func (c *Case) MarkVerified(tx *store.Tx) error {
	if c.VerifiedAt != nil {
		return nil
	}
	c.VerifiedAt = &tx.Now
	return store.Save(tx, c, "verified_at")
}
