package cases

import (
	"context"
	"slices"
	"strings"
	"time"

	"hoten/app/access"
	"hoten/app/audit"
	"hoten/app/fault"
	"hoten/app/members"
	"hoten/app/store"
)

// Outcomes of a call's verification.
const (
	Verified          = "verified"
	Mismatch          = "mismatch"
	Unable            = "unable"
	ImpostorSuspected = "impostor_suspected"
)

// HandedOver is how a call ends that goes on as another agent's; nobody concludes it so.
const HandedOver = "handed_over"

// Outcomes lists what a verification is concluded with.
var Outcomes = []string{Verified, Mismatch, Unable, ImpostorSuspected}

// Answered is all that an agent learns of an answer. Variant: the name is right but for
// what Differs says, and counts once the agent confirms it.
type Answered struct {
	Match, Variant bool
	Differs        string
	Call           *Call
}

// Answer compares what the caller said with what is registered. The spoken value
// is not kept. The third wrong item ends the verification as a mismatch.
func Answer(ctx context.Context, s *store.Store, by access.Actor, callID int64, item, value string, confirmVariant bool) (a Answered, err error) {
	a.Call, err = inCall(ctx, s, by, ToAnswer, callID, func(tx *store.Tx, in *talk) error {
		if err := in.askable(item, value, tx.Now); err != nil {
			return err
		}
		registered, err := registeredOf(tx, in.of)
		if err != nil {
			return err
		}
		if err := registered.damaged(item); err != nil {
			return err
		}
		if err := registered.likely(item, value); err != nil {
			return err
		}
		a.Match, a.Differs = registered.compare(item, value)
		a.Variant = a.Differs != ""
		if a.Variant && !confirmVariant {
			return audit.Record(tx, audit.Change{After: map[string]any{"call": in.ID, "item": item, "variant": true}})
		}
		a.Match = a.Match || a.Variant
		var contact *int64
		if item == ItemPhone {
			contact = registered.phone(value)
		}
		return in.note(tx, item, a.Match, contact)
	})
	if a.Variant && !confirmVariant {
		a.Match = false
	}
	return a, err
}

func (in *talk) askable(item, value string, now time.Time) error {
	if err := in.goingOn(); err != nil {
		return err
	}
	if err := in.notOver(now, in.closed(now)); err != nil {
		return err
	}
	if in.Outcome != nil {
		return already("already_decided")
	}
	if !slices.Contains(Items, item) {
		return fault.Input("item", "item_unknown")
	}
	if strings.TrimSpace(value) == "" {
		return fault.Input("value", "required")
	}
	if len(value) > 1000 {
		return fault.Input("value", "too_long", "max", 300)
	}
	return readable(item, value)
}

// note keeps whether an item was right, by which contact where it was a number, and derives
// what follows: the level, or the end of the verification.
func (in *talk) note(tx *store.Tx, item string, matched bool, contact *int64) error {
	_, err := store.Exec(tx, "insert into call_answers (call_id, item, matched, contact_id, at) values ($1, $2, $3, $4, $5)", in.Conversation(), item, matched, contact, tx.Now)
	if err != nil {
		return err
	}
	if !matched && item != itemCode {
		in.Wrong++
		in.of.Failed(tx.Now, 0, 1)
	}
	if int(in.Wrong) >= in.policy.Verification.WrongPerCall {
		in.conclude(tx, Mismatch)
		if err := Tell(tx, Happened{CaseID: in.CaseID, Kind: CallConcluded, Data: map[string]any{"call": in.ID, "outcome": Mismatch}}); err != nil {
			return err
		}
	} else if err := in.raise(tx); err != nil {
		return err
	}
	return audit.Record(tx, audit.Change{
		After: map[string]any{"call": in.ID, "item": item, "match": matched, "level": in.Level}})
}

// raise sets the level that the right items give. The time limit runs from the
// first level reached and is never extended.
func (in *talk) raise(tx *store.Tx) error {
	type answer struct {
		Item      string
		ContactID *int64
	}
	rows, err := store.Select[answer](tx.DB, "select distinct item, contact_id from call_answers where call_id = $1 and matched", in.Conversation())
	if err != nil {
		return err
	}
	right := make([]string, len(rows))
	var called []int64
	for i, r := range rows {
		if right[i] = r.Item; r.Item == itemCallback && r.ContactID != nil {
			called = append(called, *r.ContactID)
		}
	}
	may, err := in.mayReach2(tx)
	if err != nil {
		return err
	}
	// Whoever answers at a number is known by what they say, unlike who reads a code.
	if in.Level = int16(level(in.policy.Verification, right, may)); in.Level == 2 && called != nil {
		first := in.Conversation()
		members.Prove(tx, &first, called...)
	}
	if in.Level > 0 && in.ExpiresAt == nil {
		end := tx.Now.Add(time.Duration(in.policy.Verification.ValidMinutes) * time.Minute)
		in.ExpiresAt = &end
	}
	return nil
}

func (in *talk) mayReach2(tx *store.Tx) (bool, error) {
	if in.closed(tx.Now) {
		return false, nil
	}
	return in.entitled(tx)
}

// entitled reports whether the caller may get beyond level 1: the member, also through a
// relay service, or a documented representative.
func (in *talk) entitled(tx *store.Tx) (bool, error) {
	documented, err := Documented(tx.DB, in.CaseID, in.Relation)
	return in.Entitled(documented), err
}

// Entitled is the rule of who may act for the member, get beyond level 1 and count as told,
// given whether papers of the caller's relation are recorded (EntitledCaller in SQL).
func (c Call) Entitled(documented bool) bool {
	return c.Relation == Self || c.Relation == Relay || c.Relation != Family && documented
}

// Discloses reports whether the call itself is reason enough to see the member's data: its
// caller may act for the member and is verified.
func (c Call) Discloses(documented bool, now time.Time) bool {
	return c.Valid(now) >= 1 && c.Entitled(documented)
}

// conclude ends the verification; a mismatch counts as a failed attempt of the day, and
// what was not verified proves no contact.
func (in *talk) conclude(tx *store.Tx, outcome string) {
	in.Outcome = &outcome
	if outcome == Mismatch {
		in.of.Failed(tx.Now, 1, 0)
	}
	if outcome != Verified {
		in.Level, in.ExpiresAt = 0, nil
		members.TakeProofsBack(tx, in.Conversation())
	}
}
