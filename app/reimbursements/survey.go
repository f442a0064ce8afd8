package reimbursements

import (
	"sync"
	"time"

	"gorm.io/gorm"

	"hoten/app/store"
)

// What is counted for the supervisors' list is remembered once it is about more than
// rememberedFrom proposals, and counted again for at most one part in restFor of the
// time and no more often than every restLeast; less is counted at every look.
const (
	restFor   = 20
	restLeast = 5 * time.Second
)

var rememberedFrom = 2000

// Survey is what waits, by class and cost and by incident and program.
type Survey struct {
	Waiting int64 // all that waits, of any incident
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
		if err = store.Scan(db, "select count(*) from reimbursements where state = 'submitted'", nil, &found.Waiting); err != nil {
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
	day := startOfDay(s.Clock())
	var many bool
	err := store.Scan(db, "select count(*) > $1 from (select from reimbursements where submitted_at >= $2 limit $1::int + 1) w", []any{rememberedFrom, day}, &many)
	if err != nil {
		return nil, err
	}
	return k.today.get(day.Unix(), many, s.Clock(), func() ([]DayTotal, error) { return DayTotals(db, s) })
}

// remembered keeps the last answers by key. Whoever asks while it is counted waits
// for that count.
type remembered[T any] struct {
	mu   sync.Mutex
	last map[int64]answer[T]
}

type answer[T any] struct {
	value T
	until time.Time
}

func (r *remembered[T]) get(key int64, remember bool, now time.Time, count func() (T, error)) (T, error) {
	if !remember {
		return count()
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if kept, ok := r.last[key]; ok && now.Before(kept.until) {
		return kept.value, nil
	}
	begun := time.Now()
	value, err := count()
	if err != nil {
		return value, err
	}
	for old, kept := range r.last {
		if now.After(kept.until) {
			delete(r.last, old)
		}
	}
	if r.last == nil {
		r.last = map[int64]answer[T]{}
	}
	r.last[key] = answer[T]{value, now.Add(max(restLeast, restFor*time.Since(begun)))}
	return value, nil
}
