package cases

import (
	"context"
	"strings"
	"time"

	"gorm.io/gorm"

	"hoten/app/access"
	"hoten/app/audit"
	"hoten/app/fault"
	"hoten/app/members"
	"hoten/app/secrets"
	"hoten/app/staff"
	"hoten/app/store"
	"hoten/app/verbs"
)

// Handover is an offer to take over a call (引き継ぎ). Until it is accepted the call
// stays with its agent.
type Handover struct {
	ID        int64
	CallID    int64
	FromID    int64
	ToID      int64
	State     string
	OfferedAt time.Time
	ExpiresAt time.Time
	ClosedAt  *time.Time
	TakenAs   *int64 // the receiver's call
}

// States of a handover; one whose time has run out, or whose call has ended, is over
// whatever its state says (Open).
const (
	Offered           = "offered"
	HandoverAccepted  = "accepted"
	HandoverDeclined  = "declined"
	HandoverWithdrawn = "withdrawn"
	HandoverExpired   = "expired"
)

const (
	offerHolds  = 3 * time.Minute // a caller does not wait longer for somebody to answer
	longestNote = 500             // of a handover, in characters
)

// Open reports whether the offer can still be accepted, as far as its call goes on.
func (h Handover) Open(now time.Time) bool { return h.State == Offered && now.Before(h.ExpiresAt) }

// OfferHandover offers an open call of the actor's to another person, with a note on why.
// A call has one open offer at a time. Refused: the actor, and whoever may not take calls
// or not in the member's language; a verified call while somebody may pass for the member.
func OfferHandover(ctx context.Context, s *store.Store, by access.Actor, callID, to int64, note string) (h *Handover, err error) {
	_, err = inCall(ctx, s, by, ToOfferHandover, callID, func(tx *store.Tx, in *talk) error {
		if err := in.MayHandOver(in.of.Standing, tx.Now); err != nil {
			return err
		}
		if err := in.mayOffer(tx, to, note); err != nil {
			return err
		}
		ids, err := store.TakeIDs(tx.DB, "handovers", 1)
		if err != nil {
			return err
		}
		h = &Handover{ID: ids[0], CallID: in.ID, FromID: by.ID, ToID: to, State: Offered, OfferedAt: tx.Now, ExpiresAt: tx.Now.Add(offerHolds)}
		if err := store.Insert(tx, h); err != nil {
			return err
		}
		names, err := staff.Names(tx.DB, "ja", []int64{to})
		if err != nil {
			return err
		}
		if err := Tell(tx, Happened{CaseID: in.CaseID, Kind: HandoverOffered, Text: strings.TrimSpace(note),
			Data: map[string]any{"call": in.ID, "handover": h.ID, "to": names[to]}}); err != nil {
			return err
		}
		return audit.Record(tx, audit.Change{After: map[string]any{"call": in.ID, "handover": h.ID, "to": to}})
	})
	if err != nil {
		return nil, err
	}
	return h, nil
}

// mayOffer checks the receiver and the note, and closes an offer whose time has run out.
func (in *talk) mayOffer(tx *store.Tx, to int64, note string) error {
	var p fault.Problems
	if to == in.AgentID {
		p.Add("to", "handover_self")
	} else if err := mayReceive(tx, in.of, to, &p); err != nil {
		return err
	}
	secrets.Text(&p, "note", note, longestNote)
	if err := p.Err(); err != nil {
		return err
	}
	offers, err := store.Select[Handover](tx.DB, "select * from handovers where call_id = $1 and state = 'offered'", in.ID)
	if err != nil || len(offers) == 0 {
		return err
	}
	if offers[0].Open(tx.Now) {
		return already("handover_offered")
	}
	return offers[0].runOut(tx, in.Call)
}

// close ends an offer. Its call is locked.
func (h *Handover) close(tx *store.Tx, state string) error {
	h.State, h.ClosedAt = state, &tx.Now
	return store.Save(tx, h, "state", "closed_at", "taken_as")
}

// MayHandOver refuses what cannot be handed over: a call that has ended, and what counts
// as verified of a caller while somebody may pass for the member. What a suspicion made
// void does not count.
func (c Call) MayHandOver(of members.Standing, now time.Time) error {
	if err := c.goingOn(); err != nil {
		return err
	}
	if c.Valid(now) > 0 {
		return Unsuspected(of)
	}
	return nil
}

// mayReceive notes why a person cannot take a call about the ID: they may not take calls
// (any more), or not in the member's language.
func mayReceive(tx *store.Tx, of *members.Identity, id int64, p *fault.Problems) error {
	type person struct{ Speaks bool }
	people, err := store.Select[person](tx.DB, `select coalesce((select language from members where id = $3) = any(string_to_array(languages, ' ')), true) as speaks
		from staff where id = $1 and disabled_at is null and role = any($2)`, id, access.Holders(access.WorkCases), of.MemberID)
	switch {
	case err != nil:
		return err
	case len(people) == 0:
		p.Add("to", "handover_unknown")
	case !people[0].Speaks:
		p.Add("to", "handover_language")
	}
	return nil
}

// WithdrawHandover takes the open offer of a call of the actor's back.
func WithdrawHandover(ctx context.Context, s *store.Store, by access.Actor, callID int64) (h *Handover, err error) {
	_, err = inCall(ctx, s, by, ToWithdrawHandover, callID, func(tx *store.Tx, in *talk) error {
		if h, err = openOffer(tx.DB, in.Call, tx.Now); err != nil {
			return err
		}
		if h == nil {
			return already("handover_over")
		}
		return h.end(tx, in.Call, HandoverWithdrawn, HandoverTakenBack)
	})
	if err != nil {
		return nil, err
	}
	return h, nil
}

// openOffer is the open offer of a call, nil when there is none.
func openOffer(db *gorm.DB, c *Call, now time.Time) (*Handover, error) {
	offers, err := store.Select[Handover](db, "select * from handovers where call_id = $1 and state = 'offered' and expires_at > $2", c.ID, now)
	if c.EndedAt != nil {
		return nil, err
	}
	return store.First(offers), err
}

// end closes an offer that nobody accepted, and tells it.
func (h *Handover) end(tx *store.Tx, c *Call, state, event string) error {
	if err := h.close(tx, state); err != nil {
		return err
	}
	if err := Tell(tx, Happened{CaseID: c.CaseID, Kind: event, Data: map[string]any{"call": c.ID, "handover": h.ID}}); err != nil {
		return err
	}
	return audit.Record(tx, audit.Change{After: map[string]any{"call": c.ID, "handover": h.ID, "state": state}})
}

// DeclineHandover refuses an offer made to the actor.
func DeclineHandover(ctx context.Context, s *store.Store, by access.Actor, id int64) (*Handover, error) {
	return verbs.Do(ctx, s, by, ToDeclineHandover, verbs.About("handover", id), "", func(tx *store.Tx) (*Handover, error) {
		o, err := lockOffer(tx, id)
		if err != nil {
			return nil, err
		}
		return o.Handover, o.end(tx, o.call, HandoverDeclined, HandoverRefused)
	})
}
