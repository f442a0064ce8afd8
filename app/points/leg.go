package points

import (
	"encoding/json"
	"time"

	"gorm.io/gorm"

	"hoten/app/fault"
	"hoten/app/outside"
	"hoten/app/store"
)

// open is the condition, in SQL, of the state of legs that are not done and not dropped.
const open = "in ('" + outside.Waiting + "', '" + outside.Uncertain + "', '" + outside.Declined + "')"

// InDispute is the condition, in SQL, of legs that are Disputed.
const InDispute = "(listed or code = '" + KeyConflict + "') and state in ('" + outside.Declined + "', '" + outside.Dropped + "')"

// Leg is what one approved plan moves for a member in one program outside.
type Leg struct {
	ID              int64
	Key             string
	SystemID        int16
	ReimbursementID int64
	IdentityID      int64
	ProgramID       int16
	Points          int64
	Parts           string // JSON, points by kind of line
	DecidedAt       time.Time
	State           string // of app/outside
	Attempts        int
	NextAt          time.Time
	TakenUntil      *time.Time // a program is sending it
	SentAt          *time.Time // last
	SettledAt       *time.Time
	SettledBy       *int64 // who did it by hand
	Code            string // of a refusal
	Said            string
	Reference       string // what the other side calls it, once done
	Listed          bool   // a statement of the system has it as done, and hoten has not
}

// TableName is the table of Leg.
func (Leg) TableName() string { return "point_legs" }

// Draft is a leg to be recorded.
type Draft struct {
	Key             string // once it was recorded
	ReimbursementID int64
	IdentityID      int64
	Home            Home
	Points          int64
	Parts           map[string]int64
}

// Leg is the leg as it was recorded at an instant, without its number.
func (d Draft) Leg(at time.Time) Leg {
	return Leg{Key: d.Key, SystemID: d.Home.SystemID, ReimbursementID: d.ReimbursementID, IdentityID: d.IdentityID, ProgramID: d.Home.ProgramID,
		Points: d.Points, DecidedAt: at, State: outside.Waiting, NextAt: at}
}

// Back is the leg of a proposal that takes this one back, where it was done.
func (l Leg) Back(reimbursement int64) (*Draft, error) {
	d := &Draft{ReimbursementID: reimbursement, IdentityID: l.IdentityID, Points: -l.Points, Home: Home{ProgramID: l.ProgramID, SystemID: l.SystemID}}
	if err := json.Unmarshal([]byte(l.Parts), &d.Parts); err != nil {
		return nil, err
	}
	for kind, points := range d.Parts {
		d.Parts[kind] = -points
	}
	return d, nil
}

// Drop ends the legs of proposals that were not done, which the caller has locked (AskLegsOf).
func Drop(tx *store.Tx, reimbursements []int64) {
	tx.Queue("update point_legs set state = '"+outside.Dropped+"', settled_at = coalesce(settled_at, $2), taken_until = null where reimbursement_id = any($1) and state "+open, reimbursements, tx.Now)
}

// SetListed notes of which legs of a system that are not done here a statement says that they are.
func SetListed(tx *store.Tx, system int16, legs []int64) error {
	_, err := store.Exec(tx, "update point_legs set listed = not listed where system_id = $1 and (listed and id <> all($2) or not listed and id = any($2) and state <> '"+outside.Completed+"')", system, legs)
	return err
}

// Decide records legs with the next writes of tx; the IDs are locked. They are sent once the
// transaction stands.
func Decide(tx *store.Tx, drafts []*Draft) error {
	if len(drafts) == 0 {
		return nil
	}
	if err := name(tx, drafts); err != nil {
		return err
	}
	n := len(drafts)
	keys, parts, ofs, identities, points := make([]string, n), make([]string, n), make([]int64, n), make([]int64, n), make([]int64, n)
	programs, at := make([]int16, n), make([]int16, n)
	for i, d := range drafts {
		of, err := json.Marshal(d.Parts)
		if err != nil {
			return err
		}
		keys[i], parts[i] = d.Key, string(of)
		ofs[i], identities[i], points[i], programs[i], at[i] = d.ReimbursementID, d.IdentityID, d.Points, d.Home.ProgramID, d.Home.SystemID
	}
	tx.Queue(`insert into point_legs (key, parts, reimbursement_id, identity_id, points, program_id, system_id, decided_at, next_at)
		select k, q::jsonb, r, i, p, g, s, $8, $8 from unnest($1::text[], $2::text[], $3::bigint[], $4::bigint[], $5::bigint[], $6::smallint[], $7::smallint[]) as u(k, q, r, i, p, g, s)`,
		keys, parts, ofs, identities, points, programs, at, tx.Now)
	return nil
}

// AskLegs reads the legs of proposals.
func AskLegs(reads *store.Reads, reimbursements []int64) *[]Leg {
	return store.Ask[Leg](reads, "select * from point_legs where reimbursement_id = any($1) order by reimbursement_id, program_id", reimbursements)
}

