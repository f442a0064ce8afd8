package notices

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"strings"
	"time"

	"github.com/jackc/pgx/v5/pgconn"

	"hoten/app/access"
	"hoten/app/fault"
	"hoten/app/store"
	"hoten/app/vault"
)

// outcome is what became of an attempt. said is what the mail server answered, nil where
// it took the mail or was not asked.
type outcome struct {
	kept    Message
	failure error
	said    *answer
}

// Why a mail was not sent where no server refused it.
const (
	Unwritten = "unwritten" // we could not write it: that says nothing about the address
	Expired   = "expired"   // a code or link
	Stopping  = "stopped"   // a code or link, while the queue is stopped
	Doubtful  = "doubtful"  // nobody knows any more whose the address is
	Overtaken = "overtaken" // what it tells was undone since
	Discarded = "discarded" // it waited in a copy of the database
	relayed   = "relay"     // our own server refuses, or cannot be reached
)

// Reasons lists why an attempt fails; the others are what a refusal is about.
var Reasons = []string{Unwritten, Expired, Stopping, Doubtful, Overtaken, Discarded, relayed, string(unknown), string(filtered), string(full), string(suspended),
	string(rejected), string(throttled), string(network), string(undetermined)}

// reason is why the attempt failed, one of Reasons; empty where it did not.
func (o outcome) reason() string {
	var permanent *Permanent
	switch {
	case o.failure == nil:
		return ""
	case errors.As(o.failure, &permanent) && permanent.Reason != "":
		return permanent.Reason
	case o.said == nil && permanent != nil:
		return string(undetermined)
	case o.said == nil:
		return Unwritten
	case o.said.relay:
		return relayed
	}
	return string(o.said.reason)
}

// caseWait is how long noting what became of a mail waits for its case, which a long
// import may have locked: the mails behind it must not wait as well.
const caseWait = "200ms"

// settle notes what became of a mail, unless somebody else has taken it over
// since. The secret of one that will not be sent again is erased. Where the case is
// locked for long, only the mail is noted, and the case is told later (TellLate): the
// mail was sent and must not be sent again.
func (p *Postman) settle(ctx context.Context, c claimed, o outcome) error {
	ctx = context.WithoutCancel(ctx)
	over, err := p.note(ctx, c, o, true)
	if waitedTooLong(err) {
		over, err = p.note(ctx, c, o, false)
	}
	if err != nil {
		return err
	}
	for _, id := range over {
		if err := Stop(ctx, p.Store, postman, id); err != nil {
			return err
		}
	}
	if c.probe != nil && o.said != nil && !o.said.blocked() {
		return p.tried(ctx, c.probe.ID)
	}
	return nil
}

// postman is who stops queues, and resumes them when a mail got through.
var postman = access.System("postman")

func waitedTooLong(err error) bool {
	var pg *pgconn.PgError
	return errors.As(err, &pg) && pg.Code == "55P03"
}

// note is settle in one transaction; it returns the runs of refusals that got too long.
func (p *Postman) note(ctx context.Context, c claimed, o outcome, tell bool) (over []int64, err error) {
	err = store.Keep(ctx, p.Store, func(tx *store.Tx) error {
		over = nil
		m, attempt := c.Mail, c.Attempts
		if c.probe != nil && o.said != nil && o.said.blocked() && !m.Secretive() {
			c.probe.holdBack(tx, m, time.Second) // the queue is blocked still; it says nothing about this mail
			return nil
		}
		m.judge(tx.Now, o, c.to)
		_, folder := p.Outlet.(Mailbox)
		m.Kept = folder && m.State == Sent
		if m.State == Sent {
			m.Subject = o.kept.Subject
			// A lost outcome means what a lost claim does.
			tx.Set("synchronous_commit = off")
			m.BodyText, m.BodyHTML = tx.Vault().Seal("mails", "body_text", m.ID, o.kept.Text), tx.Vault().Seal("mails", "body_html", m.ID, o.kept.HTML)
		}
		m.Untold = m.State != Queued && p.Settled != nil && !tell
		var reads store.Reads
		ours := store.AskValues[int64](&reads, `update mails set state = $3, error = $4, reason = $5, sent_at = $6, message_id = $7, secret = $8, subject = $9, body_text = $10, body_html = $11,
			due_at = $12, untold = $13, kept = $14 where id = $1 and state = 'queued' and attempts = $2 returning id`,
			m.ID, attempt, m.State, m.Error, m.Reason, m.SentAt, m.MessageID, m.Secret, m.Subject, m.BodyText, m.BodyHTML, m.DueAt, m.Untold, m.Kept)
		if err := reads.Run(tx.DB); err != nil || len(*ours) == 0 {
			return err
		}
		var err error
		if over, err = keepRun(tx, c, o.said); err != nil {
			return err
		}
		if !folder && (m.State == Failed || m.State == Bounced) {
			if err := replaceKept(tx, m.ID); err != nil {
				return err
			}
		}
		if m.State != Queued {
			m.wakeNext(tx)
		}
		if m.State == Queued || p.Settled == nil || !tell {
			return nil
		}
		tx.Set("lock_timeout = '" + caseWait + "'")
		return p.Settled(tx, m)
	})
	return over, err
}

