package notices

import (
	"bufio"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"io"
	"math/big"
	"net"
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
