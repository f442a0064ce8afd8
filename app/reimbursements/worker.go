package reimbursements

import (
	"context"
	"encoding/json"
	"time"

	"github.com/riverqueue/river"
	"gorm.io/gorm"

	"hoten/app/access"
	"hoten/app/fault"
	"hoten/app/incidents"
	"hoten/app/jobs"
	"hoten/app/staff"
	"hoten/app/store"
)

// ProposeAllWorker works ProposeAllArgs.
type ProposeAllWorker struct {
	river.WorkerDefaults[ProposeAllArgs]
	Store *store.Store
}

// Timeout leaves time for an incident of any size; a program that dies is
// noticed by jobs.Recover, not by this.
func (w *ProposeAllWorker) Timeout(*river.Job[ProposeAllArgs]) time.Duration { return time.Hour }

// Work proposes for the whole incident, unless another program does already.
func (w *ProposeAllWorker) Work(ctx context.Context, job *river.Job[ProposeAllArgs]) error {
	_, err := store.Exclusive(ctx, w.Store, jobs.Name(job.Args.JobID), func() error {
		return proposeAll(ctx, w.Store, job.Args.JobID)
	})
	return err
}

// ApproveSeenWorker works ApproveSeenArgs.
type ApproveSeenWorker struct {
	river.WorkerDefaults[ApproveSeenArgs]
	Store *store.Store
}

// Timeout leaves time for a batch of any size; see ProposeAllWorker.
func (w *ApproveSeenWorker) Timeout(*river.Job[ApproveSeenArgs]) time.Duration { return time.Hour }

// Work approves the batch, unless another program does already.
func (w *ApproveSeenWorker) Work(ctx context.Context, job *river.Job[ApproveSeenArgs]) error {
	_, err := store.Exclusive(ctx, w.Store, jobs.Name(job.Args.JobID), func() error {
		return approveSeen(ctx, w.Store, job.Args.JobID)
	})
	return err
}

// worksFor is who a job acts as, asked for each part of its work: the account as it is
// now. One that was disabled or may no longer do the work ends the job, which gives nil.
func worksFor(ctx context.Context, s *store.Store, j *jobs.Job, need access.Permission) (*access.Actor, error) {
	account, err := staff.Active(store.Read(ctx, s), j.StaffID)
	by := access.Actor{}
	if err == nil {
		by = account.Actor("job")
		err = by.Require(need)
	}
	if f, ok := fault.As(err); ok && f.Kind == fault.Forbidden {
		return nil, j.GiveUp(ctx, s, f)
	}
	return &by, err
}

// InsertOpts lets a job be queued once.
func (ProposeAllArgs) InsertOpts() river.InsertOpts { return jobs.Once() }

// InsertOpts lets a job be queued once.
func (ApproveSeenArgs) InsertOpts() river.InsertOpts { return jobs.Once() }

// Unfinished finds the jobs that run since before begun.
func Unfinished(tx *store.Tx, begun time.Time) (work []jobs.Unfinished, err error) {
	rows, err := store.Select[jobs.Job](tx.DB, "select * from jobs where state = 'running' and created_at < $1", begun)
	for _, j := range rows {
		u := jobs.Unfinished{Lock: jobs.Name(j.ID), Args: ProposeAllArgs{JobID: j.ID}}
		if j.Kind == (ApproveSeenArgs{}).Kind() {
			u.Args = ApproveSeenArgs{JobID: j.ID}
		}
		work = append(work, u)
	}
	return work, err
}

func incidentOf(j *jobs.Job) (int64, error) {
	var args allArgs
	err := json.Unmarshal([]byte(j.Args), &args)
	return args.Incident, err
}

// IncidentOf is the incident that a job proposes for.
func IncidentOf(db *gorm.DB, j *jobs.Job) (*incidents.Incident, error) {
	id, err := incidentOf(j)
	if err != nil {
		return nil, err
	}
	return incidents.ByID(db, id)
}
