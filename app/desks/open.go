package desks

import (
	"slices"
	"time"

	"hoten/app/jptext"
)

// Span is one opening of a day: from Open until Close, in minutes after midnight in
// Japan.
type Span struct {
	Open  int `json:"open"`
	Close int `json:"close"`
}

// On gives the openings of a day, the first first; none when the desk is closed all day.
func (d Desk) On(date jptext.Date) []Span {
	if openings, found := d.exceptions(date); found {
		return openings
	}
	if d.closed(date) {
		return nil
	}
	best, found := d.hours(date)
	if !found {
		return nil
	}
	return d.openings(best, date)
}

// exceptions are the openings that exceptions give a day instead of every rule; none
// where one says closed. found tells whether there are any exceptions.
func (d Desk) exceptions(date jptext.Date) (openings []Span, found bool) {
	for _, e := range d.Exceptions {
		switch {
		case e.Date != date:
		case e.Closed:
			return nil, true
		default:
			openings, found = append(openings, Span{e.Open, e.Close}), true
		}
	}
	return inOrder(openings), found
}

// openings are those of the rows that hold on the day for the same days as best: a row
// an opening.
func (d Desk) openings(best Hours, date jptext.Date) (out []Span) {
	for _, h := range d.Hours {
		if h.inForce(date) && h.From == best.From && h.Until == best.Until {
			out = append(out, Span{h.Open, h.Close})
		}
	}
	return inOrder(out)
}

// inOrder sorts openings and joins those that touch, so that a close is a close.
func inOrder(list []Span) (out []Span) {
	slices.SortFunc(list, func(a, b Span) int { return a.Open - b.Open })
	for _, s := range list {
		if last := len(out) - 1; last >= 0 && s.Open <= out[last].Close {
			out[last].Close = max(out[last].Close, s.Close)
		} else {
			out = append(out, s)
		}
	}
	return out
}

func (d Desk) closed(date jptext.Date) bool {
	for _, p := range d.ClosedYearly {
		if p.holds(date) {
			return true
		}
	}
	return d.ClosedOnHolidays && IsHoliday(date)
}

// hours finds the hours that hold: of those in force on the day, the ones that
// end first; of equal ends, the ones that began last.
func (d Desk) hours(date jptext.Date) (best Hours, found bool) {
	for _, h := range d.Hours {
		if h.inForce(date) && (!found || h.narrower(best)) {
			best, found = h, true
		}
	}
	return best, found
}

func (h Hours) inForce(date jptext.Date) bool {
	return h.Weekdays.Has(date.Weekday()) && !date.Before(h.From) && (h.Until.IsZero() || !date.After(h.Until))
}

func (h Hours) narrower(than Hours) bool {
	switch {
	case h.Until == than.Until:
		return h.From.After(than.From)
	case h.Until.IsZero() || than.Until.IsZero():
		return than.Until.IsZero()
	}
	return h.Until.Before(than.Until)
}

// State is whether a desk is open at an instant, and what comes after.
type State struct {
	Open  bool
	Until time.Time // when it closes; zero while closed
	Next  time.Time // when it opens next after this instant; zero when not within a year
}

// horizon is how many days ahead the next opening is looked for.
const horizon = 366

// At gives the desk's state at the instant t.
func (d Desk) At(t time.Time) State {
	var s State
	today := jptext.DateOf(t)
	for i := range horizon + 1 {
		date := today.AddDays(i)
		for _, opening := range d.On(date) {
			opens, closes := date.At(opening.Open), date.At(opening.Close)
			if !opens.After(t) && t.Before(closes) {
				s.Open, s.Until = true, closes
			}
			if opens.After(t) {
				s.Next = opens
				return s
			}
		}
	}
	return s
}

// Outbound calls are made from 8:00 to 21:00. docs/domain.md section 3 gives the end;
// that the night lasts until eight is an assumption [A], the usual reading of
// the rules for calls to private homes.
const callsFrom, callsUntil = 8 * 60, 21 * 60

// CallAllowed reports whether an outbound call may be made at the instant t.
func CallAllowed(t time.Time) bool {
	t = t.In(jptext.JST)
	minute := t.Hour()*60 + t.Minute()
	return callsFrom <= minute && minute < callsUntil
}

// NoCalls says why no outbound call may be made for the desk at the instant t:
// "calling_hours" (see CallAllowed) or "desk_hours" (it is closed); empty when one may.
func (d Desk) NoCalls(t time.Time) string {
	switch {
	case !CallAllowed(t):
		return "calling_hours"
	case !d.At(t).Open:
		return "desk_hours"
	}
	return ""
}
