package reimbursements

import (
	"context"
	"encoding/json"
	"time"

	"github.com/riverqueue/river"
	"gorm.io/gorm"

	"hoten/app/incidents"
	"hoten/app/jobs"
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
