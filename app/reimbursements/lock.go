package reimbursements

import (
	"hoten/app/cases"
	"hoten/app/incidents"
	"hoten/app/ledger"
	"hoten/app/members"
	"hoten/app/notices"
	"hoten/app/points"
	"hoten/app/staff"
	"hoten/app/store"
)

// ofProposals is the condition on a case's id: it is the case of one of the proposals $1.
const ofProposals = "in (select case_id from reimbursements where id = any($1))"

// locked are the reads of proposals that are decided about.
type locked struct {
	cases     *[]cases.Case
	proposals *[]Reimbursement
	approvals *[]Approval
	accounts  *[]ledger.Account
	facts     facts
	undone    func() map[int64]*undone
}

// askLocked locks cases, proposals and accounts, always in this order and sorted, and
// reads what the plans are computed from as it stands then.
func askLocked(reads *store.Reads, ids []int64) locked {
	// Sorting happens before locking, so rows are locked in the order of cases.
	return locked{
		store.Ask[cases.Case](reads, "select * from cases where id "+ofProposals+" order by id for no key update", ids),
		store.Ask[Reimbursement](reads, "select * from reimbursements where id = any($1) order by id for no key update", ids),
		store.Ask[Approval](reads, `select a.*, `+staff.NameOf("s")+` as staff_name from approvals a join staff s on s.id = a.staff_id
			where a.reimbursement_id = any($1) order by a.id`, ids),
		ledger.AskLock(reads, "select identity_id from cases where id "+ofProposals, ids),
		askFacts(reads, ofProposals, ids),
		askUndone(reads, undoneBy, ids, true),
	}
}

// found gives the proposals with their plans as they stand now, by id.
func (l locked) found() (map[int64]*approval, error) {
	of := make([]*cases.Case, len(*l.cases))
	for i := range of {
		of[i] = &(*l.cases)[i]
	}
	subjects, undone := l.facts.subjects(of, *l.accounts), l.undone()
	out := make(map[int64]*approval, len(*l.proposals))
	for i := range *l.proposals {
		r := &(*l.proposals)[i]
		s := subjects[r.CaseID]
		a := &approval{Reimbursement: r, subject: s, editors: s.editors()}
		if r.Undoes != nil {
			own, err := *s, error(nil)
			a.undoes, a.subject, a.editors = undone[*r.Undoes], &own, nil
			if own.plan, err = a.undoes.plan(s.facts); err != nil {
				return nil, err
			}
		}
		out[r.ID] = a
	}
	for _, g := range *l.approvals {
		a := out[g.ReimbursementID]
		if a.all = append(a.all, g); g.VoidedAt == nil {
			a.given = append(a.given, g.StaffID)
		}
	}
	return out, nil
}

// lockForDecision locks proposals with their plans, and the cases beside theirs, in one round trip.
func lockForDecision(tx *store.Tx, ids []int64) (map[int64]*approval, []sibling, error) {
	var reads store.Reads
	siblings := askSiblings(&reads, ids)
	asked := askLocked(&reads, ids)
	if err := reads.Run(tx.DB); err != nil {
		return nil, nil, err
	}
	found, err := asked.found()
	return found, *siblings, err
}

// preparation is what posting needs beside the proposals. The numbers are as many as
// the proposals that may be posted.
type preparation struct {
	companies        map[string]map[int16]int64
	programs         []incidents.Program
	addressees       map[int64]cases.Addressee
	transfers, mails []int64
	siblings         []sibling
	homes            []points.Home
}

// sibling is a case that looks at the balances of an ID as well, and may owe something other
// than before once they move.
type sibling struct{ ID, IdentityID int64 }

// askSiblings locks the cases of the IDs of proposals that have something open, or were made
// whole, theirs among them.
func askSiblings(reads *store.Reads, ids []int64) *[]sibling {
	return store.Ask[sibling](reads, `select id, identity_id from cases where identity_id in (select identity_id from cases where id `+ofProposals+`)
		and origin <> 'inquiry' and (points_open <> 0 or made_whole_at is not null) order by id for no key update`, ids)
}

// haste is how long a hasty transaction waits for one lock.
const haste = "250ms"

// lockForApproval is lockForDecision with all that approving reads, in one round trip.
func lockForApproval(tx *store.Tx, ids []int64, hasty bool) (map[int64]*approval, *preparation, error) {
	if hasty {
		tx.Set("lock_timeout = '" + haste + "'")
	}
	var reads store.Reads
	// Posting voids passwords of IDs, which are locked before cases.
	members.AskLock(&reads, "select identity_id from cases where id "+ofProposals, ids)
	siblings := askSiblings(&reads, ids)
	asked, companies, programs := askLocked(&reads, ids), ledger.AskCompanies(&reads), incidents.AskPrograms(&reads)
	addressees := cases.AskAddressees(&reads, ofProposals, ids)
	homes := points.AskHomes(&reads)
	transfers, mails := store.AskIDs(&reads, "transfers", len(ids)), store.AskIDs(&reads, "mails", len(ids))
	if err := reads.Run(tx.DB); err != nil {
		return nil, nil, err
	}
	to, err := addressees(tx.Vault(), notices.ReimbursementCompleted)
	if err != nil {
		return nil, nil, err
	}
	found, err := asked.found()
	return found, &preparation{companies(), *programs, to, *transfers, *mails, *siblings, *homes}, err
}
