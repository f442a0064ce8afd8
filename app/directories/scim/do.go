package scim

import (
	"context"
	"errors"
	"strings"

	"hoten/app/directories"
	"hoten/app/outside"
	"hoten/app/outside/rest"
)

// Do does the act on the user of the login.
func (s *system) Do(ctx context.Context, r directories.Request) error {
	switch {
	case !s.Can(r.Act):
		return &outside.Refused{Code: outside.NotAble, Said: "no path is set for it"}
	case r.Act == directories.SetPassword && r.Password == "":
		return &outside.Refused{Code: directories.PasswordRefused, Said: "the password is empty"}
	}
	u, err := s.find(ctx, r.Login)
	if err != nil {
		return err
	}
	switch r.Act {
	case directories.Restrict:
		// Inactive first and active last: what breaks off leaves the user closed.
		return s.both(ctx, u, active(false), password(rest.RandomPassword()))
	case directories.SetPassword:
		return s.both(ctx, u, password(r.Password), active(true))
	case directories.Release:
		return able(s.patch(ctx, u, active(true)))
	case directories.VoidPointPassword:
		return able(s.patch(ctx, u, operation{Op: "remove", Path: s.points}))
	}
	return able(s.patch(ctx, u, operation{"replace", s.oneTime, r.Act == directories.OneTimePasswordOn}))
}

func active(is bool) operation { return operation{"replace", "active", is} }

func password(text string) operation { return operation{"replace", "password", text} }

// both does one change after the other. That a password is forbidden is for the member to
// mend where it comes first, and so is the member's.
func (s *system) both(ctx context.Context, u *user, first, second operation) error {
	hidden, _ := first.Value.(string)
	if err := s.patch(ctx, u, first, hidden); err != nil {
		if hidden == "" {
			return able(err)
		}
		return err
	}
	hidden, _ = second.Value.(string)
	return rest.Begun(able(s.patch(ctx, u, second, hidden)))
}

// able is the error of a change that holds no password of a member.
func able(err error) error {
	if refused, ok := errors.AsType[*outside.Refused](err); ok && refused.Code == directories.PasswordRefused {
		return &outside.Refused{Code: outside.NotAble, Said: refused.Said}
	}
	return err
}

// Settled reads of the user whether the act was done. A password can not be read.
func (s *system) Settled(ctx context.Context, r directories.Request) (outside.Settled, error) {
	u, err := s.find(ctx, r.Login)
	if refused, ok := errors.AsType[*outside.Refused](err); ok && refused.Code == outside.UnknownID {
		return outside.NotDone, nil
	}
	if err != nil || u.Active == nil {
		return outside.CannotTell, err
	}
	switch {
	case r.Act == directories.Release && *u.Active:
		return outside.Done, nil
	case r.Act == directories.Restrict && *u.Active, (r.Act == directories.SetPassword || r.Act == directories.Release) && !*u.Active:
		return outside.NotDone, nil
	}
	return outside.CannotTell, nil
}

// Check reads users, and what the service provider says that it can.
func (s *system) Check(ctx context.Context) []outside.Finding {
	k, ok := s.server.Check(ctx)
	if !ok {
		return k.Found
	}
	l, err := s.search(ctx, map[string][]string{"count": {"1"}})
	if !k.Note("sign_in", err, "") {
		return k.Found
	}
	if *l.Total == 0 {
		err = errors.New("there are no users, or none that the account may see")
	}
	k.Note("scim_users", err, "")
	type can struct {
		Supported bool `json:"supported"`
	}
	var config struct {
		Patch    can `json:"patch"`
		Filter   can `json:"filter"`
		Password can `json:"changePassword"`
	}
	err = s.get(ctx, "ServiceProviderConfig", nil, &config)
	var missing []string
	for i, has := range []can{config.Patch, config.Filter, config.Password} {
		if !has.Supported {
			missing = append(missing, []string{"patch", "filter", "changePassword"}[i])
		}
	}
	if err == nil && missing != nil {
		err = errors.New("ServiceProviderConfig: not supported: " + strings.Join(missing, ", "))
	}
	k.Note("scim_config", err, "")
	return k.Found
}
