package api

import (
	"net/http"
	"time"

	"hoten/app/access"
	"hoten/app/cases"
	"hoten/app/fault"
	"hoten/app/notices"
	"hoten/app/vault"
)

type mailJSON struct {
	ID        int64      `json:"id"`
	Case      string     `json:"case,omitempty"`
	Kind      string     `json:"kind"`
	To        string     `json:"to"`
	Language  string     `json:"language"`
	Subject   string     `json:"subject"`
	State     string     `json:"state"`
	Kept      bool       `json:"kept"` // only kept, and not sent, because no mail server was set up
	Attempts  int16      `json:"attempts"`
	MessageID string     `json:"message_id"`
	Reason    string     `json:"reason,omitempty"`
	Error     string     `json:"error,omitempty"` // for whoever mends the cause
	QueuedAt  time.Time  `json:"queued_at"`
	SentAt    *time.Time `json:"sent_at"`
}

func (a *API) mailOf(r *request, m notices.Mail) (mailJSON, error) {
	to, err := m.PlainRecipient(a.s.Vault)
	out := mailJSON{ID: m.ID, Kind: m.Kind, To: vault.MaskEmail(to), Language: m.Language, Subject: m.Subject, State: m.State, Kept: m.Kept,
		Attempts: m.Attempts, MessageID: m.MessageID, Reason: m.Reason, QueuedAt: m.QueuedAt, SentAt: m.SentAt}
	if r.by.May(access.ManageIncidents) {
		out.Error = m.Error
	}
	if m.CaseID != nil {
		out.Case = cases.Number(*m.CaseID)
	}
	if out.Subject == "" {
		out.Subject = notices.SubjectOf(m.Kind, m.Language, notices.Env{})
	}
	return out, err
}

func listMails(a *API, r *request) error {
	limit, before, err := r.page()
	if err != nil {
		return err
	}
	f := notices.Filter{Kind: r.QueryParam("kind"), State: r.QueryParam("state"), Before: before, Limit: limit}
	if v := r.QueryParam("case"); v != "" {
		id, ok := cases.ParseNumber(v)
		if !ok {
			return fault.Input("case", "case_number_invalid")
		}
		f.CaseID = id
	}
	known, err := cases.Known(r.db, f.CaseID)
	if err == nil {
		err = f.Check(known)
	}
	if err != nil {
		return err
	}
	rows, err := notices.Find(r.db, f)
	if err != nil {
		return err
	}
	page, err := paged(r, rows, limit, func(m notices.Mail) int64 { return m.ID }, func(m notices.Mail) (mailJSON, error) { return a.mailOf(r, m) })
	if err != nil {
		return err
	}
	return r.JSON(http.StatusOK, page)
}

func resendMail(a *API, r *request) error {
	id, err := r.id()
	if err != nil {
		return err
	}
	m, err := notices.Resend(r.Request().Context(), a.s, r.by, id, a.mails)
	if err != nil {
		return err
	}
	out, err := a.mailOf(r, *m)
	if err != nil {
		return err
	}
	return r.JSON(http.StatusAccepted, out)
}

func sendKeptMails(a *API, r *request) error {
	queued, err := notices.SendKept(r.Request().Context(), a.s, r.by, a.mails)
	if err != nil {
		return err
	}
	return r.JSON(http.StatusAccepted, map[string]int64{"queued": queued})
}
