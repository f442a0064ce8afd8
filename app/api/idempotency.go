package api

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"io"
	"mime"
	"net/http"
	"time"

	"github.com/labstack/echo/v4"

	"hoten/app/fault"
	"hoten/app/store"
)

// kept is the first answer to a request with an Idempotency-Key, kept sealed:
// it may hold masked personal data.
type kept struct {
	ContentType string `json:"content_type"`
	Body        string `json:"body"`
}

// abandoned is after how long a request that neither changed anything nor was
// answered counts as given up: its program was killed, and the repeat runs it
// again. Should it still run, only one of the two can change anything.
const abandoned = time.Minute

// once makes a repeat of a POST return the first answer. The same key with
// another request is refused, and so is a repeat while the first still runs.
func (a *API) once(r *request, key string, route Route) error {
	if len(key) > 200 {
		return fault.Input("Idempotency-Key", "too_long", "max", 200)
	}
	if !store.Storable(key) {
		return fault.Input("Idempotency-Key", "undecodable")
	}
	hash, err := hashRequest(r)
	if err != nil {
		return err
	}
	claimed, first, err := a.claim(r, key, hash)
	if err != nil {
		return err
	}
	if first != nil {
		return first(r)
	}
	r.SetRequest(r.Request().WithContext(store.Alongside(r.Request().Context(), func(tx *store.Tx) error {
		mine, err := store.Exec(tx, "update idempotency_keys set acted_at = $4 where staff_id = $1 and key = $2 and created_at = $3", r.by.ID, key, claimed, tx.Now)
		if err == nil && mine == 0 {
			err = fault.New(fault.Conflict, "idempotency_key_running")
		}
		return err
	})))
	recorder := &recording{ResponseWriter: r.Response().Writer}
	r.Response().Writer = recorder
	if err := route.handle(a, r); err != nil {
		if err := a.write(r.Context, err); err != nil {
			return err
		}
	}
	return a.keep(r, key, recorder)
}

// hashRequest covers method, path, query and body. Uploads are not read into
// memory: their length stands for them, as their boundary differs each time.
func hashRequest(r *request) ([]byte, error) {
	h := sha256.New()
	io.WriteString(h, r.Request().Method+" "+r.Request().URL.RequestURI()+"\n")
	kind, _, _ := mime.ParseMediaType(r.Request().Header.Get(echo.HeaderContentType))
	if kind == "multipart/form-data" {
		fmt.Fprintln(h, r.Request().ContentLength)
		return h.Sum(nil), nil
	}
	body, err := io.ReadAll(http.MaxBytesReader(r.Response(), r.Request().Body, maxBody))
	if err != nil {
		return nil, fault.New(fault.TooLarge, "too_large", "max", maxBody)
	}
	r.Request().Body = io.NopCloser(bytes.NewReader(body))
	h.Write(body)
	return h.Sum(nil), nil
}

func (a *API) claim(r *request, key string, hash []byte) (claimed time.Time, replay func(*request) error, err error) {
	err = store.Keep(r.Request().Context(), a.s, func(tx *store.Tx) error {
		claimed = tx.Now
		made, err := store.Exec(tx, `insert into idempotency_keys (staff_id, key, request_hash, created_at) values ($1, $2, $3, $4)
			on conflict (staff_id, key) do update set created_at = excluded.created_at
			where idempotency_keys.status is null and idempotency_keys.acted_at is null and idempotency_keys.created_at < $5 and idempotency_keys.request_hash = excluded.request_hash`,
			r.by.ID, key, hash, tx.Now, tx.Now.Add(-abandoned))
		if err != nil || made == 1 {
			return err
		}
		type row struct {
			RequestHash []byte
			Status      *int
			Body        []byte
			ActedAt     *time.Time
			CreatedAt   time.Time
		}
		rows, err := store.Select[row](tx.DB, "select request_hash, status, body, acted_at, created_at from idempotency_keys where staff_id = $1 and key = $2", r.by.ID, key)
		switch {
		case err != nil:
			return err
		case len(rows) == 0 || !bytes.Equal(rows[0].RequestHash, hash):
			return fault.New(fault.Conflict, "idempotency_key_reused")
		case rows[0].Status == nil && rows[0].ActedAt != nil && rows[0].CreatedAt.Before(tx.Now.Add(-abandoned)):
			return fault.New(fault.Conflict, "idempotency_key_acted")
		case rows[0].Status == nil:
			return fault.New(fault.Conflict, "idempotency_key_running")
		}
		var first kept
		plain, err := tx.Vault().Unseal("idempotency_keys", "body", r.by.ID, rows[0].Body)
		if err == nil {
			err = json.Unmarshal([]byte(plain), &first)
		}
		status := *rows[0].Status
		replay = func(r *request) error {
			r.Response().Header().Set("Idempotent-Replayed", "true")
			return r.Blob(status, first.ContentType, []byte(first.Body))
		}
		return err
	})
	return claimed, replay, err
}

// keep keeps the answer also when the caller has hung up meanwhile: the repeat
// that follows must find it.
func (a *API) keep(r *request, key string, recorded *recording) error {
	return store.Keep(context.WithoutCancel(r.Request().Context()), a.s, func(tx *store.Tx) error {
		if r.Response().Status >= 500 {
			_, err := store.Exec(tx, "delete from idempotency_keys where staff_id = $1 and key = $2", r.by.ID, key)
			return err
		}
		b, err := json.Marshal(kept{ContentType: r.Response().Header().Get(echo.HeaderContentType), Body: recorded.body.String()})
		if err != nil {
			return err
		}
		_, err = store.Exec(tx, "update idempotency_keys set status = $3, body = $4 where staff_id = $1 and key = $2",
			r.by.ID, key, r.Response().Status, tx.Vault().Seal("idempotency_keys", "body", r.by.ID, string(b)))
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
