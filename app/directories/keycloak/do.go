package keycloak

import (
	"context"
	"errors"
	"net/http"
	"strings"

	"hoten/app/directories"
	"hoten/app/outside"
	"hoten/app/outside/rest"
)

// Do does the act on the user of the login.
func (s *system) Do(ctx context.Context, r directories.Request) error {
	switch {
	case !s.Can(r.Act):
		return &outside.Refused{Code: outside.NotAble, Said: "no attribute is set for it"}
	case r.Act == directories.SetPassword && r.Password == "":
		return &outside.Refused{Code: directories.PasswordRefused, Said: "the password is empty"}
	}
	u, err := s.find(ctx, r.Login)
	if err != nil {
		return err
	}
	switch r.Act {
	case directories.Restrict:
		err = s.restrict(ctx, u)
	case directories.SetPassword:
		err = s.setPassword(ctx, u, r)
	case directories.Release:
		u.Enabled = true
		err = s.write(ctx, u)
	case directories.VoidPointPassword:
		if _, has := u.Attributes[s.points]; has {
			delete(u.Attributes, s.points)
			err = s.write(ctx, u)
		}
	case directories.OneTimePasswordOn:
		err = s.oneTimeOn(ctx, u)
	case directories.OneTimePasswordOff:
		err = s.oneTimeOff(ctx, u)
	}
	// What a directory answers is one of its own errors, and nothing around it.
	if refused, ok := errors.AsType[*outside.Refused](err); ok {
		return refused
	}
	return err
}

func (s *system) write(ctx context.Context, u *user) error {
	return s.change(ctx, http.MethodPut, u.path(), u)
}

func (s *system) reset(ctx context.Context, u *user, password string) error {
	body := map[string]any{"type": "password", "temporary": false, "value": password}
	return s.change(ctx, http.MethodPut, u.path()+"/reset-password", body, password)
}

// restrict disables first, so that what fails afterwards leaves the user closed. A random
// password that is refused leaves it disabled, and its sessions end all the same.
func (s *system) restrict(ctx context.Context, u *user) error {
	u.Enabled = false
	if err := s.write(ctx, u); err != nil {
		return err
	}
	failed := s.reset(ctx, u, rest.RandomPassword())
	if _, refused := errors.AsType[*outside.Refused](failed); failed != nil && !refused {
		return rest.Begun(failed)
	}
	if err := s.endSessions(ctx, u); err != nil {
		return rest.Begun(err)
	}
	return failed
}

// setPassword enables last: until then the user stays as closed as it is.
func (s *system) setPassword(ctx context.Context, u *user, r directories.Request) error {
	if err := s.reset(ctx, u, r.Password); err != nil {
		if err = s.repeated(ctx, u, r, err); err != nil {
			return err
		}
	}
	if err := s.endSessions(ctx, u); err != nil {
		return rest.Begun(err)
	}
	u.Enabled = true
	u.drop(updatePassword)
	return rest.Begun(s.write(ctx, u))
}

// repeated is what a password that was not set means. The same request may have set it
// before, and now it is in the history: nobody but an administrator changes the password of a
// user who is disabled.
func (s *system) repeated(ctx context.Context, u *user, r directories.Request, err error) error {
	no, ok := err.(*refusal)
	if !ok || !strings.HasPrefix(no.rule, "invalidPassword") {
		return err
	}
	if no.rule == "invalidPasswordHistoryMessage" && !u.Enabled {
		set, unknown := s.changed(ctx, u, r.OrderedAt)
		if unknown != nil {
			return rest.Begun(unknown)
		}
		if set {
			return nil
		}
	}
	no.Code = directories.PasswordRefused
	return no
}

// oneTimeOn has the user set up a generator of one-time passwords, unless there is one.
func (s *system) oneTimeOn(ctx context.Context, u *user) error {
	found, err := s.credentials(ctx, u, "otp")
	if err != nil || len(found) > 0 {
		return err
	}
	u.ask(configureTOTP)
	return s.write(ctx, u)
}

func (s *system) oneTimeOff(ctx context.Context, u *user) error {
	found, err := s.credentials(ctx, u, "otp")
	if err != nil {
		return err
	}
	u.drop(configureTOTP)
	if err := s.write(ctx, u); err != nil {
		return err
	}
	for _, c := range found {
		if err := s.remove(ctx, u.path()+"/credentials/"+rest.Part(c.ID)); err != nil {
			return rest.Begun(err)
		}
	}
	return nil
}
