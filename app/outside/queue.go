package outside

import (
	"math/rand/v2"
	"time"

	"golang.org/x/sync/errgroup"

	"hoten/app/outbound"
)

// States of what is to be done in a system outside. What is being sent is uncertain until it is
// answered: a program that ends in between leaves it so.
const (
	Waiting   = "waiting"   // certainly not done
	Uncertain = "uncertain" // sent, and not answered
	Completed = "done"
	Declined  = "refused" // people settle it by hand, or send it again
	Dropped   = "dropped" // decided otherwise before it was done
)

// Unsettled is the condition, in SQL, of a state without a definite answer.
const Unsettled = "in ('" + Waiting + "', '" + Uncertain + "')"

// Limits of sending.
const (
	Patience = 15 * time.Second // for one answer
	Lease    = 45 * time.Second // after it, whoever was sending is taken to be gone
	atOnce   = 4                // to one system, taken together: none waits while its lease runs out
	// The shortest and the longest between two tries.
	firstWait = 5 * time.Second
	LongWait  = 10 * time.Minute
)

// Wait is how long to wait after so many tries before the next: doubled with each, up to
// LongWait, and spread by a tenth.
func Wait(tries int) time.Duration {
	d := min(firstWait<<min(tries, 20), LongWait)
	return d + rand.N(d/10+1)
}

// Drain sends what is due in a system until nothing is left or it fails: a few at once, one
// where it is not known whether it answers again. take takes up to n, each with an end of its
// own (Lease); now reads the system as it stands.
func Drain[O any](y System, take func(n int) ([]O, error), deliver func(O) error, now func() (System, error)) error {
	for {
		n := atOnce
		if y.Fails > 0 {
			n = 1
		}
		taken, err := take(n)
		if err != nil || len(taken) == 0 {
			return err
		}
		var group errgroup.Group
		for _, o := range taken {
			group.Go(func() error { return deliver(o) })
		}
		if err := group.Wait(); err != nil {
			return err
		}
		if y, err = now(); err != nil || y.Fails > 0 {
			return err
		}
	}
}

// Resting reports whether nothing is to be sent to the system now.
func (y System) Resting(now time.Time) bool { return y.RestsUntil != nil && now.Before(*y.RestsUntil) }

// longestSaid bounds what is kept of an answer, in characters.
const longestSaid = 300

// Said is what the other side said as it is kept: printable, short, without what is hidden
// (outbound.Said).
func Said(text string, hidden ...string) string { return outbound.Said(text, longestSaid, hidden...) }
