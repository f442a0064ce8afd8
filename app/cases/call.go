package cases

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"time"

	"gorm.io/gorm"

	"hoten/app/access"
	"hoten/app/audit"
	"hoten/app/cti"
	"hoten/app/desks"
	"hoten/app/fault"
	"hoten/app/jptext"
	"hoten/app/secrets"
	"hoten/app/staff"
	"hoten/app/store"
	"hoten/app/verbs"
)

// Call is one conversation about a case; a verification holds for its agent,
// its case and itself only.
type Call struct {
	ID            int64
	CaseID        int64
	AgentID       int64
	FirstID       *int64 // the first call of the conversation, where this one was handed over
	Direction     string
	DeskID        *int64
	CallerNumber  []byte
	CallerKey     []byte
	Relation      string
	CalledContact *int64
	StartedAt     time.Time
	EndedAt       *time.Time
	Outcome       *string
	Level         int16
	ExpiresAt     *time.Time
	Wrong         int16
	LineID        *int64 // the telephone call that it is held on, where a telephone system tells of them
}

// Conversation is the call that answers and codes stand with: handed over, a call goes
// on with those of the first.
func (c Call) Conversation() int64 { return cmp.Or(deref(c.FirstID), c.ID) }

// Relations of a caller to the member.
const (
	Self      = "self"
	Family    = "family"
	Proxy     = "proxy"
	Guardian  = "guardian"
	Corporate = "corporate"
	Relay     = "relay" // the member, through a relay service
)

// Relations lists them.
var Relations = []string{Self, Family, Proxy, Guardian, Corporate, Relay}

// Directions of a call.
var Directions = []string{"inbound", "outbound"}

// NewCall is what POST /cases/{number}/calls takes. Desk is a desk's code, empty
// for the agent's own. Despite: an outbound call is made outside the hours, as the
// member wished or as another system says that it was. Ends are the cases of the agent's
// open calls that are known to end with this one; nil: whichever are open.
type NewCall struct {
	Direction, Desk, CallerNumber, Relation string
	Despite                                 bool
	Ends                                    *[]int64
}

func (n NewCall) check() error {
	var p fault.Problems
	if !slices.Contains(Directions, n.Direction) {
		p.Add("direction", "direction_unknown")
	}
	if !slices.Contains(Relations, n.Relation) {
		p.Add("relation", "relation_unknown")
	}
	if n.CallerNumber != "" && !plausibleNumber(n.CallerNumber) {
		p.Add("caller_number", "phone_invalid")
	} else {
		secrets.Text(&p, "caller_number", n.CallerNumber, longestNumber)
	}
	return p.Err()
}

// desk finds the call's desk, nil for none, and refuses to ring outside its hours.
func (n NewCall) desk(tx *store.Tx, own int64, c *Case) (*int64, error) {
	d, err := c.ChooseDesk(tx.DB, n.Desk, own)
	if err != nil || d == nil {
		return nil, err
	}
	if n.Direction == "outbound" {
		err = MayRing("despite", d.Desk, tx.Now, n.Despite)
	}
	return &d.ID, err
}

// ChooseDesk finds the desk at which somebody of the desk own works on the case
// (desks.Choose).
func (c *Case) ChooseDesk(db *gorm.DB, code string, own int64) (*desks.Kept, error) {
	var id string
	err := store.Scan(db, "select coalesce((select k.code from incidents n join id_kinds k on k.id = n.id_kind_id where n.id = $1), '')", []any{c.IncidentID}, &id)
	if err != nil {
		return nil, err
	}
	return desks.Choose(db, code, own, id)
}

// longestNumber bounds a caller's number as it is typed, in characters.
const longestNumber = 40

func plausibleNumber(s string) bool {
	digits := jptext.PhoneKey(s)
	return len(digits) >= 5 && len(digits) <= 16 && strings.Trim(digits, "0123456789") == ""
}

// StartCall logs a call; the caller's number supports and is never an item. An agent
// talks to one person at a time: calls left open end, and their verifications with them.
// One that n does not know to end is a conflict (call_open). The agent gets the case where
// nobody has it.
func StartCall(ctx context.Context, s *store.Store, by access.Actor, caseID int64, n NewCall) (*Call, error) {
	return verbs.Do(ctx, s, by, ToStartCall, Subject(caseID), "", func(tx *store.Tx) (*Call, error) {
		if err := n.check(); err != nil {
			return nil, err
		}
		// Two calls that one agent takes at the same instant take their turns.
		if err := staff.Lock(tx, by.ID); err != nil {
			return nil, err
		}
		line, err := cti.Hold(tx, by.ID, n.Direction)
		if err != nil {
			return nil, err
		}
		if line != nil && n.CallerNumber != "" && !line.Of(tx.Vault().Blind("phone", jptext.PhoneKey(n.CallerNumber))) {
			line = nil // somebody else rings, or rang before
		}
		c, _, err := Lock(tx, caseID)
		if err != nil {
			return nil, err
		}
		if err := n.mayEnd(tx, by); err != nil {
			return nil, err
		}
		if err := endCallsOf(tx, by.ID); err != nil {
			return nil, err
		}
		number, own := n.hear(tx, line), by.DeskID
		if line != nil && line.DeskID != nil {
			own = *line.DeskID // whose number was dialled
		}
		desk, err := n.desk(tx, own, c)
		if err != nil {
			return nil, err
		}
		ids, err := store.TakeIDs(tx.DB, "calls", 1)
		if err != nil {
			return nil, err
		}
		call := &Call{ID: ids[0], CaseID: c.ID, AgentID: by.ID, Direction: n.Direction, DeskID: desk, Relation: n.Relation, StartedAt: tx.Now}
		if line != nil {
			call.LineID = &line.ID
		}
		if number != "" {
			call.CallerNumber = tx.Vault().Seal("calls", "caller_number", call.ID, number)
			call.CallerKey = tx.Vault().Blind("phone", jptext.PhoneKey(number))
		}
		if err := store.Insert(tx, call); err != nil {
			return nil, err
		}
		if c.DeskID == nil {
			c.DeskID = desk
		}
		told := []Happened{{CaseID: c.ID, Kind: CallStarted, Data: map[string]any{"direction": n.Direction, "relation": n.Relation, "call": call.ID}}}
		recorded := map[string]any{"call": call.ID, "direction": n.Direction, "relation": n.Relation}
		if c.AssigneeID == nil && !c.Status.Closed() {
			if err := c.assign(tx, by.ID); err != nil {
				return nil, err
			}
			told = append(told, Happened{CaseID: c.ID, Kind: Assigned, Data: map[string]any{"to": by.ID}})
			recorded["assignee"] = by.ID
		}
		if c.Status == New || c.Status == Reopened {
			from := c.Status
			if err := c.moveTo(InProgress, byHand, by, tx.Now); err != nil {
				return nil, err
			}
			told = append(told, Happened{CaseID: c.ID, Kind: StatusChanged, Data: map[string]any{"from": from, "to": c.Status}})
		}
		if err := c.save(tx); err != nil {
			return nil, err
		}
		if err := Tell(tx, told...); err != nil {
			return nil, err
		}
		return call, audit.Record(tx, audit.Change{After: recorded})
	})
}

