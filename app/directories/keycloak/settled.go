package keycloak

import (
	"context"
	"errors"

	"hoten/app/directories"
)

// Settled reads of the user whether the act was done.
func (s *system) Settled(ctx context.Context, r directories.Request) (directories.Settled, error) {
	u, err := s.find(ctx, r.Login)
	if refused, ok := errors.AsType[*directories.Refused](err); ok && refused.Code == directories.UnknownID {
		return directories.NotDone, nil
	}
	if err != nil {
		return directories.CannotTell, err
	}
	switch r.Act {
	case directories.Restrict, directories.SetPassword:
		open := r.Act == directories.SetPassword
		if u.Enabled != open || open && u.asks(updatePassword) || u.NotBefore < r.OrderedAt.Unix() {
			return directories.NotDone, nil
		}
		set, err := s.changed(ctx, u, r.OrderedAt)
		return done(set, err)
	case directories.Release:
		return done(u.Enabled, nil)
	case directories.VoidPointPassword:
		if _, has := u.Attributes[s.points]; has {
			return directories.NotDone, nil
		}
	case directories.OneTimePasswordOn:
		found, err := s.credentials(ctx, u, "otp")
		return done(len(found) > 0 || u.asks(configureTOTP), err)
	case directories.OneTimePasswordOff:
		found, err := s.credentials(ctx, u, "otp")
		return done(len(found) == 0 && !u.asks(configureTOTP), err)
	}
	return directories.CannotTell, nil
}

func done(is bool, err error) (directories.Settled, error) {
	switch {
	case err != nil:
		return directories.CannotTell, err
	case is:
		return directories.Done, nil
	}
	return directories.NotDone, nil
}
