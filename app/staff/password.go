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

// ChangePassword replaces one's own password by another; all other sessions and
// tokens end. A wrong current password is Invalid on current_password and counts
// against the throttle of sign-in, since a session left open must not be a way to guess.
func ChangePassword(ctx context.Context, s *store.Store, by access.Actor, current, password, again, host string) (*Staff, error) {
	account, err := Active(store.Read(ctx, s), by.ID)
	if err != nil {
		return nil, err
	}
	try := newAttempt(s, account.Email, host)
	if err := try.count(ctx, s); err != nil {
		return nil, err
	}
	if !passwords.Match(account.PasswordHash, current) {
		return nil, fault.Input("current_password", "password_wrong")
	}
	return verbs.Do(ctx, s, by, ToChangePassword, account.Subject(), "", func(tx *store.Tx) (*Staff, error) {
		a, err := store.Lock[Staff](tx, account.ID)
		if err != nil {
			return nil, err
		}
		switch {
		case a.PasswordHash != account.PasswordHash:
			return nil, fault.New(fault.Conflict, "conflict")
		case passwords.Match(a.PasswordHash, password):
			return nil, fault.Input("password", "password_same")
		}
		if err := a.setPassword(password); err != nil {
			return nil, err
		}
		if !passwords.Same(password, again) {
			return nil, fault.Input("password_again", "passwords_differ")
		}
		if err := try.succeeded(tx); err != nil {
			return nil, err
		}
		if err := a.shutOut(tx); err != nil {
			return nil, err
		}
		if err := store.Save(tx, a, "password_hash", "enrolment_hash", "enrolment_expires_at", "sessions_after"); err != nil {
			return nil, err
		}
		return a, audit.Record(tx, audit.Change{})
	})
}
