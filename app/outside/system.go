package outside

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"hoten/app/fault"
	"hoten/app/store"
	"hoten/app/vault"
)

// System is a system outside as it is set up here, and how it answered lately: the columns
// that the tables of all nouns have.
type System struct {
	ID           int16
	Code         string
	Name         string
	Kind         string
	Settings     []byte // JSON by name, without the secret ones
	Secrets      []byte // those, sealed
	Version      int64
	CheckedAt    *time.Time
	Findings     []byte // JSON of []Finding, of the last check
	Fails        int    // one after the other, since FailingSince
	FailingSince *time.Time
	RestsUntil   *time.Time // nothing is sent before (the circuit is open)
	Said         string     // with the last failure
	AnsweredAt   *time.Time // definitely, last
}

// Set reads what the system is set up with, but for secrets.
func (y System) Set() map[string]string {
	out := map[string]string{}
	_ = json.Unmarshal(y.Settings, &out) // ours; damaged, it says nothing
	return out
}

// Found reads what the last check found.
func (y System) Found() (out []Finding) {
	_ = json.Unmarshal(y.Findings, &out)
	return out
}

// Table is where the systems of a noun are kept, and the protocols that it knows; S is how its
// systems are spoken to.
type Table[S any] struct {
	Name string
	*Kinds[S]
}

// Has names the secrets that are kept of a system.
func (t Table[S]) Has(v *vault.Vault, y System) (map[string]bool, error) {
	kept, err := t.secrets(v, y)
	out := map[string]bool{}
	for name, value := range kept {
		out[name] = value != ""
	}
	return out, err
}

func (t Table[S]) secrets(v *vault.Vault, y System) (map[string]string, error) {
	out := map[string]string{}
	plain, err := v.Unseal(t.Name, "secrets", int64(y.ID), y.Secrets)
	if err != nil || plain == "" {
		return out, err
	}
	return out, json.Unmarshal([]byte(plain), &out)
}

// Open makes what a system is spoken to by, as it is set up.
func (t Table[S]) Open(v *vault.Vault, y System) (s S, err error) {
	kind, known := t.Of(y.Kind)
	if !known {
		return s, fmt.Errorf("this program knows no %s of the kind %q", t.Name, y.Kind)
	}
	all, err := t.secrets(v, y)
	if err != nil {
		return s, err
	}
	for name, value := range y.Set() {
		all[name] = value
	}
	settings, err := kind.settled(all)
	if err != nil {
		return s, err
	}
	return kind.Open(settings)
}

// Try runs a check of a system as it is set up.
func (t Table[S]) Try(ctx context.Context, v *vault.Vault, y System, check func(ctx context.Context, s S) []Finding) []Finding {
	s, err := t.Open(v, y)
	if err != nil {
		return []Finding{{Step: "settings", Said: Said(err.Error())}}
	}
	ctx, cancel := context.WithTimeout(ctx, Patience)
	defer cancel()
	found := check(ctx, s)
	for i := range found {
		found[i].Said = Said(found[i].Said)
	}
	return found
}

// KeepFound keeps what a check of the system found, unless it was set up anew meanwhile:
// Conflict conflict. What waited because nothing answered goes on at once where all is well. It
// names the first step that failed; empty: none did.
func (t Table[S]) KeepFound(tx *store.Tx, y System, found []Finding) (failing string, err error) {
	for _, f := range found {
		if !f.OK {
			failing = f.Step
			break
		}
	}
	kept, err := json.Marshal(found)
	if err != nil {
		return failing, err
	}
	n, err := store.Exec(tx, "update "+t.Name+` set checked_at = $3, findings = $4::jsonb, fails = case when $5 then fails else 0 end, failing_since = case when $5 then failing_since end,
		rests_until = case when $5 then rests_until end, said = case when $5 then said else '' end where id = $1 and version = $2`, y.ID, y.Version, tx.Now, string(kept), failing != "")
	if err == nil && n == 0 {
		err = fault.New(fault.Conflict, "conflict", "version", y.Version)
	}
	return failing, err
}

// Failures in a row after which a system rests, and for how long at first and at most.
const (
	restsAfter = 5
	firstRest  = 10 * time.Second
	longRest   = 5 * time.Minute
)

// Failed counts a failure of a system, which rests after several.
func (t Table[S]) Failed(tx *store.Tx, id int16, said string) {
	tx.Queue("update "+t.Name+` set fails = fails + 1, failing_since = coalesce(failing_since, $2), said = $3,
		rests_until = case when fails + 1 >= $4 then $2::timestamptz + least($5 * power(2, least(fails + 1 - $4, 20)), $6) * interval '1 second' end where id = $1`,
		id, tx.Now, said, restsAfter, firstRest.Seconds(), longRest.Seconds())
}

// Answered notes that a system answered, at most once a minute while all is well.
func (t Table[S]) Answered(tx *store.Tx, id int16) {
	tx.Queue("update "+t.Name+" set fails = 0, failing_since = null, rests_until = null, said = '', answered_at = $2 where id = $1 and (fails > 0 or answered_at is null or answered_at < $3)",
		id, tx.Now, tx.Now.Add(-time.Minute))
}
