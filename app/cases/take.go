package cases

import (
	"context"

	"hoten/app/access"
	"hoten/app/audit"
	"hoten/app/fault"
	"hoten/app/store"
	"hoten/app/verbs"
)

// TakeNext gives the actor the case that has waited longest among those nobody
// has, that belong to the actor's desk or to none, and whose member speaks a
// language the actor takes calls in. Two who ask at once never get the same.
// Nothing waits: NotFound no_case_waiting.
func TakeNext(ctx context.Context, s *store.Store, by access.Actor) (*Case, error) {
	return verbs.Do(ctx, s, by, ToTakeNext, "cases", "", func(tx *store.Tx) (*Case, error) {
		rows, err := store.Select[Case](tx.DB, `select c.* from cases c join identities i on i.id = c.identity_id left join members m on m.id = i.member_id
			where c.assignee_id is null and c.status not in ('completed', 'out_of_scope') and c.status <> 'on_hold'
			and (c.desk_id is null or c.desk_id = $2) and coalesce(m.language, 'ja') = any(string_to_array((select languages from staff where id = $1), ' '))
			order by c.assignee_id, c.changed_at, c.id limit 1 for no key update of c skip locked`, by.ID, by.DeskID)
		if err != nil {
			return nil, err
		}
		if len(rows) == 0 {
			return nil, fault.New(fault.NotFound, "no_case_waiting")
		}
		c := &rows[0]
		before := c.summary()
		if err := c.assign(tx, by.ID); err != nil {
			return nil, err
		}
		if err := c.save(tx); err != nil {
			return nil, err
		}
		if err := Tell(tx, Happened{CaseID: c.ID, Kind: Assigned, Data: map[string]any{"to": by.ID}}); err != nil {
			return nil, err
		}
		return c, audit.Record(tx, audit.Change{Subject: c.Subject(), Before: before, After: c.summary()})
	})
}
