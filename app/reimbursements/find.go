package reimbursements

import (
	"fmt"
	"strings"
	"time"

	"gorm.io/gorm"

	"hoten/app/access"
	"hoten/app/cases"
	"hoten/app/jptext"
	"hoten/app/staff"
	"hoten/app/store"
)

// Filter narrows the list; zero values do not. Before is the keyset cursor.
// OutliersFirst is the list of what waits, whatever State says: its cursor is After,
// and Plain says that it stands among those without flags.
type Filter struct {
	Incident      string
	State         string
	Proposer      int64
	Class         string
	Flag          string
	Band          *int   // index of Bands, len(Bands) for above
	Late          string // one of Steps, of Reader where it is theirs
	Reader        int64
	Ungiven       bool // without what Reader has approved
	OutliersFirst bool
	Before        int64
	After         int64
	Plain         bool
	Limit         int
}

// Row is one line of the list of proposals.
type Row struct {
	Reimbursement
	Class        *string
	Reference    string
	ProposerName staff.Name
	DeciderName  staff.Name // of who settled it, where AskOfCase reads
	Given        int
}

// Number is the number of the row's case.
func (r Row) Number() string { return cases.Number(r.CaseID) }

// Find lists proposals, newest first, or those that stand out and then the oldest:
// Limit and one more when there are more.
func Find(db *gorm.DB, f Filter) ([]Row, error) {
	return store.Now(db, func(reads *store.Reads) *[]Row { return AskFind(reads, f) })
}

// AskFind reads what Find lists.
func AskFind(reads *store.Reads, f Filter) *[]Row {
	conditions, args := []string{"true"}, []any{}
	add := func(condition string, arg any) {
		args = append(args, arg)
		conditions = append(conditions, fmt.Sprintf(condition, len(args)))
	}
	if f.Incident != "" {
		add("r.incident_id = (select id from incidents where reference = $%d)", f.Incident)
	}
	if f.OutliersFirst {
		// Written out: a plan made for any state could not use the index of this one.
		conditions = append(conditions, "r.state = 'submitted'")
	} else if f.State != "" {
		add("r.state = $%d", f.State)
	}
	if f.Proposer > 0 {
		add("r.proposer_id = $%d", f.Proposer)
	}
	if f.Class != "" {
		add("exists (select 1 from cases c where c.id = r.case_id and c.class = $%d)", f.Class)
	}
	if f.Flag != "" {
		add("$%d = any(string_to_array(r.flags, ' '))", f.Flag)
		// Where the index begins: those with flags.
		conditions = append(conditions, "((r.flags = ''), r.id) < (true, 0)")
	}
	if f.Band != nil {
		if *f.Band < len(Bands) {
			add("r.cost <= $%d", Bands[*f.Band])
		}
		if *f.Band > 0 {
			add("r.cost > $%d", Bands[*f.Band-1])
		}
	}
	if f.Late != "" && f.OutliersFirst {
		args = append(args, f.Reader)
		conditions = append(conditions, step(f.Late, len(args)), fmt.Sprintf("$%d::bigint is not null", len(args)))
	}
	if f.Ungiven {
		add("not "+given, f.Reader)
	}
	order := "r.id desc"
	if f.OutliersFirst {
		order = "(r.flags = ''), r.id"
	}
	if f.After > 0 && f.OutliersFirst {
		args = append(args, f.Plain, f.After)
		conditions = append(conditions, fmt.Sprintf("((r.flags = ''), r.id) > ($%d, $%d)", len(args)-1, len(args)))
	}
	if f.Before > 0 {
		add("r.id < $%d", f.Before)
	}
	// Names come to the rows of the page, not to all that there are.
	return store.Ask[Row](reads, `select r.*, c.class, n.reference, `+staff.NameOf("s")+` as proposer_name,
		(select count(*) from approvals a where a.reimbursement_id = r.id and a.voided_at is null) as given
		from (select r.* from reimbursements r where `+strings.Join(conditions, " and ")+fmt.Sprintf(" order by %s limit %d", order, f.Limit+1)+`) r
		join cases c on c.id = r.case_id join incidents n on n.id = r.incident_id join staff s on s.id = r.proposer_id order by `+order, args...)
}

// AskOfCase reads a case's proposals, newest first.
func AskOfCase(reads *store.Reads, caseID int64) *[]Row {
	return store.Ask[Row](reads, `select r.*, c.class, n.reference, `+staff.NameOf("s")+` as proposer_name, `+staff.NameOf("d")+` as decider_name,
		(select count(*) from approvals a where a.reimbursement_id = r.id and a.voided_at is null) as given
		from reimbursements r join cases c on c.id = r.case_id join incidents n on n.id = r.incident_id join staff s on s.id = r.proposer_id
		left join staff d on d.id = r.decided_by
		where r.case_id = $1 order by r.id desc`, caseID)
}

// ByID finds a proposal. Unknown: NotFound.
func ByID(db *gorm.DB, id int64) (*Reimbursement, error) {
	return store.Find[Reimbursement](db, "id = ?", id)
}

