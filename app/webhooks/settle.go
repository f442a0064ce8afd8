package webhooks

import (
	"context"
	"math/rand/v2"
	"net/http"
	"time"

	"hoten/app/access"
	"hoten/app/store"
)

// retries is when a message is sent again after each failure: the table of Standard Webhooks.
var retries = []time.Duration{5 * time.Second, 5 * time.Minute, 30 * time.Minute, 2 * time.Hour, 5 * time.Hour, 10 * time.Hour, 14 * time.Hour, 20 * time.Hour, 24 * time.Hour}

// failingFor is for how long an endpoint may take nothing before it is disabled.
const failingFor = 5 * 24 * time.Hour

// keep keeps what became of a delivery that was taken, unless somebody else has meanwhile.
func (a answer) keep(ctx context.Context, s *store.Store, d Sending) error {
	ctx = context.WithoutCancel(ctx)
	var over string
	err := store.Keep(ctx, s, func(tx *store.Tx) error {
		e, err := store.Lock[Endpoint](tx, d.EndpointID)
		if err != nil {
			return err
		}
		state, next := a.next(d.Attempts)
		var settled *time.Time
		if state != Waiting {
			settled = &tx.Now
		}
		tx.Queue(`update webhook_deliveries set state = $2, attempts = attempts + 1, next_at = $3, taken_until = null, sent_at = $4, settled_at = $5, status = $6, said = $7
			where id = $1 and taken_until is not null and attempts = $8`,
			d.ID, state, tx.Now.Add(next), tx.Now, settled, a.status, tx.Vault().Seal("webhook_deliveries", "said", d.ID, a.said), d.Attempts)
		over = a.tell(tx, *e)
		return nil
	})
	if err != nil || over == "" {
		return err
	}
	return disable(ctx, s, access.System("webhooks"), d.EndpointID, over)
}

// next is what follows from the answer after so many attempts before it.
func (a answer) next(attempts int) (state string, after time.Duration) {
	switch {
	case a.taken():
		return Done, 0
	case a.status == http.StatusGone || attempts >= len(retries):
		return GivenUp, 0
	}
	after = retries[attempts]
	return Waiting, max(after+rand.N(after/10+1), a.after)
}

// tell keeps what the answer says of the endpoint, at most once a minute while all is well, and
// returns why it is over with it, if it is.
func (a answer) tell(tx *store.Tx, e Endpoint) (over string) {
	if a.taken() {
		tx.Queue("update webhook_endpoints set failing_since = null, rests_until = null, answered_at = $2 where id = $1 and (failing_since is not null or answered_at is null or answered_at < $3)",
			e.ID, tx.Now, tx.Now.Add(-time.Minute))
		return ""
	}
	var rests *time.Time
	if until := tx.Now.Add(a.after); a.after > 0 {
		rests = &until
	}
	tx.Queue("update webhook_endpoints set failing_since = coalesce(failing_since, $2), rests_until = $3 where id = $1", e.ID, tx.Now, rests)
	switch {
	case a.status == http.StatusGone:
		return Gone
	case e.FailingSince != nil && tx.Now.Sub(*e.FailingSince) >= failingFor:
		return Failing
	}
	return ""
}
