package web

import (
	"net/http"
	"slices"

	"hoten/app/fault"
	"hoten/app/resets"
	"hoten/app/staff"
	"hoten/i18n"
	"hoten/ui"
)

// A password is judged while it is typed, by the rule that will accept or refuse it. What is
// asked changes and records nothing.

func judgeReset(p *page) error {
	return p.judged(resets.Judge(p.ctx, p.w.s, p.Param("token"), p.FormValue("password")))
}

func judgeFirst(p *page) error {
	account, err := staff.Enrolling(p.ctx, p.w.s, p.Param("token"))
	if err != nil {
		return err
	}
	return p.judged(account.Judge(p.FormValue("password")))
}

func judgeNext(p *page) error {
	if password := p.FormValue("password"); password == p.FormValue("current_password") {
		return p.judged(fault.Input("password", "password_same"))
	}
	return p.judged(p.account.Judge(p.FormValue("password")))
}

// judged answers with what is refused, in the language of the page that asks; empty: nothing.
func (p *page) judged(err error) error {
	f, ok := fault.As(err)
	if err != nil && (!ok || len(f.Fields) == 0) {
		return err
	}
	if lang := p.FormValue("lang"); slices.Contains(i18n.Langs, lang) {
		p.ctx = i18n.With(p.ctx, lang)
	}
	refused := ""
	if ok {
		refused = ui.ProblemsOf(p.ctx, "", f)[0].Text
	}
	return p.JSON(http.StatusOK, map[string]string{"refused": refused})
}
