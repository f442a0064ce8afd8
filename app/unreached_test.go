package app

import (
	"fmt"
	"testing"
	"time"

	"hoten/app/apptest"
	"hoten/app/incidents"
	"hoten/app/jptext"
	"hoten/app/members"
	"hoten/app/resets"
	"hoten/app/store"
)

// A movement that is dated ahead of the clock restricts its ID once it has come to pass,
// though nothing is imported or changed then.
func TestLossesAheadOfTheClock(t *testing.T) {
	w := apptest.NewWorld(t)
	a := &App{Store: w.Store}
	affected, movements := apptest.Losses(1)
	w.Import(affected, movements)
	n, err := incidents.ByReference(store.Read(w.Ctx, w.Store), apptest.Reference)
	must(t, err)
	_, err = incidents.Change(w.Ctx, w.Store, w.Manager, n.Version, incidents.New{Reference: n.Reference, TitleJa: n.TitleJa, TitleEn: n.TitleEn,
		PeriodFrom: n.PeriodFrom, PeriodTo: jptext.DateOf(w.Clock.Now()), DetectedOn: n.DetectedOn})
	must(t, err)
	c := w.Case(apptest.LossLogin(0))
	_, err = resets.Release(w.Ctx, w.Store, w.Supervisor, c.ID, "ご本人さまの利用を確認")
	must(t, err)
	ahead := w.Clock.Now().Add(time.Hour)
	w.Import("", apptest.MovementsHeader+fmt.Sprintf("AHEAD,%s,%s,exchange,goo,,x,1,,,confirmed\n", apptest.LossLogin(0), ahead.In(jptext.JST).Format("2006-01-02 15:04:05")))
	for _, step := range []struct {
		after time.Duration
		state string
	}{{0, members.Resumed}, {59 * time.Minute, members.Resumed}, {time.Minute, members.Restricted}} {
		w.Clock.Add(step.after)
		must(t, a.markUnreached(w.Ctx))
		if got := w.ID(apptest.LossLogin(0)).State; got != step.state {
			t.Errorf("at %s, of a loss at %s: %s", w.Clock.Now(), ahead, got)
		}
	}
}
