package app

import (
	"context"

	"hoten/app/installation"
)

// lookWhere logs when the database turns out to be a copy, and when it was released. A
// database may be replaced beneath a running program.
func (a *App) lookWhere(ctx context.Context) error {
	now, err := installation.Look(ctx, a.Store)
	if err != nil || a.held.Load() == now.Held {
		return err
	}
	if now.Held {
		if err := installation.NoteCopy(ctx, a.Store, now); err != nil {
			return err
		}
	}
	a.held.Store(now.Held)
	if !now.Held {
		a.Store.Log.InfoContext(ctx, "the database was released", "place", now.Here)
		return nil
	}
	a.Store.Log.ErrorContext(ctx, "this is a copy or a restored backup of a database: no email is sent and no outside system is acted on until an administrator releases it, on the page /installation or by hoten release",
		"place", now.Here, "known_at", now.Last, "since", now.LastAt)
	return nil
}

func (a *App) heldGauge() float64 {
	if a.held.Load() {
		return 1
	}
	return 0
}
