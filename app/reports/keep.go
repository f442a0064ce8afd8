package reports

import (
	"context"
	"encoding/json"
	"time"

	"gorm.io/gorm"

	"hoten/app/incidents"
	"hoten/app/reimbursements"
	"hoten/app/store"
)

// overview is what one look at an incident counts.
type overview struct {
	Figures          Figures
	Days             []Day
	Posted, Approved reimbursements.Totals
}

func count(db *gorm.DB, incident int64, now time.Time) (*overview, error) {
	o := &overview{Figures: Figures{At: now, ByClass: map[string]int64{"A": 0, "B": 0, "C": 0, "D": 0}, Cases: map[string]int64{}}}
	err := o.Figures.count(db, incident)
	if err == nil {
		o.Figures.Waiting, err = waiting(db, incident)
	}
	if err == nil {
		o.Days, err = countDays(db, incident)
	}
	if err == nil {
		o.Posted, o.Approved, err = decided(db, incident)
	}
	for _, d := range o.Days {
		o.Figures.Reached += d.Reached
	}
	return o, err
}

// Overview gives the figures of an incident, and what happened on each day.
func Overview(db *gorm.DB, incident *incidents.Incident, now time.Time) (*Figures, []Day, error) {
	o, err := keptOr(db, incident.ID, "counts", func() (*overview, error) { return count(db, incident.ID, now) })
	if err != nil {
		return nil, nil, err
	}
	p, err := keptOr(db, incident.ID, "plan", func() (*planned, error) { return plan(db, incident.ID, now) })
	if err != nil {
		return nil, nil, err
	}
	programs, err := incidents.Programs(db)
	if err != nil {
		return nil, nil, err
	}
	for from, to := range map[*map[int16]int64]map[int16]int64{&p.Totals.Rollback: o.Posted.Rollback, &p.Totals.Reimburse: o.Posted.Reimburse,
		&p.Totals.Absorbed: o.Posted.Absorbed, &p.Totals.Adjusted: o.Posted.Adjusted} {
		for program, n := range to {
			(*from)[program] += n
		}
	}
	f := &o.Figures
	f.PlannedAt, f.WithPlan, f.Unproposed = p.At, p.WithPlan, p.Unproposed
	f.Plan, f.Approved, f.Posted = WithCodes(p.Totals, programs), WithCodes(o.Approved, programs), WithCodes(o.Posted, programs)
	if f.Overdue, err = overdue(db, incident.ID, now); err != nil {
		return nil, nil, err
	}
	f.Owed, err = owed(db, incident.ID, p.Totals, o.Posted)
	return f, o.Days, err
}

// Of gives the figures of an incident.
func Of(db *gorm.DB, incident *incidents.Incident, now time.Time) (*Figures, error) {
	f, _, err := Overview(db, incident, now)
	return f, err
}

// keptOr reads a kept part of the figures, and counts where none is kept.
func keptOr[T any](db *gorm.DB, incident int64, part string, count func() (*T, error)) (*T, error) {
	type row struct{ Value string }
	rows, err := store.Select[row](db, "select value from incident_figures where incident_id = $1 and part = $2", incident, part)
	if err != nil || len(rows) == 0 {
		if err == nil {
			return count()
		}
		return nil, err
	}
	kept := new(T)
	return kept, json.Unmarshal([]byte(rows[0].Value), kept)
}

// Of an incident with more than largeFrom cases the figures are kept and counted
// again in the background, for at most one part in restFor of the time.
const (
	largeFrom = 20_000
	restFor   = 20
)

// Keep counts the figures of large incidents again, unless another program does.
func Keep(ctx context.Context, s *store.Store) error {
	_, err := store.Exclusive(ctx, s, "keep figures", func() error { return keepAll(ctx, s, largeFrom) })
	return err
}

func keepAll(ctx context.Context, s *store.Store, largeFrom int) error {
	type due struct {
		ID                int64
		CountsAt, PlanAt  *time.Time
		CountsMs, PlansMs int64
	}
	rows, err := store.Select[due](store.Read(ctx, s), `select i.id, c.at as counts_at, p.at as plan_at, coalesce(c.took_ms, 0) as counts_ms, coalesce(p.took_ms, 0) as plans_ms
		from incidents i left join incident_figures c on c.incident_id = i.id and c.part = 'counts'
		left join incident_figures p on p.incident_id = i.id and p.part = 'plan'
		where (select count(*) from (select 1 from cases where incident_id = i.id limit $1 + 1) few) > $1 order by i.id`, largeFrom)
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
	return last == nil || s.Clock().Sub(*last) >= time.Duration(restFor*tookMs)*time.Millisecond
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
		_, err := store.Exec(tx.DB, `insert into incident_figures (incident_id, part, at, took_ms, value) values ($1, $2, $3, $4, $5)
			on conflict (incident_id, part) do update set at = excluded.at, took_ms = excluded.took_ms, value = excluded.value`,
			incident, part, tx.Now, time.Since(begun).Milliseconds(), string(written))
		return err
	})
}
