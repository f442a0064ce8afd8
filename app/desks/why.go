package desks

import (
	"slices"
	"time"

	"hoten/app/jptext"
)

// Why says why a day differs from the usual: "exception", "year_end", "yearly"
// (closed at another time of every year), "holiday", "weekend" (closed on Saturdays and
// Sundays), "weekday" (no hours on that day of the week), "extended", "special" (other
// hours for a time), or nothing.
func (d Desk) Why(date jptext.Date) string {
	if _, is := d.exceptions(date); is {
		return "exception"
	}
	if i := slices.IndexFunc(d.ClosedYearly, func(p Period) bool { return p.holds(date) }); i >= 0 {
		if d.ClosedYearly[i].holds(jptext.Date{Month: time.January, Day: 1}) || d.ClosedYearly[i].holds(jptext.Date{Month: time.December, Day: 31}) {
			return "year_end"
		}
		return "yearly"
	}
	if d.ClosedOnHolidays && IsHoliday(date) {
		return "holiday"
	}
	best, found := d.hours(date)
	if !found {
		switch date.Weekday() {
		case time.Saturday:
			_, found = d.hours(date.AddDays(1))
		case time.Sunday:
			_, found = d.hours(date.AddDays(-1))
		default:
			return "weekday"
		}
		if found {
			return "weekday"
		}
		return "weekend"
	}
	return beside(d.openings(best, date), d.openings(d.usual(date), date))
}

// usual finds the widest hours in force on a day, those that the others give way to.
func (d Desk) usual(date jptext.Date) (widest Hours) {
	found := false
	for _, h := range d.Hours {
		if h.inForce(date) && (!found || widest.narrower(h)) {
			widest, found = h, true
		}
	}
	return widest
}

// Regular is a part of a desk's usual week: days of the week with the same openings.
type Regular struct {
	Weekdays Weekdays
	Openings []Span
}

// Regular gives the desk's usual openings on the week that begins with the day, those that
// extended and special hours and exceptions give way to; Monday's first, no closed days.
func (d Desk) Regular(from jptext.Date) (week []Regular) {
	for i := range 7 {
		weekday := time.Weekday((i + 1) % 7)
		date := from.AddDays((int(weekday) - int(from.Weekday()) + 7) % 7)
		openings := d.openings(d.usual(date), date)
		if openings == nil {
			continue
		}
		same := slices.IndexFunc(week, func(r Regular) bool { return slices.Equal(r.Openings, openings) })
		if same < 0 {
			same, week = len(week), append(week, Regular{Openings: openings})
		}
		week[same].Weekdays |= 1 << weekday
	}
	return week
}

// beside says how openings differ from the usual ones: not, by being longer, or otherwise.
func beside(openings, usual []Span) string {
	longer := func(u Span) bool {
		return slices.ContainsFunc(openings, func(s Span) bool { return s.Open <= u.Open && s.Close >= u.Close })
	}
	switch {
	case slices.Equal(openings, usual):
		return ""
	case !slices.ContainsFunc(usual, func(u Span) bool { return !longer(u) }):
		return "extended"
	}
	return "special"
}
