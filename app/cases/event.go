package cases

import (
	"cmp"
	"encoding/json"
	"time"

	"gorm.io/gorm"

	"hoten/app/access"
	"hoten/app/staff"
	"hoten/app/store"
	"hoten/app/vault"
)

// Kinds of events in a case's timeline.
const (
	Opened              = "opened"
	Note                = "note"
	StatusChanged       = "status"
	Assigned            = "assigned"
	AddedToIncident     = "added"
	CallStarted         = "call_started"
	CallConcluded       = "call_concluded"
	CallEnded           = "call_ended"
	CodeSent            = "code_sent"
	HandoverOffered     = "handover_offered"
	HandoverTakenBack   = "handover_withdrawn"
	HandoverRefused     = "handover_declined"
	HandoverRanOut      = "handover_expired"
	CallHandedOver      = "handed_over"
	VerificationOpened  = "verification_reopened"
	VerifiedVoid        = "verified_void"
	ImpostorCleared     = "impostor_cleared"
	ImpostorUpheld      = "impostor_upheld"
	Represented         = "representative"
	Unrepresented       = "representative_withdrawn"
	ContactProposed     = "contact_proposed"
	ContactSet          = "contact_set"
	ContactRefused      = "contact_refused"
	ContactWithdrawn    = "contact_withdrawn"
	ContactUndone       = "contact_undone"
	Revealed            = "revealed"
	Notified            = "notified"
	Unreachable         = "unreachable"
	Reachable           = "reachable"
	NoticeMisled        = "notice_misled"
	ResultMisled        = "result_misled"
	ChangeMisled        = "change_misled"
	MailCounts          = "mail_counts"
	LetterSent          = "letter_sent"
	MailNotSent         = "mail_not_sent"
	MailAgain           = "mail_again"
	MailWasKept         = "mail_was_kept"
	MailMoved           = "mail_moved"
	LinkWasSent         = "link_sent"
	WasResumed          = "resumed"
	Released            = "released"
	ReleaseOrdered      = "release_ordered" // from the directory of its ID
	NotReleased         = "not_released"    // which refused
	NotRestricted       = "not_restricted"
	PasswordNotSet      = "password_not_set"
	WasRestrictedAgain  = "restricted_again"
	RestrictedElsewhere = "restricted_elsewhere"
	FindingDecided      = "finding"
	OwnDoubted          = "own_doubted"
	AdjustmentMade      = "adjustment"
	DoubleDecided       = "double_decided"
	CancelsExceeded     = "cancels_exceeded"
	BalanceMissed       = "balance_missing"
	BalanceStated       = "balance_stated"
	DoubleFound         = "double"
	CorrectionFound     = "correction"
	FactArrived         = "late_fact" // its movements, or NoMovements
	Proposed            = "proposed"
	Approved            = "approved"
	Returned            = "returned"
	Rejected            = "rejected"
	Withdrawn           = "withdrawn"
	Posted              = "posted"
	ApprovalsVoided     = "approvals_voided"
	ApprovalReminded    = "approval_reminded"
	ApprovalEscalated   = "approval_escalated"
	CallbackPromised    = "callback_promised"
	CallbackDialled     = "callback_dialled"
	CallbackAttempted   = "callback_attempted"
	CallbackMoved       = "callback_moved"
	CallbackDropped     = "callback_dropped"
	CallbackExhausted   = "callback_exhausted"
)

// NoMovements stands for the movements of a FactArrived that are none: a balance or an
// adjustment changed what is due.
const NoMovements = "–"

// EventKinds lists every kind.
var EventKinds = []string{Opened, Note, StatusChanged, Assigned, AddedToIncident, CallStarted, CallConcluded, CallEnded, CodeSent,
	HandoverOffered, HandoverTakenBack, HandoverRefused, HandoverRanOut, CallHandedOver,
	VerificationOpened, VerifiedVoid, ImpostorCleared, ImpostorUpheld, Represented, Unrepresented, ContactProposed, ContactSet, ContactRefused, ContactWithdrawn, ContactUndone, Revealed, Notified, Reachable, Unreachable, NoticeMisled, ResultMisled, ChangeMisled, MailCounts, LetterSent, MailNotSent, MailAgain, MailWasKept, MailMoved, LinkWasSent, WasResumed, Released, ReleaseOrdered, NotReleased, NotRestricted, PasswordNotSet, WasRestrictedAgain, RestrictedElsewhere, FindingDecided, OwnDoubted,
	AdjustmentMade, DoubleDecided, CancelsExceeded, BalanceMissed, BalanceStated, DoubleFound, CorrectionFound, FactArrived, Proposed, Approved, Returned, Rejected, Withdrawn, Posted, ApprovalsVoided,
	ApprovalReminded, ApprovalEscalated, CallbackPromised, CallbackDialled, CallbackAttempted, CallbackMoved, CallbackDropped, CallbackExhausted}

