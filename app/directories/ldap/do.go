package ldap

import (
	"context"
	"crypto/rand"
	"encoding/base64"
	"errors"

	ber "github.com/go-asn1-ber/asn1-ber"
	goldap "github.com/go-ldap/ldap/v3"

	"hoten/app/directories"
	"hoten/app/outside"
)

// deed is one act that is being done on an entry.
type deed struct {
	*system
	conn
	hidden []string // passwords, which no answer may be told with
	begun  bool     // something was changed already
}

// Do does the act on the entry of the login.
func (s *system) Do(ctx context.Context, r directories.Request) error {
	switch {
	case !s.Can(r.Act):
		return &outside.Refused{Code: outside.NotAble, Said: "no attribute is set for it"}
	case r.Act == directories.SetPassword && r.Password == "":
		return &outside.Refused{Code: directories.PasswordRefused, Said: "the password is empty"}
	}
	c, e, err := s.open(ctx, r.Login)
	if err != nil {
		return err
	}
	defer c.close()
	d := &deed{system: s, conn: c, hidden: []string{s.password, r.Password}}
	switch r.Act {
	case directories.Restrict:
		return d.restrict(e.DN)
	case directories.SetPassword:
		return d.setPassword(ctx, e.DN, r.Password)
	}
	return d.change(d.single(e, r.Act))
}

// open connects, signs in and finds the entry. Nothing is changed by it: what fails is
// *Unready, or *Refused where there is no such entry. The connection is closed on an error.
func (s *system) open(ctx context.Context, login string) (conn, *goldap.Entry, error) {
	c, err := s.connect(ctx)
	if err != nil {
		return c, nil, unready(err, s.password)
	}
	var e *goldap.Entry
	if _, err = s.signIn(c); err != nil {
		err = unready(err, s.password)
	} else {
		e, err = s.find(c, login)
	}
	if err != nil {
		c.close()
	}
	return c, e, err
}

// restrict locks first, so that what fails afterwards leaves the ID closed, and again at the
// end, since OpenLDAP lifts its lock with every change of the password. A random password
// that is refused leaves the lock.
func (d *deed) restrict(dn string) error {
	lock := goldap.NewModifyRequest(dn, nil)
	if d.lock.attribute != "" {
		lock.Replace(d.lock.attribute, []string{d.lock.value})
	}
	if err := d.change(lock); err != nil {
		return err
	}
	random := randomPassword()
	d.hidden = append(d.hidden, random)
	failed := verdict(d.changePassword(dn, random), d.hidden...)
	if _, refused := errors.AsType[*outside.Refused](failed); failed != nil && !refused {
		return d.uncertain(failed)
	}
	d.begun = d.begun || failed == nil
	if d.sessions != "" {
		lock.Replace(d.sessions, []string{now()})
	}
	if err := d.change(lock); err != nil {
		return err
	}
	return failed
}

// setPassword sets the password first: until then the ID stays as closed as it is.
func (d *deed) setPassword(ctx context.Context, dn, password string) error {
	err := d.changePassword(dn, password)
	if repeated(err) {
		// The same request may have set it before, and its answer was lost.
		set, unknown := d.opens(ctx, dn, password)
		if unknown != nil {
			return errors.New(said(unknown, d.hidden...))
		}
		if set {
			err = nil
		}
	}
	if err != nil {
		return ofPassword(err, d.hidden...)
	}
	d.begun = true
	e, err := d.read(d.conn, dn)
	if err != nil {
		return errors.New(said(err, d.hidden...))
	}
	m := d.unlock(e)
	if has(e, mustChange) {
		remove(m, e, mustChange)
	}
	if d.sessions != "" {
		m.Replace(d.sessions, []string{now()})
	}
	return d.change(m)
}

// single is the one modification that an act is.
func (d *deed) single(e *goldap.Entry, a directories.Act) *goldap.ModifyRequest {
	m := goldap.NewModifyRequest(e.DN, nil)
	switch a {
	case directories.Release:
		return d.unlock(e)
	case directories.VoidPointPassword:
		remove(m, e, d.points)
	case directories.OneTimePasswordOn:
		m.Replace(d.oneTime, []string{d.on})
	case directories.OneTimePasswordOff:
		m.Replace(d.oneTime, []string{d.off})
	}
	return m
}

// unlock removes the lock, if there is one.
func (d *deed) unlock(e *goldap.Entry) *goldap.ModifyRequest {
	m := goldap.NewModifyRequest(e.DN, nil)
	if d.lock.attribute != "" {
		remove(m, e, d.lock.attribute)
	}
	return m
}

// remove removes an attribute. One that is not seen may only be hidden from our account:
// replacing it with nothing removes it, too. Only deleting a lock has OpenLDAP forget the
// wrong passwords that were counted.
func remove(m *goldap.ModifyRequest, e *goldap.Entry, attribute string) {
	if has(e, attribute) {
		m.Delete(attribute, nil)
	} else {
		m.Replace(attribute, nil)
	}
}

// change modifies the entry, if there is anything to modify.
func (d *deed) change(m *goldap.ModifyRequest) error {
	if len(m.Changes) == 0 {
		return nil
	}
	if err := verdict(d.Modify(m), d.hidden...); err != nil {
		return d.uncertain(err)
	}
	d.begun = true
	return nil
}

// uncertain is an answer to a later part of an act: that it was not done yet is no longer so.
func (d *deed) uncertain(err error) error {
	if unready, ok := errors.AsType[*outside.Unready](err); ok && d.begun {
		return errors.New(unready.Said)
	}
	return err
}

// passwordModify is the operation of RFC 3062.
const passwordModify = "1.3.6.1.4.1.4203.1.11.1"

// changePassword sets the password of the entry and asks why, if it is refused.
func (d *deed) changePassword(dn, password string) error {
	value := ber.NewSequence("PasswdModifyRequestValue")
	value.AppendChild(ber.NewString(ber.ClassContext, ber.TypePrimitive, 0, dn, "userIdentity"))
	value.AppendChild(ber.NewString(ber.ClassContext, ber.TypePrimitive, 2, password, "newPasswd"))
	_, err := d.Extended(&goldap.ExtendedRequest{Name: passwordModify, Value: value, Controls: []goldap.Control{goldap.NewControlBeheraPasswordPolicy()}})
	return err
}

// randomPassword is one of 32 random bytes, with characters of each kind, that nobody keeps.
func randomPassword() string {
	random := make([]byte, 32)
	rand.Read(random)
	return "Aa1-" + base64.RawURLEncoding.EncodeToString(random)
}
