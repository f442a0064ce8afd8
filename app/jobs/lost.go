package jobs

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/riverqueue/river"
	"github.com/riverqueue/river/rivertype"

	"hoten/app/store"
)

// Name is the advisory lock of a job's work.
func Name(id int64) string { return fmt.Sprintf("job:%d", id) }

// Once is how long work is queued: one River job of the same arguments at a time,
// however often it is asked for.
func Once() river.InsertOpts {
	return river.InsertOpts{UniqueOpts: river.UniqueOpts{ByArgs: true, ByState: []rivertype.JobState{rivertype.JobStateAvailable,
		rivertype.JobStatePending, rivertype.JobStateRetryable, rivertype.JobStateRunning, rivertype.JobStateScheduled}}}
}

// Unfinished is a piece of long work that our tables say is not done: its advisory
// lock, and the River job that does it.
type Unfinished struct {
	Lock string
	Args river.JobArgs
}

// patience is how long work may wait for a worker before it counts as lost.
const patience = 5 * time.Second

// Recover queues the work again that nobody does any more, of all that find finds,
// given when it must have begun at the latest. A program that was killed leaves its
// River job running in the table, but holds no lock.
func Recover(ctx context.Context, s *store.Store, find ...func(tx *store.Tx, begun time.Time) ([]Unfinished, error)) error {
	return store.Keep(ctx, s, func(tx *store.Tx) error {
		for _, f := range find {
			work, err := f(tx, tx.Now.Add(-patience))
			if err != nil {
				return err
			}
			for _, w := range work {
				if err := again(tx, w); err != nil {
					return err
				}
			}
		}
		return nil
	})
}

func again(tx *store.Tx, w Unfinished) error {
	idle, err := store.Idle(tx, w.Lock)
	if err != nil || !idle {
		return err
	}
	args, err := json.Marshal(w.Args)
	if err != nil {
		return err
	}
	// The job of the killed program must not stand in the way of the new one.
	if _, err := store.Exec(tx, `update river_job set state = 'cancelled', finalized_at = now() where state = 'running' and kind = $1 and args = $2::jsonb`,
		w.Args.Kind(), string(args)); err != nil {
		return err
	}
	return tx.Enqueue(w.Args)
}
