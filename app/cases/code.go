package cases

import (
	"context"
	"crypto/hmac"
	"crypto/rand"
	"fmt"
	"math/big"
	"time"

	"hoten/app/access"
	"hoten/app/audit"
	"hoten/app/fault"
	"hoten/app/jptext"
	"hoten/app/members"
	"hoten/app/notices"
	"hoten/app/store"
)

// Code is one 確認コード (never ワンタイムパスワード); only its keyed hash is kept.
type Code struct {
	ID         int64
	CallID     int64
	IdentityID int64
	ContactID  int64
	CodeHash   []byte
	SentAt     time.Time
	ExpiresAt  time.Time
	Tries      int16
	UsedAt     *time.Time
}

// TableName is the table of Code.
func (Code) TableName() string { return "verification_codes" }

// SendCode mails a code to a contact that may be used; it voids the one before.
// A new one comes after an interval, so many a call and an ID a day. Who is
// neither the member nor a documented representative: Forbidden caller_not_entitled. No usable
// contact: Invalid no_usable_contact; then a contact shown by documents, else a letter.
func SendCode(ctx context.Context, s *store.Store, by access.Actor, callID int64) (*Call, error) {
	return inCall(ctx, s, by, ToSendCode, callID, func(tx *store.Tx, in *talk) error {
		if err := in.provable(tx); err != nil {
			return err
		}
		// Without an address no next code can be sent, so that waiting for it is pointless.
		contact, err := usableContact(tx.DB, in.Case, in.of.Standing, members.Email)
		if err != nil {
			return err
		}
		if contact == nil {
			return fault.New(fault.Invalid, "no_usable_contact")
		}
		if err := in.withinCodeLimits(tx); err != nil {
			return err
		}
		if err := in.sendCode(tx, contact); err != nil {
			return err
		}
		if err := Tell(tx, Happened{CaseID: in.CaseID, Kind: CodeSent, Data: map[string]any{"call": in.ID}}); err != nil {
			return err
		}
		return audit.Record(tx, audit.Change{After: map[string]any{"call": in.ID, "contact": contact.ID}})
	})
}

func (in *talk) codeAllowed(tx *store.Tx) error {
	if err := in.goingOn(); err != nil {
		return err
	}
	if err := Unsuspected(in.of.Standing); err != nil {
		return err
	}
	// While level 2 is closed for the day, another call cannot reach it.
	if err := open2(in.of.Standing, in.policy.Verification, tx.Now); err != nil {
		return err
	}
	return in.notOver(tx.Now, false)
}

// provable refuses a proof of possession to whoever would get no further by it.
func (in *talk) provable(tx *store.Tx) error {
	if err := in.codeAllowed(tx); err != nil {
		return err
	}
	may, err := in.entitled(tx)
	if err == nil && !may {
		err = fault.New(fault.Forbidden, "caller_not_entitled")
	}
	return err
}

func (in *talk) withinCodeLimits(tx *store.Tx) error {
	v := in.policy.Verification
	var inCall, inDay int
	var latest *time.Time
	err := store.Scan(tx.DB, `select count(*) filter (where call_id = $1), count(*) filter (where sent_at >= $3), max(sent_at)
		from verification_codes where identity_id = $2 and (sent_at >= $3 or call_id = $1)`,
		[]any{in.Conversation(), in.of.ID, jptext.StartOfDay(tx.Now)}, &inCall, &inDay, &latest)
	switch {
	case err != nil:
		return err
	case inCall >= v.CodesPerCall:
		return fault.New(fault.RateLimited, "codes_per_call", "max", v.CodesPerCall)
	case inDay >= v.CodesPerDay:
		return fault.New(fault.RateLimited, "codes_per_day", "max", v.CodesPerDay)
	case latest != nil && tx.Now.Sub(*latest) < time.Duration(v.CodeIntervalSeconds)*time.Second:
		return fault.New(fault.RateLimited, "code_interval", "seconds", v.CodeIntervalSeconds)
	}
	return nil
}

