package app

import (
	"cmp"
	"context"
	"net/url"
	"strconv"
	"strings"
	"time"

	"hoten/app/cases"
	"hoten/app/desks"
	"hoten/app/incidents"
	"hoten/app/jptext"
	"hoten/app/notices"
	"hoten/app/services"
	"hoten/app/store"
	"hoten/i18n"
)

// newPostman delivers to the mail server, or to the mailbox folder without one.
func (a *App) newPostman() (*notices.Postman, error) {
	p := &notices.Postman{Store: a.Store, From: a.MailFrom, Env: a.mailEnv, Today: a.mailToday, Settled: cases.MailSettled, Outlet: a.mailbox()}
	if a.SMTPURL != "" {
		server, err := notices.NewSMTP(a.SMTPURL, a.MailFrom)
		if err != nil {
			return nil, err
		}
		p.Outlet, a.mail.smtp = server, server
	}
	return p, nil
}

// mailToday is what is known of a queued mail now.
func (a *App) mailToday(ctx context.Context, mail int64) (notices.Today, error) {
	return cases.MailToday(store.Read(ctx, a.Store), mail)
}

// mailEnv is what mails about an incident quote that holds on the day they are sent: who
// answers for it, the desks' hours, and what members cannot do. Without an incident (0) it
// is that of the newest.
func (a *App) mailEnv(ctx context.Context, at time.Time, lang string, incident int64) (notices.Env, error) {
	db := store.Read(ctx, a.Store)
	langCtx := i18n.With(ctx, lang)
	involved, err := incidents.Involve(db, incident)
	if err != nil {
		return notices.Env{}, err
	}
	env := envOf(langCtx, involved, a.MailFrom)
	env.Site = site(a.BaseURL)
	list, err := desks.List(db)
	if err != nil {
		return env, err
	}
	for _, d := range involved.Desks(list) {
		line := notices.DeskLine{Name: d.NameJa, Phone: jptext.FormatPhone(d.Phone), Hours: deskHours(langCtx, d.Desk, at), Regular: regularHours(langCtx, d.Desk, at)}
		if lang == "en" {
			line.Name = d.NameEn
		}
		env.Desks = append(env.Desks, line)
	}
	now, err := services.Now(db, at)
	for _, status := range now {
		if !involved.Has(status.Code) {
			continue
		}
		env.Services = append(env.Services, services.Say(langCtx, status, env.PointPassword))
		if status.Service == services.Transfer && env.Transfer != services.Suspended {
			env.Transfer = status.State
		}
	}
	return env, err
}

// envOf is the part of mailEnv that is the same every day; from is the From address where
// the operator has none.
func envOf(ctx context.Context, in *incidents.Involved, from string) notices.Env {
	lang := i18n.Lang(ctx)
	env := notices.Env{TopPage: i18n.T(ctx, "mails.top_page"), ID: i18n.T(ctx, "mails.id"), Units: in.Units(lang), Transfers: len(in.Programs) > 1}
	if in.Incident != nil {
		env.Happened = in.Incident.Happened(lang)
	}
	if o := in.Operator; o != nil {
		env.Company, env.Signature, env.From = o.Name(lang), o.Signature(lang), o.From(lang, from)
		env.TopPage = cmp.Or(o.Page(lang), env.TopPage)
	}
	if id := in.ID; id != nil {
		env.ID, env.GoesOn, env.PointPassword = id.Name(lang), id.GoesOn(lang), id.PointPassword(lang)
		env.Mailbox, env.OneTimePassword = len(id.Domains) > 0, id.OneTimePassword
	}
	return env
}

// deskHours says a desk's hours on the day; where it is closed, also when it opens next.
func deskHours(ctx context.Context, d desks.Desk, at time.Time) string {
	hours := func(date jptext.Date) string { return openings(ctx, d.On(date)) }
	if today := hours(jptext.DateOf(at)); today != "" {
		return today
	}
	next := d.At(at).Next
	if next.IsZero() {
		return i18n.T(ctx, "mails.desk_closed_today")
	}
	return i18n.T(ctx, "mails.desk_opens_next", "day", i18n.DayInSentence(ctx, next), "hours", hours(jptext.DateOf(next)))
}

func openings(ctx context.Context, spans []desks.Span) string {
	list := make([]string, len(spans))
	for i, o := range spans {
		list[i] = i18n.T(ctx, "mails.desk_hours", "from", desks.Clock(o.Open), "until", desks.Clock(o.Close))
	}
	return strings.Join(list, i18n.T(ctx, "list.comma"))
}

// regularHours says the hours of a usual week of the desk: 月〜金 10:00〜19:00（祝日を除く）.
func regularHours(ctx context.Context, d desks.Desk, at time.Time) string {
	var week, except []string
	for _, r := range d.Regular(jptext.DateOf(at)) {
		week = append(week, weekdays(ctx, r.Weekdays)+" "+openings(ctx, r.Openings))
	}
	if d.ClosedOnHolidays {
		except = append(except, i18n.T(ctx, "mails.desk_holidays"))
	}
	for _, p := range d.ClosedYearly {
		except = append(except, i18n.T(ctx, "mails.desk_hours", "from", i18n.DayOfYear(ctx, p.First.Month, p.First.Day), "until", i18n.DayOfYear(ctx, p.Last.Month, p.Last.Day)))
	}
	said := strings.Join(week, i18n.T(ctx, "list.comma"))
	if said == "" || except == nil {
		return said
	}
	return i18n.T(ctx, "mails.desk_except", "hours", said, "days", i18n.Both(i18n.Lang(ctx), except))
}

// weekdays names days of the week from Monday on, those in a row by their ends: 月〜金・日.
func weekdays(ctx context.Context, days desks.Weekdays) string {
	if days == desks.Daily {
		return i18n.T(ctx, "desks.weekday.daily")
	}
	has := func(i int) bool { return i < 7 && days.Has(time.Weekday((i+1)%7)) }
	name := func(i int) string { return i18n.T(ctx, "desks.weekday."+strconv.Itoa((i+1)%7)) }
	var said []string
	for i := 0; i < 7; i++ {
		if !has(i) {
			continue
		}
		first := i
		for has(i + 1) {
			i++
		}
		switch {
		case i-first > 1:
			said = append(said, i18n.T(ctx, "mails.desk_hours", "from", name(first), "until", name(i)))
		case i > first:
			said = append(said, name(first), name(i))
		default:
			said = append(said, name(i))
		}
	}
	return strings.Join(said, i18n.T(ctx, "desks.weekday.comma"))
}

// site is the domain of the address that links begin with.
func site(base string) string {
	u, err := url.Parse(base)
	if err != nil {
		return ""
	}
	return u.Hostname()
}

// DeliverAs delivers mails as of the clock of s.
func (a *App) DeliverAs(ctx context.Context, s *store.Store, ids []int64) error {
	p := *a.postman
	p.Store = s
	return p.Deliver(ctx, ids)
}
