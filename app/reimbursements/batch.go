package reimbursements

import (
	"context"
	"encoding/json"
	"errors"
	"slices"
	"time"

	"gorm.io/gorm"

	"hoten/app/access"
	"hoten/app/audit"
	"hoten/app/cases"
	"hoten/app/fault"
	"hoten/app/jobs"
	"hoten/app/staff"
	"hoten/app/store"
	"hoten/app/verbs"
)

// ApproveSeenArgs is the job that approves a selection of what was looked at.
type ApproveSeenArgs struct {
	JobID int64 `json:"job_id"`
}

// Kind names the job for River, and in the table of jobs.
func (ApproveSeenArgs) Kind() string { return "reimbursements_approve" }

type seenArgs struct {
	Once string `json:"once"`
}

// longestMark bounds the mark of a form.
const longestMark = 64

// MostChosen is how many proposals one selection may hold.
const MostChosen = 5000

// ApproveSeen approves, in the background, the proposals of a selection that its
// supervisor has looked at, as PreviewApprovals showed them, each on its own; Outcomes
// tells what became of them. A form that is sent twice (once is its mark) is one batch.
// Refused: nothing chosen, more than MostChosen.
func ApproveSeen(ctx context.Context, s *store.Store, by access.Actor, shown []cases.AsShown, once string) (*jobs.Job, error) {
	if err := by.Require(access.Decide); err != nil {
		return nil, ToApproveSeen.Refused(ctx, s, by, "reimbursements", err)
	}
	ids, posts := make([]int64, len(shown)), make([]bool, len(shown))
	for i, r := range shown {
		ids[i], posts[i] = r.ID, r.Mark == postsMark
	}
	if err := Chosen(ids); err != nil {
		return nil, err
	}
	if once == "" || len(once) > longestMark {
		return nil, fault.Input("once", "required")
	}
	j, err := verbs.Do(ctx, s, by, ToApproveSeen, "reimbursements", "", func(tx *store.Tx) (*jobs.Job, error) {
		j, err := jobs.Begin(tx, ApproveSeenArgs{}.Kind(), seenArgs{once})
		if err != nil {
			return nil, err
		}
		j.Total = int64(len(ids))
		if err := j.Save(tx); err != nil {
			return nil, err
		}
		tx.Queue("insert into approval_results (job_id, reimbursement_id, posts) select $1, i, p from unnest($2::bigint[], $3::boolean[]) u(i, p)", j.ID, ids, posts)
		if err := tx.Enqueue(ApproveSeenArgs{JobID: j.ID}); err != nil {
			return nil, err
		}
		return j, audit.Record(tx, audit.Change{After: map[string]any{"job": j.ID, "count": len(ids)}})
	})
	if fault.Is(err, "conflict") {
		if first, other := store.Find[jobs.Job](store.Read(ctx, s), "kind = ? and staff_id = ? and args ->> 'once' = ?", ApproveSeenArgs{}.Kind(), by.ID, once); other == nil {
			return first, nil
		}
	}
	return j, err
}

// Chosen refuses a selection of nothing, and one of more than MostChosen.
func Chosen(ids []int64) error {
	switch {
	case len(ids) == 0:
		return fault.New(fault.Conflict, "nothing_chosen")
	case len(ids) > MostChosen:
		return fault.New(fault.Conflict, "too_many_chosen", "max", MostChosen)
	}
	return nil
}

// seenChunk bounds one transaction of approveSeen: small, so that progress shows.
var seenChunk = 100

// approveSeen does the work of a batch; killed half way and started again, it goes
// on with what has no outcome yet.
func approveSeen(ctx context.Context, s *store.Store, id int64) error {
	j, err := jobs.ByID(store.Read(ctx, s), id)
	if err != nil || j.State != jobs.Running {
		return err
	}
	type left struct {
		ReimbursementID int64
		Posts           *bool
	}
	for {
		by, err := worksFor(ctx, s, j, access.Decide)
		if err != nil || by == nil {
			return err
		}
		rows, err := store.Select[left](store.Read(ctx, s), "select reimbursement_id, posts from approval_results where job_id = $1 and place = 3 order by reimbursement_id limit $2", id, seenChunk)
		if err != nil {
			return err
		}
		ids, posts := make([]int64, len(rows)), make(map[int64]bool, len(rows))
		for i, r := range rows {
			if ids[i] = r.ReimbursementID; r.Posts != nil {
				posts[r.ReimbursementID] = *r.Posts
			}
		}
		if err := approvePart(ctx, s, *by, j, ids, posts); err != nil || len(ids) == 0 {
			return err
		}
	}
}