// Event is one entry of a timeline: everything that happened to a case. Data
// holds no personal data; Text, which people type, is sealed.
type Event struct {
	ID        int64
	CaseID    int64
	At        time.Time
	Kind      string
	ActorKind string
	ActorID   int64
	ActorName staff.Name `gorm:"->;-:migration"`
	Data      *string
	Text      []byte
}

// TableName is the table of Event.
func (Event) TableName() string { return "case_events" }

// PlainText opens what a person typed; a damaged text is vault.Damaged.
func (e Event) PlainText(v *vault.Vault) (string, error) {
	return unsealText(v, "case_events", eventText, e.ID, "text", e.CaseID, e.Text), nil
}

// SealText seals the text of the event with the id.
func SealText(v *vault.Vault, id int64, text string) []byte {
	return v.Seal("case_events", eventText, id, text)
}

// Fields reads Data.
func (e Event) Fields() map[string]any {
	out := map[string]any{}
	if e.Data != nil {
		json.Unmarshal([]byte(*e.Data), &out) // written by us; an empty map shows nothing worse than less
	}
	return out
}

// Happened is an event to be noted.
type Happened struct {
	CaseID int64
	Kind   string
	Data   map[string]any
	Text   string
	By     *access.Actor // who did it, in a transaction of several people; nil: its actor
}

// Tell writes events into timelines, in the caller's transaction.
func Tell(tx *store.Tx, happened ...Happened) error {
	if len(happened) == 0 {
		return nil
	}
	numbers, err := numbersFor(tx, happened)
	if err != nil {
		return err
	}
	ids := make([]int64, len(happened))
	kinds := make([]string, len(happened))
	data := make([]*string, len(happened))
	texts := make([][]byte, len(happened))
	actorKinds, actors := make([]string, len(happened)), make([]int64, len(happened))
	for i, h := range happened {
		by := cmp.Or(h.By, &tx.By)
		ids[i], kinds[i], actorKinds[i], actors[i] = h.CaseID, h.Kind, by.Kind, by.ID
		if numbers[i] != nil {
			texts[i] = SealText(tx.Vault(), *numbers[i], h.Text)
		}
		if len(h.Data) > 0 {
			b, err := json.Marshal(h.Data)
			if err != nil {
				return err
			}
			s := string(b)
			data[i] = &s
		}
	}
	tx.Queue(`insert into case_events (id, case_id, at, kind, actor_kind, actor_id, data, text)
		select coalesce(n, nextval('case_events_id_seq')), c, $5, k, w, a, d::jsonb, t
		from unnest($1::bigint[], $2::text[], $3::text[], $4::bytea[], $6::bigint[], $7::text[], $8::bigint[]) as e(c, k, d, t, n, w, a)`,
		ids, kinds, data, texts, tx.Now, numbers, actorKinds, actors)
	return nil
}

// numbersFor takes numbers for the events with a text, which is sealed for its row;
// the others get theirs when they are written.
func numbersFor(tx *store.Tx, happened []Happened) ([]*int64, error) {
	out := make([]*int64, len(happened))
	wanted := 0
	for _, h := range happened {
		if h.Text != "" {
			wanted++
		}
	}
	if wanted == 0 {
		return out, nil
	}
	ids, err := store.TakeIDs(tx.DB, "case_events", wanted)
	if err != nil {
		return nil, err
	}
	for i, h := range happened {
		if h.Text != "" {
			out[i], ids = &ids[0], ids[1:]
		}
	}
	return out, nil
}

// Events reads a page of a case's timeline, newest first, before the event with
// the id before (0: from the newest). kinds narrows it; none: all.
func Events(db *gorm.DB, caseID int64, kinds []string, before int64, limit int) ([]Event, error) {
	return store.Now(db, func(reads *store.Reads) *[]Event { return AskEvents(reads, caseID, kinds, before, limit) })
}

// AskEvents reads what Events gives.
func AskEvents(reads *store.Reads, caseID int64, kinds []string, before int64, limit int) *[]Event {
	return store.Ask[Event](reads, `select e.id, e.case_id, e.at, e.kind, e.actor_kind, e.actor_id, `+staff.NameOf("s")+` as actor_name, e.data, e.text
		from case_events e left join staff s on s.id = e.actor_id and e.actor_kind = 'staff'
		where e.case_id = $1 and e.id < $2 and (cardinality($3::text[]) = 0 or e.kind = any($3))
		order by e.id desc limit $4`, caseID, store.Before(before), append([]string{}, kinds...), limit)
}
