package notices

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/riverqueue/river"

	"hoten/app/store"
)

// Kinds of mails (docs/domain.md section 6).
const (
	RestrictionNotice      = "restriction_notice"
	VerificationCode       = "verification_code"
	ResetLink              = "reset_link"
	ResetCompleted         = "reset_completed"
	ContactChanged         = "contact_changed"
	ContactUndone          = "contact_undone"
	ReimbursementCompleted = "reimbursement_completed"
	ReimbursementCorrected = "reimbursement_corrected"
	CaseClosed             = "case_closed"
	AllHolders             = "all_holders"
)

// Kinds lists every kind, in the order a case goes through them.
var Kinds = []string{RestrictionNotice, VerificationCode, ResetLink, ResetCompleted, ContactChanged, ContactUndone, ReimbursementCompleted, ReimbursementCorrected, CaseClosed, AllHolders}

// Results are the mails that tell what was put back, and balances: a member gets them in the
// order in which they were queued, so that the last one tells what stands. The closing mail
// sums the others up.
var Results = []string{ReimbursementCompleted, ReimbursementCorrected, CaseClosed}

// States of a mail. Sent is handed to the mail server, or kept where there is none; it is not
// delivered.
const (
	Queued  = "queued"
	Sent    = "sent"
	Failed  = "failed"
	Bounced = "bounced"
)

// Mail is one message to one member, in the outbox and kept afterwards.
type Mail struct {
	ID        int64
	CaseID    *int64
	MemberID  *int64
	ContactID *int64
	Kind      string
	Language  string
	Recipient []byte
	Data      []byte
	Secret    []byte
	State     string
	Attempts  int16
	MessageID string
	Subject   string
	BodyText  []byte
	BodyHTML  []byte `gorm:"column:body_html"`
	Error     string // what the last attempt met, as it was answered
	Reason    string // why the last attempt failed, one of Reasons
	QueuedAt  time.Time
	DueAt     time.Time
	SentAt    *time.Time
	QueueID   *int64 // of the stopped queue that it waits in
	Kept      bool   // no mail server was set up: it is in the mailbox folder, and was not sent
	FirstID   *int64 // the mail whose place it takes, see Redirect
	Untold    bool   // its case was locked when it was settled, and is told later
}

// Secretive mails are about a code or a link, and worth nothing without it.
func (m Mail) Secretive() bool { return m.Kind == VerificationCode || m.Kind == ResetLink }

// Facts is what a mail may tell; each kind uses its part. It is sealed as a whole.
type Facts struct {
	Name        string    `json:"name"`         // as registered, for 宛名
	MaskedLogin string    `json:"masked_login"` // the ID, masked
	CaseNumber  string    `json:"case_number"`
	TitleJa     string    `json:"title_ja"`
	TitleEn     string    `json:"title_en"`
	PeriodFrom  time.Time `json:"period_from"` // days of JST, inclusive
	PeriodTo    time.Time `json:"period_to"`
	DetectedOn  time.Time `json:"detected_on"`
	At          time.Time `json:"at"`      // when it happened: the call, the change, the posting
	Minutes     int       `json:"minutes"` // how long the code or link is good
	Resumed     bool      `json:"resumed"`
	PointsOpen  bool      `json:"points_open,omitempty"`  // something is still owed
	ContactOpen bool      `json:"contact_open,omitempty"` // a change of the Contact waits to be decided
	Loss        bool      `json:"loss,omitempty"`         // points of this member are known to have been misused
	PutBack     bool      `json:"put_back,omitempty"`     // those were put back, and nothing is open
	Correction  bool      `json:"correction,omitempty"`   // it is a correction of what was posted, which may take points back
	Contact     string    `json:"contact,omitempty"`      // which was, or may be, changed or changed back: "email" or "phone"
	Points      []Points  `json:"points,omitempty"`       // posted, a program each
	Before      PutBack   `json:"before,omitzero"`        // what a correction corrects
	Former      bool      `json:"former,omitempty"`       // the address was taken back, and may be anybody's
	// PointPassword is that the password for points was made void with this.
	PointPassword bool `json:"point_password,omitempty"`
}

