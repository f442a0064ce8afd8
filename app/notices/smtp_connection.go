package notices

import (
	"context"
	"crypto/tls"
	"errors"
	"net"
	"os"
	"strings"
	"time"

	"github.com/emersion/go-smtp"
)

const (
	// dialogue is how long a mail server may take for one step.
	dialogue = 30 * time.Second
	// messagesEach is how many messages go over one connection; many servers
	// allow 100.
	messagesEach = 50
	// idleFor is how long an unused connection is kept.
	idleFor = 30 * time.Second
)

// connection is a client that was greeted and has signed in.
type connection struct {
	*smtp.Client
	messages int
	since    time.Time // unused since
}

// patient gives every read and write its own time, whatever deadlines the layers
// above set or forget: go-smtp has none while a message is written, and five
// minutes before its own can be set.
type patient struct {
	net.Conn
	step time.Duration
}

func (p patient) Read(b []byte) (int, error) {
	if err := p.SetReadDeadline(time.Now().Add(p.step)); err != nil {
		return 0, err
	}
	return p.Conn.Read(b)
}

func (p patient) Write(b []byte) (int, error) {
	if err := p.SetWriteDeadline(time.Now().Add(p.step)); err != nil {
		return 0, err
	}
	return p.Conn.Write(b)
}

// connection takes an idle connection that still answers, or makes one.
func (s *SMTP) connection(ctx context.Context) (*connection, error) {
	for {
		select {
		case c := <-s.idle:
			if time.Since(c.since) < idleFor && c.Noop() == nil {
				return c, nil
			}
			c.Close()
		default:
			return s.dial(ctx)
		}
	}
}

func (s *SMTP) giveBack(c *connection) {
	c.messages, c.since = c.messages+1, time.Now()
	if c.messages >= messagesEach {
		c.Quit()
		return
	}
	select {
	case s.idle <- c:
	default:
		c.Quit()
	}
}

// dial opens a connection: TLS from the start with smtps, else STARTTLS where the
// server offers it. A server that offered it once is not believed when it says
// later that it cannot: somebody may stand between.
func (s *SMTP) dial(ctx context.Context) (*connection, error) {
	if s.implicit {
		return s.open(ctx, func(c net.Conn) (*smtp.Client, error) { return smtp.NewClient(tls.Client(c, s.tls)), nil })
	}
	startTLS := func(c net.Conn) (*smtp.Client, error) { return smtp.NewClientStartTLS(c, s.tls) }
	if s.encrypts.Load() {
		return s.open(ctx, startTLS)
	}
	c, err := s.open(ctx, func(c net.Conn) (*smtp.Client, error) { return smtp.NewClient(c), nil })
	if !errors.Is(err, errOffered) {
		return c, err
	}
	s.encrypts.Store(true)
	return s.open(ctx, startTLS)
}

// errOffered: the server can encrypt, so this connection in the clear is not used.
var errOffered = errors.New("the mail server offers STARTTLS")

func (s *SMTP) open(ctx context.Context, start func(net.Conn) (*smtp.Client, error)) (*connection, error) {
	conn, err := (&net.Dialer{Timeout: s.step}).DialContext(ctx, "tcp", s.address)
	if err != nil {
		return nil, err
	}
	stop := context.AfterFunc(ctx, func() { conn.Close() })
	defer stop()
	c, err := start(patient{conn, s.step})
	if err != nil {
		return nil, errors.Join(err, conn.Close())
	}
	c.CommandTimeout, c.SubmissionTimeout = s.step, s.step
	if err := s.greet(c, conn); err != nil {
		return nil, errors.Join(err, c.Close())
	}
	return &connection{Client: c}, nil
}

func (s *SMTP) greet(c *smtp.Client, conn net.Conn) error {
	if err := c.Hello(ownName(conn)); err != nil {
		return err
	}
	_, secure := c.TLSConnectionState()
	if offered, _ := c.Extension("STARTTLS"); offered && !secure {
		return errOffered
	}
	return s.authenticate(c)
}

// ownName is what we greet as: the machine's full name, else its address, as RFC
// 5321 wants it.
func ownName(conn net.Conn) string {
	if name, err := os.Hostname(); err == nil && strings.Contains(name, ".") && !strings.ContainsAny(name, " \r\n") {
		return name
	}
	host, _, _ := net.SplitHostPort(conn.LocalAddr().String())
	if strings.Contains(host, ":") {
		return "[IPv6:" + host + "]"
	}
	return "[" + host + "]"
}
