package reimbursements

import (
	"context"
	"slices"

	"hoten/app/access"
	"hoten/app/audit"
	"hoten/app/cases"
	"hoten/app/fault"
	"hoten/app/store"
	"hoten/app/verbs"
)

// Return sends a proposal back to its proposer, who proposes anew (差戻し).
func Return(ctx context.Context, s *store.Store, by access.Actor, id int64, reason string) (*Reimbursement, error) {
	return decide(ctx, s, by, id, ToReturn, Returned, "", reason, func(a *approval) error { return a.decide(by, a.editors) })
}

// Reject ends a proposal for good (却下). A reason that is one of Rejections is
// kept as such.
func Reject(ctx context.Context, s *store.Store, by access.Actor, id int64, reason string) (*Reimbursement, error) {
	ground := ""
	if slices.Contains(Rejections, reason) {
		ground = reason
	}
	return decide(ctx, s, by, id, ToReject, Rejected, ground, reason, func(a *approval) error { return a.reject(by) })
}

// RejectFor is Reject with the ground and the reason apart.
func RejectFor(ctx context.Context, s *store.Store, by access.Actor, id int64, ground, reason string) (*Reimbursement, error) {
	if !slices.Contains(Rejections, ground) {
		return nil, fault.Input("rejection", "rejection_unknown")
	}
	return decide(ctx, s, by, id, ToReject, Rejected, ground, reason, func(a *approval) error { return a.reject(by) })
}

// reject refuses also what undoes another proposal: a ground of a rejection says that a loss is
// not owed, and of an undo there is nothing to say but no, which Return says.
func (a *approval) reject(by access.Actor) error {
	if a.Undoes != nil {
		return fault.New(fault.Conflict, "undo_not_rejected")
	}
	return a.decide(by, a.editors)
}

// Withdraw takes back one's own proposal while it is pending (取下げ).
func Withdraw(ctx context.Context, s *store.Store, by access.Actor, id int64, reason string) (*Reimbursement, error) {
	return decide(ctx, s, by, id, ToWithdraw, Withdrawn, "", reason, func(a *approval) error {
		switch {
		case a.ProposerID != by.ID:
			return fault.New(fault.Forbidden, "not_the_proposer")
		case !a.Pending():
			return fault.New(fault.Conflict, "already_decided", "state", a.State)
		}
		return nil
	})
}

var events = map[string]string{Returned: cases.Returned, Rejected: cases.Rejected, Withdrawn: cases.Withdrawn}

// decide ends a pending proposal in the state; rule says whether this actor may.
func decide(ctx context.Context, s *store.Store, by access.Actor, id int64, v *verbs.Verb, state, ground, reason string, rule func(*approval) error) (*Reimbursement, error) {
	return verbs.Do(ctx, s, by, v, Subject(id), reason, func(tx *store.Tx) (*Reimbursement, error) {
		found, siblings, err := lockForDecision(tx, []int64{id})
		if err != nil {
			return nil, err
		}
		a := found[id]
		if a == nil {
			return nil, fault.Missing()
		}
		if err := rule(a); err != nil {
			return nil, err
		}
		r := a.Reimbursement
		before := r.State
		decidedNow(r, state, by, tx.Now)
		r.Reason = tx.Vault().Seal("reimbursements", "reason", id, tx.Reason)
		if ground != "" {
			r.Rejection = &ground
		}
		if err := store.Save(tx, r, "state", "decided_at", "decided_by", "rejection", "reason"); err != nil {
			return nil, err
		}
		if r.Undoes == nil {
			markEnded(tx, r)
		} else {
			cases.MarkUndo(tx, r.CaseID, false)
		}
		if err := cases.Tell(tx, cases.Happened{CaseID: r.CaseID, Kind: events[state], Data: r.told(), Text: tx.Reason}); err != nil {
			return nil, err
		}
		if slices.Contains(nothingDue, ground) {
			if err := reviewSiblings(tx, siblings, []*approval{a}); err != nil {
				return nil, err
			}
		}
		return r, audit.Record(tx, audit.Change{Before: map[string]any{"state": before}, After: map[string]any{"state": state}})
	})
}

// told is what an event of the case tells of the proposal.
func (r Reimbursement) told() map[string]any {
	data := map[string]any{"reimbursement": r.ID}
	if r.Undoes != nil {
		data["undoes"] = *r.Undoes
	}
	return data
}

// markEnded notes on the case that its proposal ended.
func markEnded(tx *store.Tx, r *Reimbursement) {
	cases.MarkProposal(tx, []int64{r.CaseID}, r.State)
	if r.State == Returned {
		cases.MarkReturned(tx, []int64{r.CaseID}, []int64{r.ProposerID})
	}
}