// ToFormer is what may be told at an address that was taken back, which may be an
// impostor's: that it is not used any more, and nothing about the member.
func (f Facts) ToFormer() Facts { return Facts{Contact: f.Contact, Former: true} }

// PutBack says in which ways points of a member were put back.
type PutBack struct {
	Restored   bool `json:"restored,omitempty"`   // to the state before a transfer
	Reimbursed bool `json:"reimbursed,omitempty"` // for an exchange, or as an adjustment
}

// ways are the ways in which points were put back, by what is told now and was before. Where
// nothing is known of the member, they are those of the incident.
func (f Facts) ways(transfers bool) (w PutBack) {
	w = f.Before
	for _, p := range f.Points {
		w.Restored = w.Restored || p.Restored != 0
		w.Reimbursed = w.Reimbursed || p.Reimbursed != 0 || p.Adjusted != 0
	}
	if w == (PutBack{}) {
		return PutBack{Restored: transfers && f.Points == nil, Reimbursed: true}
	}
	return w
}

// Points is what was posted for one program, signed from the member's view, and
// the balance afterwards.
type Points struct {
	NameJa     string `json:"name_ja"`
	NameEn     string `json:"name_en"`
	UnitJa     string `json:"unit_ja,omitempty"`
	UnitEn     string `json:"unit_en,omitempty"`
	UnitEnOne  string `json:"unit_en_one,omitempty"`
	Restored   int64  `json:"restored"`
	Reimbursed int64  `json:"reimbursed"`
	Absorbed   int64  `json:"absorbed"`
	Adjusted   int64  `json:"adjusted"`
	Moved      int64  `json:"moved,omitempty"`     // what else happened on the account since the member was told; no part of Total
	Returned   int64  `json:"returned,omitempty"`  // of a correction: what canceled exchanges had returned since; no part of Total
	Undue      bool   `json:"undue,omitempty"`     // of a correction: some of it is not to be put back any more
	Cancelled  int64  `json:"cancelled,omitempty"` // what canceled exchanges had returned before, and is not Reimbursed; no part of Total
	Balance    int64  `json:"balance"`
	Whole      *int64 `json:"whole,omitempty"`   // of a correction: what was put back or taken back in all
	Unknown    bool   `json:"unknown,omitempty"` // nobody stated what there was: no balance is told
}

// Total is what was put back or taken back in the program altogether.
func (p Points) Total() int64 { return p.Restored + p.Reimbursed + p.Absorbed + p.Adjusted }

// parts counts what Total is made of.
func (p Points) parts() (n int) {
	for _, part := range []int64{p.Restored, p.Reimbursed, p.Absorbed, p.Adjusted} {
		if part != 0 {
			n++
		}
	}
	return n
}

// ClosingWaits is how long a closing mail waits to be sent: a slip is noticed at once, and
// whoever completed the case takes it back before its member reads of it.
const ClosingWaits = 30 * time.Second

// waitsFor is how long a mail of a kind waits to be sent after it was queued.
func waitsFor(kind string) time.Duration {
	if kind == CaseClosed {
		return ClosingWaits
	}
	return 0
}

// soonest is, in SQL, when a mail m goes that is to go at a time, but for what it waits.
func soonest(at string) string {
	return fmt.Sprintf("greatest(%s, m.queued_at + case m.kind when '%s' then interval '%d seconds' else interval '0' end)", at, CaseClosed, int(ClosingWaits.Seconds()))
}

// Draft is a mail to be queued, with the number that was taken for it; 0: Queue takes
// one for each. Secret is the code or the whole link; it is
// erased when the mail was sent.
type Draft struct {
	ID                          int64
	CaseID, MemberID, ContactID *int64
	Kind, Language, To, Secret  string
	Facts                       Facts
}

// DeliverArgs is the job that delivers a chunk of queued mails.
type DeliverArgs struct {
	IDs []int64 `json:"ids"`
}

// Kind names the job for River.
func (DeliverArgs) Kind() string { return "mails_deliver" }

// InsertOpts keeps mails out of the way of other work, and many mails out of the
// way of one: somebody waits on the phone for a code.
func (a DeliverArgs) InsertOpts() river.InsertOpts {
	o := river.InsertOpts{Queue: "mails", MaxAttempts: 3, Priority: 1}
	if len(a.IDs) > 1 {
		o.Priority = 3
	}
	return o
}

