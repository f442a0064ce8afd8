package ldap

import (
	"context"
	"errors"

	"hoten/app/directories"
)

// Settled reads of the entry whether the act was done.
func (s *system) Settled(ctx context.Context, r directories.Request) (directories.Settled, error) {
	c, e, err := s.open(ctx, r.Login)
	if refused, ok := errors.AsType[*directories.Refused](err); ok && refused.Code == directories.UnknownID {
		return directories.NotDone, nil
	}
	if err != nil {
		return directories.CannotTell, err
	}
	c.close()
	ended := s.sessions == "" || since(e, s.sessions, r.OrderedAt)
	switch r.Act {
	case directories.Restrict:
		switch {
		case s.lock.attribute == "" || !has(e, changedAt):
			return directories.CannotTell, nil
		default:
			return done(is(e, s.lock.attribute, s.lock.value) && since(e, changedAt, r.OrderedAt) && ended), nil
		}
	case directories.SetPassword:
		switch {
		case has(e, s.lock.attribute):
			return directories.CannotTell, nil // nothing is told by a password that a lock may refuse
		case has(e, mustChange) || !ended:
			return directories.NotDone, nil
		}
		set, err := s.opens(ctx, e.DN, r.Password)
		if err != nil {
			return directories.CannotTell, unready(err, s.password, r.Password)
		}
		return done(set), nil
	case directories.Release:
		return done(!has(e, s.lock.attribute)), nil
	case directories.VoidPointPassword:
		if has(e, s.points) {
			return directories.NotDone, nil
		}
		return directories.CannotTell, nil // a password may only be hidden from our account
	case directories.OneTimePasswordOn:
		return done(is(e, s.oneTime, s.on)), nil
	case directories.OneTimePasswordOff:
		return done(is(e, s.oneTime, s.off)), nil
	}
	return directories.CannotTell, nil
}

func done(is bool) directories.Settled {
	if is {
		return directories.Done
	}
	return directories.NotDone
}
