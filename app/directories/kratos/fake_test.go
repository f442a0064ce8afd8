package kratos

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"

	"hoten/app/directories"
	"hoten/app/outside/rest/resttest"
)

const (
	secret = "secret-token"
	chosen = `chosen "password" & 合言葉`
	stolen = "stolen-password"
	kept   = `{"schema_id":"default","traits":{"email":"alice","big":123456789012345678901},"metadata_public":{"a":1},"metadata_admin":{"b":[2]},"external_id":"x-1"}`
)

// fake is the admin interface of Kratos, as far as hoten uses it, and fails the test where
// hoten does not keep to it.
type fake struct {
	*resttest.Server
	t      *testing.T
	mu     sync.Mutex
	people []*person
	random []string // passwords that hoten made up
	strict bool     // no identity is good enough
}

type person struct {
	login, state, password string
	sessions               int
	factors                []string
}

func start(t *testing.T, serve func(*testing.T, http.Handler) *resttest.Server) *fake {
	t.Helper()
	f := &fake{t: t}
	for _, login := range []string{"alice", "花子@example.jp"} {
		f.people = append(f.people, &person{login: login, state: active, password: stolen, sessions: 2})
	}
	mux := http.NewServeMux()
	const one = " /admin/identities/{id}"
	for path, h := range map[string]func(http.ResponseWriter, *http.Request, *person){
		"GET /admin/identities": f.list, "GET" + one: f.read, "PUT" + one: f.put, "PATCH" + one: f.patch,
		"DELETE" + one + "/sessions": f.endSessions, "DELETE" + one + "/credentials/{type}": f.noFactor,
	} {
		mux.HandleFunc(path, f.allowed(h))
	}
	mux.HandleFunc("/", func(_ http.ResponseWriter, r *http.Request) { t.Errorf("%s %s", r.Method, r.URL) })
	f.Server = serve(t, mux)
	return f
}

func (f *fake) system(pairs ...string) directories.System {
	f.t.Helper()
	return resttest.Open(f.t, Kind, f.Settings(Kind, append([]string{"token", secret}, pairs...)...))
}

func answer(w http.ResponseWriter, status int, body any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	json.NewEncoder(w).Encode(body)
}

func fail(w http.ResponseWriter, status int, reason string) {
	answer(w, status, map[string]any{"error": map[string]any{"code": status, "status": http.StatusText(status), "reason": reason}})
}

func (f *fake) allowed(h func(http.ResponseWriter, *http.Request, *person)) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		f.mu.Lock()
		defer f.mu.Unlock()
		if r.Header.Get("Authorization") != "Bearer "+secret {
			fail(w, http.StatusUnauthorized, "no: "+r.Header.Get("Authorization"))
			return
		}
		if r.Header.Get("Content-Type") != "application/json" || (r.Method == "PUT" || r.Method == "PATCH") != (r.ContentLength > 0) {
			f.t.Errorf("%s %v, %d bytes", r.Method, r.Header, r.ContentLength)
		}
		at := slices.IndexFunc(f.people, func(p *person) bool { return "id "+p.login == r.PathValue("id") })
		switch {
		case r.PathValue("id") == "":
			h(w, r, nil)
		case at < 0:
			fail(w, http.StatusNotFound, "Unable to locate the resource")
		default:
			h(w, r, f.people[at])
		}
	}
}

func rep(p *person) map[string]any {
	rep := map[string]any{"id": "id " + p.login, "state": p.state}
	var more map[string]json.RawMessage
	json.Unmarshal([]byte(kept), &more)
	for name, value := range more {
		rep[name] = value
	}
	credentials := map[string]any{"password": map[string]any{"type": "password", "identifiers": []string{p.login}}}
	for _, factor := range p.factors {
		credentials[factor] = map[string]any{"type": factor, "identifiers": []string{"id"}}
	}
	rep["credentials"] = credentials
	return rep
}

func (f *fake) list(w http.ResponseWriter, r *http.Request, _ *person) {
	found := []any{}
	of := r.URL.Query().Get("credentials_identifier")
	for _, p := range f.people {
		if of == "" || of == "several" || strings.ToLower(of) == p.login || of == "ignored" && p == f.people[0] {
			found = append(found, rep(p))
		}
	}
	answer(w, http.StatusOK, found)
}

func (f *fake) read(w http.ResponseWriter, _ *http.Request, p *person) {
	answer(w, http.StatusOK, rep(p))
}

func (f *fake) put(w http.ResponseWriter, r *http.Request, p *person) {
	var got map[string]json.RawMessage
	var credentials struct {
		Password struct {
			Config map[string]string `json:"config"`
		} `json:"password"`
	}
	if json.NewDecoder(r.Body).Decode(&got) != nil || json.Unmarshal(got["credentials"], &credentials) != nil || len(credentials.Password.Config) != 1 {
		f.t.Errorf("%s", got)
	}
	password := credentials.Password.Config["password"]
	if f.strict {
		fail(w, http.StatusBadRequest, "the traits are wrong, "+password)
		return
	}
	state := strings.Trim(string(got["state"]), `"`)
	delete(got, "credentials")
	delete(got, "state")
	if again, _ := json.Marshal(got); !same(again, []byte(kept)) {
		f.t.Errorf("%s, want %s", again, kept)
	}
	if password != chosen {
		f.random = append(f.random, password)
	}
	p.state, p.password = state, password
	answer(w, http.StatusOK, rep(p))
}

// same compares two objects, and how numbers are written.
func same(a, b []byte) bool {
	var of [2]map[string]json.RawMessage
	json.Unmarshal(a, &of[0])
	json.Unmarshal(b, &of[1])
	return fmt.Sprintf("%s", of[0]) == fmt.Sprintf("%s", of[1])
}

func (f *fake) patch(w http.ResponseWriter, r *http.Request, p *person) {
	var got []map[string]string
	err := json.NewDecoder(r.Body).Decode(&got)
	if err != nil || len(got) != 1 || got[0]["op"] != "replace" || got[0]["path"] != "/state" || got[0]["value"] != active {
		f.t.Errorf("%v, %v", got, err)
	}
	p.state = got[0]["value"]
	answer(w, http.StatusOK, rep(p))
}

func (f *fake) endSessions(w http.ResponseWriter, _ *http.Request, p *person) {
	if p.sessions == 0 {
		fail(w, http.StatusNotFound, "Unable to locate the resource")
		return
	}
	p.sessions = 0
	w.WriteHeader(http.StatusNoContent)
}

func (f *fake) noFactor(w http.ResponseWriter, r *http.Request, p *person) {
	at := slices.Index(p.factors, r.PathValue("type"))
	if at < 0 {
		fail(w, http.StatusNotFound, "this user have no totp set up")
		return
	}
	p.factors = slices.Delete(p.factors, at, at+1)
	w.WriteHeader(http.StatusNoContent)
}
