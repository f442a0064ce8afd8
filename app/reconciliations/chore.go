package reconciliations

import (
	"context"
	"errors"
	"strconv"
	"time"

	"hoten/app/access"
	"hoten/app/fault"
	"hoten/app/installation"
	"hoten/app/jptext"
	"hoten/app/points"
	"hoten/app/store"
	"hoten/app/verbs"
)

// How many days back something is looked for, how long after a failure a system is asked again,
// and how many days are asked for or compared in one round.
const (
	backDays = 40
	askAgain = time.Hour
	round    = 20
)

// Tend begins the reconciliations of days that are over, asks the point systems that give
// statements for them, and compares again what was learned of since. A copy of the database that
// was not released asks nothing.
func Tend(ctx context.Context, s *store.Store) error {
	here, err := installation.Look(ctx, s)
	if err != nil || here.Held {
		return err
	}
	all, err := points.List(store.Read(ctx, s))
	if err != nil {
		return err
	}
	var failed error
	for _, c := range all {
		if err := begin(ctx, s, c); err != nil {
			return err
		}
		failed = errors.Join(failed, askMissing(ctx, s, c))
	}
	return errors.Join(failed, compareStale(ctx, s))
}

// hour is from which hour on, in Japan, a system is asked for the day before; false: never.
func hour(c points.Connection) (int, bool) {
	n, err := strconv.Atoi(c.Set()[points.StatementHour])
	return n, err == nil
}

// Asks reports whether a system is asked for its statements.
func Asks(c points.Connection) bool {
	_, asks := hour(c)
	return asks
}

// begin makes the reconciliations of the days that are over on which hoten had something done in
// the system, and of yesterday where the system gives statements.
func begin(ctx context.Context, s *store.Store, c points.Connection) error {
	today := jptext.DateOf(s.Clock())
	return store.Keep(ctx, s, func(tx *store.Tx) error {
		_, err := store.Exec(tx, `insert into reconciliations (system_id, day)
			select $1::smallint, d.day::date from generate_series($2::date - $3::int, $2::date - 1, interval '1 day') d(day)
			where not exists (select from reconciliations r where r.system_id = $1 and r.day = d.day::date)
			  and ($4 and d.day::date = $2::date - 1 or exists (select from point_legs l where l.system_id = $1 and l.`+done+`
				and l.settled_at >= d.day::date::timestamp at time zone 'Asia/Tokyo' and l.settled_at < (d.day::date + 1)::timestamp at time zone 'Asia/Tokyo'))
			order by d.day on conflict do nothing`, c.ID, today, backDays, Asks(c))
		return err
	})
}

// askMissing asks a system for the statements that are missing, once its hour has come.
func askMissing(ctx context.Context, s *store.Store, c points.Connection) error {
	from, asks := hour(c)
	now := s.Clock()
	if !asks || now.Before(jptext.DateOf(now).At(from*60)) {
		return nil
	}
	of, err := store.Select[Reconciliation](store.Read(ctx, s), `select * from reconciliations where system_id = $1 and state = '`+Missing+`' and day >= $2::date - $3::int and coalesce(asked_at <= $4, true)
		order by day limit $5`, c.ID, jptext.DateOf(now), backDays, now.Add(-askAgain), round)
	for _, r := range of {
		if err != nil {
			return err
		}
		if _, err = Ask(ctx, s, access.System("reconciliations"), c.Code, r.Day); fault.Is(err, "statement_failed") {
			return nil // what it said is kept, and it is asked again later
		}
	}
	return err
}

// compareStale compares what has learned something since it was compared.
func compareStale(ctx context.Context, s *store.Store) error {
	of, err := store.Select[Reconciliation](store.Read(ctx, s), "select * from reconciliations where learned <> compared order by id limit $1", round)
	for _, r := range of {
		if err == nil {
			err = CompareAgain(ctx, s, r.ID)
		}
	}
	return err
}

// CompareAgain compares a day with the legs as they stand now, and the days that have to do with it.
func CompareAgain(ctx context.Context, s *store.Store, id int64) error {
	return verbs.Run(ctx, s, access.System("reconciliations"), ToCompare, about(id), "", func(tx *store.Tx) error {
		r, err := ByID(tx.DB, id)
		if err != nil {
			return err
		}
		if err := alone(tx, r.SystemID); err != nil {
			return err
		}
		return tx.Uncounted(func() error {
			if r.State == Missing {
				_, err := store.Exec(tx, "update reconciliations set compared = learned where id = $1 and state = '"+Missing+"'", id)
				return err
			}
			if err := byReference(tx, []int64{id}); err != nil {
				return err
			}
			more, err := touched(tx, r)
			if err != nil {
				return err
			}
			return compare(tx, append(more, id))
		})
	})
}
