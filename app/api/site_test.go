package api_test

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"sync"
	"testing"

	"hoten/app/access"
	"hoten/app/api"
	"hoten/app/apptest"
	"hoten/app/edge"
	"hoten/app/staff"
	"hoten/app/store"
	"hoten/app/web"
)

var update = flag.Bool("update", false, "write the golden files anew")

func TestMain(m *testing.M) { apptest.Main(m) }

// The one member of most sites, as the operator's files have them. The rate is
// not 1, goo has points of the member's own, and the plan is class C:
// pointtalk 100 + 500, goo 80 − 450 + 400.
const (
	login       = "yamada0001@ocn.example"
	member      = login + ",山田 太郎,ヤマダ タロウ,1970-02-03,090-0000-1234,taro.yamada@mail.example,2005-04-01,9071801,東京都千代田区見本町1-2-3,N123456789,ja,100,80,2014-07-29T10:00:00+09:00\n"
	memberMoves = "MV1," + login + ",2014-07-20T03:00:00+09:00,transfer,pointtalk,goo,,500,450,,confirmed\n" +
		"MV2," + login + ",2014-07-20T03:05:00+09:00,exchange,goo,,ギフト券,400,,,confirmed\n"
)

// secrets is what of the member no answer may hold unrevealed.
var secrets = []string{"山田", "太郎", "ヤマダ", "タロウ", "1970-02-03", "1970-02", "0000-1234", "00001234", "taro.yamada", "見本町", "9071801", "907-1801", "N123456789", "123456789"}

// reveals are the routes that show personal data by their purpose, each behind a
// permission, with the view audited.
var reveals = []string{"/reveal", "/rejected/"}

// site is the program's HTTP side on a store, served.
type site struct {
	*apptest.World
	server *httptest.Server
}

func newSite(t testing.TB) *site {
	t.Helper()
	w := apptest.NewWorld(t)
	var log journal
	w.Log = slog.New(slog.NewTextHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug}))
	t.Cleanup(func() { log.keepsSecrets(t) })
	e := edge.New(w.Log, nil)
	server := httptest.NewServer(e)
	t.Cleanup(server.Close)
	api.Register(e, w.Store, api.Options{BaseURL: server.URL, Mails: true})
	web.Register(e, w.Store, web.Options{BaseURL: server.URL, Env: apptest.MailEnv})
	return &site{World: w, server: server}
}

// journal is the program's log.
type journal struct {
	mu   sync.Mutex
	said bytes.Buffer
}

func (l *journal) Write(b []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.said.Write(b)
}

// keepsSecrets holds for the log of every test: the login ID, which answers may
// tell, is a secret there too.
func (l *journal) keepsSecrets(t testing.TB) {
	t.Helper()
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, secret := range append([]string{"ocn.example", "mail.example"}, secrets...) {
		if strings.Contains(l.said.String(), secret) {
			t.Errorf("the log tells %q: %s", secret, l.said.String())
		}
	}
}

// newSiteWithCase is a site with the member's case, imported.
func newSiteWithCase(t testing.TB) *site {
	t.Helper()
	s := newSite(t)
	s.Import(apptest.AffectedHeader+member, apptest.MovementsHeader+memberMoves)
	return s
}

// client calls the API as somebody.
type client struct {
	t     testing.TB
	base  string
	token string
	// broken is a program whose internal errors are what is looked for.
	broken bool
}

// as is a client with a new token of somebody.
func (s *site) as(who access.Actor) *client {
	s.T.Helper()
	token, err := staff.CreateToken(s.Ctx, s.Store, who, who.ID, staff.NewToken{Name: "test"})
	if err != nil {
		s.T.Fatal(err)
	}
	return &client{t: s.T, base: s.server.URL, token: token}
}

func (s *site) count(query string, args ...any) (n int) {
	s.T.Helper()
	if err := store.Scan(store.Read(s.Ctx, s.Store), query, args, &n); err != nil {
		s.T.Fatal(err)
	}
	return n
}

