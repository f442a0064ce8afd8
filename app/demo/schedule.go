package demo

import (
	"slices"
	"time"

	"hoten/app/desks"
	"hoten/app/jptext"
)

const (
	opens = 10 * 60
	// lastScene is how long the last day's scenes take.
	lastScene = 40
)

// workingDays are the three days that the demo plays on: the last ones on which
// every desk was open, and the third of them has seen its scenes by now.
func workingDays(now time.Time, release []desks.Desk) []jptext.Date {
	var days []jptext.Date
	for d := jptext.DateOf(now); len(days) < 3; d = d.AddDays(-1) {
		if d.At(opens+lastScene).After(now) || slices.ContainsFunc(release, func(desk desks.Desk) bool { return closed(desk, d) }) {
			continue
		}
		days = append(days, d)
	}
	slices.Reverse(days)
	return days
}

func closed(desk desks.Desk, d jptext.Date) bool {
	return len(desk.On(d)) == 0
}
