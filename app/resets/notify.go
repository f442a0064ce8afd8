package resets

import (
	"context"

	"hoten/app/access"
	"hoten/app/audit"
	"hoten/app/cases"
	"hoten/app/incidents"
	"hoten/app/notices"
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
	for {
		n, err := verbs.Do(ctx, s, by, ToNotifyAll, incident.Subject(), "", func(tx *store.Tx) (Notified, error) {
			return notify(tx, `incident_id = $1 order by id`, incident.ID)
		})
		total.Queued += n.Queued
		total.Unreachable += n.Unreachable
		if err != nil || n.Queued+n.Unreachable == 0 {
			return total, err
		}
	}
}

// Notify queues the restriction notice of one case.
func Notify(ctx context.Context, s *store.Store, by access.Actor, caseID int64) (Notified, error) {
	return verbs.Do(ctx, s, by, ToNotify, cases.Subject(caseID), "", func(tx *store.Tx) (Notified, error) {
		if _, err := store.Lock[cases.Case](tx, caseID); err != nil {
			return Notified{}, err
		}
		return notify(tx, `id = $1`, caseID)
	})
}

// notify marks and mails the restricted cases among those the condition names
// that were neither notified nor found unreachable.
func notify(tx *store.Tx, which string, arg int64) (n Notified, err error) {
	type picked struct{ ID int64 }
	rows, err := store.Select[picked](tx.DB, `select id from cases where identity_state = 'restricted' and notified_at is null and unreachable_at is null and `+
		which+` limit $2 for no key update`, arg, notifyChunk)
	if err != nil || len(rows) == 0 {
		return n, err
	}
	ids := make([]int64, len(rows))
	for i, r := range rows {
		ids[i] = r.ID
	}
	to, err := cases.Addressees(tx.DB, tx.Vault(), ids, notices.RestrictionNotice)
	if err != nil {
		return n, err
	}
	var reached, missed []int64
	var told []cases.Happened
	var drafts []notices.Draft
	for _, id := range ids {
		who := to[id]
		if who.Address == "" {
			missed, told = append(missed, id), append(told, cases.Happened{CaseID: id, Kind: cases.Unreachable})
			continue
		}
		facts := who.Facts
		facts.At = tx.Now
		reached, drafts = append(reached, id), append(drafts, who.Draft(notices.RestrictionNotice, facts))
		told = append(told, cases.Happened{CaseID: id, Kind: cases.Notified})
	}
	cases.MarkNotified(tx, reached, missed)
	if _, err := notices.Queue(tx, drafts...); err != nil {
		return n, err
	}
	if err := cases.Tell(tx, told...); err != nil {
		return n, err
	}
	n = Notified{Queued: int64(len(reached)), Unreachable: int64(len(missed))}
	return n, audit.Record(tx, audit.Change{After: n})
}
