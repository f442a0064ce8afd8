package api

import (
	"bytes"
	"net/http"
	"slices"
	"time"

	"hoten/app/fault"
	"hoten/app/jptext"
	"hoten/app/points"
	"hoten/app/reconciliations"
)

type reconciliationJSON struct {
	ID          int64                  `json:"id"`
	System      string                 `json:"system"`
	Day         string                 `json:"day"`
	State       string                 `json:"state"`
	Version     int                    `json:"version"`
	Stale       bool                   `json:"stale"`
	Programs    []reconciliations.Sums `json:"programs"`
	Kinds       map[string]int64       `json:"kinds"`
	Unexplained int                    `json:"unexplained"`
	ComparedAt  *time.Time             `json:"compared_at"`
	PreparedBy  *int64                 `json:"prepared_by"`
	Said        string                 `json:"said,omitempty"`
}

type differenceJSON struct {
	ID            int64      `json:"id"`
	Kind          string     `json:"kind"`
	Likely        string     `json:"likely"`
	Key           string     `json:"key"`
	Program       string     `json:"program"`
	PointsHere    *int64     `json:"points_here"`
	PointsThere   *int64     `json:"points_there"`
	Reference     string     `json:"reference"`
	DoneAt        *time.Time `json:"done_at"`
	Reimbursement *int64     `json:"reimbursement"`
	Cause         *string    `json:"cause"`
	Reason        string     `json:"reason,omitempty"`
	ExplainedBy   *int64     `json:"explained_by"`
	ExplainedAt   *time.Time `json:"explained_at"`
}

// reconciliationOf tells a day of the system with a code.
func reconciliationOf(r reconciliations.Reconciliation, system string) reconciliationJSON {
	f := r.Counted()
	if f.Programs == nil {
		f.Programs = []reconciliations.Sums{}
	}
	if f.Kinds == nil {
		f.Kinds = map[string]int64{}
	}
	return reconciliationJSON{r.ID, system, r.Day.String(), r.State, r.Version, r.Stale(), f.Programs, f.Kinds, r.Unexplained, r.ComparedAt, r.PreparedBy, r.Said}
}

func listReconciliations(_ *API, r *request) error {
	limit, before, err := r.page()
	if err != nil {
		return err
	}
	f := reconciliations.Filter{State: r.QueryParam("state"), BeforeID: before, Limit: limit + 1}
	if f.State != "" && !slices.Contains(reconciliations.States, f.State) {
		return fault.Input("state", "filter_unknown")
	}
	if before > 0 {
		last, err := reconciliations.ByID(r.db, before)
		if fault.Of(err, fault.NotFound) {
			return fault.Input("cursor", "cursor_invalid")
		}
		if err != nil {
			return err
		}
		f.Before = last.Day
	}
	systems, err := points.List(r.db)
	if err != nil {
		return err
	}
	codes := map[int16]string{}
	for _, c := range systems {
		codes[c.ID] = c.Code
	}
	rows, err := reconciliations.Find(r.db, f)
	if err != nil {
		return err
	}
	page, err := paged(r, rows, limit, func(x reconciliations.Reconciliation) int64 { return x.ID }, func(x reconciliations.Reconciliation) (reconciliationJSON, error) {
		return reconciliationOf(x, codes[x.SystemID]), nil
	})
	if err != nil {
		return err
	}
	return r.JSON(http.StatusOK, page)
}

func showReconciliation(_ *API, r *request) error {
	id, err := r.id()
	if err != nil {
		return err
	}
	return writeReconciliation(r, id)
}

func writeReconciliation(r *request, id int64) error {
	x, err := reconciliations.ByID(r.db, id)
	if err != nil {
		return err
	}
	c, err := points.ByID(r.db, x.SystemID)
	if err != nil {
		return err
	}
	return r.JSON(http.StatusOK, reconciliationOf(*x, c.Code))
}

func listDifferences(a *API, r *request) error {
	id, err := r.id()
	if err != nil {
		return err
	}
	limit, after, err := r.page()
	if err != nil {
		return err
	}
	kind := r.QueryParam("kind")
	if kind != "" && !slices.Contains(reconciliations.Kinds, kind) {
		return fault.Input("kind", "filter_unknown")
	}
	if _, err := reconciliations.ByID(r.db, id); err != nil {
		return err
	}
	rows, err := reconciliations.Differences(r.db, id, 0, kind, after, limit+1)
	if err != nil {
		return err
	}
	page, err := paged(r, rows, limit, func(d reconciliations.Row) int64 { return d.ID }, func(d reconciliations.Row) (differenceJSON, error) {
		out := differenceJSON{ID: d.ID, Kind: d.Kind, Likely: d.Likely(), Key: d.Key, Program: d.Program, PointsHere: d.PointsHere, PointsThere: d.PointsThere, Reference: d.Reference,
			DoneAt: d.DoneAt, Cause: d.Cause, ExplainedBy: d.ExplainedBy, ExplainedAt: d.ExplainedAt}
		if d.ReimbursementID != 0 {
			out.Reimbursement = &d.ReimbursementID
		}
		if d.Cause != nil {
			out.Reason = d.PlainReason(a.s.Vault)
		}
		return out, nil
	})
	if err != nil {
		return err
	}
	return r.JSON(http.StatusOK, page)
}

// takeStatement takes the body as the statement of a day, as a whole or not at all.
func takeStatement(a *API, r *request) error {
	day, err := jptext.ParseDate(r.Param("day"))
	if err != nil {
		return fault.Input("day", "date_invalid")
	}
	taken, err := reconciliations.Upload(r.Request().Context(), a.s, r.by, r.Param("code"), day, bytes.NewReader(r.raw))
	if err != nil {
		return err
	}
	return writeReconciliation(r, taken.ID)
}

// onReconciliation does something to a day as the caller saw it, and tells it as it is then.
func onReconciliation(r *request, do func(id int64, in reconciliationInput) error) error {
	id, err := r.id()
	if err != nil {
		return err
	}
	var in reconciliationInput
	if err := r.body(&in); err != nil {
		return err
	}
	if in.Version == 0 {
		return fault.Input("version", "required")
	}
	if err := do(id, in); err != nil {
		return err
	}
	return writeReconciliation(r, id)
}

// reconciliationInput is what acts on a day take; each reads what it needs.
type reconciliationInput struct {
	Version    int    `json:"version"`
	Difference int64  `json:"difference"`
	Kind       string `json:"kind"`
	Cause      string `json:"cause"`
	Reason     string `json:"reason"`
}

func explainDifference(a *API, r *request) error {
	return onReconciliation(r, func(id int64, in reconciliationInput) error {
		return reconciliations.Explain(r.Request().Context(), a.s, r.by, id, in.Version, in.Difference, in.Kind, in.Cause, in.Reason)
	})
}

func prepareReconciliation(a *API, r *request) error {
	return onReconciliation(r, func(id int64, in reconciliationInput) error {
		return reconciliations.Prepare(r.Request().Context(), a.s, r.by, id, in.Version)
	})
}

func returnReconciliation(a *API, r *request) error {
	return onReconciliation(r, func(id int64, in reconciliationInput) error {
		return reconciliations.Return(r.Request().Context(), a.s, r.by, id, in.Version, in.Reason)
	})
}

func signReconciliation(a *API, r *request) error {
	return onReconciliation(r, func(id int64, in reconciliationInput) error {
		return reconciliations.Sign(r.Request().Context(), a.s, r.by, id, in.Version)
	})
}
