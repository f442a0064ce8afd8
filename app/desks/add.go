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

// maxDesks is how many desks there may be: each stands in the bar of every page.
const maxDesks = 12

// Add sets up a desk. Its code is its address and stays. A code that is taken, one
// desk too many, rules that cannot be meant (see Check), no reason: Invalid.
func Add(ctx context.Context, s *store.Store, by access.Actor, d Desk, reason string) error {
	return verbs.Run(ctx, s, by, ToAdd, verbs.About("desk", d.Code), reason, func(tx *store.Tx) error {
		return add(tx, d)
	})
}

// Put adds the desk, or puts its rules in force where one with its code stands; it tells
// whether anything changed. It is part of another action, which has asked for the
// permission and the reason.
func Put(tx *store.Tx, d Desk) (bool, error) {
	_, err := store.Find[row](tx.DB, "code = ?", d.Code)
	switch {
	case fault.Of(err, fault.NotFound):
		return true, add(tx, d)
	case err != nil:
		return false, err
	}
	return rewrite(tx, d.Code, func(Desk) (Desk, error) { return d, nil })
}

func add(tx *store.Tx, d Desk) error {
	if err := d.Check(); err != nil {
		return err
	}
	rules, err := json.Marshal(d)
	if err != nil {
		return err
	}
	if err := insert(tx, d.Code, string(rules)); err != nil {
		return err
	}
	return audit.Record(tx, audit.Change{Action: ToAdd.Name, Subject: verbs.About("desk", d.Code), After: d})
}

func insert(tx *store.Tx, code, rules string) error {
	var desks int64
	if err := tx.DB.Model(&row{}).Count(&desks).Error; err != nil {
		return err
	}
	if desks >= maxDesks {
		return fault.Input("code", "desks_too_many", "max", maxDesks)
	}
	n, err := store.Exec(tx, "insert into desks (code, rules) values ($1, $2) on conflict (code) do nothing", code, rules)
	if err == nil && n == 0 {
		err = fault.Input("code", "desk_code_taken")
	}
	return err
}
