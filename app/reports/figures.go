// Package reports computes read-only figures.
package reports

import (
	"fmt"
	"time"

	"gorm.io/gorm"

	"hoten/app/cases"
	"hoten/app/incidents"
	"hoten/app/jptext"
	"hoten/app/reimbursements"
	"hoten/app/store"
)

// Figures tells how far an incident has come. IDs added later (追加申告) are
// counted apart; inquiries are not counted, except among the open cases. Totals
// are points by program code; Plan is what is posted and what is still to do,
// Approved includes what is posted. At is when they were counted, PlannedAt when
// the plans were computed: on the pages of an incident with many cases both lie a little back (keep.go).
type Figures struct {
	At          time.Time        `json:"at"`
	PlannedAt   time.Time        `json:"planned_at"`
	IDs         int64            `json:"ids"`
	IDsExchange int64            `json:"ids_exchanged"`
	Added       int64            `json:"added"`
	Inquiries   int64            `json:"inquiries"`
	ByClass     map[string]int64 `json:"by_class"`
	Restricted  int64            `json:"restricted"`
	Notified    int64            `json:"notified"`
	Unreachable int64            `json:"unreachable"`
	Reached     int64            `json:"reached"` // a call with the member was answered
	Verified    int64            `json:"verified"`
	Resumed     int64            `json:"resumed"`
	MadeWhole   int64            `json:"made_whole"`
	Completed   int64            `json:"completed"`
	WithPlan    int64            `json:"with_plan"`       // made whole or to be made whole
	Unknown     int64            `json:"balance_unknown"` // of them: how much is not known before a balance is
	Unproposed  int64            `json:"unproposed"`      // a proposal for all makes one of each
	Unnotified  int64            `json:"unnotified"`
	Kept        bool             `json:"-"`           // counted a while ago
	PointsOpen  map[string]int64 `json:"points_open"` // cases whose points cannot be settled yet, by why: cases.PointsMarks
	Cases       map[string]int64 `json:"cases"`
	Open        Ages             `json:"open"`
	Waiting     Waiting          `json:"approvals_waiting"`
	Overdue     int64            `json:"callbacks_overdue"` // promised for a time that has passed; never kept
	Plan        Totals           `json:"plan"`
	Approved    Totals           `json:"approved"`
	Posted      Totals           `json:"posted"`
	Owed        []Owed           `json:"owed"`
}

// Ages are open cases by how many days ago, in Japan, they last changed.
type Ages struct {
	Today    int64 `json:"today"`
	Days1To3 int64 `json:"days_1_to_3"`
	Days4To7 int64 `json:"days_4_to_7"`
	Days8Up  int64 `json:"days_8_up"`
}

// Sum is how many cases are open.
func (a Ages) Sum() int64 { return a.Today + a.Days1To3 + a.Days4To7 + a.Days8Up }

// Waiting are the proposals that wait for a decision, and since when the oldest does.
type Waiting struct {
	Count  int64      `json:"count"`
	Oldest *time.Time `json:"oldest,omitempty"`
}

// Totals are what was done to the members' balances, in points by program code: what a
// rollback takes is negative, but in the API (Unsigned, and Plan.Moved for one plan).
type Totals struct {
	Rollback  map[string]int64 `json:"rollback"`
	Reimburse map[string]int64 `json:"reimburse"`
	Absorbed  map[string]int64 `json:"absorbed"`
	Adjusted  map[string]int64 `json:"adjusted,omitempty"`
}

// WithCodes writes totals with the codes of their programs.
func WithCodes(t reimbursements.Totals, programs []incidents.Program) Totals {
	named := func(m map[int16]int64) map[string]int64 {
		out := map[string]int64{}
		for _, p := range programs {
			if n, ok := m[p.ID]; ok {
				out[p.Code] = n
			}
		}
		return out
	}
	return Totals{named(t.Rollback), named(t.Reimburse), named(t.Absorbed), named(t.Adjusted)}
}

// Unsigned tells how many points rollbacks move, given or taken: docs/api.md.
func (t Totals) Unsigned() Totals {
	moved := map[string]int64{}
	for program, points := range t.Rollback {
		moved[program] = max(points, -points)
	}
	t.Rollback = moved
	return t
}

