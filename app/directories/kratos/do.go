package kratos

import (
	"context"
	"errors"
	"net/url"

	"hoten/app/directories"
	"hoten/app/outside"
	"hoten/app/outside/rest"
)

// secondFactors are the credentials that ask for more than the password.
var secondFactors = []string{"totp", "lookup_secret"}

// Do does the act on the identity of the login.
func (s *system) Do(ctx context.Context, r directories.Request) error {
	switch {
	case !s.Can(r.Act):
		return &outside.Refused{Code: outside.NotAble, Said: "Kratos has no act for it"}
	case r.Act == directories.SetPassword && r.Password == "":
		return &outside.Refused{Code: directories.PasswordRefused, Said: "the password is empty"}
	}
	i, err := s.find(ctx, r.Login)
	if err != nil {
		return err
	}
	switch r.Act {
	case directories.Restrict:
		if err := s.put(ctx, i, inactive, rest.RandomPassword()); err != nil {
			return err
		}
		return rest.Begun(s.remove(ctx, i, "sessions"))
	case directories.SetPassword:
		return s.setPassword(ctx, i, r.Password)
	case directories.OneTimePasswordOff:
		if err := s.remove(ctx, i, "credentials/"+secondFactors[0]); err != nil {
			return err
		}
		return rest.Begun(s.remove(ctx, i, "credentials/"+secondFactors[1]))
	}
	return s.activate(ctx, i)
}

// setPassword activates last: until then the identity stays as closed as it is.
func (s *system) setPassword(ctx context.Context, i *identity, password string) error {
	if err := s.put(ctx, i, i.State, password); err != nil {
		return err
	}
	if err := s.remove(ctx, i, "sessions"); err != nil {
		return rest.Begun(err)
	}
	return rest.Begun(s.activate(ctx, i))
}

// Settled reads of the identity whether the act was done. A password can not be read, nor
// when it was set: Kratos writes all credentials anew with each change.
func (s *system) Settled(ctx context.Context, r directories.Request) (outside.Settled, error) {
	i, err := s.find(ctx, r.Login)
	if refused, ok := errors.AsType[*outside.Refused](err); ok && refused.Code == outside.UnknownID {
		return outside.NotDone, nil
	}
	if err != nil {
		return outside.CannotTell, err
	}
	switch {
	case r.Act == directories.OneTimePasswordOff:
		for _, factor := range secondFactors {
			if _, has := i.Credentials[factor]; has {
				return outside.NotDone, nil
			}
		}
		return outside.Done, nil
	case r.Act == directories.Release && i.State == active:
		return outside.Done, nil
	case r.Act == directories.Restrict && i.State == active, r.Act != directories.Restrict && i.State == inactive:
		return outside.NotDone, nil
	}
	return outside.CannotTell, nil
}

// Check reads an identity.
func (s *system) Check(ctx context.Context) []outside.Finding {
	k, ok := s.server.Check(ctx)
	if !ok {
		return k.Found
	}
	var some []identity
	err := s.get(ctx, "admin/identities", url.Values{"page_size": {"1"}}, &some)
	if k.Note("sign_in", err, "") {
		if len(some) == 0 || some[0].ID == "" {
			err = errors.New("there are no identities")
		}
		k.Note("kratos_identities", err, "")
	}
	return k.Found
}
