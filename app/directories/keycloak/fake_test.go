package keycloak

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"hoten/app/directories"
	"hoten/app/outside/rest/resttest"
)

const (
	secret = "client secret"
	chosen = `chosen "password" & 合言葉`
	stolen = "stolen-password"
)

// fake is a realm that keeps to the contract of the admin REST interface, as far as hoten
// uses it, and fails the test where hoten does not.
type fake struct {
	*resttest.Server
	t        *testing.T
	mu       sync.Mutex
	users    map[string]*person
	tokens   map[string]bool
	made     int
	history  bool // passwords of the history are refused
	unmanage string
	roles    []string
	random   []string // passwords that hoten made up
}

// person is a user of the realm.
type person struct {
	rep       map[string]any
	passwords []string // the last one opens
	set       int64
	otp       bool
	sessions  int
	consents  []string
}

func start(t *testing.T, serve func(*testing.T, http.Handler) *resttest.Server) *fake {
	t.Helper()
	f := &fake{t: t, tokens: map[string]bool{}, users: map[string]*person{}, roles: []string{"manage-users"}, unmanage: "ENABLED"}
	for _, login := range []string{"alice", "bob"} {
		f.users["id-"+login] = &person{passwords: []string{stolen}, sessions: 2, consents: []string{"app/one", "two"}, rep: map[string]any{
			"id": "id-" + login, "username": login, "email": login + "@example.jp", "enabled": true, "firstName": "名", "createdTimestamp": json.Number("1785432100123456789"),
			"requiredActions": []string{"VERIFY_EMAIL", updatePassword}, "notBefore": 0,
			"attributes": map[string][]string{"member": {login + ` "1"`}, "points": {"hash"}, "other": {"a", "b"}},
		}}
	}
	mux := http.NewServeMux()
	const users = "/auth/admin/realms/the%20realm/users"
	mux.HandleFunc("POST /auth/realms/the%20realm/protocol/openid-connect/token", f.token)
	for path, h := range map[string]func(http.ResponseWriter, *http.Request, *person){
		"GET " + users: f.list, "GET " + users + "/profile": f.profile, "GET " + users + "/{id}": f.read, "PUT " + users + "/{id}": f.write,
		"GET " + users + "/{id}/credentials": f.credentials, "DELETE " + users + "/{id}/credentials/otp-1": f.noOTP,
		"PUT " + users + "/{id}/reset-password": f.reset, "POST " + users + "/{id}/logout": f.logout,
		"GET " + users + "/{id}/consents": f.listConsents, "DELETE " + users + "/{id}/consents/{client}": f.revoke,
	} {
		mux.HandleFunc(path, f.allowed(h))
	}
	mux.HandleFunc("/", func(_ http.ResponseWriter, r *http.Request) { t.Errorf("%s %s", r.Method, r.URL) })
	f.Server = serve(t, mux)
	f.URL += "/auth"
	return f
}

func (f *fake) system(pairs ...string) directories.System {
	f.t.Helper()
	set := append([]string{"realm", "the realm", "client_id", "hoten", "client_secret", secret, "point_password_attribute", "points"}, pairs...)
	return resttest.Open(f.t, Kind, f.Settings(Kind, set...))
}

func (f *fake) token(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	got, err := url.ParseQuery(string(body))
	if want := (url.Values{"grant_type": {"client_credentials"}, "client_id": {"hoten"}, "client_secret": {secret}}); err != nil || got.Encode() != want.Encode() {
		answer(w, http.StatusUnauthorized, map[string]any{"error": "unauthorized_client", "error_description": "Invalid client or Invalid client credentials " + got.Get("client_secret")})
		return
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	f.made++
	claims, _ := json.Marshal(map[string]any{"n": f.made, "resource_access": map[string]any{"realm-management": map[string]any{"roles": f.roles}}})
	t := "e30." + base64.RawURLEncoding.EncodeToString(claims) + ".sig"
	f.tokens[t] = true
	answer(w, http.StatusOK, map[string]any{"access_token": t, "expires_in": 60, "token_type": "Bearer"})
}

// forget has the tokens run out.
func (f *fake) forget() {
	f.mu.Lock()
	defer f.mu.Unlock()
	clear(f.tokens)
}

func answer(w http.ResponseWriter, status int, body any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	if body != nil {
		json.NewEncoder(w).Encode(body)
	}
}

func (f *fake) allowed(h func(http.ResponseWriter, *http.Request, *person)) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		f.mu.Lock()
		defer f.mu.Unlock()
		if t, ok := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer "); !ok || !f.tokens[t] {
			answer(w, http.StatusUnauthorized, map[string]any{"error": "HTTP 401 Unauthorized"})
			return
		}
		if r.Header.Get("Content-Type") != "application/json" || (r.Method == http.MethodPut) != (r.ContentLength > 0) {
			f.t.Errorf("%s %s: %v, %d bytes", r.Method, r.URL, r.Header, r.ContentLength)
		}
		p := f.users[r.PathValue("id")]
		if r.PathValue("id") != "" && p == nil {
			answer(w, http.StatusNotFound, map[string]any{"error": "User not found"})
			return
		}
		h(w, r, p)
	}
}

