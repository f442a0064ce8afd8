package web

import (
	"hoten/app/fault"
	"hoten/app/staff"
	"hoten/ui"
)

func showPassword(p *page) error {
	return p.render(ui.StaffPassword{Frame: p.frame, Email: p.account.Email}.Page())
}

// changePassword ends all sessions of the account and begins this browser's anew.
func changePassword(p *page) error {
	account, err := staff.ChangePassword(p.ctx, p.w.s, p.by, p.FormValue("current_password"), p.FormValue("password"), p.FormValue("password_again"), p.RealIP())
	if f, ok := fault.As(err); ok {
		p.refuse(f, "")
		p.frame.Typed = nil // no password goes back into a page
		return showPassword(p)
	}
	if err != nil {
		return err
	}
	if err := p.begin(account); err != nil {
		return err
	}
	return p.to("/tokens", "password_changed")
}
