package keycloak

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"time"

	"hoten/app/outside"
	"hoten/app/outside/rest"
)

// signIn gets a token, or the one that was got before. Whatever fails is *outside.Unready.
func (s *system) signIn(ctx context.Context) (string, error) {
	s.fetching.Lock()
	kept := s.token
	s.fetching.Unlock()
	if time.Now().Before(kept.until) {
		return kept.text, nil
	}
	asked := time.Now()
	form := url.Values{"grant_type": {"client_credentials"}, "client_id": {s.id}, "client_secret": {s.secret}}
	a, err := s.server.Ask(ctx, rest.Request{
		Method: http.MethodPost, Path: "realms/" + s.realm + "/protocol/openid-connect/token",
		Header: http.Header{"Content-Type": {"application/x-www-form-urlencoded"}}, Body: []byte(form.Encode()),
	})
	if err != nil {
		return "", rest.Unchanged(err)
	}
	var got struct {
		Token   string `json:"access_token"`
		Expires int    `json:"expires_in"` // seconds
	}
	if err := read(a, &got); err != nil {
		return "", err
	}
	if got.Token == "" {
		return "", &outside.Unready{Said: a.Said("there is no access_token")}
	}
	// It is used for half of its life, so that it does not run out on the way.
	life := time.Duration(min(max(got.Expires, 0), 3600)) * time.Second
	s.keep(token{got.Token, asked.Add(life / 2)})
	return got.Token, nil
}

func (s *system) keep(t token) {
	s.fetching.Lock()
	defer s.fetching.Unlock()
	s.token = t
}

// call asks for something below the realm. A token that is refused is replaced once: what is
// answered so was not done.
func (s *system) call(ctx context.Context, method, path string, query url.Values, body any, hidden ...string) (*rest.Answer, error) {
	r := rest.Request{Method: method, Path: "admin/realms/" + s.realm + "/" + path, Query: query}
	if body != nil {
		var err error
		if r.Body, err = json.Marshal(body); err != nil {
			return nil, &outside.Unready{Said: "the request can not be written"}
		}
	}
	for again := false; ; again = true {
		t, err := s.signIn(ctx)
		if err != nil {
			return nil, err
		}
		r.Header = http.Header{"Authorization": {"Bearer " + t}, "Content-Type": {"application/json"}, "Accept": {"application/json"}}
		r.Hidden = append([]string{t}, hidden...)
		a, err := s.server.Ask(ctx, r)
		if err != nil || a.Status != http.StatusUnauthorized || again {
			return a, err
		}
		s.keep(token{})
	}
}

// told is what Keycloak says of an error.
type told struct {
	Error       string `json:"error"`
	Description string `json:"error_description"`
	Message     string `json:"errorMessage"`
}

func tells(a *rest.Answer) (t told) {
	if json.Unmarshal(a.Body, &t) != nil {
		return told{}
	}
	return t
}

func (t told) text() string { return cmp.Or(t.Description, t.Message) }

// change has something changed. 204 alone says that it was.
func (s *system) change(ctx context.Context, method, path string, body any, hidden ...string) error {
	a, err := s.call(ctx, method, path, nil, body, hidden...)
	if err != nil || a.Status == http.StatusNoContent {
		return err
	}
	t := tells(a)
	said := a.Said(t.Error, t.text())
	switch {
	case a.Status >= 200 && a.Status < 300:
		return errors.New(said)
	case a.Status == http.StatusBadRequest:
		return &refusal{outside.Refused{Code: outside.NotAble, Said: said}, t.Error}
	}
	return a.Verdict(t.Error, t.text())
}

// refusal is a change that Keycloak has rules against.
type refusal struct {
	outside.Refused
	rule string // "invalidPasswordHistoryMessage"
}

// As lets a refusal pass for what a directory answers.
func (r *refusal) As(target any) bool {
	to, ok := target.(**outside.Refused)
	if ok {
		*to = &r.Refused
	}
	return ok
}

// get reads something. Whatever fails changes nothing.
func (s *system) get(ctx context.Context, path string, query url.Values, v any) error {
	a, err := s.call(ctx, http.MethodGet, path, query, nil)
	if err != nil {
		return rest.Unchanged(err)
	}
	return read(a, v)
}

// read reads the answer to a question into v; any other than 200 is *outside.Unready.
func read(a *rest.Answer, v any) error {
	if a.Status == http.StatusOK {
		return rest.Unchanged(a.JSON(v))
	}
	t := tells(a)
	err := a.Verdict(t.Error, t.text())
	if unready, ok := errors.AsType[*outside.Unready](err); ok {
		return unready
	}
	return &outside.Unready{Said: a.Said(t.Error, t.text())}
}