func (in *talk) sendCode(tx *store.Tx, contact *members.Contact) error {
	v := in.policy.Verification
	n, err := rand.Int(rand.Reader, big.NewInt(1_000_000))
	if err != nil {
		return err
	}
	plain := fmt.Sprintf("%06d", n)
	if _, err := store.Exec(tx, "update verification_codes set expires_at = $2 where call_id = $1 and used_at is null and expires_at > $2", in.Conversation(), tx.Now); err != nil {
		return err
	}
	code := Code{CallID: in.Conversation(), IdentityID: in.of.ID, ContactID: contact.ID, CodeHash: hashCode(tx, in.Conversation(), plain), SentAt: tx.Now,
		ExpiresAt: tx.Now.Add(time.Duration(v.CodeMinutes) * time.Minute)}
	if err := store.Insert(tx, &code); err != nil {
		return err
	}
	to, err := Addressees(tx.DB, tx.Vault(), []int64{in.CaseID}, notices.VerificationCode)
	if err == nil {
		err = notices.CanGo(tx, to[in.CaseID].Address)
	}
	if err != nil {
		return err
	}
	facts := to[in.CaseID].Facts
	if facts.At, err = CallerSince(tx.DB, in.Call); err != nil {
		return err
	}
	facts.Minutes = v.CodeMinutes
	mail := to[in.CaseID].Draft(notices.VerificationCode, facts)
	mail.Secret = plain
	_, err = notices.Queue(tx, mail)
	return err
}

func hashCode(tx *store.Tx, call int64, plain string) []byte {
	return tx.Vault().Blind("verification_code", fmt.Sprintf("%d:%s", call, plain))
}

// Checked is what an agent learns of a code the caller read out.
type Checked struct {
	Match     bool
	TriesLeft int
	Call      *Call
}

// CheckCode compares the code that the caller reads out; it works once, for some
// minutes, with at most five tries.
func CheckCode(ctx context.Context, s *store.Store, by access.Actor, callID int64, said string) (r Checked, err error) {
	r.Call, err = inCall(ctx, s, by, ToCheckCode, callID, func(tx *store.Tx, in *talk) error {
		if err := in.codeAllowed(tx); err != nil {
			return err
		}
		digits := codeDigits(said)
		if len(digits) != 6 {
			return fault.Input("code", "code_form")
		}
		codes, err := store.Select[Code](tx.DB, `select * from verification_codes where call_id = $1 and used_at is null and expires_at > $2 and tries < $3
			order by id desc limit 1 for update`, in.Conversation(), tx.Now, in.policy.Verification.CodeTries)
		if err != nil {
			return err
		}
		if len(codes) == 0 {
			return fault.New(fault.Conflict, "no_code_waiting")
		}
		code := codes[0]
		safe, err := ContactIsSafe(tx.DB, in.CaseID, code.ContactID)
		if err != nil {
			return err
		}
		if !safe {
			return fault.New(fault.Invalid, "no_usable_contact")
		}
		code.Tries++
		if r.Match = hmac.Equal(code.CodeHash, hashCode(tx, in.Conversation(), digits)); r.Match {
			code.UsedAt = &tx.Now
			members.Prove(tx, &code.CallID, code.ContactID)
		}
		r.TriesLeft = in.policy.Verification.CodeTries - int(code.Tries)
		if err := store.Save(tx, &code, "tries", "used_at"); err != nil {
			return err
		}
		return in.note(tx, itemCode, r.Match, nil)
	})
	return r, err
}

// ConfirmCallback notes that the agent called back on a registered number that
// may be used and reached the caller there. Who is neither the member nor a documented
// representative: Forbidden caller_not_entitled.
func ConfirmCallback(ctx context.Context, s *store.Store, by access.Actor, callID int64) (*Call, error) {
	return inCall(ctx, s, by, ToConfirmCallback, callID, func(tx *store.Tx, in *talk) error {
		if err := in.provable(tx); err != nil {
			return err
		}
		if in.Direction != "outbound" {
			return fault.New(fault.Conflict, "callback_needs_outbound")
		}
		contact, err := usableContact(tx.DB, in.Case, in.of.Standing, members.Phone)
		if err != nil {
			return err
		}
		if contact == nil {
			return fault.New(fault.Invalid, "no_usable_contact")
		}
		in.CalledContact = &contact.ID
		return in.note(tx, itemCallback, true, in.CalledContact)
	})
}
