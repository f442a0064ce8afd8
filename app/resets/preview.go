package resets

import (
	"context"
	"slices"
	"strconv"

	"gorm.io/gorm"

	"hoten/app/access"
	"hoten/app/cases"
	"hoten/app/fault"
	"hoten/app/incidents"
	"hoten/app/installation"
	"hoten/app/notices"
	"hoten/app/store"
	"hoten/app/vault"
	"hoten/app/verbs"
)

// Preview is what sending the restriction notice to all of an incident would do as its cases
// stand: who confirms it has NotifyShown do that, and no more.
type Preview struct {
	Shown     []cases.AsShown
	Mails     int64 // the others no mail can reach
	More      int64 // not looked at: one confirmation holds cases.MostShown
	Waiting   int64 // told later: their identity system has not confirmed the restriction
	Languages map[string]int64
	Classes   map[string]int64 // "" : none
	Statuses  map[cases.Status]int64
}

// PreviewNotices looks at the cases of an incident that NotifyAll would tell.
func PreviewNotices(db *gorm.DB, v *vault.Vault, incident int64) (*Preview, error) {
	if err := answered(db, incident); err != nil {
		return nil, err
	}
	of, err := store.Select[cases.Case](db, "select * from cases c where c.incident_id = $1 and "+cases.Unnotified+" order by c.id limit $2", incident, cases.MostShown)
	if err != nil {
		return nil, err
	}
	to, err := addressees(db, v, of)
	if err != nil {
		return nil, err
	}
	p := &Preview{Languages: map[string]int64{}, Classes: map[string]int64{}, Statuses: map[cases.Status]int64{}}
	for _, c := range of {
		who := to[c.ID]
		p.Shown = append(p.Shown, cases.AsShown{ID: c.ID, Mark: noticeMark(c, who)})
		if who.Address != "" {
			p.Mails++
		}
		p.Languages[who.Language]++
		p.Statuses[c.Status]++
		if c.Class != nil {
			p.Classes[*c.Class]++
		} else {
			p.Classes[""]++
		}
	}
	err = store.Scan(db, "select count(*) from cases c where c.incident_id = $1 and "+cases.Unconfirmed, []any{incident}, &p.Waiting)
	if err == nil && len(of) == cases.MostShown {
		err = store.Scan(db, "select count(*) from cases c where c.incident_id = $1 and c.id > $2 and "+cases.Unnotified, []any{incident, of[len(of)-1].ID}, &p.More)
	}
	return p, err
}

func addressees(db *gorm.DB, v *vault.Vault, of []cases.Case) (map[int64]cases.Addressee, error) {
	ids := make([]int64, len(of))
	for i, c := range of {
		ids[i] = c.ID
	}
	return cases.Addressees(db, v, ids, notices.RestrictionNotice)
}

// noticeMark is of what a preview shows of a case: where it stands, and whether a mail
// reaches the member.
func noticeMark(c cases.Case, who cases.Addressee) uint32 {
	return cases.MarkOf(string(c.Status), strconv.FormatBool(who.Address != ""), who.Language)
}

// NotifyShown queues the restriction notice to the members of cases of an incident that were
// shown; fell are those that it is not due for any more, or that changed since.
func NotifyShown(ctx context.Context, s *store.Store, by access.Actor, reference string, shown []cases.AsShown) (total Notified, fell []cases.Fell, err error) {
	incident, err := incidents.ByReference(store.Read(ctx, s), reference)
	if err != nil {
		return total, nil, err
	}
	type done struct {
		Notified
		fell []cases.Fell
	}
	for part := range slices.Chunk(shown, notifyChunk) {
		d, err := verbs.Do(ctx, s, by, ToNotifyAll, incident.Subject(), "", func(tx *store.Tx) (d done, err error) {
			d.Notified, d.fell, err = notifyShown(tx, incident.ID, part)
			return d, err
		})
		if err != nil {
			return total, fell, err
		}
		total.Queued += d.Queued
		total.Unreachable += d.Unreachable
		fell = append(fell, d.fell...)
	}
	return total, fell, nil
}

func notifyShown(tx *store.Tx, incident int64, part []cases.AsShown) (n Notified, fell []cases.Fell, err error) {
	if err := installation.Refuse(tx); err != nil {
		return n, nil, err
	}
	if err := answered(tx.DB, incident); err != nil {
		return n, nil, err
	}
	ids := make([]int64, len(part))
	for i, c := range part {
		ids[i] = c.ID
	}
	of, err := store.Select[cases.Case](tx.DB, "select * from cases where id = any($1) and incident_id = $2 order by id for no key update", ids, incident)
	if err != nil {
		return n, nil, err
	}
	// Asked once they are locked: somebody else may have queued theirs meanwhile.
	due, err := pick(tx, "select c.id from cases c where c.id = any($1) and c.incident_id = $2 and "+cases.Unnotified, ids, incident)
	if err != nil {
		return n, nil, err
	}
	to, err := addressees(tx.DB, tx.Vault(), of)
	if err != nil {
		return n, nil, err
	}
	var goes []int64
	for _, c := range part {
		i := slices.IndexFunc(of, func(o cases.Case) bool { return o.ID == c.ID })
		switch {
		case i < 0:
			fell = append(fell, cases.Fell{CaseID: c.ID, Err: fault.Missing()})
		case !slices.Contains(due, c.ID):
			fell = append(fell, cases.Fell{CaseID: c.ID, Err: fault.New(fault.Conflict, "notice_not_due")})
		case noticeMark(of[i], to[c.ID]) != c.Mark:
			fell = append(fell, cases.Fell{CaseID: c.ID, Err: cases.ChangedSince()})
		default:
			goes = append(goes, c.ID)
		}
	}
	if len(goes) == 0 {
		return n, fell, nil
	}
	n, err = send(tx, goes)
	return n, fell, err
}
