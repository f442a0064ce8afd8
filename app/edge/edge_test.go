package edge_test

import (
	"bytes"
	"errors"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"testing"

	"github.com/labstack/echo/v4"

	"hoten/app/edge"
	"hoten/app/fault"
)

func TestClient(t *testing.T) {
	for _, c := range []struct{ trusted, remote, forwarded, want string }{
		{"", "203.0.113.9:1", "", "203.0.113.9"},
		{"", "203.0.113.9:1", "198.51.100.1", "203.0.113.9"}, // nobody is believed by default
		{"", "127.0.0.1:1", "198.51.100.1", "127.0.0.1"},
		{"", "10.0.0.1:1", "198.51.100.1", "10.0.0.1"},
		{"10.0.0.0/8", "10.0.0.1:1", "198.51.100.1", "198.51.100.1"},
		{"10.0.0.0/8", "10.0.0.1:1", "6.6.6.6, 198.51.100.1", "198.51.100.1"}, // what the client wrote itself stands before
		{"10.0.0.0/8", "10.0.0.1:1", "198.51.100.1, 10.0.0.7", "198.51.100.1"},
		{"10.0.0.0/8", "203.0.113.9:1", "198.51.100.1", "203.0.113.9"},
		{"10.0.0.0/8", "192.168.0.1:1", "198.51.100.1", "192.168.0.1"}, // private is not trusted
		{"10.0.0.0/8", "10.0.0.1:1", "nonsense", "10.0.0.1"},
		{"10.0.0.0/8", "10.0.0.1:1", "", "10.0.0.1"},
		{"2001:db8:f::/48", "[2001:db8:f::1]:1", "2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"},
		{"", "[2001:db8:1:2:ffff::9]:1", "", "2001:db8:1:2::/64"},
		{"", "[::ffff:203.0.113.9]:1", "", "203.0.113.9"},
	} {
		var trusted []netip.Prefix
		if c.trusted != "" {
			trusted = append(trusted, netip.MustParsePrefix(c.trusted))
		}
		e := edge.New(slog.New(slog.DiscardHandler), trusted)
		e.GET("/", func(c echo.Context) error { return c.String(http.StatusOK, edge.Client(c)) })
		r := httptest.NewRequest("GET", "/", nil)
		r.RemoteAddr = c.remote
		r.Header.Set("X-Forwarded-For", c.forwarded)
		r.Header.Set("X-Real-IP", "6.6.6.6")
		w := httptest.NewRecorder()
		if e.ServeHTTP(w, r); w.Body.String() != c.want {
			t.Errorf("%+v: %s", c, w.Body)
		}
	}
}

// What fails or panics is logged with its stack and the number that its reader is
// told; what is only refused is not.
func TestPanicsAndErrors(t *testing.T) {
	for path, c := range map[string]struct {
		status int
		says   []string
	}{
		"/panics":  {500, []string{"level=ERROR", "panic: who knows", "edge_test.go", "route=/panics"}},
		"/fails":   {500, []string{"level=ERROR", "out of paper", "route=/fails"}},
		"/is/away": {404, []string{"status=404"}},
		"/answers": {200, []string{"status=200", "bytes=2", "staff=7"}},
	} {
		var log bytes.Buffer
		e := edge.New(edge.Log(slog.New(slog.NewTextHandler(&log, nil)).With("program", "hoten")), nil)
		e.GET("/panics", func(echo.Context) error { panic("who knows") })
		e.GET("/fails", func(echo.Context) error { return errors.New("out of paper") })
		e.GET("/answers", func(c echo.Context) error { c.Set(edge.Staff, int64(7)); return c.String(http.StatusOK, "ok") })
		w := httptest.NewRecorder()
		r := httptest.NewRequest("GET", path, nil)
		r.Header.Set("X-Request-ID", "mine")
		e.ServeHTTP(w, r)
		number := w.Header().Get("X-Request-ID")
		if w.Code != c.status || number == "" || number == "mine" {
			t.Errorf("%s: %d, number %q", path, w.Code, number)
		}
		for line := range strings.Lines(log.String()) {
			if !strings.Contains(line, "request="+number) || !strings.Contains(line, "program=hoten") {
				t.Errorf("%s: a line without the number: %s", path, line)
			}
		}
		for _, said := range append(c.says, "msg=request") {
			if !strings.Contains(log.String(), said) {
				t.Errorf("%s: the log does not say %q:\n%s", path, said, log.String())
			}
		}
		if strings.Contains(w.Body.String(), "who knows") || strings.Contains(w.Body.String(), "paper") {
			t.Errorf("%s tells %s", path, w.Body)
		}
	}
}

func TestBody(t *testing.T) {
	for _, c := range []struct {
		kind string
		size int
		want fault.Kind
	}{
		{"application/json", 10, -1}, {"", 100, -1}, {"application/x-www-form-urlencoded", 100, -1}, {"application/json", 101, fault.TooLarge},
		{"application/json", 1 << 20, fault.TooLarge}, {"multipart/form-data; boundary=x", 10, fault.Unsupported}, {"Multipart/Form-Data", 10, fault.Unsupported},
		{" multipart/mixed;;", 10, fault.Unsupported}, {"multipart/form-data; boundary=x; boundary=y", 10, fault.Unsupported},
	} {
		e := echo.New()
		r := httptest.NewRequest("POST", "/", strings.NewReader(strings.Repeat("x", c.size)))
		r.Header.Set("Content-Type", c.kind)
		r.ContentLength = -1 // as it comes in chunks
		got, err := edge.Body(e.NewContext(r, httptest.NewRecorder()), 100)
		f, refused := fault.As(err)
		if c.want < 0 && (err != nil || len(got) != c.size) || c.want >= 0 && (!refused || f.Kind != c.want) {
			t.Errorf("%q, %d bytes: %d, %v", c.kind, c.size, len(got), err)
		}
	}
}
