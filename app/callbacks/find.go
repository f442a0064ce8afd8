package callbacks

import (
	"fmt"
	"strings"
	"time"

	"gorm.io/gorm"

	"hoten/app/members"
	"hoten/app/staff"
	"hoten/app/store"
	"hoten/app/vault"
)

// Place is where a list stopped.
type Place struct {
	At time.Time
	ID int64
}

// Filter narrows the list of callbacks; zero values do not. Closed lists those
// that are no longer open, State one kind of them; Overdue goes by Now.
type Filter struct {
	State    string // one of States; empty: open, or with Closed all others
	Closed   bool
	Assignee int64
	Desk     int64
	Overdue  bool
	Now      time.Time
	After    Place
	Limit    int
}

// Row is one line of a list: the callback with what is needed to show it.
type Row struct {
	Callback
	DeskCode     string
	PromiserName staff.Name
	AssigneeName staff.Name
	IdentityID   int64
	Login        []byte
	MemberID     *int64
	Name         []byte
	Suspected    bool    // somebody may pass for the member: nobody is rung
	Last         *string // outcome of the last attempt
	LastAt       *time.Time
}

// PlainLogin opens the login ID.
func (r Row) PlainLogin(v *vault.Vault) (string, error) {
	return members.Identity{ID: r.IdentityID, Login: r.Login}.PlainLogin(v)
}

// MaskedName is the member's name as lists show it; empty without a member.
func (r Row) MaskedName(v *vault.Vault) (string, error) {
	if r.MemberID == nil {
		return "", nil
	}
	p, err := members.Member{ID: *r.MemberID, Name: r.Name}.Person(v)
	return vault.MaskName(p.Name), err
}

var rowColumns = `select b.*, d.code as desk_code, ` + staff.NameOf("p") + ` as promiser_name, ` + staff.NameOf("s") + ` as assignee_name,
	i.id as identity_id, i.impostor_at is not null as suspected, i.login, i.member_id, m.name, a.outcome as last, a.at as last_at
	from (select b.* from callbacks b %s) b join desks d on d.id = b.desk_id join cases c on c.id = b.case_id join identities i on i.id = c.identity_id
	left join members m on m.id = i.member_id left join staff p on p.id = b.promised_by left join staff s on s.id = b.assignee_id
	left join lateral (select outcome, at from callback_attempts where callback_id = b.id order by id desc limit 1) a on true `

// Find lists callbacks by their time, open ones the earliest first and closed ones
// the latest: Limit of them and one more when there are more.
func Find(db *gorm.DB, f Filter) ([]Row, error) {
	conditions, args := []string{"b.state = 'open'"}, []any{}
	order, beyond := "b.due_at, b.id", ">"
	if f.closed() {
		// Written as the indexes have it.
		conditions[0] = "b.state <> 'open'"
		order, beyond = "b.due_at desc, b.id desc", "<"
	}
	add := func(condition string, value any) {
		args = append(args, value)
		conditions = append(conditions, fmt.Sprintf(condition, len(args)))
	}
	if f.closed() && f.State != "" {
		add("b.state = $%d", f.State)
	}
	if f.Assignee != 0 {
		add("b.assignee_id = $%d", f.Assignee)
	}
	if f.Desk != 0 {
		add("b.desk_id = $%d", f.Desk)
	}
	if f.Overdue {
		add("b.due_at < $%d", f.Now)
	}
	if f.After.ID > 0 {
		args = append(args, f.After.At, f.After.ID)
		conditions = append(conditions, fmt.Sprintf("(b.due_at, b.id) %s ($%d, $%d)", beyond, len(args)-1, len(args)))
	}
	// The page is cut before anything is joined to it.
	page := fmt.Sprintf("where %s order by %s limit %d", strings.Join(conditions, " and "), order, f.Limit+1)
	return store.Select[Row](db, fmt.Sprintf(rowColumns, page)+"order by "+order, args...)
}

func (f Filter) closed() bool { return f.Closed || f.State != "" && f.State != Open }

// OfCase reads the last callback of a case, open or not; nil when there was none.
func OfCase(db *gorm.DB, caseID int64) (*Row, error) {
	rows, err := store.Now(db, func(reads *store.Reads) *[]Row { return AskOfCase(reads, caseID) })
	return store.First(rows), err
}

// AskOfCase reads the last callback of a case, open or not, if there was one.
func AskOfCase(reads *store.Reads, caseID int64) *[]Row {
	return store.Ask[Row](reads, fmt.Sprintf(rowColumns, "where b.case_id = $1 order by b.id desc limit 1"), caseID)
}

// Get reads one callback as a row of the list. Unknown: NotFound.
func Get(db *gorm.DB, id int64) (*Row, error) {
	rows, err := store.Select[Row](db, fmt.Sprintf(rowColumns, "where b.id = $1"), id)
	if err == nil && len(rows) == 0 {
		_, err = store.Find[Callback](db, "id = ?", id)
	}
	if err != nil {
		return nil, err
	}
	return &rows[0], nil
}

// Attempts lists the attempts of a callback, the first first.
func Attempts(db *gorm.DB, id int64) ([]Logged, error) {
	return store.Select[Logged](db, `select a.*, `+staff.NameOf("s")+` as staff_name from callback_attempts a left join staff s on s.id = a.staff_id
		where a.callback_id = $1 order by a.id`, id)
}

// Promised are the open callbacks of one person.
type Promised struct {
	AssigneeID int64
	Count      int64
	Overdue    int64 // of these
}

// PerPerson counts the open callbacks of everybody who has some.
func PerPerson(db *gorm.DB, now time.Time) ([]Promised, error) {
	return store.Select[Promised](db, `select assignee_id, count(*) as count, count(*) filter (where due_at < $1) as overdue
		from callbacks where state = 'open' group by assignee_id`, now)
}

// Due is what a person's callbacks ask for now.
type Due struct {
	Count   int64      // overdue or due within Soon
	Overdue int64      // of these
	First   *time.Time // the earliest that is overdue or due within Reminder
}

// DueFor counts what is due of a person's callbacks.
func DueFor(db *gorm.DB, staff int64, now time.Time) (Due, error) {
	rows, err := store.Now(db, func(reads *store.Reads) *[]Due { return AskDueFor(reads, staff, now) })
	if err != nil {
		return Due{}, err
	}
	return rows[0], nil
}

// AskDueFor reads what DueFor gives, for the badge and the reminder on every page: a
// few rows of one index.
func AskDueFor(reads *store.Reads, staff int64, now time.Time) *[]Due {
	return store.Ask[Due](reads, `select count(*), count(*) filter (where due_at < $2) as overdue, min(due_at) filter (where due_at < $3) as first
		from callbacks where state = 'open' and assignee_id = $1 and due_at < $4`, staff, now, now.Add(Reminder), now.Add(Soon))
}
