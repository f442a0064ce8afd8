package outside

import "time"

// Settled is what reading the state says of a request whose answer was lost.
type Settled int

// What is known of it.
const (
	CannotTell Settled = iota // the state does not show it: send it again
	NotDone
	Done
)

// Finding is one thing that a check looked at. Step is a word of i18n (NOUN.check.STEP).
type Finding struct {
	Step string `json:"step"`
	OK   bool   `json:"ok"`
	Said string `json:"said"` // what the other side said, or what is missing; no secret, at most 300 characters
}

// Why a system refuses for good; nouns have more.
const (
	UnknownID    = "unknown_id" // it has no such ID, or several
	NotAble      = "not_able"   // it can not do it
	RefusedOther = "refused"
)

// Refused is a definite no: what was asked for was not done, and asking again changes nothing.
type Refused struct {
	Code string // one of the above, or of the noun's
	Said string // what the other side said: no secret, at most 300 characters
}

// Error names the code and what was said.
func (r *Refused) Error() string { return "refused: " + r.Code + ": " + r.Said }

// Unready says that the request was certainly not done, and may be later: nothing answers
// there, our own sign-in is refused, or it is too busy.
type Unready struct {
	Said  string        // no secret, at most 300 characters
	After time.Duration // not before then, if the other side said so
}

// Error is what was said.
func (u *Unready) Error() string { return "not ready: " + u.Said }