func (f *fake) list(w http.ResponseWriter, r *http.Request, _ *person) {
	found := []any{}
	q := r.URL.Query()
	for _, id := range []string{"id-alice", "id-bob"} {
		rep := f.users[id].rep
		is := q.Get("max") == "1" || q.Get("exact") == "true" && (q.Get("username") == rep["username"] || q.Get("email") == rep["email"]) ||
			q.Get("q") == fmt.Sprintf("member:%q", rep["username"].(string)+` "1"`) || q.Get("q") == `other:"a"`
		if is {
			found = append(found, map[string]any{"id": id, "username": rep["username"], "email": rep["email"]})
		}
	}
	answer(w, http.StatusOK, found)
}

func (f *fake) profile(w http.ResponseWriter, _ *http.Request, _ *person) {
	answer(w, http.StatusOK, map[string]any{"attributes": []any{map[string]any{"name": "member"}}, "unmanagedAttributePolicy": f.unmanage})
}

func (f *fake) read(w http.ResponseWriter, _ *http.Request, p *person) {
	answer(w, http.StatusOK, p.rep)
}

func body(t *testing.T, r *http.Request, v any) {
	d := json.NewDecoder(r.Body)
	d.UseNumber()
	if err := d.Decode(v); err != nil {
		t.Error(err)
	}
}

func (f *fake) write(w http.ResponseWriter, r *http.Request, p *person) {
	got := map[string]any{}
	body(f.t, r, &got)
	for name, was := range p.rep {
		if name == "enabled" || name == "requiredActions" || name == "attributes" || name == "notBefore" {
			continue
		}
		if fmt.Sprint(got[name]) != fmt.Sprint(was) {
			f.t.Errorf("%s was %v and is %v", name, was, got[name])
		}
	}
	if other := got["attributes"].(map[string]any)["other"]; fmt.Sprint(other) != "[a b]" || got["notBefore"] != nil || !slices.Contains(got["requiredActions"].([]any), any("VERIFY_EMAIL")) {
		f.t.Errorf("%v", got)
	}
	got["notBefore"] = p.rep["notBefore"]
	p.rep = got
	w.WriteHeader(http.StatusNoContent)
}

func (f *fake) credentials(w http.ResponseWriter, _ *http.Request, p *person) {
	all := []any{map[string]any{"id": "pw-1", "type": "password", "createdDate": p.set}}
	if p.otp {
		all = append(all, map[string]any{"id": "otp-1", "type": "otp", "createdDate": 1})
	}
	answer(w, http.StatusOK, all)
}

func (f *fake) noOTP(w http.ResponseWriter, _ *http.Request, p *person) {
	p.otp = false
	w.WriteHeader(http.StatusNoContent)
}

func (f *fake) reset(w http.ResponseWriter, r *http.Request, p *person) {
	got := map[string]any{}
	body(f.t, r, &got)
	password, _ := got["value"].(string)
	if len(got) != 3 || got["type"] != "password" || got["temporary"] != false || password == "" {
		f.t.Errorf("%v", got)
	}
	switch {
	case password == "short" || f.unmanage == "no random" && password != chosen:
		answer(w, http.StatusBadRequest, map[string]any{"error": "invalidPasswordMinLengthMessage", "error_description": "Invalid password: minimum length 12: " + password})
		return
	case f.history && slices.Contains(p.passwords, password):
		answer(w, http.StatusBadRequest, map[string]any{"error": "invalidPasswordHistoryMessage", "error_description": "Invalid password: must not be equal to any of last 3 passwords."})
		return
	}
	if password != chosen {
		f.random = append(f.random, password)
	}
	p.passwords, p.set = append(p.passwords, password), time.Now().UnixMilli()
	w.WriteHeader(http.StatusNoContent)
}

func (f *fake) logout(w http.ResponseWriter, _ *http.Request, p *person) {
	p.sessions, p.rep["notBefore"] = 0, time.Now().Unix()
	w.WriteHeader(http.StatusNoContent)
}

func (f *fake) listConsents(w http.ResponseWriter, _ *http.Request, p *person) {
	all := []any{}
	for _, c := range p.consents {
		all = append(all, map[string]any{"clientId": c, "additionalGrants": []any{map[string]any{"key": "Offline Token"}}})
	}
	answer(w, http.StatusOK, all)
}

func (f *fake) revoke(w http.ResponseWriter, r *http.Request, p *person) {
	at := slices.Index(p.consents, r.PathValue("client"))
	if at < 0 {
		answer(w, http.StatusNotFound, map[string]any{"error": "Consent nor offline token not found"})
		return
	}
	p.consents = slices.Delete(p.consents, at, at+1)
	w.WriteHeader(http.StatusNoContent)
}

// opens reports whether somebody signs in with the password.
func (p *person) opens(password string) bool {
	return p.rep["enabled"] == true && p.passwords[len(p.passwords)-1] == password
}
