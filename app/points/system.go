package points

import (
	"context"
	"strings"
	"time"

	"hoten/app/outside"
)

// Movement is a leg as a system gets it.
type Movement struct {
	Key       string           // the same whenever it is sent again, and of no other: at most 100 of [A-Za-z0-9_-]
	Login     string           // the member's ID, as the operator's files have it
	Program   string           // the program's code
	Points    int64            // to be added to the account; negative: taken. Never 0
	Parts     map[string]int64 // of which, by kind of line: rollback, reimburse, absorb, adjust
	DecidedAt time.Time
}

// Receipt is what a system says of a movement that is done.
type Receipt struct {
	Reference string // what it calls the movement; at most 100 characters
}

// System is an operator's point system, spoken to by one protocol: an Online or a Batch. Its
// calls end when ctx does, and log nothing.
type System interface {
	// Check tries, without changing anything, whether everything is there that moving takes in
	// the programs: first what failed is what a person mends first.
	Check(ctx context.Context, programs []string) []outside.Finding
}

// Online is a system that does one movement at a time, and answers.
type Online interface {
	System
	// Move does the movement once, however often it is called with its key. No error: it is
	// done. *outside.Refused: it is not and will not be. *outside.Unready: it is not done, and
	// can be tried again. Any other error: nobody knows whether it was done.
	Move(ctx context.Context, m Movement) (Receipt, error)
	// Read tells what became of a movement whose answer was lost. An error says that it could
	// not be read; *outside.Refused, that something else was done under its key.
	Read(ctx context.Context, m Movement) (outside.Settled, Receipt, error)
}

// Referred is the number of a movement as it is kept, whoever gave it: without the ID whose movement
// it is, where it repeats that.
func Referred(reference, login string) string {
	return outside.Said(strings.TrimSpace(reference), login)
}

// Why a system refuses a movement, beside the reasons of app/outside.
const (
	InsufficientBalance = "insufficient_balance" // the account holds less than is to be taken
	AccountClosed       = "account_closed"
	UnknownProgram      = "unknown_program"
	KeyConflict         = "key_conflict" // another movement was done under the key
	Unwritable          = "unwritable"   // no file of the layout can hold it (Batch)
)

// Kind is a protocol that point systems are spoken to by.
type Kind = outside.Kind[System]

// systems are the point systems as they are set up.
var systems = outside.Table[System]{Name: "point_systems", Kinds: new(outside.Kinds[System])}

// Register makes a protocol known.
func Register(k Kind) { systems.Register(k) }

// Kinds lists the protocols by name.
func Kinds() []Kind { return systems.List() }

// KindOf finds a protocol by name. Unknown: false.
func KindOf(name string) (Kind, bool) { return systems.Of(name) }
