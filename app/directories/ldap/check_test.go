package ldap

import (
	"fmt"
	"net"
	"slices"
	"strings"
	"testing"
	"time"

	ber "github.com/go-asn1-ber/asn1-ber"
	goldap "github.com/go-ldap/ldap/v3"

	"hoten/app/directories"
	"hoten/app/outside"
)

// whole is everything that the server holds.
func (s *server) whole() string {
	s.t.Helper()
	found, err := s.root().Search(&goldap.SearchRequest{BaseDN: suffix, Scope: goldap.ScopeWholeSubtree, Filter: "(objectClass=*)", Attributes: []string{"*", "+"}})
	if err != nil || len(found.Entries) < len(logins) {
		s.t.Fatal(err)
	}
	var lines []string
	for _, e := range found.Entries {
		for _, a := range e.Attributes {
			lines = append(lines, fmt.Sprint(e.DN, a.Name, a.Values))
		}
	}
	slices.Sort(lines)
	return strings.Join(lines, "\n")
}

func check(t *testing.T, s directories.System) []outside.Finding {
	t.Helper()
	found := s.Check(within(t, 10*time.Second))
	for _, f := range found {
		harmless(t, f.Said, "")
	}
	return found
}

func steps(found []outside.Finding) string {
	var names []string
	for _, f := range found {
		names = append(names, f.Step)
	}
	return strings.Join(names, " ")
}

// finds checks that one step fails, and says so.
func finds(t *testing.T, found []outside.Finding, step string, says ...string) {
	t.Helper()
	at := slices.IndexFunc(found, func(f outside.Finding) bool { return f.Step == step })
	if failing(found) != step || at < 0 {
		t.Errorf("%s does not fail first: %+v", step, found)
		return
	}
	for _, text := range says {
		if !strings.Contains(found[at].Said, text) {
			t.Errorf("%s: %q does not say %q", step, found[at].Said, text)
		}
	}
}

func TestACheckIsContentAndChangesNothing(t *testing.T) {
	s := start(t, config{})
	s.set("alice", "exLocked", "TRUE")
	s.set("alice", "exOneTime", "always")
	s.set("alice", lockedFor, "000001010000Z")
	for lock, want := range map[string]string{
		lockPolicy:    "connect sign_in ldap_password_modify ldap_ppolicy ldap_policy ldap_base ldap_entries ldap_rights",
		lockAttribute: "connect sign_in ldap_password_modify ldap_base ldap_entries ldap_rights",
	} {
		before := s.whole()
		found := check(t, s.system("lock", lock, "lock_attribute", "exLocked", "lock_value", "TRUE"))
		if failing(found) != "" || steps(found) != want {
			t.Errorf("%+v", found)
		}
		if after := s.whole(); after != before {
			t.Errorf("before:\n%s\nafter:\n%s", before, after)
		}
	}
}

