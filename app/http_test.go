package app

import (
	"bytes"
	"context"
	"crypto/rand"
	"html"
	"io"
	"log/slog"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"sync"
	"testing"

	"hoten/app/access"
	"hoten/app/apptest"
	"hoten/app/edge"
	"hoten/app/staff"
	"hoten/app/web"
)

// The one member, as the operator's file has it, and all that names it.
const (
	testLogin  = "yamada0001@ocn.example"
	testMember = testLogin + ",山田 太郎,ヤマダ タロウ,1970-02-03,090-0000-1234,taro.yamada@mail.example,2005-04-01,1000001,東京都千代田区見本町1-2-3,N123456789,ja,100,0,2014-07-29T10:00:00+09:00\n"
	password   = "correct horse battery"
)

var personal = []string{"山田", "ヤマダ", "yamada", "0000-1234", "00001234", "mail.example", "見本町", "N123456789", "1970-02-03"}

// desk is the whole of what is answered over HTTP, with what it logs.
type desk struct {
	*apptest.World
	app    *App
	log    journal
	server *httptest.Server
}

// journal is a log that may be written from anywhere.
type journal struct {
	mu   sync.Mutex
	said bytes.Buffer
}

func (l *journal) Write(b []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.said.Write(b)
}

func (l *journal) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.said.String()
}

func (l *journal) Reset() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.said.Reset()
}

func newDesk(t *testing.T) *desk {
	t.Helper()
	d := &desk{World: apptest.NewWorld(t)}
	d.Log = edge.Log(slog.New(slog.NewTextHandler(&d.log, &slog.HandlerOptions{Level: slog.LevelDebug})))
	d.Import(apptest.AffectedHeader+testMember, apptest.MovementsHeader)
	d.app = &App{Config: Config{BaseURL: "http://hoten.example", MailFrom: "no-reply@hoten.example"}, Store: d.Store}
	handler, err := d.app.handler()
	if err != nil {
		t.Fatal(err)
	}
	d.server = httptest.NewServer(handler)
	t.Cleanup(d.server.Close)
	return d
}

// reply is what came back.
type reply struct {
	status int
	header http.Header
	body   string
}

// client is a browser or, with a token, a program; it follows no redirects, and where it is
// watched remembers all addresses that it was at or was shown.
type client struct {
	t           *testing.T
	base, token string
	csrf        string
	http        *http.Client
	watched     bool
	seen        []string
}

func (d *desk) browser() *client {
	jar, err := cookiejar.New(nil)
	if err != nil {
		d.T.Fatal(err)
	}
	return &client{t: d.T.(*testing.T), base: d.server.URL, http: &http.Client{Jar: jar, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}}
}

// as is a browser in which somebody is signed in.
func (d *desk) as(who access.Actor) *client {
	d.T.Helper()
	c := d.browser()
	c.get("/signin")
	if a := c.post("/signin", "email", apptest.GivePassword(d.T, d.Store, who, password), "password", password); a.status != http.StatusSeeOther {
		d.T.Fatalf("sign-in: %d", a.status)
	}
	c.get("/tokens")
	return c
}

// calling is a program with a token of somebody.
func (d *desk) calling(who access.Actor) *client {
	d.T.Helper()
	token, err := staff.CreateToken(d.Ctx, d.Store, who, who.ID, staff.NewToken{Name: "test"})
	if err != nil {
		d.T.Fatal(err)
	}
	return &client{t: d.T.(*testing.T), base: d.server.URL + "/api/v1", token: token, http: http.DefaultClient}
}

var (
	csrfField = regexp.MustCompile(`name="csrf" value="([^"]+)"`)
	address   = regexp.MustCompile(`(?:href|action|formaction|src|data-live-from|data-look)="([^"]*)"`)
)

func (c *client) do(method, path, kind string, body io.Reader) reply {
	c.t.Helper()
	r, err := http.NewRequestWithContext(context.Background(), method, c.base+path, body)
	if err != nil {
		c.t.Fatal(err)
	}
	if kind != "" {
		r.Header.Set("Content-Type", kind)
	}
	if c.token != "" {
		r.Header.Set("Authorization", "Bearer "+c.token)
	}
	res, err := c.http.Do(r)
	if err != nil {
		c.t.Fatal(err)
	}
	defer res.Body.Close()
	got, err := io.ReadAll(res.Body)
	if err != nil {
		c.t.Fatal(err)
	}
	a := reply{res.StatusCode, res.Header, string(got)}
	if c.watched {
		c.seen = append(c.seen, path, a.header.Get("Location"), a.header.Get("Refresh"))
		for _, m := range address.FindAllStringSubmatch(a.body, -1) {
			c.seen = append(c.seen, html.UnescapeString(m[1]))
		}
	}
	if m := csrfField.FindStringSubmatch(a.body); m != nil {
		c.csrf = html.UnescapeString(m[1])
	}
	return a
}

func (c *client) get(path string) reply { c.t.Helper(); return c.do("GET", path, "", nil) }

func (c *client) post(path string, pairs ...string) reply {
	c.t.Helper()
	form := url.Values{"csrf": {c.csrf}, "mark": {rand.Text()}}
	for i := 0; i+1 < len(pairs); i += 2 {
		form.Add(pairs[i], pairs[i+1])
	}
	return c.do("POST", path, "application/x-www-form-urlencoded", strings.NewReader(form.Encode()))
}

func (c *client) send(path, json string) reply {
	c.t.Helper()
	return c.do("POST", path, "application/json", strings.NewReader(json))
}

// people are one of each role, who between them may do everything.
func (d *desk) people() map[access.Role]access.Actor { return d.People() }

// whoMay is the first role that has a permission; signed-in people have all of web's.
func whoMay(p access.Permission) access.Role {
	for _, role := range access.Roles {
		if p == "" || p == web.SignedIn || role.May(p) {
			return role
		}
	}
	return ""
}
