package scim

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
	custom = "urn:example:schemas:1.0:User:"
)

// fake is a service provider that keeps to RFC 7644, as far as hoten uses it, and fails the
// test where hoten does not.
type fake struct {
	*resttest.Server
	t         *testing.T
	mu        sync.Mutex
	users     []*person
	quiet     bool // PATCH is answered with 204, without a version
	unsure    bool // users have no versions
	change    func(p *person)
	supported []string
	random    []string // passwords that hoten made up
}

type person struct {
	name, password string
	active         bool
	points         bool
	oneTime        any
	version        int
}

func (p *person) etag() string { return fmt.Sprintf(`W/"%d"`, p.version) }

func start(t *testing.T, serve func(*testing.T, http.Handler) *resttest.Server) *fake {
	t.Helper()
	f := &fake{t: t, supported: []string{"patch", "filter", "changePassword"}}
	for _, name := range []string{"alice", `b"o\b 花子`} {
		f.users = append(f.users, &person{name: name, password: stolen, active: true, points: true})
	}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /scim/v2/Users", f.allowed(f.search))
	mux.HandleFunc("GET /scim/v2/Users/{id}", f.allowed(f.read))
	mux.HandleFunc("PATCH /scim/v2/Users/{id}", f.allowed(f.patch))
	mux.HandleFunc("GET /scim/v2/ServiceProviderConfig", f.allowed(f.config))
	mux.HandleFunc("/", func(_ http.ResponseWriter, r *http.Request) { t.Errorf("%s %s", r.Method, r.URL) })
	f.Server = serve(t, mux)
	f.URL += "/scim/v2"
	return f
}

func (f *fake) system(pairs ...string) directories.System {
	f.t.Helper()
	return resttest.Open(f.t, Kind, f.Settings(Kind, append([]string{"token", secret, "point_password_path", custom + "points", "one_time_path", custom + "oneTime"}, pairs...)...))
}

func answer(w http.ResponseWriter, status int, body any) {
	w.Header().Set("Content-Type", media)
	w.WriteHeader(status)
	json.NewEncoder(w).Encode(body)
}

func fail(w http.ResponseWriter, status int, scimType, detail string) {
	answer(w, status, map[string]any{"schemas": []string{"urn:ietf:params:scim:api:messages:2.0:Error"}, "status": fmt.Sprint(status), "scimType": scimType, "detail": detail})
}

func (f *fake) allowed(h func(http.ResponseWriter, *http.Request, *person)) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		f.mu.Lock()
		defer f.mu.Unlock()
		user, password, basic := r.BasicAuth()
		if r.Header.Get("Authorization") != "Bearer "+secret && !(basic && user == "hoten" && password == secret) {
			fail(w, http.StatusUnauthorized, "", "no: "+r.Header.Get("Authorization"))
			return
		}
		if r.Header.Get("Accept") != media || r.Header.Get("Content-Type") != media {
			f.t.Errorf("%v", r.Header)
		}
		var p *person
		if id := r.PathValue("id"); id != "" {
			at := slices.IndexFunc(f.users, func(p *person) bool { return "id/"+p.name == id })
			if at < 0 {
				fail(w, http.StatusNotFound, "", "no such user")
				return
			}
			p = f.users[at]
		}
		h(w, r, p)
	}
}

func (f *fake) rep(p *person) map[string]any {
	rep := map[string]any{"schemas": []string{"urn:ietf:params:scim:schemas:core:2.0:User"}, "id": "id/" + p.name, "userName": strings.ToUpper(p.name), "active": p.active}
	if !f.unsure {
		rep["meta"] = map[string]any{"resourceType": "User", "version": p.etag()}
	}
	return rep
}

func (f *fake) search(w http.ResponseWriter, r *http.Request, _ *person) {
	var found []any
	filter := r.URL.Query().Get("filter")
	for _, p := range f.users {
		value, _ := json.Marshal(p.name)
		if filter == "" || filter == "userName eq "+string(value) || filter == `emails.value eq `+string(value) || filter == `title eq "Mr"` {
			found = append(found, f.rep(p))
		}
	}
	if filter == "userName eq \"ignored\"" {
		found = []any{f.rep(f.users[0])}
	}
	answer(w, http.StatusOK, map[string]any{"schemas": []string{"urn:ietf:params:scim:api:messages:2.0:ListResponse"}, "totalResults": len(found), "Resources": found})
}

func (f *fake) read(w http.ResponseWriter, _ *http.Request, p *person) {
	answer(w, http.StatusOK, f.rep(p))
}

func (f *fake) config(w http.ResponseWriter, _ *http.Request, _ *person) {
	config := map[string]any{}
	for _, name := range []string{"patch", "filter", "changePassword"} {
		config[name] = map[string]any{"supported": slices.Contains(f.supported, name)}
	}
	answer(w, http.StatusOK, config)
}

func (f *fake) patch(w http.ResponseWriter, r *http.Request, p *person) {
	var got struct {
		Schemas    []string         `json:"schemas"`
		Operations []map[string]any `json:"Operations"`
	}
	if err := json.NewDecoder(r.Body).Decode(&got); err != nil || !slices.Equal(got.Schemas, []string{patchOp}) || len(got.Operations) != 1 {
		f.t.Errorf("%v, %v", got, err)
		return
	}
	if f.change != nil {
		f.change(p)
	}
	if match := r.Header.Get("If-Match"); match != "" && match != p.etag() {
		fail(w, http.StatusPreconditionFailed, "", "changed meanwhile")
		return
	}
	if status, scimType := f.apply(p, got.Operations[0]); status != 0 {
		fail(w, status, scimType, fmt.Sprint("refused: ", got.Operations[0]["value"]))
		return
	}
	p.version++
	if f.quiet {
		w.WriteHeader(http.StatusNoContent)
		return
	}
	answer(w, http.StatusOK, f.rep(p))
}

// apply does an operation, or says why not.
func (f *fake) apply(p *person, o map[string]any) (status int, scimType string) {
	switch o["op"].(string) + " " + o["path"].(string) {
	case "replace active":
		p.active = o["value"].(bool)
	case "replace password":
		password := o["value"].(string)
		if password == "short" || password != chosen && len(f.supported) == 0 {
			return http.StatusBadRequest, "invalidValue"
		}
		if password != chosen {
			f.random = append(f.random, password)
		}
		p.password = password
	case "remove " + custom + "points":
		if _, given := o["value"]; given || !p.points {
			return http.StatusBadRequest, "noTarget"
		}
		p.points = false
	case "replace " + custom + "oneTime":
		p.oneTime = o["value"]
	default:
		return http.StatusBadRequest, "invalidPath"
	}
	return 0, ""
}
