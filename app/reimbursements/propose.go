package reimbursements

import (
	"context"
	"encoding/json"
	"maps"
	"slices"

	"hoten/app/access"
	"hoten/app/audit"
	"hoten/app/cases"
	"hoten/app/fault"
	"hoten/app/secrets"
	"hoten/app/store"
	"hoten/app/verbs"
)

// Propose proposes the plan of a case as it stands. Refused: a case with a pending
// proposal (proposal_pending names it), an ID that is not affected, a plan with nothing
// to do, one that lacks a balance (balance_unknown names the programs) or holds movements
// that may be one (double_undecided), more than the proposer may propose in a day, and a
// proposal that nobody but its authors could approve.
func Propose(ctx context.Context, s *store.Store, by access.Actor, caseID int64, note string) (*Reimbursement, error) {
	return verbs.Do(ctx, s, by, ToPropose, cases.Subject(caseID), "", func(tx *store.Tx) (*Reimbursement, error) {
		if err := secrets.Refuse("note", note); err != nil {
			return nil, err
		}
		c, err := store.Lock[cases.Case](tx, caseID)
		if err != nil {
			return nil, err
		}
		made, refused, err := propose(tx, []*cases.Case{c}, note, nil)
		if err != nil {
			return nil, err
		}
		if refused[caseID] != nil {
			return nil, refused[caseID]
		}
		return made[0], nil
	})
}

// ProposeMany proposes for chosen cases of any incident, each on its own: the
// results stand in the order of ids.
func ProposeMany(ctx context.Context, s *store.Store, by access.Actor, ids []int64) ([]Result, error) {
	byCase := make(map[int64]Result, len(ids))
	sorted := slices.Clone(ids)
	slices.Sort(sorted)
	for part := range slices.Chunk(slices.Compact(sorted), batchChunk) {
		results, err := verbs.Do(ctx, s, by, ToPropose, "reimbursements", "", func(tx *store.Tx) (map[int64]Result, error) { return proposePart(tx, part) })
		if err != nil {
			return nil, err
		}
		maps.Copy(byCase, results)
	}
	out := make([]Result, len(ids))
	for i, id := range ids {
		out[i] = byCase[id]
	}
	return out, nil
}

func proposePart(tx *store.Tx, ids []int64) (map[int64]Result, error) {
	of, err := store.Select[cases.Case](tx.DB, "select * from cases where id = any($1) order by id for no key update", ids)
	if err != nil {
		return nil, err
	}
	into := make(map[int64]Result, len(ids))
	for _, id := range ids {
		into[id] = Result{ID: id, Err: fault.Missing()}
	}
	byIncident := map[int64][]*cases.Case{}
	for i := range of {
		byIncident[of[i].IncidentID] = append(byIncident[of[i].IncidentID], &of[i])
	}
	for _, list := range byIncident {
		made, refused, err := propose(tx, list, "", nil)
		if err != nil {
			return nil, err
		}
		for id, why := range refused {
			into[id] = Result{ID: id, Err: why}
		}
		for _, r := range made {
			into[r.CaseID] = Result{ID: r.CaseID, State: r.State}
		}
	}
	return into, nil
}

// propose proposes for locked cases of one incident, each on its own: those that
// the rules refuse are returned by case with the reason, and so are those that are no longer
// as they were shown, where marks are given.
func propose(tx *store.Tx, of []*cases.Case, note string, marks map[int64]uint32) ([]*Reimbursement, map[int64]error, error) {
	if len(of) == 0 {
		return nil, nil, nil
	}
	d, err := newDesk(tx)
	if err != nil {
		return nil, nil, err
	}
	subjects, err := loadNow(tx.DB, of)
	if err != nil {
		return nil, nil, err
	}
	refused := map[int64]error{}
	var accepted []*subject
	for _, c := range of {
		if mark, shown := marks[c.ID]; shown && mark != subjects[c.ID].mark() {
			refused[c.ID] = cases.ChangedSince()
		} else if refused[c.ID] = d.refuse(tx.DB, subjects[c.ID]); refused[c.ID] == nil {
			accepted = append(accepted, subjects[c.ID])
		}
	}
	if len(accepted) == 0 {
		return nil, refused, nil
	}
	made, err := d.write(tx, accepted, note)
	return made, refused, err
}

func (d desk) write(tx *store.Tx, accepted []*subject, note string) ([]*Reimbursement, error) {
	ids, err := store.TakeIDs(tx.DB, "reimbursements", len(accepted))
	if err != nil {
		return nil, err
	}
	made := make([]*Reimbursement, len(accepted))
	caseIDs := make([]int64, len(accepted))
	for i, s := range accepted {
		caseIDs[i] = s.ID
	}
	stand, err := known(tx.DB, caseIDs)
	if err != nil {
		return nil, err
	}
	usual, err := medians(tx.DB, accepted[0].IncidentID, accepted)
	if err != nil {
		return nil, err
	}
	var lines []lineRow
	var told []cases.Happened
	var recorded []audit.Change
	for i, s := range accepted {
		balances, err := json.Marshal(s.plan.Balances)
		if err != nil {
			return nil, err
		}
		measures := d.measures(s, usual)
		measured, err := json.Marshal(measures)
		if err != nil {
			return nil, err
		}
		r := &Reimbursement{ID: ids[i], IncidentID: s.IncidentID, CaseID: s.ID, ProposerID: tx.By.ID, State: Submitted,
			Note: tx.Vault().Seal("reimbursements", "note", ids[i], note), ApprovalsNeeded: int16(d.needed(s.plan)),
			PlanHash: s.plan.Hash(), Balances: string(balances), SubmittedAt: tx.Now,
			Flags: s.flags(measures, stand[s.ID]), Measures: string(measured)}
		r.CostProgramID, r.Cost = s.plan.largest()
		made[i] = r
		for _, l := range s.plan.Lines {
			lines = append(lines, lineRow{ReimbursementID: r.ID, Line: l})
		}
		told = append(told, cases.Happened{CaseID: s.ID, Kind: cases.Proposed, Data: map[string]any{"reimbursement": r.ID}, Text: note})
		recorded = append(recorded, audit.Change{Subject: r.Subject(), Reason: note,
			After: map[string]any{"case": s.Number(), "lines": s.plan.Lines, "approvals_needed": r.ApprovalsNeeded}})
	}
	if err := store.Insert(tx, made); err != nil {
		return nil, err
	}
	if err := store.Insert(tx, lines); err != nil {
		return nil, err
	}
	cases.MarkProposal(tx, caseIDs, Submitted)
	if err := cases.Tell(tx, told...); err != nil {
		return nil, err
	}
	return made, audit.Record(tx, recorded...)
}

// lineRow is a line as it is stored.
type lineRow struct {
	ReimbursementID int64
	Line            `gorm:"embedded"`
}

func (lineRow) TableName() string { return "reimbursement_lines" }
