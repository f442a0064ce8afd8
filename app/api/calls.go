package api

import (
	"net/http"
	"time"

	"hoten/app/cases"
	"hoten/app/policies"
)

type callJSON struct {
	ID        int64      `json:"id"`
	Case      string     `json:"case"`
	Direction string     `json:"direction"`
	Relation  string     `json:"relation"`
	StartedAt time.Time  `json:"started_at"`
	EndedAt   *time.Time `json:"ended_at"`
	verification
}

func (a *API) callOf(c *cases.Call) callJSON {
	return callJSON{c.ID, cases.Number(c.CaseID), c.Direction, c.Relation, c.StartedAt, c.EndedAt, a.verificationOf(c)}
}

func (a *API) verificationOf(c *cases.Call) verification {
	return verification{Level: c.Valid(a.s.Clock()), ExpiresAt: c.ExpiresAt, Outcome: c.Outcome}
}

func startCall(a *API, r *request) error {
	id, err := r.caseID()
	if err != nil {
		return err
	}
	var in struct {
		Direction    string `json:"direction"`
		Desk         string `json:"desk"`
		CallerNumber string `json:"caller_number"`
		Relation     string `json:"relation"`
		Despite      *bool  `json:"despite"`
	}
	if err := r.body(&in); err != nil {
		return err
	}
	call, err := cases.StartCall(r.Request().Context(), a.s, r.by, id,
		cases.NewCall{Direction: in.Direction, Desk: in.Desk, CallerNumber: in.CallerNumber, Relation: in.Relation,
			Despite: in.Despite == nil || *in.Despite})
	if err != nil {
		return err
	}
	return r.JSON(http.StatusCreated, a.callOf(call))
}

func answer(a *API, r *request) error {
	id, err := r.id()
	if err != nil {
		return err
	}
	var in struct {
		Item           string `json:"item"`
		Value          string `json:"value"`
		ConfirmVariant bool   `json:"confirm_variant"`
	}
	if err := r.body(&in); err != nil {
		return err
	}
	got, err := cases.Answer(r.Request().Context(), a.s, r.by, id, in.Item, in.Value, in.ConfirmVariant)
	if err != nil {
		return err
	}
	p, err := policies.Current(r.db)
	if err != nil {
		return err
	}
	out := map[string]any{"match": got.Match, "level": got.Call.Valid(a.s.Clock()), "outcome": got.Call.Outcome,
		"wrong_left": max(0, p.Verification.WrongPerCall-int(got.Call.Wrong))}
	if got.Variant && !got.Match {
		out["variant"] = true
	}
	return r.JSON(http.StatusOK, out)
}

func conclude(a *API, r *request) error {
	id, err := r.id()
	if err != nil {
		return err
	}
	var in struct {
		Outcome string `json:"outcome"`
	}
	if err := r.body(&in); err != nil {
		return err
	}
	call, err := cases.Conclude(r.Request().Context(), a.s, r.by, id, in.Outcome)
	if err != nil {
		return err
	}
	return r.JSON(http.StatusOK, a.verificationOf(call))
}

func sendCode(a *API, r *request) error {
	id, err := r.id()
	if err != nil {
		return err
	}
	call, err := cases.SendCode(r.Request().Context(), a.s, r.by, id)
	if err != nil {
		return err
	}
	return r.JSON(http.StatusAccepted, a.verificationOf(call))
}

func checkCode(a *API, r *request) error {
	id, err := r.id()
	if err != nil {
		return err
	}
	var in struct {
		Code string `json:"code"`
	}
	if err := r.body(&in); err != nil {
		return err
	}
	got, err := cases.CheckCode(r.Request().Context(), a.s, r.by, id, in.Code)
	if err != nil {
		return err
	}
	return r.JSON(http.StatusOK, map[string]any{"match": got.Match, "level": got.Call.Valid(a.s.Clock()), "tries_left": got.TriesLeft})
}

func confirmCallback(a *API, r *request) error {
	id, err := r.id()
	if err != nil {
		return err
	}
	call, err := cases.ConfirmCallback(r.Request().Context(), a.s, r.by, id)
	if err != nil {
		return err
	}
	return r.JSON(http.StatusOK, a.verificationOf(call))
}

func endCall(a *API, r *request) error {
	id, err := r.id()
	if err != nil {
		return err
	}
	call, err := cases.EndCall(r.Request().Context(), a.s, r.by, id)
	if err != nil {
		return err
	}
	return r.JSON(http.StatusOK, a.callOf(call))
}
