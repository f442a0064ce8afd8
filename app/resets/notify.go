package resets

import (
	"context"

	"gorm.io/gorm"

	"hoten/app/access"
	"hoten/app/audit"
	"hoten/app/cases"
	"hoten/app/desks"
	"hoten/app/fault"
	"hoten/app/incidents"
	"hoten/app/installation"
	"hoten/app/members"
	"hoten/app/store"
	"hoten/app/verbs"
)

// Notified counts what NotifyAll did: mails queued, and cases that no mail can
// reach, which need the phone or a letter.
type Notified struct {
	Queued      int64 `json:"queued"`
	Unreachable int64 `json:"unreachable"`
}

// notifyChunk bounds one transaction of NotifyAll.
const notifyChunk = 500

// NotifyAll queues the restriction notice to every restricted ID of an incident
// that was not notified yet; run again, it finds nothing to do.
func NotifyAll(ctx context.Context, s *store.Store, by access.Actor, reference string) (total Notified, err error) {
	if err := by.Require(access.ManageIncidents); err != nil {
		return total, ToNotifyAll.Refused(ctx, s, by, verbs.About("incident", reference), err)
	}
	incident, err := incidents.ByReference(store.Read(ctx, s), reference)
	if err != nil {
		return total, err
	}
	if err := answered(store.Read(ctx, s), incident.ID); err != nil {
		return total, ToNotifyAll.Refused(ctx, s, by, incident.Subject(), err)
	}
	for after, more := int64(0), true; more; {
		var last int64 // of a transaction that is tried again, the last attempt's
		n, err := verbs.Do(ctx, s, by, ToNotifyAll, incident.Subject(), "", func(tx *store.Tx) (n Notified, err error) {
			n, last, err = notify(tx, after, `c.incident_id = $1`, incident.ID)
			return n, err
		})
		total.Queued += n.Queued
		total.Unreachable += n.Unreachable
		if err != nil {
			return total, err
		}
		after, more = last, last > 0
	}
	return total, nil
}

// Notify queues the restriction notice of one case.
func Notify(ctx context.Context, s *store.Store, by access.Actor, caseID int64) (Notified, error) {
	return verbs.Do(ctx, s, by, ToNotify, cases.Subject(caseID), "", func(tx *store.Tx) (Notified, error) {
		c, err := store.Lock[cases.Case](tx, caseID)
		if err == nil {
			err = answered(tx.DB, c.IncidentID)
		}
		if err == nil {
			err = confirmed(tx.DB, c.IdentityID)
		}
		if err != nil {
			return Notified{}, err
		}
		n, _, err := notify(tx, 0, `c.id = $1`, caseID)
		return n, err
	})
}

// answered refuses to tell members of an incident to call a desk where none serves them, and
// of points where nobody has said which.
func answered(db *gorm.DB, incident int64) error {
	about, err := incidents.Involve(db, incident)
	if err != nil {
		return err
	}
	if about.Bare {
		return fault.New(fault.Conflict, "no_program")
	}
	list, err := desks.List(db)
	if err == nil && len(about.Desks(list)) == 0 {
		err = fault.New(fault.Conflict, "no_desk")
	}
	return err
}

// confirmed refuses to tell a member that we changed the password while the directory of the ID
// has not confirmed it: Conflict restriction_unconfirmed.
func confirmed(db *gorm.DB, identity int64) error {
	of, err := members.ByID(db, identity)
	if err == nil && of.UnconfirmedAt != nil {
		err = fault.New(fault.Conflict, "restriction_unconfirmed")
	}
	return err
}

// notify marks and mails the restricted cases after a case, by id, among those the
// condition names that were neither notified nor found unreachable, and whose notice is
// not on its way. They count as notified once it was sent. last is the case to go on
// after; 0: there are no more.
func notify(tx *store.Tx, after int64, which string, arg int64) (n Notified, last int64, err error) {
	if err := installation.Refuse(tx); err != nil {
		return n, 0, err
	}
	ids, err := pick(tx, `select c.id from cases c where `+which+` and c.id > $2 and `+cases.Unnotified+` order by c.id limit $3 for no key update`, arg, after, notifyChunk)
	if err != nil || len(ids) == 0 {
		return n, 0, err
	}
	if len(ids) == notifyChunk {
		last = ids[notifyChunk-1]
	}
	// Asked again once they are locked: somebody else may have queued theirs meanwhile.
	if ids, err = pick(tx, `select c.id from cases c where c.id = any($1) and `+cases.Unnotified+` order by c.id`, ids); err != nil || len(ids) == 0 {
		return n, last, err
	}
	n, err = send(tx, ids)
	return n, last, err
}

// send queues the notices of locked cases, and marks those that no mail reaches.
func send(tx *store.Tx, ids []int64) (n Notified, err error) {
	queued, missed, err := cases.QueueNotices(tx, ids)
	if err != nil {
		return n, err
	}
	cases.MarkUnreachable(tx, missed)
	told := make([]cases.Happened, len(missed))
	for i, id := range missed {
		told[i] = cases.Happened{CaseID: id, Kind: cases.Unreachable}
	}
	if err := cases.Tell(tx, told...); err != nil {
		return n, err
	}
	n = Notified{Queued: int64(queued), Unreachable: int64(len(missed))}
	return n, audit.Record(tx, audit.Change{After: n})
}

func pick(tx *store.Tx, query string, args ...any) ([]int64, error) {
	return store.Now(tx.DB, func(reads *store.Reads) *[]int64 { return store.AskValues[int64](reads, query, args...) })
}
