package desks

import (
	"context"
	"fmt"
	"slices"

	"hoten/app/access"
	"hoten/app/fault"
	"hoten/app/jptext"
	"hoten/app/store"
	"hoten/app/verbs"
)

// maxDays bounds how many days one change may set.
const maxDays = 62

// Typed is an opening of a day as somebody types it, times like 10:00.
type Typed struct{ Opens, Closes string }

// Except sets what holds on the days from … to, both inclusive, instead of the usual hours
// and of what was set for them before: openings that lie apart, of which blank ones do not
// count; closed without any. What is refused is named by the fields opens and closes, of
// the second opening opens_2 and closes_2.
func Except(ctx context.Context, s *store.Store, by access.Actor, code string, from, to jptext.Date, openings []Typed, reason string) error {
	return verbs.Run(ctx, s, by, ToSet, verbs.About("desk", code), reason, func(tx *store.Tx) error {
		made, err := exceptions(from, to, openings)
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

func exceptions(from, to jptext.Date, openings []Typed) (out []Exception, err error) {
	switch {
	case to.Before(from):
		return nil, fault.Input("to", "until_before_from")
	case from.AddDays(maxDays).Before(to):
		return nil, fault.Input("to", "too_long", "max", maxDays)
	}
	day, err := readDay(openings)
	for d := from; err == nil && !d.After(to); d = d.AddDays(1) {
		for _, e := range day {
			e.Date = d
			out = append(out, e)
		}
	}
	return out, err
}

// readDay makes the exceptions of one day, which has no date yet.
func readDay(openings []Typed) (day []Exception, err error) {
	for i, t := range openings {
		if t == (Typed{}) {
			continue
		}
		row := ""
		if i > 0 {
			row = fmt.Sprintf("_%d", i+1)
		}
		var e Exception
		var ok bool
		if e.Open, ok = ParseClock(t.Opens); !ok {
			return nil, fault.Input("opens"+row, "clock_invalid")
		}
		if e.Close, ok = ParseClock(t.Closes); !ok || e.Close <= e.Open {
			return nil, fault.Input("closes"+row, "hours_invalid")
		}
		if first := slices.IndexFunc(day, e.contradicts); first >= 0 {
			return nil, fault.Input("opens"+row, "openings_overlap", "row", first+1)
		}
		day = append(day, e)
	}
	if len(day) == 0 {
		day = []Exception{{Closed: true}}
	}
	return day, nil
}
