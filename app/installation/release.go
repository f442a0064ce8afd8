package installation

import (
	"context"
	"slices"
	"time"

	"hoten/app/access"
	"hoten/app/audit"
	"hoten/app/fault"
	"hoten/app/store"
	"hoten/app/verbs"
)

// What becomes of the mails that wait in a copy when it is released.
const (
	Send    = "send"
	Discard = "discard" // the original has sent them, or will; those of the copy's own are sent
)

// Choices lists them, none of them chosen for whoever releases.
var Choices = []string{Discard, Send}

var whenReleased = func(*store.Tx, bool, *time.Time) (int64, error) { return 0, nil }

// WhenReleased is called once, by the noun whose mails wait: fn lets them go, or
// discards those from before what is the copy's own began (nil: all), and returns how many
// it let go or discarded.
func WhenReleased(fn func(tx *store.Tx, discard bool, own *time.Time) (int64, error)) {
	whenReleased = fn
}

// Released is what a release did.
type Released struct {
	Place string
	Mails int64 // that waited
}

// Release makes the place where the database lives now known to it, so that it sends
// mails and acts on outside systems; mails is one of Choices, or empty where none waits and
// there is nothing to choose. One that is not held: Conflict.
func Release(ctx context.Context, s *store.Store, by access.Actor, mails, reason string) (Released, error) {
	return verbs.Do(ctx, s, by, ToRelease, "installation", reason, func(tx *store.Tx) (out Released, err error) {
		undecided := fault.Input("mails", "release_mails_unknown")
		if mails != "" && !slices.Contains(Choices, mails) {
			return out, undecided
		}
		now, err := look(tx.DB, tx.Place())
		if err != nil {
			return out, err
		}
		// Of two who release at once the second waits here for the first.
		known, err := store.Exec(tx, "insert into installations (fingerprint, place, known_at) values ($1, $2, $3) on conflict do nothing", now.Fingerprint, now.Here, tx.Now)
		if err != nil {
			return out, err
		}
		if !now.Held || known == 0 {
			return out, fault.New(fault.Conflict, "installation_not_held")
		}
		out.Place = now.Here
		own, err := now.ownSince(tx)
		if err != nil {
			return out, err
		}
		if out.Mails, err = whenReleased(tx, mails != Send, own); err != nil {
			return out, err
		}
		if mails == "" && out.Mails > 0 {
			return out, undecided
		}
		return out, audit.Record(tx, audit.Change{Before: map[string]any{"place": now.Last},
			After: map[string]any{"place": now.Here, "mails": mails, "waiting": out.Mails}})
	})
}
