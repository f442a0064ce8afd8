package notices

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/mail"
	"net/url"
	"sync/atomic"
	"time"

	"github.com/emersion/go-sasl"
	"github.com/emersion/go-smtp"
)

// SMTP hands messages to a mail server over connections that are kept for a while.
type SMTP struct {
	address, host string
	implicit      bool        // TLS from the first byte
	encrypts      atomic.Bool // the server has offered STARTTLS before
	user, pass    string
	idle          chan *connection
	tls           *tls.Config
	step          time.Duration
}

// NewSMTP reads an address like smtp://user:password@host:587 (STARTTLS where
// the server offers it, required with a password) or smtps://host. from is the
// From address of mails that name no other.
func NewSMTP(address, from string) (*SMTP, error) {
	u, err := url.Parse(address)
	if err != nil || u.Hostname() == "" || u.Scheme != "smtp" && u.Scheme != "smtps" {
		// The error of url.Parse would repeat the password.
		return nil, errors.New("HOTEN_SMTP_URL is not an address like smtp://user:password@host:587")
	}
	if _, err := mail.ParseAddress(from); err != nil {
		return nil, fmt.Errorf("HOTEN_MAIL_FROM %q: %w", from, err)
	}
	port := u.Port()
	if port == "" {
		port = map[string]string{"smtp": "587", "smtps": "465"}[u.Scheme]
	}
	pass, _ := u.User.Password()
	return &SMTP{address: net.JoinHostPort(u.Hostname(), port), host: u.Hostname(), implicit: u.Scheme == "smtps",
		user: u.User.Username(), pass: pass, idle: make(chan *connection, 4),
		tls: &tls.Config{ServerName: u.Hostname(), MinVersion: tls.VersionTLS12}, step: dialogue}, nil
}

// Greet reports why no message could be handed over now: the server does not answer, or does
// not let us in.
func (s *SMTP) Greet(ctx context.Context) error {
	c, err := s.connection(ctx)
	if err != nil {
		return err
	}
	s.giveBack(c)
	return nil
}

// Send hands one message over. A refused recipient and a refused message are
// Permanent; everything else is worth another try.
func (s *SMTP) Send(ctx context.Context, e Envelope) error {
	raw, err := e.bytes()
	if err != nil {
		return err
	}
	sender, err := mail.ParseAddress(e.From) // bytes has read it as well
	if err != nil {
		return &Permanent{Err: err, Reason: Unwritten}
	}
	c, err := s.connection(ctx)
	if err != nil {
		return err
	}
	stop := context.AfterFunc(ctx, func() { c.Close() })
	err = s.hand(c.Client, sender.Address, quoted(e.To), raw)
	if cut := !stop(); cut && err != nil {
		return errors.Join(err, ctx.Err())
	} else if cut {
		return nil
	}
	var said *smtp.SMTPError
	if err == nil || errors.As(err, &said) && said.Code != 421 && c.Reset() == nil {
		s.giveBack(c)
	} else {
		c.Close()
	}
	return err
}

// hand is the dialogue about one message.
func (s *SMTP) hand(c *smtp.Client, sender, to string, raw []byte) error {
	if err := c.Mail(sender, nil); err != nil {
		return err
	}
	if err := c.Rcpt(to, nil); err != nil {
		return judged(err, atRecipient)
	}
	w, err := c.Data()
	if err != nil {
		return err
	}
	if _, err := w.Write(raw); err != nil {
		return err
	}
	return judged(w.Close(), atMessage)
}

// judged judges what the server said; an error of the connection stays what it is.
func judged(err error, at stage) error {
	var said *smtp.SMTPError
	if errors.As(err, &said) {
		return refusal(said, at)
	}
	return err
}

// authenticate signs in where the address has a password. That never goes over
// a line in the clear, but to this very machine.
func (s *SMTP) authenticate(c *smtp.Client) error {
	_, secure := c.TLSConnectionState()
	if s.pass == "" {
		return nil
	}
	if local := s.host == "localhost" || net.ParseIP(s.host).IsLoopback(); !secure && !local {
		return errors.New("the mail server offers no encryption, and the password would go in the clear")
	}
	return c.Auth(sasl.NewPlainClient("", s.user, s.pass))
}
