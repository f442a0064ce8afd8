package cases

import (
	"context"
	"slices"
	"strings"
	"time"

	"hoten/app/access"
	"hoten/app/audit"
	"hoten/app/fault"
	"hoten/app/policies"
	"hoten/app/store"
)

// Outcomes of a call's verification.
const (
	Verified          = "verified"
	Mismatch          = "mismatch"
	Unable            = "unable"
	ImpostorSuspected = "impostor_suspected"
)

// Outcomes lists them.
var Outcomes = []string{Verified, Mismatch, Unable, ImpostorSuspected}

// Answered is all that an agent learns of an answer. Variant: the name is right
// but for variant characters (髙 for 高), and counts once the agent confirms it.
type Answered struct {
	Match, Variant bool
	Call           *Call
}

// Answer compares what the caller said with what is registered. The spoken value
// is not kept. The third wrong item ends the verification as a mismatch.
func Answer(ctx context.Context, s *store.Store, by access.Actor, callID int64, item, value string, confirmVariant bool) (a Answered, err error) {
	a.Call, err = inCall(ctx, s, by, ToAnswer, callID, func(tx *store.Tx, c *Case, call *Call, p policies.Policies) error {
		if err := askable(call, item, value); err != nil {
			return err
		}
		registered, err := registeredOf(tx, c)
		if err != nil {
			return err
		}
		if err := registered.damaged(item); err != nil {
			return err
		}
		a.Match, a.Variant = registered.compare(item, value)
		if a.Variant && !confirmVariant {
			return nil
		}
		a.Match = a.Match || a.Variant
		return call.note(tx, c, p, item, a.Match)
	})
	if a.Variant && !confirmVariant {
		a.Match = false
	}
	return a, err
}

func askable(call *Call, item, value string) error {
	if err := call.goingOn(); err != nil {
		return err
	}
	if call.Outcome != nil {
		return fault.New(fault.Forbidden, "verification_closed")
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

// note keeps whether an item was right and derives what follows: the level, or
// the end of the verification.
func (c *Call) note(tx *store.Tx, of *Case, p policies.Policies, item string, matched bool) error {
	_, err := store.Exec(tx, "insert into call_answers (call_id, item, matched, at) values ($1, $2, $3, $4)", c.ID, item, matched, tx.Now)
	if err != nil {
		return err
	}
	if !matched && item != itemCode {
		c.Wrong++
	}
	if int(c.Wrong) >= p.Verification.WrongPerCall {
		c.conclude(of, Mismatch, tx.Now)
		if err := Tell(tx, Happened{CaseID: of.ID, Kind: CallConcluded, Data: map[string]any{"call": c.ID, "outcome": Mismatch}}); err != nil {
			return err
		}
	} else if err := c.raise(tx, of, p); err != nil {
		return err
	}
	return audit.Record(tx, audit.Change{
		After: map[string]any{"call": c.ID, "item": item, "match": matched, "level": c.Level}})
}

// raise sets the level that the right items give. The time limit runs from the
// first level reached and is never extended.
func (c *Call) raise(tx *store.Tx, of *Case, p policies.Policies) error {
	type answer struct{ Item string }
	rows, err := store.Select[answer](tx.DB, "select distinct item from call_answers where call_id = $1 and matched", c.ID)
	if err != nil {
		return err
	}
	right := make([]string, len(rows))
	for i, r := range rows {
		right[i] = r.Item
	}
	may, err := c.mayReach2(tx, of, p)
	if err != nil {
		return err
	}
	c.Level = int16(level(p.Verification, right, may))
	if c.Level > 0 && c.ExpiresAt == nil {
		end := tx.Now.Add(time.Duration(p.Verification.ValidMinutes) * time.Minute)
		c.ExpiresAt = &end
	}
	return nil
}

func (c *Call) mayReach2(tx *store.Tx, of *Case, p policies.Policies) (bool, error) {
	if f, err := failures(tx.DB, of, tx.Now); err != nil || f.Close2(p.Verification) {
		return false, err
	}
	switch c.Relation {
	case Self, Relay:
		return true, nil
	case Family:
		return false, nil
	}
	return Documented(tx.DB, of.ID, c.Relation)
}

// conclude ends the verification; a mismatch counts as a failed attempt of the day.
func (c *Call) conclude(of *Case, outcome string, now time.Time) {
	c.Outcome = &outcome
	if outcome == Mismatch {
		of.countFailed(now)
	}
	if outcome != Verified {
		c.Level, c.ExpiresAt = 0, nil
	}
}
