package notices

import (
	"context"
	"time"

	"hoten/app/access"
	"hoten/app/audit"
	"hoten/app/fault"
	"hoten/app/installation"
	"hoten/app/store"
	"hoten/app/verbs"
)

// What happens to stopped queues, each named To and its function.
var (
	ToStop   = verbs.Declare(verbs.Verb{Name: "mails.stopped", Needs: access.Program, Subject: "mails"})
	ToResume = verbs.Declare(verbs.Verb{Name: "mails.resumed", Needs: access.ManageIncidents, Subject: "mails", Reason: true})
)

// whenTakenBack is told that mails which were given up are sent again, and what was
// marked because of them does not hold; whenDiscarded that mails will not be sent, which
// says nothing about their addresses.
var whenTakenBack, whenDiscarded = nobodyTold, nobodyTold

func nobodyTold(*store.Tx, []Mail) error { return nil }

// WhenTakenBack and WhenDiscarded are each called once, by the noun that marks who can be reached.
func WhenTakenBack(fn func(tx *store.Tx, mails []Mail) error) { whenTakenBack = fn }
func WhenDiscarded(fn func(tx *store.Tx, mails []Mail) error) { whenDiscarded = fn }

func init() { installation.WhenReleased(released) }

func scopeWord(scope string) string {
	if scope == All {
		return "*"
	}
	return scope
}

// Stop stops the queue of a run that got too long: its mails stay queued, and what they
// have used up of their attempts is given back. Where the refusals are about us they
// tell nothing about the mails, so those that were given up are queued again, and one
// mail tries the queue now and then; else a person must decide about the addresses.
func Stop(ctx context.Context, s *store.Store, by access.Actor, id int64) error {
	err := verbs.Run(ctx, s, by, ToStop, verbs.About("mails", id), "", func(tx *store.Tx) error {
		q, err := lockQueue(tx, id)
		if err != nil || q.StoppedAt != nil || !q.over(tx.Now) {
			return err
		}
		tx.Set("lock_timeout = '" + caseWait + "'")
		q.StoppedAt = &tx.Now
		if q.AboutUs {
			at := tx.Now.Add(q.probeWait())
			q.ProbeAt = &at
			if err := takeBack(tx, q.Mails); err != nil {
				return err
			}
		}
		tx.Queue("update mail_queues set stopped_at = $2, probe_at = $3 where id = $1", id, q.StoppedAt, q.ProbeAt)
		tx.Queue("update mails set queue_id = $2, due_at = $3, attempts = 0 where id = any($1) and state = 'queued'", q.Mails, id, q.next(tx.Now))
		return audit.Record(tx, audit.Change{After: map[string]any{"scope": scopeWord(q.Scope), "refusal": q.Refusal, "mails": len(q.Mails), "addresses": !q.AboutUs}})
	})
	if fault.Of(err, fault.NotFound) {
		return nil // a mail was taken since
	}
	if err == nil {
		s.Log.ErrorContext(ctx, "a queue of emails stopped: all of them were refused equally; mend the cause, then resume it", "queue", id)
	}
	return err
}

func lockQueue(tx *store.Tx, id int64) (*MailQueue, error) {
	rows, err := store.Now(tx.DB, func(reads *store.Reads) *[]MailQueue {
		return store.Ask[MailQueue](reads, "select "+mailQueueColumns+", mails, domains from mail_queues where id = $1 for update", id)
	})
	if err == nil && len(rows) == 0 {
		err = fault.Missing()
	}
	return store.First(rows), err
}

// Resume lets a stopped queue go on. again has the mails that its run was refused sent
// once more, and takes back what was marked because of them; for a run about us that was
// done when it stopped.
func Resume(ctx context.Context, s *store.Store, by access.Actor, id int64, again bool, reason string) error {
	return verbs.Run(ctx, s, by, ToResume, verbs.About("mails", id), reason, func(tx *store.Tx) error {
		q, err := lockQueue(tx, id)
		if err != nil {
			return err
		}
		if q.StoppedAt == nil {
			return fault.Missing()
		}
		if again {
			refused, err := store.Now(tx.DB, func(reads *store.Reads) *[]int64 {
				return store.AskValues[int64](reads, "select m.id from mails m, mail_queues q where q.id = $1 and "+refusedOf, id)
			})
			if err != nil {
				return err
			}
			if err := takeBack(tx, refused); err != nil {
				return err
			}
		}
		tx.Queue("update mails set due_at = $2, queue_id = null where queue_id = $1 and state = 'queued'", id, tx.Now)
		tx.Queue("delete from mail_queues where id = $1", id)
		return audit.Record(tx, audit.Change{Before: map[string]any{"scope": scopeWord(q.Scope), "refusal": q.Refusal, "stopped_at": q.StoppedAt.UTC().Format(time.RFC3339)},
			After: map[string]any{"again": again}})
	})
}

// tried resumes a queue that took the mail that tried it.
func (p *Postman) tried(ctx context.Context, id int64) error {
	err := Resume(ctx, p.Store, postman, id, false, "a mail got through")
	if fault.Of(err, fault.NotFound) {
		return nil // somebody resumed it meanwhile
	}
	if err == nil {
		p.Store.Log.InfoContext(ctx, "an email got through: its queue goes on", "queue", id)
	}
	return err
}

// takeBack queues mails again that were refused for good. Codes and links are not; nor
// is what was tried as often as any mail.
func takeBack(tx *store.Tx, ids []int64) error {
	mails, err := store.Returning[Mail](tx, `update mails set state = 'queued', error = '', reason = '', due_at = $2 where id = any($1) and state in ('failed', 'bounced')
		and attempts <= $3 and kind <> all($4) returning *`, ids, tx.Now, len(waits), []string{VerificationCode, ResetLink})
	if err != nil || len(mails) == 0 {
		return err
	}
	return whenTakenBack(tx, mails)
}

// released lets the mails of a copy go, or discards those that the original has as well:
// what was queued since own tells of what the copy alone did.
func released(tx *store.Tx, discard bool, own *time.Time) (gone int64, err error) {
	if discard {
		mails, err := store.Returning[Mail](tx, `update mails set state = 'failed', error = '', reason = $1, secret = null, queue_id = null
			where state = 'queued' and ($2::timestamptz is null or queued_at < $2) returning *`, Discarded, own)
		if err != nil {
			return 0, err
		}
		if gone = int64(len(mails)); gone > 0 {
			if err := whenDiscarded(tx, mails); err != nil {
				return 0, err
			}
		}
	}
	sent, err := store.Exec(tx, "update mails m set due_at = "+soonest("$1")+" where state = 'queued' and queue_id is null", tx.Now)
	if discard {
		return gone, err
	}
	return sent, err
}
