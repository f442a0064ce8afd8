package api

import (
	"context"
	"net/http"

	"hoten/app/access"
	"hoten/app/fault"
	"hoten/app/reimbursements"
	"hoten/app/store"
)

func approve(a *API, r *request) error {
	id, err := r.id()
	if err != nil {
		return err
	}
	done, err := reimbursements.Approve(r.Request().Context(), a.s, r.by, id)
	if err != nil {
		return err
	}
	return a.writeShown(r, http.StatusOK, done)
}

// maxBatch is how many proposals one call may approve.
const maxBatch = 5000

func approveMany(a *API, r *request) error {
	var in struct {
		IDs []int64 `json:"ids"`
	}
	if err := r.body(&in); err != nil {
		return err
	}
	if len(in.IDs) == 0 {
		return fault.Input("ids", "required")
	}
	if len(in.IDs) > maxBatch {
		return fault.Input("ids", "too_many", "max", maxBatch)
	}
	results, err := reimbursements.ApproveMany(r.Request().Context(), a.s, r.by, in.IDs)
	if err != nil {
		return err
	}
	type result struct {
		ID     int64  `json:"id"`
		State  string `json:"state,omitempty"`
		Code   string `json:"code,omitempty"`
		Detail string `json:"detail,omitempty"`
	}
	out := make([]result, len(results))
	for i, one := range results {
		out[i] = result{ID: one.ID, State: one.State}
		if one.Err != nil {
			p := a.describe(r.Context, one.Err)
			out[i] = result{ID: one.ID, Code: p.Code, Detail: p.Detail}
		}
	}
	return r.JSON(http.StatusOK, map[string]any{"results": out})
}

type decision func(context.Context, *store.Store, access.Actor, int64, string) (*reimbursements.Reimbursement, error)

func (a *API) decide(r *request, status int, act decision) error {
	id, err := r.id()
	if err != nil {
		return err
	}
	var in struct {
		Reason string `json:"reason"`
	}
	if err := r.body(&in); err != nil {
		return err
	}
	done, err := act(r.Request().Context(), a.s, r.by, id, in.Reason)
	if err != nil {
		return err
	}
	return a.writeReimbursement(r, status, done)
}

func returnOne(a *API, r *request) error {
	return a.decide(r, http.StatusOK, reimbursements.Return)
}

func reject(a *API, r *request) error {
	return a.decide(r, http.StatusOK, reimbursements.Reject)
}

func withdraw(a *API, r *request) error {
	return a.decide(r, http.StatusOK, reimbursements.Withdraw)
}

func proposeUndo(a *API, r *request) error {
	return a.decide(r, http.StatusCreated, reimbursements.ProposeUndo)
}

func decideFinding(a *API, r *request) error {
	id, err := r.caseID()
	if err != nil {
		return err
	}
	var in struct {
		MovementID string `json:"movement_id"`
		Finding    string `json:"finding"`
		Reason     string `json:"reason"`
	}
	if err := r.body(&in); err != nil {
		return err
	}
	m, err := reimbursements.DecideFinding(r.Request().Context(), a.s, r.by, id, in.MovementID, in.Finding, in.Reason)
	if err != nil {
		return err
	}
	return r.JSON(http.StatusOK, map[string]any{"movement_id": m.MovementID, "finding": m.Finding})
}

func decideDouble(a *API, r *request) error {
	id, err := r.caseID()
	if err != nil {
		return err
	}
	var in struct {
		MovementID string `json:"movement_id"`
		Decision   string `json:"decision"`
		Reason     string `json:"reason"`
	}
	if err := r.body(&in); err != nil {
		return err
	}
	m, err := reimbursements.DecideDouble(r.Request().Context(), a.s, r.by, id, in.MovementID, in.Decision, in.Reason)
	if err != nil {
		return err
	}
	return r.JSON(http.StatusOK, map[string]any{"movement_id": m.MovementID, "decision": m.Doubled})
}

func addAdjustment(a *API, r *request) error {
	id, err := r.caseID()
	if err != nil {
		return err
	}
	var in struct {
		Program string `json:"program"`
		Points  int64  `json:"points"`
		Reason  string `json:"reason"`
	}
	if err := r.body(&in); err != nil {
		return err
	}
	made, err := reimbursements.AddAdjustment(r.Request().Context(), a.s, r.by, id, in.Program, in.Points, in.Reason)
	if err != nil {
		return err
	}
	return r.JSON(http.StatusCreated, map[string]any{"id": made.ID, "program": in.Program, "points": made.Points})
}

func proposeAll(a *API, r *request) error {
	j, err := reimbursements.ProposeAll(r.Request().Context(), a.s, r.by, r.Param("reference"))
	if err != nil {
		return err
	}
	return r.JSON(http.StatusAccepted, map[string]any{"id": j.ID})
}
