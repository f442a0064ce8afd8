package notices

import (
	"cmp"
	"context"
	"errors"
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
// itself was refused. Reason is one of Reasons where the error itself does not tell.
type Permanent struct {
	Err       error
	Recipient bool
	Reason    string
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
	// Today tells what became known about a mail since it was queued.
	Today func(ctx context.Context, mailID int64) (Today, error)
	// Settled is told, in the same transaction, that a mail was sent, or that it will
	// not be.
	Settled func(tx *store.Tx, m Mail) error
}

// Today is what is known of a queued mail when it is to be sent.
type Today struct {
	IncidentID int64 // of its case; 0 without one
	Doubtful   bool  // nobody knows any more whose the contact is: only what tells nothing about the member goes there
	Overtaken  bool  // what it tells does not hold any more
	// As Facts has them. A change that does not wait any more is decided.
	Resumed, Loss, PutBack, ContactOpen bool
	// Revoided is that the password for points was made void again: what says so came later.
	Revoided bool
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
		c, err := p.claim(ctx, id)
		if err == nil && c != nil {
			err = p.deliver(ctx, *c, env)
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

func (p *Postman) env(ctx context.Context, lang string, incident int64, ask environment) (Env, error) {
	env, err := ask(ctx, p.Store.Clock(), lang, incident)
	if err == nil && env.Company == "" {
		err = errNobody
	}
	env.From = cmp.Or(env.From, p.From)
	return env, err
}

func (p *Postman) deliver(ctx context.Context, c claimed, env environment) error {
	sending, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	var o outcome
	var e Envelope
	if e, o.kept, o.failure = p.compose(sending, c, env); o.failure == nil {
		o.failure = p.Outlet.Send(sending, e)
		o.said = answerOf(o.failure, c.to)
	}
	if o.failure != nil && ctx.Err() != nil {
		return p.letGo(ctx, c.Mail)
	}
	if e.MessageID != "" {
		c.MessageID = e.MessageID
	}
	return p.settle(ctx, c, o)
}

// errExpired: a code or link that nobody could use any more is not sent.
var errExpired = &Permanent{Err: errors.New("expired"), Reason: Expired}

// errStopped: a code or link is not kept until its queue goes on.
var errStopped = &Permanent{Err: errors.New("sending is stopped"), Reason: Stopping}

// errDoubtful: since the mail was queued nobody knows any more whose the address is.
var errDoubtful = &Permanent{Err: errors.New("the contact is no longer used"), Reason: Doubtful}

// errOvertaken: since the mail was queued, what it tells was undone.
var errOvertaken = &Permanent{Err: errors.New("what it tells does not hold any more"), Reason: Overtaken}

// today has a mail tell what holds now. What tells nothing about the member always holds.
func (m Mail) today(f Facts, now Today) (Facts, error) {
	switch {
	case f.Former:
	case now.Overtaken:
		return f, errOvertaken
	case now.Doubtful:
		return f, errDoubtful
	case m.CaseID != nil:
		f.Resumed, f.Loss, f.PutBack = now.Resumed, now.Loss, now.PutBack
		f.ContactOpen, f.PointPassword = f.ContactOpen && now.ContactOpen, f.PointPassword && !now.Revoided
	}
	return f, nil
}

func (p *Postman) compose(ctx context.Context, c claimed, ask environment) (e Envelope, kept Message, err error) {
	m := c.Mail
	v, at := p.Store.Vault, p.Store.Clock()
	f, err := m.facts(v)
	if err != nil {
		return e, kept, &Permanent{Err: err, Reason: Unwritten}
	}
	secret, err := v.Unseal("mails", "secret", m.ID, m.Secret)
	if err != nil {
		return e, kept, &Permanent{Err: err, Reason: Unwritten}
	}
	if m.Secretive() && (secret == "" || !at.Before(m.QueuedAt.Add(time.Duration(f.Minutes)*time.Minute))) {
		return e, kept, errExpired
	}
	if c.stopped {
		return e, kept, errStopped
	}
	if c.to == vault.Damaged {
		return e, kept, &Permanent{Err: errors.New("the recipient cannot be read any more"), Reason: Unwritten}
	}
	var now Today
	if p.Today != nil {
		if now, err = p.Today(ctx, m.ID); err == nil {
			f, err = m.today(f, now)
		}
		if err != nil {
			return e, kept, err
		}
	}
	env, err := p.env(ctx, m.Language, now.IncidentID, ask)
	if err != nil {
		return e, kept, err
	}
	e = Envelope{From: env.From, To: c.to, Language: m.Language, MessageID: ours(m.MessageID, env.From), At: at}
	if e.Message, err = Render(m.Kind, m.Language, f, secret, env); err != nil {
		p.Store.Log.ErrorContext(ctx, "an email cannot be written", "mail", m.ID, "kind", m.Kind, "error", err)
		return e, kept, &Permanent{Err: err, Reason: Unwritten}
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
