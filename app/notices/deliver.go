package notices

import (
	"context"
	"errors"
	"fmt"
	"time"

	"hoten/app/store"
	"hoten/app/vault"
)

// Outlet is where finished messages go: a mail server, or the mailbox folder.
type Outlet interface {
	// Send hands a message over. A Permanent error is not tried again.
	Send(ctx context.Context, e Envelope) error
}

// Envelope is a message ready to go.
type Envelope struct {
	From, To, Language, MessageID string
	At                            time.Time
	Message
}

// Permanent is an error that trying again will not mend. Recipient: the address
// itself was refused.
type Permanent struct {
	Err       error
	Recipient bool
}

func (p *Permanent) Error() string { return p.Err.Error() }

// Unwrap gives the cause.
func (p *Permanent) Unwrap() error { return p.Err }

// Postman delivers queued mails.
type Postman struct {
	Store  *store.Store
	Outlet Outlet
	From   string
	// Env gives what holds on the day a mail is sent.
	Env func(ctx context.Context, at time.Time, lang string) (Env, error)
	// Bounced is told, in the same transaction, that an address was refused.
	Bounced func(tx *store.Tx, m Mail) error
}

// waits are the pauses between attempts; after the last one a mail is given up.
var waits = []time.Duration{time.Minute, 5 * time.Minute, 15 * time.Minute, time.Hour, 2 * time.Hour, 4 * time.Hour, 8 * time.Hour}

// claimed is how long a mail belongs to whoever began to send it: after a crash
// it is sent again then, under the same Message-ID.
const claimed = 2 * time.Minute

// Deliver sends those of the mails that are queued and due. One that fails does
// not hold up the others; the first error of our own is returned.
func (p *Postman) Deliver(ctx context.Context, ids []int64) error {
	mine, err := p.claim(ctx, ids)
	if err != nil {
		return err
	}
	var failed error
	for _, m := range mine {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if err := p.deliver(ctx, m); err != nil && failed == nil {
			failed = err
		}
	}
	return failed
}

// claim takes mails by moving their due time, in a transaction of its own: what
// two programs want, only one gets.
func (p *Postman) claim(ctx context.Context, ids []int64) (mine []Mail, err error) {
	err = store.Keep(ctx, p.Store, func(tx *store.Tx) error {
		mine, err = store.Select[Mail](tx.DB, `update mails m set due_at = $2, attempts = attempts + 1 from (
			select id from mails where id = any($1) and state = 'queued' and due_at <= $3 order by id for update skip locked) q
			where m.id = q.id returning m.*`, ids, tx.Now.Add(claimed), tx.Now)
		return err
	})
	return mine, err
}

func (p *Postman) deliver(ctx context.Context, m Mail) error {
	e, kept, err := p.compose(ctx, m)
	if err == nil {
		err = p.Outlet.Send(ctx, e)
	}
	return p.settle(ctx, m, kept, err)
}

// errExpired: a code or link that nobody could use any more is not sent.
var errExpired = &Permanent{Err: errors.New("expired")}

func (p *Postman) compose(ctx context.Context, m Mail) (e Envelope, kept Message, err error) {
	v, now := p.Store.Vault, p.Store.Clock()
	f, err := m.facts(v)
	if err != nil {
		return e, kept, &Permanent{Err: err}
	}
	secret, err := v.Unseal("mails", "secret", m.ID, m.Secret)
	if err != nil {
		return e, kept, &Permanent{Err: err}
	}
	if m.Kind == VerificationCode || m.Kind == ResetLink {
		if secret == "" || now.After(m.QueuedAt.Add(time.Duration(f.Minutes)*time.Minute)) {
			return e, kept, errExpired
		}
	}
	env, err := p.Env(ctx, now, m.Language)
	if err != nil {
		return e, kept, err
	}
	to, err := m.PlainRecipient(v)
	if err != nil {
		return e, kept, &Permanent{Err: err}
	}
	e = Envelope{From: p.From, To: to, Language: m.Language, MessageID: m.MessageID, At: now}
	if e.Message, err = Render(m.Kind, m.Language, f, secret, env); err != nil {
		return e, kept, &Permanent{Err: err}
	}
	// What is kept for reading in the console holds neither secret nor name.
	f.Name = vault.MaskName(f.Name)
	kept, err = Render(m.Kind, m.Language, f, Hidden, env)
	return e, kept, err
}

// settle notes what became of a mail. The secret of one that will not be sent
// again is erased.
func (p *Postman) settle(ctx context.Context, m Mail, kept Message, failure error) error {
	return store.Keep(context.WithoutCancel(ctx), p.Store, func(tx *store.Tx) error {
		var permanent *Permanent
		switch {
		case failure == nil:
			m.State, m.Error, m.SentAt, m.Secret = Sent, "", &tx.Now, nil
			m.Subject = kept.Subject
			m.BodyText, m.BodyHTML = tx.Vault().Seal("mails", "body_text", m.ID, kept.Text), tx.Vault().Seal("mails", "body_html", m.ID, kept.HTML)
		case errors.As(failure, &permanent):
			if m.State, m.Secret = Failed, nil; permanent.Recipient {
				m.State = Bounced
			}
			m.Error = short(failure)
		case int(m.Attempts) > len(waits):
			m.State, m.Secret, m.Error = Failed, nil, short(failure)
		default:
			m.Error, m.DueAt = short(failure), tx.Now.Add(waits[m.Attempts-1])
		}
		if err := tx.Model(&m).Select("state", "error", "sent_at", "secret", "subject", "body_text", "body_html", "due_at").Updates(&m).Error; err != nil {
			return err
		}
		if m.State == Bounced && p.Bounced != nil {
			return p.Bounced(tx, m)
		}
		return nil
	})
}

// short is an error for the list of mails, without the line breaks that servers send.
func short(err error) string {
	s := []rune(fmt.Sprintf("%q", err.Error()))
	return string(s[1 : len(s)-1][:min(len(s)-2, 300)])
}

// sweepBatch bounds one run of Sweep.
const sweepBatch = 2000

// Sweep queues jobs for mails that are due and still not sent: retries, and
// those whose job died with its program.
func Sweep(ctx context.Context, s *store.Store) error {
	return store.Keep(ctx, s, func(tx *store.Tx) error {
		type due struct{ ID int64 }
		rows, err := store.Select[due](tx.DB, "select id from mails where state = 'queued' and due_at < $1 order by due_at limit $2", tx.Now.Add(-15*time.Second), sweepBatch)
		if err != nil {
			return err
		}
		ids := make([]int64, len(rows))
		for i, r := range rows {
			ids[i] = r.ID
		}
		return enqueue(tx, ids)
	})
}
