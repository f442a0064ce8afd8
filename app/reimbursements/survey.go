package reimbursements

import (
	"sync"
	"time"

	"gorm.io/gorm"

	"hoten/app/jptext"
	"hoten/app/store"
)

// What is counted for the supervisors' list is remembered once it is about more than
// rememberedFrom proposals, and counted again for at most one part in restFor of the
// time and no more often than every restLeast; less is counted at every look.
const (
	restFor   = 20
	restLeast = 5 * time.Second
	forgotten = time.Minute
)

var rememberedFrom = 500

// Survey is what waits, by class and cost and by incident and program.
type Survey struct {
	Waiting int64 // all that waits in the incident
	Groups  []Group
	Piles   []Pile
	At      time.Time // when it was counted, of what is remembered; else zero
}

// Surveys counts what supervisors steer by; the zero value is ready for use.
type Surveys struct {
	waiting remembered[Survey]
	today   remembered[[]DayTotal]
}

// Of surveys what waits in an incident, 0 for any.
func (k *Surveys) Of(db *gorm.DB, s *store.Store, incident int64) (Survey, error) {
	var many bool
	err := store.Scan(db, "select count(*) > $1 from (select from reimbursements where state = 'submitted' limit $1::int + 1) w", []any{rememberedFrom}, &many)
	if err != nil {
		return Survey{}, err
	}
	return k.waiting.get(incident, many, s.Clock(), func() (found Survey, err error) {
		if many {
			found.At = s.Clock()
		}
		if err = store.Scan(db, "select count(*) from reimbursements where state = 'submitted' and ($1::bigint = 0 or incident_id = $1)", []any{incident}, &found.Waiting); err != nil {
			return found, err
		}
		if found.Groups, err = Groups(db, incident); err != nil {
			return found, err
		}
		found.Piles, err = Piles(db, incident)
		return found, err
	})
}

// Today sums what each person has proposed since the start of the day.
func (k *Surveys) Today(db *gorm.DB, s *store.Store) ([]DayTotal, error) {
	day := jptext.StartOfDay(s.Clock())
	var many bool
	err := store.Scan(db, "select count(*) > $1 from (select from reimbursements where submitted_at >= $2 limit $1::int + 1) w", []any{rememberedFrom, day}, &many)
	if err != nil {
		return nil, err
	}
	return k.today.get(day.Unix(), many, s.Clock(), func() ([]DayTotal, error) { return DayTotals(db, s) })
}

// remembered keeps the last answers by key. While somebody counts anew others get
// the last answer; only where there is none, or a forgotten one, they wait.
type remembered[T any] struct {
	counting sync.Mutex
	mu       sync.Mutex
	last     map[int64]answer[T]
}

type answer[T any] struct {
	value T
	until time.Time
}

func (r *remembered[T]) get(key int64, remember bool, now time.Time, count func() (T, error)) (T, error) {
	if !remember {
		return count()
	}
	kept := r.lookUp(key)
	switch {
	case now.Before(kept.until):
		return kept.value, nil
	case now.Sub(kept.until) > forgotten:
		r.counting.Lock()
		if kept = r.lookUp(key); now.Before(kept.until) {
			r.counting.Unlock()
			return kept.value, nil
		}
	case !r.counting.TryLock():
		return kept.value, nil
	}
	defer r.counting.Unlock()
	begun := time.Now()
	value, err := count()
	if err == nil {
		r.keep(key, answer[T]{value, now.Add(max(restLeast, restFor*time.Since(begun)))}, now)
	}
	return value, err
}

func (r *remembered[T]) lookUp(key int64) answer[T] {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.last[key]
}

func (r *remembered[T]) keep(key int64, a answer[T], now time.Time) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.last == nil {
		r.last = map[int64]answer[T]{}
	}
	for old, kept := range r.last {
		if now.Sub(kept.until) > forgotten {
			delete(r.last, old)
		}
	}
	r.last[key] = a
}
