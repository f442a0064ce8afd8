package directories

import (
	"context"

	"hoten/app/access"
	"hoten/app/audit"
	"hoten/app/installation"
	"hoten/app/outside"
	"hoten/app/store"
	"hoten/app/verbs"
)

// Check tries a directory as it is set up and keeps what was found. It changes nothing there.
// A copy that is held leaves it alone: Conflict installation_held.
func Check(ctx context.Context, s *store.Store, by access.Actor, id int16) ([]outside.Finding, error) {
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
	found := systems.Try(ctx, s.Vault, d.System, func(ctx context.Context, y System) []outside.Finding { return y.Check(ctx) })
	return found, verbs.Run(ctx, s, by, ToCheck, verbs.About("directory", d.Code), "", func(tx *store.Tx) error {
		failing, err := systems.KeepFound(tx, d.System, found)
		if err != nil {
			return err
		}
		return audit.Record(tx, audit.Change{After: map[string]any{"failing": failing}})
	})
}
