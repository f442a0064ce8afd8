package api

import (
	"net/http"
	"time"

	"hoten/app/fault"
	"hoten/app/installation"
	"hoten/app/notices"
)

type installationJSON struct {
	Held         bool       `json:"held"`
	Place        string     `json:"place"`
	KnownPlace   string     `json:"known_place"`
	KnownAt      *time.Time `json:"known_at"`
	MailsWaiting int64      `json:"mails_waiting"`
	WaitingSince *time.Time `json:"waiting_since"`
}

func showInstallation(a *API, r *request) error {
	now, err := installation.Look(r.Request().Context(), a.s)
	if err != nil {
		return err
	}
	waits, err := notices.Outbox(r.db)
	if err != nil {
		return err
	}
	return r.JSON(http.StatusOK, installationJSON{now.Held, now.Here, now.Last, now.LastAt, waits.Count, waits.Since})
}

func releaseInstallation(a *API, r *request) error {
	var in struct {
		Mails  string `json:"mails"`
		Reason string `json:"reason"`
	}
	if err := r.body(&in); err != nil {
		return err
	}
	if _, err := installation.Release(r.Request().Context(), a.s, r.by, in.Mails, in.Reason); err != nil {
		return err
	}
	return showInstallation(a, r)
}

type mailQueueJSON struct {
	ID        int64      `json:"id"`
	Domain    *string    `json:"domain"` // null: all mails
	AboutUs   bool       `json:"about_us"`
	Said      string     `json:"said"`
	Since     time.Time  `json:"since"`
	StoppedAt *time.Time `json:"stopped_at"`
	ProbeAt   *time.Time `json:"probe_at"`
	Waiting   int64      `json:"waiting"`
	Refused   int64      `json:"refused"`
}

func listMailQueues(_ *API, r *request) error {
	stopped, err := notices.StoppedQueues(r.db)
	if err != nil {
		return err
	}
	out := list[mailQueueJSON]{Items: []mailQueueJSON{}}
	for _, q := range stopped {
		item := mailQueueJSON{q.ID, &q.Scope, q.AboutUs, q.Said, q.Since, q.StoppedAt, q.ProbeAt, q.Waiting, q.Refused}
		if q.Scope == notices.All {
			item.Domain = nil
		}
		out.Items = append(out.Items, item)
	}
	return r.JSON(http.StatusOK, out)
}

func resumeMails(a *API, r *request) error {
	id, err := r.id()
	if err != nil {
		return err
	}
	var in struct {
		Refused string `json:"refused"`
		Reason  string `json:"reason"`
	}
	if err := r.body(&in); err != nil {
		return err
	}
	if in.Refused != "" && in.Refused != "again" && in.Refused != "keep" {
		return fault.Input("refused", "resume_refused_unknown")
	}
	if err := notices.Resume(r.Request().Context(), a.s, r.by, id, in.Refused == "again", in.Reason); err != nil {
		return err
	}
	return r.NoContent(http.StatusNoContent)
}
