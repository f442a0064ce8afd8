package app

import (
	"context"
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
	p := &notices.Postman{Store: a.Store, From: a.MailFrom, Env: a.mailEnv, Settled: cases.MailSettled, Outlet: notices.Mailbox{Folder: a.mailbox()}}
	if a.SMTPURL != "" {
		server, err := notices.NewSMTP(a.SMTPURL, a.MailFrom)
		if err != nil {
			return nil, err
		}
		p.Outlet = server
	}
	return p, nil
}

// mailEnv is what mails quote that holds on the day they are sent: the desks'
// hours, and the operator who answers for the incident.
func (a *App) mailEnv(ctx context.Context, at time.Time, lang string) (notices.Env, error) {
	db := store.Read(ctx, a.Store)
	list, err := desks.List(db)
	if err != nil {
		return notices.Env{}, err
	}
	langCtx := i18n.With(ctx, lang)
	env := notices.Env{TopPage: i18n.T(langCtx, "mails.top_page")}
	if env.Company, err = incidents.OperatorName(db, "ntt-com", lang); err != nil {
		return env, err
	}
	for _, d := range list {
		line := notices.DeskLine{Name: d.NameJa, Phone: d.Phone, Hours: deskHours(langCtx, d.Desk, at)}
		if lang == "en" {
			line.Name = d.NameEn
		}
		env.Desks = append(env.Desks, line)
	}
	now, err := services.Now(db, at)
	for _, status := range now {
		env.Services = append(env.Services, services.Say(langCtx, status))
		if status.Service == services.Transfer && env.Transfer != services.Suspended {
			env.Transfer = status.State
		}
	}
	return env, err
}

// deskHours says a desk's hours on the day; where it is closed, also when it opens next.
func deskHours(ctx context.Context, d desks.Desk, at time.Time) string {
	hours := func(date jptext.Date) string {
		open, close, ok := d.On(date)
		if !ok {
			return ""
		}
		return i18n.T(ctx, "mails.desk_hours", "from", desks.Clock(open), "until", desks.Clock(close))
	}
	if today := hours(jptext.DateOf(at)); today != "" {
		return today
	}
	next := d.At(at).Next
	if next.IsZero() {
		return i18n.T(ctx, "mails.desk_closed_today")
	}
	return i18n.T(ctx, "mails.desk_opens_next", "day", i18n.DayInSentence(ctx, next), "hours", hours(jptext.DateOf(next)))
}

// DeliverAs delivers mails as of the clock of s.
func (a *App) DeliverAs(ctx context.Context, s *store.Store, ids []int64) error {
	p := *a.postman
	p.Store = s
	return p.Deliver(ctx, ids)
}
