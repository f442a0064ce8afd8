// Package resttest is servers for tests of adapters, which meet with trouble when told to.
package resttest

import (
	"context"
	"encoding/pem"
	"errors"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
	"unicode"
	"unicode/utf8"

	"hoten/app/directories"
	"hoten/app/fault"
	"hoten/app/outside"
	"hoten/i18n"
)

// Server serves what it was given, and can be told to meet with trouble.
type Server struct {
	URL string
	CA  string // PEM of its certificate; empty without TLS

	mu      sync.Mutex
	n       int // requests since Meet
	at      int // which of them meets the trouble
	trouble Trouble
	waited  context.CancelFunc // ends the waiting for an answer that does not come
}

// Trouble is what becomes of a request that goes wrong.
type Trouble struct {
	Name   string
	Done   bool   // the request is done before it goes wrong
	Silent bool   // there is no answer as long as somebody waits
	Change string // what Certainty of a change is that meets it
	answer func(w http.ResponseWriter, r *http.Request)
}

// Troubles are all there are.
var Troubles = []Trouble{
	{Name: "cut before", Change: "uncertain", answer: raw("")},
	{Name: "cut after", Done: true, Change: "uncertain", answer: raw("")},
	{Name: "late before", Silent: true, Change: "uncertain", answer: silence},
	{Name: "late after", Done: true, Silent: true, Change: "uncertain", answer: silence},
	{Name: "500 after", Done: true, Change: "uncertain", answer: status(http.StatusInternalServerError)},
	{Name: "502 before", Change: "uncertain", answer: status(http.StatusBadGateway)},
	{Name: "503 before", Change: "uncertain", answer: status(http.StatusServiceUnavailable)},
	{Name: "503 with Retry-After", Change: "unready", answer: status(http.StatusServiceUnavailable, "Retry-After", "7")},
	{Name: "429", Change: "unready", answer: status(http.StatusTooManyRequests, "Retry-After", "7")},
	{Name: "403", Change: "unready", answer: status(http.StatusForbidden)},
	{Name: "redirect", Change: "unready", answer: status(http.StatusTemporaryRedirect, "Location", "/elsewhere")},
	{Name: "nonsense", Done: true, Change: "uncertain", answer: nonsense},
	{Name: "no HTTP", Done: true, Change: "uncertain", answer: raw("220 mail.example.jp ESMTP\r\n")},
	{Name: "half", Done: true, Change: "uncertain", answer: raw("HTTP/1.1 200 OK\r\nContent-Length: 900\r\n\r\n{\"state\":\"done\"}")},
	{Name: "10 MB", Done: true, Change: "uncertain", answer: huge},
	{Name: "10 MB of header", Done: true, Change: "uncertain", answer: raw("HTTP/1.1 200 OK\r\nX: " + strings.Repeat("x", 10<<20))},
}

func raw(text string) func(http.ResponseWriter, *http.Request) {
	return func(w http.ResponseWriter, _ *http.Request) {
		c, _, err := w.(http.Hijacker).Hijack()
		if err == nil {
			io.WriteString(c, text)
			c.Close()
		}
	}
}

func status(code int, header ...string) func(http.ResponseWriter, *http.Request) {
	return func(w http.ResponseWriter, _ *http.Request) {
		for i := 0; i < len(header); i += 2 {
			w.Header().Set(header[i], header[i+1])
		}
		w.WriteHeader(code)
	}
}

func silence(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() }

func nonsense(w http.ResponseWriter, _ *http.Request) { io.WriteString(w, "<html>Welcome</html>") }

// huge is an answer whose beginning would do.
func huge(w http.ResponseWriter, _ *http.Request) {
	io.WriteString(w, `{"state":"done"}`)
	for range 10 << 10 {
		if _, err := io.WriteString(w, strings.Repeat(" ", 1<<10)); err != nil {
			return
		}
	}
}

// Serve serves h over TLS until the test ends.
func Serve(t *testing.T, h http.Handler) *Server {
	t.Helper()
	s := &Server{}
	server := s.server(t, h)
	server.StartTLS()
	s.URL = server.URL
	s.CA = string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: server.Certificate().Raw}))
	return s
}

// ServePlain is Serve without TLS, for tests of thousands of requests.
func ServePlain(t *testing.T, h http.Handler) *Server {
	t.Helper()
	s := &Server{}
	server := s.server(t, h)
	server.Start()
	s.URL = server.URL
	return s
}

