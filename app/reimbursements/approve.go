package reimbursements

import (
	"context"
	"slices"

	"hoten/app/access"
	"hoten/app/cases"
	"hoten/app/fault"
	"hoten/app/points"
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
// the member told, in the same transaction, or once the point systems outside have done theirs. Refused: the proposer and everybody
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
	posts map[int64]bool                  // by proposal, what the actor was told: that the approval posts it, or not
	hasty bool                            // give up on locks that others hold for longer
	then  func(*store.Tx, []Result) error // in the transaction of what was approved; may be nil
}

// changed reports whether an approval would post what the actor was told would wait, or the
// other way round: another approved it meanwhile, or that approval was voided.
func (o approveOptions) changed(a *approval) bool {
	posts, told := o.posts[a.Reimbursement.ID]
	return told && posts != a.last
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
	undoes         *undone // nil: it undoes none
	legs           []*points.Draft
	mail           int64    // the number that was taken for it
	telling        *telling // nil: its legs are not done
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
		moved := map[int64]bool{} // IDs whose balances move
		for i, w := range words {
			a := found[w.id]
			results[i] = w.judge(a)
			switch {
			case results[i].Err != nil:
				continue
			case opt.seen && !looked[w.id]:
				results[i] = Result{ID: w.id, Err: fault.New(fault.Forbidden, "not_looked_at")}
			case opt.changed(a):
				results[i] = Result{ID: w.id, Err: cases.ChangedSince()}
			case moved[a.IdentityID]:
				// Two incidents of one ID: the plan of the second was made before the first.
				results[i] = Result{ID: w.id, Err: fault.New(fault.Conflict, "plan_changed")}
			default:
				approved = append(approved, a)
				moved[a.IdentityID] = a.last
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
				results[i].State = found[w.id].State
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
	a.last, r.Err = a.approve(w.by, a.given, a.editors, a.plan)
	return r
}
