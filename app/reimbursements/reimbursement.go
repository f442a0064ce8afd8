package reimbursements

import (
	"bytes"
	"encoding/json"
	"slices"
	"strconv"
	"time"

	"hoten/app/access"
	"hoten/app/fault"
	"hoten/app/points"
	"hoten/app/staff"
	"hoten/app/vault"
)

// States of a proposal.
const (
	Submitted = "submitted"
	Approved  = "approved"
	Returned  = "returned"
	Rejected  = "rejected"
	Withdrawn = "withdrawn"
	Posted    = "posted"
)

// States lists them.
var States = []string{Submitted, Approved, Returned, Rejected, Withdrawn, Posted}

// Reasons for rejecting (docs/domain.md section 2): 本人利用, 二重, 金額相違,
// 期間外/別事案, 取消返還済.
var Rejections = []string{"own_use", "duplicate", "amount_differs", "out_of_period", "cancelled"}

// nothingDue are those of them that say that there is nothing to put back.
var nothingDue = []string{"own_use", "duplicate", "out_of_period", "cancelled"}

// Reimbursement is one 補填申請: the plan of one case as it was proposed, and
// what was decided.
type Reimbursement struct {
	ID              int64
	IncidentID      int64
	CaseID          int64
	ProposerID      int64
	State           string
	Note            []byte
	ApprovalsNeeded int16
	PlanHash        []byte
	Balances        string
	SubmittedAt     time.Time
	RemindedAt      *time.Time
	EscalatedAt     *time.Time
	SubstituteID    *int64
	DecidedAt       *time.Time
	DecidedBy       *int64
	Rejection       *string
	Reason          []byte
	TransferID      *int64
	Told            *string    // JSON of result, while legs are not done
	PostedAt        *time.Time // when the last leg was done; nil without legs: the decision
	Flags           string     // some of Flags, a space between; empty: stands out in nothing
	Measures        string     // JSON of the Measures that Flags go by; none in those proposed before they were kept
	Cost            int64      // the company cost in the program where it is largest, in its points
	CostProgramID   *int16
	Undoes          *int64 // the proposal whose plan this one reverses, see ProposeUndo
	UndoneBy        *int64 // the one that reversed this, which is Returned then
}

// Approval is one supervisor's word; a change after submission voids it.
type Approval struct {
	ID              int64
	ReimbursementID int64
	ProposerID      int64
	StaffID         int64
	StaffName       staff.Name `gorm:"->;-:migration"`
	At              time.Time
	VoidedAt        *time.Time
}

// Subject names the proposal in the audit trail.
func (r Reimbursement) Subject() string { return Subject(r.ID) }

// Subject names a proposal in the audit trail.
func Subject(id int64) string { return "reimbursement:" + strconv.FormatInt(id, 10) }

// Pending reports whether the proposal still waits for a decision.
func (r Reimbursement) Pending() bool { return r.State == Submitted }

// Plan is what was proposed, from its stored lines.
func (r Reimbursement) Plan(lines []Line) (Plan, error) {
	p := Plan{Lines: lines}
	return p, json.Unmarshal([]byte(r.Balances), &p.Balances)
}

// Measured reads Measures.
func (r Reimbursement) Measured() (out []Measure, err error) {
	return out, json.Unmarshal([]byte(r.Measures), &out)
}

// decide refuses whoever may not decide about the proposal: its proposer, anybody
// who wrote part of it, and everybody once it is decided.
func (r Reimbursement) decide(by access.Actor, editors []int64) error {
	if !by.May(access.Decide) {
		return fault.New(fault.Forbidden, "forbidden")
	}
	if !r.Pending() {
		return fault.New(fault.Conflict, "already_decided", "state", r.State)
	}
	if r.ProposerID == by.ID || slices.Contains(editors, by.ID) {
		return fault.New(fault.Forbidden, "self_approval")
	}
	return nil
}

// approve is the rule of one approval: besides decide, nobody approves twice, and
// the plan is still the one that was proposed. It reports whether this approval
// is the last one needed.
func (r Reimbursement) approve(by access.Actor, given []int64, editors []int64, now Plan) (last bool, err error) {
	if err := r.decide(by, editors); err != nil {
		return false, err
	}
	if slices.Contains(given, by.ID) {
		return false, fault.New(fault.Conflict, "already_approved")
	}
	if !bytes.Equal(r.PlanHash, now.Hash()) {
		return false, fault.New(fault.Conflict, "plan_changed")
	}
	if len(now.Disputed) > 0 {
		return false, points.DisputedFault(now.Disputed[0])
	}
	if len(now.Doubles) > 0 {
		return false, fault.New(fault.Conflict, "double_undecided")
	}
	if len(now.Exceeded) > 0 {
		return false, fault.New(fault.Conflict, "undo_exceeds")
	}
	return len(given)+1 >= int(r.ApprovalsNeeded), nil
}

// PlainReason opens the reason of the decision.
func (r Reimbursement) PlainReason(v *vault.Vault) (string, error) {
	return v.Read("reimbursements", "reason", r.ID, r.Reason), nil
}

// PlainNote opens the proposer's note.
func (r Reimbursement) PlainNote(v *vault.Vault) (string, error) {
	return v.Read("reimbursements", "note", r.ID, r.Note), nil
}
