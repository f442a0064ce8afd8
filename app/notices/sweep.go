package notices

import (
	"context"
	"time"

	"hoten/app/installation"
	"hoten/app/store"
)

const (
	// sweepBatch bounds one run of Sweep.
	sweepBatch = 2000
	// patience is how long a due mail waits for others to be sent together with it.
	patience = time.Second
	// running is how long a job that began is left alone: a program that was
	// killed leaves its jobs running in the table.
	running = 10 * time.Second
)

// Sweep queues jobs for mails that are due and that no job is about to send: what
// is not urgent, retries, and those whose job died with its program. While the database
// is held it queues none.
func Sweep(ctx context.Context, s *store.Store) error {
	if held, err := installation.Look(ctx, s); err != nil || held.Held {
		return err
	}
	return store.Keep(ctx, s, func(tx *store.Tx) error {
		type due struct{ ID int64 }
		rows, err := store.Select[due](tx.DB, `with taken as (
			select jsonb_array_elements_text(args->'ids')::bigint as id from river_job where kind = $3
			and (state in ('available', 'pending', 'retryable', 'scheduled') or state = 'running' and attempted_at > now() - make_interval(secs => $4)))
			select id from mails where state = 'queued' and due_at < $1 and id not in (select id from taken) order by due_at, id limit $2`,
			tx.Now.Add(-patience), sweepBatch, DeliverArgs{}.Kind(), running.Seconds())
		if err != nil {
			return err
		}
		ids := make([]int64, len(rows))
		for i, r := range rows {
			ids[i] = r.ID
		}
		return enqueue(tx, ids)
	})
}
