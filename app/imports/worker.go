package imports

import (
	"context"
	"time"

	"github.com/riverqueue/river"

	"hoten/app/access"
	"hoten/app/fault"
	"hoten/app/staff"
	"hoten/app/store"
)

// RunArgs is the job that runs an uploaded import.
type RunArgs struct {
	ImportID int64 `json:"import_id"`
}

// Kind names the job for River.
func (RunArgs) Kind() string { return "imports_run" }

// Worker works RunArgs.
type Worker struct {
	river.WorkerDefaults[RunArgs]
	Store *store.Store
}

// Timeout leaves time for any file; a program that dies is noticed by Recover.
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
			if f, ok := fault.As(err); ok && f.Kind == fault.Forbidden {
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

// patience is how long an import may wait for a worker before it counts as lost.
const patience = 10 * time.Second

// Recover enqueues again the uploaded imports that nobody works on any more, and
// gives up those from a command line that was killed: their files are not here.
func Recover(ctx context.Context, s *store.Store) error {
	return store.Keep(ctx, s, func(tx *store.Tx) error {
		type waiting struct {
			ID       int64
			Uploaded bool
		}
		rows, err := store.Select[waiting](tx.DB, `select i.id, exists (select 1 from import_chunks c where c.import_id = i.id) as uploaded
			from imports i where i.state = 'running' and i.created_at < $1`, tx.Now.Add(-patience))
		if err != nil {
			return err
		}
		for _, w := range rows {
			idle, err := store.Idle(tx, lockName(w.ID))
			switch {
			case err != nil:
				return err
			case idle && w.Uploaded:
				err = tx.Enqueue(RunArgs{ImportID: w.ID})
			case idle:
				_, err = store.Exec(tx, "update imports set state = 'failed', error = 'interrupted', finished_at = $2 where id = $1", w.ID, tx.Now)
			}
			if err != nil {
				return err
			}
		}
		return nil
	})
}
