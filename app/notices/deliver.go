package notices

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"regexp"
	"time"

	"hoten/app/store"
	"hoten/app/vault"
)

// Outlet is where finished messages go: a mail server, or the mailbox folder.
type Outlet interface {
	// Send hands a message over. A Permanent error is not tried again. A message
	// may come twice after a crash, under the same Message-ID.
	Send(ctx context.Context, e Envelope) error
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
	From   string // where what Env gives names none
	Env    environment
	// Incident tells which incident a case belongs to; mails of no case belong to 0.
	Incident func(ctx context.Context, caseID int64) (int64, error)
	// Settled is told, in the same transaction, that a mail was sent, or that it will
	// not be.
	Settled func(tx *store.Tx, m Mail) error
}

// waits are the pauses between attempts; after the last one a mail is given up.
var waits = []time.Duration{time.Minute, 5 * time.Minute, 15 * time.Minute, time.Hour, 2 * time.Hour, 4 * time.Hour, 8 * time.Hour}

// Claimed is how long a mail belongs to whoever began to send it: after a crash
// it is sent again then, under the same Message-ID. No attempt may last as long,
// so each is cut off after limit.
const (
	Claimed = 2 * time.Minute
	limit   = time.Minute
)

// Deliver sends those of the mails that are queued and due, one after the other.
// One that fails does not hold up the others; the first error of our own is returned.
func (p *Postman) Deliver(ctx context.Context, ids []int64) error {
	var failed error
	env := remembered(p.Env)
	for _, id := range ids {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		m, err := p.claim(ctx, id)
		if err == nil && m != nil {
			err = p.deliver(ctx, *m, env)
		}
		if err != nil && failed == nil {
			failed = err
		}
	}
	return failed
}

// environment gives what holds on the day a mail of an incident in a language is sent.
type environment func(ctx context.Context, at time.Time, lang string, incident int64) (Env, error)

// remembered asks once a minute for each language and incident: the mails of a chunk
// quote the same.
func remembered(ask environment) environment {
	type question struct {
		lang     string
		incident int64
	}
	type answer struct {
		Env
		at time.Time
	}
	known := map[question]answer{}
	return func(ctx context.Context, at time.Time, lang string, incident int64) (Env, error) {
		q := question{lang, incident}
		if a, ok := known[q]; ok && at.Truncate(time.Minute).Equal(a.at) {
			return a.Env, nil
		}
		env, err := ask(ctx, at, lang, incident)
		if err == nil {
			known[q] = answer{env, at.Truncate(time.Minute)}
		}
		return env, err
	}
}

// errNobody: whom members should answer or call is not set up.
var errNobody = errors.New("no operator is set up who signs the mail")

func (p *Postman) env(ctx context.Context, m Mail, ask environment) (env Env, err error) {
	var incident int64
	if m.CaseID != nil && p.Incident != nil {
		if incident, err = p.Incident(ctx, *m.CaseID); err != nil {
			return env, err
		}
	}
	env, err = ask(ctx, p.Store.Clock(), m.Language, incident)
	if err == nil && env.Company == "" {
		err = errNobody
	}
	env.From = cmp.Or(env.From, p.From)
	return env, err
}

// claim takes a mail by moving its due time, in a transaction of its own: what
// two programs want, only one gets. It returns nil when there is nothing to do.
func (p *Postman) claim(ctx context.Context, id int64) (m *Mail, err error) {
	err = store.Keep(ctx, p.Store, func(tx *store.Tx) error {
		// A claim lost in a crash only means that the mail is sent again, which it
		// would be anyway: no need to wait for the disk.
		if err := store.Set(tx, "synchronous_commit = off"); err != nil {
			return err
		}
		rows, err := store.Returning[Mail](tx, `update mails m set due_at = $2, attempts = attempts + 1 from (
			select id, state, due_at from mails where id = $1 for update skip locked) q
			where m.id = q.id and q.state = 'queued' and q.due_at <= $3 returning m.*`, id, tx.Now.Add(Claimed), tx.Now)
		if len(rows) == 1 {
			m = &rows[0]
		}
		return err
	})
	return m, err
}

func (p *Postman) deliver(ctx context.Context, m Mail, env environment) error {
	sending, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	e, kept, err := p.compose(sending, m, env)
	if err == nil {
		err = p.Outlet.Send(sending, e)
	}
	if err != nil && ctx.Err() != nil {
		return p.letGo(ctx, m)
	}
	if e.MessageID != "" {
		m.MessageID = e.MessageID
	}
	return p.settle(ctx, m, kept, err)
}