// keepRun notes a refusal in the runs of its domain and of all mails, or ends the runs
// that a mail ends that was taken.
func keepRun(tx *store.Tx, c claimed, said *answer) (over []int64, err error) {
	domain := domainOf(c.to)
	if said == nil {
		return nil, nil
	}
	if said.taken {
		tx.Queue("delete from mail_queues where scope = any($1) and stopped_at is null", []string{All, domain})
		return nil, nil
	}
	scopes := []string{All, domain}
	if said.relay {
		scopes = scopes[:1]
	}
	for _, scope := range scopes {
		rows, err := store.Returning[run](tx, extendRun, scope, said.relay, said.aboutUs(), said.equal, said.words, c.ID, domain, tx.Now)
		if err != nil {
			return nil, err
		}
		for _, r := range rows {
			q := MailQueue{Scope: scope, Relay: said.relay, AboutUs: said.aboutUs(), Mails: make([]int64, r.Mails), Domains: make([]string, r.Domains), Since: r.Since}
			if q.over(tx.Now) {
				over = append(over, r.ID)
			}
		}
	}
	return over, nil
}

// run is how long a run is.
type run struct {
	ID, Mails, Domains int64
	Since              time.Time
}

// extendRun adds a mail to a run; another refusal than those before begins a new one. A
// stopped queue stays as it is, but for mails that were under way when it stopped.
const extendRun = `insert into mail_queues as q (scope, relay, about_us, refusal, said, mails, domains, since)
	values ($1, $2, $3, $4, $5, array[$6::bigint], array[$7::text], $8)
	on conflict (scope) do update set relay = excluded.relay, about_us = excluded.about_us, refusal = excluded.refusal, said = excluded.said,
		mails = case when q.refusal <> excluded.refusal then excluded.mails when $6 = any(q.mails) then q.mails else q.mails || excluded.mails end,
		domains = case when q.refusal <> excluded.refusal then excluded.domains when $7 = any(q.domains) then q.domains else q.domains || excluded.domains end,
		since = case when q.refusal <> excluded.refusal then excluded.since else q.since end
	where q.stopped_at is null or q.refusal = excluded.refusal
	returning id, cardinality(mails) as mails, cardinality(domains) as domains, since`

// TellLate tells the cases of mails that were locked when their mails were settled.
func (p *Postman) TellLate(ctx context.Context) error {
	type untold struct{ ID int64 }
	rows, err := store.Select[untold](store.Read(ctx, p.Store), "select id from mails where untold order by id limit $1", sweepBatch)
	if err != nil {
		return err
	}
	for _, r := range rows {
		err := store.Keep(ctx, p.Store, func(tx *store.Tx) error {
			tx.Set("lock_timeout = '" + caseWait + "'")
			m, err := store.LockBy[Mail](tx, "id = ? and untold", r.ID)
			if err != nil {
				return err
			}
			m.Untold = false
			if err := store.Save(tx, m, "untold"); err != nil {
				return err
			}
			return p.Settled(tx, *m)
		})
		if err != nil && !waitedTooLong(err) && !fault.Of(err, fault.NotFound) {
			return err
		}
	}
	return nil
}

// judge sets the state of a mail after an attempt.
func (m *Mail) judge(now time.Time, o outcome, to string) {
	var permanent *Permanent
	m.Reason = o.reason()
	switch failure := o.failure; {
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
	m.Error = short(o.failure, to)
}

var anAddress = regexp.MustCompile(`[^\s<>:;,]+@[^\s<>:;,]+`)

// short is an error for the list of mails: without the line breaks that servers
// send, and without the addresses that they like to repeat, of the recipient also without
// its domain.
func short(err error, to string) string {
	said := anAddress.ReplaceAllStringFunc(err.Error(), vault.MaskEmail)
	if local := strings.Trim(to[:max(0, strings.LastIndexByte(to, '@'))], `"`); local != "" {
		said = regexp.MustCompile(`(?i)(^|[^\pL\pN])`+regexp.QuoteMeta(local)+`($|[^\pL\pN])`).ReplaceAllString(said, "${1}***${2}")
	}
	s := []rune(fmt.Sprintf("%q", said))
	return string(s[1 : len(s)-1][:min(len(s)-2, 300)])
}
