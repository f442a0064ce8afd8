package api

import (
	"net/http"
	"strconv"
	"strings"
	"time"

	"hoten/app/callbacks"
	"hoten/app/cases"
	"hoten/app/fault"
	"hoten/app/vault"
)

type callbackJSON struct {
	ID           int64      `json:"id"`
	Case         string     `json:"case"`
	Desk         string     `json:"desk"`
	DueAt        time.Time  `json:"due_at"`
	Overdue      bool       `json:"overdue"`
	Despite      bool       `json:"despite"`
	State        string     `json:"state"`
	Attempts     int16      `json:"attempts"`
	LastOutcome  *string    `json:"last_outcome"`
	NextChannel  *string    `json:"next_channel"`
	Name         string     `json:"name"`
	Phone        string     `json:"phone"`
	Note         string     `json:"note,omitempty"`
	PromisedBy   string     `json:"promised_by"`
	PromisedAt   time.Time  `json:"promised_at"`
	Assignee     int64      `json:"assignee"`
	AssigneeName string     `json:"assignee_name"`
	ClosedAt     *time.Time `json:"closed_at"`
	Version      int64      `json:"version"`
}

// callbacksOf shows callbacks, with names and numbers masked.
func (a *API) callbacksOf(r *request, rows []callbacks.Row) ([]callbackJSON, error) {
	ids := make([]int64, len(rows))
	for i, row := range rows {
		ids[i] = row.CaseID
	}
	phones, err := cases.Phones(r.db, a.s.Vault, ids)
	if err != nil {
		return nil, err
	}
	out := make([]callbackJSON, len(rows))
	for i, row := range rows {
		name, err := row.MaskedName(a.s.Vault)
		if err != nil {
			return nil, err
		}
		note, err := row.PlainNote(a.s.Vault)
		if err != nil {
			return nil, err
		}
		out[i] = callbackJSON{row.ID, cases.Number(row.CaseID), row.DeskCode, row.DueAt, row.Overdue(a.s.Clock()), row.Despite, row.State, row.Attempts, row.Last,
			row.NextChannel, name, vault.MaskPhone(phones[row.CaseID]), note, row.PromiserName.String(), row.PromisedAt, row.AssigneeID, row.AssigneeName.String(), row.ClosedAt, row.Version}
	}
	return out, nil
}

func (a *API) writeCallback(r *request, status int, id int64) error {
	row, err := callbacks.Get(r.db, id)
	if err != nil {
		return err
	}
	out, err := a.callbacksOf(r, []callbacks.Row{*row})
	if err != nil {
		return err
	}
	return r.JSON(status, out[0])
}

func listCallbacks(a *API, r *request) error {
	var p fault.Problems
	f := callbacks.Filter{State: r.QueryParam("state"), Now: a.s.Clock(), Limit: r.limit(&p)}
	if v := r.QueryParam("overdue"); v != "" {
		var err error
		if f.Overdue, err = strconv.ParseBool(v); err != nil {
			p.Add("overdue", "type_wrong")
		}
	}
	if v := r.QueryParam("cursor"); v != "" {
		var ok bool
		if f.After, ok = placeOf(r, v); !ok {
			p.Add("cursor", "cursor_invalid")
		}
	}
	if err := p.Err(); err != nil {
		return err
	}
	var err error
	if f.Assignee, err = a.assignee(r, r.QueryParam("assignee")); err != nil {
		return err
	}
	if err := f.Check(r.db); err != nil {
		return err
	}
	rows, err := callbacks.Find(r.db, f)
	if err != nil {
		return err
	}
	page := list[callbackJSON]{}
	if len(rows) > f.Limit {
		rows = rows[:f.Limit]
		last := rows[f.Limit-1]
		next := r.cursors() + strconv.FormatInt(last.DueAt.UnixMicro(), 36) + "." + strconv.FormatInt(last.ID, 36)
		page.Next = &next
	}
	if page.Items, err = a.callbacksOf(r, rows); err != nil {
		return err
	}
	return r.JSON(http.StatusOK, page)
}

// placeOf reads the cursor of a list that goes by a time.
func placeOf(r *request, cursor string) (callbacks.Place, bool) {
	rest, own := strings.CutPrefix(cursor, r.cursors())
	at, id, _ := strings.Cut(rest, ".")
	micros, err := strconv.ParseInt(at, 36, 64)
	n, err2 := strconv.ParseInt(id, 36, 64)
	// Past these bounds there is no time that PostgreSQL could hold.
	return callbacks.Place{At: time.UnixMicro(micros), ID: n}, own && err == nil && err2 == nil && n > 0 && micros >= 0 && micros < 1<<53
}

// dueAt reads a promised time; an absent one is for the action to refuse.
func dueAt(v string) (time.Time, error) {
	if v == "" {
		return time.Time{}, nil
	}
	due, err := time.Parse(time.RFC3339, v)
	if err != nil {
		return due, fault.Input("due_at", "time_invalid")
	}
	return due, nil
}

func promiseCallback(a *API, r *request) error {
	id, err := r.caseID()
	if err != nil {
		return err
	}
	var in struct {
		DueAt   string `json:"due_at"`
		Desk    string `json:"desk"`
		Note    string `json:"note"`
		Despite bool   `json:"despite"`
	}
	if err := r.body(&in); err != nil {
		return err
	}
	due, err := dueAt(in.DueAt)
	if err != nil {
		return err
	}
	made, err := callbacks.Promise(r.Request().Context(), a.s, r.by, id, callbacks.New{DueAt: due, Desk: in.Desk, Note: in.Note, Despite: in.Despite})
	if err != nil {
		return err
	}
	return a.writeCallback(r, http.StatusCreated, made.ID)
}

func attemptCallback(a *API, r *request) error {
	id, err := r.id()
	if err != nil {
		return err
	}
	var in struct {
		Outcome string `json:"outcome"`
		Despite bool   `json:"despite"`
		Version int64  `json:"version"`
	}
	if err := r.body(&in); err != nil {
		return err
	}
	if _, err := callbacks.Attempt(r.Request().Context(), a.s, r.by, id, callbacks.Tried{Outcome: in.Outcome, Despite: in.Despite, Version: in.Version}); err != nil {
		return err
	}
	return a.writeCallback(r, http.StatusOK, id)
}

func moveCallback(a *API, r *request) error {
	id, err := r.id()
	if err != nil {
		return err
	}
	var in struct {
		DueAt   string `json:"due_at"`
		Reason  string `json:"reason"`
		Despite bool   `json:"despite"`
		Version int64  `json:"version"`
	}
	if err := r.body(&in); err != nil {
		return err
	}
	due, err := dueAt(in.DueAt)
	if err != nil {
		return err
	}
	if _, err := callbacks.Move(r.Request().Context(), a.s, r.by, id, callbacks.Moved{DueAt: due, Reason: in.Reason, Despite: in.Despite, Version: in.Version}); err != nil {
		return err
	}
	return a.writeCallback(r, http.StatusOK, id)
}

func dropCallback(a *API, r *request) error {
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
	if _, err := callbacks.Drop(r.Request().Context(), a.s, r.by, id, in.Version, in.Reason); err != nil {
		return err
	}
	return a.writeCallback(r, http.StatusOK, id)
}
