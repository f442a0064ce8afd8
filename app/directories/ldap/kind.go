package ldap

import (
	"crypto/tls"
	"crypto/x509"
	"net"
	"net/netip"
	"net/url"
	"regexp"
	"strings"

	goldap "github.com/go-ldap/ldap/v3"

	"hoten/app/directories"
	"hoten/app/fault"
	"hoten/app/outside"
)

var yesNo = []string{"no", "yes"}

// Kinds of locks (setting lock).
const (
	lockPolicy    = "ppolicy"   // pwdAccountLockedTime, of the server's password policy
	lockAttribute = "attribute" // an attribute that the operator's systems look at
	lockNone      = "none"
)

// Kind is LDAP.
var Kind = directories.Kind{
	Name: "ldap",
	Settings: []outside.Setting{
		{Name: "url", Required: true},
		{Name: "start_tls", Choices: yesNo, Default: "no"},
		{Name: "allow_plain", Choices: yesNo, Default: "no"},
		{Name: "ca", Lines: true},
		{Name: "bind_dn", Required: true},
		{Name: "bind_password", Required: true, Secret: true},
		{Name: "base_dn", Required: true},
		{Name: "login_filter", Default: "(uid=" + loginMark + ")"},
		{Name: "lock", Choices: []string{lockPolicy, lockAttribute, lockNone}, Default: lockPolicy},
		{Name: "lock_attribute"},
		{Name: "lock_value"},
		{Name: "session_attribute"},
		{Name: "point_password_attribute"},
		{Name: "one_time_attribute"},
		{Name: "one_time_on"},
		{Name: "one_time_off"},
	},
	Open: open,
}

// system is a server as it is set up. It is not changed after open.
type system struct {
	address  string      // host:port
	tls      *tls.Config // nil: not encrypted
	startTLS bool
	bindDN   string
	password string
	base     string
	filter   string // with loginMark
	lock     lock
	sessions string // attribute that gets the time at which sessions end; empty: none
	points   string // attribute of the password for points; empty: none
	oneTime  string // attribute that asks for one-time passwords; empty: none
	on, off  string // its values; empty: that is not possible
}

// lock is the attribute that closes an ID, and its value; empty: there is none.
type lock struct{ attribute, value string }

// loginMark is where the login stands in login_filter.
const loginMark = "{login}"

func open(set map[string]string) (directories.System, error) {
	var p fault.Problems
	s := &system{
		bindDN: set["bind_dn"], password: set["bind_password"], base: set["base_dn"], filter: set["login_filter"],
		sessions: set["session_attribute"], points: set["point_password_attribute"],
		oneTime: set["one_time_attribute"], on: set["one_time_on"], off: set["one_time_off"],
	}
	s.reached(&p, set)
	for _, name := range []string{"bind_dn", "base_dn"} {
		if _, err := goldap.ParseDN(set[name]); err != nil || set[name] == "" {
			p.Add(name, "ldap_dn")
		}
	}
	if _, err := goldap.CompileFilter(s.filterFor("a")); err != nil || !strings.Contains(s.filter, loginMark) {
		p.Add("login_filter", "ldap_filter")
	}
	s.locked(&p, set)
	if s.oneTime == "" && s.on+s.off != "" {
		p.Add("one_time_attribute", "required")
	}
	for _, name := range []string{"lock_attribute", "session_attribute", "point_password_attribute", "one_time_attribute"} {
		if set[name] != "" && !attributeForm.MatchString(set[name]) {
			p.Add(name, "ldap_attribute")
		}
	}
	return s, p.Err()
}

// attributeForm is that of an attribute description (RFC 4512) with a name.
var attributeForm = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9-]*(;[A-Za-z0-9-]+)*$`)

// reached reads where the server is, and how the way there is kept secret.
func (s *system) reached(p *fault.Problems, set map[string]string) {
	u, err := url.Parse(set["url"])
	if err != nil || u.Hostname() == "" || u.User != nil || strings.Trim(u.Path, "/") != "" || u.RawQuery != "" || u.Fragment != "" || u.Scheme != "ldap" && u.Scheme != "ldaps" {
		p.Add("url", "ldap_url")
		return
	}
	port := u.Port()
	if port == "" {
		port = map[string]string{"ldap": "389", "ldaps": "636"}[u.Scheme]
	}
	s.address = net.JoinHostPort(u.Hostname(), port)
	s.startTLS = set["start_tls"] == "yes"
	switch {
	case u.Scheme == "ldaps" && s.startTLS:
		p.Add("start_tls", "ldap_start_tls")
	case u.Scheme == "ldap" && !s.startTLS && !loopback(u.Hostname()) && set["allow_plain"] != "yes":
		p.Add("start_tls", "ldap_plain")
	}
	if u.Scheme == "ldap" && !s.startTLS {
		return
	}
	s.tls = &tls.Config{ServerName: u.Hostname(), MinVersion: tls.VersionTLS12}
	if set["ca"] != "" {
		s.tls.RootCAs = x509.NewCertPool()
		if !s.tls.RootCAs.AppendCertsFromPEM([]byte(set["ca"])) {
			p.Add("ca", "ldap_ca")
		}
	}
}

func loopback(host string) bool {
	address, err := netip.ParseAddr(host)
	return strings.EqualFold(host, "localhost") || err == nil && address.IsLoopback()
}

// locked reads how IDs are closed.
func (s *system) locked(p *fault.Problems, set map[string]string) {
	switch set["lock"] {
	case lockPolicy:
		s.lock = lock{policyLock, lockedForGood}
	case lockAttribute:
		s.lock = lock{set["lock_attribute"], set["lock_value"]}
		for _, name := range []string{"lock_attribute", "lock_value"} {
			if set[name] == "" {
				p.Add(name, "required")
			}
		}
	}
}

// Can reports what the settings name the attributes of.
func (s *system) Can(a directories.Act) bool {
	switch a {
	case directories.Restrict, directories.SetPassword, directories.Release:
		return true
	case directories.VoidPointPassword:
		return s.points != ""
	case directories.OneTimePasswordOn:
		return s.oneTime != "" && s.on != ""
	case directories.OneTimePasswordOff:
		return s.oneTime != "" && s.off != ""
	}
	return false
}
