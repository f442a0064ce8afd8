package cti

import (
	"context"
	"strconv"
	"sync"
	"time"

	"gorm.io/gorm"

	"hoten/app/access"
	"hoten/app/fault"
	"hoten/app/store"
)

// channel is how the programs on one database tell each other that something happened to an
// agent's telephone call.
const channel = "hoten_ring"

// Bell wakes whoever waits for a telephone call of an agent.
type Bell struct {
	mu      sync.Mutex
	waiting map[int64]chan struct{}
	closed  bool
}

// Listen hears what the programs on the database tell, until ctx or the connection ends.
// Whoever waits looks once more when it begins: something may have been missed.
func (b *Bell) Listen(ctx context.Context, s *store.Store) error {
	return s.Listen(ctx, channel, b.wakeAll, func(agent string) {
		if id, err := strconv.ParseInt(agent, 10, 64); err == nil {
			b.wake(id)
		}
	})
}

// Close wakes everybody, and nobody waits any more: the program ends.
func (b *Bell) Close() {
	b.mu.Lock()
	b.closed = true
	b.mu.Unlock()
	b.wakeAll()
}

func (b *Bell) wake(agent int64) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if ch := b.waiting[agent]; ch != nil {
		close(ch)
		delete(b.waiting, agent)
	}
}

func (b *Bell) wakeAll() {
	b.mu.Lock()
	defer b.mu.Unlock()
	for id, ch := range b.waiting {
		close(ch)
		delete(b.waiting, id)
	}
}

// next is closed when something happens to the agent's telephone from now on; nil when the
// program ends.
func (b *Bell) next(agent int64) <-chan struct{} {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.closed {
		return nil
	}
	if b.waiting == nil {
		b.waiting = map[int64]chan struct{}{}
	}
	if b.waiting[agent] == nil {
		b.waiting[agent] = make(chan struct{})
	}
	return b.waiting[agent]
}

// Wait returns the agent's answered call that was not shown yet as soon as there is one; nil
// after patience, when ctx ends, and where something else happened to their telephone.
func (b *Bell) Wait(ctx context.Context, s *store.Store, agent int64, patience time.Duration) (line *Line, changed bool, err error) {
	woken := b.next(agent)
	if line, err = ringing(store.Read(ctx, s), agent, s.Clock()); err != nil || line != nil || woken == nil {
		return line, false, err
	}
	select {
	case <-ctx.Done():
		return nil, false, nil
	case <-time.After(patience):
		return nil, false, nil
	case <-woken:
		line, err = ringing(store.Read(ctx, s), agent, s.Clock())
		return line, line == nil, err
	}
}

// rings is how long after the answer a call is still shown to who answered.
const rings = 5 * time.Minute

// Reader is what pages ask of the telephone of whoever reads them.
type Reader struct {
	Connected bool   // some telephone system is
	DeskID    *int64 // whose number was dialled in the call that the reader is in
}

// AskReader reads it.
func AskReader(reads *store.Reads, reader int64, now time.Time) *[]Reader {
	return store.Ask[Reader](reads, `select exists (select from cti_connections where revoked_at is null) as connected,
		(select desk_id from cti_calls where agent_id = $1 and direction = 'inbound' and ended_at is null and answered_at > $2 order by answered_at desc limit 1) as desk_id`,
		reader, now.Add(-lasts))
}

func ringing(db *gorm.DB, agent int64, now time.Time) (*Line, error) {
	found, err := store.Select[Line](db, `select * from cti_calls where agent_id = $1 and direction = 'inbound' and shown_at is null and ended_at is null
		and answered_at > $2 order by answered_at desc limit 1`, agent, now.Add(-rings))
	return store.First(found), err
}

// Show opens an answered call to its agent. Of another, or unknown: NotFound.
func Show(ctx context.Context, s *store.Store, by access.Actor, id int64) (*Line, error) {
	var line *Line
	return line, store.Keep(ctx, s, func(tx *store.Tx) (err error) {
		if line, err = store.Lock[Line](tx, id); err != nil {
			return err
		}
		if line.AgentID == nil || *line.AgentID != by.ID {
			return fault.Missing()
		}
		if line.ShownAt == nil {
			line.ShownAt = &tx.Now
			return store.Save(tx, line, "shown_at")
		}
		return nil
	})
}

// Hold locks the telephone call that the agent has answered in the direction and that goes
// on; nil where there is none.
func Hold(tx *store.Tx, agent int64, direction string) (*Line, error) {
	found, err := store.Select[Line](tx.DB, `select * from cti_calls where agent_id = $1 and direction = $2 and ended_at is null and answered_at > $3
		order by answered_at desc limit 1 for update`, agent, direction, tx.Now.Add(-lasts))
	return store.First(found), err
}

// lasts is how long a telephone call may last: one whose end was never heard of holds
// nothing for ever.
const lasts = 4 * time.Hour
