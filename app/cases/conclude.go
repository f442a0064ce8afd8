package cases

import (
	"context"
	"slices"
	"time"

	"hoten/app/access"
	"hoten/app/audit"
	"hoten/app/fault"
	"hoten/app/members"
	"hoten/app/policies"
	"hoten/app/store"
)

// Conclude says how a verification ended. Verified needs level 1; a mismatch
// counts as a failed attempt; a suspected impostor blocks reset and reveal on
// the case at once and goes to a supervisor (docs/domain.md section 4). Whoever supervises
// may suspect one in any call, also in one that has ended.
func Conclude(ctx context.Context, s *store.Store, by access.Actor, callID int64, outcome string) (*Call, error) {
	return inCallOf(ctx, s, by, ToConclude, callID, outcome == ImpostorSuspected && by.May(access.Supervise), func(tx *store.Tx, in *talk) error {
		c, call := in.Case, in.Call
		if !slices.Contains(Outcomes, outcome) {
			return fault.Input("outcome", "outcome_unknown")
		}
		if call.saidAlready(outcome, in.of.Standing, tx.Now) {
			return nil
		}
		if err := call.mayConclude(outcome, tx.Now, in.closed(tx.Now)); err != nil {
			return err
		}
		// Over a suspicion nobody is told anything, and so nobody counts as told.
		if outcome == Verified {
			if err := Unsuspected(in.of.Standing); err != nil {
				return err
			}
		}
		in.conclude(tx, outcome)
		switch outcome {
		case Verified:
			// Who may not act for the member was told for nobody.
			if may, err := in.entitled(tx); err != nil {
				return err
			} else if may {
				c.verifiedIn(call, tx.Now)
			}
		case ImpostorSuspected:
			if err := in.suspect(tx); err != nil {
				return err
			}
		}
		if err := Tell(tx, Happened{CaseID: c.ID, Kind: CallConcluded, Data: map[string]any{"call": call.ID, "outcome": outcome, "level": call.Level}}); err != nil {
			return err
		}
		return audit.Record(tx, audit.Change{
			After: map[string]any{"call": call.ID, "outcome": outcome, "level": call.Level}})
	})
}

// suspect marks the ID, and voids what was given to whoever calls about it.
func (in *talk) suspect(tx *store.Tx) (err error) {
	if in.of.ImpostorAt == nil {
		in.of.ImpostorAt = &tx.Now
	}
	if in.of.State == members.LinkSent {
		in.of.State = members.Restricted // whoever got the link, the member was not told
	}
	if err := in.of.SaveStanding(tx); err != nil {
		return err
	}
	if err := expireGrants(tx, in.of.ID, in.Conversation()); err != nil {
		return err
	}
	in.Case, err = store.Lock[Case](tx, in.CaseID) // as what was taken back left it
	return err
}

// saidAlready reports whether the outcome is the call's and still holds. A suspicion that
// was ended since is a new one, and a verification that is over is none.
func (c Call) saidAlready(outcome string, of members.Standing, now time.Time) bool {
	if c.Outcome == nil || *c.Outcome != outcome {
		return false
	}
	switch outcome {
	case ImpostorSuspected:
		return of.ImpostorAt != nil
	case Verified:
		return !c.Over(now)
	}
	return true
}

// MayConclude lists the outcomes that the call can be concluded with now.
func (c Call) MayConclude(now time.Time) (out []string) {
	for _, o := range Outcomes {
		if c.mayConclude(o, now, false) == nil {
			out = append(out, o)
		}
	}
	return out
}

// mayConclude: a suspicion may come at any time, also after a verification; any other
// outcome stands. A verification that is over has none: nothing was asked in it that could
// have failed since, and a failed attempt counts against the member.
func (c Call) mayConclude(outcome string, now time.Time, closed bool) error {
	if outcome == ImpostorSuspected {
		return nil
	}
	if err := c.goingOn(); err != nil {
		return err
	}
	if c.Outcome != nil && outcome != Verified {
		return already("already_decided")
	}
	if err := c.notOver(now, closed); err != nil {
		return err
	}
	if outcome == Verified && c.Valid(now) < 1 {
		return fault.New(fault.Forbidden, "verification_required", "level", 1)
	}
	return nil
}

// ReopenVerification opens level 2 again after failed attempts.
func ReopenVerification(ctx context.Context, s *store.Store, by access.Actor, id int64, reason string) (*Case, error) {
	return decide(ctx, s, by, ToReopenVerification, id, reason, func(tx *store.Tx, c *Case, of *members.Identity) (Happened, error) {
		if attempts, wrong := of.Tried(tx.Now); attempts+wrong == 0 {
			return Happened{}, already("verification_not_closed")
		}
		of.Forgive()
		return Happened{Kind: VerificationOpened, Text: reason}, nil
	})
}

// ClearImpostor ends a suspicion that a supervisor found unfounded or dealt with. seen is
// whether it was upheld when they looked, nil where they did not: where somebody has upheld it
// since, that is a Conflict.
func ClearImpostor(ctx context.Context, s *store.Store, by access.Actor, id int64, reason string, seen *bool) (*Case, error) {
	return decide(ctx, s, by, ToClearImpostor, id, reason, func(tx *store.Tx, _ *Case, of *members.Identity) (Happened, error) {
		if of.ImpostorAt == nil {
			return Happened{}, already("no_suspicion")
		}
		if seen != nil && *seen != (of.ImpostorUpheldAt != nil) {
			return Happened{}, already("suspicion_upheld")
		}
		for _, void := range clearing {
			if err := void(tx, of.ID); err != nil {
				return Happened{}, err
			}
		}
		of.ImpostorAt, of.ImpostorUpheldAt = nil, nil
		return Happened{Kind: ImpostorCleared, Text: reason}, nil
	})
}

// UpholdImpostor holds that somebody passed for the member: nothing more is to be decided, and
// the ID stays closed until the suspicion is cleared. Conflict: there is none, or it is upheld.
func UpholdImpostor(ctx context.Context, s *store.Store, by access.Actor, id int64, reason string) (*Case, error) {
	return decide(ctx, s, by, ToUpholdImpostor, id, reason, func(tx *store.Tx, _ *Case, of *members.Identity) (Happened, error) {
		if of.ImpostorAt == nil {
			return Happened{}, already("no_suspicion")
		}
		if of.ImpostorUpheldAt != nil {
			return Happened{}, already("suspicion_upheld")
		}
		of.ImpostorUpheldAt = &tx.Now
		return Happened{Kind: ImpostorUpheld, Text: reason}, nil
	})
}

// Require2 refuses what needs a caller verified to level 2: on a suspicion, or below the
// level reached in the actor's running call. That is 2, which nobody has while it is
// closed, or less where something else is to be looked at before more is asked for.
func Require2(tx *store.Tx, c *Case, of members.Standing, p policies.Policies, reached int) error {
	if err := Unsuspected(of); err != nil {
		return err
	}
	call, err := CurrentCall(tx.DB, c.ID, tx.By.ID)
	if err != nil {
		return err
	}
	below := call == nil || call.Valid(tx.Now) < reached
	if below || reached >= 2 {
		if err := open2(of, p.Verification, tx.Now); err != nil {
			return err
		}
	}
	if below {
		return fault.New(fault.Forbidden, "verification_required", "level", 2)
	}
	return nil
}
