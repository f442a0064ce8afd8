package reconciliations

import (
	"encoding/json"
	"slices"
	"time"

	"gorm.io/gorm"

	"hoten/app/fault"
	"hoten/app/jptext"
	"hoten/app/store"
	"hoten/app/verbs"
)

// States of a reconciliation.
const (
	Missing  = "missing"  // there is no statement
	Open     = "open"     // compared
	Prepared = "prepared" // by one, for another to sign
	Signed   = "signed"
	Again    = "again" // it was signed, and what was signed holds no longer
)

// States lists the states.
var States = []string{Missing, Open, Prepared, Signed, Again}

// Reconciliation is a day of a point system.
type Reconciliation struct {
	ID          int64
	SystemID    int16
	Day         jptext.Date
	State       string
	Version     int // of what two people sign
	Facts       []byte
	Figures     string // JSON of Figures
	Unexplained int    // differences that need an explanation and have none
	Learned     int64  // how often something was learned that may change it
	Compared    int64  // how many of those were compared
	ComparedAt  *time.Time
	PreparedBy  *int64
	PreparedAt  *time.Time
	AskedAt     *time.Time
	Said        string // why the point system gave no statement when it was asked last
}

// TableName is the table of Reconciliation.
func (Reconciliation) TableName() string { return "reconciliations" }

// Figures are what both sides come to.
type Figures struct {
	Programs []Sums           `json:"programs"` // by code; each has its own unit
	Kinds    map[string]int64 `json:"kinds"`    // differences by kind
}

// Sums are what both sides did in a program on the day, in its points.
type Sums struct {
	Program     string `json:"program"` // code, as the statement or hoten has it
	Here        int64  `json:"here"`    // movements that hoten had done on the day
	There       int64  `json:"there"`   // in the statement
	Matched     int64  `json:"matched"` // of those in the statement
	PointsHere  int64  `json:"points_here"`
	PointsThere int64  `json:"points_there"`
	PointsSet   int64  `json:"points_matched"`
}

// Counted reads the figures.
func (r Reconciliation) Counted() (f Figures) {
	_ = json.Unmarshal([]byte(r.Figures), &f) // ours; damaged, it says nothing
	return f
}

// Differences counts the differences that need an explanation.
func (f Figures) Differences() (n int64) {
	for kind, count := range f.Kinds {
		if Needs(kind) {
			n += count
		}
	}
	return n
}

// Stale reports whether something was learned that was not compared yet.
func (r Reconciliation) Stale() bool { return r.Learned != r.Compared }

// Workable reports whether differences can be explained, and it can be prepared once they are.
func (r Reconciliation) Workable() bool { return r.State == Open || r.State == Again }

// Kinds of differences.
const (
	MissingThere = "missing_there" // done for hoten, and in no statement
	MissingHere  = "missing_here"  // in the statement, and not done for all that hoten knows
	UnknownKey   = "unknown_key"   // no leg of hoten's
	Amount       = "amount"
	Account      = "account"
	Program      = "program"
	Twice        = "twice"     // a movement or a reference that another row has
	Reference    = "reference" // the same movement under another number
	AnotherDay   = "day"       // the same movement, of the day before or after here
	FarDay       = "far_day"   // the same movement, of a day further off
)

// Kinds lists the kinds of differences.
var Kinds = []string{MissingThere, MissingHere, UnknownKey, Amount, Account, Program, Twice, Reference, FarDay, AnotherDay}

// Needs reports whether differences of the kind need an explanation. A movement near midnight
// does not: it is the same on both sides.
func Needs(kind string) bool { return kind != AnotherDay }

// Why a difference is there, as people found out.
var Causes = []string{"boundary", "theirs", "ours", "by_hand", "elsewhere", "mended", "other"}

// Difference is where the sides differ.
type Difference struct {
	ID               int64
	ReconciliationID int64
	Since            int  // the version in which it came
	Until            *int // the version in which it was gone; nil: it stands
	What             []byte
	Kind             string
	LegID            *int64
	Key              string
	Program          string
	PointsHere       *int64
	PointsThere      *int64
	Reference        string
	DoneAt           *time.Time // there
	Cause            *string
	Reason           []byte // sealed
	ExplainedBy      *int64
	ExplainedAt      *time.Time
}

// TableName is the table of Difference.
func (Difference) TableName() string { return "reconciliation_differences" }

// Signature is what two people signed.
type Signature struct {
	ID               int64
	ReconciliationID int64
	Version          int
	Content          []byte // hash of the facts, figures, differences and explanations
	Figures          string
	PreparedBy       int64
	PreparedAt       time.Time
	SignedBy         int64
	SignedAt         time.Time
}

// TableName is the table of Signature.
func (Signature) TableName() string { return "reconciliation_signatures" }

// ByID finds a reconciliation. Unknown: NotFound.
func ByID(db *gorm.DB, id int64) (*Reconciliation, error) {
	return store.Find[Reconciliation](db, "id = ?", id)
}

// about is the subject of the audit trail.
func about(id int64) string { return verbs.About("reconciliation", id) }

// lock locks a reconciliation for whoever looked at the version seen. Another version, or one
// that is to be compared again: Conflict.
func lock(tx *store.Tx, id int64, seen int, states ...string) (*Reconciliation, error) {
	r, err := store.Lock[Reconciliation](tx, id)
	switch {
	case err != nil:
		return nil, err
	case r.Version != seen:
		return nil, fault.New(fault.Conflict, "reconciliation_changed")
	case r.Stale():
		return nil, fault.New(fault.Conflict, "reconciliation_stale")
	case !slices.Contains(states, r.State):
		return nil, fault.New(fault.Conflict, "reconciliation_state")
	}
	return r, nil
}
