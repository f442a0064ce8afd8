package app

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"strings"
	"testing"
	"time"

	"hoten/app/access"
	"hoten/app/api"
	"hoten/app/edge"
	"hoten/app/points"
	"hoten/app/web"
)

// anywhere puts something that does not exist into a route's path.
var anywhere = strings.NewReplacer(":number", "H0000999-0", ":reference", "none", ":id", "999", ":token", "999", ":code", "none", ":file", "affected", "*", "x")

// No route takes a body beyond its bounds, nor multipart where no files belong;
// what is refused leaves nothing on the disk.
func TestEveryRouteBoundsItsBody(t *testing.T) {
	spool := t.TempDir()
	d := newDesk(t)
	t.Setenv("TMPDIR", spool)
	browsers, programs := map[access.Role]*client{}, map[access.Role]*client{}
	for role, who := range d.people() {
		browsers[role], programs[role] = d.as(who), d.calling(who)
	}
	stranger := d.browser()
	stranger.get("/signin")
	padding := map[int]string{}
	pad := func(most int) string {
		if padding[most] == "" {
			padding[most] = strings.Repeat("x", most)
		}
		return padding[most]
	}
	files := "--x\r\nContent-Disposition: form-data; name=\"text\"; filename=\"a\"\r\n\r\n" + strings.Repeat("x", 64<<10) + "\r\n--x--\r\n"
	check := func(what string, c *client, method, path string, most int, isFiles bool) {
		t.Helper()
		kind, filler := "application/json", `{"text":"`+pad(most)+`"}`
		if c.token == "" {
			kind, filler = "application/x-www-form-urlencoded", url.Values{"csrf": {c.csrf}}.Encode()+"&text="+pad(most)
		}
		for name, body := range map[string]io.Reader{"with a length": strings.NewReader(filler), "in chunks": io.MultiReader(strings.NewReader(filler))} {
			if isFiles && c.token != "" {
				break // it reads nothing that is no upload
			}
			if a := c.do(method, path, kind, body); a.status != http.StatusRequestEntityTooLarge || c.token != "" && !strings.Contains(a.body, `"too_large"`) {
				t.Errorf("%s, %d bytes %s: %d", what, len(filler), name, a.status)
			}
		}
		if isFiles {
			return
		}
		for _, kind := range []string{"multipart/form-data; boundary=x", "Multipart/Form-Data; boundary=\"x\"", "multipart/mixed; boundary=x"} {
			if a := c.do(method, path, kind, strings.NewReader(files)); a.status != http.StatusUnsupportedMediaType {
				t.Errorf("%s as %s: %d", what, kind, a.status)
			}
		}
	}
	before := d.count("select count(*) from audit_entries where action not like '%.refused'")
	for _, r := range web.Routes {
		c, most := browsers[whoMay(r.Permission())], edge.MaxBody
		if r.Permission() == web.Public {
			c, most = stranger, edge.MaxPublic
		}
		if r.Method == http.MethodPost {
			check("console "+r.Path, c, r.Method, anywhere.Replace(r.Path), most, r.Path == "/imports" || r.Path == "/reconciliations" || r.Path == "/operators/:code/mark" || strings.HasSuffix(r.Path, "/results"))
		} else if a := c.do("GET", anywhere.Replace(r.Path), "multipart/form-data; boundary=x", strings.NewReader(files)); !strings.Contains(r.Path, "/rejected/") && a.status != http.StatusUnsupportedMediaType {
			t.Errorf("console GET %s with a body: %d", r.Path, a.status)
		}
	}
	for _, r := range api.Routes {
		if r.Method != http.MethodGet {
			most := edge.MaxBody
			if strings.HasSuffix(r.Path, "/results") || strings.HasSuffix(r.Path, "/statements/:day") {
				most = points.MaxResult
			}
			check("api "+r.Path, programs[whoMay(r.Permission())], r.Method, anywhere.Replace(r.Path), most, strings.HasSuffix(r.Path, "/imports"))
		}
	}
	if after := d.count("select count(*) from audit_entries where action not like '%.refused'"); after != before {
		t.Errorf("%d things happened", after-before)
	}
	left, err := os.ReadDir(spool)
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range left {
		t.Errorf("%s was left behind", f.Name())
	}
}

// Who sends slowly, or not at all, is cut off; headers have their bounds too.
func TestSlowClientsAreCutOff(t *testing.T) {
	d := newDesk(t)
	handler, err := d.app.handler()
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewUnstartedServer(handler)
	short := 200 * time.Millisecond
	server.Config = d.app.server(handler, limits{header: short, read: short, write: short, idle: short, headerBytes: 8 << 10})
	server.Start()
	t.Cleanup(server.Close)
	head := "POST /signin HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: 1000\r\n"
	for name, sent := range map[string]string{
		"no word": "", "half a line": "GET /healt", "half the headers": head, "half a body": head + "\r\nemail=", "long headers": "GET /healthz HTTP/1.1\r\nHost: x\r\nX: " + strings.Repeat("x", 64<<10) + "\r\n\r\n",
		"nothing more after an answer": "GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n",
	} {
		c, err := net.Dial("tcp", server.Listener.Addr().String())
		if err != nil {
			t.Fatal(err)
		}
		if err := c.SetDeadline(time.Now().Add(20 * time.Second)); err != nil {
			t.Fatal(err)
		}
		if _, err := fmt.Fprint(c, sent); err != nil {
			t.Logf("%s: %v", name, err)
		}
		answered, err := io.ReadAll(bufio.NewReader(c))
		if timeout, ok := err.(net.Error); ok && timeout.Timeout() {
			t.Errorf("%s: the connection stands", name)
		}
		if name == "long headers" && !strings.HasPrefix(string(answered), "HTTP/1.1 431") {
			t.Errorf("%s: %.40s", name, answered)
		}
		c.Close()
	}
	for name, is := range map[string]time.Duration{"header": ordinary.header, "read": ordinary.read, "write": ordinary.write, "idle": ordinary.idle} {
		if is <= 0 || is > 5*time.Minute {
			t.Errorf("%s: %v", name, is)
		}
	}
}

