package desks

import (
	"sync"
	"time"

	"github.com/rickar/cal/v2"
	"github.com/rickar/cal/v2/jp"

	"hoten/app/jptext"
)

// names are the words of i18n (desks.holiday.…) for the library's holidays.
var names = map[*cal.Holiday]string{
	jp.NewYear: "new_year", jp.ComingOfAgeDay: "coming_of_age", jp.NationalFoundationDay: "foundation", jp.TheEmperorsBirthday: "emperor",
	jp.VernalEquinoxDay: "vernal_equinox", jp.ShowaDay: "showa", jp.ConstitutionMemorialDay: "constitution", jp.GreeneryDay: "greenery",
	jp.ChildrensDay: "children", jp.MarineDay: "marine", jp.MountainDay: "mountain", jp.RespectForTheAgedDay: "aged",
	jp.AutumnalEquinoxDay: "autumnal_equinox", jp.SportsDay: "sports", jp.CultureDay: "culture", jp.LaborThanksgivingDay: "labor",
	jp.TheNewEmperorEnthronementDay: "enthronement", jp.TheNewEmperorEnthronementCeremony: "enthronement_ceremony",
}

// Not in the table of names: a day off because a holiday fell on a Sunday
// (振替休日), and one between two holidays (国民の休日).
const substitute, between = "substitute", "citizens"

// corrections are the days on which rickar/cal (2.1.13) and the law differ: the
// 山の日 of the Olympic years stays where it was, and 2019, between two emperors'
// birthdays, is given one (holiday law, special provisions for 2019–2021).
var corrections = map[jptext.Date]string{
	{Year: 2019, Month: time.December, Day: 23}: "",
	{Year: 2020, Month: time.August, Day: 10}:   "mountain",
	{Year: 2020, Month: time.August, Day: 11}:   "",
	{Year: 2021, Month: time.August, Day: 8}:    "mountain",
	{Year: 2021, Month: time.August, Day: 9}:    substitute,
	{Year: 2021, Month: time.August, Day: 11}:   "",
}

// FirstYear and LastYear bound the years of which every holiday is known, as the
// law stands.
const FirstYear, LastYear = 2014, 2032

// IsHoliday reports whether the day is a public holiday in Japan (国民の祝日,
// 振替休日 or 国民の休日). It is right from 2014 to 2032 as the law stands; what the
// law may change is entered as an Exception of the desk.
func IsHoliday(d jptext.Date) bool { return Holiday(d) != "" }

// Holiday gives the word for a public holiday ("marine": desks.holiday.marine),
// empty on every other day.
func Holiday(d jptext.Date) string {
	name, corrected := corrections[d]
	if !corrected {
		name = holidaysOf(d.Year)[d]
	}
	if name == "sports" && d.Year < 2020 {
		return "health_sports" // 体育の日, as it was called then
	}
	return name
}

var (
	// holidayYears guards the library too: it writes to its package variables
	// while it computes an equinox.
	holidayYears sync.Mutex
	holidays     = map[int]map[jptext.Date]string{}
)

func holidaysOf(year int) map[jptext.Date]string {
	holidayYears.Lock()
	defer holidayYears.Unlock()
	days, ok := holidays[year]
	if !ok {
		days = map[jptext.Date]string{}
		for _, h := range jp.Holidays {
			actual, observed := h.Calc(year)
			name := names[h]
			if name == "" {
				name = between
			}
			if !actual.IsZero() {
				days[dayOf(actual)] = name
			}
			if day := dayOf(observed); !observed.IsZero() && days[day] == "" {
				days[day] = substitute
			}
		}
		holidays[year] = days
	}
	return days
}

func dayOf(t time.Time) jptext.Date {
	return jptext.Date{Year: t.Year(), Month: t.Month(), Day: t.Day()}
}
