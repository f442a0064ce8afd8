package notices

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"
	"testing"
	"time"

	"github.com/emersion/go-smtp"
)

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
