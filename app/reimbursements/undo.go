package reimbursements

import (
	"context"
	"encoding/json"
	"slices"

	"hoten/app/access"
	"hoten/app/audit"
	"hoten/app/cases"
	"hoten/app/fault"
	"hoten/app/points"
	"hoten/app/store"
	"hoten/app/verbs"
)

// LegAs is a leg of a plan that is to be undone, as it was shown to who decided about that.
type LegAs struct {
	ID     int64  `json:"id"`
	State  string `json:"state"`
	Points int64  `json:"points"`
}

// undone is an approved proposal that another one undoes.
type undone struct {
	Reimbursement
	lines []Line
	legs  []points.Leg
}

// askUndone reads the proposals whose id meets the condition of, by id, and locks them with their
// legs where they are to be changed, so that no leg is taken meanwhile.
func askUndone(reads *store.Reads, of string, ids []int64, lock bool) func() map[int64]*undone {
	locking := ""
	if lock {
		locking = " for no key update"
	}
	rows := store.Ask[Reimbursement](reads, "select * from reimbursements where id "+of+" order by id"+locking, ids)
	legs := points.AskLegsOf(reads, of, ids, lock)
	lines := store.Ask[lineRow](reads, "select * from reimbursement_lines where reimbursement_id "+of, ids)
	return func() map[int64]*undone {
		out := make(map[int64]*undone, len(*rows))
		for _, r := range *rows {
			out[r.ID] = &undone{Reimbursement: r}
		}
		for _, l := range *lines {
			out[l.ReimbursementID].lines = append(out[l.ReimbursementID].lines, l.Line)
		}
		for _, l := range *legs {
			out[l.ReimbursementID].legs = append(out[l.ReimbursementID].legs, l)
		}
		return out
	}
}

// undoneBy is the condition of askUndone on what the proposals $1 undo.
const undoneBy = "in (select undoes from reimbursements where id = any($1) and undoes is not null)"

// reversed is the line that undoes l.
func (l Line) reversed() Line {
	l.Points = -l.Points
	if l.CounterPoints != nil {
		l.CounterPoints = new(-*l.CounterPoints)
	}
	return l
}

// plan is what undoes the proposal as things stand: its lines reversed, and what had left the
// accounts before left again; empty once it is not approved any more.
func (u *undone) plan(f Facts) (Plan, error) {
	p := Plan{Lines: []Line{}, Balances: []Balance{}}
	if u.State != Approved {
		return p, nil
	}
	was, err := u.Plan(u.lines)
	if err != nil {
		return p, err
	}
	change, behind := map[int16]int64{}, map[int16]int64{}
	for _, l := range u.lines {
		l = l.reversed()
		p.Lines = append(p.Lines, l)
		for program, moved := range l.Effects() {
			change[program] += moved
		}
	}
	for _, b := range was.Balances {
		if b.Behind > 0 {
			behind[b.ProgramID], change[b.ProgramID] = b.Behind, change[b.ProgramID]+b.Behind
		}
	}
	for _, program := range sortedKeys(change) {
		now, known := f.Balances[program]
		if !known {
			now = f.Assumed[program]
		}
		if now+change[program] < 0 {
			p.Exceeded = append(p.Exceeded, program)
		}
		if known {
			p.Balances = append(p.Balances, Balance{program, now, now + change[program], -behind[program]})
		}
	}
	for _, l := range u.legs {
		p.Legs = append(p.Legs, LegAs{l.ID, l.State, l.Points})
		if l.Disputed() {
			p.Disputed = append(p.Disputed, l.Key)
		}
	}
	return p, nil
}

// undoable refuses what cannot be undone: what is not approved, or undoes another itself, what
// nobody refused, and what has a leg of which nobody knows whether it was done.
func (u *undone) undoable() error {
	switch {
	case u.State != Approved || u.Undoes != nil:
		return fault.New(fault.Conflict, "undo_not_under_way", "state", u.State)
	case slices.ContainsFunc(u.legs, points.Leg.Disputed):
		return points.DisputedFault(u.legs[slices.IndexFunc(u.legs, points.Leg.Disputed)].Key)
	case slices.ContainsFunc(u.legs, points.Leg.Uncertain):
		return fault.New(fault.Conflict, "undo_uncertain")
	case !slices.ContainsFunc(u.legs, points.Leg.Refused):
		return fault.New(fault.Conflict, "undo_not_refused")
	}
	return nil
}

