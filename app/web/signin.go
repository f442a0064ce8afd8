package web

import (
	"fmt"
	"net/http"
	"slices"
	"time"

	"hoten/app/edge"
	"hoten/app/fault"
	"hoten/app/staff"
	"hoten/i18n"
	"hoten/ui"
)

func showSignin(p *page) error {
	if p.account != nil {
		return p.Redirect(http.StatusSeeOther, local(p.QueryParam("next")))
	}
	var flash ui.Flash
	if p.QueryParam("lost") != "" {
		flash = ui.Flash{Tone: "attention", Text: i18n.T(p.ctx, "staff.signin.lost")}
	}
	return p.renderSignin(local(p.QueryParam("next")), flash)
}

func (p *page) renderSignin(next string, flash ui.Flash) error {
	shown := ui.StaffSignin{Frame: p.frame, Next: next, Flash: flash}
	for _, n := range p.w.signIns {
		named := staff.Staff{Name: n.Name, NameEn: n.NameEn}
		shown.Demo = append(shown.Demo, ui.SignIn{Email: n.Email, Role: string(n.Role), Name: named.NameIn(i18n.Lang(p.ctx)), Password: n.Password})
	}
	return p.render(shown.Page())
}

func signIn(p *page) error {
	account, err := staff.SignIn(p.ctx, p.w.s, p.FormValue("email"), p.FormValue("password"), edge.Client(p.Context))
	if f, ok := fault.As(err); ok {
		p.status = statuses[f.Kind]
		if f.Kind == fault.RateLimited && len(f.Args) == 2 {
			p.Response().Header().Set("Retry-After", fmt.Sprint(f.Args[1]))
		}
		p.frame.Typed = map[string]string{"email": p.FormValue("email")}
		return p.renderSignin(local(p.FormValue("next")), ui.FlashOf(p.ctx, f))
	}
	if err != nil {
		return err
	}
	if err := p.begin(account); err != nil {
		return err
	}
	return p.Redirect(http.StatusSeeOther, local(p.FormValue("next")))
}

func signOut(p *page) error {
	if err := staff.SignedOut(p.ctx, p.w.s, p.by); err != nil {
		return err
	}
	if err := p.w.sessions.Destroy(p.Request().Context()); err != nil {
		return err
	}
	p.Response().Header().Set("Clear-Site-Data", `"cache"`) // decision 102
	return p.Redirect(http.StatusSeeOther, "/signin")
}

func showEnrol(p *page) error {
	if _, err := p.company(0); err != nil {
		return err
	}
	account, err := staff.Enrolling(p.ctx, p.w.s, p.Param("token"))
	if fault.Of(err, fault.NotFound) {
		p.status = http.StatusNotFound
		return p.render(ui.StaffEnrol{Frame: p.frame}.Page())
	}
	if err != nil {
		return err
	}
	return p.render(ui.StaffEnrol{Frame: p.frame, Name: account.NameIn(i18n.Lang(p.ctx)), Email: account.Email, Valid: true}.Page())
}

func enrol(p *page) error {
	account, err := staff.SetFirstPassword(p.ctx, p.w.s, p.Param("token"), p.FormValue("password"), p.FormValue("password_again"))
	if f, ok := fault.As(err); ok && len(f.Fields) > 0 {
		p.refuse(f, "")
		p.frame.Typed = nil
		return showEnrol(p)
	}
	if err != nil {
		return showEnrol(p)
	}
	if err := p.begin(account); err != nil {
		return err
	}
	return p.Redirect(http.StatusSeeOther, "/")
}

func setLanguage(p *page) error {
	lang := p.FormValue("language")
	if !slices.Contains(i18n.Langs, lang) {
		return fault.Input("language", "language_unknown")
	}
	p.keepCookie(languageCookie, lang, 365*24*time.Hour)
	if p.account != nil {
		if err := staff.Prefer(p.ctx, p.w.s, p.by, staff.Preferences{Language: lang}); err != nil {
			return err
		}
	}
	return p.Redirect(http.StatusSeeOther, local(p.FormValue("back")))
}

func setAppearance(p *page) error {
	if err := staff.Prefer(p.ctx, p.w.s, p.by, staff.Preferences{Theme: p.FormValue("theme"), TextSize: p.FormValue("text_size")}); err != nil {
		return err
	}
	return p.Redirect(http.StatusSeeOther, local(p.FormValue("back")))
}
