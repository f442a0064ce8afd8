package store

import (
	"context"

	"github.com/jackc/pgx/v5"
)

// Listen hears what is told on a channel of the database (NOTIFY), until ctx or the
// connection ends. It calls ready when it begins to hear, and heard with each message.
func (s *Store) Listen(ctx context.Context, channel string, ready func(), heard func(message string)) error {
	pooled, err := s.Pool.Acquire(ctx)
	if err != nil {
		return err
	}
	conn := pooled.Hijack() // the pool makes another: this one is kept
	defer conn.Close(context.WithoutCancel(ctx))
	if _, err := conn.Exec(ctx, "listen "+pgx.Identifier{channel}.Sanitize()); err != nil {
		return err
	}
	ready()
	for {
		told, err := conn.WaitForNotification(ctx)
		if err != nil {
			return err
		}
		heard(told.Payload)
	}
}
