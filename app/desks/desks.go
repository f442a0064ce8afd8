package desks

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"hoten/app/jptext"
)

// Desk is a desk with its opening rules.
type Desk struct {
	Code             string      `json:"code"`
	Phone            string      `json:"phone"`
	NameJa           string      `json:"name_ja"`
	NameEn           string      `json:"name_en"`
	ShortJa          string      `json:"short_ja"` // where there is little room
	ShortEn          string      `json:"short_en"`
	Topics           []string    `json:"topics"`        // what callers ask it about: id, password, the code of a program
	IDs              []string    `json:"ids,omitempty"` // codes of the IDs whose members it serves; none: all
	ClosedOnHolidays bool        `json:"closed_on_holidays"`
	ClosedYearly     []Period    `json:"closed_yearly"`
	Hours            []Hours     `json:"hours"`
	Exceptions       []Exception `json:"exceptions"`
}

// Name is what callers know the desk by, in the language.
func (d Desk) Name(lang string) string {
	if lang == "en" {
		return d.NameEn
	}
	return d.NameJa
}

// Serves reports whether members with the ID of the code are the desk's; of an ID that is
// not known ("") any are.
func (d Desk) Serves(id string) bool {
	return id == "" || len(d.IDs) == 0 || slices.Contains(d.IDs, id)
}

// Hours are the opening hours of some days of the week from one day until
// another, both inclusive; a zero day is no bound. Open and Close are minutes
// after midnight in Japan. A day of the week without Hours is closed; rows for the same
// days are openings of one day, 10–13 and 14–19.
type Hours struct {
	Weekdays Weekdays    `json:"weekdays"`
	Open     int         `json:"open"`
	Close    int         `json:"close"`
	From     jptext.Date `json:"from"`
	Until    jptext.Date `json:"until"`
}

// Exception is what holds on one day instead of every other rule; several for a day
// are its openings. Closed wins.
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

// Written writes the openings of a day for reading: "10:00–13:00 14:00–19:00".
func Written(openings []Span) string {
	list := make([]string, len(openings))
	for i, s := range openings {
		list[i] = Clock(s.Open) + "–" + Clock(s.Close)
	}
	return strings.Join(list, " ")
}

// Clock writes minutes after midnight for reading: "10:00".
func Clock(minutes int) string { return fmt.Sprintf("%d:%02d", minutes/60, minutes%60) }