// server is not started yet.
func (s *Server) server(t *testing.T, h http.Handler) *httptest.Server {
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.HasPrefix(r.URL.Path, "/elsewhere") {
			t.Error("a redirect was followed")
		}
		trouble, waited, meets := s.next()
		if !meets {
			h.ServeHTTP(w, r)
			return
		}
		if trouble.Done {
			h.ServeHTTP(httptest.NewRecorder(), r)
		}
		io.Copy(io.Discard, r.Body) // only then is it seen that the other side has gone
		if trouble.Silent {
			waited()
		}
		trouble.answer(w, r)
	}))
	server.Config.ErrorLog = log.New(io.Discard, "", 0)
	t.Cleanup(server.Close)
	return server
}

func (s *Server) next() (Trouble, context.CancelFunc, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.n++
	return s.trouble, s.waited, s.n == s.at
}

// Meet has the request at meet trouble, counted from now and from 1. The context ends as soon
// as there is silence.
func (s *Server) Meet(t *testing.T, at int, trouble Trouble) context.Context {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	t.Cleanup(cancel)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.n, s.at, s.trouble, s.waited = 0, at, trouble, cancel
	return ctx
}

// Met reports whether the trouble was met, and ends it.
func (s *Server) Met() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	met := s.n >= s.at
	s.at = 0
	return met
}

// Settings are those of a kind for the server, with defaults and pairs of names and values.
func (s *Server) Settings(k directories.Kind, pairs ...string) map[string]string {
	set := map[string]string{}
	for _, of := range k.Settings {
		set[of.Name] = of.Default
	}
	set["url"], set["ca"] = s.URL, s.CA
	for i := 0; i < len(pairs); i += 2 {
		set[pairs[i]] = pairs[i+1]
	}
	return set
}

// Open opens a system of the kind.
func Open(t *testing.T, k directories.Kind, set map[string]string) directories.System {
	t.Helper()
	s, err := k.Open(set)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// Certainty is what an answer says: done, unready, uncertain, or the code of a refusal.
func Certainty(err error) string {
	if err == nil {
		return "done"
	}
	if r, ok := errors.AsType[*outside.Refused](err); ok {
		return r.Code
	}
	if _, ok := errors.AsType[*outside.Unready](err); ok {
		return "unready"
	}
	return "uncertain"
}

// Harmless fails the test if the error can not be shown to people, or holds one of the secrets.
func Harmless(t *testing.T, err error, secrets ...string) {
	t.Helper()
	if err == nil {
		return
	}
	said := err.Error()
	if r, ok := errors.AsType[*outside.Refused](err); ok {
		said = r.Said
	} else if u, ok := errors.AsType[*outside.Unready](err); ok {
		said = u.Said
	}
	if said == "" || utf8.RuneCountInString(said) > 300 || strings.ContainsFunc(said, func(r rune) bool { return !unicode.IsPrint(r) }) {
		t.Errorf("this can not be shown: %q", said)
	}
	for _, secret := range secrets {
		if strings.Contains(said, secret) {
			t.Errorf("a secret is told: %q", said)
		}
	}
}

// Words fails the test if a word of the kind, or of a step of its check, is missing.
func Words(t *testing.T, k directories.Kind, steps ...string) {
	t.Helper()
	of := "directories." + k.Name
	keys := []string{of}
	for _, s := range k.Settings {
		keys = append(keys, of+"."+s.Name, of+"."+s.Name+".hint")
		for _, choice := range s.Choices {
			keys = append(keys, of+"."+s.Name+"."+choice)
		}
	}
	for _, step := range steps {
		keys = append(keys, "directories.check."+step)
	}
	for _, lang := range i18n.Langs {
		for _, key := range keys {
			if !i18n.Has(lang, key) {
				t.Errorf("%s is missing in %s", key, lang)
			}
		}
	}
}

// Wrong fails the test unless opening names exactly these settings, each as NAME:CODE.
func Wrong(t *testing.T, k directories.Kind, set map[string]string, want ...string) {
	t.Helper()
	_, err := k.Open(set)
	var got []string
	if f, ok := fault.As(err); ok {
		for _, p := range f.Fields {
			got = append(got, p.Name+":"+p.Code)
		}
	} else if err != nil {
		t.Error(err)
	}
	if !slices.Equal(got, want) {
		t.Errorf("%v: %v, want %v", set, got, want)
	}
}

// Failing names the first step of a check that failed; empty: none did.
func Failing(found []outside.Finding) string {
	for _, f := range found {
		if !f.OK {
			return f.Step
		}
	}
	return ""
}

// Within is a context that ends after the time, and with the test.
func Within(t *testing.T, d time.Duration) context.Context {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), d)
	t.Cleanup(cancel)
	return ctx
}
