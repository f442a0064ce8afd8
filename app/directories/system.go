package directories

import (
	"context"
	"time"
)

// Act is one thing that an identity system is asked to do to an ID.
type Act string

// What hoten asks for. Each may be repeated: the state afterwards is the same.
const (
	Restrict           Act = "restrict"             // make the old password useless and end all sessions
	SetPassword        Act = "set_password"         // set the password that the member chose, end all sessions, lift the restriction
	Release            Act = "release"              // lift the restriction, leave the password as it is
	VoidPointPassword  Act = "void_point_password"  // make the password for points useless
	OneTimePasswordOn  Act = "one_time_password_on" // ask for a one-time password at each sign-in
	OneTimePasswordOff Act = "one_time_password_off"
)

// Acts lists all of them.
var Acts = []Act{Restrict, SetPassword, Release, VoidPointPassword, OneTimePasswordOn, OneTimePasswordOff}

// Request is one order as a system gets it.
type Request struct {
	Key       string    // of the order, the same whenever it is sent again: at most 40 of [A-Za-z0-9-]
	Number    int64     // of the order: a later decision about the same ID has a higher one
	Act       Act       //
	Login     string    // as the operator's files have it
	Password  string    // SetPassword: what the member chose. Never in a log or an error
	OrderedAt time.Time // when it was decided
}

// Settled is what reading the state says of a request whose answer was lost.
type Settled int

// What is known of it.
const (
	CannotTell Settled = iota // the state does not show it: send it again
	NotDone
	Done
)

// System is an operator's identity system, spoken to by one protocol. Its calls end when ctx
// does; they log nothing and keep no password in an error.
type System interface {
	// Can reports whether the system, as it is set up, can do the act. What it can not do
	// people do by hand.
	Can(Act) bool
	// Check tries, without changing anything, whether everything is there that the acts need:
	// first what failed is what a person mends first. It goes on as far as it makes sense.
	Check(ctx context.Context) []Finding
	// Do does it. nil: it is done. *Refused: it is not and will not be. *Unready: it is not
	// done, and can be tried again. Any other error: nobody knows whether it was done.
	Do(ctx context.Context, r Request) error
	// Settled reads the state after Do of the same request gave no definite answer.
	// An error says that the state could not be read.
	Settled(ctx context.Context, r Request) (Settled, error)
}

// Finding is one thing that Check looked at. Step is a word of i18n (directories.check.STEP).
type Finding struct {
	Step string `json:"step"`
	OK   bool   `json:"ok"`
	Said string `json:"said"` // what the other side said, or what is missing; no secret, at most 300 characters
}

// Why a system refuses for good.
const (
	UnknownID       = "unknown_id"       // it has no such ID, or several
	PasswordRefused = "password_refused" // its own rules forbid the password; the member chooses another
	NotAble         = "not_able"         // it can not do the act
	RefusedOther    = "refused"
)

// Refused is a definite no: what was asked for was not done, and asking again changes nothing.
type Refused struct {
	Code string // one of the above
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

// Setting is one thing that a kind of system is set up with. Its words are in i18n:
// directories.KIND.NAME, and directories.KIND.NAME.hint.
type Setting struct {
	Name     string
	Secret   bool     // kept sealed, shown to nobody
	Required bool     //
	Lines    bool     // several lines, as a certificate
	Choices  []string // one of these; empty: free text. Words: directories.KIND.NAME.CHOICE
	Default  string
}

// Kind is a protocol that systems are spoken to by.
type Kind struct {
	Name     string // "ldap"
	Settings []Setting
	// Open makes a system of what it is set up with, which has every setting by name, defaults
	// filled in. It does not connect. A fault.Invalid names the settings that cannot be meant.
	Open func(settings map[string]string) (System, error)
}
