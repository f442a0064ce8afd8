package audit

import (
	"cmp"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/binary"
	"encoding/json"
	"time"

	"github.com/google/uuid"

	"hoten/app/access"
	"hoten/app/store"
	"hoten/app/vault"
)

// Entry is one line of the audit trail. Before and After hold the exact bytes
// that the code is over.
type Entry struct {
	ID        uuid.UUID
	At        time.Time
	ActorKind string
	ActorID   int64
	ActorName string
	DeskID    int64
	Via       string
	Action    string
	Subject   string
	Reason    []byte
	Before    *string
	After     *string
	MAC       []byte `gorm:"column:mac"`
}

// TableName is the table of Entry.
func (Entry) TableName() string { return "audit_entries" }

// Change is what an action reports: the action ("reimbursement.approved"), its
// subject ("case:H0000012-3"), what was before and is after (marshalled to JSON;
// nil for none; no plain personal data) and the reason a person gave. Empty
// Action, Subject, Reason and By are those of the transaction's attempt.
type Change struct {
	Action  string
	Subject string
	Before  any
	After   any
	Reason  string
	By      *access.Actor // whose change it is, in a transaction of several people
}

// Record writes changes in the caller's transaction.
func Record(tx *store.Tx, changes ...Change) error {
	if len(changes) == 0 {
		return nil
	}
	n := len(changes)
	ids, actions, subjects := make([]string, n), make([]string, n), make([]string, n)
	before, after := make([]*string, n), make([]*string, n)
	reasons, codes := make([][]byte, n), make([][]byte, n)
	kinds, names, vias := make([]string, n), make([]string, n), make([]string, n)
	actors, desks := make([]int64, n), make([]int64, n)
	for i, c := range changes {
		e, err := compose(tx, c.completed(tx.Attempt))
		if err != nil {
			return err
		}
		ids[i], actions[i], subjects[i], before[i], after[i], reasons[i], codes[i] = e.ID.String(), e.Action, e.Subject, e.Before, e.After, e.Reason, e.MAC
		kinds[i], actors[i], names[i], desks[i], vias[i] = e.ActorKind, e.ActorID, e.ActorName, e.DeskID, e.Via
	}
	tx.Record()
	tx.Queue(`insert into audit_entries (id, at, actor_kind, actor_id, actor_name, desk_id, via, action, subject, before, after, reason, mac)
		select i::uuid, $8, k, w, u, d, v, a, s, b::json, n::json, r, m
		from unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::bytea[], $7::bytea[], $9::text[], $10::bigint[], $11::text[], $12::bigint[], $13::text[])
		  as e(i, a, s, b, n, r, m, k, w, u, d, v)`,
		ids, actions, subjects, before, after, reasons, codes, tx.Now, kinds, actors, names, desks, vias)
	return nil
}

func (c Change) completed(by *store.Attempt) Change {
	c.Action, c.Subject, c.Reason = cmp.Or(c.Action, by.Verb), cmp.Or(c.Subject, by.Subject), cmp.Or(c.Reason, by.Reason)
	c.By = cmp.Or(c.By, &by.By)
	return c
}

func compose(tx *store.Tx, c Change) (e Entry, err error) {
	id, err := uuid.NewV7()
	if err != nil {
		return e, err
	}
	e = Entry{ID: id, At: tx.Now, ActorKind: c.By.Kind, ActorID: c.By.ID, ActorName: c.By.Name,
		DeskID: c.By.DeskID, Via: c.By.Via, Action: c.Action, Subject: c.Subject}
	if e.Before, err = marshal(c.Before); err != nil {
		return e, err
	}
	if e.After, err = marshal(c.After); err != nil {
		return e, err
	}
	e.Reason = tx.Vault().Seal("audit_entries", "reason", e.row(), c.Reason)
	e.MAC = e.code(tx.Vault())
	return e, nil
}

func marshal(v any) (*string, error) {
	if v == nil {
		return nil, nil
	}
	b, err := json.Marshal(v)
	s := string(b)
	return &s, err
}

// row is the number that binds sealed fields to this entry.
func (e Entry) row() int64 { return int64(binary.BigEndian.Uint64(e.ID[8:])) }

// PlainReason opens the sealed reason.
func (e Entry) PlainReason(v *vault.Vault) (string, error) {
	return v.Read("audit_entries", "reason", e.row(), e.Reason), nil
}

// Own reports whether the program wrote the entry as it stands: its code is right.
func (e Entry) Own(v *vault.Vault) bool { return hmac.Equal(e.MAC, e.code(v)) }

// code authenticates every field; lengths go before contents, so that nothing
// can slide from one field into the next.
func (e Entry) code(v *vault.Vault) []byte {
	m := hmac.New(sha256.New, v.AuditKey())
	number := func(n int64) { m.Write(binary.BigEndian.AppendUint64(nil, uint64(n))) }
	field := func(b []byte) { number(int64(len(b))); m.Write(b) }
	optional := func(s *string) {
		if s == nil {
			number(-1)
			return
		}
		field([]byte(*s))
	}
	field(e.ID[:])
	number(e.At.UnixMicro())
	number(e.ActorID)
	number(e.DeskID)
	for _, s := range []string{e.ActorKind, e.ActorName, e.Via, e.Action, e.Subject} {
		field([]byte(s))
	}
	field(e.Reason)
	optional(e.Before)
	optional(e.After)
	return m.Sum(nil)
}

// link is the hash of seal seq over the entry with code mac.
func link(v *vault.Vault, seq int64, previous, mac []byte) []byte {
	m := hmac.New(sha256.New, v.AuditKey())
	m.Write([]byte("seal"))
	m.Write(binary.BigEndian.AppendUint64(nil, uint64(seq)))
	m.Write(previous)
	m.Write(mac)
	return m.Sum(nil)
}
