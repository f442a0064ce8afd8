package directories

import (
	"context"
	"time"

	"hoten/app/outside"
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

// System is an operator's identity system, spoken to by one protocol. Its calls end when ctx
// does; they log nothing and keep no password in an error.
type System interface {
	// Can reports whether the system, as it is set up, can do the act. What it can not do
	// people do by hand.
	Can(Act) bool
	// Check tries, without changing anything, whether everything is there that the acts need:
	// first what failed is what a person mends first. It goes on as far as it makes sense.
	Check(ctx context.Context) []outside.Finding
	// Do does it. nil: it is done. *outside.Refused: it is not and will not be. *outside.Unready: it is not
	// done, and can be tried again. Any other error: nobody knows whether it was done.
	Do(ctx context.Context, r Request) error
	// Settled reads the state after Do of the same request gave no definite answer.
	// An error says that the state could not be read.
	Settled(ctx context.Context, r Request) (outside.Settled, error)
}

// PasswordRefused is why a system refuses a password: its own rules forbid it, and the member
// chooses another. The other reasons are those of app/outside.
const PasswordRefused = "password_refused"

// Kind is a protocol that identity systems are spoken to by.
type Kind = outside.Kind[System]

// systems are the directories as they are set up.
var systems = outside.Table[System]{Name: "directories", Kinds: new(outside.Kinds[System])}

// Register makes a protocol known.
func Register(k Kind) { systems.Register(k) }

// Kinds lists the protocols by name.
func Kinds() []Kind { return systems.List() }

// KindOf finds a protocol by name. Unknown: false.
func KindOf(name string) (Kind, bool) { return systems.Of(name) }
