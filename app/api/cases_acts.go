package api

import (
	"net/http"
	"time"

	"hoten/app/cases"
	"hoten/app/resets"
)

// withReason is the shape of every decision about a case that takes a reason.
func (a *API) withReason(r *request, act func(id int64, reason string) error) error {
	id, err := r.caseID()
	if err != nil {
		return err
	}
	var in struct {
		Reason string `json:"reason"`
	}
	if err := r.body(&in); err != nil {
		return err
	}
	if err := act(id, in.Reason); err != nil {
		return err
	}
	return a.writeCase(r, http.StatusOK, id)
}

func addToIncident(a *API, r *request) error {
	id, err := r.caseID()
	if err != nil {
		return err
	}
	var in struct {
		Reason   string           `json:"reason"`
		Balances map[string]int64 `json:"balances"`
	}
	if err := r.body(&in); err != nil {
		return err
	}
	if _, err := cases.AddToIncident(r.Request().Context(), a.s, r.by, id, in.Reason, in.Balances); err != nil {
		return err
	}
	return a.writeCase(r, http.StatusOK, id)
}

func reopenVerification(a *API, r *request) error {
	return a.withReason(r, func(id int64, reason string) error {
		_, err := cases.ReopenVerification(r.Request().Context(), a.s, r.by, id, reason)
		return err
	})
}

func clearImpostor(a *API, r *request) error {
	return a.withReason(r, func(id int64, reason string) error {
		_, err := cases.ClearImpostor(r.Request().Context(), a.s, r.by, id, reason, nil)
		return err
	})
}

func upholdImpostor(a *API, r *request) error {
	return a.withReason(r, func(id int64, reason string) error {
		_, err := cases.UpholdImpostor(r.Request().Context(), a.s, r.by, id, reason)
		return err
	})
}

func release(a *API, r *request) error {
	return a.withReason(r, func(id int64, reason string) error {
		_, err := resets.Release(r.Request().Context(), a.s, r.by, id, reason)
		return err
	})
}

func restrict(a *API, r *request) error {
	return a.withReason(r, func(id int64, reason string) error {
		_, err := resets.Restrict(r.Request().Context(), a.s, r.by, id, time.Time{}, reason)
		return err
	})
}

func recordRepresentative(a *API, r *request) error {
	id, err := r.caseID()
	if err != nil {
		return err
	}
	var in struct {
		Relation  string `json:"relation"`
		Documents string `json:"documents"`
	}
	if err := r.body(&in); err != nil {
		return err
	}
	if _, err := cases.RecordRepresentative(r.Request().Context(), a.s, r.by, id, in.Relation, in.Documents); err != nil {
		return err
	}
	return a.writeCase(r, http.StatusCreated, id)
}

func withdrawRepresentative(a *API, r *request) error {
	representative, err := r.id()
	if err != nil {
		return err
	}
	return a.withReason(r, func(id int64, reason string) error {
		_, err := cases.WithdrawRepresentative(r.Request().Context(), a.s, r.by, id, representative, reason)
		return err
	})
}

func reveal(a *API, r *request) error {
	id, err := r.caseID()
	if err != nil {
		return err
	}
	var in struct {
		Reason string `json:"reason"`
	}
	if err := r.body(&in); err != nil {
		return err
	}
	m, err := cases.Reveal(r.Request().Context(), a.s, r.by, id, in.Reason)
	if err != nil {
		return err
	}
	r.Response().Header().Set("Cache-Control", "no-store")
	return r.JSON(http.StatusOK, memberJSON{m.Person.Name, m.Person.Kana, m.Person.BirthDate, m.Person.Address, m.Person.CustomerNumber, m.Phones, m.Emails, nil, m.Person.Language})
}

func sendReset(a *API, r *request) error {
	id, err := r.caseID()
	if err != nil {
		return err
	}
	if _, err := resets.Send(r.Request().Context(), a.s, r.by, id, a.baseURL); err != nil {
		return err
	}
	return a.writeCase(r, http.StatusAccepted, id)
}

func notifyCase(a *API, r *request) error {
	id, err := r.caseID()
	if err != nil {
		return err
	}
	done, err := resets.Notify(r.Request().Context(), a.s, r.by, id)
	if err != nil {
		return err
	}
	return r.JSON(http.StatusAccepted, done)
}
