package desks

import (
	"sync"
	"time"

	"github.com/rickar/cal/v2/jp"

	"hoten/app/jptext"
)

// corrections are the days on which rickar/cal (2.1.13) and the law differ: the
// 山の日 of the Olympic years stays where it was, and 2019, between two emperors'
// birthdays, is given one (holiday law, special provisions for 2019–2021).
var corrections = map[jptext.Date]bool{
	{Year: 2019, Month: time.December, Day: 23}: false,
	{Year: 2020, Month: time.August, Day: 10}:   true,
	{Year: 2020, Month: time.August, Day: 11}:   false,
	{Year: 2021, Month: time.August, Day: 8}:    true,
	{Year: 2021, Month: time.August, Day: 9}:    true,
	{Year: 2021, Month: time.August, Day: 11}:   false,
}

// IsHoliday reports whether the day is a public holiday in Japan (国民の祝日,
// 振替休日 or 国民の休日). It is right from 2014 to 2032 as the law stands; what the
// law may change is entered as an Exception of the desk.
func IsHoliday(d jptext.Date) bool {
	if is, corrected := corrections[d]; corrected {
		return is
	}
	return holidaysOf(d.Year)[d]
}

var (
	// holidayYears guards the library too: it writes to its package variables
	// while it computes an equinox.
	holidayYears sync.Mutex
	holidays     = map[int]map[jptext.Date]bool{}
)

func holidaysOf(year int) map[jptext.Date]bool {
	holidayYears.Lock()
	defer holidayYears.Unlock()
	days, ok := holidays[year]
	if !ok {
		days = map[jptext.Date]bool{}
		for _, h := range jp.Holidays {
			actual, observed := h.Calc(year)
			for _, t := range []time.Time{actual, observed} {
				if !t.IsZero() {
					days[jptext.Date{Year: t.Year(), Month: t.Month(), Day: t.Day()}] = true
				}
			}
		}
		holidays[year] = days
	}
	return days
}