// count counts what one pass over the cases tells.
func (f *Figures) count(db *gorm.DB, incident int64) error {
	type group struct {
		Origin, Class, Status                                                                                 string
		Open                                                                                                  int16
		N, Unnotified, Unproposed, Restricted, Notified, Unreachable, Verified, Resumed, MadeWhole, Completed int64
		Ages                                                                                                  `gorm:"embedded"`
	}
	rows, err := store.Select[group](db, `select origin, coalesce(class, '') as class, status, points_open as open, count(*) as n, count(i.restricted_at) as restricted,
		count(notified_at) as notified, count(unreachable_at) as unreachable, count(verified_at) as verified, count(i.resumed_at) as resumed,
		count(made_whole_at) as made_whole, count(completed_at) as completed,
		count(*) filter (where `+cases.Unnotified+`) as unnotified, count(*) filter (where `+reimbursements.Proposable+`) as unproposed, `+ages("$2::date - "+jst("changed_at"))+`
		from cases c join identities i on i.id = c.identity_id where incident_id = $1 group by 1, 2, 3, 4`, incident, jptext.DateOf(f.At))
	if err != nil {
		return err
	}
	for _, g := range rows {
		f.Cases[g.Status] += g.N
		if !cases.Status(g.Status).Closed() {
			f.Open.add(g.Ages)
		}
		for _, m := range cases.PointsMarks {
			if g.Open&m.Bit != 0 {
				f.PointsOpen[m.Name] += g.N
			}
		}
		f.Unproposed += g.Unproposed
		if g.Origin == cases.Inquiry {
			f.Inquiries += g.N
			continue
		}
		if g.Origin == cases.Added {
			f.Added += g.N
		} else {
			f.IDs += g.N
			f.ByClass[g.Class] += g.N
			if g.Class == "B" || g.Class == "C" {
				f.IDsExchange += g.N
			}
		}
		f.Unnotified += g.Unnotified
		f.Restricted += g.Restricted
		f.Notified += g.Notified
		f.Unreachable += g.Unreachable
		f.Verified += g.Verified
		f.Resumed += g.Resumed
		f.MadeWhole += g.MadeWhole
		f.Completed += g.Completed
	}
	return nil
}

func (a *Ages) add(b Ages) {
	a.Today += b.Today
	a.Days1To3 += b.Days1To3
	a.Days4To7 += b.Days4To7
	a.Days8Up += b.Days8Up
}

// ages counts rows by an age in days, into the columns of Ages.
func ages(days string) string {
	return fmt.Sprintf(`count(*) filter (where %[1]s < 1) as today, count(*) filter (where %[1]s between 1 and 3) as days1_to3,
		count(*) filter (where %[1]s between 4 and 7) as days4_to7, count(*) filter (where %[1]s >= 8) as days8_up`, days)
}

// overdue counts the open callbacks whose time has passed: a few rows of one index.
func overdue(db *gorm.DB, incident int64, now time.Time) (n int64, err error) {
	err = store.Scan(db, "select count(*) from callbacks b join cases c on c.id = b.case_id where b.state = 'open' and b.due_at < $2 and c.incident_id = $1",
		[]any{incident, now}, &n)
	return n, err
}

func waiting(db *gorm.DB, incident int64) (w Waiting, err error) {
	err = store.Scan(db, "select count(*), min(submitted_at) from reimbursements where incident_id = $1 and state = 'submitted'",
		[]any{incident}, &w.Count, &w.Oldest)
	return w, err
}

// decided sums the stored lines of posted proposals, and of approved and posted ones; what was
// undone is returned, and what undid it moved nothing in the end.
func decided(db *gorm.DB, incident int64) (posted, approved reimbursements.Totals, err error) {
	posted, approved = reimbursements.NewTotals(), reimbursements.NewTotals()
	type sum struct {
		State, Kind string
		ProgramID   int16
		Points      int64
	}
	rows, err := store.Select[sum](db, `select r.state, l.kind, l.program_id, sum(l.points)::bigint as points
		from reimbursements r join reimbursement_points l on l.reimbursement_id = r.id
		where r.incident_id = $1 and r.state in ('approved', 'posted') and r.undoes is null group by r.state, l.kind, l.program_id`, incident)
	for _, r := range rows {
		approved.Add(r.Kind, r.ProgramID, r.Points)
		if r.State == reimbursements.Posted {
			posted.Add(r.Kind, r.ProgramID, r.Points)
		}
	}
	return posted, approved, err
}

// chunk is how many cases are planned at a time.
const chunk = 2000

// planned is what is not approved yet: the plans of all affected IDs as they stand.
type planned struct {
	At                time.Time
	WithPlan, Unknown int64
	Totals            reimbursements.Totals
}

func plan(db *gorm.DB, incident int64, now time.Time) (*planned, error) {
	sum := &planned{At: now, Totals: reimbursements.NewTotals()}
	for last := int64(0); ; {
		of, err := store.Select[cases.Case](db, `select id, incident_id, identity_id, made_whole_at, reimbursement_state, points_open from cases
			where incident_id = $1 and id > $2 and (class in ('A', 'B', 'C') or class = 'D' and points_open > 0) order by id limit $3`, incident, last, chunk)
		if err != nil || len(of) == 0 {
			return sum, err
		}
		pointers := make([]*cases.Case, len(of))
		for i := range of {
			pointers[i] = &of[i]
		}
		plans, err := reimbursements.LookMany(db, pointers)
		if err != nil {
			return nil, err
		}
		for i := range of {
			p := plans[of[i].ID]
			unknown := len(p.Missing) > 0
			if unknown {
				sum.Unknown++
			}
			if unknown || !p.Empty() || of[i].MadeWholeAt != nil || of[i].UnderWay() {
				sum.WithPlan++
			}
			sum.Totals.AddAll(p.Totals())
		}
		last = of[len(of)-1].ID
	}
}
