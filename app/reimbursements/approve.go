package reimbursements

import (
	"context"
	"fmt"
	"slices"
	"time"

	"hoten/app/access"
	"hoten/app/audit"
	"hoten/app/cases"
	"hoten/app/fault"
	"hoten/app/ledger"
	"hoten/app/store"
	"hoten/app/verbs"
)

// Result is what became of one proposal in a batch: its state, or why not.
type Result struct {
	ID    int64
	State string
	Err   error
}

// Approve gives one approval; with the last one needed the plan is posted and
// the member told, in the same transaction. Refused: the proposer and everybody
// who wrote part of the plan (self_approval), a plan that changed since
// (plan_changed), a proposal that is decided (already_decided).
func Approve(ctx context.Context, s *store.Store, by access.Actor, id int64) (*Reimbursement, error) {
	results, err := approveChunk(ctx, s, by, []int64{id}, approveOptions{})
	if err == nil {
		err = results[0].Err
	}
	if err != nil {
		return nil, err
	}
	return store.Find[Reimbursement](store.Read(ctx, s), "id = ?", id)
}

// batchChunk bounds one transaction of ApproveMany.
const batchChunk = 250

// ApproveMany approves a batch that a supervisor has looked at, each on its own:
// one that is refused does not hold up the others. The results stand in the
// order of ids; a repeated id gets the answer of its first.
func ApproveMany(ctx context.Context, s *store.Store, by access.Actor, ids []int64) ([]Result, error) {
	if err := by.Require(access.Decide); err != nil {
		return nil, ToApprove.Refused(ctx, s, by, "reimbursements", err)
	}
	distinct := slices.Clone(ids)
	slices.Sort(distinct)
	distinct = slices.Compact(distinct)
	byID := make(map[int64]Result, len(distinct))
	for part := range slices.Chunk(distinct, batchChunk) {
		for _, r := range approveEach(ctx, s, by, part, approveOptions{}) {
			byID[r.ID] = r
		}
	}
	out := make([]Result, len(ids))
	for i, id := range ids {
		out[i] = byID[id]
	}
	return out, nil
}

// approveOptions is how a chunk is approved.
type approveOptions struct {
	seen bool                      // only what the actor has looked at
	then func(*store.Tx, []Result) // in the transaction of what was approved; may be nil
}

// approveEach approves a chunk. When the database refuses it, each is tried alone:
// the others must not suffer from one.
func approveEach(ctx context.Context, s *store.Store, by access.Actor, ids []int64, opt approveOptions) []Result {
	if results, err := approveChunk(ctx, s, by, ids, opt); err == nil {
		return results
	}
	out := make([]Result, len(ids))
	for i, id := range ids {
		results, err := approveChunk(ctx, s, by, []int64{id}, opt)
		if err != nil {
			results = []Result{{ID: id, Err: err}}
		}
		out[i] = results[0]
	}
	return out
}

// approval is one proposal on its way through approveChunk.
type approval struct {
	*Reimbursement
	*subject
	given, editors []int64
	last           bool
}

// approveChunk approves in one transaction and records the attempts that were not
// allowed; an error is about the whole chunk.
func approveChunk(ctx context.Context, s *store.Store, by access.Actor, ids []int64, opt approveOptions) ([]Result, error) {
	results, err := approveTogether(ctx, s, by, ids, opt)
	unseen := false
	for _, r := range results {
		if fault.Is(r.Err, "not_looked_at") && unseen {
			continue // recorded once: a forged form may hold any number
		}
		unseen = unseen || fault.Is(r.Err, "not_looked_at")
		ToApprove.Refused(ctx, s, by, Subject(r.ID), r.Err)
	}
	return results, err
}

func approveTogether(ctx context.Context, s *store.Store, by access.Actor, ids []int64, opt approveOptions) ([]Result, error) {
	subject := "reimbursements"
	if len(ids) == 1 {
		subject = Subject(ids[0])
	}
	return verbs.Do(ctx, s, by, ToApprove, subject, "", func(tx *store.Tx) ([]Result, error) {
		found, err := lockForDecision(tx, ids)
		if err != nil {
			return nil, err
		}
		var looked map[int64]bool
		if opt.seen {
			if looked, err = Looks(tx.DB, by.ID, ids); err != nil {
				return nil, err
			}
		}
		results := make([]Result, len(ids))
		var approved, posted []*approval
		for i, id := range ids {
			a := found[id]
			if results[i].ID = id; a == nil {
				results[i].Err = fault.Missing()
				continue
			}
			if a.last, results[i].Err = a.approve(by, a.given, a.editors, a.plan); results[i].Err == nil && opt.seen && !looked[id] {
				results[i].Err = fault.New(fault.Forbidden, "not_looked_at")
			}
			if results[i].Err != nil {
				continue
			}
			results[i].State = a.State
			approved = append(approved, a)
			if a.last {
				posted = append(posted, a)
				results[i].State = Posted
			}
		}
		if len(approved) == 0 {
			return results, nil
		}
		if opt.then != nil {
			opt.then(tx, results)
		}
		giveApprovals(tx, approved)
		if err := post(tx, posted); err != nil {
			return nil, err
		}
		return results, tellApproved(tx, approved)
	})
}

