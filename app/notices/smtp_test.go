package notices

import (
	"bufio"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"math/big"
	"mime"
	"mime/multipart"
	"mime/quotedprintable"
	"net"
	"net/mail"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/emersion/go-sasl"
	"github.com/emersion/go-smtp"
)

// receiver is a mail server that keeps what it gets and answers as told.
type receiver struct {
	mu       sync.Mutex
	sessions int
	users    []string
	to       []string
	got      []string
	// answers are given one by one: to each recipient, and to each finished message.
	rcpt, data []error
	server     *smtp.Server
	address    string
}

type session struct{ r *receiver }

func (r *receiver) NewSession(*smtp.Conn) (smtp.Session, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.sessions++
	return &session{r}, nil
}

func next(answers *[]error) (err error) {
	if len(*answers) > 0 {
		err, *answers = (*answers)[0], (*answers)[1:]
	}
	return err
}

func (s *session) Mail(string, *smtp.MailOptions) error { return nil }
func (s *session) Reset()                               {}
func (s *session) Logout() error                        { return nil }
func (s *session) AuthMechanisms() []string             { return []string{sasl.Plain} }

func (s *session) Auth(string) (sasl.Server, error) {
	return sasl.NewPlainServer(func(_, user, pass string) error {
		s.r.mu.Lock()
		defer s.r.mu.Unlock()
		s.r.users = append(s.r.users, user+":"+pass)
		return nil
	}), nil
}

func (s *session) Rcpt(to string, _ *smtp.RcptOptions) error {
	s.r.mu.Lock()
	defer s.r.mu.Unlock()
	s.r.to = append(s.r.to, to)
	return next(&s.r.rcpt)
}

func (s *session) Data(in io.Reader) error {
	b, err := io.ReadAll(in)
	s.r.mu.Lock()
	defer s.r.mu.Unlock()
	if err == nil {
		err = next(&s.r.data)
	}
	if err == nil {
		s.r.got = append(s.r.got, string(b))
	}
	return err
}

func (r *receiver) count() int {
	r.mu.Lock()
	defer r.mu.Unlock()
	return len(r.got)
}

