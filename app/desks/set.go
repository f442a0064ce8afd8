package desks

import (
	"context"
	"encoding/json"
	"strings"
	"unicode/utf8"

	"hoten/app/access"
	"hoten/app/audit"
	"hoten/app/fault"
	"hoten/app/store"
)

// maxReason is how long the reason of a change may be, in characters.
const maxReason = 500

// Set puts new rules of a desk in force, made by somebody who looked at the rules
// seen; it tells whether anything changed. Rules that changed since they were
// looked at: Conflict "desk_changed"; rules that cannot be meant: Invalid, see
// Check; no reason: Invalid.
func Set(ctx context.Context, s *store.Store, by access.Actor, seen, next Desk, reason string) (bool, error) {
	return store.Write(ctx, s, by, func(tx *store.Tx) (bool, error) {
		if err := mayRewrite(by, reason); err != nil {
			return false, err
		}
		return rewrite(tx, next.Code, reason, func(now Desk) (Desk, error) {
			if !now.Equal(seen) {
				return now, fault.New(fault.Conflict, "desk_changed")
			}
			return next, nil
		})
	})
}

// Equal reports whether two desks have the same rules.
func (d Desk) Equal(other Desk) bool { return len(Differences(d, other)) == 0 }

func mayRewrite(by access.Actor, reason string) error {
	if err := by.Require(access.ManageIncidents); err != nil {
		return err
	}
	switch {
	case strings.TrimSpace(reason) == "":
		return fault.Input("reason", "required")
	case utf8.RuneCountInString(reason) > maxReason:
		return fault.Input("reason", "too_long", "max", maxReason)
	}
	return nil
}

// rewrite changes a desk's rules under lock, and audits both.
func rewrite(tx *store.Tx, code, reason string, change func(Desk) (Desk, error)) (bool, error) {
	found, err := store.Find[row](tx.DB, "code = ?", code)
	if err != nil {
		return false, err
	}
	kept, err := store.Lock[row](tx, found.ID)
	if err != nil {
		return false, err
	}
	var before Desk
	if err := json.Unmarshal([]byte(kept.Rules), &before); err != nil {
		return false, err
	}
	after, err := change(before)
	if err == nil {
		err = after.Check()
	}
	if err != nil {
		return false, err
	}
	if after.Equal(before) {
		tx.NothingChanged()
		return false, nil
	}
	rules, err := json.Marshal(after)
	if err != nil {
		return false, err
	}
	if err := tx.Model(kept).Update("rules", string(rules)).Error; err != nil {
		return false, err
	}
	return true, audit.Record(tx, audit.Change{Action: "desk.hours_set", Subject: "desk:" + code, Before: before, After: after, Reason: reason})
}
