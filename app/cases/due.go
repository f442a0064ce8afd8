package cases

import (
	"cmp"
	"slices"
	"time"

	"gorm.io/gorm"

	"hoten/app/desks"
	"hoten/app/operators"
	"hoten/app/policies"
	"hoten/app/store"
)

// Deadlines say when the first response to a case is due: so many minutes, by
// policy, after it was opened in which its desk was open. The desk is the case's,
// else its assignee's, else the main one for the incident's ID (desks.Main).
type Deadlines struct {
	Desks   []desks.Kept
	IDs     []operators.ID
	Respond time.Duration
}

// CurrentDeadlines reads the desks, the IDs and the policy that hold now.
func CurrentDeadlines(db *gorm.DB) (Deadlines, error) {
	var reads store.Reads
	list, ids, kept := desks.Ask(&reads), operators.AskIDs(&reads), policies.AskLatest(&reads)
	if err := reads.Run(db); err != nil {
		return Deadlines{}, err
	}
	of, err := list()
	if err != nil {
		return Deadlines{}, err
	}
	p, err := kept()
	return DeadlinesOf(of, *ids, p.Policies), err
}

// DeadlinesOf are the deadlines by a policy.
func DeadlinesOf(list []desks.Kept, ids []operators.ID, p policies.Policies) Deadlines {
	return Deadlines{Desks: list, IDs: ids, Respond: time.Duration(p.RespondMinutes) * time.Minute}
}

// main is the desk for cases of incidents of the kind of ID that belong to none.
func (d Deadlines) main(kind *int16) *desks.Kept {
	code := ""
	if i := slices.IndexFunc(d.IDs, func(id operators.ID) bool { return kind != nil && id.ID == *kind }); i >= 0 {
		code = d.IDs[i].Code
	}
	return desks.Main(d.Desks, code)
}

// MainDesks are the main desks as a query takes them: those of kinds[i] is desks[i], and
// of a kind that is not there, other. Without desks, all is empty.
func MainDesks(list []desks.Kept, ids []operators.ID) (kinds []int16, of []int64, other int64) {
	if len(list) == 0 {
		return nil, nil, 0
	}
	for _, id := range ids {
		kinds, of = append(kinds, id.ID), append(of, desks.Main(list, id.Code).ID)
	}
	return kinds, of, desks.Main(list, "").ID
}

// Of gives when the first response to a case is due. It is false when nothing is:
// work has begun, the member was notified, or no such desk ever opens.
func (d Deadlines) Of(r Row) (time.Time, bool) {
	if r.Status != New || r.NotifiedAt != nil {
		return time.Time{}, false
	}
	desk := d.main(r.IDKindID)
	if of := cmp.Or(r.DeskID, r.AssigneeDesk); of != nil {
		desk = nil
		if i := slices.IndexFunc(d.Desks, func(k desks.Kept) bool { return k.ID == *of }); i >= 0 {
			desk = &d.Desks[i]
		}
	}
	if desk == nil {
		return time.Time{}, false
	}
	return desk.After(r.OpenedAt, d.Respond)
}

// unanswered is written as its index has it.
const unanswered = "c.status = 'new' and c.notified_at is null"

// overdue is the condition of cases whose deadline is over: those that were open at
// the last instant since which their desk has been open for long enough.
func (d Deadlines) overdue(now time.Time) (where string, args []any) {
	var ids []int64
	var before []time.Time
	var latest time.Time
	for _, k := range d.Desks {
		at, ok := k.Before(now, d.Respond)
		if !ok {
			continue
		}
		ids, before = append(ids, k.ID), append(before, at)
		if at.After(latest) {
			latest = at
		}
	}
	kinds, main, other := MainDesks(d.Desks, d.IDs)
	// The latest bounds what is read from the index.
	return unanswered + ` and c.opened_at <= ? and c.opened_at <= (?::timestamptz[])[array_position(?::bigint[],
		coalesce(c.desk_id, (select desk_id from staff where id = c.assignee_id),
			(?::bigint[])[array_position(?::smallint[], (select id_kind_id from incidents where id = c.incident_id))], ?))]`,
		[]any{latest, before, ids, main, kinds, other}
}
