package rest_test

import (
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"
	"time"

	"hoten/app/directories"
	"hoten/app/fault"
	"hoten/app/outside"
	"hoten/app/outside/rest"
	"hoten/app/outside/rest/resttest"
)

// kind is an adapter that has no act of its own.
var kind = directories.Kind{Name: "rest", Settings: rest.Settings, Open: func(set map[string]string) (directories.System, error) {
	var p fault.Problems
	rest.Open(&p, set)
	return nil, p.Err()
}}

func opened(t *testing.T, set map[string]string, secrets ...string) *rest.Server {
	t.Helper()
	var p fault.Problems
	s := rest.Open(&p, set, secrets...)
	if err := p.Err(); err != nil {
		t.Fatal(err)
	}
	return s
}

func TestSettingsThatCannotBeMeant(t *testing.T) {
	for url, want := range map[string]string{
		"https://id.example.jp":             "",
		"https://id.example.jp:8443/auth/":  "",
		"http://localhost:8080":             "",
		"http://[::1]":                      "",
		"http://id.example.jp":              "url:rest_plain",
		"http://127.0.0.1.example.jp":       "url:rest_plain",
		"https://user:secret@id.example.jp": "url:rest_url",
		"https://id.example.jp?realm=a":     "url:rest_url",
		"https://id.example.jp#a":           "url:rest_url",
		"ldap://id.example.jp":              "url:rest_url",
		"https://":                          "url:rest_url",
		"id.example.jp":                     "url:rest_url",
	} {
		set := map[string]string{"url": url, "allow_plain": "no"}
		if want == "" {
			resttest.Wrong(t, kind, set)
		} else {
			resttest.Wrong(t, kind, set, want)
		}
	}
	resttest.Wrong(t, kind, map[string]string{"url": "http://id.example.jp", "allow_plain": "yes"})
	resttest.Wrong(t, kind, map[string]string{"url": "https://id.example.jp", "ca": "no certificate"}, "ca:rest_ca")
}

func TestAnswers(t *testing.T) {
	for _, c := range []struct {
		status int
		after  string
		want   string
		wait   time.Duration // at most
	}{
		{200, "", "done", 0}, {204, "", "done", 0},
		{301, "", "unready", 0}, {307, "", "unready", 0}, {401, "", "unready", 0}, {403, "", "unready", 0}, {425, "", "unready", 0},
		{429, "", "unready", 0}, {429, "7", "unready", 7 * time.Second}, {429, "99999999", "unready", time.Hour}, {429, "-3", "unready", 0}, {429, "soon", "unready", 0},
		{429, time.Now().Add(time.Minute).UTC().Format(http.TimeFormat), "unready", time.Minute},
		{503, "7", "unready", 7 * time.Second}, {503, "", "uncertain", 0}, {503, "0", "uncertain", 0},
		{404, "", outside.UnknownID, 0}, {405, "", outside.NotAble, 0}, {400, "", outside.RefusedOther, 0}, {422, "", outside.RefusedOther, 0},
		{408, "", "uncertain", 0}, {500, "", "uncertain", 0}, {501, "", "uncertain", 0}, {502, "", "uncertain", 0}, {504, "", "uncertain", 0}, {599, "", "uncertain", 0},
	} {
		a := rest.Answer{Status: c.status, Header: http.Header{"Retry-After": {c.after}}}
		err := a.Verdict("why\n" + strings.Repeat("あ", 400))
		resttest.Harmless(t, err)
		if got := resttest.Certainty(err); got != c.want {
			t.Errorf("%d %s: %v", c.status, c.after, err)
		}
		if u, ok := errors.AsType[*outside.Unready](err); ok && (u.After > c.wait || u.After < c.wait-2*time.Second) {
			t.Errorf("%d %s: after %s", c.status, c.after, u.After)
		}
	}
}

func TestSecretsAreCutOutOfWhatIsSaid(t *testing.T) {
	for _, secret := range []string{`pass"word&`, "合言葉 です", "a/b?c+d e%"} {
		url := "/x?password=" + httpEscaped(secret)
		for _, text := range []string{"no: " + secret + "!", url, `{"password":` + quoted(secret) + `}`} {
			said := rest.Said(text, "", secret)
			if strings.Contains(said, secret) || said == text {
				t.Errorf("%q is told as %q", text, said)
			}
		}
	}
	if got := rest.Said("token-1234 token", "token", "token-1234"); got != "… …" {
		t.Errorf("%q", got)
	}
	if got := rest.Said("a\x00b\xffc\u202e"); got != "a bc " {
		t.Errorf("%q", got)
	}
}

