package overhttp_test

import (
	"context"
	"encoding/pem"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"hoten/app/outside"
	"hoten/app/points"
	"hoten/app/points/overhttp"
	"hoten/app/points/simulator"
)

const secret = "points-token-of-tests"

func settings(url string, more ...string) map[string]string {
	out := map[string]string{"url": url, "ca": "", "allow_plain": "no", "auth": "bearer", "secret": secret, "account": "{login}", "timeout": "5", "check_account": ""}
	for i := 0; i < len(more); i += 2 {
		out[more[i]] = more[i+1]
	}
	return out
}

func open(t *testing.T, set map[string]string) points.Online {
	t.Helper()
	s, err := overhttp.Kind.Open(set)
	if err != nil {
		t.Fatal(err)
	}
	return s.(points.Online)
}

// The check says at its first failure what a person has to mend.
func TestCheck(t *testing.T) {
	server := httptest.NewTLSServer(simulator.New(secret))
	defer server.Close()
	ca := string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: server.Certificate().Raw}))
	for name, c := range map[string]struct {
		set  map[string]string
		want string
	}{
		"all is well":           {settings(server.URL, "ca", ca), "connect tls sign_in"},
		"with balances":         {settings(server.URL, "ca", ca, "check_account", "probe"), "connect tls sign_in balance"},
		"a foreign certificate": {settings(server.URL), "connect !tls"},
		"a wrong secret":        {settings(server.URL, "ca", ca, "secret", "another-secret-of-tests"), "connect tls !sign_in"},
		"nobody there":          {settings("https://127.0.0.1:1", "ca", ca), "!connect"},
	} {
		var got []string
		for _, f := range open(t, c.set).Check(context.Background(), []string{"goo"}) {
			if !f.OK {
				f.Step = "!" + f.Step
			}
			got = append(got, f.Step)
			if strings.Contains(f.Said, secret) {
				t.Errorf("%s: %s", name, f.Said)
			}
		}
		if strings.Join(got, " ") != c.want {
			t.Errorf("%s: %v", name, got)
		}
	}
}

// Behind a foreign certificate nothing goes out, so that nothing is uncertain.
func TestAForeignCertificateGetsNothing(t *testing.T) {
	y := simulator.New(secret)
	server := httptest.NewTLSServer(y)
	defer server.Close()
	_, err := open(t, settings(server.URL)).Move(context.Background(), points.Movement{Key: "r1-goo", Login: "m", Program: "goo", Points: 5})
	if _, unready := err.(*outside.Unready); !unready || len(y.Done()) != 0 {
		t.Errorf("%v", err)
	}
}

// A signature never sends the secret, and is of the whole request.
func TestSignature(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body := new(strings.Builder)
		_ = r.Write(body)
		_, sent, _ := strings.Cut(body.String(), "\r\n\r\n")
		want := "v1=" + overhttp.Sign(secret, r.Header.Get("Hoten-Timestamp"), r.Method, strings.TrimPrefix(r.URL.Path, "/"), []byte(sent))
		if strings.Contains(body.String(), secret) || r.Header.Get("Hoten-Signature") != want || r.Header.Get("Idempotency-Key") != "r1-goo" {
			t.Errorf("%s\nwant %s", body, want)
		}
		fmt.Fprintf(w, `{"key":"r1-goo","account":"acct-m","program":"goo","points":-5,"reference":"P1"}`)
	}))
	defer server.Close()
	receipt, err := open(t, settings(server.URL, "auth", "hmac", "account", "acct-{login}")).Move(context.Background(), points.Movement{Key: "r1-goo", Login: "m", Program: "goo", Points: -5, DecidedAt: time.Unix(0, 0)})
	if err != nil || receipt.Reference != "P1" {
		t.Errorf("%v %v", receipt, err)
	}
}
