package app

import (
	"context"
	"time"

	"hoten/app/cases"
	"hoten/app/imports"
	"hoten/app/members"
	"hoten/app/store"
)

// looked is when it was last looked whom no mail can reach, and after how many imports.
type looked struct {
	imports int64
	at      time.Time
}

// anew is how long what was found stands although nothing was imported.
const anew = time.Hour

// markUnreached looks whom no mail can reach after each import, and now and then.
func (a *App) markUnreached(ctx context.Context) error {
	done, err := imports.Landed(store.Read(ctx, a.Store))
	if err != nil || done == a.looked.imports && time.Since(a.looked.at) < anew {
		return err
	}
	if err := cases.MarkUnreached(ctx, a.Store); err != nil {
		return err
	}
	a.looked = looked{done, time.Now()}
	return nil
}

// complete completes what older releases kept. Once all addresses are compared it is known
// whom no mail can reach.
func (a *App) complete(ctx context.Context) error {
	comparing, err := members.Comparing(store.Read(ctx, a.Store))
	if err != nil {
		return err
	}
	if err := members.Complete(ctx, a.Store); err != nil || !comparing {
		return err
	}
	return cases.MarkUnreached(ctx, a.Store)
}
