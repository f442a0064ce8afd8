package app

import (
	"context"
	"time"

	"hoten/app/cases"
	"hoten/app/imports"
	"hoten/app/incidents"
	"hoten/app/operators"
	"hoten/app/resets"
	"hoten/app/store"
)

// looked is when it was last looked whom no mail can reach, after how many imports and
// changes of IDs and of incidents, and when the first movement that lay ahead then comes to
// pass; zero: none did.
type looked struct {
	imports, ids, incidents int64
	at, next                time.Time
}

// anew is how long what was found stands although nothing was imported or changed.
const anew = 24 * time.Hour

// markUnreached looks whom no mail can reach, and whose use a loss says is not theirs, after
// each import, each change of an ID's domains or an incident's period, once a movement that
// lay ahead has come to pass, and now and then.
func (a *App) markUnreached(ctx context.Context) error {
	now := looked{at: time.Now()}
	var err error
	db := store.Read(ctx, a.Store)
	if now.imports, err = imports.Landed(db); err != nil {
		return err
	}
	if now.ids, err = operators.Changes(db); err != nil {
		return err
	}
	if now.incidents, err = incidents.Changes(db); err != nil {
		return err
	}
	clock := a.Store.Clock()
	passed := !a.looked.next.IsZero() && !clock.Before(a.looked.next)
	if !passed && now.imports == a.looked.imports && now.ids == a.looked.ids && now.incidents == a.looked.incidents && now.at.Sub(a.looked.at) < anew {
		return nil
	}
	if now.next, err = incidents.NextAhead(db, clock); err != nil {
		return err
	}
	if err := resets.Revise(ctx, a.Store); err != nil {
		return err
	}
	if err := cases.MarkUnreached(ctx, a.Store); err != nil {
		return err
	}
	a.looked = now
	return nil
}
