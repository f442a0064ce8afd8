package webhooks

import (
	"cmp"
	"context"
	"fmt"
	"time"

	"gorm.io/gorm"

	"hoten/app/access"
	"hoten/app/audit"
	"hoten/app/store"
	"hoten/app/vault"
)

// States of a delivery.
const (
	Waiting = "waiting"
	Done    = "done"
	GivenUp = "given_up"
)

// Delivery is one event on its way to one endpoint.
type Delivery struct {
	ID         int64
	EndpointID int64
	Seq        *int64 // of the event's seal; nil: a test
	MadeAt     time.Time
	State      string
	Attempts   int // since it was made or sent again
	NextAt     time.Time
	TakenUntil *time.Time // a program is sending it
	SentAt     *time.Time // last
	SettledAt  *time.Time
	Status     int    // of the last answer; 0: there was none
	Said       []byte // sealed
}

// TableName is the table of Delivery.
func (Delivery) TableName() string { return "webhook_deliveries" }

// PlainSaid is the beginning of the last answer, or why there was none.
func (d Delivery) PlainSaid(v *vault.Vault) string {
	return v.Read("webhook_deliveries", "said", d.ID, d.Said)
}

// Sending is a delivery with its event.
type Sending struct {
	Delivery
	Key, Type, Subject string
	At                 time.Time
}

// Event is what the delivery tells of.
func (d Sending) Event() Event {
	return Event{Seq: *cmp.Or(d.Seq, &d.ID), Key: d.Key, Type: d.Type, Subject: d.Subject, At: d.At}
}

// messageID is webhook-id: the same however often the delivery is sent.
func (d Sending) messageID() string { return fmt.Sprint("evt_", d.Key, "_", d.EndpointID) }

// withEvent reads deliveries (d) with their events, in SQL.
const withEvent = `select d.*, coalesce(e.id::text, 'test-' || d.id) as key, coalesce(e.action, 'webhook.tested') as type, coalesce(e.subject, 'webhook:' || d.endpoint_id) as subject,
	coalesce(e.at, d.made_at) as at from webhook_deliveries d left join audit_seals s on s.seq = d.seq left join audit_entries e on e.id = s.entry_id `

// Log lists up to limit deliveries of an endpoint, the newest first, before one (0: from the newest).
func Log(db *gorm.DB, endpoint, before int64, limit int) ([]Sending, error) {
	return store.Select[Sending](db, withEvent+"where d.endpoint_id = $1 and d.id < $2 order by d.id desc limit $3", endpoint, store.Before(before), limit)
}

// Last reads the last delivery of an endpoint that was sent; nil: none was.
func Last(db *gorm.DB, endpoint int64) (*Sending, error) {
	rows, err := store.Select[Sending](db, withEvent+"where d.endpoint_id = $1 and d.sent_at is not null order by d.id desc limit 1", endpoint)
	return store.First(rows), err
}

// Replay sends a delivery of an endpoint again, now and with its webhook-id, whatever became of
// it. Where the endpoint is disabled: Conflict webhook_disabled.
func Replay(ctx context.Context, s *store.Store, by access.Actor, endpoint, delivery int64) error {
	return on(ctx, s, by, ToReplay, endpoint, func(tx *store.Tx, e *Endpoint) (*audit.Change, error) {
		if err := e.enabled(); err != nil {
			return nil, err
		}
		d, err := store.LockBy[Delivery](tx, "id = ? and endpoint_id = ?", delivery, endpoint)
		if err != nil {
			return nil, err
		}
		d.State, d.Attempts, d.NextAt, d.SettledAt = Waiting, 0, tx.Now, nil
		return &audit.Change{After: map[string]any{"delivery": delivery}}, store.Save(tx, d, "state", "attempts", "next_at", "settled_at")
	})
}

// Spread makes the deliveries of what was sealed, for each enabled endpoint.
func Spread(ctx context.Context, s *store.Store) error {
	ids, err := store.Now(store.Read(ctx, s), func(reads *store.Reads) *[]int64 {
		return store.AskValues[int64](reads, "select id from webhook_endpoints where disabled_at is null and told < (select max(seq) from audit_seals) order by id")
	})
	for _, id := range ids {
		for more := true; more && err == nil; {
			err = store.Keep(ctx, s, func(tx *store.Tx) error {
				more, err = spread(tx, id)
				return err
			})
		}
	}
	return err
}

// spread makes the deliveries of one window of seals, unless another program does.
func spread(tx *store.Tx, id int64) (more bool, err error) {
	rows, err := store.Select[Endpoint](tx.DB, "select * from webhook_endpoints where id = $1 and disabled_at is null for update skip locked", id)
	if err != nil || len(rows) == 0 {
		return false, err
	}
	last, err := reach(tx.DB, rows[0].Told)
	tx.Queue(`insert into webhook_deliveries (endpoint_id, seq, made_at, next_at) select $1, s.seq, $2, $2 from audit_seals s join audit_entries e on e.id = s.entry_id
		where s.seq > $3 and s.seq <= $4 and e.action = any($5) order by s.seq`, id, tx.Now, rows[0].Told, last, Types(rows[0].KindList()...))
	tx.Queue("update webhook_endpoints set told = $2 where id = $1", id, last)
	return last-rows[0].Told >= window, err
}

// keptFor is how long the log keeps what became of a delivery.
const keptFor = 30 * 24 * time.Hour

// Forget removes deliveries that were settled long ago, and secrets that sign no more.
func Forget(ctx context.Context, s *store.Store) error {
	return store.Keep(ctx, s, func(tx *store.Tx) error {
		tx.Queue("delete from webhook_deliveries where settled_at < $1", tx.Now.Add(-keptFor))
		tx.Queue("delete from webhook_secrets where signs_until < $1", tx.Now)
		return nil
	})
}
