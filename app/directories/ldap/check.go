package ldap

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	goldap "github.com/go-ldap/ldap/v3"

	"hoten/app/outside"
)

// checkup is a check that is going on.
type checkup struct {
	*system
	conn
	found []outside.Finding
}

// note keeps what a step found: an error, or that all is well, and what is to be told of it.
func (k *checkup) note(step string, err error, told string) bool {
	if err != nil {
		told = said(err, k.password)
	}
	k.found = append(k.found, outside.Finding{Step: step, OK: err == nil, Said: outside.Said(told, k.password)})
	return err == nil
}

// Check connects, signs in, and looks at what the acts need. Rights are tried by
// modifications that the server can only refuse.
func (s *system) Check(ctx context.Context) []outside.Finding {
	k := &checkup{system: s}
	w, err := s.reach(ctx)
	if !k.note("connect", err, "") {
		return k.found
	}
	if k.conn, err = s.secure(ctx, w); err == nil {
		defer k.close()
	}
	if s.tls != nil && !k.note("tls", err, k.certificate()) {
		return k.found
	}
	policy, err := s.signIn(k.conn)
	told := ""
	if policy.Expire >= 0 {
		told = fmt.Sprintf("the password of bind_dn expires in %v", time.Duration(policy.Expire)*time.Second)
	}
	if !k.note("sign_in", err, told) {
		return k.found
	}
	k.abilities()
	if _, err = s.read(k.conn, s.base); k.note("ldap_base", err, "") {
		k.entries()
	}
	return k.found
}

// certificate tells how long that of the server is good.
func (k *checkup) certificate() string {
	if k.Conn == nil {
		return ""
	}
	state, ok := k.TLSConnectionState()
	if !ok || len(state.PeerCertificates) == 0 {
		return ""
	}
	return "notAfter " + state.PeerCertificates[0].NotAfter.Format(time.DateOnly)
}

// abilities looks at what the server says of itself.
func (k *checkup) abilities() {
	root, err := k.search("", goldap.ScopeBaseObject, "(objectClass=*)", "supportedExtension", "supportedControl", "namingContexts")
	if err == nil && len(root) == 0 {
		err = errors.New("the root DSE can not be read")
	}
	can := func(attribute, oid, name string) error {
		if err != nil || slices.Contains(root[0].GetEqualFoldAttributeValues(attribute), oid) {
			return err
		}
		return fmt.Errorf("%s of the root DSE lacks %s (%s)", attribute, oid, name)
	}
	k.note("ldap_password_modify", can("supportedExtension", passwordModify, "Password Modify, RFC 3062"), "")
	if k.lock.attribute != policyLock {
		return
	}
	if k.note("ldap_ppolicy", can("supportedControl", goldap.ControlTypeBeheraPasswordPolicy, "password policy"), "") {
		k.policies(root[0].GetEqualFoldAttributeValues("namingContexts"))
	}
}

// policies looks at the password policies of the tree that the IDs are in: whether the lock
// holds under them, and a password that was just set may be set again.
func (k *checkup) policies(contexts []string) {
	base, _ := goldap.ParseDN(k.base)
	top := k.base
	for _, c := range contexts {
		if dn, err := goldap.ParseDN(c); err == nil && len(dn.RDNs) > 0 && dn.AncestorOfFold(base) {
			top = c
		}
	}
	found, err := k.search(top, goldap.ScopeWholeSubtree, "(objectClass=pwdPolicy)", "pwdLockout", "pwdMinAge", "pwdSafeModify")
	var good int
	var bad []string
	for _, p := range found {
		var wrong []string
		if !is(p, "pwdLockout", "TRUE") {
			wrong = append(wrong, "pwdLockout is not TRUE")
		}
		if age := p.GetEqualFoldAttributeValue("pwdMinAge"); cmp.Or(age, "0") != "0" {
			wrong = append(wrong, "pwdMinAge is "+age)
		}
		if is(p, "pwdSafeModify", "TRUE") {
			wrong = append(wrong, "pwdSafeModify is TRUE")
		}
		if wrong == nil {
			good++
		} else {
			bad = append(bad, p.DN+": "+strings.Join(wrong, ", "))
		}
	}
	told := strings.Join(bad, "; ")
	switch {
	case err != nil:
	case len(found) == 0:
		err = errors.New("no pwdPolicy can be read below " + top)
	case good == 0:
		err = errors.New(told)
	}
	k.note("ldap_policy", err, told)
}

// search returns at most 100 entries: what is looked for is less.
func (k *checkup) search(base string, scope int, filter string, attributes ...string) ([]*goldap.Entry, error) {
	found, err := k.Search(&goldap.SearchRequest{BaseDN: base, Scope: scope, DerefAliases: goldap.NeverDerefAliases, SizeLimit: 100, Filter: filter, Attributes: attributes})
	if err != nil {
		return nil, err
	}
	return found.Entries, nil
}

// entries looks whether logins can be found, and tries on one entry what may be changed.
func (k *checkup) entries() {
	found, err := k.Search(&goldap.SearchRequest{
		BaseDN: k.base, Scope: goldap.ScopeWholeSubtree, DerefAliases: goldap.NeverDerefAliases,
		SizeLimit: 1, Filter: strings.ReplaceAll(k.filter, loginMark, "*"), Attributes: []string{"1.1"},
	})
	if goldap.IsErrorWithCode(err, goldap.LDAPResultSizeLimitExceeded) {
		err = nil
	}
	if err == nil && len(found.Entries) == 0 {
		err = errors.New("no entry matches login_filter below base_dn")
	}
	if k.note("ldap_entries", err, "") {
		k.rights(found.Entries[0].DN)
	}
}

// rights tries which attributes of an entry may be written.
func (k *checkup) rights(dn string) {
	var missing []string
	var err error
	for _, try := range []struct{ attribute, value string }{
		{"userPassword", "hoten"}, {k.lock.attribute, k.lock.value}, {k.sessions, now()}, {k.points, "hoten"}, {k.oneTime, cmp.Or(k.on, k.off)},
	} {
		if try.attribute == "" {
			continue
		}
		// The second deletion finds no value whatever there was, so that the modification,
		// which is done as a whole or not at all, is refused to those who may do it, too.
		m := goldap.NewModifyRequest(dn, nil)
		m.Delete(try.attribute, []string{try.value})
		m.Delete(try.attribute, []string{try.value})
		if err = k.Modify(m); lost(err) {
			break
		}
		if goldap.IsErrorAnyOf(err, goldap.LDAPResultInsufficientAccessRights, goldap.LDAPResultUndefinedAttributeType) {
			missing = append(missing, try.attribute+": "+said(err, k.password))
		}
	}
	if !lost(err) {
		err = nil
	}
	if err == nil && missing != nil {
		err = errors.New(strings.Join(missing, "; "))
	}
	k.note("ldap_rights", err, "")
}

// lost is an error that is no answer of the server.
func lost(err error) bool {
	_, definite := resultCode(err)
	return err != nil && !definite
}
