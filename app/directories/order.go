package directories

import (
	"time"

	"gorm.io/gorm"

	"hoten/app/members"
	"hoten/app/outside"
	"hoten/app/store"
)

// States of an order.
const (
	Waiting   = outside.Waiting
	Uncertain = outside.Uncertain
	Completed = outside.Completed
	Declined  = outside.Declined
	Dropped   = outside.Dropped
)

// unsettled is the condition, in SQL, of orders that have no definite answer.
const unsettled = outside.Unsettled

// Order is one act that a directory is to do to an ID.
type Order struct {
	ID          int64
	DirectoryID int16
	IdentityID  int64
	CaseID      *int64 // that it was decided for; nil: for a list of IDs
	LinkID      *int64 // SetPassword: by which the member chose it
	Act         Act
	Key         string
	OneTime     bool   // SetPassword: the member asked for one-time passwords with it
	Password    []byte // sealed; nil once there is a definite answer
	OrderedBy   *int64 // nil: the member, or the program
	OrderedAt   time.Time
	State       string
	Attempts    int
	NextAt      time.Time
	TakenUntil  *time.Time // a program is sending it
	SentAt      *time.Time // last
	SettledAt   *time.Time
	SettledBy   *int64 // who did it by hand
	Code        string // of a refusal: UnknownID …
	Said        string
}

// TableName is the table of Order.
func (Order) TableName() string { return "directory_orders" }

// Unsettled reports whether the order has no definite answer.
func (o Order) Unsettled() bool { return o.State == Waiting || o.State == Uncertain }

// elsewhere is where the IDs (i) live that live in a directory (h), in SQL.
const elsewhere = "identities i join directory_kinds h on h.id_kind_id = i.id_kind_id"

// Outside tells which of the IDs live in a directory.
func Outside(db *gorm.DB, identities []int64) ([]int64, error) {
	return store.Now(db, func(reads *store.Reads) *[]int64 {
		return store.AskValues[int64](reads, "select i.id from "+elsewhere+" where i.id = any($1) order by i.id", identities)
	})
}

// Decide has the directories of IDs do an act; IDs of hoten's own directory are passed over.
// caseID is the case that it is decided for, nil for a list. The IDs are locked. It is written
// with the next writes of tx.
func Decide(tx *store.Tx, act Act, identities []int64, caseID *int64) {
	tx.Queue(`insert into directory_orders (directory_id, identity_id, case_id, act, ordered_by, ordered_at, next_at)
		select h.directory_id, i.id, $3, $4, $5, $2, $2 from `+elsewhere+` where i.id = any($1) order by i.id`, identities, tx.Now, caseID, act, staff(tx))
	if act == Restrict {
		members.Unconfirmed(tx, "select i.id from "+elsewhere+" where i.id = any($1)", identities)
	}
}

func staff(tx *store.Tx) *int64 {
	if tx.By.ID == 0 {
		return nil
	}
	return &tx.By.ID
}

// Choose has the directory of an ID set the password that its member chose by a link, after
// what was decided before. The ID is locked; it lives in a directory.
func Choose(tx *store.Tx, identity, caseID, link int64, password string, oneTime bool) (*Order, error) {
	if err := tx.Flush(); err != nil {
		return nil, err
	}
	ids, err := store.TakeIDs(tx.DB, "directory_orders", 1)
	if err != nil {
		return nil, err
	}
	_, err = store.Exec(tx, `insert into directory_orders (id, directory_id, identity_id, case_id, link_id, act, password, ordered_at, next_at, one_time)
		select $1, h.directory_id, i.id, $3, $4, $5, $6, $7, $7, $8 from `+elsewhere+" where i.id = $2", ids[0], identity, caseID, link, SetPassword,
		tx.Vault().Seal("directory_orders", "password", ids[0], password), tx.Now, oneTime)
	if err != nil {
		return nil, err
	}
	return store.Find[Order](tx.DB, "id = ?", ids[0])
}

// Choosing is the condition, in SQL, of links whose password is under way to a directory.
func Choosing(link string) string {
	return "exists (select from directory_orders d where d.link_id = " + link + " and d.state " + unsettled + ")"
}

// AskOpen reads what has no definite answer, or was refused, of the orders of an ID, with others.
func AskOpen(reads *store.Reads, identity int64) *[]Order {
	return store.Ask[Order](reads, "select * from directory_orders where identity_id = $1 and state in ('"+Waiting+"', '"+Uncertain+"', '"+Declined+"') order by id", identity)
}

func (d Directory) moveIn(tx *store.Tx, kind int16) error {
	if _, err := store.Exec(tx, "insert into directory_kinds (id_kind_id, directory_id) values ($1, $2)", kind, d.ID); err != nil {
		return err
	}
	closed, err := store.Now(tx.DB, func(reads *store.Reads) *[]int64 {
		return store.AskValues[int64](reads, "select id from identities where id_kind_id = $1 and state in ('"+members.Restricted+"', '"+members.LinkSent+"') order by id for no key update", kind)
	})
	if err != nil {
		return err
	}
	Decide(tx, Restrict, closed, nil)
	return nil
}

// moveOut has IDs live in hoten's own directory again: what was not done elsewhere is dropped.
func (d Directory) moveOut(tx *store.Tx, kind int16) error {
	if _, err := store.Exec(tx, "delete from directory_kinds where id_kind_id = $1", kind); err != nil {
		return err
	}
	if err := members.Confirmed(tx, "select id from identities where id_kind_id = $1", kind); err != nil {
		return err
	}
	_, err := store.Exec(tx, "update directory_orders o set state = '"+Dropped+"', settled_at = $2, password = null from identities i where i.id = o.identity_id and i.id_kind_id = $1 and o.state "+unsettled, kind, tx.Now)
	return err
}