// Undoable reports whether an undo may be proposed of a proposal with these legs.
func Undoable(r Reimbursement, legs []points.Leg) bool {
	return (&undone{Reimbursement: r, legs: legs}).undoable() == nil
}

// ProposeUndo proposes to undo an approved proposal of which a point system refused a leg: its
// plan is reversed, here and where its legs were done, once another supervisor approves, and the
// case owes again. Refused: what cannot be undone (undo_not_under_way, undo_uncertain,
// undo_not_refused), what is proposed to be undone already (proposal_pending), where less is
// there by now than is to be taken (undo_exceeds), and where nobody could approve (no_approver).
func ProposeUndo(ctx context.Context, s *store.Store, by access.Actor, id int64, reason string) (*Reimbursement, error) {
	return verbs.Do(ctx, s, by, ToProposeUndo, Subject(id), reason, func(tx *store.Tx) (*Reimbursement, error) {
		d, err := newDesk(tx)
		if err != nil {
			return nil, err
		}
		found, _, err := lockForDecision(tx, []int64{id})
		if err != nil {
			return nil, err
		}
		var reads store.Reads
		of := askUndone(&reads, "= any($1)", []int64{id}, true)
		if err := reads.Run(tx.DB); err != nil {
			return nil, err
		}
		u := of()[id]
		if u == nil {
			return nil, fault.Missing()
		}
		p, err := u.plan(found[id].facts)
		if err != nil {
			return nil, err
		}
		if err := d.refuseUndo(tx, u, p); err != nil {
			return nil, err
		}
		return d.writeUndo(tx, u, p)
	})
}

func (d desk) refuseUndo(tx *store.Tx, u *undone, p Plan) error {
	if err := u.undoable(); err != nil {
		return err
	}
	pending, err := store.Select[Reimbursement](tx.DB, "select * from reimbursements where undoes = $1 and state in ('submitted', 'approved', 'posted')", u.ID)
	able := len(d.approvers)
	if slices.Contains(d.approvers, d.by) {
		able--
	}
	switch needed := d.needed(p); {
	case err != nil:
		return err
	case len(pending) > 0:
		return fault.New(fault.Conflict, "proposal_pending", "id", pending[0].ID)
	case len(p.Exceeded) > 0:
		return fault.New(fault.Conflict, "undo_exceeds")
	case able < needed:
		return fault.New(fault.Conflict, "no_approver", "needed", needed, "able", able)
	}
	return nil
}

func (d desk) writeUndo(tx *store.Tx, u *undone, p Plan) (*Reimbursement, error) {
	ids, err := store.TakeIDs(tx.DB, "reimbursements", 1)
	if err != nil {
		return nil, err
	}
	balances, err := json.Marshal(p.Balances)
	if err != nil {
		return nil, err
	}
	r := &Reimbursement{ID: ids[0], IncidentID: u.IncidentID, CaseID: u.CaseID, ProposerID: tx.By.ID, State: Submitted, Undoes: &u.ID,
		Note: tx.Vault().Seal("reimbursements", "note", ids[0], tx.Reason), ApprovalsNeeded: int16(d.needed(p)),
		PlanHash: p.Hash(), Balances: string(balances), SubmittedAt: tx.Now, Flags: Undo, Measures: "[]"}
	lines := make([]lineRow, len(p.Lines))
	for i, l := range p.Lines {
		lines[i] = lineRow{ReimbursementID: r.ID, Line: l}
	}
	if err := store.Insert(tx, r); err != nil {
		return nil, err
	}
	if err := store.Insert(tx, lines); err != nil {
		return nil, err
	}
	cases.MarkUndo(tx, u.CaseID, true)
	told := cases.Happened{CaseID: u.CaseID, Kind: cases.Proposed, Data: r.told(), Text: tx.Reason}
	if err := cases.Tell(tx, told); err != nil {
		return nil, err
	}
	return r, audit.Record(tx, audit.Change{Subject: r.Subject(), After: map[string]any{"undoes": u.ID, "lines": p.Lines, "legs": p.Legs, "approvals_needed": r.ApprovalsNeeded}})
}

