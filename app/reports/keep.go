package reports

import (
	"context"
	"encoding/json"
	"time"

	"gorm.io/gorm"

	"hoten/app/store"
)

// The figures of an incident with more than keptFrom cases are kept for the pages
// and counted again in the background, for at most one part in restFor of the time
// and no more often than every restLeast. One with more than largeFrom is not
// counted at any look.
const (
	keptFrom  = 1_000
	restFor   = 20
	restLeast = 5 * time.Second
)

var largeFrom = 20_000

func isLarge(db *gorm.DB, incident int64) (large bool, err error) {
	err = store.Scan(db, "select count(*) > $2::int from (select from cases where incident_id = $1 limit $2::int + 1) few", []any{incident, largeFrom}, &large)
	return large, err
}

// Keep counts the figures again that are kept, unless another program does.
func Keep(ctx context.Context, s *store.Store) error {
	_, err := store.Exclusive(ctx, s, "keep figures", func() error { return keepAll(ctx, s, keptFrom) })
	return err
}

func keepAll(ctx context.Context, s *store.Store, from int) error {
	type due struct {
		ID                int64
		CountsAt, PlanAt  *time.Time
		CountsMs, PlansMs int64
	}
	rows, err := store.Select[due](store.Read(ctx, s), `select i.id, c.at as counts_at, p.at as plan_at, coalesce(c.took_ms, 0) as counts_ms, coalesce(p.took_ms, 0) as plans_ms
		from incidents i left join incident_figures c on c.incident_id = i.id and c.part = 'counts'
		left join incident_figures p on p.incident_id = i.id and p.part = 'plan'
		where (select count(*) from (select from cases where incident_id = i.id limit $1::int + 1) few) > $1::int order by i.id`, from)
	for _, r := range rows {
		if err == nil && rested(s, r.CountsAt, r.CountsMs) {
			err = keep(ctx, s, r.ID, "counts", count)
		}
		if err == nil && rested(s, r.PlanAt, r.PlansMs) {
			err = keep(ctx, s, r.ID, "plan", plan)
		}
		if err == nil {
			err = keepDays(ctx, s, r.ID)
		}
	}
	return err
}

func rested(s *store.Store, last *time.Time, tookMs int64) bool {
	return last == nil || s.Clock().Sub(*last) >= max(restLeast, time.Duration(restFor*tookMs)*time.Millisecond)
}

func keep[T any](ctx context.Context, s *store.Store, incident int64, part string, count func(*gorm.DB, int64, time.Time) (*T, error)) error {
	begun := time.Now()
	value, err := count(store.Read(ctx, s), incident, s.Clock().UTC())
	if err != nil {
		return err
	}
	written, err := json.Marshal(value)
	if err != nil {
		return err
	}
	return store.Keep(ctx, s, func(tx *store.Tx) error {
		_, err := store.Exec(tx, `insert into incident_figures (incident_id, part, at, took_ms, value) values ($1, $2, $3, $4, $5)
			on conflict (incident_id, part) do update set at = excluded.at, took_ms = excluded.took_ms, value = excluded.value`,
			incident, part, tx.Now, time.Since(begun).Milliseconds(), string(written))
		return err
	})
}
