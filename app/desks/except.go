package desks

import (
	"context"
	"slices"

	"hoten/app/access"
	"hoten/app/fault"
	"hoten/app/jptext"
	"hoten/app/store"
	"hoten/app/verbs"
)

// maxDays bounds how many days one change may set.
const maxDays = 62

// Except sets what holds on the days from … to, both inclusive, instead of the
// usual hours: opens and closes like 10:00, or closed when both are empty.
func Except(ctx context.Context, s *store.Store, by access.Actor, code string, from, to jptext.Date, opens, closes, reason string) error {
	return verbs.Run(ctx, s, by, ToSet, verbs.About("desk", code), reason, func(tx *store.Tx) error {
		made, err := exceptions(from, to, opens, closes)
		if err != nil {
			return err
		}
		_, err = rewrite(tx, code, func(d Desk) (Desk, error) {
			d.Exceptions = append(slices.DeleteFunc(slices.Clone(d.Exceptions), func(e Exception) bool { return !e.Date.Before(from) && !e.Date.After(to) }), made...)
			return d, nil
		})
		return err
	})
}

func exceptions(from, to jptext.Date, opens, closes string) ([]Exception, error) {
	switch {
	case to.Before(from):
		return nil, fault.Input("to", "until_before_from")
	case from.AddDays(maxDays).Before(to):
		return nil, fault.Input("to", "too_long", "max", maxDays)
	}
	e := Exception{Closed: opens == "" && closes == ""}
	if !e.Closed {
		var ok bool
		if e.Open, ok = ParseClock(opens); !ok {
			return nil, fault.Input("opens", "clock_invalid")
		}
		if e.Close, ok = ParseClock(closes); !ok || e.Close <= e.Open {
			return nil, fault.Input("closes", "hours_invalid")
		}
	}
	var out []Exception
	for d := from; !d.After(to); d = d.AddDays(1) {
		e.Date = d
		out = append(out, e)
	}
	return out, nil
}