// approvePart approves some of a batch. What was approved is noted in the same
// transaction, so that a crash never makes it look refused; what was refused is
// noted afterwards, when the attempt stands in the audit trail. What the database could
// not be asked about stays open, for the next attempt.
func approvePart(ctx context.Context, s *store.Store, by access.Actor, j *jobs.Job, ids []int64, posts map[int64]bool) error {
	opt := approveOptions{seen: true, posts: posts, then: func(tx *store.Tx, results []Result) error {
		note(tx, j.ID, results, false)
		return nil
	}}
	var unasked error
	results := slices.DeleteFunc(approveEach(ctx, s, by, ids, opt), func(r Result) bool {
		passing := store.IsTransient(r.Err)
		if passing {
			unasked = r.Err
		}
		return passing
	})
	return errors.Join(unasked, store.Keep(ctx, s, func(tx *store.Tx) error {
		note(tx, j.ID, results, true)
		j.Processed += int64(len(results))
		for _, r := range results {
			if r.Err != nil {
				j.Failed++
			}
		}
		if len(ids) == 0 {
			j.State = jobs.Done
			// Counted anew: a crash may have come between an approval and its count.
			err := store.Scan(tx.DB, "select count(*), count(*) filter (where place = 0) from approval_results where job_id = $1", []any{j.ID}, &j.Processed, &j.Failed)
			if err != nil {
				return err
			}
		}
		return j.Save(tx)
	}))
}

// Places of outcomes, in the order in which they are read.
const (
	placeRefused = iota
	placeAwaiting
	placePosted
	placeOpen
)

// note writes outcomes: those that were refused, or those that were not.
func note(tx *store.Tx, job int64, results []Result, refused bool) {
	var ids []int64
	var places []int16
	var states, codes, args []*string
	for _, r := range results {
		if refused != (r.Err != nil) {
			continue
		}
		place, state, code, arg := outcomeOf(r)
		ids, places, states, codes, args = append(ids, r.ID), append(places, place), append(states, state), append(codes, code), append(args, arg)
	}
	if len(ids) > 0 {
		tx.Queue(`update approval_results a set place = u.p, state = u.s, code = u.c, args = u.a::jsonb
			from unnest($2::bigint[], $3::smallint[], $4::text[], $5::text[], $6::text[]) as u(i, p, s, c, a)
			where a.job_id = $1 and a.reimbursement_id = u.i`, job, ids, places, states, codes, args)
	}
}

func outcomeOf(r Result) (place int16, state, code, args *string) {
	if r.Err == nil {
		if r.State == Posted || r.State == Approved {
			return placePosted, &r.State, nil, nil
		}
		return placeAwaiting, &r.State, nil, nil
	}
	f, ok := fault.As(r.Err)
	if !ok {
		f = fault.New(fault.Conflict, "internal")
	}
	if b, err := json.Marshal(f.Args); err == nil {
		s := string(b)
		args = &s
	}
	return placeRefused, nil, &f.Code, args
}

// Outcome is what became of one proposal of a batch, and how the proposal stands
// now. Args belong to the sentence of Code.
type Outcome struct {
	ReimbursementID int64
	Place           int16
	State, Code     *string
	Args            *string
	CaseID          *int64
	Balances        *string // when it was proposed, as in Reimbursement
	Now             *string // state
	DecidedAt       *time.Time
	DecidedName     staff.Name
}

// Arguments reads Args.
func (o Outcome) Arguments() (out []any) {
	if o.Args != nil {
		json.Unmarshal([]byte(*o.Args), &out) // written by us; without them the sentence says less
	}
	return out
}

// Outcomes lists what became of a batch, refused ones first, after the row (place,
// id): limit and one more when there are more.
func Outcomes(db *gorm.DB, job int64, place int16, id int64, limit int) ([]Outcome, error) {
	return store.Select[Outcome](db, `select a.*, r.case_id, r.balances, r.state as now, r.decided_at, `+staff.NameOf("s")+` as decided_name
		from approval_results a left join reimbursements r on r.id = a.reimbursement_id left join staff s on s.id = r.decided_by
		where a.job_id = $1 and (a.place, a.reimbursement_id) > ($2, $3) order by a.place, a.reimbursement_id limit $4`, job, place, id, limit+1)
}

// Tally counts the outcomes of a batch: refused, awaiting another approval, posted.
func Tally(db *gorm.DB, job int64) (refused, awaiting, posted int64, err error) {
	err = store.Scan(db, `select count(*) filter (where place = 0), count(*) filter (where place = 1), count(*) filter (where place = 2)
		from approval_results where job_id = $1`, []any{job}, &refused, &awaiting, &posted)
	return refused, awaiting, posted, err
}

// BatchOf finds a batch by its job. Unknown, or another kind of job: NotFound.
func BatchOf(db *gorm.DB, id int64) (*jobs.Job, error) {
	return store.Find[jobs.Job](db, "id = ? and kind = ?", id, ApproveSeenArgs{}.Kind())
}