// AskLegsOf is AskLegs for the proposals whose id meets the condition of, and locks them.
func AskLegsOf(reads *store.Reads, of string, ids []int64, lock bool) *[]Leg {
	locking := ""
	if lock {
		locking = " for no key update"
	}
	return store.Ask[Leg](reads, "select * from point_legs where reimbursement_id "+of+" order by id"+locking, ids)
}

// AskOpen reads by program what the legs of an ID that are not done move; what it returns gives
// it once the reads have run.
func AskOpen(reads *store.Reads, identity int64) func() map[int16]int64 {
	type sum struct {
		ProgramID int16
		Points    int64
	}
	rows := store.Ask[sum](reads, "select program_id, sum(points)::bigint as points from point_legs where identity_id = $1 and state "+open+" group by program_id", identity)
	return func() map[int16]int64 {
		out := map[int16]int64{}
		for _, r := range *rows {
			out[r.ProgramID] = r.Points
		}
		return out
	}
}

// Legs lists the legs of a proposal.
func Legs(db *gorm.DB, reimbursement int64) ([]Leg, error) {
	return store.Now(db, func(reads *store.Reads) *[]Leg { return AskLegs(reads, []int64{reimbursement}) })
}

// LegByID finds a leg. Unknown: NotFound.
func LegByID(db *gorm.DB, id int64) (*Leg, error) { return store.Find[Leg](db, "id = ?", id) }

// Unsettled reports whether the leg has no definite answer.
func (l Leg) Unsettled() bool { return l.State == outside.Waiting || l.State == outside.Uncertain }

// Uncertain reports whether nobody knows if the leg was done.
func (l Leg) Uncertain() bool { return l.State == outside.Uncertain }

// Refused reports whether the point system refused the leg.
func (l Leg) Refused() bool { return l.State == outside.Declined }

// Disputed reports whether the leg may have been done that was refused, or dropped after that: a
// statement has it, or something else was done under its key.
func (l Leg) Disputed() bool {
	return (l.Listed || l.Code == KeyConflict) && !l.Done() && !l.Unsettled()
}

// DisputedFault says that nothing is sent again, undone or paid beside a leg that is Disputed:
// Conflict leg_disputed.
func DisputedFault(key string) error { return fault.New(fault.Conflict, "leg_disputed", "key", key) }

// Done reports whether the leg was done outside.
func (l Leg) Done() bool { return l.State == outside.Completed }

// Load is what a point system has to do still.
type Load struct {
	SystemID  int16
	Waiting   int64
	Uncertain int64
	Refused   int64
	OldestAt  *time.Time // of what has no definite answer
}

// Loads reads what each point system has to do still; none for one that has nothing.
func Loads(db *gorm.DB) ([]Load, error) {
	return store.Select[Load](db, `select system_id, count(*) filter (where state = '`+outside.Waiting+`') as waiting, count(*) filter (where state = '`+outside.Uncertain+`') as uncertain,
		count(*) filter (where state = '`+outside.Declined+`') as refused, min(decided_at) filter (where state `+outside.Unsettled+`) as oldest_at
		from point_legs where state `+open+` group by system_id`)
}

// Open lists up to limit legs of a point system that are not done, the newest first, before one
// (0: from the newest): what needs people, that is what was refused or is Disputed, else
// what has no definite answer.
func Open(db *gorm.DB, system int16, needsPeople bool, before int64, limit int) ([]Leg, error) {
	if !needsPeople {
		return store.Select[Leg](db, "select * from point_legs where system_id = $1 and state "+outside.Unsettled+" and id < $2 order by id desc limit $3", system, store.Before(before), limit)
	}
	return store.Select[Leg](db, `(select * from point_legs where system_id = $1 and state = '`+outside.Declined+`' and id < $2 order by id desc limit $3)
		union (select * from point_legs where system_id = $1 and `+InDispute+` and id < $2 order by id desc limit $3) order by id desc limit $3`, system, store.Before(before), limit)
}

// CountedTo is how far AskTroubles counts.
const CountedTo = 100

// AskTroubles counts the legs that people are to look at, up to CountedTo: what was refused, what
// has had no definite answer for longer than its system allows, what was dropped and is Disputed, and
// what a result does not mention.
// What waits for a file is due a day after it was decided, at the latest.
func AskTroubles(reads *store.Reads, now time.Time) *[]int64 {
	return store.AskValues[int64](reads, `select least(count(*), $2) from ((select from point_legs l join point_systems s on s.id = l.system_id
		where l.state = '`+outside.Declined+`' or l.state `+outside.Unsettled+` and $1::timestamptz - s.alarm_minutes * interval '1 minute' >=
			case when not s.by_file then l.decided_at when l.state = '`+outside.Waiting+`' then l.decided_at + interval '1 day' else l.sent_at end limit $2)
		union all (select from point_legs where `+InDispute+` and state = '`+outside.Dropped+`' limit $2)
		union all (select from point_rows r join point_files f on f.id = r.file_id join point_systems s on s.id = f.system_id
		where r.outcome is null and f.answers > 0 and f.cut_at > $1::timestamptz - s.alarm_minutes * interval '1 minute' limit $2)) t`, now, CountedTo)
}