// hear is who calls: the number that was said, else that of the telephone call.
func (n NewCall) hear(tx *store.Tx, line *cti.Line) string {
	if n.CallerNumber != "" || n.Direction != "inbound" || line == nil {
		return n.CallerNumber
	}
	if number := line.PlainNumber(tx.Vault()); plausibleNumber(number) {
		return number
	}
	return ""
}

// mayEnd refuses to end a call that the agent was not told of.
func (n NewCall) mayEnd(tx *store.Tx, by access.Actor) error {
	if n.Ends == nil {
		return nil
	}
	running, err := OpenCalls(tx.DB, by.ID)
	if err != nil {
		return err
	}
	for _, call := range running {
		if !slices.Contains(*n.Ends, call.CaseID) {
			return fault.New(fault.Conflict, "call_open", "case", Number(call.CaseID))
		}
	}
	return nil
}

// EndCall ends a call and with it the verification.
func EndCall(ctx context.Context, s *store.Store, by access.Actor, id int64) (*Call, error) {
	return inCall(ctx, s, by, ToEndCall, id, func(tx *store.Tx, in *talk) error {
		call := in.Call
		if call.handedOver() {
			return call.goingOn() // it goes on with somebody else
		}
		if call.EndedAt != nil {
			return nil
		}
		call.EndedAt = &tx.Now
		if err := Tell(tx, Happened{CaseID: call.CaseID, Kind: CallEnded, Data: map[string]any{"call": call.ID}}); err != nil {
			return err
		}
		return audit.Record(tx, audit.Change{After: map[string]any{"call": call.ID}})
	})
}

// goingOn refuses what needs a running conversation.
func (c Call) goingOn() error {
	switch {
	case c.EndedAt == nil:
		return nil
	case c.handedOver():
		return already("call_handed_over")
	}
	return already("call_ended")
}

// handedOver reports whether somebody else has taken the conversation over in a call of their own.
func (c Call) handedOver() bool { return c.Outcome != nil && *c.Outcome == HandedOver }

// Over reports whether a running call verifies nobody any more: its verification has come
// to its end, by an outcome, by the clock or because it was made void. Another call begins
// anew.
func (c Call) Over(now time.Time) bool {
	if c.EndedAt != nil {
		return false
	}
	return c.Outcome != nil && *c.Outcome != Verified || c.ExpiresAt != nil && !now.Before(*c.ExpiresAt)
}

// notOver refuses what could only count towards a level that the call does not give any
// more. Another call may be begun, unless the ID is closed until the next day.
func (c Call) notOver(now time.Time, closed bool) error {
	switch {
	case !c.Over(now):
		return nil
	case closed:
		return fault.New(fault.Forbidden, "verification_closed")
	}
	return fault.New(fault.Forbidden, "verification_over")
}

// Valid reports the level that holds now: none after the end or the time limit.
func (c Call) Valid(now time.Time) int {
	if c.EndedAt != nil || c.ExpiresAt == nil || c.Over(now) {
		return 0
	}
	return int(c.Level)
}

// AskOpenCalls reads the actor's running calls on any case, the newest first.
func AskOpenCalls(reads *store.Reads, agent int64) *[]Call {
	return store.Ask[Call](reads, "select * from calls where agent_id = $1 and ended_at is null order by id desc", agent)
}

// OpenCalls lists what AskOpenCalls reads.
func OpenCalls(db *gorm.DB, agent int64) ([]Call, error) {
	return store.Now(db, func(reads *store.Reads) *[]Call { return AskOpenCalls(reads, agent) })
}

// CurrentCall finds the actor's running call on a case, the newest; nil when there is none.
func CurrentCall(db *gorm.DB, caseID, agent int64) (*Call, error) {
	calls, err := store.Select[Call](db, "select * from calls where case_id = $1 and agent_id = $2 and ended_at is null order by id desc", caseID, agent)
	return store.First(calls), err
}
