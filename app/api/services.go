package api

import (
	"net/http"
	"time"

	"hoten/app/fault"
	"hoten/app/services"
)

type serviceJSON struct {
	ID      int64      `json:"id"`
	Program string     `json:"program"`
	Service string     `json:"service"`
	State   string     `json:"state"`
	From    time.Time  `json:"from"`
	Until   *time.Time `json:"until"`
	Holds   bool       `json:"holds"`
	Note    string     `json:"note,omitempty"`
	SetBy   string     `json:"set_by"`
	SetAt   time.Time  `json:"set_at"`
	Version int64      `json:"version"`
}

func (a *API) servicesOf(list []services.Named, at time.Time) []serviceJSON {
	out := make([]serviceJSON, len(list))
	for i, n := range list {
		out[i] = serviceJSON{n.ID, n.Code, n.Service, n.State, n.FromAt, n.UntilAt, n.Holds(at), n.Note, n.Setter.String(), n.SetAt, n.Version}
	}
	return out
}

func (a *API) writeService(r *request, status int, id int64) error {
	n, err := services.Get(r.db, id)
	if err != nil {
		return err
	}
	return r.JSON(status, a.servicesOf([]services.Named{*n}, a.s.Clock())[0])
}

// listServices answers what counts at a time, or without one whatever has not ended.
func listServices(a *API, r *request) error {
	at := a.s.Clock()
	if given := r.QueryParam("at"); given != "" {
		var err error
		if at, err = time.Parse(time.RFC3339, given); err != nil {
			return fault.Input("at", "time_invalid")
		}
		now, err := services.Now(r.db, at)
		if err != nil {
			return err
		}
		return r.JSON(http.StatusOK, map[string]any{"items": a.servicesOf(now, at), "next": nil})
	}
	current, _, err := services.List(r.db, at)
	if err != nil {
		return err
	}
	return r.JSON(http.StatusOK, map[string]any{"items": a.servicesOf(current, at), "next": nil})
}

func setService(a *API, r *request) error {
	var in struct {
		Program string     `json:"program"`
		Service string     `json:"service"`
		State   string     `json:"state"`
		From    time.Time  `json:"from"`
		Until   *time.Time `json:"until"`
		Note    string     `json:"note"`
		Reason  string     `json:"reason"`
	}
	if err := r.body(&in); err != nil {
		return err
	}
	made, err := services.Set(r.Request().Context(), a.s, r.by, services.New{Program: in.Program, Service: in.Service, State: in.State,
		From: in.From, Until: in.Until, Note: in.Note, Reason: in.Reason})
	if err != nil {
		return err
	}
	return a.writeService(r, http.StatusCreated, made.ID)
}

func changeService(a *API, r *request) error {
	id, err := r.id()
	if err != nil {
		return err
	}
	var in struct {
		Until   *time.Time `json:"until"`
		Note    string     `json:"note"`
		Reason  string     `json:"reason"`
		Version int64      `json:"version"`
	}
	if err := r.body(&in); err != nil {
		return err
	}
	ch := services.Change{Until: in.Until, Note: in.Note, Reason: in.Reason, Version: in.Version}
	if _, err := services.Amend(r.Request().Context(), a.s, r.by, id, ch); err != nil {
		return err
	}
	return a.writeService(r, http.StatusOK, id)
}

func voidService(a *API, r *request) error {
	id, err := r.id()
	if err != nil {
		return err
	}
	var in struct {
		Reason  string `json:"reason"`
		Version int64  `json:"version"`
	}
	if err := r.body(&in); err != nil {
		return err
	}
	if _, err := services.Void(r.Request().Context(), a.s, r.by, id, in.Version, in.Reason); err != nil {
		return err
	}
	return r.NoContent(http.StatusNoContent)
}
