package notices

import (
	"slices"
	"strings"
	"time"

	"gorm.io/gorm"

	"hoten/app/fault"
	"hoten/app/installation"
	"hoten/app/store"
)

// MailQueue is a run of equal refusals of a receiving domain, or of all mails, and, once
// it is long, the queue that stopped because of it. A domain is kept in the clear: it is
// the receiver's, and whoever mends the cause must know it.
type MailQueue struct {
	ID        int64
	Scope     string // a domain, or All
	Relay     bool   // our own mail server refuses, or cannot be reached
	AboutUs   bool   // and not the addresses
	Refusal   string // what is equal: "550 5.7.1 rejected"
	Said      string // the last answer, without addresses
	Mails     []int64
	Domains   []string
	Since     time.Time
	StoppedAt *time.Time
	ProbeAt   *time.Time // nil: it waits for a person
	Probes    int
}

// All is the scope of every mail.
const All = ""

// How long a run may get; no policy, because nobody has a reason to prefer other numbers.
// A mail that is refused again counts once.
const (
	// longRun is how many mails in a row are refused equally before the queue stops.
	longRun = 20
	// fewest is how many it takes when the run has lasted for longTime: also a queue of
	// few mails is found to be blocked. Addresses may be unknown for days.
	fewest   = 3
	longTime = 30 * time.Minute
	// ofAll is how many domains must refuse before mails to others stop as well: a block
	// by one receiver is not the others'.
	ofAll = 3
)

// probeWaits are the pauses between the mails that try a stopped queue; the last one
// goes on.
var probeWaits = []time.Duration{5 * time.Minute, 10 * time.Minute, 20 * time.Minute, 40 * time.Minute, time.Hour}

// over reports whether a run is so long that its queue stops.
func (q MailQueue) over(now time.Time) bool {
	if q.Scope == All && !q.Relay && len(q.Domains) < ofAll {
		return false
	}
	return len(q.Mails) >= longRun || q.AboutUs && len(q.Mails) >= fewest && now.Sub(q.Since) >= longTime
}

// next is when a mail of a stopped queue is looked at again.
func (q MailQueue) next(now time.Time) time.Time {
	if q.ProbeAt == nil {
		return now.Add(time.Hour)
	}
	return q.ProbeAt.Add(time.Second) // behind the mail that tries it
}

func (q MailQueue) probeWait() time.Duration { return probeWaits[min(q.Probes, len(probeWaits)-1)] }

const mailQueueColumns = "id, scope, relay, about_us, refusal, said, since, stopped_at, probe_at, probes"

// AskStopped reads the stopped queues, without their mails.
func AskStopped(reads *store.Reads) *[]MailQueue {
	return store.Ask[MailQueue](reads, "select "+mailQueueColumns+" from mail_queues where stopped_at is not null order by id")
}

// Stopped is a stopped queue with how many mails wait in it. Where the queue of a domain
// and that of all mails stopped both, each mail is counted once, in that of its domain.
type Stopped struct {
	MailQueue
	Waiting int64
	Refused int64 // mails of the run that were refused for good
}

const (
	// inDomain is, in SQL, that a mail waits in a stopped queue of a domain.
	inDomain = "exists (select from mail_queues d where d.id = m.queue_id and d.scope <> '' and d.stopped_at is not null)"
	// refusedOf is, in SQL, that a mail of the run of q was refused for good, and belongs
	// to no stopped queue that is narrower.
	refusedOf = `m.id = any(q.mails) and m.state in ('failed', 'bounced')
		and not (q.scope = '' and exists (select from mail_queues d where d.scope <> '' and d.stopped_at is not null and m.id = any(d.mails)))`
)

// StoppedQueues lists the stopped queues, the oldest first.
func StoppedQueues(db *gorm.DB) ([]Stopped, error) {
	return store.Now(db, func(reads *store.Reads) *[]Stopped {
		return store.Ask[Stopped](reads, "select "+mailQueueColumns+`, case when q.scope = '' then (select count(*) from mails m where m.state = 'queued' and not `+inDomain+`)
				else (select count(*) from mails m where m.queue_id = q.id and m.state = 'queued') end as waiting,
			(select count(*) from mails m where `+refusedOf+`) as refused
			from mail_queues q where stopped_at is not null order by id`)
	})
}

// Waiting is how many mails wait to be sent, and since when.
type Waiting struct {
	Count int64
	Since *time.Time
}

// Outbox counts the mails that wait.
func Outbox(db *gorm.DB) (w Waiting, err error) {
	err = store.Scan(db, "select count(*), min(queued_at) from mails where state = 'queued'", nil, &w.Count, &w.Since)
	return w, err
}

// CanGo refuses a mail that somebody waits for on the phone while it could not go now:
// Conflict installation_held or mail_stopped. The next way is to call back, then a letter.
// A queue that is due to be tried is tried with it.
func CanGo(tx *store.Tx, address string) error {
	var reads store.Reads
	place, stopped := installation.Ask(&reads, tx.Place()), AskStopped(&reads)
	if err := reads.Run(tx.DB); err != nil {
		return err
	}
	return Holds((*place)[0], *stopped, address, tx.Now)
}

// Holds is the refusal of CanGo, from what is known of the place and of the stopped queues;
// nil where the mail can go.
func Holds(place installation.State, stopped []MailQueue, address string, now time.Time) error {
	if err := place.Refusal(); err != nil {
		return err
	}
	for _, q := range stopped {
		if (q.Scope == All || q.Scope == domainOf(address)) && (q.ProbeAt == nil || q.ProbeAt.After(now)) {
			return fault.New(fault.Conflict, "mail_stopped")
		}
	}
	return nil
}

// domainOf is the receiving domain of an address.
func domainOf(address string) string {
	return strings.ToLower(strings.TrimRight(strings.TrimSpace(address[strings.LastIndexByte(address, '@')+1:]), "."))
}

// stopping finds the stopped queues that a mail belongs to; nil for none.
func stopping(stopped []MailQueue, domain string) (all, one *MailQueue) {
	find := func(scope string) *MailQueue {
		if i := slices.IndexFunc(stopped, func(q MailQueue) bool { return q.Scope == scope }); i >= 0 {
			return &stopped[i]
		}
		return nil
	}
	if domain != All {
		one = find(domain)
	}
	return find(All), one
}
