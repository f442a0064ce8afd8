package cases

import (
	"strings"
	"time"

	"gorm.io/gorm"

	"hoten/app/access"
	"hoten/app/staff"
	"hoten/app/store"
	"hoten/app/vault"
)

// OfferTo is an open offer as its receiver sees it.
type OfferTo struct {
	Handover
	CaseID        int64
	FromName      staff.Name
	Relation      string     // of the caller to the member
	Level         int16      // reached in the call
	VerifiedUntil *time.Time // when it ends
	Outcome       *string    // of the verification, where it was concluded
	Language      *string    // the member's, nil where it is not known
	InCall        bool       // the receiver is in a call, which would end
	EventID       int64      // of the timeline, where the note stands
	Note          []byte     // sealed
}

// Valid reports the level that holds now, as Call.Valid does.
func (o OfferTo) Valid(now time.Time) int {
	return Call{Level: o.Level, ExpiresAt: o.VerifiedUntil, Outcome: o.Outcome}.Valid(now)
}

// PlainNote opens what the first agent wrote; a damaged text is vault.Damaged.
func (o OfferTo) PlainNote(v *vault.Vault) (string, error) {
	return Event{ID: o.EventID, CaseID: o.CaseID, Text: o.Note}.PlainText(v)
}

// AskOffersTo reads the open offers to a person, the oldest first.
func AskOffersTo(reads *store.Reads, person int64, now time.Time) *[]OfferTo {
	return store.Ask[OfferTo](reads, `select h.*, k.case_id, k.relation, k.level, k.expires_at as verified_until, k.outcome, m.language,
			`+staff.NameOf("s")+` as from_name, e.id as event_id, e.text as note,
			exists (select from calls o where o.agent_id = $1 and o.ended_at is null) as in_call
		from handovers h join calls k on k.id = h.call_id join staff s on s.id = h.from_id
		join cases c on c.id = k.case_id join identities i on i.id = c.identity_id left join members m on m.id = i.member_id
		cross join lateral (select id, text from case_events where case_id = k.case_id and kind = 'handover_offered'
			and data->>'handover' = h.id::text order by id desc limit 1) e
		where h.to_id = $1 and h.state = 'offered' and h.expires_at > $2 and k.ended_at is null order by h.id`, person, now)
}

// OfferOf is the open offer of a call as its agent sees it.
type OfferOf struct {
	Handover
	ToName staff.Name
}

// AskOfferOf reads the open offer of a call; none when there is none.
func AskOfferOf(reads *store.Reads, call int64) *[]OfferOf {
	return store.Ask[OfferOf](reads, `select h.*, `+staff.NameOf("s")+` as to_name from handovers h join staff s on s.id = h.to_id
		where h.call_id = $1 order by h.id desc limit 1`, call)
}

// Receiver is a person whom a call can be handed to.
type Receiver struct {
	ID        int64
	Name      staff.Name
	Role      access.Role
	Languages string // as staff keeps them, "ja en"
	DeskID    *int64
	InCall    bool
	SeenAt    *time.Time // when their console was last heard of
}

// here is how long somebody counts as being at their console after it was heard of.
const here = 5 * time.Minute

// Here reports whether the person is at their console.
func (r Receiver) Here(now time.Time) bool { return r.SeenAt != nil && now.Sub(*r.SeenAt) < here }

// Speaks lists the languages that the person takes calls in.
func (r Receiver) Speaks() []string { return strings.Fields(r.Languages) }

// AskReceivers reads whom a call can be handed to: everybody but its agent who takes calls
// in the member's language, where it is known. First those at their console and in no call.
func AskReceivers(reads *store.Reads, c *Call, now time.Time) *[]Receiver {
	return store.Ask[Receiver](reads, `select s.id, `+staff.NameOf("s")+` as name, s.role, s.languages, s.desk_id, n.seen_at,
			exists (select from calls o where o.agent_id = s.id and o.ended_at is null) as in_call
		from staff s left join staff_seen n on n.staff_id = s.id
		where s.disabled_at is null and s.role = any($2) and s.id <> $3
			and coalesce((select m.language from cases c join identities i on i.id = c.identity_id join members m on m.id = i.member_id
				where c.id = $1) = any(string_to_array(s.languages, ' ')), true)
		order by coalesce(n.seen_at, '-infinity') > $4 desc, in_call, s.name collate "ja-x-icu", s.id`,
		c.CaseID, access.Holders(access.WorkCases), c.AgentID, now.Add(-here))
}

// EndedCall is a call about a case that has ended and in which somebody was verified.
type EndedCall struct {
	ID        int64
	Agent     staff.Name
	Relation  string
	StartedAt time.Time
}

// AskEndedVerified reads the ended calls about a case, the newest first; of one that was
// handed over the last.
func AskEndedVerified(reads *store.Reads, caseID int64) *[]EndedCall {
	return store.Ask[EndedCall](reads, `select k.id, `+staff.NameOf("s")+` as agent, k.relation, k.started_at from calls k join staff s on s.id = k.agent_id
		where k.case_id = $1 and k.ended_at is not null and k.level > 0 and k.outcome is distinct from $2 order by k.id desc`, caseID, HandedOver)
}

// OnCall is another agent's call about a case.
type OnCall struct {
	Name  staff.Name
	Since time.Time // the caller is on the line
	Taken bool      // over from the reader
}

// AskOnCall reads who else is on a call about the case, the newest first.
func AskOnCall(reads *store.Reads, caseID, reader int64) *[]OnCall {
	return store.Ask[OnCall](reads, `select `+staff.NameOf("s")+` as name, coalesce(f.started_at, k.started_at) as since,
			exists (select from handovers h where h.taken_as = k.id and h.from_id = $2) as taken
		from calls k join staff s on s.id = k.agent_id left join calls f on f.id = k.first_id
		where k.case_id = $1 and k.agent_id <> $2 and k.ended_at is null order by k.id desc`, caseID, reader)
}

// CallerSince tells since when the caller is on the line: from the start of the first
// call of the conversation, however often it was handed over.
func CallerSince(db *gorm.DB, c *Call) (time.Time, error) {
	if c.FirstID == nil {
		return c.StartedAt, nil
	}
	first, err := store.Find[Call](db, "id = ?", *c.FirstID)
	if err != nil {
		return time.Time{}, err
	}
	return first.StartedAt, nil
}

// CallOfHandover finds the call that an offer is about. Unknown: NotFound.
func CallOfHandover(db *gorm.DB, id int64) (*Call, error) {
	h, err := store.Find[Handover](db, "id = ?", id)
	if err != nil {
		return nil, err
	}
	return store.Find[Call](db, "id = ?", h.CallID)
}
