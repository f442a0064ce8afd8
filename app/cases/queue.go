package cases

import (
	"fmt"
	"time"

	"hoten/app/access"
	"hoten/app/jptext"
	"hoten/app/staff"
	"hoten/app/store"
)

// Queue is a standing selection of open cases that somebody works through.
type Queue string

// The queues of a desk.
const (
	QueueMine        Queue = "mine"
	QueueDesk        Queue = "desk"
	QueueUnassigned  Queue = "unassigned"
	QueueOverdue     Queue = "overdue" // the first response is
	QueueCallbacks   Queue = "callbacks"
	QueueApproval    Queue = "approval"
	QueueReturned    Queue = "returned" // the reader is to propose anew
	QueueUnreachable Queue = "unreachable"
	QueueLetter      Queue = "letter"
	QueueStalled     Queue = "stalled"
	QueueImpostor    Queue = "impostor"
	QueueContact     Queue = "contact" // a contact that documents show waits to be confirmed
	QueueBalance     Queue = "balance_missing"
	QueueDouble      Queue = "double"
	QueueCorrection  Queue = "correction"
)

// Queues lists them in the order in which they are shown.
var Queues = []Queue{QueueMine, QueueDesk, QueueUnassigned, QueueOverdue, QueueCallbacks, QueueApproval, QueueReturned, QueueUnreachable, QueueLetter, QueueStalled, QueueImpostor,
	QueueContact, QueueBalance, QueueDouble, QueueCorrection}

// open is written as the indexes have it.
const open = "c.status not in ('completed', 'out_of_scope')"

// Desk is whose queues are looked at, when, and by which deadlines.
type Desk struct {
	Reader    access.Actor
	Now       time.Time
	Deadlines Deadlines
}

// condition says which cases are in a queue.
func (d Desk) condition(q Queue) (where string, args []any) {
	switch q {
	case QueueMine:
		return open + " and " + assignee + " = ?", []any{d.Reader.ID}
	case QueueDesk:
		return open + " and " + desk + " = nullif(?, 0)", []any{d.Reader.DeskID}
	case QueueUnassigned:
		return open + " and " + assignee + " = 0", nil
	case QueueOverdue:
		return d.Deadlines.overdue(d.Now)
	case QueueCallbacks:
		return open + " and (c.status = 'callback_due' or c.id = any(array(" + promised + ")))", nil
	case QueueApproval:
		return open + " and c.status = 'awaiting_approval'", nil
	case QueueReturned:
		return open + " and " + returned("?", "?"), []any{d.Reader.ID, d.Reader.May(access.Supervise)}
	case QueueUnreachable:
		return open + " and c.unreachable_at is not null", nil
	case QueueLetter:
		return open + " and " + unlettered, nil
	case QueueContact: // the few proposals are read before their cases, which may be closed
		return "c.id = any(array(select case_id from contact_changes where state = 'proposed'))", nil
	case QueueImpostor: // the few IDs are read before their cases
		return "c.identity_id = any(array(select id from identities where " + undecided + "))", nil
	}
	if m := q.mark(); m != nil {
		return unsettled + fmt.Sprintf(" and c.points_open & %d <> 0", m.Bit), nil
	}
	return open, nil // stalled, and those that are only ordered by waiting
}

// mark is what is open about the points of the cases of the queue; nil: of no such queue.
func (q Queue) mark() *PointsMark {
	for i := range PointsMarks {
		if PointsMarks[i].Name == string(q) {
			return &PointsMarks[i]
		}
	}
	return nil
}

// ofIDs reports whether the queue is one of IDs: it has one case of each.
func (q Queue) ofIDs() bool { return q == QueueImpostor }

// oneOfEach is the condition that a case stands for its ID among those that meet another: an
// open one before closed ones, and of these the latest.
func oneOfEach(where string) string {
	return "c.id = any(array(select distinct on (c.identity_id) c.id from cases c where " + where + " order by c.identity_id, " + open + " desc, c.id desc))"
}

// since is the column of the time from which cases of the queue wait.
func (q Queue) since() string {
	if q == QueueOverdue {
		return "c.opened_at"
	}
	return "c.changed_at"
}

// Since is from when a case of the queue waits.
func (q Queue) Since(r Row) time.Time {
	if q == QueueOverdue {
		return r.OpenedAt
	}
	return r.ChangedAt
}

// Ages are how long cases have lain, by the first of their days: today, 1–3, 4–7,
// 8 days or more (滞留).
var Ages = []string{"0", "1", "4", "8"}

// stalledFrom is the age from which an untouched case counts as stalled.
const stalledFrom = "4"

