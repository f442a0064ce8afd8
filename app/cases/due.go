package cases

import (
	"cmp"
	"slices"
	"time"

	"gorm.io/gorm"

	"hoten/app/desks"
	"hoten/app/policies"
)

// Deadlines say when the first response to a case is due: so many minutes, by
// policy, after it was opened in which its desk was open. The desk is the case's,
// else its assignee's, else the technical one.
type Deadlines struct {
	Desks   []desks.Kept
	Respond time.Duration
}

// CurrentDeadlines reads the desks and the policy that hold now.
func CurrentDeadlines(db *gorm.DB) (d Deadlines, err error) {
	if d.Desks, err = desks.List(db); err != nil {
		return d, err
	}
	p, err := policies.Current(db)
	return DeadlinesOf(d.Desks, p), err
}

// DeadlinesOf are the deadlines by a policy.
func DeadlinesOf(list []desks.Kept, p policies.Policies) Deadlines {
	return Deadlines{Desks: list, Respond: time.Duration(p.RespondMinutes) * time.Minute}
}

// Of gives when the first response to a case is due. It is false when nothing is:
// work has begun, the member was notified, or no such desk ever opens.
func (d Deadlines) Of(r Row) (time.Time, bool) {
	if r.Status != New || r.NotifiedAt != nil {
		return time.Time{}, false
	}
	desk := desks.Main(d.Desks)
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
	var main int64
	if desk := desks.Main(d.Desks); desk != nil {
		main = desk.ID
	}
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
	// The latest bounds what is read from the index.
	return unanswered + ` and c.opened_at <= ? and c.opened_at <= (?::timestamptz[])[array_position(?::bigint[],
		coalesce(c.desk_id, (select desk_id from staff where id = c.assignee_id), ?))]`, []any{latest, before, ids, main}
}