// Whoever begins to send a body and stops is told that it took too long, on every public
// form and by the API, and nothing is logged as an error of the program's.
func TestStalledBodies(t *testing.T) {
	d := newDesk(t)
	handler, err := d.app.handler()
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewUnstartedServer(handler)
	server.Config = d.app.server(handler, limits{header: time.Minute, read: 300 * time.Millisecond, write: time.Minute, idle: time.Minute, headerBytes: 8 << 10})
	server.Start()
	t.Cleanup(server.Close)
	token, agent := d.calling(d.Agent2).token, d.as(d.Agent)
	at, err := url.Parse(agent.base)
	if err != nil {
		t.Fatal(err)
	}
	var cookies []string
	for _, cookie := range agent.http.Jar.Cookies(at) {
		cookies = append(cookies, cookie.String())
	}
	session := "Cookie: " + strings.Join(cookies, "; ") + "\r\n"
	d.Clock.Add(5 * time.Minute) // the session's use is to be noted
	for _, c := range []struct{ path, kind, size, authorization string }{
		{"/signin", "application/x-www-form-urlencoded", "Content-Length: 1000", ""},
		{"/signin", "application/x-www-form-urlencoded", "Transfer-Encoding: chunked", ""},
		{"/language", "application/x-www-form-urlencoded", "Content-Length: 1000", ""},
		{"/enrol/x", "application/x-www-form-urlencoded", "Content-Length: 1000", ""},
		{"/reset/x", "application/x-www-form-urlencoded", "Content-Length: 1000", ""},
		{"/signin", "text/plain", "Content-Length: 1000", ""},
		{"/signin", "application/x-www-form-urlencoded", "Content-Length: 20000", ""},
		{"/api/v1/cases/search", "application/json", "Content-Length: 1000", "Authorization: Bearer " + token + "\r\n"},
		{"/cases", "application/x-www-form-urlencoded", "Content-Length: 1000", session},
		{"/language", "application/x-www-form-urlencoded", "Content-Length: 1000", session},
	} {
		connection, err := net.Dial("tcp", server.Listener.Addr().String())
		if err != nil {
			t.Fatal(err)
		}
		defer connection.Close()
		d.log.Reset()
		sent := "POST " + c.path + " HTTP/1.1\r\nHost: x\r\nAccept-Language: ja\r\n" + c.authorization + "Content-Type: " + c.kind + "\r\n" + c.size + "\r\n\r\n"
		body := "email=ab"
		if strings.HasPrefix(c.size, "Transfer") {
			body = "8\r\nemail=ab\r\n8"
		} else if strings.HasSuffix(c.size, "20000") {
			body = strings.Repeat("a", 17000)
		}
		if _, err := io.WriteString(connection, sent+body); err != nil {
			t.Fatal(err)
		}
		answer, err := http.ReadResponse(bufio.NewReader(connection), nil)
		if err != nil {
			t.Fatalf("%v: %v", c, err)
		}
		said, err := io.ReadAll(answer.Body)
		if err != nil {
			t.Fatal(err)
		}
		want := "時間内に届きませんでした"
		if strings.HasPrefix(c.path, "/api/") {
			want = `"code":"request_timeout"`
		}
		if answer.StatusCode != http.StatusRequestTimeout || !strings.Contains(string(said), want) || !answer.Close {
			t.Errorf("%v: %d %v %.200s\n%s", c, answer.StatusCode, answer.Close, said, d.log.String())
		}
		if log := d.log.String(); strings.Contains(log, "level=ERROR") || strings.Contains(log, "level=WARN") {
			t.Errorf("%v: %s", c, log)
		}
	}
}

// Forms that anybody may send are capped per address; pages, and forms of whoever
// is signed in, are not.
func TestPublicFormsAreCapped(t *testing.T) {
	d := newDesk(t)
	agent, stranger := d.as(d.Agent), d.browser()
	stranger.get("/signin")
	for i := range 1000 {
		a := stranger.post("/language", "language", "en")
		if a.status == http.StatusTooManyRequests {
			if i < 100 || a.header.Get("Retry-After") == "" {
				t.Errorf("after %d: Retry-After %q", i, a.header.Get("Retry-After"))
			}
			a := stranger.post("/reset/none", "password", "x")
			for range 20 { // a slow machine has let one in again
				if a.status == http.StatusTooManyRequests {
					break
				}
				a = stranger.post("/reset/none", "password", "x")
			}
			if a.status != http.StatusTooManyRequests {
				t.Errorf("another form: %d", a.status)
			}
			if a, b := stranger.get("/signin"), agent.post("/language", "language", "ja"); a.status != 200 || b.status != 303 {
				t.Errorf("a page: %d, a form of staff: %d", a.status, b.status)
			}
			return
		}
	}
	t.Error("there is no cap")
}
