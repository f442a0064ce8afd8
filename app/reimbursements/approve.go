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
	"hoten/app/store"
	"hoten/app/verbs"
)

// Result is what became of one proposal in a batch: its state, or why not.
type Result struct {
	ID    int64
	State string
	Err   error
	shown *Shown // where Err is nil
}

// Approve gives one approval; with the last one needed the plan is posted and
// the member told, in the same transaction. Refused: the proposer and everybody
// who wrote part of the plan (self_approval), a plan that changed since
// (plan_changed), a proposal that is decided (already_decided).
//
// Approvals that come in while others are written are written together, see combiner.
// Whoever gives up waiting (ctx) has approved nothing, unless it was being written.
func Approve(ctx context.Context, s *store.Store, by access.Actor, id int64) (*Shown, error) {
	r := Result{Err: by.Require(ToApprove.Needs)}
	if r.Err == nil {
		r = combined(ctx, s, word{id, by})
	}
	if r.Err != nil {
		return nil, ToApprove.Refused(ctx, s, by, Subject(id), r.Err)
	}
	return r.shown, nil
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

// word is somebody's approval of one proposal.
type word struct {
	id int64
	by access.Actor
}

// approveOptions is how a chunk is approved.
type approveOptions struct {
	seen  bool                            // only what the actor has looked at
	hasty bool                            // give up on locks that others hold for longer
	then  func(*store.Tx, []Result) error // in the transaction of what was approved; may be nil
}

// approveEach approves a chunk. When the database refuses it, each is tried alone:
// the others must not suffer from one.
func approveEach(ctx context.Context, s *store.Store, by access.Actor, ids []int64, opt approveOptions) []Result {
	if len(ids) == 0 {
		return nil
	}
	words := make([]word, len(ids))
	for i, id := range ids {
		words[i] = word{id, by}
	}
	results, err := approveTogether(ctx, s, words, opt)
	if err != nil {
		results = make([]Result, len(words))
		for i, w := range words {
			results[i] = approveAlone(ctx, s, w, opt)
		}
	}
	recordRefused(ctx, s, by, results)
	return results
}

func approveAlone(ctx context.Context, s *store.Store, w word, opt approveOptions) Result {
	results, err := approveTogether(ctx, s, []word{w}, opt)
	if err != nil {
		return Result{ID: w.id, Err: err}
	}
	return results[0]
}

// recordRefused records the attempts that were not allowed.
func recordRefused(ctx context.Context, s *store.Store, by access.Actor, results []Result) {
	unseen := false
	for _, r := range results {
		if fault.Is(r.Err, "not_looked_at") && unseen {
			continue // recorded once: a forged form may hold any number
		}
		unseen = unseen || fault.Is(r.Err, "not_looked_at")
		ToApprove.Refused(ctx, s, by, Subject(r.ID), r.Err)
	}
}

// approval is one proposal on its way through approveTogether.
type approval struct {
	*Reimbursement
	*subject
	by             access.Actor
	all            []Approval // before this one, void ones included
	given, editors []int64
	last           bool
}

// approveTogether approves proposals, each once, in one transaction. Each word has its
// own actor and its own refusal; an error is about all of them. The callers record
// what was refused.
func approveTogether(ctx context.Context, s *store.Store, words []word, opt approveOptions) ([]Result, error) {
	ids, subject := make([]int64, len(words)), "reimbursements"
	for i, w := range words {
		ids[i] = w.id
	}
	if len(words) == 1 {
		subject = Subject(ids[0])
	}
	return verbs.Do(ctx, s, words[0].by, ToApprove, subject, "", func(tx *store.Tx) ([]Result, error) {
		found, with, err := lockForApproval(tx, ids, opt.hasty)
		if err != nil {
			return nil, err
		}
		var looked map[int64]bool
		if opt.seen {
			if looked, err = Looks(tx.DB, words[0].by.ID, ids); err != nil {
				return nil, err
			}
		}
		results := make([]Result, len(words))
		var approved []*approval
		for i, w := range words {
			a := found[w.id]
			if results[i] = w.judge(a); results[i].Err == nil && opt.seen && !looked[w.id] {
				results[i] = Result{ID: w.id, Err: fault.New(fault.Forbidden, "not_looked_at")}
			}
			if results[i].Err == nil {
				approved = append(approved, a)
			}
		}
		if len(approved) == 0 {
			return results, nil
		}
		if err := with.write(tx, approved); err != nil {
			return nil, err
		}
		for i, w := range words {
			if results[i].Err == nil {
				results[i].shown = found[w.id].shown(tx.Now, with.programs)
			}
		}
		if opt.then != nil {
			err = opt.then(tx, results)
		}
		return results, err
	})
}

// judge applies the rules to a word on what it is about; nil is no proposal.
func (w word) judge(a *approval) Result {
	r := Result{ID: w.id}
	if a == nil {
		r.Err = fault.Missing()
		return r
	}
	a.by = w.by
	if a.last, r.Err = a.approve(w.by, a.given, a.editors, a.plan); r.Err != nil {
		return r
	}
	if r.State = a.State; a.last {
		r.State = Posted
	}
	return r
}

// write writes approvals, and posts where they were the last ones needed.
func (p *preparation) write(tx *store.Tx, approved []*approval) error {
	giveApprovals(tx, approved)
	if err := p.post(tx, approved); err != nil {
		return err
	}
	return tellApproved(tx, approved)
}

func giveApprovals(tx *store.Tx, approved []*approval) {
	ids, proposers, staff := make([]int64, len(approved)), make([]int64, len(approved)), make([]int64, len(approved))
	for i, a := range approved {
		ids[i], proposers[i], staff[i] = a.Reimbursement.ID, a.ProposerID, a.by.ID
	}
	tx.Queue(`insert into approvals (reimbursement_id, proposer_id, staff_id, at)
		select r, p, s, $4 from unnest($1::bigint[], $2::bigint[], $3::bigint[]) as a(r, p, s)`, ids, proposers, staff, tx.Now)
}

func tellApproved(tx *store.Tx, approved []*approval) error {
	var told []cases.Happened
	var recorded []audit.Change
	for _, a := range approved {
		data := map[string]any{"reimbursement": a.Reimbursement.ID, "approvals": len(a.given) + 1, "needed": a.ApprovalsNeeded}
		told = append(told, cases.Happened{CaseID: a.CaseID, Kind: cases.Approved, Data: data, By: &a.by})
		after := map[string]any{"case": a.Number(), "approvals": len(a.given) + 1, "needed": a.ApprovalsNeeded}
		if a.last {
			told = append(told, cases.Happened{CaseID: a.CaseID, Kind: cases.Posted, Data: map[string]any{"reimbursement": a.Reimbursement.ID}, By: &a.by})
			after["transfer"], after["balances"] = a.TransferID, a.plan.Balances
		}
		recorded = append(recorded, audit.Change{Subject: a.Reimbursement.Subject(),
			Before: map[string]any{"state": Submitted}, After: after, By: &a.by})
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
