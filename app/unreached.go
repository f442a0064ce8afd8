package app

import (
	"context"
	"time"

	"hoten/app/cases"
	"hoten/app/imports"
	"hoten/app/operators"
	"hoten/app/resets"
	"hoten/app/store"
)

// looked is when it was last looked whom no mail can reach, after how many imports and
// changes of IDs' domains.
type looked struct {
	imports, changes int64
	at               time.Time
}

// anew is how long what was found stands although nothing was imported or changed.
const anew = 24 * time.Hour

// markUnreached looks whom no mail can reach after each import and each change of the IDs'
// domains, and now and then.
func (a *App) markUnreached(ctx context.Context) error {
	now := looked{at: time.Now()}
	var err error
	db := store.Read(ctx, a.Store)
	if now.imports, err = imports.Landed(db); err != nil {
		return err
	}
	if now.changes, err = operators.Changes(db); err != nil {
		return err
	}
	if now.imports == a.looked.imports && now.changes == a.looked.changes && now.at.Sub(a.looked.at) < anew {
		return nil
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
