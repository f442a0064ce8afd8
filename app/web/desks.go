package web

import (
	"cmp"
	"time"

	"hoten/app/access"
	"hoten/app/desks"
	"hoten/app/fault"
	"hoten/app/jptext"
	"hoten/i18n"
	"hoten/ui"
)

func showDesks(p *page) error {
	p.section("desks")
	list, err := desks.List(p.db)
	if err != nil {
		return err
	}
	month := p.month(p.QueryParam("month"))
	if asked := p.QueryParam("month"); asked != "" && asked != monthsOn(month, 0) {
		p.bad.Add("month", "filter_unknown")
	}
	shown := ui.DesksIndex{MayEdit: p.by.May(access.ManageIncidents), Earlier: monthURL(month, -1), Later: monthURL(month, 1)}
	states, err := p.deskStates(list)
	if err != nil {
		return err
	}
	for i, d := range list {
		shown.Desks = append(shown.Desks, ui.DeskMonth{Code: d.Code, State: states[i], Month: p.calendar(d.Desk, nil, month)})
	}
	shown.Frame = p.frame
	return p.render(shown.Page())
}

// month is the first day of a month like "2014-08", of this one when it is none
// whose holidays are known.
func (p *page) month(s string) jptext.Date {
	t, err := time.Parse("2006-01", s)
	if err != nil || t.Year() < desks.FirstYear || t.Year() > desks.LastYear {
		t = p.w.s.Clock().In(jptext.JST)
	}
	return jptext.Date{Year: t.Year(), Month: t.Month(), Day: 1}
}

// monthsOn is so many months after a first of a month; empty where holidays are
// not known.
func monthsOn(first jptext.Date, n int) string {
	t := time.Date(first.Year, first.Month+time.Month(n), 1, 0, 0, 0, 0, time.UTC)
	if t.Year() < desks.FirstYear || t.Year() > desks.LastYear {
		return ""
	}
	return t.Format("2006-01")
}

func monthURL(first jptext.Date, n int) string {
	if on := monthsOn(first, n); on != "" {
		return "/desks?month=" + on
	}
	return ""
}

// calendar is a month of a desk, marked where it differs from what stands; with
// nil nothing is marked.
func (p *page) calendar(d desks.Desk, stands *desks.Desk, first jptext.Date) (m ui.CalendarMonth) {
	today := jptext.DateOf(p.w.s.Clock())
	for date := first; date.Month == first.Month; date = date.AddDays(1) {
		day := ui.CalendarDay{Date: date.At(0), Today: date == today, Hours: hoursOn(d, date), Reason: p.why(d, date)}
		if stands != nil && hoursOn(*stands, date) != day.Hours {
			if day.Was = hoursOn(*stands, date); day.Was == "" {
				day.Was = i18n.T(p.ctx, "desks.shut")
			}
		}
		m.Days = append(m.Days, day)
	}
	return m
}

func hoursOn(d desks.Desk, date jptext.Date) string { return desks.Written(d.On(date)) }

func (p *page) why(d desks.Desk, date jptext.Date) string {
	switch why := d.Why(date); why {
	case "":
		return ""
	case "holiday":
		return i18n.T(p.ctx, "desks.holiday."+desks.Holiday(date))
	default:
		return i18n.T(p.ctx, "desks.why."+why, "day", i18n.Weekday(p.ctx, date.At(0)))
	}
}

// setHours sets what holds on some days instead of the usual hours: one opening or two;
// without times the desk is closed.
func setHours(p *page) error {
	code := p.Param("code")
	from, err1 := jptext.ParseDate(p.FormValue("from"))
	to, err2 := jptext.ParseDate(p.FormValue("to"))
	var problems fault.Problems
	if err1 != nil {
		problems.Add("from", "date_invalid")
	}
	if err2 != nil && p.FormValue("to") != "" {
		problems.Add("to", "date_invalid")
	} else if err2 != nil {
		to = from
	}
	err := problems.Err()
	if err == nil {
		openings := []desks.Typed{{Opens: p.FormValue("opens"), Closes: p.FormValue("closes")}, {Opens: p.FormValue("opens_2"), Closes: p.FormValue("closes_2")}}
		err = desks.Except(p.ctx, p.w.s, p.by, code, from, to, openings, p.FormValue("reason"))
	}
	if err != nil {
		return p.again(err, code, showDesks)
	}
	set, err := desks.ByCode(p.db, code)
	if err != nil {
		return err
	}
	hours := cmp.Or(hoursOn(set, from), i18n.T(p.ctx, "desks.holidays.closed"))
	if from == to {
		return p.to("/desks", "hours_of_day", "day", p.dateWords(from), "hours", hours)
	}
	return p.to("/desks", "hours_of_days", "from", p.dateWords(from), "to", p.dateWords(to), "hours", hours)
}
