package cases

import (
	"fmt"
	"time"

	"gorm.io/gorm"

	"hoten/app/fault"
	"hoten/app/members"
	"hoten/app/staff"
	"hoten/app/store"
	"hoten/app/vault"
)

// Order is how a list of cases goes.
type Order string

// Lists go by number, newest first. Queues and lists of open cases may go by the
// last change instead: the longest waiting first, or the latest.
const (
	ByNumber Order = ""
	Longest  Order = "waiting"
	Latest   Order = "latest"
)

// Place is where a list that goes by the last change stopped.
type Place struct {
	At time.Time
	ID int64
}

// Filter narrows the list of cases; zero values do not. Assignee -1 means
// nobody's. Before is the keyset cursor by number, the id of the last case seen;
// After that of the other orders. Of is whose queue it is, and when.
type Filter struct {
	Queue    Queue
	Age      string // one of Ages
	Order    Order
	Of       Desk
	After    Place
	Incident string
	Q        string
	Look     int    // how many people that Q may mean are looked into; 0 stands for members.MaxHits
	Phone    string // only what has this telephone number, whole; instead of Q
	Status   Status
	Class    string
	Assignee int64
	Desk     string
	Origin   string
	Before   int64
	Limit    int
}

// Row is one line of a list: the case with what is needed to show it.
type Row struct {
	Case
	members.Standing
	Reference    string
	IDKindID     *int16 `gorm:"column:id_kind_id"` // of the incident
	Login        []byte
	MemberID     *int64
	Name         []byte
	NameKana     []byte
	AssigneeName staff.Name
	AssigneeDesk *int64
	By           string // how a search found it: FoundByNumber or as members.Hit has it; empty without one
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

var rowColumns = "select " + store.Columns[Case]("c") + `, n.reference, n.id_kind_id, ` + store.Columns[members.Standing]("i") + `, i.login, i.member_id, m.name, m.name_kana, ` + staff.NameOf("s") + ` as assignee_name, s.desk_id as assignee_desk
	from (%s) c join incidents n on n.id = c.incident_id join identities i on i.id = c.identity_id
	left join members m on m.id = i.member_id left join staff s on s.id = c.assignee_id `

// Find lists cases, newest first: Limit of them and one more when there are more.
// Q finds by case number, login ID, phone or mail, also by how they begin, by customer
// number, name or kana; truncated reports that more people are named so than a search looks at.
func Find(db *gorm.DB, v *vault.Vault, f Filter) (rows []Row, truncated bool, err error) {
	var reads store.Reads
	found, truncated, err := f.Ask(&reads, db, v)
	if err != nil {
		return nil, false, err
	}
	err = reads.Run(db)
	return found(), truncated, err
}

// Ask reads what Find lists. Whom Q names is looked for at once.
func (f Filter) Ask(reads *store.Reads, db *gorm.DB, v *vault.Vault) (rows func() []Row, truncated bool, err error) {
	where, args, by, err := f.where(db, v)
	if err != nil || where == "" {
		return func() []Row { return nil }, by.truncated, err
	}
	// The page is cut before anything is joined to it.
	columns, order := f.byNumber(), f.order()
	if f.Order != ByNumber {
		columns = f.byWaiting()
	}
	listed := store.Ask[Row](reads, fmt.Sprintf(rowColumns, page(columns, where, order, f.Limit+1))+"order by "+order, args...)
	return func() []Row {
		for i, r := range *listed {
			(*listed)[i].By = by.of(r)
		}
		return *listed
	}, by.truncated, nil
}

// byFilter is by number as the indexes of the list's filters have it: asked to go by id,
// the planner would walk the primary key backwards, as if what is looked for lay evenly
// over all cases, and read a million to find none.
const byFilter = "-c.id"

func (f Filter) order() string {
	switch {
	case f.Order == Latest:
		return f.Queue.since() + " desc, c.id desc"
	case f.Order != ByNumber:
		return f.Queue.since() + ", c.id"
	case f.byNumber() != nil:
		return byFilter
	}
	return "c.id desc"
}

// Get reads one case as a row of the list. Unknown: NotFound.
func Get(db *gorm.DB, id int64) (*Row, error) {
	rows, err := store.Now(db, func(reads *store.Reads) *[]Row { return AskRow(reads, id) })
	if err == nil && len(rows) == 0 {
		err = fault.Missing()
	}
	return store.First(rows), err
}

// AskRow reads the case with the id as a row of the list.
func AskRow(reads *store.Reads, id int64) *[]Row {
	return store.Ask[Row](reads, fmt.Sprintf(rowColumns, "select c.* from cases c where c.id = $1"), id)
}

// AskSameNumber reads other cases called about from the numbers of this case's
// callers, the most recent first.
func AskSameNumber(reads *store.Reads, caseID int64) *[]int64 {
	return store.AskValues[int64](reads, `select o.case_id from calls o
		where o.caller_key in (select caller_key from calls where case_id = $1 and caller_key is not null) and o.case_id <> $1
		group by o.case_id order by max(o.id) desc limit 20`, caseID)
}

// Known reports whether a case exists; 0 stands for none and is fine.
func Known(db *gorm.DB, id int64) (known bool, err error) {
	err = store.Scan(db, "select $1::bigint = 0 or exists (select from cases where id = $1)", []any{id}, &known)
	return known, err
}

// OfIDs lists the cases of IDs in all their incidents, by ID, oldest first.
func OfIDs(db *gorm.DB, ids []int64) (map[int64][]int64, error) {
	type one struct{ ID, IdentityID int64 }
	rows, err := store.Select[one](db, "select id, identity_id from cases where identity_id = any($1) order by id", ids)
	out := make(map[int64][]int64, len(ids))
	for _, r := range rows {
		out[r.IdentityID] = append(out[r.IdentityID], r.ID)
	}
	return out, err
}

// SameID lists the cases of a case's ID in all its incidents, itself included, oldest first.
func SameID(db *gorm.DB, id int64) ([]Case, error) {
	return store.Select[Case](db, "select * from cases where identity_id = (select identity_id from cases where id = $1) order by id", id)
}

// NumbersOf names the newest affected case of each ID.
func NumbersOf(db *gorm.DB, identities []int64) (map[int64]string, error) {
	newest, err := store.Select[struct{ IdentityID, ID int64 }](db, "select identity_id, max(id) as id from cases where identity_id = any($1) and origin <> 'inquiry' group by 1", identities)
	out := make(map[int64]string, len(newest))
	for _, c := range newest {
		out[c.IdentityID] = Number(c.ID)
	}
	return out, err
}
