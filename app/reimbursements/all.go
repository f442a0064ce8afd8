package reimbursements

import (
	"context"
	"slices"

	"gorm.io/gorm"

	"hoten/app/access"
	"hoten/app/audit"
	"hoten/app/cases"
	"hoten/app/fault"
	"hoten/app/incidents"
	"hoten/app/jobs"
	"hoten/app/store"
	"hoten/app/verbs"
)

// ProposeAllArgs is the job that proposes for a whole incident.
type ProposeAllArgs struct {
	JobID int64 `json:"job_id"`
}

// Kind names the job for River, and in the table of jobs.
func (ProposeAllArgs) Kind() string { return "reimbursements_propose_all" }

type allArgs struct {
	Incident int64 `json:"incident"`
}

// ProposeAll proposes, in the background, for every case of an incident that has
// a plan and was never proposed for, or one to correct: 補填 does not wait for the caller.
// What the rules refuse is passed over, and so is an ID of which a proposal waits in another
// incident; the job counts it by its reason. What was returned,
// rejected or withdrawn somebody looks at first: nothing proposes it anew unasked.
func ProposeAll(ctx context.Context, s *store.Store, by access.Actor, reference string) (*jobs.Job, error) {
	return verbs.Do(ctx, s, by, ToProposeAll, verbs.About("incident", reference), "", func(tx *store.Tx) (*jobs.Job, error) {
		incident, err := incidents.ByReference(tx.DB, reference)
		if err != nil {
			return nil, err
		}
		j, err := jobs.Begin(tx, ProposeAllArgs{}.Kind(), allArgs{Incident: incident.ID})
		if err != nil {
			return nil, err
		}
		if err := tx.Enqueue(ProposeAllArgs{JobID: j.ID}); err != nil {
			return nil, err
		}
		return j, audit.Record(tx, audit.Change{After: map[string]any{"job": j.ID}})
	})
}

// unproposed is the condition, of cases c, of those that are proposed for: with losses and
// no proposal yet, or with a correction to what was posted last. What was returned, rejected
// or withdrawn is somebody's to look at.
const unproposed = `(reimbursement_state is null and class in ('A', 'B', 'C') and ` + incidents.Standing + ` or points_open & 4 <> 0 and reimbursement_state = 'posted')
	and status <> 'out_of_scope'`

// Proposable is the condition, of cases c, of those that ProposeAll makes a proposal for: no
// balance is missing and no double undecided.
const Proposable = unproposed + " and points_open & 3 = 0"

// allChunk bounds one transaction of proposeAll, in cases.
var allChunk = 250

// proposeAll does the work of a job; killed half way and started again, it goes
// on with the cases that have no proposal yet.
func proposeAll(ctx context.Context, s *store.Store, id int64) error {
	j, err := jobs.ByID(store.Read(ctx, s), id)
	if err != nil || j.State != jobs.Running {
		return err
	}
	incident, err := incidentOf(j)
	if err != nil {
		return err
	}
	for last := int64(0); ; {
		by, err := worksFor(ctx, s, j, access.Propose)
		if err != nil || by == nil {
			return err
		}
		next, err := verbs.Do(ctx, s, *by, ToPropose, "reimbursements", "", func(tx *store.Tx) (int64, error) {
			return proposeSome(tx, j, incident, last)
		})
		if err != nil {
			return err
		}
		if next == 0 {
			return nil
		}
		last = next
	}
}

// pendingElsewhere picks of cases those of whose ID a proposal waits in another incident: once
// that is posted, a plan of now would be none any more, as both move the same balances.
func pendingElsewhere(db *gorm.DB, of []cases.Case) ([]int64, error) {
	ids := make([]int64, len(of))
	for i, c := range of {
		ids[i] = c.ID
	}
	return store.Now(db, func(reads *store.Reads) *[]int64 {
		return store.AskValues[int64](reads, `select c.id from cases c where c.id = any($1) and exists (select from cases o
			where o.identity_id = c.identity_id and o.id <> c.id and o.reimbursement_state = 'submitted')`, ids)
	})
}

// proposeSome takes the next cases after last and returns the last one it looked
// at, 0 when there were none and the job is done.
func proposeSome(tx *store.Tx, j *jobs.Job, incident, last int64) (int64, error) {
	of, err := store.Select[cases.Case](tx.DB, `select * from cases c where incident_id = $1 and id > $2 and `+unproposed+`
		order by id limit $3 for no key update`, incident, last, allChunk)
	if err != nil {
		return 0, err
	}
	if last == 0 {
		// Also after a restart: what is left, and what was done before; what was
		// refused is looked at again.
		j.Failed, j.Reasons = 0, "{}"
		err = store.Scan(tx.DB, `select $3 + count(*) from cases c where incident_id = $1 and `+unproposed+` and id > $2`, []any{incident, last, j.Processed}, &j.Total)
		if err != nil {
			return 0, err
		}
	}
	if len(of) == 0 {
		j.State = jobs.Done
		return 0, j.Save(tx)
	}
	elsewhere, err := pendingElsewhere(tx.DB, of)
	if err != nil {
		return 0, err
	}
	var pointers []*cases.Case
	var codes []string
	for i, c := range of {
		if slices.Contains(elsewhere, c.ID) {
			codes = append(codes, "pending_elsewhere")
		} else {
			pointers = append(pointers, &of[i])
		}
	}
	_, refused, err := propose(tx, pointers, "", nil)
	if err != nil {
		return 0, err
	}
	for _, why := range refused {
		// An empty plan is no failure: its exchange was given back by a cancellation.
		if f, ok := fault.As(why); ok && f.Code != "plan_empty" {
			codes = append(codes, f.Code)
		}
	}
	j.Refuse(codes...)
	j.Processed += int64(len(of))
	return of[len(of)-1].ID, j.Save(tx)
}
