package web

import (
	"hoten/app/access"
	"hoten/app/installation"
	"hoten/app/notices"
	"hoten/ui"
)

// showInstallation is where the database lives, and what releasing a copy would send.
func showInstallation(p *page) error {
	p.section("setup")
	now, err := installation.Look(p.ctx, p.w.s)
	if err != nil {
		return err
	}
	waits, err := notices.Outbox(p.db)
	if err != nil {
		return err
	}
	shown := ui.InstallationShow{Frame: p.frame, Held: now.Held, Here: now.Here, Last: now.Last, LastAt: moment(now.LastAt),
		Waiting: waits.Count, Since: moment(waits.Since), MayRelease: p.by.May(access.ManageStaff), MailsKept: !p.w.mails}
	if since, err := p.w.mailServer(); err != nil {
		shown.Silent, shown.Said = since, err.Error()
	}
	return p.render(shown.Page())
}

func releaseInstallation(p *page) error {
	done, err := installation.Release(p.ctx, p.w.s, p.by, p.FormValue("mails"), p.FormValue("reason"))
	if err != nil {
		return p.again(err, "release", showInstallation)
	}
	switch {
	case done.Mails == 0:
		return p.to("/installation", "installation_released_empty")
	case p.FormValue("mails") == installation.Discard:
		return p.to("/installation", "installation_discarded", "count", done.Mails)
	}
	return p.to("/installation", "installation_released", "count", done.Mails)
}