// CaseNumbers are the numbers of the cases of proposals, by proposal.
func CaseNumbers(db *gorm.DB, ids []int64) (map[int64]string, error) {
	type of struct{ ID, CaseID int64 }
	rows, err := store.Select[of](db, "select id, case_id from reimbursements where id = any($1)", ids)
	out := make(map[int64]string, len(rows))
	for _, r := range rows {
		out[r.ID] = cases.Number(r.CaseID)
	}
	return out, err
}

// Lines lists the stored lines of proposals: the plan that was looked at.
func Lines(db *gorm.DB, ids []int64) (map[int64][]Line, error) {
	rows, err := store.Now(db, func(reads *store.Reads) *[]lineRow { return askLines(reads, ids) })
	return byProposal(rows), err
}

func askLines(reads *store.Reads, ids []int64) *[]lineRow {
	return store.Ask[lineRow](reads, `select reimbursement_id, kind, program_id, points, counter_program_id, counter_points, movement_id, adjustment_id
		from reimbursement_lines where reimbursement_id = any($1)`, ids)
}

func byProposal(rows []lineRow) map[int64][]Line {
	out := map[int64][]Line{}
	for _, r := range rows {
		out[r.ReimbursementID] = append(out[r.ReimbursementID], r.Line)
	}
	return out
}

// Approvals lists the approvals of a proposal, void ones included, oldest first.
func Approvals(db *gorm.DB, id int64) ([]Approval, error) {
	return store.Now(db, func(reads *store.Reads) *[]Approval { return AskApprovals(reads, id) })
}

// AskApprovals reads what Approvals lists.
func AskApprovals(reads *store.Reads, id int64) *[]Approval {
	return store.Ask[Approval](reads, `select a.*, `+staff.NameOf("s")+` as staff_name from approvals a join staff s on s.id = a.staff_id
		where a.reimbursement_id = $1 order by a.id`, id)
}

// Waits is what waits for somebody who may decide, each counted up to CountedTo: what
// they could decide about, what of all that waits was reminded of, and what has come
// to them as the substitute.
type Waits struct{ Count, Late, Mine int64 }

// CountedTo is where counting what waits stops: every page asks.
const CountedTo = 100

// openTo is what the person $1 has neither proposed nor approved, asked row by row:
// joined, or guessed at by who proposed how much, all that waits would be read first.
var openTo = "not (select r.proposer_id = $1 or " + fmt.Sprintf(given, 1) + ")"

// given is what a person, the argument of that number, has approved.
const given = "exists (select from approvals a where a.reimbursement_id = r.id and a.staff_id = $%d and a.voided_at is null)"

// Waiting counts what waits for a member of staff; nothing does for who may not decide.
func Waiting(db *gorm.DB, staff int64) (Waits, error) {
	rows, err := store.Now(db, func(reads *store.Reads) *[]Waits { return AskWaiting(reads, staff) })
	if err != nil || len(rows) == 0 {
		return Waits{}, err
	}
	return rows[0], nil
}

// AskWaiting reads what Waiting gives; no row for who may not decide.
func AskWaiting(reads *store.Reads, staff int64) *[]Waits {
	return store.Ask[Waits](reads, fmt.Sprintf(`select
		(select count(*) from (select from reimbursements r where r.state = 'submitted' and %[2]s limit %[1]d) c) as count,
		(select count(*) from (select from reimbursements r where r.state = 'submitted' and r.reminded_at is not null limit %[1]d) l) as late,
		(select count(*) from (select from reimbursements r where r.state = 'submitted' and r.substitute_id = $1 limit %[1]d) m) as mine
		from staff s where s.id = $1 and s.role = any($2)`, CountedTo, openTo), staff, access.Holders(access.Decide))
}

// DayTotal is what one person proposed today, in points of company cost: what counts
// against the limit of a day (see Plan.Given).
type DayTotal struct {
	StaffID   int64
	Name      staff.Name
	ProgramID int16
	Pending   int64
	Posted    int64 // in hoten's books, also while legs outside are not done
}

// DayTotals sums proposals since the start of the day by proposer and program,
// for supervisors: many small amounts are the risk.
func DayTotals(db *gorm.DB, s *store.Store) ([]DayTotal, error) { return dayTotals(db, s.Clock(), 0) }

// dayTotals is DayTotals for one proposer, 0 for all.
func dayTotals(db *gorm.DB, now time.Time, proposer int64) ([]DayTotal, error) {
	return store.Select[DayTotal](db, `select r.proposer_id as staff_id, `+staff.NameOf("p")+` as name, l.program_id,
		coalesce(sum(greatest(l.points, 0)) filter (where r.state = 'submitted'), 0)::bigint as pending,
		coalesce(sum(greatest(l.points, 0)) filter (where r.transfer_id is not null), 0)::bigint as posted
		from reimbursements r join reimbursement_points l on l.reimbursement_id = r.id join staff p on p.id = r.proposer_id
		where r.submitted_at >= $1 and ($2::bigint = 0 or r.proposer_id = $2) and l.kind <> 'rollback' group by 1, 2, 3 order by 1, 3`, jptext.StartOfDay(now), proposer)
}
