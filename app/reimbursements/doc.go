// Package reimbursements makes members whole (docs/domain.md section 2): the plan,
// the proposal, its approvals under four eyes, and the posting, exactly once.
//
// The plan is computed from the movements as found today; nobody types an
// amount. A proposal keeps the plan that was looked at, and approving acts on
// that plan only: if findings or balances changed since, it is refused.
//
//	submitted ──last approval──▶ posted
//	    ├──return──▶ returned      (the proposer proposes anew)
//	    ├──reject──▶ rejected
//	    └──withdraw─▶ withdrawn    (by the proposer)
//
// The state approved stands for a posting that waits for a point system outside
// (two legs); on the built-in ledger approving and posting are one transaction.
package reimbursements
