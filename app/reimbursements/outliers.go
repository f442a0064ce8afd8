package reimbursements

import (
	"context"
	"slices"
	"strings"
	"time"

	"gorm.io/gorm"

	"hoten/app/access"
	"hoten/app/fault"
	"hoten/app/store"
)

// Flags are why a proposal is looked at by itself, as it stood when it was proposed.
const (
	UnusualAmount  = "unusual_amount"  // the company cost is near the threshold of its program, or above
	Adjusted       = "adjusted"        // somebody's own line is part of the plan
	OwnUse         = "own_use"         // a movement of the case was found to be the member's own
	ContactChanged = "contact_changed" // a contact was registered on or after the incident's first day
)

// Flags lists them, the graver first.
var Flags = []string{UnusualAmount, Adjusted, OwnUse, ContactChanged}

// Bands are the company costs, in points of the program where it is largest, up to
// which proposals are grouped; what is above the last makes a band of its own.
var Bands = []int64{0, 500, 1000, 5000}

// largest is the company cost in the program where it is largest.
func (p Plan) largest() (most int64) {
	for _, cost := range p.Cost() {
		most = max(most, cost)
	}
	return most
}

// flags says why a plan stands out: what is known of the plan itself, and what
// known says of its case.
func (d desk) flags(p Plan, known []string) string {
	var out []string
	for program, cost := range p.Cost() {
		threshold, set := d.policies.Thresholds[d.programs[program]]
		if set && cost*100 > threshold*int64(d.policies.UnusualPercent) && !slices.Contains(out, UnusualAmount) {
			out = append(out, UnusualAmount)
		}
	}
	if p.adjusted() {
		out = append(out, Adjusted)
	}
	return strings.Join(append(out, known...), " ")
}

// known finds what stands out about cases beside their plans, in one query.
func known(db *gorm.DB, caseIDs []int64) (map[int64][]string, error) {
	type row struct {
		ID      int64
		Own     bool
		Changed bool
	}
	rows, err := store.Select[row](db, `select c.id,
		exists (select 1 from movements m where m.identity_id = c.identity_id and m.incident_id = c.incident_id and m.finding = 'own') as own,
		exists (select 1 from contacts k where k.member_id = i.member_id and k.registered_on >= n.period_from) as changed
		from cases c join identities i on i.id = c.identity_id join incidents n on n.id = c.incident_id where c.id = any($1)`, caseIDs)
	out := map[int64][]string{}
	for _, r := range rows {
		if r.Own {
			out[r.ID] = append(out[r.ID], OwnUse)
		}
		if r.Changed {
			out[r.ID] = append(out[r.ID], ContactChanged)
		}
	}
	return out, err
}

// Group is how many proposals of a class and a band of cost wait. More: only the
// first countedTo were counted.
type Group struct {
	Class string
	Band  int // index of Bands, len(Bands) for above
	Count int64
	More  bool
}

// countedTo bounds what the groups count at every look.
const countedTo = 5000

// Groups counts what waits by class and band.
func Groups(db *gorm.DB) ([]Group, error) {
	rows, err := store.Select[Group](db, `select coalesce(c.class, '') as class, width_bucket(r.cost - 1, $1::bigint[]) as band, count(*) as count, (select count(*) from (
			select 1 from reimbursements where state = 'submitted' limit $2 + 1) x) > $2 as more
		from (select case_id, cost from reimbursements where state = 'submitted' order by (flags = ''), id desc limit $2) r join cases c on c.id = r.case_id
		group by 1, 2 order by 1, 2`, Bands, countedTo)
	return rows, err
}

// Looked at are proposals that a supervisor has seen with their figures. A list
// shows the figures of those without flags; the others are opened.
func LookedAt(ctx context.Context, s *store.Store, by access.Actor, ids []int64) error {
	if len(ids) == 0 || !by.May(access.Decide) {
		return nil
	}
	return store.Keep(ctx, s, func(tx *store.Tx) error {
		_, err := store.Exec(tx.DB, `insert into reimbursement_looks (reimbursement_id, staff_id, at) select unnest($1::bigint[]), $2, $3 on conflict do nothing`, ids, by.ID, tx.Now)
		return err
	})
}

// Looks tells which of the proposals the person has looked at.
func Looks(db *gorm.DB, staff int64, ids []int64) (map[int64]bool, error) {
	type row struct{ ReimbursementID int64 }
	rows, err := store.Select[row](db, "select reimbursement_id from reimbursement_looks where staff_id = $1 and reimbursement_id = any($2)", staff, ids)
	out := make(map[int64]bool, len(rows))
	for _, r := range rows {
		out[r.ReimbursementID] = true
	}
	return out, err
}

// ApproveLookedAt is ApproveMany for those that the supervisor has looked at; the
// others are refused with not_looked_at.
func ApproveLookedAt(ctx context.Context, s *store.Store, by access.Actor, ids []int64) ([]Result, error) {
	looked, err := Looks(store.Read(ctx, s), by.ID, ids)
	if err != nil {
		return nil, err
	}
	var seen []int64
	for _, id := range ids {
		if looked[id] {
			seen = append(seen, id)
		}
	}
	results, err := ApproveMany(ctx, s, by, seen)
	if err != nil {
		return nil, err
	}
	for _, id := range ids {
		if !looked[id] {
			results = append(results, Result{ID: id, Err: fault.New(fault.Conflict, "not_looked_at")})
		}
	}
	return results, nil
}

// WaitingSince counts the proposals that were made before a time and still wait, no
// further than countedTo.
func WaitingSince(db *gorm.DB, before time.Time) (n int64, err error) {
	err = store.Scan(db, "select count(*) from (select 1 from reimbursements where state = 'submitted' and submitted_at < $1 limit $2) x", []any{before, countedTo}, &n)
	return n, err
}
