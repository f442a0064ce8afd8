package notices

import (
	"context"
	"math"

	"gorm.io/gorm"

	"hoten/app/access"
	"hoten/app/audit"
	"hoten/app/fault"
	"hoten/app/installation"
	"hoten/app/store"
	"hoten/app/verbs"
)

// ToSendKept is the verb of SendKept.
var ToSendKept = verbs.Declare(verbs.Verb{Name: "mail.send_kept", Needs: access.ManageIncidents, Subject: "mails"})

// tells is the condition, in SQL, of mails (m) that tell what holds today; keptHolds is that of
// those which were only kept and are to be sent still. whenKeptGoes is told that such mails are
// sent now, and what was marked because of them does not hold until then.
var tells, keptHolds, whenKeptGoes = "true", "true", nobodyTold

// WhenKept is called once, by the noun that knows what mails tell and marks who was told.
func WhenKept(holds, kept string, goes func(tx *store.Tx, mails []Mail) error) {
	tells, keptHolds, whenKeptGoes = holds, kept, goes
}

// Told is the condition, in SQL, of mails that count as sent: a mail that was only kept does
// until a newer one takes its place.
func Told(mail string) string {
	return mail + ".state = '" + Sent + "' and " + mail + ".sent_at is not null"
}

// wholly is the condition, in SQL, of mails that tell all of what older ones of their kind and
// case told. What was put back and which contacts were changed, each mail tells a part of.
func wholly(mail string) string {
	return mail + ".kind in ('" + RestrictionNotice + "', '" + ResetCompleted + "', '" + CaseClosed + "')"
}

// unsent is the condition, in SQL, of mails (m) that were only kept and are still to be sent:
// none with a code or a link, none that a newer one takes the place of, and if it holds today.
func unsent() string {
	return "m.kept and " + Told("m") + " and m.kind not in ('" + VerificationCode + "', '" + ResetLink + `')
		and not (` + wholly("m") + " and exists (select from mails n where n.case_id = m.case_id and n.kind = m.kind and n.queued_at > m.queued_at)) and (" + keptHolds + ")"
}

// Kept counts the mails that SendKept would send.
func Kept(db *gorm.DB) (n int64, err error) {
	err = store.Scan(db, "select count(*) from mails m where "+unsent(), nil, &n)
	return n, err
}

// keptChunk bounds one transaction of SendKept.
const keptChunk = 1000

// SendKept queues the mails that were only kept while no mail server was set up; server says
// whether one is now. What counted because of them counts again once they are sent. Run
// again, it finds nothing to do. Refused: Conflict no_mail_server, installation_held.
func SendKept(ctx context.Context, s *store.Store, by access.Actor, server bool) (queued int64, err error) {
	for first, more := int64(1), true; more; {
		var last int64 // of a transaction that is tried again, the last attempt's
		n, err := verbs.Do(ctx, s, by, ToSendKept, verbs.About("mails", "kept"), "", func(tx *store.Tx) (int64, error) {
			last = 0
			if !server {
				return 0, fault.New(fault.Conflict, "no_mail_server")
			}
			ids, err := sendKept(tx, first, math.MaxInt64)
			if err != nil || len(ids) == 0 {
				return 0, err
			}
			if len(ids) == keptChunk {
				last = ids[keptChunk-1]
			}
			return int64(len(ids)), audit.Record(tx, audit.Change{After: map[string]any{"mails": len(ids)}})
		})
		if queued += n; err != nil {
			return queued, err
		}
		first, more = last+1, last > 0
	}
	return queued, nil
}

// sendKept queues mails that were only kept, up to a chunk of those with numbers from first
// to last. Sweep gathers them.
func sendKept(tx *store.Tx, first, last int64) (ids []int64, err error) {
	if err := installation.Refuse(tx); err != nil {
		return nil, err
	}
	ids, err = store.Now(tx.DB, func(reads *store.Reads) *[]int64 {
		return store.AskValues[int64](reads, "select m.id from mails m where m.id between $1 and $2 and "+unsent()+" order by m.id limit $3 for update", first, last, keptChunk)
	})
	if err != nil || len(ids) == 0 {
		return nil, err
	}
	mails, err := store.Returning[Mail](tx, "update mails set state = 'queued', kept = false, attempts = 0, due_at = $2, sent_at = null where id = any($1) returning id, case_id, contact_id, kind", ids, tx.Now)
	if err != nil {
		return nil, err
	}
	if err := replaceKept(tx, ids...); err != nil {
		return nil, err
	}
	return ids, whenKeptGoes(tx, mails)
}

// replaceKept notes that mails take the place of older ones of their kinds and cases that
// were only kept: those have told nothing.
func replaceKept(tx *store.Tx, ids ...int64) error {
	_, err := store.Exec(tx, `update mails o set sent_at = null from mails m where m.id = any($1)
		and o.case_id = m.case_id and o.kind = m.kind and o.queued_at < m.queued_at and o.kept and `+wholly("o")+" and "+Told("o"), ids)
	return err
}