// receive starts a receiver; with a certificate it offers STARTTLS.
func receive(t *testing.T, r *receiver, certificate *tls.Certificate) *receiver {
	t.Helper()
	r.server = smtp.NewServer(r)
	r.server.Domain, r.server.AllowInsecureAuth = "mx.example", true
	if certificate != nil {
		r.server.TLSConfig = &tls.Config{Certificates: []tls.Certificate{*certificate}}
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	r.address = l.Addr().String()
	go r.server.Serve(l)
	t.Cleanup(func() { r.server.Close() })
	return r
}

const sender = "NTTコミュニケーションズ <no-reply@hoten.example>"

func outlet(t *testing.T, address string) *SMTP {
	t.Helper()
	s, err := NewSMTP(address, sender)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func envelope(t *testing.T, to string) Envelope {
	return Envelope{From: sender, To: to, Language: "ja", MessageID: "0198@hoten", At: time.Date(2014, 7, 31, 1, 30, 0, 0, time.UTC),
		Message: render(t, RestrictionNotice, "ja", facts(nasty), "")}
}

func TestSMTPMessage(t *testing.T) {
	r := receive(t, &receiver{}, nil)
	out := outlet(t, "smtp://"+r.address)
	for _, to := range []string{"taro@mail.example", "foo..bar@docomo.example", "foo.@docomo.example", ".a,b@docomo.example"} {
		if err := out.Send(t.Context(), envelope(t, to)); err != nil {
			t.Fatalf("%s: %v", to, err)
		}
	}
	if r.sessions != 1 {
		t.Errorf("%d connections for four messages", r.sessions)
	}
	if got := strings.Join(r.to, " "); got != "taro@mail.example foo..bar@docomo.example foo.@docomo.example .a,b@docomo.example" {
		t.Errorf("recipients %s", got)
	}
	m, err := mail.ReadMessage(strings.NewReader(r.got[1]))
	if err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]string{"To": `<"foo..bar"@docomo.example>`, "Date": "Thu, 31 Jul 2014 10:30:00 +0900", "Message-Id": "<0198@hoten>",
		"Content-Language": "ja", "Auto-Submitted": "auto-generated", "Subject": SubjectOf(RestrictionNotice, "ja"), "From": `NTTコミュニケーションズ <no-reply@hoten.example>`} {
		got, err := new(mime.WordDecoder).DecodeHeader(m.Header.Get(name))
		if err != nil || got != want {
			t.Errorf("%s is %q (%v), not %q", name, got, err, want)
		}
	}
	wantParts(t, m, envelope(t, "").Message)
	for _, line := range strings.Split(r.got[0], "\r\n") {
		if len(line) > 100 || strings.ContainsFunc(line, func(r rune) bool { return r > 126 }) {
			t.Errorf("line %q", line)
		}
	}
}

func wantParts(t *testing.T, m *mail.Message, want Message) {
	t.Helper()
	kind, params, err := mime.ParseMediaType(m.Header.Get("Content-Type"))
	if err != nil || kind != "multipart/alternative" {
		t.Fatalf("%s, %v", kind, err)
	}
	parts := multipart.NewReader(m.Body, params["boundary"])
	for i, content := range []string{want.Text, want.HTML} {
		p, err := parts.NextRawPart()
		if err != nil {
			t.Fatal(err)
		}
		if kind := p.Header.Get("Content-Type"); kind != []string{"text/plain; charset=UTF-8", "text/html; charset=UTF-8"}[i] {
			t.Errorf("part %d is %s", i, kind)
		}
		b, err := io.ReadAll(quotedprintable.NewReader(p))
		if got := strings.ReplaceAll(string(b), "\r\n", "\n"); err != nil || got != content {
			t.Errorf("part %d is not what was rendered: %v", i, err)
		}
	}
}

func TestSMTPInjectsNoHeaders(t *testing.T) {
	r := receive(t, &receiver{}, nil)
	out := outlet(t, "smtp://"+r.address)
	e := envelope(t, "taro@mail.example")
	e.Subject = "件名\r\nBcc: evil@evil.example\r\n\r\nbody"
	if err := out.Send(t.Context(), e); err != nil {
		t.Fatal(err)
	}
	if m, err := mail.ReadMessage(strings.NewReader(r.got[0])); err != nil || m.Header.Get("Bcc") != "" {
		t.Errorf("%v %v", m.Header, err)
	}
	for _, to := range []string{"a@b.example\r\nBcc: evil@evil.example", "a@b.example\nX: y", "no address", "", "@b.example", "a@"} {
		var permanent *Permanent
		if err := out.Send(t.Context(), envelope(t, to)); !errors.As(err, &permanent) {
			t.Errorf("%q: %v", to, err)
		}
	}
	if len(r.to) != 1 {
		t.Errorf("sent to %q", r.to)
	}
}

func TestSMTPRefusals(t *testing.T) {
	answer := func(code int, enhanced smtp.EnhancedCode, text string) error {
		return &smtp.SMTPError{Code: code, EnhancedCode: enhanced, Message: text}
	}
	for _, c := range []struct {
		name       string
		rcpt, data error
		permanent  bool
		recipient  bool
	}{
		{"greylisted", answer(451, smtp.EnhancedCode{4, 7, 1}, "try later"), nil, false, false},
		{"mailbox busy", answer(450, smtp.NoEnhancedCode, "busy"), nil, false, false},
		{"unknown user", answer(550, smtp.EnhancedCode{5, 1, 1}, "no such user"), nil, true, true},
		{"unknown user without enhanced code", answer(550, smtp.NoEnhancedCode, "User unknown"), nil, true, true},
		{"full", answer(552, smtp.EnhancedCode{5, 2, 2}, "full"), nil, true, true},
		{"no such host", answer(550, smtp.EnhancedCode{5, 4, 1}, "recipient rejected"), nil, true, true},
		{"relay", answer(554, smtp.EnhancedCode{5, 7, 1}, "relay access denied"), nil, false, false},
		{"relay without enhanced code", answer(550, smtp.NoEnhancedCode, "Relaying denied"), nil, false, false},
		{"sign in first", answer(530, smtp.EnhancedCode{5, 7, 0}, "authentication required"), nil, false, false},
		{"sender refused at the recipient", answer(550, smtp.EnhancedCode{5, 1, 8}, "bad sender"), nil, false, false},
		{"later", nil, answer(452, smtp.EnhancedCode{4, 3, 1}, "no space"), false, false},
		{"content", nil, answer(554, smtp.EnhancedCode{5, 6, 0}, "not liked"), true, false},
		{"unknown user at the end", nil, answer(550, smtp.EnhancedCode{5, 1, 1}, "no such user"), true, true},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := receive(t, &receiver{rcpt: []error{c.rcpt}, data: []error{c.data}}, nil)
			out := outlet(t, "smtp://"+r.address)
			err := out.Send(t.Context(), envelope(t, "taro@mail.example"))
			var permanent *Permanent
			if is := errors.As(err, &permanent); err == nil || is != c.permanent || is && permanent.Recipient != c.recipient {
				t.Fatalf("%#v", err)
			}
			if err := out.Send(t.Context(), envelope(t, "hanako@mail.example")); err != nil || r.count() != 1 || r.sessions != 1 {
				t.Errorf("the next message: %v, %d kept, %d connections", err, r.count(), r.sessions)
			}
		})
	}
}

