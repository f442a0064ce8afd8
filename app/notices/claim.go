package notices

import (
	"context"
	"errors"
	"slices"
	"time"

	"hoten/app/installation"
	"hoten/app/store"
)

// claimed is a mail that is being sent.
type claimed struct {
	Mail
	to      string
	probe   *MailQueue // the stopped queue that it tries
	stopped bool       // its queue stopped, and it is no use later
}

// errHeld: a copy of the database sends nothing.
var errHeld = errors.New("the database is held")

// claim takes a mail by moving its due time, in a transaction of its own: what
// two programs want, only one gets. It returns nil when there is nothing to do, because
// the database is held, or the mail's queue stopped.
func (p *Postman) claim(ctx context.Context, id int64) (c *claimed, err error) {
	err = store.Keep(ctx, p.Store, func(tx *store.Tx) error {
		c = nil
		// A claim lost in a crash only means that the mail is sent again, which it
		// would be anyway: no need to wait for the disk.
		tx.Set("synchronous_commit = off")
		var reads store.Reads
		place, stopped := installation.Ask(&reads, tx.Place()), AskStopped(&reads)
		ahead := store.AskValues[*time.Time](&reads, lastAhead, id, Results)
		rows := store.Ask[Mail](&reads, `update mails m set due_at = $2, attempts = attempts + 1 from (
			select id, state, due_at from mails where id = $1 for update skip locked) q
			where m.id = q.id and q.state = 'queued' and q.due_at <= $3 returning m.*`, id, tx.Now.Add(Claimed), tx.Now)
		if err := reads.Run(tx.DB); err != nil {
			return err
		}
		if (*place)[0].Held {
			return errHeld
		}
		m := store.First(*rows)
		if m == nil {
			return nil
		}
		if at := (*ahead)[0]; at != nil {
			m.waitBehind(tx, *at)
			return nil
		}
		to, err := m.PlainRecipient(tx.Vault())
		if err != nil {
			return err
		}
		c = &claimed{Mail: *m, to: to}
		if leaves, err := p.leaves(ctx, *c, *stopped); err != nil || leaves {
			return err
		}
		c, err = pass(tx, *c, *stopped)
		return err
	})
	if errors.Is(err, errHeld) {
		return nil, nil
	}
	return c, err
}

// leaves reports whether a mail, whose queue stopped, is not to be sent there any more.
func (p *Postman) leaves(ctx context.Context, c claimed, stopped []MailQueue) (bool, error) {
	if all, q := stopping(stopped, domainOf(c.to)); all == nil && q == nil || p.Today == nil || c.Secretive() {
		return false, nil
	}
	now, err := p.Today(ctx, c.ID)
	return now.Doubtful || now.Overtaken, err
}

// ofMember are the mails of the member of the expression. They are read before any other
// condition is looked at: by statistics that are older than the queue, the planner would
// read all that is queued.
func ofMember(id string) string {
	return "w as materialized (select id, first_id, kind, state, due_at from mails where member_id = " + id + ")"
}

// lastAhead is when the last of the results ($2) is due that are to reach a member before the
// mail $1, which is one itself; null where none waits.
var lastAhead = "with m as (select " + Place("mails") + " as place, member_id from mails where id = $1 and kind = any($2)), " + ofMember("(select member_id from m)") +
	" select max(due_at) from w where " + Place("w") + " < (select place from m) and state = 'queued' and kind = any($2)"

// wakeBehind has the results ($4) of the member $1 go now ($3) that wait behind the place $2.
// "Not in" is queued, for the planner's sake as well.
var wakeBehind = "with " + ofMember("$1") + " update mails m set due_at = " + soonest("$3") + " where m.id = any(array(select id from w where " + Place("w") + " > $2 and state = 'queued' and kind = any($4)))" +
	" and m.state not in ('sent', 'failed', 'bounced') and m.attempts = 0 and m.due_at > $3 and m.queue_id is null"

// waitBehind puts a mail back that an older one of its member is still to go before, which is
// due at the time given. The attempt does not count.
func (m Mail) waitBehind(tx *store.Tx, at time.Time) {
	tx.Queue("update mails set due_at = $2, attempts = attempts - 1 where id = $1", m.ID, at.Add(time.Second))
}

// wakeNext has the mails go that waited behind one which will not be sent any more, or was.
func (m Mail) wakeNext(tx *store.Tx) {
	if m.MemberID != nil && slices.Contains(Results, m.Kind) {
		tx.Queue(wakeBehind, *m.MemberID, m.place(), tx.Now, Results)
	}
}

// place is Place of the mail.
func (m Mail) place() int64 {
	if m.FirstID != nil {
		return *m.FirstID
	}
	return m.ID
}

// pass puts a mail back whose queue stopped, unless it is the one that tries the queue.
func pass(tx *store.Tx, c claimed, stopped []MailQueue) (*claimed, error) {
	all, q := stopping(stopped, domainOf(c.to))
	both := all != nil && q != nil
	if q == nil {
		q = all
	}
	if q == nil {
		return &c, nil
	}
	if !both && q.ProbeAt != nil && !q.ProbeAt.After(tx.Now) {
		q.Probes++
		at := tx.Now.Add(q.probeWait())
		mine, err := store.Exec(tx, "update mail_queues set probe_at = $3, probes = $4 where id = $1 and probe_at = $2 and stopped_at is not null", q.ID, q.ProbeAt, at, q.Probes)
		if err != nil {
			return nil, err
		}
		if q.ProbeAt = &at; mine == 1 {
			tx.Queue("update mails set due_at = $3 where queue_id = $1 and id <> $2 and state = 'queued'", q.ID, c.ID, q.next(tx.Now))
			c.probe = q
			return &c, nil
		}
	}
	if c.Secretive() {
		c.stopped = true
		return &c, nil
	}
	q.holdBack(tx, c.Mail, 0)
	return nil, nil
}

// holdBack has a mail wait in a stopped queue, behind others by some time; the attempt
// does not count.
func (q MailQueue) holdBack(tx *store.Tx, m Mail, behind time.Duration) {
	tx.Queue("update mails set due_at = $3, attempts = attempts - 1, queue_id = $4 where id = $1 and state = 'queued' and attempts = $2",
		m.ID, m.Attempts, q.next(tx.Now).Add(behind), q.ID)
}
