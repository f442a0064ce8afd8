package reimbursements

import (
	"context"
	"slices"
	"strings"

	"hoten/app/access"
	"hoten/app/audit"
	"hoten/app/cases"
	"hoten/app/fault"
	"hoten/app/secrets"
	"hoten/app/store"
)

// Return sends a proposal back to its proposer, who proposes anew (差戻し).
func Return(ctx context.Context, s *store.Store, by access.Actor, id int64, reason string) (*Reimbursement, error) {
	return decision(ctx, s, by, id, Returned, "", reason, func(a *approval) error { return a.decide(by, a.editors) })
}

// Reject ends a proposal for good (却下). A reason that is one of Rejections is
// kept as such.
func Reject(ctx context.Context, s *store.Store, by access.Actor, id int64, reason string) (*Reimbursement, error) {
	ground := ""
	if slices.Contains(Rejections, reason) {
		ground = reason
	}
	return decision(ctx, s, by, id, Rejected, ground, reason, func(a *approval) error { return a.decide(by, a.editors) })
}

// RejectFor is Reject with the ground and the reason apart.
func RejectFor(ctx context.Context, s *store.Store, by access.Actor, id int64, ground, reason string) (*Reimbursement, error) {
	if !slices.Contains(Rejections, ground) {
		return nil, fault.Input("rejection", "rejection_unknown")
	}
	return decision(ctx, s, by, id, Rejected, ground, reason, func(a *approval) error { return a.decide(by, a.editors) })
}

// Withdraw takes back one's own proposal while it is pending (取下げ).
func Withdraw(ctx context.Context, s *store.Store, by access.Actor, id int64, reason string) (*Reimbursement, error) {
	return decision(ctx, s, by, id, Withdrawn, "", reason, func(a *approval) error {
		switch {
		case !by.May(access.Propose):
			return fault.New(fault.Forbidden, "forbidden")
		case a.ProposerID != by.ID:
			return fault.New(fault.Forbidden, "not_the_proposer")
		case !a.Pending():
			return fault.New(fault.Conflict, "already_decided", "state", a.State)
		}
		return nil
	})
}

var events = map[string]string{Returned: cases.Returned, Rejected: cases.Rejected, Withdrawn: cases.Withdrawn}

func decision(ctx context.Context, s *store.Store, by access.Actor, id int64, state, ground, reason string, rule func(*approval) error) (*Reimbursement, error) {
	action := "reimbursement." + state
	r, err := store.Write(ctx, s, by, func(tx *store.Tx) (*Reimbursement, error) {
		found, err := lockForDecision(tx, []int64{id})
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
		if strings.TrimSpace(reason) == "" {
			return nil, fault.Input("reason", "required")
		}
		if err := secrets.Refuse("reason", reason); err != nil {
			return nil, err
		}
		r := a.Reimbursement
		before := r.State
		decidedNow(r, state, by, tx.Now)
		r.Reason = tx.Vault().Seal("reimbursements", "reason", id, reason)
		if ground != "" {
			r.Rejection = &ground
		}
		if err := tx.Model(r).Select("state", "decided_at", "decided_by", "rejection", "reason").Updates(r).Error; err != nil {
			return nil, err
		}
		markCases(tx, []int64{r.CaseID}, state)
		if err := cases.Tell(tx, cases.Happened{CaseID: r.CaseID, Kind: events[state], Data: map[string]any{"reimbursement": id}, Text: reason}); err != nil {
			return nil, err
		}
		return r, audit.Record(tx, audit.Change{Action: action, Subject: r.Subject(), Before: map[string]any{"state": before},
			After: map[string]any{"state": state}, Reason: reason})
	})
	return r, audit.Refused(ctx, s, by, action, Subject(id), err)
}
