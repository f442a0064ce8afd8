package ldap

import (
	"errors"
	"strings"
	"time"

	goldap "github.com/go-ldap/ldap/v3"

	"hoten/app/outside"
)

// Attributes of the password policy (draft-behera-ldap-password-policy).
const (
	policyLock    = "pwdAccountLockedTime"
	lockedForGood = "000001010000Z" // a time that no lock wears off after
	mustChange    = "pwdReset"
	changedAt     = "pwdChangedTime"
)

// filterFor is the filter that finds the login, which stands in it as a value only.
func (s *system) filterFor(login string) string {
	return strings.ReplaceAll(s.filter, loginMark, goldap.EscapeFilter(login))
}

// find is the entry of the login. None or several: *Refused unknown_id.
func (s *system) find(c conn, login string) (*goldap.Entry, error) {
	found, err := c.Search(&goldap.SearchRequest{
		BaseDN: s.base, Scope: goldap.ScopeWholeSubtree, DerefAliases: goldap.NeverDerefAliases,
		SizeLimit: 2, EnforceSizeLimit: true, Filter: s.filterFor(login), Attributes: s.attributes(),
	})
	var several = &outside.Refused{Code: outside.UnknownID, Said: "not unique: more than one entry matches login_filter below base_dn"}
	switch {
	case found != nil && len(found.Entries) > 1, goldap.IsErrorWithCode(err, goldap.LDAPResultSizeLimitExceeded):
		return nil, several
	case err != nil:
		return nil, unready(err, s.password)
	case len(found.Entries) == 1 && found.Entries[0].DN != "":
		return found.Entries[0], nil
	case len(found.Entries) == 1:
		return nil, unready(errors.New("the entry that was found has no name"))
	case len(found.Referrals) > 0:
		return nil, &outside.Refused{Code: outside.UnknownID, Said: "no entry matches login_filter below base_dn; references to other servers are not followed"}
	}
	return nil, &outside.Refused{Code: outside.UnknownID, Said: "no entry matches login_filter below base_dn"}
}

// read is the entry as it is now.
func (s *system) read(c conn, dn string) (*goldap.Entry, error) {
	found, err := c.Search(&goldap.SearchRequest{
		BaseDN: dn, Scope: goldap.ScopeBaseObject, DerefAliases: goldap.NeverDerefAliases,
		Filter: "(objectClass=*)", Attributes: s.attributes(),
	})
	if err == nil && len(found.Entries) != 1 {
		err = errors.New("the entry is gone")
	}
	if err != nil {
		return nil, err
	}
	return found.Entries[0], nil
}

// attributes are what the acts read of an entry.
func (s *system) attributes() (names []string) {
	for _, name := range []string{s.lock.attribute, mustChange, changedAt, s.sessions, s.points, s.oneTime} {
		if name != "" {
			names = append(names, name)
		}
	}
	return names
}

func has(e *goldap.Entry, attribute string) bool {
	return attribute != "" && len(e.GetEqualFoldAttributeValues(attribute)) > 0
}

func is(e *goldap.Entry, attribute, value string) bool {
	return has(e, attribute) && strings.EqualFold(e.GetEqualFoldAttributeValue(attribute), value)
}

// since reports whether the attribute holds a time that is not before the second of at.
func since(e *goldap.Entry, attribute string, at time.Time) bool {
	if !has(e, attribute) {
		return false
	}
	then, err := time.Parse(generalized, e.GetEqualFoldAttributeValue(attribute))
	return err == nil && !then.Before(at.Truncate(time.Second))
}

// generalized is a generalized time (RFC 4517) in seconds; fractions are read, too.
const generalized = "20060102150405Z0700"

func now() string { return time.Now().UTC().Format(generalized) }
