package reconciliations

import (
	"time"

	"gorm.io/gorm"

	"hoten/app/jptext"
	"hoten/app/outside"
	"hoten/app/staff"
	"hoten/app/store"
	"hoten/app/vault"
)

// Filter narrows a list of reconciliations.
type Filter struct {
	System   int16  // 0: all
	State    string // empty: all
	Unsigned bool   // those that nobody has signed as they stand
	Before   jptext.Date
	BeforeID int64 // the last of the page before, with its day; 0: from the newest
	Limit    int
}

// Find lists reconciliations, the newest day first.
func Find(db *gorm.DB, f Filter) ([]Reconciliation, error) {
	from := f.Before
	if f.BeforeID == 0 {
		from = jptext.Date{Year: 9999, Month: 12, Day: 31}
	}
	unsigned := "true"
	if f.Unsigned {
		unsigned = "state <> '" + Signed + "'"
	}
	return store.Select[Reconciliation](db, `select * from reconciliations where (day, id) < ($1::date, $2::bigint) and ($3::smallint = 0 or system_id = $3) and ($4 = '' or state = $4) and `+unsigned+`
		order by day desc, id desc limit $5`, from, store.Before(f.BeforeID), f.System, f.State, f.Limit)
}

// Row is a difference with what stands behind it now.
type Row struct {
	Difference
	ReimbursementID int64      // of the leg; 0: there is none
	LegState        string     // of app/outside; empty: there is no leg
	LegReference    string     // what hoten has as the reference
	LegProgram      string     // code
	ByHand          bool       // people did the leg by hand
	SettledAt       *time.Time // here
	ExplainerName   staff.Name
}

// Differences lists the differences of a reconciliation as they stood in a version (0: as they
// stand), of a kind (empty: all), by ID after one.
func Differences(db *gorm.DB, id int64, version int, kind string, after int64, limit int) ([]Row, error) {
	return store.Select[Row](db, `select d.*, coalesce(l.reimbursement_id, 0) as reimbursement_id, coalesce(l.state, '') as leg_state, coalesce(l.reference, '') as leg_reference, coalesce(p.code, '') as leg_program,
			l.settled_by is not null as by_hand, l.settled_at, `+staff.NameOf("s")+` as explainer_name
		from reconciliation_differences d left join point_legs l on l.id = d.leg_id left join programs p on p.id = l.program_id left join staff s on s.id = d.explained_by
		where d.reconciliation_id = $1 and (case when $2::int = 0 then d.until is null else d.since <= $2 and coalesce(d.until > $2, true) end)
			and ($3 = '' or d.kind = $3) and d.id > $4 order by d.id limit $5`, id, version, kind, after, limit)
}

// Likely is the likely cause of a difference, as far as what both sides know tells.
func (r Row) Likely() string {
	switch {
	case r.Kind == MissingThere && r.ByHand:
		return "done_by_hand"
	case r.Kind == MissingThere && r.SettledAt != nil && nearMidnight(*r.SettledAt):
		return "near_midnight"
	case r.Kind == MissingThere:
		return "believed"
	case r.Kind == MissingHere && (r.LegState == outside.Waiting || r.LegState == outside.Uncertain):
		return "answer_lost"
	case r.Kind == MissingHere && r.LegState == outside.Declined:
		return "refused_here"
	case r.Kind == MissingHere && r.LegState == outside.Dropped:
		return "dropped_here"
	case r.Kind == MissingHere:
		return "done_since"
	case r.Kind == UnknownKey && r.Key == "":
		return "by_hand_there"
	}
	return r.Kind
}

// nearMidnight reports whether a movement may be of the day before or after on the other side.
func nearMidnight(at time.Time) bool {
	day := jptext.DateOf(at)
	return at.Sub(day.At(0)) < time.Hour || day.AddDays(1).At(0).Sub(at) <= time.Hour
}

// PlainReason is the reason of the explanation.
func (d Difference) PlainReason(v *vault.Vault) string {
	return v.Read("reconciliation_differences", "reason", d.ID, d.Reason)
}

// Source is a statement that came.
type Source struct {
	Source  string
	Rows    int
	TakenAt time.Time
	Taker   staff.Name // empty: the program
}

// Statements lists the last statements of a day, the newest first.
func Statements(db *gorm.DB, id int64) ([]Source, error) {
	return store.Select[Source](db, `select t.source, t.rows, t.taken_at, `+staff.NameOf("s")+` as taker from statements t left join staff s on s.id = t.taken_by where t.reconciliation_id = $1 order by t.id desc limit 20`, id)
}

// SignedBy is a signature with the names of the two.
type SignedBy struct {
	Signature
	Preparer, Signer staff.Name
}

// Signatures lists what was signed of a day, the newest first.
func Signatures(db *gorm.DB, id int64) ([]SignedBy, error) {
	return store.Select[SignedBy](db, `select g.*, `+staff.NameOf("p")+` as preparer, `+staff.NameOf("s")+` as signer from reconciliation_signatures g
		join staff p on p.id = g.prepared_by join staff s on s.id = g.signed_by where g.reconciliation_id = $1 order by g.version desc`, id)
}

// Patience is after how many days without two signatures people are told of a day.
const Patience = 3

// AskBehind reads whether a day is not signed that has waited so long.
func AskBehind(reads *store.Reads, now time.Time) *[]bool {
	return store.AskValues[bool](reads, "select exists (select from reconciliations where state <> '"+Signed+"' and day < $1::date)", jptext.DateOf(now).AddDays(-Patience))
}
