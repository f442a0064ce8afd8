package directories

import (
	"context"
	"encoding/json"

	"hoten/app/access"
	"hoten/app/audit"
	"hoten/app/fault"
	"hoten/app/installation"
	"hoten/app/outbound"
	"hoten/app/store"
	"hoten/app/verbs"
)

// Check tries a directory as it is set up and keeps what was found. It changes nothing there.
// A copy that is held leaves it alone: Conflict installation_held.
func Check(ctx context.Context, s *store.Store, by access.Actor, id int16) ([]Finding, error) {
	subject := verbs.About("directory", id)
	if err := by.Require(ToCheck.Needs); err != nil {
		return nil, ToCheck.Refused(ctx, s, by, subject, err)
	}
	d, err := ByID(store.Read(ctx, s), id)
	if err != nil {
		return nil, err
	}
	here, err := installation.Look(ctx, s)
	if err == nil {
		err = here.Refusal()
	}
	if err != nil {
		return nil, err
	}
	found := d.try(ctx, s)
	return found, verbs.Run(ctx, s, by, ToCheck, verbs.About("directory", d.Code), "", func(tx *store.Tx) error {
		now, err := store.LockBy[Directory](tx, "id = ?", id)
		if err != nil {
			return err
		}
		if now.Version != d.Version {
			return fault.New(fault.Conflict, "conflict", "version", now.Version)
		}
		if now.Findings, err = json.Marshal(found); err != nil {
			return err
		}
		now.CheckedAt = &tx.Now
		first := failing(found)
		if first == "" {
			// What waited because nothing answered goes on at once.
			now.Fails, now.FailingSince, now.RestsUntil, now.Said = 0, nil, nil, ""
		}
		if err := store.Save(tx, now, "checked_at", "findings", "fails", "failing_since", "rests_until", "said"); err != nil {
			return err
		}
		return audit.Record(tx, audit.Change{After: map[string]any{"failing": first}})
	})
}

// failing names the first step of a check that failed; empty: none did.
func failing(found []Finding) string {
	for _, f := range found {
		if !f.OK {
			return f.Step
		}
	}
	return ""
}

// try runs the check of the system.
func (d Directory) try(ctx context.Context, s *store.Store) []Finding {
	system, err := d.open(s.Vault)
	if err != nil {
		return []Finding{{Step: "settings", Said: outbound.Said(err.Error(), longestSaid)}}
	}
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	found := system.Check(ctx)
	for i := range found {
		found[i].Said = outbound.Said(found[i].Said, longestSaid)
	}
	return found
}