// errExpired: a code or link that nobody could use any more is not sent.
var errExpired = &Permanent{Err: errors.New("expired")}

func (p *Postman) compose(ctx context.Context, m Mail, ask environment) (e Envelope, kept Message, err error) {
	v, now := p.Store.Vault, p.Store.Clock()
	f, err := m.facts(v)
	if err != nil {
		return e, kept, &Permanent{Err: err}
	}
	secret, err := v.Unseal("mails", "secret", m.ID, m.Secret)
	if err != nil {
		return e, kept, &Permanent{Err: err}
	}
	if m.Secretive() && (secret == "" || !now.Before(m.QueuedAt.Add(time.Duration(f.Minutes)*time.Minute))) {
		return e, kept, errExpired
	}
	env, err := p.env(ctx, m, ask)
	if err != nil {
		return e, kept, err
	}
	to, err := m.PlainRecipient(v)
	if err != nil {
		return e, kept, &Permanent{Err: err}
	}
	e = Envelope{From: env.From, To: to, Language: m.Language, MessageID: ours(m.MessageID, env.From), At: now}
	if e.Message, err = Render(m.Kind, m.Language, f, secret, env); err != nil {
		return e, kept, &Permanent{Err: err}
	}
	// What is kept for reading in the console holds neither secret nor name.
	f.Name = vault.MaskName(f.Name)
	kept, err = Render(m.Kind, m.Language, f, Hidden, env)
	return e, kept, err
}

// letGo gives back a mail whose sending was cut short because the program ends;
// that does not count as an attempt.
func (p *Postman) letGo(ctx context.Context, m Mail) error {
	err := store.Keep(context.WithoutCancel(ctx), p.Store, func(tx *store.Tx) error {
		_, err := store.Exec(tx, "update mails set due_at = $3, attempts = attempts - 1 where id = $1 and state = 'queued' and attempts = $2",
			m.ID, m.Attempts, tx.Now)
		return err
	})
	return errors.Join(ctx.Err(), err)
}

// settle notes what became of a mail, unless somebody else has taken it over
// since. The secret of one that will not be sent again is erased.
func (p *Postman) settle(ctx context.Context, m Mail, kept Message, failure error) error {
	return store.Keep(context.WithoutCancel(ctx), p.Store, func(tx *store.Tx) error {
		attempt := m.Attempts
		m.judge(tx.Now, failure)
		if m.State == Sent {
			m.Subject = kept.Subject
			// A lost outcome means what a lost claim does.
			if err := store.Set(tx, "synchronous_commit = off"); err != nil {
				return err
			}
			m.BodyText, m.BodyHTML = tx.Vault().Seal("mails", "body_text", m.ID, kept.Text), tx.Vault().Seal("mails", "body_html", m.ID, kept.HTML)
		}
		ours, err := store.SaveIf(tx, &m, "state = ? and attempts = ?", []any{Queued, attempt},
			"state", "error", "sent_at", "message_id", "secret", "subject", "body_text", "body_html", "due_at")
		if err != nil || !ours || m.State == Queued || p.Settled == nil {
			return err
		}
		return p.Settled(tx, m)
	})
}

// judge sets the state of a mail after an attempt: nil is sent.
func (m *Mail) judge(now time.Time, failure error) {
	var permanent *Permanent
	switch {
	case failure == nil:
		m.State, m.Error, m.SentAt, m.Secret = Sent, "", &now, nil
		return
	case errors.As(failure, &permanent) && permanent.Recipient:
		m.State, m.Secret = Bounced, nil
	case permanent != nil, int(m.Attempts) > len(waits):
		m.State, m.Secret = Failed, nil
	default:
		m.DueAt = now.Add(waits[m.Attempts-1])
	}
	m.Error = short(failure)
}

var anAddress = regexp.MustCompile(`[^\s<>:;,]+@[^\s<>:;,]+`)

// short is an error for the list of mails: without the line breaks that servers
// send, and without the addresses that they like to repeat.
func short(err error) string {
	s := []rune(fmt.Sprintf("%q", anAddress.ReplaceAllStringFunc(err.Error(), vault.MaskEmail)))
	return string(s[1 : len(s)-1][:min(len(s)-2, 300)])
}
