package web

import (
	"errors"
	"io/fs"
	"mime"
	"net/http"
	"slices"
	"strconv"

	"hoten/app/access"
	"hoten/app/cases"
	"hoten/app/fault"
	"hoten/app/notices"
	"hoten/app/store"
	"hoten/app/vault"
	"hoten/ui"
)

func showMails(p *page) error {
	p.section("mails")
	shown, f, err := p.mailsQuery()
	if err != nil {
		return err
	}
	if err := p.stoppedQueues(&shown); err != nil {
		return err
	}
	if shown.Kept, err = p.kept(); err != nil {
		return err
	}
	rows, err := notices.Find(p.db, f)
	if err != nil {
		return err
	}
	rows, shown.NextCursor = cut(rows, func(m notices.Mail) int64 { return m.ID })
	if shown.Rows, err = p.mailRows(rows); err != nil {
		return err
	}
	shown.Frame = p.frame
	return p.render(shown.Page())
}

// mailsQuery reads the address of the list.
func (p *page) mailsQuery() (shown ui.MailsIndex, f notices.Filter, err error) {
	shown = ui.MailsIndex{Kinds: notices.Kinds, States: p.w.mailStates(), Kind: p.known("kind", p.QueryParam("kind"), notices.Kinds...), State: p.known("state", p.QueryParam("state"), p.w.mailStates()...), Case: p.QueryParam("case")}
	f = notices.Filter{Kind: shown.Kind, Shown: shown.State, Before: p.cursor(), Limit: pageSize}
	if p.w.demo && f.Shown == notices.Sent {
		f.Shown, f.State = "", notices.Sent
	}
	if id, ok := cases.ParseNumber(shown.Case); ok {
		f.CaseID = id
	} else if shown.Case != "" {
		p.bad.Add("case", "case_number_invalid")
	}
	known, err := cases.Known(p.db, f.CaseID)
	if err == nil {
		err = f.Check(known)
	}
	return shown, f, err
}

func (p *page) mailRows(rows []notices.Mail) ([]ui.MailRow, error) {
	out := make([]ui.MailRow, len(rows))
	for i, m := range rows {
		to, err := m.PlainRecipient(p.w.s.Vault)
		if err != nil {
			return nil, err
		}
		out[i] = ui.MailRow{ID: m.ID, Kind: m.Kind, Case: mailCase(m), To: vault.MaskEmail(to), Subject: subject(m), State: p.w.mailState(m), At: m.QueuedAt}
	}
	return out, nil
}

func mailCase(m notices.Mail) string {
	if m.CaseID == nil {
		return ""
	}
	return cases.Number(*m.CaseID)
}

// mailState is the state of a mail as it is shown. The demo means to keep its mails: there they
// count as sent.
func (w *Web) mailState(m notices.Mail) string {
	if m.Kept && w.demo {
		return m.State
	}
	return m.ShownAs()
}

// mailStates are the states that mails are shown in.
func (w *Web) mailStates() []string {
	return slices.DeleteFunc(slices.Clone(notices.Shown), func(state string) bool { return state == notices.OnlyKept && w.demo })
}

func subject(m notices.Mail) string {
	if m.Subject != "" {
		return m.Subject
	}
	return notices.SubjectOf(m.Kind, m.Language, notices.Env{})
}

func (p *page) mail() (m *notices.Mail, message notices.Message, from string, err error) {
	id, err := p.id()
	if err != nil {
		return nil, message, "", err
	}
	if m, err = notices.ByID(p.db, id); err != nil {
		return nil, message, "", err
	}
	var incident int64
	if m.CaseID != nil {
		c, err := store.Find[cases.Case](p.db, "id = ?", *m.CaseID)
		if err != nil {
			return nil, message, "", err
		}
		incident = c.IncidentID
	}
	env, err := p.w.env(p.ctx, p.w.s.Clock(), m.Language, incident)
	if err != nil {
		return nil, message, "", err
	}
	if message, err = p.asGot(m); message.Text == "" && err == nil {
		message, err = m.Show(p.w.s.Vault, env)
	}
	return m, message, readable(env.From), err
}

// asGot is a mail as the member got it, with its code, link and name; nothing outside of
// training, and of one that has not left.
func (p *page) asGot(m *notices.Mail) (message notices.Message, err error) {
	if on, err := p.training(); err != nil || !on {
		return message, err
	}
	if message, err = p.w.training.Read(m.MessageID); errors.Is(err, fs.ErrNotExist) {
		return message, nil
	}
	return message, err
}

// readable is a header field as mail programs show it. One that cannot be decoded is shown
// as it is.
func readable(field string) string {
	if decoded, err := new(mime.WordDecoder).DecodeHeader(field); err == nil {
		return decoded
	}
	return field
}

func showMail(p *page) error {
	p.section("mails")
	m, message, from, err := p.mail()
	if err != nil {
		return err
	}
	to, err := m.PlainRecipient(p.w.s.Vault)
	if err != nil {
		return err
	}
	said := ""
	if p.by.May(access.ManageIncidents) {
		said = m.Error
	}
	links, err := p.links(message.Text)
	if err != nil {
		return err
	}
	return p.render(ui.MailsShow{Links: links, Frame: p.frame, ID: m.ID, Kind: m.Kind, Case: mailCase(*m), To: vault.MaskEmail(to), From: from, Subject: subject(*m),
		Language: m.Language, State: p.w.mailState(*m), Attempts: int(m.Attempts), MessageID: m.MessageID, Reason: m.Reason, Error: said, QueuedAt: m.QueuedAt, SentAt: moment(m.SentAt),
		Text: message.Text, HTML: message.HTML != ""}.Page())
}

// showMailHTML is the mail's HTML part, for a frame that may run nothing.
func showMailHTML(p *page) error {
	_, message, _, err := p.mail()
	if err != nil {
		return err
	}
	h := p.Response().Header()
	h.Set("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'self'; sandbox")
	h.Set("X-Frame-Options", "SAMEORIGIN")
	return p.HTML(http.StatusOK, message.HTML)
}

func resendMail(p *page) error {
	id, err := p.id()
	if err != nil {
		return err
	}
	_, err = notices.Resend(p.ctx, p.w.s, p.by, id, p.w.mails)
	if _, refused := fault.As(err); refused {
		return p.again(err, "", showMail)
	}
	if err != nil {
		return err
	}
	return p.to("/mails/"+strconv.FormatInt(id, 10), "mail_queued")
}
