package scim

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"strings"

	"hoten/app/directories"
	"hoten/app/outside"
	"hoten/app/outside/rest"
)

// user is what hoten reads of a user.
type user struct {
	ID     string `json:"id"`
	Active *bool  `json:"active"`
	Meta   struct {
		Version string `json:"version"`
	} `json:"meta"`
}

func (u *user) path() string { return "Users/" + rest.Part(u.ID) }

// told is what a service provider says of an error.
type told struct {
	Type   string `json:"scimType"`
	Detail string `json:"detail"`
}

func tells(a *rest.Answer) (t told) {
	if json.Unmarshal(a.Body, &t) != nil {
		return told{}
	}
	return t
}

// get reads something. Whatever fails changes nothing, and is *outside.Unready, except
// that what is not there is *outside.Refused.
func (s *system) get(ctx context.Context, path string, query url.Values, v any) error {
	a, err := s.server.Ask(ctx, rest.Request{Method: http.MethodGet, Path: path, Query: query, Header: s.header()})
	if err != nil {
		return rest.Unchanged(err)
	}
	if a.Status == http.StatusOK {
		return rest.Unchanged(a.JSON(v))
	}
	t := tells(a)
	err = a.Verdict(t.Type, t.Detail)
	if _, unready := errors.AsType[*outside.Unready](err); unready || a.Status == http.StatusNotFound {
		return err
	}
	return &outside.Unready{Said: a.Said(t.Type, t.Detail)}
}

// list is an answer to a search.
type list struct {
	Total     *int              `json:"totalResults"`
	Resources []json.RawMessage `json:"Resources"`
}

// search asks for users; an answer that is no list, or none there, is *outside.Unready.
func (s *system) search(ctx context.Context, query url.Values) (l list, err error) {
	err = s.get(ctx, "Users", query, &l)
	if refused, ok := errors.AsType[*outside.Refused](err); ok {
		err = &outside.Unready{Said: refused.Said}
	}
	if err == nil && l.Total == nil {
		err = &outside.Unready{Said: "the answer to a search is no list"}
	}
	return l, err
}

// find reads the user of the login. None or several: *outside.Refused unknown_id.
func (s *system) find(ctx context.Context, login string) (*user, error) {
	value, err := json.Marshal(login)
	if err != nil {
		return nil, &outside.Refused{Code: outside.UnknownID, Said: "the login is no text"}
	}
	l, err := s.search(ctx, url.Values{"filter": {s.lookup + " eq " + string(value)}, "count": {"2"}})
	switch {
	case err != nil:
		return nil, err
	case *l.Total == 0 && len(l.Resources) == 0:
		return nil, &outside.Refused{Code: outside.UnknownID, Said: "no user has the login as its " + s.lookup}
	case *l.Total > 1 || len(l.Resources) > 1:
		return nil, &outside.Refused{Code: outside.UnknownID, Said: "not unique: several users have the login as their " + s.lookup}
	case len(l.Resources) == 0:
		return nil, &outside.Unready{Said: "the user is not in the answer to the search"}
	}
	var u user
	var all map[string]any
	if json.Unmarshal(l.Resources[0], &u) != nil || json.Unmarshal(l.Resources[0], &all) != nil || u.ID == "" {
		return nil, &outside.Unready{Said: "the user that was found can not be read"}
	}
	// A server that does not know filters answers with somebody.
	if has, ok := all[s.lookup].(string); !strings.EqualFold(has, login) && (ok || s.lookup == userName) {
		return nil, &outside.Refused{Code: outside.UnknownID, Said: "the user that was found does not have the login as its " + s.lookup}
	}
	return &u, nil
}

// operation is one change of a PATCH.
type operation struct {
	Op    string `json:"op"`
	Path  string `json:"path"`
	Value any    `json:"value,omitempty"`
}

const patchOp = "urn:ietf:params:scim:api:messages:2.0:PatchOp"

// patch changes the user. If it was changed since it was read, it is read again, and changed
// once more.
func (s *system) patch(ctx context.Context, u *user, o operation, hidden ...string) error {
	body, err := json.Marshal(map[string]any{"schemas": []string{patchOp}, "Operations": []operation{o}})
	if err != nil {
		return &outside.Unready{Said: "the request can not be written"}
	}
	r := rest.Request{Method: http.MethodPatch, Path: u.path(), Header: s.header(), Body: body, Hidden: hidden}
	for again := false; ; again = true {
		if r.Header.Del("If-Match"); u.Meta.Version != "" {
			r.Header.Set("If-Match", u.Meta.Version)
		}
		a, err := s.server.Ask(ctx, r)
		if err != nil {
			return err
		}
		if a.Status != http.StatusPreconditionFailed {
			return u.patched(a, o)
		}
		if again {
			return &outside.Unready{Said: a.Said("the user keeps being changed", tells(a).Detail)}
		}
		if err := s.get(ctx, u.path(), nil, u); err != nil {
			return err
		}
	}
}

// patched is what the answer to a PATCH means. The version of the user is then that of the answer.
func (u *user) patched(a *rest.Answer, o operation) error {
	t := tells(a)
	said := a.Said(t.Type, t.Detail)
	switch {
	case a.Status == http.StatusNoContent:
		u.Meta.Version = a.Header.Get("ETag")
		return nil
	case a.Status == http.StatusOK:
		var now user
		if json.Unmarshal(a.Body, &now) != nil || now.ID != u.ID {
			return errors.New(a.Said("the answer to a PATCH is not the user"))
		}
		u.Meta.Version = cmp.Or(a.Header.Get("ETag"), now.Meta.Version)
		return nil
	case a.Status >= 200 && a.Status < 300:
		return errors.New(said)
	case a.Status == http.StatusBadRequest && t.Type == "noTarget" && o.Op == "remove":
		return nil // it was gone
	case a.Status == http.StatusBadRequest && t.Type == "invalidValue" && o.Path == "password":
		return &outside.Refused{Code: directories.PasswordRefused, Said: said}
	case a.Status == http.StatusBadRequest, a.Status == http.StatusNotImplemented:
		return &outside.Refused{Code: outside.NotAble, Said: said}
	}
	return a.Verdict(t.Type, t.Detail)
}
