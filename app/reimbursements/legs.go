package reimbursements

import (
	"encoding/json"
	"slices"

	"hoten/app/audit"
	"hoten/app/cases"
	"hoten/app/ledger"
	"hoten/app/members"
	"hoten/app/notices"
	"hoten/app/points"
	"hoten/app/store"
)

func init() { points.Follow(lockForLeg, legSettled) }

// lockForLeg locks what is changed when the last leg of a proposal is done.
func lockForLeg(tx *store.Tx, l points.Leg) error {
	var reads store.Reads
	of := []int64{l.ReimbursementID}
	members.AskLock(&reads, "$1", l.IdentityID)
	store.Ask[cases.Case](&reads, "select * from cases where id "+ofProposals+" for no key update", of)
	store.Ask[Reimbursement](&reads, "select * from reimbursements where id = any($1) for no key update", of)
	return reads.Run(tx.DB)
}

// legSettled posts a proposal once the last of its legs is done, which its reimbursement's lock
// makes one of them: the case is made whole, the member told, and what was learned since is
// looked at.
func legSettled(tx *store.Tx, l points.Leg) error {
	var reads store.Reads
	legs := points.AskLegs(&reads, []int64{l.ReimbursementID})
	found := store.Ask[Reimbursement](&reads, "select * from reimbursements where id = $1", l.ReimbursementID)
	of := store.Ask[cases.Case](&reads, "select c.* from cases c join reimbursements r on r.case_id = c.id where r.id = $1", l.ReimbursementID)
	addressees := cases.AskAddressees(&reads, ofProposals, []int64{l.ReimbursementID})
	mails := store.AskIDs(&reads, "mails", 1)
	accounts, open := ledger.AskAccounts(&reads, []int64{l.IdentityID}), points.AskOpen(&reads, l.IdentityID)
	if err := reads.Run(tx.DB); err != nil {
		return err
	}
	r, c := &(*found)[0], &(*of)[0]
	undone := func(l points.Leg) bool { return !l.Done() }
	if r.UndoneBy != nil && l.Done() {
		return backLate(tx, *r.UndoneBy, l)
	}
	if r.State != Approved || slices.ContainsFunc(*legs, undone) {
		return nil
	}
	if r.Undoes != nil {
		return undoSettled(tx, r, c)
	}
	who, err := addressees(tx.Vault(), notices.ReimbursementCompleted)
	if err != nil {
		return err
	}
	t := &telling{Case: c, who: who[c.ID], mail: (*mails)[0]}
	if err := json.Unmarshal([]byte(*r.Told), &t.result); err != nil {
		return err
	}
	t.settled(*accounts, open())
	tx.Queue("update reimbursements set state = 'posted', posted_at = $2, told = null where id = $1", r.ID, tx.Now)
	if err := endUndo(tx, r); err != nil {
		return err
	}
	cases.MarkProposal(tx, []int64{c.ID}, Posted)
	if err := tell(tx, []*telling{t}); err != nil {
		return err
	}
	after := map[string]any{"state": Posted, "case": c.Number()}
	if t.voids {
		after["point_password"] = "voided"
	}
	if err := audit.Record(tx, audit.Change{Subject: r.Subject(), Before: map[string]any{"state": Approved}, After: after}); err != nil {
		return err
	}
	if err := cases.Tell(tx, t.happened(r.ID, nil)); err != nil {
		return err
	}
	if err := tx.Flush(); err != nil {
		return err
	}
	return Review(tx, nil, "select $1::bigint", c.ID)
}

// AskLegsOfCase reads the legs of a case's proposals.
func AskLegsOfCase(reads *store.Reads, caseID int64) *[]points.Leg {
	return store.Ask[points.Leg](reads, "select l.* from reimbursements r join point_legs l on l.reimbursement_id = r.id where r.case_id = $1 order by l.id", caseID)
}