// urgentKinds do not wait for Sweep: somebody waits on the phone, or may have to object.
var urgentKinds = []string{VerificationCode, ResetLink, ResetCompleted, ContactChanged, ContactUndone}

// chunk is how many mails one job delivers.
const chunk = 25

// Queue writes mails into the outbox in the caller's transaction. For what somebody
// waits on the phone for it queues a job as well; the others are gathered by Sweep
// a moment later, in chunks, so that approving a thousand reimbursements does not
// make a thousand jobs. It returns the mails' ids in the order of drafts.
func Queue(tx *store.Tx, drafts ...Draft) ([]int64, error) {
	if len(drafts) == 0 {
		return nil, nil
	}
	ids, err := numbersFor(tx, drafts)
	if err != nil {
		return nil, err
	}
	mails := make([]Mail, len(drafts))
	var urgent []int64
	for i, d := range drafts {
		if mails[i], err = compose(tx, ids[i], d); err != nil {
			return nil, err
		}
		if slices.Contains(urgentKinds, d.Kind) {
			urgent = append(urgent, ids[i])
		}
	}
	insert(tx, mails)
	return ids, enqueue(tx, urgent)
}

// numbersFor are the numbers of drafts: either all have theirs or none.
func numbersFor(tx *store.Tx, drafts []Draft) ([]int64, error) {
	if drafts[0].ID == 0 {
		return store.TakeIDs(tx.DB, "mails", len(drafts))
	}
	ids := make([]int64, len(drafts))
	for i, d := range drafts {
		ids[i] = d.ID
	}
	return ids, nil
}

func insert(tx *store.Tx, mails []Mail) {
	n := len(mails)
	ids, of, members, contacts := make([]int64, n), make([]*int64, n), make([]*int64, n), make([]*int64, n)
	kinds, languages, messages := make([]string, n), make([]string, n), make([]string, n)
	recipients, data, secrets, due := make([][]byte, n), make([][]byte, n), make([][]byte, n), make([]time.Time, n)
	for i, m := range mails {
		ids[i], of[i], members[i], contacts[i] = m.ID, m.CaseID, m.MemberID, m.ContactID
		kinds[i], languages[i], messages[i], recipients[i], data[i], secrets[i] = m.Kind, m.Language, m.MessageID, m.Recipient, m.Data, m.Secret
		due[i] = m.DueAt
	}
	tx.Queue(`insert into mails (id, case_id, member_id, contact_id, kind, language, message_id, recipient, data, secret, due_at, queued_at)
		select *, $12::timestamptz from unnest($1::bigint[], $2::bigint[], $3::bigint[], $4::bigint[], $5::text[], $6::text[], $7::text[], $8::bytea[], $9::bytea[], $10::bytea[], $11::timestamptz[])`,
		ids, of, members, contacts, kinds, languages, messages, recipients, data, secrets, due, tx.Now)
}

func enqueue(tx *store.Tx, ids []int64) error {
	var jobs []river.JobArgs
	for part := range slices.Chunk(ids, chunk) {
		jobs = append(jobs, DeliverArgs{IDs: part})
	}
	if len(jobs) == 0 {
		return nil
	}
	return tx.Enqueue(jobs...)
}

func compose(tx *store.Tx, id int64, d Draft) (Mail, error) {
	data, err := json.Marshal(d.Facts)
	if err != nil {
		return Mail{}, err
	}
	unique, err := uuid.NewV7()
	if err != nil {
		return Mail{}, err
	}
	v := tx.Vault()
	return Mail{
		ID: id, CaseID: d.CaseID, MemberID: d.MemberID, ContactID: d.ContactID, Kind: d.Kind, Language: d.Language,
		Recipient: v.Seal("mails", "recipient", id, d.To), Data: v.Seal("mails", "data", id, string(data)), Secret: v.Seal("mails", "secret", id, d.Secret),
		State: Queued, MessageID: fmt.Sprintf("%s@mail.invalid", strings.ReplaceAll(unique.String(), "-", "")), QueuedAt: tx.Now, DueAt: tx.Now.Add(waitsFor(d.Kind)),
	}, nil
}