// lain gives the bounds of the last change for an age, in days of Japan: not
// before from, before until; zero is no bound.
func lain(age string, now time.Time) (from, until time.Time) {
	today := jptext.DateOf(now)
	back := func(days int) time.Time { return today.AddDays(-days).At(0) }
	switch age {
	case "0":
		return back(0), time.Time{}
	case "1":
		return back(3), back(0)
	case "4":
		return back(7), back(3)
	}
	return time.Time{}, back(7)
}

// Stalled reports whether an open case has lain so long that somebody should ask.
func (c Case) Stalled(now time.Time) bool {
	_, until := lain(stalledFrom, now)
	return !c.Status.Closed() && c.ChangedAt.Before(until)
}

// CountedTo is where counting a queue stops: more is only "many".
const CountedTo = 100

// AskQueueSizes counts the reader's queues, each up to CountedTo, in one query; what it
// returns gives them once the reads have run.
func AskQueueSizes(reads *store.Reads, d Desk) func() map[Queue]int64 {
	var query string
	var args []any
	for i, q := range Queues {
		where, theirs := d.condition(q)
		if q == QueueStalled {
			_, until := lain(stalledFrom, d.Now)
			where, theirs = open+" and c.changed_at < ?", []any{until}
		}
		if i > 0 {
			query += " union all "
		}
		args = append(args, string(q))
		query += "select " + numbered("?::text", len(args)) + " as queue, count(*) as size from ("
		for _, a := range theirs {
			args = append(args, a)
			where = numbered(where, len(args))
		}
		if q.ofIDs() {
			where = oneOfEach(where)
		}
		query += page(Filter{Queue: q}.byWaiting(), where, q.since()+", c.id", CountedTo) + ") c"
	}
	type sized struct {
		Queue Queue
		Size  int64
	}
	rows := store.Ask[sized](reads, query, args...)
	return func() map[Queue]int64 {
		out := make(map[Queue]int64, len(*rows))
		for _, r := range *rows {
			out[r.Queue] = r.Size
		}
		return out
	}
}

// returned is which cases' proposals came back to a reader: those that they are to propose
// anew, and to who supervises also those of people who can propose no more.
func returned(reader, supervises string) string {
	return fmt.Sprintf("c.returned_to = any(array(select s.id from staff s where s.id = %s or %s::boolean and (s.disabled_at is not null or s.role not in (%s))))",
		reader, supervises, listed(access.Holders(access.Propose), nil))
}

// AskReturned counts the open cases whose proposals came back to a reader, up to CountedTo.
func AskReturned(reads *store.Reads, reader int64) *[]int64 {
	return store.AskValues[int64](reads, "select count(*) from (select from cases c where "+open+" and "+returned("$1", "(select role = any($2) from staff where id = $1)")+" limit $3) c",
		reader, access.Holders(access.Supervise), CountedTo)
}

// undecided is the condition, in SQL, of IDs of which an impostor is suspected, and about which
// a supervisor is to decide (members.Standing.Undecided).
const undecided = "impostor_at is not null and impostor_upheld_at is null"

// AskSuspected counts the IDs about which a suspicion is to be decided, up to CountedTo.
func AskSuspected(reads *store.Reads) *[]int64 {
	return store.AskValues[int64](reads, "select count(*) from (select from identities where "+undecided+" limit $1) i", CountedTo)
}

// Suspicion is that a caller is taken for an impostor: by whom, and since when.
type Suspicion struct {
	CaseID int64
	ByName staff.Name
	At     time.Time
}

// AskSuspicions reads the three latest suspicions of others than the reader that arose after a time.
func AskSuspicions(reads *store.Reads, reader int64, after time.Time) *[]Suspicion {
	return store.Ask[Suspicion](reads, `select k.case_id, `+staff.NameOf("s")+` as by_name, i.impostor_at as at
		from identities i cross join lateral (select e.case_id, e.actor_id from cases c join case_events e on e.case_id = c.id
			where c.identity_id = i.id and e.kind = '`+CallConcluded+`' and e.data->>'outcome' = $1 order by e.id desc limit 1) k join staff s on s.id = k.actor_id
		where i.impostor_at > $2 and i.impostor_upheld_at is null and k.actor_id <> $3 order by i.impostor_at desc, k.case_id limit 3`, ImpostorSuspected, after, reader)
}

// AskCorrections counts the open cases whose points were put back and are due otherwise by
// what was learned since, up to CountedTo.
func AskCorrections(reads *store.Reads) *[]int64 {
	return store.AskValues[int64](reads, fmt.Sprintf("select count(*) from (select from cases c where %s and points_open > 0 and points_open & %d <> 0 limit $1) c", open, CorrectionDue), CountedTo)
}
