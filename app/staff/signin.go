package staff

import (
	"context"

	"hoten/app/access"
	"hoten/app/audit"
	"hoten/app/fault"
	"hoten/app/passwords"
	"hoten/app/store"
	"hoten/app/verbs"
)

// SignIn checks an address and a password. It throttles before the password is
// looked at (see throttle), and says the same whether the account is unknown,
// disabled, not yet enrolled or the password wrong. host is where it comes from.
func SignIn(ctx context.Context, s *store.Store, email, password, host string) (*Staff, error) {
	try := newAttempt(s, email, host)
	if err := try.count(ctx, s); err != nil {
		return nil, err
	}
	account, err := ByEmail(store.Read(ctx, s), email)
	if err != nil && !fault.Of(err, fault.NotFound) {
		return nil, err
	}
	hash := ""
	if account != nil && account.DisabledAt == nil {
		hash = account.PasswordHash
	}
	if !passwords.Match(hash, password) {
		return nil, failed(ctx, s, account)
	}
	return account, verbs.Run(ctx, s, account.Actor("console"), ToSignIn, account.Subject(), "", func(tx *store.Tx) error {
		if err := try.succeeded(tx); err != nil {
			return err
		}
		if _, err := store.Exec(tx, "update staff set signed_in_at = $2 where id = $1", account.ID, tx.Now); err != nil {
			return err
		}
		return audit.Record(tx, audit.Change{})
	})
}

func failed(ctx context.Context, s *store.Store, account *Staff) error {
	subject := "staff:unknown"
	if account != nil {
		subject = account.Subject()
	}
	err := verbs.Run(ctx, s, access.System("sign-in"), ToFailSignIn, subject, "", func(tx *store.Tx) error {
		return audit.Record(tx, audit.Change{})
	})
	if err != nil {
		return err
	}
	return fault.New(fault.Unauthenticated, "sign_in_failed")
}

// SignedOut notes the end of a session.
func SignedOut(ctx context.Context, s *store.Store, by access.Actor) error {
	return verbs.Run(ctx, s, by, ToSignOut, Subject(by.ID), "", func(tx *store.Tx) error { return audit.Record(tx, audit.Change{}) })
}

// Enrolling finds the account of an enrolment link that still works. Any other
// token is NotFound.
func Enrolling(ctx context.Context, s *store.Store, token string) (*Staff, error) {
	return store.Find[Staff](store.Read(ctx, s), "enrolment_hash = ? and enrolment_expires_at > ? and disabled_at is null", hashSecret(token), s.Clock())
}

// SetFirstPassword uses an enrolment link.
func SetFirstPassword(ctx context.Context, s *store.Store, token, password, again string) (*Staff, error) {
	seen, err := Enrolling(ctx, s, token)
	if err != nil {
		return nil, err
	}
	return verbs.Do(ctx, s, seen.Actor("console"), ToEnrolSelf, seen.Subject(), "", func(tx *store.Tx) (*Staff, error) {
		a, err := store.Lock[Staff](tx, seen.ID)
		if err != nil {
			return nil, err
		}
		if string(a.EnrolmentHash) != string(hashSecret(token)) {
			return nil, fault.Missing()
		}
		if err := a.setPassword(password); err != nil {
			return nil, err
		}
		if !passwords.Same(password, again) {
			return nil, fault.Input("password_again", "passwords_differ")
		}
		if err := store.Save(tx, a, "password_hash", "enrolment_hash", "enrolment_expires_at"); err != nil {
			return nil, err
		}
		return a, audit.Record(tx, audit.Change{})
	})
}