// lockForDecision locks cases, proposals and accounts, always in this order and
// sorted, and computes the plans as they stand now.
func lockForDecision(tx *store.Tx, ids []int64) (map[int64]*approval, error) {
	// Sorting happens before locking, so rows are locked in the order of cases.
	rows, err := store.Select[cases.Case](tx.DB, `select * from cases where id in (select case_id from reimbursements where id = any($1)) order by id for no key update`, ids)
	if err != nil {
		return nil, err
	}
	proposals, err := store.Select[Reimbursement](tx.DB, "select * from reimbursements where id = any($1) order by id for no key update", ids)
	if err != nil || len(proposals) == 0 {
		return nil, err
	}
	given, err := store.Select[Approval](tx.DB, "select reimbursement_id, staff_id from approvals where reimbursement_id = any($1) and voided_at is null", ids)
	if err != nil {
		return nil, err
	}
	subjects, err := lockSubjects(tx, rows)
	if err != nil {
		return nil, err
	}
	out := make(map[int64]*approval, len(proposals))
	for i := range proposals {
		s := subjects[proposals[i].CaseID]
		out[proposals[i].ID] = &approval{Reimbursement: &proposals[i], subject: s, editors: s.editors()}
	}
	for _, g := range given {
		out[g.ReimbursementID].given = append(out[g.ReimbursementID].given, g.StaffID)
	}
	return out, nil
}

func lockSubjects(tx *store.Tx, rows []cases.Case) (map[int64]*subject, error) {
	byIncident := map[int64][]*cases.Case{}
	identities := make([]int64, len(rows))
	for i := range rows {
		byIncident[rows[i].IncidentID] = append(byIncident[rows[i].IncidentID], &rows[i])
		identities[i] = rows[i].IdentityID
	}
	accounts, err := ledger.Lock(tx, identities)
	if err != nil {
		return nil, err
	}
	byIdentity := map[int64][]ledger.Account{}
	for _, a := range accounts {
		byIdentity[*a.IdentityID] = append(byIdentity[*a.IdentityID], a)
	}
	out := make(map[int64]*subject, len(rows))
	for incident, of := range byIncident {
		var theirs []ledger.Account
		for _, c := range of {
			theirs = append(theirs, byIdentity[c.IdentityID]...)
		}
		loaded, err := load(tx.DB, incident, of, theirs)
		if err != nil {
			return nil, err
		}
		for id, s := range loaded {
			out[id] = s
		}
	}
	return out, nil
}

func giveApprovals(tx *store.Tx, approved []*approval) {
	ids, proposers := make([]int64, len(approved)), make([]int64, len(approved))
	for i, a := range approved {
		ids[i], proposers[i] = a.Reimbursement.ID, a.ProposerID
	}
	tx.Queue(`insert into approvals (reimbursement_id, proposer_id, staff_id, at)
		select r, p, $3, $4 from unnest($1::bigint[], $2::bigint[]) as a(r, p)`, ids, proposers, tx.By.ID, tx.Now)
}

func tellApproved(tx *store.Tx, approved []*approval) error {
	var told []cases.Happened
	var recorded []audit.Change
	for _, a := range approved {
		data := map[string]any{"reimbursement": a.Reimbursement.ID, "approvals": len(a.given) + 1, "needed": a.ApprovalsNeeded}
		told = append(told, cases.Happened{CaseID: a.CaseID, Kind: cases.Approved, Data: data})
		after := map[string]any{"case": a.Number(), "approvals": len(a.given) + 1, "needed": a.ApprovalsNeeded}
		if a.last {
			told = append(told, cases.Happened{CaseID: a.CaseID, Kind: cases.Posted, Data: map[string]any{"reimbursement": a.Reimbursement.ID}})
			after["transfer"], after["balances"] = a.TransferID, a.plan.Balances
		}
		recorded = append(recorded, audit.Change{Subject: a.Reimbursement.Subject(),
			Before: map[string]any{"state": Submitted}, After: after})
	}
	if err := cases.Tell(tx, told...); err != nil {
		return err
	}
	return audit.Record(tx, recorded...)
}

// transferKey is unique for ever: a plan is posted at most once.
func transferKey(id int64) string { return fmt.Sprintf("reimbursement:%d", id) }

func decidedNow(r *Reimbursement, state string, by access.Actor, now time.Time) {
	r.State, r.DecidedAt, r.DecidedBy = state, &now, &by.ID
}
