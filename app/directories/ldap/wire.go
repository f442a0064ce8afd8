package ldap

import (
	"context"
	"crypto/tls"
	"errors"
	"net"
	"time"

	goldap "github.com/go-ldap/ldap/v3"
)

// longest is how much is read of one connection, in bytes.
const longest = 1 << 20

var errTooLong = errors.New("the answer is longer than 1 MB")

// wire is a connection of which no more is read than longest.
type wire struct {
	net.Conn
	left int // bytes; one goroutine reads at a time
}

// Read reads while something is left of what may be read.
func (w *wire) Read(p []byte) (int, error) {
	if w.left == 0 {
		return 0, errTooLong
	}
	n, err := w.Conn.Read(p[:min(len(p), w.left)])
	w.left -= n
	return n, err
}

// conn is a connection to the server. It ends with close, at the latest with its context.
type conn struct {
	*goldap.Conn
	stop func() bool
}

// reach opens the connection, not encrypted yet.
func (s *system) reach(ctx context.Context) (*wire, error) {
	raw, err := new(net.Dialer).DialContext(ctx, "tcp", s.address)
	if err != nil {
		return nil, err
	}
	return &wire{raw, longest}, nil
}

// secure encrypts the connection, where the settings want it, and hands it to the library.
// It is closed on an error.
func (s *system) secure(ctx context.Context, w *wire) (conn, error) {
	// The library knows no contexts: when this one ends, whatever waits for an answer fails.
	c := conn{stop: context.AfterFunc(ctx, func() { w.SetDeadline(time.Now()) })}
	if s.tls == nil || s.startTLS {
		c.Conn = goldap.NewConn(w, false)
	} else {
		encrypted := tls.Client(w, s.tls)
		if err := encrypted.HandshakeContext(ctx); err != nil {
			c.stop()
			return c, errors.Join(err, w.Close())
		}
		c.Conn = goldap.NewConn(encrypted, true)
	}
	c.Start()
	if s.startTLS {
		if err := c.StartTLS(s.tls); err != nil {
			c.close()
			return c, err
		}
	}
	return c, nil
}

func (c conn) close() {
	c.Close()
	c.stop()
}

// connect is reach and secure.
func (s *system) connect(ctx context.Context) (conn, error) {
	w, err := s.reach(ctx)
	if err != nil {
		return conn{}, err
	}
	return s.secure(ctx, w)
}

// errMustChange is that the server lets hoten's account do nothing before it has a new password.
var errMustChange = errors.New("the password of bind_dn has to be changed first")

// signIn binds as hoten's account, and returns what the server's policy says of its password.
func (s *system) signIn(c conn) (*goldap.ControlBeheraPasswordPolicy, error) {
	policy := goldap.NewControlBeheraPasswordPolicy()
	answer, err := c.SimpleBind(&goldap.SimpleBindRequest{Username: s.bindDN, Password: s.password, Controls: []goldap.Control{policy}})
	if err != nil {
		return policy, err
	}
	if told, ok := goldap.FindControl(answer.Controls, goldap.ControlTypeBeheraPasswordPolicy).(*goldap.ControlBeheraPasswordPolicy); ok {
		policy = told
	}
	if policy.Error == changeAfterReset {
		return policy, errMustChange
	}
	return policy, nil
}

// opens reports whether the entry can be bound with the password, on a connection of its own.
// Servers answer a lock that they know of as a wrong password, or as unwilling. An error: it
// could not be told.
func (s *system) opens(ctx context.Context, dn, password string) (bool, error) {
	c, err := s.connect(ctx)
	if err != nil {
		return false, err
	}
	defer c.close()
	err = c.Bind(dn, password)
	if goldap.IsErrorAnyOf(err, goldap.LDAPResultInvalidCredentials, goldap.LDAPResultUnwillingToPerform, goldap.LDAPResultInappropriateAuthentication) {
		return false, nil
	}
	return err == nil, err
}
