package notices

import (
	"context"
	"time"

	"github.com/riverqueue/river"
)

// Worker works DeliverArgs.
type Worker struct {
	river.WorkerDefaults[DeliverArgs]
	Postman *Postman
}

// Timeout leaves a slow mail server time for a whole chunk.
func (w *Worker) Timeout(*river.Job[DeliverArgs]) time.Duration { return 10 * time.Minute }

// Work delivers a chunk. What fails is tried again by Sweep, mail by mail, so the
// job itself never is.
func (w *Worker) Work(ctx context.Context, job *river.Job[DeliverArgs]) error {
	if err := w.Postman.Deliver(ctx, job.Args.IDs); err != nil {
		return river.JobCancel(err)
	}
	return nil
}
