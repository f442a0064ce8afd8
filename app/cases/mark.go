package cases

import (
	"fmt"
	"time"

	"hoten/app/store"
)

// promised is, in SQL, the cases whose member is still to be called back.
var promised = "select null::bigint where false"

// WherePromised sets what yields, in SQL, the cases whose member is still to be called back.
func WherePromised(query string) { promised = query }

// MarkProposal moves cases with their proposals, whose new state this is: awaiting
// approval while one is submitted. Once it is decided a case waits for what it waited for
// before, or for the call back that was promised, or is in progress again, and stays where it
// is when the point systems outside have done what was approved. What is approved or posted
// leaves nothing open about the points; posted is made whole. The caller has locked the cases.
func MarkProposal(tx *store.Tx, ids []int64, state string) {
	status, interrupted := "case when c.reimbursement_state = 'approved' and status <> 'awaiting_approval' then status else "+waitsAgain()+" end", "null"
	if state == "submitted" {
		status, interrupted = "'awaiting_approval'", waitedFor()
	}
	tx.Queue(`update cases c set reimbursement_state = $2, returned_to = null, status = `+status+`, interrupted = `+interrupted+`,
		version = version + 1, changed_at = $3, completed_at = null, made_whole_at = case when $4 then $3 else made_whole_at end,
		points_open = case when $5 then 0 else points_open end where id = any($1)`, ids, state, tx.Now, state == "posted", state == "posted" || state == "approved")
}

// waitedFor is, in SQL, what a case waits for again once a proposal is decided.
func waitedFor() string {
	return "case when status in ('on_hold', 'awaiting_customer') or status = 'callback_due' and c.id not in (" + promised + ") then status end"
}

// waitsAgain is, in SQL, the status of a case that waits for approval once that is decided.
func waitsAgain() string {
	return "case when c.id in (" + promised + ") then 'callback_due' else coalesce(interrupted, 'in_progress') end"
}

// MarkUndo has a case wait for approval while the undo of its approved proposal is submitted;
// once that is decided it waits for what it waited for before. The points stay approved. The
// caller has locked the case.
func MarkUndo(tx *store.Tx, id int64, submitted bool) {
	status, interrupted, from := waitsAgain(), "null", "status = 'awaiting_approval'"
	if submitted {
		status, interrupted, from = "'awaiting_approval'", waitedFor(), "status <> 'awaiting_approval'"
	}
	tx.Queue("update cases c set status = "+status+", interrupted = "+interrupted+", version = version + 1, changed_at = $2 where id = $1 and "+from, id, tx.Now)
}

// MarkReturned notes to whom the proposals of cases went back (after MarkProposal), 0: that
// there is nothing to propose anew.
func MarkReturned(tx *store.Tx, ids, proposers []int64) {
	tx.Queue("update cases c set returned_to = nullif(r.proposer, 0) from unnest($1::bigint[], $2::bigint[]) as r(id, proposer) where c.id = r.id", ids, proposers)
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

// MarkVerified notes that the member was verified in the actor's running call: whoever gets
// a reset link was.
func (c *Case) MarkVerified(tx *store.Tx) error {
	call, err := CurrentCall(tx.DB, c.ID, tx.By.ID)
	if err != nil || call == nil {
		return err
	}
	c.verifiedIn(call, tx.Now)
	return store.Save(tx, c, "verified_at", "verified_call")
}

// verifiedIn notes that the member, or who may act for them, was verified in a call.
func (c *Case) verifiedIn(call *Call, now time.Time) {
	if c.VerifiedAt == nil {
		first := call.Conversation()
		c.VerifiedAt, c.VerifiedCall = &now, &first
	}
}

// reopening sets, in SQL, what opens the cases (c) again that meet the condition.
func reopening(condition string) string {
	return fmt.Sprintf(`status = case when %[1]s then 'reopened' else c.status end, completed_at = case when %[1]s then null else c.completed_at end,
		version = c.version + case when %[1]s then 1 else 0 end`, condition)
}