func TestSMTPReconnects(t *testing.T) {
	r := receive(t, &receiver{}, nil)
	out := outlet(t, "smtp://"+r.address)
	for i := range messagesEach + 1 {
		if err := out.Send(t.Context(), envelope(t, fmt.Sprintf("m%d@mail.example", i))); err != nil {
			t.Fatal(err)
		}
	}
	if r.sessions != 2 {
		t.Errorf("%d connections", r.sessions)
	}
	(<-out.idle).Close()
	old := receive(t, &receiver{}, nil)
	out.idle <- must(outlet(t, "smtp://"+old.address).dial(t.Context()))
	old.server.Close()
	if err := out.Send(t.Context(), envelope(t, "last@mail.example")); err != nil {
		t.Errorf("a connection that the server had closed was used: %v", err)
	}
}

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

// rude speaks SMTP up to a line that begins with until, then does what it is told.
func rude(t *testing.T, until string, then func(net.Conn)) string {
	t.Helper()
	l := must(net.Listen("tcp", "127.0.0.1:0"))
	t.Cleanup(func() { l.Close() })
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			go func() {
				defer c.Close()
				if until == "" {
					then(c)
					return
				}
				fmt.Fprint(c, "220 rude\r\n")
				for in := bufio.NewScanner(c); in.Scan(); {
					switch {
					case strings.HasPrefix(in.Text(), until):
						then(c)
						return
					case in.Text() == "DATA":
						fmt.Fprint(c, "354 go on\r\n")
					case isCommand(in.Text()):
						fmt.Fprint(c, "250 fine\r\n")
					}
				}
			}()
		}
	}()
	return l.Addr().String()
}

func isCommand(line string) bool {
	return strings.HasPrefix(line, "EHLO") || strings.HasPrefix(line, "MAIL") || strings.HasPrefix(line, "RCPT")
}

