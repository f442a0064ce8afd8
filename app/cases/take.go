package cases

import (
	"context"

	"hoten/app/access"
	"hoten/app/audit"
	"hoten/app/desks"
	"hoten/app/fault"
	"hoten/app/incidents"
	"hoten/app/operators"
	"hoten/app/store"
	"hoten/app/verbs"
)

// TakeNext gives the actor the case that has waited longest among those nobody
// has, that belong to the actor's desk or to none, whose ID that desk serves, and whose
// member speaks a language the actor takes calls in. Two who ask at once never get the same.
// Nothing waits: NotFound no_case_waiting.
func TakeNext(ctx context.Context, s *store.Store, by access.Actor) (*Case, error) {
	return verbs.Do(ctx, s, by, ToTakeNext, "cases", "", func(tx *store.Tx) (*Case, error) {
		c, err := lockNext(tx, by)
		if err != nil {
			return nil, err
		}
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

// looked is how many cases are looked at for one that nobody else is just taking.
const looked = 20

// lockNext locks the first case that nobody else has locked. Which come first is read
// without locks, so that those that are not taken stay free for others.
func lockNext(tx *store.Tx, by access.Actor) (*Case, error) {
	var reads store.Reads
	found, known := desks.Ask(&reads), operators.AskIDs(&reads)
	if err := reads.Run(tx.DB); err != nil {
		return nil, err
	}
	list, err := found()
	if err != nil {
		return nil, err
	}
	kinds := incidents.ServedBy(list, *known, by.DeskID)
	for after := (Place{}); ; {
		first, err := store.Select[Case](tx.DB, nextQuery(), by.ID, by.DeskID, after.At, after.ID, kinds)
		if err != nil {
			return nil, err
		}
		if len(first) == 0 {
			return nil, fault.New(fault.NotFound, "no_case_waiting")
		}
		ids := make([]int64, len(first))
		for i, c := range first {
			ids[i] = c.ID
		}
		got, err := store.Select[Case](tx.DB, "select c.* from cases c where c.id = any($1) and "+free+" order by "+longest.order()+" limit 1 for no key update skip locked", ids)
		if err != nil || len(got) > 0 {
			return store.First(got), err
		}
		after = Place{first[len(first)-1].ChangedAt, first[len(first)-1].ID}
	}
}

// longest is the order in which cases that nobody has are given out.
var longest = Filter{Queue: QueueUnassigned, Order: Longest}

// free is a case that may be given out.
const free = "(" + open + " and c.status <> 'on_hold' and " + assignee + " = 0)"

// nextQuery reads the first cases that fit the person $1 of the desk $2, behind a place
// ($3, $4), of incidents of the IDs $5. The few incidents are read before the cases.
func nextQuery() string {
	fits := free + ` and (c.changed_at, c.id) > ($3, $4) and c.incident_id = any(array(select id from incidents where coalesce(id_kind_id = any($5::smallint[]), true)))
		and coalesce((select m.language from identities i join members m on m.id = i.member_id where i.id = c.identity_id), 'ja')
		= any(string_to_array((select languages from staff where id = $1), ' '))`
	of := longest.owners()
	of[1].values = "select distinct unnest(array[0, $2::bigint])"
	return page(of, fits, longest.order(), looked)
}
