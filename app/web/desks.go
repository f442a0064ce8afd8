package web

import (
	"hoten/app/access"
	"hoten/app/desks"
	"hoten/app/fault"
	"hoten/app/jptext"
	"hoten/i18n"
	"hoten/ui"
)

// calendarDays is how many days the calendar of a desk shows.
const calendarDays = 14

func showDesks(p *page) error {
	p.section("desks")
	list, err := desks.List(p.db)
	if err != nil {
		return err
	}
	shown := ui.DesksIndex{MayEdit: p.by.May(access.ManageIncidents)}
	states := p.deskStates(list)
	today := jptext.DateOf(p.w.s.Clock())
	for i, d := range list {
		days := ui.DeskDays{Code: d.Code, State: states[i]}
		for n := range calendarDays {
			days.Days = append(days.Days, p.deskDay(d.Desk, today.AddDays(n), n == 0))
		}
		shown.Desks = append(shown.Desks, days)
	}
	shown.Frame = p.frame
	return p.render(shown.Page())
}

func (p *page) deskDay(d desks.Desk, date jptext.Date, today bool) ui.DeskDay {
	day := ui.DeskDay{Date: date.At(0), Today: today}
	if open, close, ok := d.On(date); ok {
		day.Open, day.Close = date.At(open), date.At(close)
	}
	if why := d.Why(date); why != "" {
		day.Reason = i18n.T(p.ctx, "desks.why."+why)
	}
	return day
}

// setHours sets what holds on some days instead of the usual hours: without
// times the desk is closed.
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
		err = desks.Except(p.ctx, p.w.s, p.by, code, from, to, p.FormValue("opens"), p.FormValue("closes"), p.FormValue("reason"))
	}
	if err != nil {
		return p.again(err, code, showDesks)
	}
	return p.to("/desks", "hours_set")
}