func TestACheckFindsWhatIsMissing(t *testing.T) {
	s := start(t, config{policy: []string{"pwdMustChange: TRUE", "pwdLockout: FALSE", "pwdMinAge: 3600", "pwdSafeModify: TRUE"}, access: "access to attrs=userPassword,exOneTime by dn.exact=" + hotenDN + " read by anonymous auth by * none\naccess to * by dn.exact=" + hotenDN + " write by * none\n"})
	finds(t, check(t, s.system()), "ldap_policy", "cn=ids", "pwdLockout is not TRUE", "pwdMinAge is 3600", "pwdSafeModify is TRUE")
	byAttribute := []string{"lock", "attribute", "lock_attribute", "exLocked", "lock_value", "TRUE"}
	found := check(t, s.system(byAttribute...))
	finds(t, found, "ldap_rights", "userPassword: Insufficient Access Rights", "exOneTime: Insufficient")
	if strings.Contains(found[len(found)-1].Said, "exLocked") {
		t.Errorf("%+v", found)
	}
	finds(t, check(t, s.system(append(byAttribute, "session_attribute", "noSuch", "one_time_attribute", "exSessionsEnd")...)), "ldap_rights", "noSuch: Undefined Attribute Type")
	finds(t, check(t, s.system(append(byAttribute, "base_dn", "ou=nowhere,"+suffix)...)), "ldap_base", "No Such Object")
	finds(t, check(t, s.system(append(byAttribute, "login_filter", "(mail={login})")...)), "ldap_entries", "no entry matches")
	wrong := s.system("bind_password", "wrong")
	finds(t, check(t, wrong), "sign_in", "Invalid Credentials")
	for _, sys := range []directories.System{wrong, s.system("base_dn", "ou=nowhere,"+suffix)} {
		if err := sys.Do(within(t, 10*time.Second), request(directories.Restrict, "alice")); certainty(err) != "unready" {
			t.Error(err)
		}
	}
	m := goldap.NewModifyRequest(hotenDN, nil)
	m.Replace("pwdReset", []string{"TRUE"})
	if err := s.root().Modify(m); err != nil {
		t.Fatal(err)
	}
	finds(t, check(t, s.system()), "sign_in", "has to be changed")

	s = start(t, config{noPolicy: true})
	finds(t, check(t, s.system()), "ldap_ppolicy", goldap.ControlTypeBeheraPasswordPolicy)
}

func TestACheckMissesAnOperation(t *testing.T) {
	url := pretend(t, goldap.ApplicationSearchRequest, func(c net.Conn, id int64) {
		root := ber.Encode(ber.ClassApplication, ber.TypeConstructed, goldap.ApplicationSearchResultEntry, nil, "")
		root.AppendChild(ber.NewString(ber.ClassUniversal, ber.TypePrimitive, ber.TagOctetString, "", ""))
		root.AppendChild(ber.NewSequence(""))
		c.Write(enveloped(id, root).Bytes())
		c.Write(result(id, goldap.ApplicationSearchResultDone, 0, "").Bytes())
	})
	finds(t, check(t, opened(t, settings(url))), "ldap_password_modify", passwordModify)
}

func TestOnlyTrustedServersAreSpokenTo(t *testing.T) {
	s, expired := start(t, config{tls: true}), start(t, config{tls: true, expired: true})
	for name, set := range map[string]map[string]string{
		"ldaps":    settings(s.urls, "ca", s.ca),
		"StartTLS": settings(s.url, "ca", s.ca, "start_tls", "yes"),
	} {
		sys := opened(t, set)
		r := request(directories.SetPassword, "alice")
		do(t, sys, r)
		settledAs(t, sys, r, outside.Done)
		found := check(t, sys)
		if failing(found) != "" || !strings.HasPrefix(steps(found), "connect tls sign_in") || !strings.Contains(found[1].Said, "notAfter") {
			t.Errorf("%s: %+v", name, found)
		}
	}
	for name, c := range map[string]struct {
		set  map[string]string
		says string
	}{
		"foreign":           {settings(s.urls), "unknown authority"},
		"foreign, StartTLS": {settings(s.url, "start_tls", "yes"), "unknown authority"},
		"another's":         {settings(s.urls, "ca", expired.ca), "x509"},
		"expired":           {settings(expired.urls, "ca", expired.ca), "expired"},
		"expired, StartTLS": {settings(expired.url, "ca", expired.ca, "start_tls", "yes"), "expired"},
		"another name":      {settings(strings.Replace(s.urls, "127.0.0.1", "localhost", 1), "ca", s.ca), "localhost"},
	} {
		sys := opened(t, c.set)
		if err := sys.Do(within(t, 10*time.Second), request(directories.Restrict, "alice")); certainty(err) != "unready" || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%s: %v", name, err)
		}
		finds(t, check(t, sys), "tls", c.says)
	}
	if !s.opens("alice", chosen) {
		t.Error("something was changed")
	}
	finds(t, check(t, opened(t, settings(start(t, config{}).url, "start_tls", "yes"))), "tls", "Protocol Error")
}
