package incidents

import (
	"time"

	"gorm.io/gorm"

	"hoten/app/store"
)

// Kinds of movements.
const (
	Transfer = "transfer"
	Exchange = "exchange"
	Cancel   = "cancel"
	Earn     = "earn"
)

// Findings about a movement (docs/domain.md section 2): None is the member's own
// from the start; Own was thought fraudulent until the verified member said
// otherwise and a supervisor decided.
const (
	Suspected = "suspected"
	Confirmed = "confirmed"
	Own       = "own"
	None      = "none"
)

// Movement is one movement of points as the operator recorded it. Points are
// taken from FromProgram, PointsReceived given to ToProgram, each in its unit.
type Movement struct {
	ID             int64
	MovementID     string
	IncidentID     int64
	IdentityID     int64
	OccurredAt     time.Time
	Kind           string
	FromProgram    *int16
	ToProgram      *int16
	Partner        string
	Points         int64
	PointsReceived int64
	RefersTo       *int64
	ExchangeID     *int64 // of a cancellation: whose loss it makes smaller, see StandsFor
	Finding        string
	Doubled        *string // Real or Double; nil: nobody decided
	RowHash        []byte
	ImportID       int64
}

// What a supervisor decided about a movement that has an equal one under another number.
const (
	Real   = "real"
	Double = "double" // another number of the same movement
)

// Fraudulent reports whether the movement is a loss, which is part of the plan:
// suspicion suffices, and a double of another movement is none.
func (m Movement) Fraudulent() bool {
	return (m.Finding == Suspected || m.Finding == Confirmed) && !m.Is(Double)
}

// Is reports whether that was decided about the movement (Real, Double).
func (m Movement) Is(decided string) bool { return m.Doubled != nil && *m.Doubled == decided }

// Movements lists the movements of IDs within one incident, in order of time.
func Movements(db *gorm.DB, incident int64, identities []int64) ([]Movement, error) {
	return store.Select[Movement](db, `select id, movement_id, incident_id, identity_id, occurred_at, kind, from_program, to_program,
		partner, points, points_received, refers_to, exchange_id, finding, doubled from movements
		where incident_id = $1 and identity_id = any($2) order by identity_id, occurred_at, id`, incident, identities)
}

// Class tells what was done to an ID, from its movements as found today:
// A transfer only, B exchange only, C both, D neither.
func Class(movements []Movement) string {
	var transfer, exchange bool
	for _, m := range movements {
		transfer = transfer || m.Fraudulent() && m.Kind == Transfer
		exchange = exchange || m.Fraudulent() && m.Kind == Exchange
	}
	switch {
	case transfer && exchange:
		return "C"
	case exchange:
		return "B"
	case transfer:
		return "A"
	}
	return "D"
}

// Standing is, in SQL with the case as c, that something taken in its incident is still
// gone: a fraudulent transfer, or an exchange that cancellations did not wholly give back.
const Standing = `exists (select from movements t where t.identity_id = c.identity_id and t.incident_id = c.incident_id
	and t.finding in ('suspected', 'confirmed') and t.doubled is distinct from 'double' and (t.kind = 'transfer' or t.kind = 'exchange'
	and t.points > (select coalesce(sum(g.points), 0) from movements g where g.exchange_id = t.id and g.kind = 'cancel' and g.doubled is distinct from 'double')))`

// References gives the operators' numbers of movements.
func References(db *gorm.DB, ids []int64) (map[int64]string, error) {
	rows, err := store.Select[Movement](db, "select id, movement_id from movements where id = any($1)", append([]int64{}, ids...))
	out := make(map[int64]string, len(rows))
	for _, m := range rows {
		out[m.ID] = m.MovementID
	}
	return out, err
}
