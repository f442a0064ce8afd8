package api

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"time"

	"github.com/labstack/echo/v4"

	"hoten/app/edge"
	"hoten/app/fault"
	"hoten/app/imports"
	"hoten/app/store"
)

// kept is the first answer to a request with an Idempotency-Key, kept sealed:
// it may hold masked personal data.
type kept struct {
	ContentType string `json:"content_type"`
	Body        string `json:"body"`
	Upload      []byte `json:"upload,omitempty"` // fingerprint of the files, where there were any
}

// abandoned is after how long a request that neither changed anything nor was
// answered counts as given up: its program was killed, and the repeat runs it
// again. Should it still run, only one of the two can change anything.
const abandoned = time.Minute

// claim is the place under which a request's answer is kept: one for each token,
// method, path and key.
type claim struct {
	id, request []byte // keyed hashes: of the place, and of what was asked
	at          time.Time
}

// once makes a repeat of a POST return the first answer. The same key with
// another request is refused, and so is a repeat while the first still runs.
func (a *API) once(r *request, key string, route Route) error {
	if len(key) > 200 {
		return fault.Input("Idempotency-Key", "too_long", "max", 200)
	}
	if !store.Storable(key) {
		return fault.Input("Idempotency-Key", "undecodable")
	}
	c := a.place(r, key)
	first, err := a.claim(r, &c)
	if err != nil {
		if fault.Is(err, "idempotency_key_running") {
			r.Response().Header().Set("Retry-After", edge.RetryAfter)
		}
		return err
	}
	if first != nil {
		return first(r)
	}
	r.SetRequest(r.Request().WithContext(store.Alongside(r.Request().Context(), func(tx *store.Tx) error {
		mine, err := store.Exec(tx, "update idempotency_keys set acted_at = $3 where id = $1 and created_at = $2", c.id, c.at, tx.Now)
		if err == nil && mine == 0 {
			err = fault.New(fault.Conflict, "idempotency_key_running")
		}
		return err
	})))
	recorder := &recording{ResponseWriter: r.Response().Writer}
	r.Response().Writer = recorder
	err = edge.Recover(func(echo.Context) error { return route.handle(a, r) })(r.Context)
	if err != nil {
		if err := a.write(r.Context, err); err != nil {
			return err
		}
	}
	return a.keep(r, c, recorder)
}

// place names where the answer is kept. Of an upload its length stands for it at first:
// what it holds is compared when it was read (fingerprint).
func (a *API) place(r *request, key string) claim {
	address := r.Request().URL
	asked := "?" + address.RawQuery + "\n" + string(r.raw)
	if r.raw == nil {
		asked += fmt.Sprint(r.Request().ContentLength)
	}
	place, _ := json.Marshal([]string{r.token, r.Request().Method, address.EscapedPath(), key}) // strings always marshal
	return claim{id: a.s.Vault.Blind("idempotency_key", string(place)), request: a.s.Vault.Blind("idempotency_request", asked)}
}

func (a *API) claim(r *request, c *claim) (replay func(*request) error, err error) {
	err = store.Keep(r.Request().Context(), a.s, func(tx *store.Tx) error {
		c.at = tx.Now
		made, err := store.Exec(tx, `insert into idempotency_keys (id, staff_id, request_hash, created_at) values ($1, $2, $3, $4)
			on conflict (id) do update set created_at = excluded.created_at
			where idempotency_keys.status is null and idempotency_keys.acted_at is null and idempotency_keys.created_at < $5 and idempotency_keys.request_hash = excluded.request_hash`,
			c.id, r.by.ID, c.request, tx.Now, tx.Now.Add(-abandoned))
		if err != nil || made == 1 {
			return err
		}
		replay, err = a.first(tx, r.by.ID, *c)
		return err
	})
	return replay, err
}

