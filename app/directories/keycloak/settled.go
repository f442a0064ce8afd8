package keycloak

import (
	"context"
	"errors"

	"hoten/app/directories"
	"hoten/app/outside"
)

// Settled reads of the user whether the act was done.
func (s *system) Settled(ctx context.Context, r directories.Request) (outside.Settled, error) {
	u, err := s.find(ctx, r.Login)
	if refused, ok := errors.AsType[*outside.Refused](err); ok && refused.Code == outside.UnknownID {
		return outside.NotDone, nil
	}
	if err != nil {
		return outside.CannotTell, err
	}
	switch r.Act {
	case directories.Restrict, directories.SetPassword:
		open := r.Act == directories.SetPassword
		if u.Enabled != open || open && u.asks(updatePassword) || u.NotBefore < r.OrderedAt.Unix() {
			return outside.NotDone, nil
		}
		set, err := s.changed(ctx, u, r.OrderedAt)
		return done(set, err)
	case directories.Release:
		return done(u.Enabled, nil)
	case directories.VoidPointPassword:
		if _, has := u.Attributes[s.points]; has {
			return outside.NotDone, nil
		}
	case directories.OneTimePasswordOn:
		found, err := s.credentials(ctx, u, "otp")
		return done(len(found) > 0 || u.asks(configureTOTP), err)
	case directories.OneTimePasswordOff:
		found, err := s.credentials(ctx, u, "otp")
		return done(len(found) == 0 && !u.asks(configureTOTP), err)
	}
	return outside.CannotTell, nil
}

func done(is bool, err error) (outside.Settled, error) {
	switch {
	case err != nil:
		return outside.CannotTell, err
	case is:
		return outside.Done, nil
	}
	return outside.NotDone, nil
}
