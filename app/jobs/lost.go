package jobs

import (
	"context"
	"fmt"
	"time"

	"github.com/riverqueue/river"

	"hoten/app/store"
)

// Name is the advisory lock of a job's work.
func Name(id int64) string { return fmt.Sprintf("job:%d", id) }

// patience is how long a job may wait for a worker before it counts as lost.
const patience = 5 * time.Second

// Recover enqueues again what nobody works on any more: a program that was
// killed leaves its jobs running in the table but holds no lock.
func Recover(ctx context.Context, s *store.Store, args func(Job) river.JobArgs) error {
	return store.Keep(ctx, s, func(tx *store.Tx) error {
		running, err := store.Select[Job](tx.DB, "select * from jobs where state = 'running' and created_at < $1", tx.Now.Add(-patience))
		if err != nil {
			return err
		}
		for _, j := range running {
			idle, err := store.Idle(tx, Name(j.ID))
			if err != nil {
				return err
			}
			if idle {
				if err := tx.Enqueue(args(j)); err != nil {
					return err
				}
			}
		}
		return nil
	})
}
