package desks

import (
	"slices"
	"time"

	"hoten/app/jptext"
)

// farthest is how many days ahead open time is counted; beyond it nothing is due.
const farthest = 10 * 366

// stretch is a time in which a desk is open.
type stretch struct{ start, end time.Time }

func (s stretch) length() time.Duration { return s.end.Sub(s.start) }

// within gives the parts of a day's openings that lie within [from, until).
func (d Desk) within(date jptext.Date, from, until time.Time) (out []stretch) {
	for _, opening := range d.On(date) {
		s := stretch{date.At(opening.Open), date.At(opening.Close)}
		if s.start.Before(from) {
			s.start = from
		}
		if s.end.After(until) {
			s.end = until
		}
		if s.end.After(s.start) {
			out = append(out, s)
		}
	}
	return out
}

// After gives the first instant at which the desk has been open for so long
// since t. It is false when that lies more than ten years ahead.
func (d Desk) After(t time.Time, open time.Duration) (time.Time, bool) {
	if open <= 0 {
		return t, true
	}
	today := jptext.DateOf(t)
	until := today.AddDays(farthest).At(0)
	for i := range farthest {
		for _, s := range d.within(today.AddDays(i), t, until) {
			if s.length() >= open {
				return s.start.Add(open), true
			}
			open -= s.length()
		}
	}
	return time.Time{}, false
}

// Before gives the last instant from which the desk has been open for so long until
// t: the mirror of After. It is false when that lies more than ten years back.
func (d Desk) Before(t time.Time, open time.Duration) (time.Time, bool) {
	if open <= 0 {
		return t, true
	}
	today := jptext.DateOf(t)
	from := today.AddDays(-farthest).At(0)
	for i := range farthest {
		for _, s := range slices.Backward(d.within(today.AddDays(-i), from, t)) {
			if s.length() >= open {
				return s.end.Add(-open), true
			}
			open -= s.length()
		}
	}
	return time.Time{}, false
}

// OpenBetween gives for how long the desk is open from a on and before b; nothing
// when b is not after a. Ten years are counted at most.
func (d Desk) OpenBetween(a, b time.Time) (open time.Duration) {
	first := jptext.DateOf(a)
	for i := range farthest {
		date := first.AddDays(i)
		if !date.At(0).Before(b) {
			break
		}
		for _, s := range d.within(date, a, b) {
			open += s.length()
		}
	}
	return open
}