func TestSMTPServersThatGoAwayOrSayNothing(t *testing.T) {
	drop := func(net.Conn) {}
	silent := func(c net.Conn) { io.Copy(io.Discard, c) }
	for _, until := range []string{"", "EHLO", "MAIL", "RCPT", "DATA", "Date", "."} {
		for name, then := range map[string]func(net.Conn){"drops": drop, "is silent": silent} {
			t.Run(name+" at "+until, func(t *testing.T) {
				out := outlet(t, "smtp://"+rude(t, until, then))
				out.step = 150 * time.Millisecond
				begun := time.Now()
				err := out.Send(t.Context(), envelope(t, "taro@mail.example"))
				var permanent *Permanent
				if err == nil || errors.As(err, &permanent) || time.Since(begun) > 3*time.Second {
					t.Errorf("after %s: %v", time.Since(begun), err)
				}
			})
		}
	}
	t.Run("ends with the context", func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
		defer cancel()
		if err := outlet(t, "smtp://"+rude(t, "RCPT", silent)).Send(ctx, envelope(t, "taro@mail.example")); !errors.Is(err, context.DeadlineExceeded) {
			t.Error(err)
		}
	})
}

// selfSigned is a certificate for 127.0.0.1 and the pool that trusts it.
func selfSigned(t *testing.T) (*tls.Certificate, *x509.CertPool) {
	t.Helper()
	key := must(ecdsa.GenerateKey(elliptic.P256(), rand.Reader))
	about := &x509.Certificate{SerialNumber: big.NewInt(1), NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}, IsCA: true, BasicConstraintsValid: true}
	der := must(x509.CreateCertificate(rand.Reader, about, about, key.Public(), key))
	pool := x509.NewCertPool()
	pool.AddCert(must(x509.ParseCertificate(der)))
	return &tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}, pool
}

func TestSMTPEncryption(t *testing.T) {
	certificate, pool := selfSigned(t)
	r := receive(t, &receiver{}, certificate)
	out := outlet(t, "smtp://user:p%40ss@"+r.address)
	if err := out.Send(t.Context(), envelope(t, "taro@mail.example")); err == nil {
		t.Error("an unknown certificate was trusted")
	}
	out.tls.RootCAs = pool
	if err := out.Send(t.Context(), envelope(t, "taro@mail.example")); err != nil || strings.Join(r.users, " ") != "user:p@ss" {
		t.Errorf("%v, signed in %q", err, r.users)
	}
	plain := receive(t, &receiver{}, nil)
	(<-out.idle).Close()
	out.address = plain.address
	if err := out.Send(t.Context(), envelope(t, "taro@mail.example")); err == nil {
		t.Error("a server that no longer encrypts was believed")
	}
	remote := outlet(t, "smtp://user:pass@mail.example")
	remote.address = plain.address
	if err := remote.Send(t.Context(), envelope(t, "taro@mail.example")); err == nil || len(plain.users) > 0 {
		t.Errorf("the password went in the clear: %q, %v", plain.users, err)
	}
}

func TestSMTPImplicitTLS(t *testing.T) {
	certificate, pool := selfSigned(t)
	r := &receiver{}
	r.server = smtp.NewServer(r)
	l := must(tls.Listen("tcp", "127.0.0.1:0", &tls.Config{Certificates: []tls.Certificate{*certificate}}))
	go r.server.Serve(l)
	t.Cleanup(func() { r.server.Close() })
	out := outlet(t, "smtps://user:pass@"+l.Addr().String())
	out.tls.RootCAs = pool
	if err := out.Send(t.Context(), envelope(t, "taro@mail.example")); err != nil || r.count() != 1 || len(r.users) != 1 {
		t.Errorf("%v, %d kept, signed in %q", err, r.count(), r.users)
	}
}

func TestNewSMTP(t *testing.T) {
	for _, address := range []string{"", "mail.example:25", "http://mail.example", "smtp://", "smtp://u:secret@mail.example:port"} {
		if _, err := NewSMTP(address, sender); err == nil || strings.Contains(err.Error(), "secret") {
			t.Errorf("%s: %v", address, err)
		}
	}
	if _, err := NewSMTP("smtp://mail.example", "nobody"); err == nil {
		t.Error("a From that is no address was taken")
	}
	for address, want := range map[string]string{"smtp://mail.example": "mail.example:587", "smtps://mail.example": "mail.example:465", "smtp://[::1]:1025": "[::1]:1025"} {
		if s := outlet(t, address); s.address != want {
			t.Errorf("%s goes to %s", address, s.address)
		}
	}
}
