package web

import (
	"strconv"

	"hoten/app/access"
	"hoten/app/fault"
	"hoten/app/notices"
	"hoten/ui"
)

func (p *page) stoppedQueues(shown *ui.MailsIndex) error {
	list, err := notices.StoppedQueues(p.db)
	for _, q := range list {
		shown.Stopped = append(shown.Stopped, ui.MailQueue{ID: q.ID, Domain: q.Scope, AboutUs: q.AboutUs, Said: q.Said, StoppedAt: moment(q.StoppedAt),
			ProbeAt: moment(q.ProbeAt), Waiting: q.Waiting, Refused: q.Refused})
	}
	shown.MayResume = p.by.May(access.ManageIncidents)
	return err
}

// resumeMails lets a stopped queue go on. Where addresses were refused the form asks
// what becomes of the mails to them; where we were, there is nothing to ask.
func resumeMails(p *page) error {
	id, err := p.id()
	if err != nil {
		return err
	}
	form, refused := "resume-"+strconv.FormatInt(id, 10), p.FormValue("refused")
	if refused != "" && refused != "again" && refused != "keep" {
		return p.again(fault.Input("refused", "resume_refused_unknown"), form, showMails)
	}
	if err := notices.Resume(p.ctx, p.w.s, p.by, id, refused == "again", p.FormValue("reason")); err != nil {
		return p.again(err, form, showMails)
	}
	return p.to("/mails", "mails_resumed")
}

// kept counts the mails that were only kept, for those who may send them now that there is a
// mail server.
func (p *page) kept() (int64, error) {
	if !p.w.mails || !p.by.May(access.ManageIncidents) {
		return 0, nil
	}
	return notices.Kept(p.db)
}

func sendKeptMails(p *page) error {
	queued, err := notices.SendKept(p.ctx, p.w.s, p.by, p.w.mails)
	if err != nil {
		return p.again(err, "", showMails)
	}
	return p.to("/mails", "mails_kept_queued", "count", queued)
}