type j = map[string]any

// answer is what came back of one call.
type answer struct {
	t      testing.TB
	what   string
	status int
	header http.Header
	body   string
}

// do calls /api/v1 with a body: nil, text as it is, or what becomes JSON.
func (c *client) do(method, path string, body any, headers ...string) answer {
	c.t.Helper()
	var content io.Reader
	kind := "application/json"
	switch b := body.(type) {
	case nil:
	case string:
		content = strings.NewReader(b)
	case upload:
		content, kind = strings.NewReader(b.body), b.kind
	default:
		made, err := json.Marshal(b)
		if err != nil {
			c.t.Fatal(err)
		}
		content = strings.NewReader(string(made))
	}
	r, err := http.NewRequest(method, c.base+"/api/v1"+path, content)
	if err != nil {
		c.t.Fatal(err)
	}
	if body != nil {
		r.Header.Set("Content-Type", kind)
	}
	if c.token != "" {
		r.Header.Set("Authorization", "Bearer "+c.token)
	}
	for i := 0; i+1 < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	res, err := http.DefaultClient.Do(r)
	if err != nil {
		c.t.Fatal(err)
	}
	defer res.Body.Close()
	got, err := io.ReadAll(res.Body)
	if err != nil {
		c.t.Fatal(err)
	}
	a := answer{c.t, method + " " + path, res.StatusCode, res.Header, string(got)}
	a.keepsSecrets(path)
	a.fits(method, path, body)
	if a.status >= 500 && !c.broken {
		c.t.Errorf("%s: %d %s", a.what, a.status, a.body)
	}
	return a
}

// keepsSecrets holds for every answer of every test.
func (a answer) keepsSecrets(path string) {
	a.t.Helper()
	for _, r := range reveals {
		if strings.Contains(path, r) && a.status == http.StatusOK {
			return
		}
	}
	whole := a.body
	for name, values := range a.header {
		whole += "\n" + name + ": " + strings.Join(values, "\n")
	}
	for _, secret := range secrets {
		if strings.Contains(whole, secret) {
			a.t.Errorf("%s tells %q: %s", a.what, secret, whole)
		}
	}
}

func (c *client) get(path string) answer            { c.t.Helper(); return c.do("GET", path, nil) }
func (c *client) post(path string, body any) answer { c.t.Helper(); return c.do("POST", path, body) }

// at is the value at a path of the body ("lines.0.points", "items.#" for how
// many), as text; null for null, none where there is nothing.
func (a answer) at(path string) string {
	a.t.Helper()
	d := json.NewDecoder(strings.NewReader(a.body))
	d.UseNumber()
	var v any
	if err := d.Decode(&v); err != nil {
		a.t.Fatalf("%s: %v in %q", a.what, err, a.body)
	}
	for key := range strings.SplitSeq(path, ".") {
		found := false
		switch x := v.(type) {
		case map[string]any:
			if key == "#" {
				v, found = len(x), true
			} else {
				v, found = x[key]
			}
		case []any:
			i, err := strconv.Atoi(key)
			switch {
			case key == "#":
				v, found = len(x), true
			case err == nil && i >= 0 && i < len(x):
				v, found = x[i], true
			}
		}
		if !found {
			return "none"
		}
	}
	if v == nil {
		return "null"
	}
	return fmt.Sprint(v)
}

// want fails unless the answer has the status and the values: path, value, …
func (a answer) want(status int, pairs ...string) answer {
	a.t.Helper()
	if a.status != status {
		a.t.Fatalf("%s: %d, want %d: %s", a.what, a.status, status, a.body)
	}
	for i := 0; i < len(pairs); i += 2 {
		if got := a.at(pairs[i]); got != pairs[i+1] {
			a.t.Errorf("%s: %s is %s, want %s", a.what, pairs[i], got, pairs[i+1])
		}
	}
	return a
}

type jsonNumber string

// MarshalJSON writes the number as it was read.
func (n jsonNumber) MarshalJSON() ([]byte, error) { return []byte(n), nil }
