package reimbursements

import (
	"fmt"
	"time"

	"hoten/app/access"
	"hoten/app/audit"
	"hoten/app/cases"
	"hoten/app/store"
)

// write writes approvals, and posts where they were the last ones needed.
func (p *preparation) write(tx *store.Tx, approved []*approval) error {
	giveApprovals(tx, approved)
	if err := p.post(tx, approved); err != nil {
		return err
	}
	return tellApproved(tx, approved)
}

// happened is what the case tells of a posting; by is who decided it.
func (t *telling) happened(reimbursement int64, by *access.Actor) cases.Happened {
	data := map[string]any{"reimbursement": reimbursement}
	if t.voids {
		data["point_password"] = "voided"
	}
	return cases.Happened{CaseID: t.Case.ID, Kind: cases.Posted, Data: data, By: by}
}

func giveApprovals(tx *store.Tx, approved []*approval) {
	ids, proposers, staff := make([]int64, len(approved)), make([]int64, len(approved)), make([]int64, len(approved))
	for i, a := range approved {
		ids[i], proposers[i], staff[i] = a.Reimbursement.ID, a.ProposerID, a.by.ID
	}
	tx.Queue(`insert into approvals (reimbursement_id, proposer_id, staff_id, at)
		select r, p, s, $4 from unnest($1::bigint[], $2::bigint[], $3::bigint[]) as a(r, p, s)`, ids, proposers, staff, tx.Now)
}

func tellApproved(tx *store.Tx, approved []*approval) error {
	var told []cases.Happened
	var recorded []audit.Change
	for _, a := range approved {
		data := a.Reimbursement.told()
		data["approvals"], data["needed"] = len(a.given)+1, a.ApprovalsNeeded
		told = append(told, cases.Happened{CaseID: a.CaseID, Kind: cases.Approved, Data: data, By: &a.by})
		after := map[string]any{"state": Submitted, "case": a.Number(), "approvals": len(a.given) + 1, "needed": a.ApprovalsNeeded}
		if a.last {
			after["state"], after["transfer"], after["balances"] = a.State, a.TransferID, a.plan.Balances
		}
		if a.telling != nil {
			told = append(told, a.telling.happened(a.Reimbursement.ID, &a.by))
			if a.telling.voids {
				after["point_password"] = "voided"
			}
		}
		recorded = append(recorded, audit.Change{Subject: a.Reimbursement.Subject(),
			Before: map[string]any{"state": Submitted}, After: after, By: &a.by})
	}
	if err := cases.Tell(tx, told...); err != nil {
		return err
	}
	return audit.Record(tx, recorded...)
}

// TransferKey is what the transfer of the proposal is called in the ledger, unique for ever: a plan
// is posted at most once.
func (r Reimbursement) TransferKey() string { return fmt.Sprintf("reimbursement:%d", r.ID) }

func decidedNow(r *Reimbursement, state string, by access.Actor, now time.Time) {
	r.State, r.DecidedAt, r.DecidedBy = state, &now, &by.ID
}