func httpEscaped(s string) string {
	r := httptest.NewRequest(http.MethodGet, "/", nil)
	q := r.URL.Query()
	q.Set("p", s)
	return strings.TrimPrefix(q.Encode(), "p=")
}

func quoted(s string) string { return `"` + strings.ReplaceAll(s, `"`, `\"`) + `"` }

func TestPartsOfAPathStayParts(t *testing.T) {
	var got string
	s := resttest.Serve(t, http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { got = r.RequestURI }))
	set := s.Settings(kind)
	set["url"] += "/base/"
	for part, want := range map[string]string{"a": "/base/users/a/x", "..": "/base/users/%2E%2E/x", ".": "/base/users/%2E/x", "a/../../b?c#d": "/base/users/a%2F..%2F..%2Fb%3Fc%23d/x"} {
		if _, err := opened(t, set).Ask(resttest.Within(t, time.Minute), rest.Request{Method: http.MethodGet, Path: "users/" + rest.Part(part) + "/x"}); err != nil || got != want {
			t.Errorf("%s: %s, %v", part, got, err)
		}
	}
	set["url"] = s.URL + "/hook"
	if _, err := opened(t, set).Ask(resttest.Within(t, time.Minute), rest.Request{Method: http.MethodPost}); err != nil || got != "/hook" {
		t.Errorf("%s, %v", got, err)
	}
}

func TestServersThatMisbehave(t *testing.T) {
	s := resttest.Serve(t, http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
	server := opened(t, s.Settings(kind), "secret")
	for _, trouble := range resttest.Troubles {
		a, err := server.Ask(s.Meet(t, 1, trouble), rest.Request{Method: http.MethodPost, Body: []byte("{}")})
		if !s.Met() {
			t.Errorf("%s: not met", trouble.Name)
		}
		if err == nil {
			if err = a.Verdict(); err == nil {
				err = a.JSON(&struct{}{})
			}
		}
		if got := resttest.Certainty(err); got != trouble.Change {
			t.Errorf("%s: %v", trouble.Name, err)
		}
		resttest.Harmless(t, err)
	}
}

func TestWhereNothingAnswers(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	nowhere := l.Addr().String()
	l.Close()
	foreign := resttest.Serve(t, http.NotFoundHandler())
	plain := httptest.NewServer(http.NotFoundHandler())
	t.Cleanup(plain.Close)
	silent := listen(t, func(c net.Conn) { io.Copy(io.Discard, c) })
	other := foreign.Settings(kind)
	other["url"] = strings.Replace(other["url"], "127.0.0.1", "localhost", 1) // a name that is not in the certificate
	for name, c := range map[string]struct {
		set  map[string]string
		want string
	}{
		"nobody":                {map[string]string{"url": "https://" + nowhere}, "connect"},
		"a foreign certificate": {map[string]string{"url": foreign.URL}, "tls"},
		"another name":          {other, "tls"},
		"no TLS":                {map[string]string{"url": strings.Replace(plain.URL, "http:", "https:", 1)}, "tls"},
		"silence":               {map[string]string{"url": "https://" + silent}, "tls"},
	} {
		wait := 10 * time.Second
		if name == "silence" {
			wait = 200 * time.Millisecond
		}
		server := opened(t, c.set)
		_, err := server.Ask(resttest.Within(t, wait), rest.Request{Method: http.MethodPost})
		if resttest.Certainty(err) != "unready" {
			t.Errorf("%s: %v", name, err)
		}
		resttest.Harmless(t, err)
		if k, ok := server.Check(resttest.Within(t, wait)); ok || resttest.Failing(k.Found) != c.want {
			t.Errorf("%s: %v", name, k.Found)
		}
	}
	if k, ok := opened(t, foreign.Settings(kind)).Check(resttest.Within(t, time.Minute)); !ok || len(k.Found) != 2 {
		t.Errorf("%v", k.Found)
	}
}

func listen(t *testing.T, serve func(net.Conn)) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			go func() {
				defer c.Close()
				serve(c)
			}()
		}
	}()
	return l.Addr().String()
}

// The library reads the environment once.
func init() {
	os.Setenv("HTTPS_PROXY", "http://127.0.0.1:1")
}

func TestNoProxyOfTheEnvironmentIsUsed(t *testing.T) {
	// To loopback no proxy is ever used.
	_, err := opened(t, map[string]string{"url": "https://hoten.invalid"}).Ask(resttest.Within(t, 10*time.Second), rest.Request{Method: http.MethodGet})
	if err == nil || strings.Contains(err.Error(), "127.0.0.1:1") {
		t.Error(err)
	}
}
