package members

import (
	"time"

	"hoten/app/jptext"
	"hoten/app/store"
)

// States of an ID: never restricted; restricted (利用制限中), also once a reset link
// went out; in use again (ご利用再開).
const (
	Active     = "active"
	Restricted = "restricted"
	LinkSent   = "link_sent"
	Resumed    = "resumed"
)

// Standing is what is true of an ID in every incident (docs/domain.md sections 4 and 5).
type Standing struct {
	State            string
	RestrictedAt     *time.Time
	ResumedAt        *time.Time
	UnconfirmedAt    *time.Time   // since when the directory of the ID has yet to confirm a restriction
	ImpostorAt       *time.Time   // since when somebody is suspected of passing for the member
	ImpostorUpheldAt *time.Time   // since when a supervisor holds so; nil: it is to be decided
	TriedOn          *jptext.Date // the day in Japan of the two counts
	FailedAttempts   int16        // verifications that ended as a mismatch
	WrongAnswers     int16
}

// Use is the state as docs/api.md names it; empty for an ID that was never restricted.
func (s Standing) Use() string {
	if s.State == Active {
		return ""
	}
	return s.State
}

// Closed reports whether nobody can use the ID.
func (s Standing) Closed() bool { return s.State == Restricted || s.State == LinkSent }

// Undecided reports whether a supervisor is to decide about a suspicion.
func (s Standing) Undecided() bool { return s.ImpostorAt != nil && s.ImpostorUpheldAt == nil }

// Tried tells what went wrong on the day when callers were to be verified.
func (s Standing) Tried(now time.Time) (attempts, wrong int) {
	if s.TriedOn == nil || *s.TriedOn != jptext.DateOf(now) {
		return 0, 0
	}
	return int(s.FailedAttempts), int(s.WrongAnswers)
}

// Failed counts what went wrong now.
func (s *Standing) Failed(now time.Time, attempts, wrong int16) {
	if today := jptext.DateOf(now); s.TriedOn == nil || *s.TriedOn != today {
		s.TriedOn, s.FailedAttempts, s.WrongAnswers = &today, 0, 0
	}
	s.FailedAttempts += attempts
	s.WrongAnswers += wrong
}

// Forgive forgets what went wrong on the day.
func (s *Standing) Forgive() { s.TriedOn, s.FailedAttempts, s.WrongAnswers = nil, 0, 0 }

// SaveStanding writes the standing of an ID that the transaction has locked.
func (i *Identity) SaveStanding(tx *store.Tx) error {
	return store.Save(tx, i, "state", "restricted_at", "resumed_at", "impostor_at", "impostor_upheld_at", "tried_on", "failed_attempts", "wrong_answers")
}

// LinksVoided notes of IDs, which the caller has locked, that no reset link is out any more.
func LinksVoided(tx *store.Tx, ids []int64) error {
	_, err := store.Exec(tx, "update identities set state = $2 where id = any($1) and state = $3", ids, Restricted, LinkSent)
	return err
}