// first is the answer that was kept, or why there is none.
func (a *API) first(tx *store.Tx, staff int64, c claim) (func(*request) error, error) {
	type row struct {
		RequestHash []byte
		Status      *int
		Body        []byte
		ActedAt     *time.Time
		CreatedAt   time.Time
	}
	rows, err := store.Select[row](tx.DB, "select request_hash, status, body, acted_at, created_at from idempotency_keys where id = $1", c.id)
	switch {
	case err != nil:
		return nil, err
	case len(rows) == 0: // the first has just ended without an answer to keep
		return nil, fault.New(fault.Conflict, "idempotency_key_running")
	case !bytes.Equal(rows[0].RequestHash, c.request):
		return nil, fault.New(fault.Invalid, "idempotency_key_reused")
	case rows[0].Status == nil && rows[0].ActedAt != nil && rows[0].CreatedAt.Before(tx.Now.Add(-abandoned)):
		return nil, fault.New(fault.Conflict, "idempotency_key_acted")
	case rows[0].Status == nil:
		return nil, fault.New(fault.Conflict, "idempotency_key_running")
	}
	var answer kept
	plain, err := tx.Vault().Unseal("idempotency_keys", "body", staff, rows[0].Body)
	if err == nil {
		err = json.Unmarshal([]byte(plain), &answer)
	}
	status := *rows[0].Status
	return func(r *request) error {
		if answer.Upload != nil {
			again, err := r.fingerprintOf()
			if err == nil && !bytes.Equal(again, answer.Upload) {
				err = fault.New(fault.Invalid, "idempotency_key_reused")
			}
			if err != nil {
				imports.Refused(r.Response().Writer)
				return err
			}
		}
		r.Response().Header().Set("Idempotent-Replayed", "true")
		return r.Blob(status, answer.ContentType, []byte(answer.Body))
	}, err
}

// keep keeps the answer also when the caller has hung up meanwhile: the repeat
// that follows must find it. What may well be answered otherwise a moment later
// is not kept. Where something was changed all the same, the key stays, so that
// no repeat changes it again.
func (a *API) keep(r *request, c claim, recorded *recording) error {
	return store.Keep(context.WithoutCancel(r.Request().Context()), a.s, func(tx *store.Tx) error {
		status := r.Response().Status
		// A refused upload may not have been read to its end, so no repeat could be compared.
		again := status == http.StatusConflict || status == http.StatusTooManyRequests || status >= 500 || r.raw == nil && status >= 400
		if again {
			_, err := store.Exec(tx, "delete from idempotency_keys where id = $1 and created_at = $2 and acted_at is null", c.id, c.at)
			return err
		}
		answer := kept{ContentType: r.Response().Header().Get(echo.HeaderContentType), Body: recorded.body.String()}
		if r.upload.Hash != nil {
			answer.Upload = r.upload.Sum(nil)
		}
		b, err := json.Marshal(answer)
		if err != nil {
			return err
		}
		_, err = store.Exec(tx, "update idempotency_keys set status = $3, body = $4 where id = $1 and created_at = $2",
			c.id, c.at, status, tx.Vault().Seal("idempotency_keys", "body", r.by.ID, string(b)))
		return err
	})
}

// recording keeps a copy of what is written.
type recording struct {
	http.ResponseWriter
	body bytes.Buffer
}

func (w *recording) Write(b []byte) (int, error) {
	w.body.Write(b)
	return w.ResponseWriter.Write(b)
}

// keysLife is how long a repeated request gets its first answer.
const keysLife = 48 * time.Hour

// Forget removes the answers that are kept no longer.
func Forget(ctx context.Context, s *store.Store) error {
	return store.Keep(ctx, s, func(tx *store.Tx) error {
		_, err := store.Exec(tx, "delete from idempotency_keys where created_at < $1", tx.Now.Add(-keysLife))
		return err
	})
}

// Unwrap lets deadlines be set through it.
func (w *recording) Unwrap() http.ResponseWriter { return w.ResponseWriter }
