package api

import (
	"net/http"
	"time"

	"hoten/app/cases"
	"hoten/app/incidents"
	"hoten/app/reimbursements"
	"hoten/app/reports"
	"hoten/app/store"
)

type lineJSON struct {
	MovementID     *string `json:"movement_id"`
	Kind           string  `json:"kind"`
	Program        string  `json:"program"`
	Points         int64   `json:"points"`
	CounterProgram string  `json:"counter_program,omitempty"`
	CounterPoints  *int64  `json:"counter_points,omitempty"`
}

type balanceJSON struct {
	Now    int64 `json:"now"`
	Final  int64 `json:"final"`
	Behind int64 `json:"behind"`
}

type planJSON struct {
	Class    *string                `json:"class"`
	Lines    []lineJSON             `json:"lines"`
	Totals   reports.Totals         `json:"totals"`
	Balances map[string]balanceJSON `json:"balances"`
	Missing  []string               `json:"missing_balances"`
	Doubles  []string               `json:"doubles"`
	Corrects bool                   `json:"corrects"`
}

type approvalJSON struct {
	Staff  int64     `json:"staff"`
	Name   string    `json:"name"`
	At     time.Time `json:"at"`
	Voided bool      `json:"voided,omitempty"`
}

type reimbursementJSON struct {
	ID              int64                  `json:"id"`
	Case            string                 `json:"case"`
	Incident        string                 `json:"incident,omitempty"`
	State           string                 `json:"state"`
	Proposer        int64                  `json:"proposer"`
	ApprovalsNeeded int16                  `json:"approvals_needed"`
	Approvals       []approvalJSON         `json:"approvals"`
	Lines           []lineJSON             `json:"lines"`
	Totals          reports.Totals         `json:"totals"`
	Balances        map[string]balanceJSON `json:"balances"`
	SubmittedAt     time.Time              `json:"submitted_at"`
	DecidedAt       *time.Time             `json:"decided_at"`
	Reason          string                 `json:"reason,omitempty"`
	Legs            []legJSON              `json:"legs,omitempty"`
	Undoes          *int64                 `json:"undoes,omitempty"`
	UndoneBy        *int64                 `json:"undone_by,omitempty"`
}

// legJSON is what a plan moves for the member in a program that lives in a point system outside.
type legJSON struct {
	Program   string     `json:"program"`
	Points    int64      `json:"points"`
	Key       string     `json:"key"`
	State     string     `json:"state"`
	Code      string     `json:"code,omitempty"`
	Reference string     `json:"reference,omitempty"`
	SettledAt *time.Time `json:"settled_at,omitempty"`
}

// planWords turns internal numbers of a plan into the names callers know.
type planWords struct {
	programs []incidents.Program
	codes    map[int16]string
}

func newPlanWords(programs []incidents.Program) planWords {
	w := planWords{programs, map[int16]string{}}
	for _, p := range programs {
		w.codes[p.ID] = p.Code
	}
	return w
}

func (w planWords) lines(of []reimbursements.Line, movements map[int64]string) []lineJSON {
	out := []lineJSON{}
	for _, l := range of {
		j := lineJSON{Kind: l.Kind, Program: w.codes[l.ProgramID], Points: l.Points, CounterPoints: l.CounterPoints}
		if l.CounterProgramID != nil {
			j.CounterProgram = w.codes[*l.CounterProgramID]
		}
		if l.MovementID != nil {
			ref := movements[*l.MovementID]
			j.MovementID = &ref
		}
		out = append(out, j)
	}
	return out
}

func (w planWords) totals(of []reimbursements.Line) reports.Totals {
	return reports.WithCodes(reimbursements.Plan{Lines: of}.Moved(), w.programs)
}

func (w planWords) balances(of []reimbursements.Balance) map[string]balanceJSON {
	out := map[string]balanceJSON{}
	for _, b := range of {
		out[w.codes[b.ProgramID]] = balanceJSON{b.Now, b.Final, b.Behind}
	}
	return out
}

