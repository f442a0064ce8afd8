package reimbursements

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"
	"slices"
	"sync"
	"time"

	"hoten/app/fault"
	"hoten/app/store"
)

// combiner writes approvals that come in while others are written together, by the
// next transaction: one wait for the disk for all of them. An approval that finds a
// writer free goes at once; nobody waits for company.
//
// What keeps several from being written together is tried again for each alone, beside
// the others: a lock that somebody holds for longer, a request that was sent twice.
type combiner struct {
	mu      sync.Mutex
	waiting []*waiter
	written map[int64]bool // proposals that are being written
	writing int            // transactions under way
}

// waiter is a request that waits for its word to be written. done holds one Result.
type waiter struct {
	word
	ctx  context.Context
	done chan Result
}

// writers is how many transactions write at once: one computes while the other waits
// for the disk.
var writers = 2

const (
	mostTogether = 100              // words of one transaction
	patience     = 20 * time.Second // for one transaction of several requests
)

// combined writes a word, with others or alone. A request that ends while it waits
// takes its word back; one whose word is being written waits for the outcome.
func combined(ctx context.Context, s *store.Store, w word) Result {
	c, me := store.Only[combiner](s), &waiter{w, ctx, make(chan Result, 1)}
	c.mu.Lock()
	c.waiting = append(c.waiting, me)
	if c.writing < writers {
		c.writing++
		go c.write(s)
	}
	c.mu.Unlock()
	select {
	case r := <-me.done:
		return r
	case <-ctx.Done():
		if c.takeBack(me) {
			return Result{ID: w.id, Err: ctx.Err()}
		}
		return <-me.done
	}
}

func (c *combiner) takeBack(me *waiter) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	i := slices.Index(c.waiting, me)
	if i >= 0 {
		c.waiting = slices.Delete(c.waiting, i, i+1)
	}
	return i >= 0
}

// take takes those who wait, each proposal once: two words on one proposal are written
// one after the other. done are those the writer took before. A writer that finds
// nothing to take ends.
func (c *combiner) take(done []*waiter) (taken []*waiter) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, w := range done {
		delete(c.written, w.id)
	}
	if c.written == nil {
		c.written = map[int64]bool{}
	}
	var left []*waiter
	for _, w := range c.waiting {
		if c.written[w.id] || len(taken) == mostTogether {
			left = append(left, w)
			continue
		}
		c.written[w.id] = true
		taken = append(taken, w)
	}
	if c.waiting = left; len(taken) == 0 {
		c.writing--
	}
	return taken
}

func (c *combiner) write(s *store.Store) {
	for taken := c.take(nil); len(taken) > 0; taken = c.take(taken) {
		settle(s, taken)
	}
}

// settle writes words together and answers each.
func settle(s *store.Store, taken []*waiter) {
	results, err := together(s, taken)
	for i, w := range taken {
		switch {
		case err == nil:
			w.done <- results[i]
		case store.IsTransient(err), len(taken) == 1 && !fault.Is(err, "conflict"):
			w.done <- Result{ID: w.id, Err: err}
		default:
			go func() { w.done <- alone(s, w) }()
		}
	}
}

// together writes words in one transaction, which ends with none of the requests. What
// each keeps alongside its change (store.Alongside) is written with them.
func together(s *store.Store, taken []*waiter) (results []Result, err error) {
	defer caught(&err)
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	words := make([]word, len(taken))
	for i, w := range taken {
		words[i] = w.word
	}
	return approveTogether(ctx, s, words, approveOptions{hasty: true, then: func(tx *store.Tx, results []Result) error {
		for i, w := range taken {
			if also := store.AlongsideOf(w.ctx); also != nil && results[i].Err == nil {
				if err := also(tx); err != nil {
					return err
				}
			}
		}
		return nil
	}})
}

func alone(s *store.Store, w *waiter) (r Result) {
	r.ID = w.id
	defer caught(&r.Err)
	return approveAlone(w.ctx, s, w.word, approveOptions{})
}

var errPanicked = errors.New("approving panicked")

// caught makes an error of a panic: nobody waits for ever.
func caught(err *error) {
	if said := recover(); said != nil {
		*err = fmt.Errorf("%w: %v\n%s", errPanicked, said, debug.Stack())
	}
}
