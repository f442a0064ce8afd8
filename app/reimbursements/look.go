package reimbursements

import (
	"bytes"

	"gorm.io/gorm"

	"hoten/app/cases"
	"hoten/app/store"
	"hoten/app/vault"
)

// Looked is a proposal looked at again: its stored lines, who has a hand in it,
// and whether the plan is still the one that was proposed.
type Looked struct {
	IdentityID int64
	Login      []byte
	Lines      []Line
	Given      []int64
	Editors    []int64
	Now        Plan
	Changed    bool
}

// LookAgain looks at a page of proposals, in a handful of queries for any number.
func LookAgain(db *gorm.DB, rows []Row) (map[int64]*Looked, error) {
	var reads store.Reads
	found := AskLookAgain(&reads, rows)
	if err := reads.Run(db); err != nil {
		return nil, err
	}
	return found()
}

// AskLookAgain reads for LookAgain; what it returns gives it once the reads have run.
func AskLookAgain(reads *store.Reads, rows []Row) func() (map[int64]*Looked, error) {
	ids, caseIDs := make([]int64, len(rows)), make([]int64, len(rows))
	for i, r := range rows {
		ids[i], caseIDs[i] = r.Reimbursement.ID, r.CaseID
	}
	type whose struct {
		cases.Case
		Login []byte
	}
	of := store.Ask[whose](reads, "select "+caseColumns+", i.login from cases c join identities i on i.id = c.identity_id where c.id = any($1)", caseIDs)
	lines := askLines(reads, ids)
	given := store.Ask[Approval](reads, "select reimbursement_id, staff_id from approvals where reimbursement_id = any($1) and voided_at is null", ids)
	plans, undoes := askNow(reads, caseIDs), askUndone(reads, undoneBy, ids, false)
	return func() (map[int64]*Looked, error) {
		theirs, logins := make([]*cases.Case, len(*of)), make(map[int64][]byte, len(*of))
		for i, w := range *of {
			theirs[i], logins[w.Case.ID] = &(*of)[i].Case, w.Login
		}
		subjects, lines, undone := plans(theirs), byProposal(*lines), undoes()
		out := make(map[int64]*Looked, len(rows))
		for _, r := range rows {
			s := subjects[r.CaseID]
			plan, editors := s.plan, s.editors()
			if r.Undoes != nil {
				var err error
				if plan, err = undone[*r.Undoes].plan(s.facts); err != nil {
					return nil, err
				}
				editors = nil
			}
			out[r.Reimbursement.ID] = &Looked{IdentityID: s.IdentityID, Login: logins[r.CaseID], Lines: lines[r.Reimbursement.ID],
				Editors: editors, Now: plan, Changed: !bytes.Equal(plan.Hash(), r.PlanHash)}
		}
		for _, g := range *given {
			out[g.ReimbursementID].Given = append(out[g.ReimbursementID].Given, g.StaffID)
		}
		return out, nil
	}
}

var caseColumns = store.Columns[cases.Case]("c")

// NextWaiting is the next proposal of the list after the given one that the actor could
// decide about, and after the last the first; 0 when there is no other.
func NextWaiting(db *gorm.DB, staff, after int64) (id int64, err error) {
	const order = " order by (r.flags = ''), r.id limit 1)"
	next := "(select r.id from reimbursements r where r.state = 'submitted' and r.id <> $2 and " + openTo
	err = store.Scan(db, "select coalesce("+next+" and ((r.flags = ''), r.id) > (select a.flags = '', a.id from reimbursements a where a.id = $2)"+order+", "+next+order+", 0)",
		[]any{staff, after}, &id)
	return id, err
}

// Reasons opens the reasons of a case's adjustments.
func Reasons(db *gorm.DB, v *vault.Vault, caseID int64) (map[int64]string, error) {
	rows, err := store.Select[Adjustment](db, "select id, reason from adjustments where case_id = $1", caseID)
	if err != nil {
		return nil, err
	}
	out := make(map[int64]string, len(rows))
	for _, a := range rows {
		out[a.ID] = v.Read("adjustments", "reason", a.ID, a.Reason)
	}
	return out, nil
}
