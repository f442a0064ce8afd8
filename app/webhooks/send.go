package webhooks

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/netip"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/sync/errgroup"

	"hoten/app/installation"
	"hoten/app/outbound"
	"hoten/app/store"
)

// Limits of sending.
const (
	atOnce      = 4                // messages under way to one endpoint, of all programs
	patience    = 15 * time.Second // for one answer
	lease       = 45 * time.Second // after it, whoever was sending is taken to be gone
	longestRead = 2 << 10          // of an answer, in bytes
	longestSaid = 200              // is kept of it, in characters
	longestWait = 24 * time.Hour   // that an answer may ask for
)

// Sender sends what is due. Any number of programs may.
type Sender struct {
	Store    *store.Store
	Reach    Reach
	Patience time.Duration // for one answer; 0: 15 s
}

// Run sends until ctx ends. An endpoint that is slow holds up no other.
func (c *Sender) Run(ctx context.Context) error {
	var all sync.WaitGroup
	defer all.Wait()
	var busy sync.Map
	for {
		due, err := c.due(ctx)
		if err != nil {
			return err
		}
		for _, id := range due {
			if _, is := busy.LoadOrStore(id, true); is {
				continue
			}
			all.Go(func() {
				defer busy.Delete(id)
				if err := c.send(ctx, id); err != nil && ctx.Err() == nil {
					c.Store.Log.ErrorContext(ctx, "webhooks could not be sent", "endpoint", id, "error", err)
				}
			})
		}
		select {
		case <-ctx.Done():
			return nil
		case <-time.After(time.Second):
		}
	}
}

// Send sends once what is due now.
func (c *Sender) Send(ctx context.Context) error {
	due, err := c.due(ctx)
	if err != nil {
		return err
	}
	var all errgroup.Group
	for _, id := range due {
		all.Go(func() error { return c.send(ctx, id) })
	}
	return all.Wait()
}

// due lists the endpoints that something is due to. A copy of the database that was not
// released sends nothing.
func (c *Sender) due(ctx context.Context) ([]int64, error) {
	here, err := installation.Look(ctx, c.Store)
	if err != nil || here.Held {
		return nil, err
	}
	now := c.Store.Clock()
	return store.Now(store.Read(ctx, c.Store), func(reads *store.Reads) *[]int64 {
		return store.AskValues[int64](reads, `select id from webhook_endpoints e where disabled_at is null and coalesce(rests_until <= $1, true)
			and exists (select from webhook_deliveries d where d.endpoint_id = e.id and d.state = '`+Waiting+`' and d.next_at <= $1)`, now)
	})
}

// send sends to one endpoint until nothing is due or something failed.
func (c *Sender) send(ctx context.Context, id int64) error {
	for ctx.Err() == nil {
		b, err := c.take(ctx, id)
		if err != nil || len(b.list) == 0 {
			return err
		}
		var failed atomic.Bool
		var group errgroup.Group
		for _, d := range b.list {
			group.Go(func() error {
				a := c.post(ctx, b, d)
				if !a.taken() {
					failed.Store(true)
				}
				if ctx.Err() != nil {
					return nil // its outcome is not known; it is sent again when the lease ends
				}
				return a.keep(ctx, c.Store, d)
			})
		}
		if err := group.Wait(); err != nil || failed.Load() {
			return err
		}
	}
	return nil
}

// batch is what is sent to an endpoint at once.
type batch struct {
	to      Endpoint
	secrets []string
	signers []outbound.Signer
	list    []Sending
}

// take takes the next deliveries of an endpoint, the oldest first: as many as may be under way,
// and one where it fails, to see whether it answers again.
func (c *Sender) take(ctx context.Context, id int64) (b batch, err error) {
	err = store.Keep(ctx, c.Store, func(tx *store.Tx) error {
		b = batch{}
		rows, err := store.Select[Endpoint](tx.DB, "select * from webhook_endpoints where id = $1 and disabled_at is null and coalesce(rests_until <= $2, true) for update", id, tx.Now)
		if err != nil || len(rows) == 0 {
			return err
		}
		b.to = rows[0]
		most := atOnce
		if b.to.FailingSince != nil {
			most = 1
		}
		b.list, err = store.Select[Sending](tx.DB, withEvent+`where d.id in (select id from webhook_deliveries where endpoint_id = $1 and state = '`+Waiting+`' and next_at <= $2
			and coalesce(taken_until <= $2, true) order by next_at, id
			limit greatest(0, $3 - (select count(*) from webhook_deliveries where endpoint_id = $1 and taken_until > $2))) order by d.next_at, d.id`, id, tx.Now, most)
		if err != nil || len(b.list) == 0 {
			return err
		}
		ids := make([]int64, len(b.list))
		for i, d := range b.list {
			ids[i] = d.ID
		}
		tx.Queue("update webhook_deliveries set taken_until = $2 where id = any($1)", ids, tx.Now.Add(lease))
		b.secrets, b.signers, err = signing(tx.DB, tx.Vault(), id, tx.Now)
		return err
	})
	return b, err
}

// answer is what came back.
type answer struct {
	status int // 0: nothing did
	said   string
	after  time.Duration // that it asks us to wait
}

func (a answer) taken() bool { return a.status >= 200 && a.status < 300 }

// post sends one message and reads the beginning of its answer.
func (c *Sender) post(ctx context.Context, b batch, d Sending) answer {
	wait := c.Patience
	if wait == 0 {
		wait = patience
	}
	ctx, cancel := context.WithTimeout(ctx, wait)
	defer cancel()
	hidden := append([]string{b.to.URL}, b.secrets...)
	response, err := c.exchange(ctx, b, d)
	if wrapped, ok := errors.AsType[*url.Error](err); ok {
		err = wrapped.Err
	}
	if err != nil {
		return answer{said: outbound.Said(err.Error(), longestSaid, hidden...)}
	}
	defer response.Body.Close()
	a := answer{status: response.StatusCode, after: outbound.RetryAfter(response.Header, c.Store.Clock(), longestWait)}
	body, _ := io.ReadAll(io.LimitReader(response.Body, longestRead)) // cut off, it says what it says
	a.said = outbound.Said(string(body), longestSaid, hidden...)
	return a
}

func (c *Sender) exchange(ctx context.Context, b batch, d Sending) (*http.Response, error) {
	body, err := json.Marshal(d.Event())
	if err != nil {
		return nil, err
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, b.to.URL, bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	at := c.Store.Clock().Unix()
	signatures := make([]string, len(b.signers))
	for i, signer := range b.signers {
		signatures[i] = signer.Sign(d.messageID(), at, body)
	}
	request.Header = http.Header{"Content-Type": {"application/json"}, "User-Agent": {"hoten"}, "Webhook-Id": {d.messageID()},
		"Webhook-Timestamp": {strconv.FormatInt(at, 10)}, "Webhook-Signature": {strings.Join(signatures, " ")}}
	var may func(netip.Addr) error
	if c.Reach == Internet {
		may = outbound.Public
	}
	return outbound.Client(nil, may).Do(request)
}
