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
	ids, caseIDs := make([]int64, len(rows)), make([]int64, len(rows))
	for i, r := range rows {
		ids[i], caseIDs[i] = r.Reimbursement.ID, r.CaseID
	}
	lines, err := Lines(db, ids)
	if err != nil {
		return nil, err
	}
	type whose struct {
		cases.Case
		Login []byte
	}
	of, err := store.Select[whose](db, "select c.*, i.login from cases c join identities i on i.id = c.identity_id where c.id = any($1)", caseIDs)
	if err != nil {
		return nil, err
	}
	given, err := store.Select[Approval](db, "select reimbursement_id, staff_id from approvals where reimbursement_id = any($1) and voided_at is null", ids)
	if err != nil {
		return nil, err
	}
	theirs := make([]*cases.Case, len(of))
	for i := range of {
		theirs[i] = &of[i].Case
	}
	subjects, err := loadNow(db, theirs)
	if err != nil {
		return nil, err
	}
	logins := make(map[int64]whose, len(of))
	for _, w := range of {
		logins[w.Case.ID] = w
	}
	out := make(map[int64]*Looked, len(rows))
	for _, r := range rows {
		s, w := subjects[r.CaseID], logins[r.CaseID]
		out[r.Reimbursement.ID] = &Looked{IdentityID: w.IdentityID, Login: w.Login, Lines: lines[r.Reimbursement.ID],
			Editors: s.editors(), Now: s.plan, Changed: !bytes.Equal(s.plan.Hash(), r.PlanHash)}
	}
	for _, g := range given {
		out[g.ReimbursementID].Given = append(out[g.ReimbursementID].Given, g.StaffID)
	}
	return out, nil
}

// NextWaiting is the first other proposal of the list that the actor could decide
// about, 0 when there is none.
func NextWaiting(db *gorm.DB, staff, besides int64) (id int64, err error) {
	err = store.Scan(db, `select coalesce((select r.id from reimbursements r where r.state = 'submitted' and r.id <> $2 and `+openTo+`
		order by (r.flags = ''), r.id limit 1), 0)`, []any{staff, besides}, &id)
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
