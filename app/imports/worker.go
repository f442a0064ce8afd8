package imports

import (
	"context"
	"time"

	"github.com/riverqueue/river"

	"hoten/app/access"
	"hoten/app/fault"
	"hoten/app/jobs"
	"hoten/app/staff"
	"hoten/app/store"
)

// RunArgs is the job that runs an uploaded import.
type RunArgs struct {
	ImportID int64 `json:"import_id"`
}

// Kind names the job for River.
func (RunArgs) Kind() string { return "imports_run" }

// InsertOpts lets an import be queued once.
func (RunArgs) InsertOpts() river.InsertOpts { return jobs.Once() }

// Worker works RunArgs.
type Worker struct {
	river.WorkerDefaults[RunArgs]
	Store *store.Store
}

// Timeout leaves time for any file; a program that dies is noticed by
// jobs.Recover.
func (w *Worker) Timeout(*river.Job[RunArgs]) time.Duration { return 2 * time.Hour }

// Work runs the import, unless another program does already.
func (w *Worker) Work(ctx context.Context, job *river.Job[RunArgs]) error {
	_, err := store.Exclusive(ctx, w.Store, lockName(job.Args.ImportID), func() error {
		i, err := ByID(store.Read(ctx, w.Store), job.Args.ImportID)
		if err != nil || i.State != Running {
			return err
		}
		by := access.System("import")
		if i.StaffID != nil {
			account, err := staff.Active(store.Read(ctx, w.Store), *i.StaffID)
			if fault.Of(err, fault.Forbidden) {
				// Disabled since: nobody answers for what would be imported.
				return newRun(w.Store, by, i, source{}, nil).fail(ctx, "interrupted")
			}
			if err != nil {
				return err
			}
			by = account.Actor("job")
		}
		src, err := uploaded(ctx, w.Store, i)
		if err != nil {
			return err
		}
		return newRun(w.Store, by, i, src, nil).do(ctx)
	})
	return err
}

// Unfinished finds the uploaded imports that run since before begun. Those from a command
// line that was killed it gives up: their files are not here.
func Unfinished(tx *store.Tx, begun time.Time) (work []jobs.Unfinished, err error) {
	type running struct {
		ID       int64
		Uploaded bool
	}
	rows, err := store.Select[running](tx.DB, `select i.id, exists (select 1 from import_chunks c where c.import_id = i.id) as uploaded
		from imports i where i.state = 'running' and i.created_at < $1`, begun)
	for _, r := range rows {
		if r.Uploaded {
			work = append(work, jobs.Unfinished{Lock: lockName(r.ID), Args: RunArgs{ImportID: r.ID}})
			continue
		}
		idle, err := store.Idle(tx, lockName(r.ID))
		if err == nil && idle {
			_, err = store.Exec(tx, "update imports set state = 'failed', error = 'interrupted', finished_at = $2 where id = $1", r.ID, tx.Now)
		}
		if err != nil {
			return nil, err
		}
	}
	return work, err
}
