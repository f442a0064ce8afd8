package kratos

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"strings"

	"hoten/app/outside"
	"hoten/app/outside/rest"
)

// States of identities.
const (
	active   = "active"
	inactive = "inactive"
)

// identity is what hoten reads of an identity. A PUT replaces what is raw as a whole.
type identity struct {
	ID             string          `json:"id"`
	State          string          `json:"state"`
	Schema         string          `json:"schema_id"`
	External       json.RawMessage `json:"external_id"`
	Traits         json.RawMessage `json:"traits"`
	MetadataPublic json.RawMessage `json:"metadata_public"`
	MetadataAdmin  json.RawMessage `json:"metadata_admin"`
	Credentials    map[string]struct {
		Identifiers []string `json:"identifiers"`
	} `json:"credentials"`
}

func (i *identity) path() string { return "admin/identities/" + rest.Part(i.ID) }

// is reports whether somebody signs in as the identity with the login. Kratos keeps logins in
// lower case.
func (i *identity) is(login string) bool {
	for _, c := range i.Credentials {
		for _, of := range c.Identifiers {
			if strings.EqualFold(of, strings.TrimSpace(login)) {
				return true
			}
		}
	}
	return false
}

// why is what Kratos says of an error.
func why(a *rest.Answer) string {
	var t struct {
		Error struct {
			Reason  string `json:"reason"`
			Message string `json:"message"`
		} `json:"error"`
	}
	if json.Unmarshal(a.Body, &t) != nil {
		return ""
	}
	return cmp.Or(t.Error.Reason, t.Error.Message)
}

// get reads something. Whatever fails changes nothing, and is *outside.Unready.
func (s *system) get(ctx context.Context, path string, query url.Values, v any) error {
	a, err := s.server.Ask(ctx, rest.Request{Method: http.MethodGet, Path: path, Query: query, Header: s.header()})
	if err != nil {
		return rest.Unchanged(err)
	}
	if a.Status == http.StatusOK {
		return rest.Unchanged(a.JSON(v))
	}
	err = a.Verdict(why(a))
	if unready, ok := errors.AsType[*outside.Unready](err); ok {
		return unready
	}
	return &outside.Unready{Said: a.Said(why(a))}
}

// find reads the identity of the login. None or several: *outside.Refused unknown_id.
func (s *system) find(ctx context.Context, login string) (*identity, error) {
	var found []identity
	if err := s.get(ctx, "admin/identities", url.Values{"credentials_identifier": {login}}, &found); err != nil {
		return nil, err
	}
	switch {
	case login == "" || len(found) == 0:
		return nil, &outside.Refused{Code: outside.UnknownID, Said: "no identity signs in with the login"}
	case len(found) > 1:
		return nil, &outside.Refused{Code: outside.UnknownID, Said: "not unique: several identities sign in with the login"}
	case found[0].ID == "":
		return nil, &outside.Unready{Said: "the identity that was found can not be read"}
	}
	var i identity
	if err := s.get(ctx, found[0].path(), nil, &i); err != nil {
		return nil, err
	}
	if i.ID != found[0].ID || !i.is(login) {
		// A version that does not know the parameter answers with somebody.
		return nil, &outside.Refused{Code: outside.UnknownID, Said: "the identity that was found does not sign in with the login"}
	}
	return &i, nil
}

// change changes an identity, which the answer shows as it is then.
func (s *system) change(ctx context.Context, i *identity, method, state string, body any, hidden ...string) error {
	sent, err := json.Marshal(body)
	if err != nil {
		return &outside.Unready{Said: "the request can not be written"}
	}
	a, err := s.server.Ask(ctx, rest.Request{Method: method, Path: i.path(), Header: s.header(), Body: sent, Hidden: hidden})
	if err != nil {
		return err
	}
	var now identity
	switch {
	case a.Status == http.StatusOK && (json.Unmarshal(a.Body, &now) != nil || now.ID != i.ID || now.State != state):
		return errors.New(a.Said("the answer is not the identity as it was to be"))
	case a.Status > http.StatusOK && a.Status < 300:
		return errors.New(a.Said("not an answer that was expected"))
	case a.Status == http.StatusBadRequest:
		return &outside.Refused{Code: outside.NotAble, Said: a.Said(why(a))}
	}
	return a.Verdict(why(a))
}

// put writes the identity as it was read, with the state and the password.
func (s *system) put(ctx context.Context, i *identity, state, password string) error {
	body := map[string]any{
		"schema_id": i.Schema, "state": state, "traits": i.Traits, "metadata_public": i.MetadataPublic, "metadata_admin": i.MetadataAdmin,
		"credentials": map[string]any{"password": map[string]any{"config": map[string]any{"password": password}}},
	}
	if i.External != nil {
		body["external_id"] = i.External
	}
	return s.change(ctx, i, http.MethodPut, state, body, password)
}

// activate changes the state alone.
func (s *system) activate(ctx context.Context, i *identity) error {
	return s.change(ctx, i, http.MethodPatch, active, []map[string]any{{"op": "replace", "path": "/state", "value": active}})
}

// remove removes something below the identity, which may not be there: Kratos answers so, too,
// where there is no session to end.
func (s *system) remove(ctx context.Context, i *identity, what string) error {
	a, err := s.server.Ask(ctx, rest.Request{Method: http.MethodDelete, Path: i.path() + "/" + what, Header: s.header()})
	switch {
	case err != nil:
		return err
	case a.Status == http.StatusNoContent, a.Status == http.StatusNotFound:
		return nil
	case a.Status >= 200 && a.Status < 300:
		return errors.New(a.Said("not an answer that was expected"))
	}
	return a.Verdict(why(a))
}
