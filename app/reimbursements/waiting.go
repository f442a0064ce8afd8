package reimbursements

import (
	"fmt"
	"time"

	"gorm.io/gorm"

	"hoten/app/store"
)

// countedTo bounds what the groups count at every look.
const countedTo = 5000

// counted is what waits in an incident (0: any), outliers and the oldest first, no
// further than countedTo.
const counted = `select * from reimbursements where state = 'submitted' and ($1::bigint = 0 or incident_id = $1) order by (flags = ''), id limit $2`

// Group is how many proposals of a class and a band of cost wait. More: only the
// first countedTo were counted.
type Group struct {
	Class string
	Band  int // index of Bands, len(Bands) for above
	Count int64
	More  bool
}

// Groups counts what waits in an incident, 0 for any, by class and band.
func Groups(db *gorm.DB, incident int64) ([]Group, error) {
	return store.Select[Group](db, `select coalesce(c.class, '') as class, width_bucket(r.cost - 1, $3::bigint[]) as band, count(*) as count, sum(count(*)) over () >= $2 as more
		from (`+counted+`) r join cases c on c.id = r.case_id group by 1, 2 order by 1, 2`, incident, countedTo, Bands)
}

// Pile is what waits in one incident and comes to in one program, in its points.
// More: only the first countedTo were counted.
type Pile struct {
	Reference string
	Count     int64 // of the incident, the same for each of its programs
	Oldest    time.Time
	ProgramID int16
	Rollback  int64
	Cost      int64
	More      bool
}

// Piles sums what waits by incident and program: two units, two sums.
func Piles(db *gorm.DB, incident int64) ([]Pile, error) {
	return store.Select[Pile](db, `with w as materialized (`+counted+`),
		n as (select incident_id, count(*) as count, min(submitted_at) as oldest, sum(count(*)) over () >= $2 as more from w group by 1),
		p as (select w.incident_id, l.program_id, coalesce(sum(l.points) filter (where l.kind = 'rollback'), 0)::bigint as rollback,
			coalesce(sum(l.points) filter (where l.kind <> 'rollback'), 0)::bigint as cost
			from w join reimbursement_points l on l.reimbursement_id = w.id group by 1, 2)
		select i.reference, n.count, n.oldest, n.more, p.program_id, p.rollback, p.cost
		from n join p using (incident_id) join incidents i on i.id = n.incident_id order by n.oldest, i.reference, p.program_id`, incident, countedTo)
}

// Steps that a waiting proposal may have come to.
const (
	Reminded  = "reminded"  // and nobody has decided since
	Escalated = "escalated" // to a substitute, if there is one
	ToReader  = "mine"      // the reader is the substitute
	Given     = "given"     // the reader has approved it, and somebody else is to
)

// Steps lists them.
var Steps = []string{Reminded, Escalated, ToReader, Given}

// step is the condition of a step; the reader is the argument n.
func step(name string, n int) string {
	switch name {
	case Escalated:
		return "r.reminded_at is not null and r.escalated_at is not null"
	case ToReader:
		return fmt.Sprintf("r.substitute_id = $%d", n)
	case Given: // which only what needs two can be
		return "r.approvals_needed > 1 and " + fmt.Sprintf(given, n)
	}
	return "r.reminded_at is not null"
}

// Late is what has waited too long, each counted up to countedTo: reminded of; gone to
// a substitute; without one who could approve; and what came to the reader.
type Late struct{ Reminded, Escalated, Stuck, Mine int64 }

// AskLateFor counts what has waited too long in an incident, "" for any.
func AskLateFor(reads *store.Reads, incident string, reader int64) *[]Late {
	return store.Ask[Late](reads, `select count(*) as reminded, count(*) filter (where substitute_id is not null) as escalated,
		count(*) filter (where escalated_at is not null and substitute_id is null) as stuck, count(*) filter (where substitute_id = $2) as mine
		from (select escalated_at, substitute_id from reimbursements where state = 'submitted' and reminded_at is not null
			and ($1 = '' or incident_id = (select id from incidents where reference = $1)) limit $3) l`, incident, reader, countedTo)
}
