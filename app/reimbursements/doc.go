// Package reimbursements makes members whole (docs/domain.md section 2): the plan,
// the proposal, its approvals under four eyes, and the posting, exactly once.
//
// The plan is computed from the movements as found today; nobody types an
// amount. A proposal keeps the plan that was looked at, and approving acts on
// that plan only: if findings or balances changed since, it is refused.
//
//	submitted ──last approval──▶ posted, or approved ──last leg done──▶ posted
//	    ├──return──▶ returned      (the proposer proposes anew)
//	    ├──reject──▶ rejected
//	    └──withdraw─▶ withdrawn    (by the proposer)
//
// The last approval posts the plan on hoten's ledger, whatever the programs. Where one of them
// lives in a point system outside (app/points), the proposal is approved until the last of its
// legs is done there: only then is the member made whole, and told.
package reimbursements
