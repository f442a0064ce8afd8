// Package simulator is a point system that keeps the contract of docs/connect/points-http.md,
// in memory, and answers as badly as it is told to: late, twice, wrongly, not at all. Tests and
// the demo connect it.
package simulator

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net/http"
	"strings"
	"sync"
	"time"
)

// Faults are how often, in 0 to 1, the simulator does what it must not. It does no movement
// twice.
type Faults struct {
	Latency time.Duration // up to, before each answer
	Before  float64       // the connection ends, and nothing was done
	After   float64       // the connection ends, and it was done
	Error   float64       // 500, and it was done
	Busy    float64       // 503, and nothing was done
	Wrong   float64       // 200 with another movement's points, and it was done
	Twice   float64       // the request is worked twice, at once
}

// Movement is what was done under a key.
type Movement struct {
	Key       string `json:"key"`
	Account   string `json:"account"`
	Program   string `json:"program"`
	Points    int64  `json:"points"`
	Reference string `json:"reference"`
	Balance   int64  `json:"balance"`
	DoneAt    string `json:"done_at"`
}

// place is an account in a program.
type place struct{ account, program string }

// System is a point system.
type System struct {
	Token string
	Clock func() time.Time // nil: the machine's

	mu       sync.Mutex
	faults   Faults
	refuse   func(account, program string, points int64) string // a code of the contract; empty: it is done
	done     map[string]Movement
	balances map[place]int64
	asked    map[string]int // PUTs by key
}

// New makes a system without accounts, whose secret is the token.
func New(token string) *System {
	return &System{Token: token, done: map[string]Movement{}, balances: map[place]int64{}, asked: map[string]int{}}
}

// Behave sets how badly it answers from now on.
func (s *System) Behave(f Faults) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.faults = f
}

// Refuse sets what it refuses from now on, by the code that it gives; nil: nothing.
func (s *System) Refuse(why func(account, program string, points int64) string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.refuse = why
}

// Take has a movement done that nobody asked for.
func (s *System) Take(m Movement) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.done[m.Key] = m
}

// Done lists what was done, by key.
func (s *System) Done() map[string]Movement {
	s.mu.Lock()
	defer s.mu.Unlock()
	out := make(map[string]Movement, len(s.done))
	for key, m := range s.done {
		out[key] = m
	}
	return out
}

// Asked is how often a movement was asked for.
func (s *System) Asked(key string) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.asked[key]
}

// Balance is what was moved on an account in a program.
func (s *System) Balance(account, program string) int64 {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.balances[place{account, program}]
}

// ServeHTTP answers a request.
func (s *System) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	f := s.faults
	s.mu.Unlock()
	if f.Latency > 0 {
		time.Sleep(rand.N(f.Latency))
	}
	if r.Header.Get("Authorization") != "Bearer "+s.Token {
		say(w, http.StatusUnauthorized, map[string]string{"code": "unauthorized"})
		return
	}
	key, is := strings.CutPrefix(r.URL.Path, "/movements/")
	switch {
	case r.URL.Path == "/movements" && r.Method == http.MethodGet:
		s.tell(w, r.URL.Query())
	case is && r.Method == http.MethodGet:
		s.read(w, key)
	case is && r.Method == http.MethodPut:
		s.put(w, r, key, f)
	case strings.HasPrefix(r.URL.Path, "/accounts/") && strings.HasSuffix(r.URL.Path, "/balance"):
		account := strings.TrimSuffix(strings.TrimPrefix(r.URL.Path, "/accounts/"), "/balance")
		say(w, http.StatusOK, map[string]any{"balance": s.Balance(account, r.URL.Query().Get("program"))})
	default:
		say(w, http.StatusNotFound, map[string]string{"code": "unknown_path"})
	}
}

func (s *System) read(w http.ResponseWriter, key string) {
	if m, known := s.Done()[key]; known {
		say(w, http.StatusOK, m)
		return
	}
	say(w, http.StatusNotFound, map[string]string{"code": "unknown_key"})
}

func (s *System) put(w http.ResponseWriter, r *http.Request, key string, f Faults) {
	var m Movement
	if err := json.NewDecoder(http.MaxBytesReader(w, r.Body, 1<<16)).Decode(&m); err != nil || m.Account == "" || m.Points == 0 {
		say(w, http.StatusUnprocessableEntity, map[string]string{"code": "invalid"})
		return
	}
	m.Key = key
	switch n := rand.Float64(); {
	case n < f.Before:
		panic(http.ErrAbortHandler)
	case n < f.Before+f.Busy:
		w.Header().Set("Retry-After", "1")
		say(w, http.StatusServiceUnavailable, map[string]string{"code": "busy"})
		return
	}
	if rand.Float64() < f.Twice {
		var both sync.WaitGroup
		again := m
		both.Go(func() { s.move(again) })
		defer both.Wait()
	}
	status, body := s.move(m)
	switch n := rand.Float64(); {
	case n < f.After:
		panic(http.ErrAbortHandler)
	case n < f.After+f.Error:
		say(w, http.StatusInternalServerError, map[string]string{"message": "the answer could not be written"})
	case n < f.After+f.Error+f.Wrong:
		m.Points++
		say(w, http.StatusOK, m)
	default:
		say(w, status, body)
	}
}

// move does a movement once, and tells what to answer.
func (s *System) move(m Movement) (status int, body any) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.asked[m.Key]++
	if done, known := s.done[m.Key]; known {
		if done.Account != m.Account || done.Program != m.Program || done.Points != m.Points {
			return http.StatusConflict, map[string]string{"code": "key_conflict"}
		}
		return http.StatusOK, done
	}
	if s.refuse != nil {
		if code := s.refuse(m.Account, m.Program, m.Points); code != "" {
			return http.StatusUnprocessableEntity, map[string]string{"code": code}
		}
	}
	at := place{m.Account, m.Program}
	s.balances[at] += m.Points
	m.Balance, m.Reference, m.DoneAt = s.balances[at], fmt.Sprintf("P%06d", len(s.done)+1), s.now().UTC().Format(time.RFC3339)
	s.done[m.Key] = m
	return http.StatusCreated, m
}

func say(w http.ResponseWriter, status int, body any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(body) // whoever asked may be gone
}
