package cases

import (
	"slices"
	"time"

	"hoten/app/desks"
	"hoten/app/policies"
)

// Due gives when the first response to a case is due: so many minutes, by policy,
// after it was opened in which its desk was open. The desk is the case's, else
// its assignee's, else the technical one. It is false when nothing is due: work
// has begun, the member was notified, or no such desk ever opens.
func (r Row) Due(list []desks.Kept, p policies.Policies) (time.Time, bool) {
	if r.Status != New || r.NotifiedAt != nil {
		return time.Time{}, false
	}
	i := slices.IndexFunc(list, func(d desks.Kept) bool {
		switch {
		case r.DeskID != nil:
			return d.ID == *r.DeskID
		case r.AssigneeDesk != nil:
			return d.ID == *r.AssigneeDesk
		}
		return d.Code == desks.Tech
	})
	if i < 0 {
		return time.Time{}, false
	}
	return list[i].After(r.OpenedAt, time.Duration(p.RespondMinutes)*time.Minute)
}
