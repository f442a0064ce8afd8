package ldap

import (
	"context"
	"errors"

	goldap "github.com/go-ldap/ldap/v3"

	"hoten/app/directories"
	"hoten/app/outside"
)

// Settled reads of the entry whether the act was done.
func (s *system) Settled(ctx context.Context, r directories.Request) (outside.Settled, error) {
	c, e, err := s.open(ctx, r.Login)
	if refused, ok := errors.AsType[*outside.Refused](err); ok && refused.Code == outside.UnknownID {
		return outside.NotDone, nil
	}
	if err != nil {
		return outside.CannotTell, err
	}
	c.close()
	switch r.Act {
	case directories.Restrict:
		return s.restricted(e, r), nil
	case directories.SetPassword:
		return s.passwordSet(ctx, e, r)
	case directories.Release:
		return done(!has(e, s.lock.attribute)), nil
	case directories.VoidPointPassword:
		if !has(e, s.points) {
			return outside.CannotTell, nil // a password may only be hidden from our account
		}
		return outside.NotDone, nil
	case directories.OneTimePasswordOn:
		return done(is(e, s.oneTime, s.on)), nil
	case directories.OneTimePasswordOff:
		return done(is(e, s.oneTime, s.off)), nil
	}
	return outside.CannotTell, nil
}

func (s *system) restricted(e *goldap.Entry, r directories.Request) outside.Settled {
	if s.lock.attribute == "" || !has(e, changedAt) {
		return outside.CannotTell
	}
	return done(is(e, s.lock.attribute, s.lock.value) && since(e, changedAt, r.OrderedAt) && s.ended(e, r))
}

func (s *system) passwordSet(ctx context.Context, e *goldap.Entry, r directories.Request) (outside.Settled, error) {
	switch {
	case has(e, s.lock.attribute):
		return outside.CannotTell, nil // a lock may refuse the right password, too
	case has(e, mustChange) || !s.ended(e, r):
		return outside.NotDone, nil
	}
	set, err := s.opens(ctx, e.DN, r.Password)
	if err != nil {
		return outside.CannotTell, unready(err, s.password, r.Password)
	}
	return done(set), nil
}

// ended reports whether sessions have ended since the request, as far as that is kept.
func (s *system) ended(e *goldap.Entry, r directories.Request) bool {
	return s.sessions == "" || since(e, s.sessions, r.OrderedAt)
}

func done(is bool) outside.Settled {
	if is {
		return outside.Done
	}
	return outside.NotDone
}
