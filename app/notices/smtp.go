package notices

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/mail"
	"net/url"
	"time"

	"github.com/emersion/go-sasl"
	"github.com/emersion/go-smtp"
)

// SMTP hands messages to a mail server over connections that are kept for a while.
type SMTP struct {
	address, host string
	implicit      bool // TLS from the first byte
	auth          sasl.Client
	sender        string
	idle          chan *smtp.Client
	tls           *tls.Config
	timeout       time.Duration
}

// dialogue is how long a mail server may take for one step.
const dialogue = 30 * time.Second

// NewSMTP reads an address like smtp://user:password@host:587 (STARTTLS where
// the server offers it, required with a password) or smtps://host. from is the
// From address; its bare address is the envelope's sender.
func NewSMTP(address, from string) (*SMTP, error) {
	u, err := url.Parse(address)
	if err != nil || u.Hostname() == "" || u.Scheme != "smtp" && u.Scheme != "smtps" {
		return nil, fmt.Errorf("HOTEN_SMTP_URL is not an address like smtp://user:password@host:587")
	}
	sender, err := mail.ParseAddress(from)
	if err != nil {
		return nil, fmt.Errorf("HOTEN_MAIL_FROM %q: %w", from, err)
	}
	port := u.Port()
	if port == "" {
		port = map[string]string{"smtp": "587", "smtps": "465"}[u.Scheme]
	}
	s := &SMTP{address: net.JoinHostPort(u.Hostname(), port), host: u.Hostname(), implicit: u.Scheme == "smtps", sender: sender.Address,
		idle: make(chan *smtp.Client, 4), tls: &tls.Config{ServerName: u.Hostname(), MinVersion: tls.VersionTLS12}, timeout: dialogue}
	if password, has := u.User.Password(); has {
		s.auth = sasl.NewPlainClient("", u.User.Username(), password)
	}
	return s, nil
}

// Send hands one message over. A refused recipient and a refused message are
// Permanent; everything else is worth another try.
func (s *SMTP) Send(ctx context.Context, e Envelope) error {
	raw, err := e.bytes()
	if err != nil {
		return &Permanent{Err: err}
	}
	c, err := s.connection(ctx)
	if err != nil {
		return err
	}
	if err := s.dialogue(c, e.To, raw); err != nil {
		var said *smtp.SMTPError
		if errors.As(err, &said) && c.Reset() == nil {
			s.giveBack(c)
		} else {
			c.Close()
		}
		return err
	}
	s.giveBack(c)
	return nil
}

func (s *SMTP) dialogue(c *smtp.Client, to string, raw []byte) error {
	if err := c.Mail(s.sender, nil); err != nil {
		return permanent(err, false)
	}
	if err := c.Rcpt(quoted(to), nil); err != nil {
		return permanent(err, true)
	}
	w, err := c.Data()
	if err != nil {
		return permanent(err, false)
	}
	if _, err := w.Write(raw); err != nil {
		return err
	}
	return permanent(w.Close(), false)
}

// permanent marks the answers that will be the same next time. A refused sender
// or message is our own trouble, and worth trying again when somebody has mended it.
func permanent(err error, recipient bool) error {
	var said *smtp.SMTPError
	if recipient && errors.As(err, &said) && said.Code >= 500 {
		return &Permanent{Err: err, Recipient: true}
	}
	return err
}

// connection takes an idle connection that still answers, or makes one.
func (s *SMTP) connection(ctx context.Context) (*smtp.Client, error) {
	for {
		select {
		case c := <-s.idle:
			if c.Noop() == nil {
				return c, nil
			}
			c.Close()
		default:
			return s.dial(ctx)
		}
	}
}

func (s *SMTP) giveBack(c *smtp.Client) {
	select {
	case s.idle <- c:
	default:
		c.Quit()
	}
}

// dial opens a connection: TLS from the start with smtps, else STARTTLS where the
// server offers it. A password never goes over a line in the clear.
func (s *SMTP) dial(ctx context.Context) (*smtp.Client, error) {
	if s.implicit {
		return s.open(ctx, func(c net.Conn) (*smtp.Client, error) { return smtp.NewClient(tls.Client(c, s.tls)), nil })
	}
	c, err := s.open(ctx, func(c net.Conn) (*smtp.Client, error) { return smtp.NewClient(c), nil })
	if err != nil {
		return nil, err
	}
	if offered, _ := c.Extension("STARTTLS"); offered {
		c.Close()
		return s.open(ctx, func(c net.Conn) (*smtp.Client, error) { return smtp.NewClientStartTLS(c, s.tls) })
	}
	return c, nil
}

func (s *SMTP) open(ctx context.Context, start func(net.Conn) (*smtp.Client, error)) (*smtp.Client, error) {
	conn, err := (&net.Dialer{Timeout: s.timeout}).DialContext(ctx, "tcp", s.address)
	if err != nil {
		return nil, err
	}
	// go-smtp sets deadlines for commands; this one is for what comes before.
	if err := conn.SetDeadline(time.Now().Add(s.timeout)); err != nil {
		return nil, errors.Join(err, conn.Close())
	}
	c, err := start(conn)
	if err != nil {
		return nil, errors.Join(err, conn.Close())
	}
	c.CommandTimeout, c.SubmissionTimeout = s.timeout, s.timeout
	if err := s.greet(c); err != nil {
		return nil, errors.Join(err, c.Close())
	}
	return c, nil
}

func (s *SMTP) greet(c *smtp.Client) error {
	if err := c.Hello("localhost"); err != nil {
		return err
	}
	_, secure := c.TLSConnectionState()
	offered, _ := c.Extension("STARTTLS")
	if s.auth == nil || !secure && offered {
		return nil
	}
	if !secure && !net.ParseIP(s.host).IsLoopback() && s.host != "localhost" {
		return errors.New("the mail server offers no encryption, and the password would go in the clear")
	}
	return c.Auth(s.auth)
}