// legsBack are what undoes the legs that were done.
func (u *undone) legsBack(by int64) ([]*points.Draft, error) {
	var out []*points.Draft
	for _, l := range u.legs {
		if !l.Done() {
			continue
		}
		d, err := l.Back(by)
		if err != nil {
			return nil, err
		}
		out = append(out, d)
	}
	return out, nil
}

// undo ends the proposals that others undo: their legs that nobody did are dropped, and they are
// returned to their proposers. What undoes them is booked already.
func undo(tx *store.Tx, booked []*approval) error {
	var ended []int64
	var told []cases.Happened
	var recorded []audit.Change
	for _, a := range booked {
		u := a.undoes
		if u == nil {
			continue
		}
		ended = append(ended, u.ID)
		reason := tx.Vault().Read("reimbursements", "note", a.Reimbursement.ID, a.Note)
		tx.Queue("update reimbursements set state = 'returned', undone_by = $2, decided_at = $3, decided_by = $4, reason = $5, told = null where id = $1",
			u.ID, a.Reimbursement.ID, tx.Now, a.by.ID, tx.Vault().Seal("reimbursements", "reason", u.ID, reason))
		told = append(told, cases.Happened{CaseID: a.CaseID, Kind: cases.Returned, Data: map[string]any{"reimbursement": u.ID, "undone_by": a.Reimbursement.ID}, Text: reason, By: &a.by})
		cases.MarkUndo(tx, a.CaseID, false)
		if a.legs == nil {
			told = append(told, cases.Happened{CaseID: a.CaseID, Kind: cases.Posted, Data: a.Reimbursement.told(), By: &a.by})
		}
		recorded = append(recorded, audit.Change{Action: ToReturn.Name, Subject: u.Subject(), By: &a.by, Before: map[string]any{"state": Approved},
			After: map[string]any{"state": Returned, "undone_by": a.Reimbursement.ID}})
	}
	if ended == nil {
		return nil
	}
	points.Drop(tx, ended)
	if err := cases.Tell(tx, told...); err != nil {
		return err
	}
	return audit.Record(tx, recorded...)
}

// owesAgain puts cases whose plan was undone, also outside, back to who proposed it.
func owesAgain(tx *store.Tx, ids, proposers []int64) {
	cases.MarkProposal(tx, ids, Returned)
	cases.MarkReturned(tx, ids, proposers)
}

// undoSettled posts what undid a plan once the last of its legs is done: nobody is told, and the
// case owes again.
func undoSettled(tx *store.Tx, r *Reimbursement, c *cases.Case) error {
	of, err := ByID(tx.DB, *r.Undoes)
	if err != nil {
		return err
	}
	tx.Queue("update reimbursements set state = 'posted', posted_at = $2 where id = $1", r.ID, tx.Now)
	owesAgain(tx, []int64{c.ID}, []int64{of.ProposerID})
	if err := cases.Tell(tx, cases.Happened{CaseID: c.ID, Kind: cases.Posted, Data: r.told()}); err != nil {
		return err
	}
	if err := audit.Record(tx, audit.Change{Subject: r.Subject(), Before: map[string]any{"state": Approved}, After: map[string]any{"state": Posted, "case": c.Number()}}); err != nil {
		return err
	}
	if err := tx.Flush(); err != nil {
		return err
	}
	return Review(tx, nil, "select $1::bigint", c.ID)
}

// endUndo returns what waits to undo a proposal that was posted after all: there is nothing to
// undo any more.
func endUndo(tx *store.Tx, of *Reimbursement) error {
	u, err := store.Find[Reimbursement](tx.DB, "undoes = ? and state = 'submitted'", of.ID)
	if fault.Of(err, fault.NotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	tx.Queue("update reimbursements set state = 'returned', decided_at = $2 where id = $1", u.ID, tx.Now)
	cases.MarkUndo(tx, u.CaseID, false)
	if err := cases.Tell(tx, cases.Happened{CaseID: u.CaseID, Kind: cases.Returned, Data: u.told()}); err != nil {
		return err
	}
	return audit.Record(tx, audit.Change{Subject: u.Subject(), Before: map[string]any{"state": Submitted}, After: map[string]any{"state": Returned}})
}

// backLate has a leg taken back that was dropped with its plan and turns out to be done.
func backLate(tx *store.Tx, by int64, l points.Leg) error {
	d, err := l.Back(by)
	if err != nil {
		return err
	}
	return points.Decide(tx, []*points.Draft{d})
}
