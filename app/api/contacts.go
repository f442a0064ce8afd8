package api

import (
	"net/http"
	"time"

	"hoten/app/cases"
	"hoten/app/fault"
)

type contactChangeJSON struct {
	ID         int64     `json:"id"`
	Case       string    `json:"case"`
	Kind       string    `json:"kind"`
	State      string    `json:"state"`
	ProposedBy int64     `json:"proposed_by"`
	ProposedAt time.Time `json:"proposed_at"`
}

func (r *request) contactChange(status int, ch *cases.ContactChange, err error) error {
	if err != nil {
		return err
	}
	return r.JSON(status, contactChangeJSON{ch.ID, cases.Number(ch.CaseID), ch.Kind, ch.State, ch.ProposedBy, ch.ProposedAt})
}

func proposeContact(a *API, r *request) error {
	id, err := r.caseID()
	if err != nil {
		return err
	}
	var in struct {
		Kind      string `json:"kind"`
		Value     string `json:"value"`
		Documents string `json:"documents"`
	}
	if err := r.body(&in); err != nil {
		return err
	}
	ch, err := cases.ProposeContact(r.Request().Context(), a.s, r.by, id, in.Kind, in.Value, in.Documents)
	return r.contactChange(http.StatusCreated, ch, err)
}

func confirmContact(a *API, r *request) error {
	id, err := r.id()
	if err != nil {
		return err
	}
	var in struct {
		Value string `json:"value"`
	}
	if err := r.body(&in); err != nil {
		return err
	}
	ch, err := cases.ConfirmContact(r.Request().Context(), a.s, r.by, id, in.Value)
	return r.contactChange(http.StatusOK, ch, err)
}

func refuseContact(a *API, r *request) error {
	id, reason, err := r.idAndReason()
	if err != nil {
		return err
	}
	ch, err := cases.RefuseContact(r.Request().Context(), a.s, r.by, id, reason)
	return r.contactChange(http.StatusOK, ch, err)
}

func withdrawContact(a *API, r *request) error {
	id, err := r.id()
	if err != nil {
		return err
	}
	ch, err := cases.WithdrawContact(r.Request().Context(), a.s, r.by, id)
	return r.contactChange(http.StatusOK, ch, err)
}

func undoContact(a *API, r *request) error {
	id, reason, err := r.idAndReason()
	if err != nil {
		return err
	}
	ch, err := cases.UndoContact(r.Request().Context(), a.s, r.by, id, reason)
	return r.contactChange(http.StatusOK, ch, err)
}

func (r *request) idAndReason() (id int64, reason string, err error) {
	if id, err = r.id(); err != nil {
		return 0, "", err
	}
	var in struct {
		Reason string `json:"reason"`
	}
	err = r.body(&in)
	return id, in.Reason, err
}

func recordLetter(a *API, r *request) error {
	id, err := r.caseID()
	if err != nil {
		return err
	}
	var in struct {
		SentOn string   `json:"sent_on"`
		About  []string `json:"about"`
	}
	if err := r.body(&in); err != nil {
		return err
	}
	if in.About != nil && len(in.About) == 0 {
		return fault.Input("about", "required") // null is as if it were absent
	}
	if _, err := cases.RecordLetter(r.Request().Context(), a.s, r.by, id, in.SentOn, in.About...); err != nil {
		return err
	}
	return a.writeCase(r, http.StatusOK, id)
}