func showPlan(a *API, r *request) error {
	id, err := r.caseID()
	if err != nil {
		return err
	}
	c, err := store.Find[cases.Case](r.db, "id = ?", id)
	if err != nil {
		return err
	}
	plan, facts, err := reimbursements.Look(r.db, c)
	if err != nil {
		return err
	}
	programs, err := incidents.Programs(r.db)
	if err != nil {
		return err
	}
	w, refs := newPlanWords(programs), map[int64]string{}
	for _, m := range facts.Movements {
		refs[m.ID] = m.MovementID
	}
	out := planJSON{Class: c.Class, Lines: w.lines(plan.Lines, refs), Totals: w.totals(plan.Lines), Balances: w.balances(plan.Balances),
		Missing: []string{}, Doubles: []string{}, Corrects: plan.Corrects}
	for _, id := range plan.Missing {
		out.Missing = append(out.Missing, w.codes[id])
	}
	for _, id := range plan.Doubles {
		out.Doubles = append(out.Doubles, refs[id])
	}
	return r.JSON(http.StatusOK, out)
}

func propose(a *API, r *request) error {
	id, err := r.caseID()
	if err != nil {
		return err
	}
	var in struct {
		Note string `json:"note"`
	}
	if err := r.body(&in); err != nil {
		return err
	}
	made, err := reimbursements.Propose(r.Request().Context(), a.s, r.by, id, in.Note)
	if err != nil {
		return err
	}
	return a.writeReimbursement(r, http.StatusCreated, made)
}

func (a *API) writeReimbursement(r *request, status int, of *reimbursements.Reimbursement) error {
	shown, err := reimbursements.Show(r.db, of)
	if err != nil {
		return err
	}
	return a.writeShown(r, status, shown)
}

func (a *API) writeShown(r *request, status int, of *reimbursements.Shown) error {
	w := newPlanWords(of.Programs)
	out := reimbursementJSON{ID: of.ID, Case: cases.Number(of.CaseID), State: of.State, Proposer: of.ProposerID, ApprovalsNeeded: of.ApprovalsNeeded,
		Approvals: []approvalJSON{}, Lines: w.lines(of.Lines, of.References), Totals: w.totals(of.Lines), SubmittedAt: of.SubmittedAt, DecidedAt: of.DecidedAt, Undoes: of.Undoes, UndoneBy: of.UndoneBy}
	plan, err := of.Plan(of.Lines)
	if err != nil {
		return err
	}
	out.Balances = w.balances(plan.Balances)
	for _, l := range of.Legs {
		out.Legs = append(out.Legs, legJSON{w.codes[l.ProgramID], l.Points, l.Key, l.State, l.Code, l.Reference, l.SettledAt})
	}
	for _, g := range of.Approvals {
		out.Approvals = append(out.Approvals, approvalJSON{g.StaffID, g.StaffName.String(), g.At, g.VoidedAt != nil})
	}
	if out.Reason, err = of.PlainReason(a.s.Vault); err != nil {
		return err
	}
	return r.JSON(status, out)
}

type reimbursementRow struct {
	ID              int64      `json:"id"`
	Case            string     `json:"case"`
	Incident        string     `json:"incident"`
	Class           *string    `json:"class"`
	State           string     `json:"state"`
	Proposer        int64      `json:"proposer"`
	ApprovalsNeeded int16      `json:"approvals_needed"`
	Given           int        `json:"approvals_given"`
	SubmittedAt     time.Time  `json:"submitted_at"`
	DecidedAt       *time.Time `json:"decided_at"`
	Undoes          *int64     `json:"undoes,omitempty"`
	UndoneBy        *int64     `json:"undone_by,omitempty"`
}

func listReimbursements(a *API, r *request) error {
	limit, before, err := r.page()
	if err != nil {
		return err
	}
	f := reimbursements.Filter{Incident: r.QueryParam("incident"), State: r.QueryParam("state"), Before: before, Limit: limit}
	if err := f.Check(r.db); err != nil {
		return err
	}
	rows, err := reimbursements.Find(r.db, f)
	if err != nil {
		return err
	}
	page, err := paged(r, rows, limit, func(row reimbursements.Row) int64 { return row.ID }, func(row reimbursements.Row) (reimbursementRow, error) {
		return reimbursementRow{row.ID, row.Number(), row.Reference, row.Class, row.State, row.ProposerID, row.ApprovalsNeeded, row.Given, row.SubmittedAt, row.DecidedAt, row.Undoes, row.UndoneBy}, nil
	})
	if err != nil {
		return err
	}
	return r.JSON(http.StatusOK, page)
}

func showReimbursement(a *API, r *request) error {
	id, err := r.id()
	if err != nil {
		return err
	}
	found, err := reimbursements.ByID(r.db, id)
	if err != nil {
		return err
	}
	return a.writeReimbursement(r, http.StatusOK, found)
}
