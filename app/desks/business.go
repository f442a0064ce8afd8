package desks

import (
	"time"

	"hoten/app/jptext"
)

// farthest is how many days ahead open time is counted; beyond it nothing is due.
const farthest = 10 * 366

// span is the part of a day's opening that lies within [from, until).
func (d Desk) span(date jptext.Date, from, until time.Time) (start, end time.Time) {
	open, close, ok := d.On(date)
	if !ok {
		return from, from
	}
	start, end = date.At(open), date.At(close)
	if start.Before(from) {
		start = from
	}
	if end.After(until) {
		end = until
	}
	return start, end
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
		start, end := d.span(today.AddDays(i), t, until)
		if here := end.Sub(start); here >= open {
			return start.Add(open), true
		} else if here > 0 {
			open -= here
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
		start, end := d.span(today.AddDays(-i), from, t)
		if here := end.Sub(start); here >= open {
			return end.Add(-open), true
		} else if here > 0 {
			open -= here
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
		if start, end := d.span(date, a, b); end.After(start) {
			open += end.Sub(start)
		}
	}
	return open
}
