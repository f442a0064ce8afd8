package web

import (
	"net/http"
	"slices"

	"hoten/app/desks"
	"hoten/app/fault"
	"hoten/app/incidents"
	"hoten/app/notices"
	"hoten/app/resets"
	"hoten/i18n"
	"hoten/ui"
)

// speak turns the page to the member's language, unless they chose one here.
func (p *page) speak(lang string) {
	if !p.spoken && lang != "" {
		p.ctx = i18n.With(p.ctx, lang)
	}
}

func showReset(p *page) error {
	// The address holds the token; it is nobody else's to know.
	p.Response().Header().Set("Referrer-Policy", "no-referrer")
	visit, err := resets.Look(p.ctx, p.w.s, p.Param("token"), p.Request().Method != http.MethodHead)
	if err != nil {
		return p.sentAgain(err)
	}
	p.speak(visit.Language)
	env, states, err := p.memberDesks(visit.IncidentID)
	if err != nil {
		return err
	}
	if !env.OneTimePassword || visit.OneTimeOn {
		visit.OneTimeTo = ""
	}
	return p.render(ui.ResetsNew{Frame: p.frame, Desks: states, ID: env.ID, LoginID: visit.MaskedLogin, ExpiresAt: visit.ExpiresAt, OTPTo: visit.OneTimeTo,
		OTPChosen: p.FormValue("one_time_password") == "true"}.Page())
}

// memberDesks are the desks for a member of an incident to call; it puts the company that
// answers for them over the page.
func (p *page) memberDesks(incident int64) (env notices.Env, states []ui.DeskState, err error) {
	list, err := desks.List(p.db)
	if err != nil {
		return env, nil, err
	}
	if env, err = p.company(incident); err != nil {
		return env, nil, err
	}
	involved, err := incidents.Involve(p.db, incident)
	if err != nil {
		return env, nil, err
	}
	if p.about = involved.ID; involved.Operator != nil {
		p.frame.Logo = involved.Operator.MarkURL()
	}
	list = slices.DeleteFunc(list, func(d desks.Kept) bool { return !involved.Asks(d.IDs, d.Topics) })
	states, err = p.deskStates(list)
	return env, states, err
}

// company puts the company that answers for an incident over the page; of no incident (0)
// the only one there is.
func (p *page) company(incident int64) (notices.Env, error) {
	env, err := p.w.env(p.ctx, p.w.s.Clock(), i18n.Lang(p.ctx), incident)
	if err != nil {
		return env, err
	}
	p.frame.Company = env.Company
	return env, p.rememberCompany()
}

// rememberCompany keeps the company for memberHeading, as long as the program runs.
func (p *page) rememberCompany() error {
	lang := i18n.Lang(p.ctx)
	if _, known := p.w.company.Load(lang); known {
		return nil
	}
	env, err := p.w.env(p.ctx, p.w.s.Clock(), lang, 0)
	if err == nil && env.Company != "" {
		p.w.company.Store(lang, env.Company)
	}
	return err
}

// resetGone says the same of every link that does not work, whatever the cause: a
// suspicion is nothing that its visitor is told. Whose members a link was for its page tells.
func (p *page) resetGone(err error) error {
	if !fault.Of(err, fault.NotFound) && !fault.Of(err, fault.Forbidden) {
		return err
	}
	incident, err := resets.IncidentOf(p.db, p.Param("token"))
	if err != nil {
		return err
	}
	_, states, err := p.memberDesks(incident)
	if err != nil {
		return err
	}
	p.status = http.StatusNotFound
	return p.render(ui.ResetsInvalid{Frame: p.frame, Desks: states}.Page())
}

func completeReset(p *page) error {
	p.Response().Header().Set("Referrer-Policy", "no-referrer")
	visit, err := resets.Look(p.ctx, p.w.s, p.Param("token"), true)
	if err != nil {
		return p.sentAgain(err)
	}
	done := completed{Link: p.linkKey(), At: p.w.s.Clock(), OneTime: p.FormValue("one_time_password") == "true", Language: visit.Language, Incident: visit.IncidentID}
	order, err := resets.Complete(p.ctx, p.w.s, p.Param("token"), p.FormValue("password"), p.FormValue("password_again"), done.OneTime)
	if f, ok := fault.As(err); ok && len(f.Fields) > 0 {
		p.speak(visit.Language)
		p.refuse(f, "")
		p.frame.Typed = nil
		return showReset(p)
	}
	if fault.Is(err, "directory_refused") {
		p.speak(visit.Language)
		return p.resetPending(visit.IncidentID, true)
	}
	if err != nil {
		return p.sentAgain(err)
	}
	if order != nil {
		done.Order = order.ID
	}
	if err := p.keepCompleted(done); err != nil {
		return err
	}
	return p.Redirect(http.StatusSeeOther, "/reset/done")
}
