package csvin

import (
	"time"
)

// Movement is a row of the movements. IDs are as they came, with the keys they
// match on beside them.
type Movement struct {
	ID             string
	Key            string
	LoginID        string
	LoginKey       string
	OccurredAt     time.Time // UTC
	Kind           string    // transfer, exchange, cancel or earn
	FromProgram    string    // code; empty where the kind has none
	ToProgram      string    // code; empty where the kind has none
	Partner        string
	Points         int64 // positive, in the unit of the program they leave; for cancel and earn of the one they reach
	PointsReceived int64 // positive, in the unit of the program they reach; Points where the file gives none
	RefersTo       string
	RefersToKey    string
	Fraud          string // confirmed, suspected or none
}

// Kinds of movements (docs/api.md).
const (
	Transfer = "transfer"
	Exchange = "exchange"
	Cancel   = "cancel"
	Earn     = "earn"
)

var kinds = map[string]string{
	Transfer: Transfer, Exchange: Exchange, Cancel: Cancel, Earn: Earn,
	"移行": Transfer, "交換": Exchange, "取消返還": Cancel, "取消": Cancel, "付与": Earn, "獲得": Earn,
}

var frauds = map[string]string{
	"confirmed": "confirmed", "suspected": "suspected", "none": "none",
	"確定": "confirmed", "疑い": "suspected", "なし": "none",
	// As the console calls the findings.
	"不正確認済": "confirmed", "不正（確認済）": "confirmed", "不正(確認済)": "confirmed", "不正の疑い": "suspected", "本人利用": "none", "確認不要": "none",
}

func (v *values) movement() Movement {
	var m Movement
	m.ID, m.Key = v.id(movID, "movement_id_missing")
	m.LoginID, m.LoginKey = v.login(movLogin)
	m.OccurredAt = v.time(movAt, "occurred_at_invalid")
	m.Kind = v.word(movKind, kinds, "", "kind_unknown")
	m.FromProgram = v.program(movFrom, m.Kind == Transfer || m.Kind == Exchange)
	m.ToProgram = v.program(movTo, m.Kind != Exchange && m.Kind != "")
	m.Partner = v.trimmed(movPartner)
	m.Points = v.points(movPoints)
	m.PointsReceived = m.Points
	if v.trimmed(movReceived) != "" {
		m.PointsReceived = v.points(movReceived)
	}
	m.RefersTo, m.RefersToKey = v.id(movRefers, "")
	if m.Kind == Cancel && m.RefersToKey == "" {
		v.refuse(movRefers, "refers_to_unknown")
	}
	if m.Kind == Transfer && m.FromProgram != "" && m.FromProgram == m.ToProgram {
		v.refuse(movTo, "programs_equal")
	}
	m.Fraud = v.word(movFraud, frauds, "none", "fraud_unknown")
	return m
}

// Empty is the Detail of a cell that is empty and must not be.
const Empty = "empty"

// program is the code in a cell. Where the kind needs one and there is none, no
// program is known by that name either.
func (v *values) program(c int, needed bool) string {
	code := v.names.programCode(v.cell(c))
	switch {
	case code == "" && needed:
		v.refuse(c, "program_unknown", Empty)
	case len(code) > maxID:
		v.refuse(c, "program_unknown")
	}
	return code
}
