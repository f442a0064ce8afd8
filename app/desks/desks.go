package desks

import (
	"fmt"
	"time"

	"hoten/app/fault"
	"hoten/app/jptext"
)

// Desk is a desk with its opening rules.
type Desk struct {
	Code             string      `json:"code"`
	Phone            string      `json:"phone"`
	NameJa           string      `json:"name_ja"`
	NameEn           string      `json:"name_en"`
	Weekdays         Weekdays    `json:"weekdays"` // the days on which it may be open
	ClosedOnHolidays bool        `json:"closed_on_holidays"`
	ClosedYearly     []Period    `json:"closed_yearly"`
	Hours            []Hours     `json:"hours"`
	Exceptions       []Exception `json:"exceptions"`
}

// Hours are the opening hours from one day until another, both inclusive; a
// zero day is no bound. Open and Close are minutes after midnight in Japan.
type Hours struct {
	Open  int         `json:"open"`
	Close int         `json:"close"`
	From  jptext.Date `json:"from"`
	Until jptext.Date `json:"until"`
}

// Exception is what holds on one day instead of every other rule. Among several
// for a day, closed wins, then the first.
type Exception struct {
	Date   jptext.Date `json:"date"`
	Closed bool        `json:"closed"`
	Open   int         `json:"open"`  // minutes after midnight in Japan
	Close  int         `json:"close"` // minutes after midnight in Japan
}

// Day is a day of every year.
type Day struct {
	Month time.Month `json:"month"`
	Day   int        `json:"day"`
}

// Period is a part of every year, both days inclusive; with a last day before
// the first it reaches into the next year.
type Period struct {
	First Day `json:"first"`
	Last  Day `json:"last"`
}

func (p Period) holds(d jptext.Date) bool {
	day := int(d.Month)*100 + d.Day
	first, last := int(p.First.Month)*100+p.First.Day, int(p.Last.Month)*100+p.Last.Day
	if first <= last {
		return first <= day && day <= last
	}
	return first <= day || day <= last
}

// Weekdays is a set of days of the week, bit 0 for Sunday.
type Weekdays uint8

// Daily is every day; Working is Monday to Friday.
const (
	Daily   Weekdays = 1<<7 - 1
	Working Weekdays = Daily &^ (1<<time.Sunday | 1<<time.Saturday)
)

// Has reports whether the day is in the set.
func (w Weekdays) Has(d time.Weekday) bool { return w&(1<<d) != 0 }

// Clock writes minutes after midnight for reading: "10:00".
func Clock(minutes int) string { return fmt.Sprintf("%d:%02d", minutes/60, minutes%60) }

// Check refuses rules that cannot be meant, with an Invalid fault that names
// each: hours that do not end after they begin or leave the day, a first day
// behind the last, an exception without a day, a day no year has.
func (d Desk) Check() error {
	var p fault.Problems
	for i, h := range d.Hours {
		if !validSpan(h.Open, h.Close) {
			p.Add(fmt.Sprintf("hours.%d", i), "hours_invalid")
		}
		if !h.From.IsZero() && !h.Until.IsZero() && h.Until.Before(h.From) {
			p.Add(fmt.Sprintf("hours.%d.until", i), "until_before_from")
		}
	}
	for i, e := range d.Exceptions {
		if e.Date.IsZero() {
			p.Add(fmt.Sprintf("exceptions.%d.date", i), "required")
		}
		if !e.Closed && !validSpan(e.Open, e.Close) {
			p.Add(fmt.Sprintf("exceptions.%d", i), "hours_invalid")
		}
	}
	for i, y := range d.ClosedYearly {
		if !validDay(y.First) || !validDay(y.Last) {
			p.Add(fmt.Sprintf("closed_yearly.%d", i), "date_invalid")
		}
	}
	return p.Err()
}

func validSpan(open, close int) bool { return 0 <= open && open < close && close <= 24*60 }

func validDay(d Day) bool {
	_, ok := jptext.MakeDate(2000, int(d.Month), d.Day)
	return ok
}
