package desks

import (
	"context"
	"encoding/json"

	"hoten/app/access"
	"hoten/app/audit"
	"hoten/app/fault"
	"hoten/app/store"
	"hoten/app/verbs"
)

// Set puts new rules of a desk in force, made by somebody who looked at the rules
// seen; it tells whether anything changed. Rules that changed since they were
// looked at: Conflict "desk_changed"; rules that cannot be meant: Invalid, see
// Check; no reason: Invalid.
func Set(ctx context.Context, s *store.Store, by access.Actor, seen, next Desk, reason string) (bool, error) {
	return verbs.Do(ctx, s, by, ToSet, verbs.About("desk", next.Code), reason, func(tx *store.Tx) (bool, error) {
		return rewrite(tx, next.Code, func(now Desk) (Desk, error) {
			if !now.Equal(seen) {
				return now, fault.New(fault.Conflict, "desk_changed")
			}
			return next, nil
		})
	})
}

// Equal reports whether two desks have the same rules.
func (d Desk) Equal(other Desk) bool { return len(Differences(d, other)) == 0 }

// rewrite changes a desk's rules under lock, and audits both.
func rewrite(tx *store.Tx, code string, change func(Desk) (Desk, error)) (bool, error) {
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
		return false, nil
	}
	rules, err := json.Marshal(after)
	if err != nil {
		return false, err
	}
	kept.Rules = string(rules)
	if err := store.Save(tx, kept, "rules"); err != nil {
		return false, err
	}
	return true, audit.Record(tx, audit.Change{Action: ToSet.Name, Subject: verbs.About("desk", code), Before: before, After: after})
}
