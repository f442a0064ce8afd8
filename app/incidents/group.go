package incidents

import (
	"cmp"
	"slices"
	"time"

	"gorm.io/gorm"

	"hoten/app/store"
)

// Group are the numbers of an exchange: those of one ID, time and points, as far as they
// are no doubles, with the cancellations that name any of them (docs/domain.md section 2).
// A cancellation that names a number which is no double is of that number. One that names
// a double is of a number that stands and has as much left, so that all numbers together
// can give back what they took.
type Group struct {
	numbers []standing
	cancels []cancellation
}

type standing struct{ ID, Points int64 }

type cancellation struct {
	ID, RefersTo, ExchangeID, Points int64
	Doubled                          *string
}

func (c cancellation) counts() bool { return c.Doubled == nil || *c.Doubled != Double }

// Doubled is the condition that an exchange x has numbers of which one is a double.
const Doubled = `exists (select from movements d where d.doubled = 'double' and d.identity_id = x.identity_id and d.kind = x.kind
	and d.occurred_at = x.occurred_at and d.points = x.points)`

// ReadGroup reads the numbers of the exchange of an ID at a time.
func ReadGroup(db *gorm.DB, identity int64, at time.Time, points int64) (*Group, error) {
	var reads store.Reads
	numbers := store.Ask[standing](&reads, `select id, points from movements where identity_id = $1 and kind = 'exchange' and occurred_at = $2 and points = $3
		and doubled is distinct from 'double' order by id`, identity, at, points)
	cancels := store.Ask[cancellation](&reads, `select c.id, c.refers_to, c.exchange_id, c.points, c.doubled from movements x join movements c on c.refers_to = x.id and c.kind = 'cancel'
		where x.identity_id = $1 and x.kind = 'exchange' and x.occurred_at = $2 and x.points = $3 order by c.id`, identity, at, points)
	err := reads.Run(db)
	return &Group{*numbers, *cancels}, err
}

// Add adds a cancellation that names the movement, and reports whether what is cancelled is
// at most what was taken; else the cancellation is left out again.
func (g *Group) Add(refersTo, points int64) bool {
	g.cancels = append(g.cancels, cancellation{RefersTo: refersTo, Points: points})
	_, fits := g.assign()
	if !fits {
		g.cancels = g.cancels[:len(g.cancels)-1]
	}
	return fits
}

// assign finds the number of each cancellation, and whether none gives back more than it
// took. Those that name a double take what the others leave, the largest first.
func (g *Group) assign() (of []int64, fits bool) {
	of, fits = make([]int64, len(g.cancels)), true
	left := map[int64]int64{}
	for _, n := range g.numbers {
		left[n.ID] = n.Points
	}
	var open []int
	for i, c := range g.cancels {
		if _, stands := left[c.RefersTo]; !stands {
			open = append(open, i)
		} else if of[i] = c.RefersTo; c.counts() {
			left[c.RefersTo] -= c.Points
			fits = fits && left[c.RefersTo] >= 0
		}
	}
	slices.SortStableFunc(open, func(a, b int) int { return cmp.Compare(g.cancels[b].Points, g.cancels[a].Points) })
	for _, i := range open {
		c := g.cancels[i]
		if of[i] = g.room(left, c); c.counts() {
			left[of[i]] -= c.Points
			fits = fits && left[of[i]] >= 0
		}
	}
	return of, fits
}

// room finds the number of a cancellation that names a double: the first that has enough
// left, else the one with the most. What counts for nothing stays where it is.
func (g *Group) room(left map[int64]int64, c cancellation) (most int64) {
	if _, stands := left[c.ExchangeID]; stands && !c.counts() {
		return c.ExchangeID
	}
	for _, n := range g.numbers {
		if left[n.ID] >= c.Points {
			return n.ID
		}
		if most == 0 || left[n.ID] > left[most] {
			most = n.ID
		}
	}
	return most
}

// Regroup has the cancellations of an exchange, and of those equal to it, count for the
// numbers that stand after a decision about doubles or a further cancellation. What was
// decided about a cancellation was decided beside others of its exchange, so it is asked
// anew where that changes.
func Regroup(tx *store.Tx, identity int64, at time.Time, points int64) error {
	g, err := ReadGroup(tx.DB, identity, at, points)
	if err != nil {
		return err
	}
	of, _ := g.assign()
	var ids, stands []int64
	for i, c := range g.cancels {
		if of[i] != 0 && of[i] != c.ExchangeID {
			ids, stands = append(ids, c.ID), append(stands, of[i])
		}
	}
	if len(ids) == 0 {
		return nil
	}
	_, err = store.Exec(tx, "update movements m set exchange_id = u.exchange, doubled = null from unnest($1::bigint[], $2::bigint[]) as u(id, exchange) where m.id = u.id", ids, stands)
	return err
}

// regroupStaged finds the numbers that the cancellations of a staged table are of, where
// one of the numbers is a double.
func regroupStaged(tx *store.Tx, staged string) error {
	type exchange struct {
		IdentityID, Points int64
		OccurredAt         time.Time
	}
	rows, err := store.Select[exchange](tx.DB, "select distinct x.identity_id, x.occurred_at, x.points from "+staged+" s join movements x on "+Numbered("x", "refers_to")+" where s.kind = 'cancel' and "+Doubled)
	for _, x := range rows {
		if err == nil {
			err = Regroup(tx, x.IdentityID, x.OccurredAt, x.Points)
		}
	}
	return err
}
