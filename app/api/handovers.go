package api

import (
	"net/http"
	"time"

	"hoten/app/access"
	"hoten/app/cases"
	"hoten/app/store"
)

type handoverJSON struct {
	ID        int64     `json:"id"`
	Call      int64     `json:"call"`
	From      int64     `json:"from"`
	To        int64     `json:"to"`
	State     string    `json:"state"`
	OfferedAt time.Time `json:"offered_at"`
	ExpiresAt time.Time `json:"expires_at"`
}

func handoverOf(h *cases.Handover) handoverJSON {
	return handoverJSON{h.ID, h.CallID, h.FromID, h.ToID, h.State, h.OfferedAt, h.ExpiresAt}
}

func offerHandover(a *API, r *request) error {
	id, err := r.id()
	if err != nil {
		return err
	}
	var in struct {
		To   int64  `json:"to"`
		Note string `json:"note"`
	}
	if err := r.body(&in); err != nil {
		return err
	}
	h, err := cases.OfferHandover(r.Request().Context(), a.s, r.by, id, in.To, in.Note)
	if err != nil {
		return err
	}
	return r.JSON(http.StatusCreated, handoverOf(h))
}

func withdrawHandover(a *API, r *request) error {
	id, err := r.id()
	if err != nil {
		return err
	}
	h, err := cases.WithdrawHandover(r.Request().Context(), a.s, r.by, id)
	if err != nil {
		return err
	}
	return r.JSON(http.StatusOK, handoverOf(h))
}

func acceptHandover(a *API, r *request) error {
	id, err := r.id()
	if err != nil {
		return err
	}
	var in struct {
		EndOpen bool `json:"end_open"`
	}
	if err := r.body(&in); err != nil {
		return err
	}
	call, err := cases.AcceptHandover(r.Request().Context(), a.s, r.by, id, in.EndOpen)
	if err != nil {
		return err
	}
	return r.JSON(http.StatusCreated, a.callOf(call))
}

func declineHandover(a *API, r *request) error {
	id, err := r.id()
	if err != nil {
		return err
	}
	h, err := cases.DeclineHandover(r.Request().Context(), a.s, r.by, id)
	if err != nil {
		return err
	}
	return r.JSON(http.StatusOK, handoverOf(h))
}

// listHandovers lists the open offers to whoever asks; there are never more than a few.
func listHandovers(a *API, r *request) error {
	found, err := store.Now(r.db, func(reads *store.Reads) *[]cases.OfferTo {
		return cases.AskOffersTo(reads, r.by.ID, a.s.Clock())
	})
	if err != nil {
		return err
	}
	type item struct {
		handoverJSON
		Case string `json:"case"`
		Note string `json:"note"`
	}
	out := list[item]{Items: []item{}}
	for _, o := range found {
		note, err := o.PlainNote(a.s.Vault)
		if err != nil {
			return err
		}
		out.Items = append(out.Items, item{handoverOf(&o.Handover), cases.Number(o.CaseID), note})
	}
	return r.JSON(http.StatusOK, out)
}

// listReceivers lists whom a call of the caller's can be handed to.
func listReceivers(a *API, r *request) error {
	id, err := r.id()
	if err != nil {
		return err
	}
	call, err := store.Find[cases.Call](r.db, "id = ?", id)
	if err != nil {
		return err
	}
	now := a.s.Clock()
	found, err := store.Now(r.db, func(reads *store.Reads) *[]cases.Receiver { return cases.AskReceivers(reads, call, now) })
	if err != nil {
		return err
	}
	type item struct {
		ID        int64       `json:"id"`
		Name      string      `json:"name"`
		Role      access.Role `json:"role"`
		Languages []string    `json:"languages"`
		InCall    bool        `json:"in_call"`
		Here      bool        `json:"here"`
	}
	out := list[item]{Items: []item{}}
	for _, s := range found {
		out.Items = append(out.Items, item{s.ID, s.Name.String(), s.Role, s.Speaks(), s.InCall, s.Here(now)})
	}
	return r.JSON(http.StatusOK, out)
}
