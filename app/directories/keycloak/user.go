package keycloak

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"hoten/app/outside"
	"hoten/app/outside/rest"
)

// Required actions, which Keycloak asks for at the next sign-in.
const (
	updatePassword = "UPDATE_PASSWORD"
	configureTOTP  = "CONFIGURE_TOTP"
)

// user is a user as it was read. It is written back whole: what hoten does not know stays.
type user struct {
	ID         string              `json:"id"`
	Username   string              `json:"username"`
	Email      string              `json:"email"`
	Enabled    bool                `json:"enabled"`
	Actions    []string            `json:"requiredActions"`
	Attributes map[string][]string `json:"attributes"`
	NotBefore  int64               `json:"notBefore"` // sessions that began before have ended; seconds since 1970
	whole      map[string]any
}

// UnmarshalJSON reads what hoten knows, and keeps the rest.
func (u *user) UnmarshalJSON(b []byte) error {
	type plain user
	if err := json.Unmarshal(b, (*plain)(u)); err != nil {
		return err
	}
	// Numbers stay as they are written.
	d := json.NewDecoder(strings.NewReader(string(b)))
	d.UseNumber()
	return d.Decode(&u.whole)
}

// MarshalJSON writes all of it, with what hoten may have changed.
func (u *user) MarshalJSON() ([]byte, error) {
	delete(u.whole, "notBefore") // sessions may have ended since it was read
	u.whole["enabled"] = u.Enabled
	u.whole["requiredActions"] = slices.Concat([]string{}, u.Actions)
	if u.Attributes != nil {
		u.whole["attributes"] = u.Attributes
	}
	return json.Marshal(u.whole)
}

func (u *user) path() string { return "users/" + rest.Part(u.ID) }

// asks reports whether the user is asked for the action at the next sign-in.
func (u *user) asks(action string) bool { return slices.Contains(u.Actions, action) }

func (u *user) ask(action string) {
	if !u.asks(action) {
		u.Actions = append(u.Actions, action)
	}
}

func (u *user) drop(action string) {
	u.Actions = slices.DeleteFunc(u.Actions, func(a string) bool { return a == action })
}

// find reads the user of the login. None or several: *outside.Refused unknown_id.
func (s *system) find(ctx context.Context, login string) (*user, error) {
	query := url.Values{"max": {"3"}}
	switch s.lookup {
	case byUsername, byEmail:
		query.Set(s.lookup, login)
		query.Set("exact", "true")
	default:
		query.Set("q", s.lookup+`:"`+strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(login)+`"`)
	}
	var found []*user
	if err := s.get(ctx, "users", query, &found); err != nil {
		return nil, err
	}
	// Attributes are not in every list.
	found = slices.DeleteFunc(found, func(u *user) bool {
		return u == nil || u.ID == "" || (s.lookup == byUsername || s.lookup == byEmail) && !s.is(u, login)
	})
	switch {
	case len(found) == 0:
		return nil, &outside.Refused{Code: outside.UnknownID, Said: "no user has the login as its " + s.lookup}
	case len(found) > 1:
		return nil, &outside.Refused{Code: outside.UnknownID, Said: "not unique: several users have the login as their " + s.lookup}
	}
	u := &user{}
	if err := s.get(ctx, found[0].path(), nil, u); err != nil {
		return nil, err
	}
	if u.ID != found[0].ID || !s.is(u, login) {
		// A version that does not know the parameter answers with somebody.
		return nil, &outside.Refused{Code: outside.UnknownID, Said: "the user that was found does not have the login as its " + s.lookup}
	}
	return u, nil
}

// is reports whether the login is that of the user. Keycloak keeps usernames and emails in
// lower case.
func (s *system) is(u *user, login string) bool {
	switch s.lookup {
	case byUsername:
		return strings.EqualFold(u.Username, login)
	case byEmail:
		return strings.EqualFold(u.Email, login)
	}
	return slices.Contains(u.Attributes[s.lookup], login)
}

// credential is something that a user signs in with.
type credential struct {
	ID      string `json:"id"`
	Type    string `json:"type"`
	Created int64  `json:"createdDate"` // milliseconds since 1970
}

func (s *system) credentials(ctx context.Context, u *user, kind string) ([]credential, error) {
	var all []credential
	err := s.get(ctx, u.path()+"/credentials", nil, &all)
	return slices.DeleteFunc(all, func(c credential) bool { return c.Type != kind }), err
}

// changed reports whether the password was set since then.
func (s *system) changed(ctx context.Context, u *user, since time.Time) (bool, error) {
	found, err := s.credentials(ctx, u, "password")
	return slices.ContainsFunc(found, func(c credential) bool { return c.Created >= since.UnixMilli() }), err
}

// endSessions ends all sessions, and takes back consents, with which offline tokens go.
func (s *system) endSessions(ctx context.Context, u *user) error {
	var consents []struct {
		Client string `json:"clientId"`
	}
	if err := s.get(ctx, u.path()+"/consents", nil, &consents); err != nil {
		return err
	}
	for _, c := range consents {
		if err := s.remove(ctx, u.path()+"/consents/"+rest.Part(c.Client)); err != nil {
			return err
		}
	}
	return s.change(ctx, http.MethodPost, u.path()+"/logout", nil)
}

// remove removes something, which may have gone meanwhile.
func (s *system) remove(ctx context.Context, path string) error {
	err := s.change(ctx, http.MethodDelete, path, nil)
	if refused, ok := errors.AsType[*outside.Refused](err); ok && refused.Code == outside.UnknownID {
		return nil
	}
	return err
}
