package resets

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"time"

	"hoten/app/access"
	"hoten/app/audit"
	"hoten/app/cases"
	"hoten/app/directories"
	"hoten/app/fault"
	"hoten/app/jptext"
	"hoten/app/members"
	"hoten/app/notices"
	"hoten/app/policies"
	"hoten/app/store"
	"hoten/app/verbs"
)

// Link is one reset link; the token itself is only in the mail.
type Link struct {
	ID         int64
	CaseID     int64
	IdentityID int64
	ContactID  int64
	CallID     *int64 // the first call of the conversation; nil in what older releases sent outside one
	TokenHash  []byte
	SentBy     int64
	SentAt     time.Time
	ExpiresAt  time.Time
	UsedAt     *time.Time
	VoidedAt   *time.Time
}

// TableName is the table of Link.
func (Link) TableName() string { return "reset_links" }

// Again is when another link may take the place of this one.
func (l Link) Again() time.Time { return l.SentAt.Add(justSent) }

// justSent is how long a second link is refused: two agents at once send one.
const justSent = time.Minute

// Send mails a reset link to the member whom the actor has verified to level 2
// in a running call. A new link voids the older; above the day's limit only a
// supervisor sends. baseURL is the public origin.
func Send(ctx context.Context, s *store.Store, by access.Actor, caseID int64, baseURL string) (*cases.Case, error) {
	return verbs.Do(ctx, s, by, ToSend, cases.Subject(caseID), "", func(tx *store.Tx) (*cases.Case, error) {
		c, of, err := cases.Lock(tx, caseID)
		if err != nil {
			return nil, err
		}
		p, err := policies.Current(tx.DB)
		if err != nil {
			return nil, err
		}
		// Without an address no verification leads to a link, which is said before the
		// caller is asked for more.
		if err := cases.Require2(tx, c, of.Standing, p, 1); err != nil {
			return nil, err
		}
		if err := sendable(tx, of, p); err != nil {
			return nil, err
		}
		to, err := cases.Addressees(tx.DB, tx.Vault(), []int64{c.ID}, notices.ResetLink)
		if err != nil {
			return nil, err
		}
		if to[c.ID].Address == "" {
			return nil, fault.New(fault.Invalid, "no_usable_contact")
		}
		if err := notices.CanGo(tx, to[c.ID].Address); err != nil {
			return nil, err
		}
		if err := cases.Require2(tx, c, of.Standing, p, 2); err != nil {
			return nil, err
		}
		if err := mailLink(tx, c, to[c.ID], p, baseURL); err != nil {
			return nil, err
		}
		of.State = members.LinkSent
		if err := c.MarkVerified(tx); err != nil {
			return nil, err
		}
		if err := mark(tx, c, of); err != nil {
			return nil, err
		}
		if err := cases.Tell(tx, cases.Happened{CaseID: c.ID, Kind: cases.LinkWasSent}); err != nil {
			return nil, err
		}
		return c, audit.Record(tx, audit.Change{})
	})
}

// mark writes the ID's record, and that something happened to the case.
func mark(tx *store.Tx, c *cases.Case, of *members.Identity) error {
	if err := of.SaveStanding(tx); err != nil {
		return err
	}
	return c.Touch(tx)
}

// sendable holds the limits of docs/domain.md section 5, for all cases of the ID together.
func sendable(tx *store.Tx, of *members.Identity, p policies.Policies) error {
	switch of.State {
	case members.Active:
		return fault.New(fault.Conflict, "not_restricted")
	case members.Resumed:
		return fault.New(fault.Conflict, "already_resumed")
	}
	var today int
	var latest *time.Time
	var choosing bool
	err := store.Scan(tx.DB, "select count(*), max(sent_at), coalesce(bool_or("+directories.Choosing("l.id")+"), false) from reset_links l where identity_id = $1 and sent_at >= $2",
		[]any{of.ID, jptext.StartOfDay(tx.Now)}, &today, &latest, &choosing)
	switch {
	case err != nil:
		return err
	case choosing:
		return fault.New(fault.Conflict, "link_under_way")
	case latest != nil && tx.Now.Sub(*latest) < justSent:
		return fault.New(fault.Conflict, "link_just_sent")
	case today >= p.ResetsPerDay && !tx.By.May(access.Supervise):
		return fault.New(fault.RateLimited, "resets_per_day", "max", p.ResetsPerDay)
	}
	return nil
}

func mailLink(tx *store.Tx, c *cases.Case, who cases.Addressee, p policies.Policies, baseURL string) error {
	token, hash, err := newToken()
	if err != nil {
		return err
	}
	if err := voidLinks(tx, c.IdentityID); err != nil {
		return err
	}
	facts := who.Facts
	facts.At, facts.Minutes = tx.Now, p.ResetMinutes
	call, err := cases.CurrentCall(tx.DB, c.ID, tx.By.ID)
	if err != nil {
		return err
	}
	var conversation *int64
	if call != nil {
		first := call.Conversation()
		conversation = &first
		if facts.At, err = cases.CallerSince(tx.DB, call); err != nil {
			return err
		}
	}
	link := Link{CaseID: c.ID, IdentityID: c.IdentityID, ContactID: who.ContactID, CallID: conversation, TokenHash: hash, SentBy: tx.By.ID, SentAt: tx.Now,
		ExpiresAt: tx.Now.Add(time.Duration(p.ResetMinutes) * time.Minute)}
	if err := store.Insert(tx, &link); err != nil {
		return err
	}
	mail := who.Draft(notices.ResetLink, facts)
	mail.Secret = baseURL + "/reset/" + token
	_, err = notices.Queue(tx, mail)
	return err
}

func init() { cases.WhenClearing(voidLinks) }

// voidLinks makes a link of an ID that still works useless.
func voidLinks(tx *store.Tx, identity int64) error {
	_, err := store.Exec(tx, "update reset_links set voided_at = $2 where identity_id = $1 and used_at is null and voided_at is null", identity, tx.Now)
	return err
}

func newToken() (token string, hash []byte, err error) {
	b := make([]byte, 32)
	if _, err := rand.Read(b); err != nil {
		return "", nil, err
	}
	token = base64.RawURLEncoding.EncodeToString(b)
	return token, hashToken(token), nil
}

// hashToken needs no key: the token has 256 random bits.
func hashToken(token string) []byte {
	h := sha256.Sum256([]byte(token))
	return h[:]
}
