package ldap

import (
	"bytes"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"fmt"
	"maps"
	"math/big"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	goldap "github.com/go-ldap/ldap/v3"

	"hoten/app/directories"
)

const (
	suffix    = "dc=example,dc=jp"
	people    = "ou=people," + suffix
	rootDN    = "cn=root," + suffix
	rootPW    = "root of the tests"
	hotenDN   = "cn=hoten," + suffix
	hotenPW   = "hoten of the tests"
	stolen    = "stolen-password-1"
	chosen    = "chosen-password-1 パスワード𠮷"
	lockedFor = "pwdAccountLockedTime"
)

// logins are those of the entries; each has the password stolen.
var logins = []string{"alice", "bob", "*", "*)(uid=*", `a\b`, "山田", "𠮷野家", "nul\x00nul", "carol", "dave"}

// config is what servers of the tests differ in.
type config struct {
	noPolicy bool     // without the overlay of password policies
	policy   []string // more of the policy: "pwdMinAge: 60"
	access   string   // rules of access, instead of least
	tls      bool
	expired  bool // with a certificate that has run out
}

// server is an OpenLDAP server of this test's own.
type server struct {
	t    *testing.T
	url  string // ldap://
	urls string // ldaps://, with tls
	ca   string // PEM
	dir  string
	cmd  *exec.Cmd
	log  bytes.Buffer
}

// start starts a server with one entry for each login.
func start(t *testing.T, c config) *server {
	t.Helper()
	s := &server{t: t, dir: t.TempDir()}
	if c.tls {
		s.certify(c.expired)
	}
	s.write("slapd.conf", s.conf(c))
	s.write("data.ldif", data(c))
	if err := os.Mkdir(filepath.Join(s.dir, "db"), 0o700); err != nil {
		t.Fatal(err)
	}
	conf := filepath.Join(s.dir, "slapd.conf")
	if out, err := exec.Command(s.program(), "-Tadd", "-f", conf, "-l", filepath.Join(s.dir, "data.ldif")).CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	s.url = "ldap://" + freeAddress(t)
	if c.tls {
		s.urls = "ldaps://" + freeAddress(t)
	}
	s.run()
	t.Cleanup(s.kill)
	return s
}

// run runs the program, also again after kill.
func (s *server) run() {
	s.t.Helper()
	s.cmd = exec.Command(s.program(), "-d", "0", "-f", filepath.Join(s.dir, "slapd.conf"), "-h", strings.TrimSpace(s.url+" "+s.urls))
	s.cmd.Stdout, s.cmd.Stderr = &s.log, &s.log
	if err := s.cmd.Start(); err != nil {
		s.t.Fatal(err)
	}
	s.await()
}

// program is a copy of slapd: where Ubuntu confines the installed one, it may not read this
// test's folder.
func (s *server) program() string {
	installed, err := exec.LookPath("slapd")
	if err != nil {
		installed = "/usr/sbin/slapd"
	}
	own := filepath.Join(s.dir, "slapd")
	if _, err := os.Stat(own); err == nil {
		return own
	}
	program, err := os.ReadFile(installed)
	if err != nil {
		s.t.Fatalf("the package slapd is needed (.ci/packages test): %v", err)
	}
	if err := os.WriteFile(own, program, 0o700); err != nil {
		s.t.Fatal(err)
	}
	return own
}

func (s *server) write(name, text string) {
	s.t.Helper()
	if err := os.WriteFile(filepath.Join(s.dir, name), []byte(text), 0o600); err != nil {
		s.t.Fatal(err)
	}
}

// kill ends the server at once.
func (s *server) kill() {
	s.cmd.Process.Kill()
	s.cmd.Wait()
}

// await waits until the server takes connections.
func (s *server) await() {
	s.t.Helper()
	for end := time.Now().Add(20 * time.Second); time.Now().Before(end); time.Sleep(5 * time.Millisecond) {
		if c, err := net.Dial("tcp", strings.TrimPrefix(s.url, "ldap://")); err == nil {
			c.Close()
			return
		}
	}
	s.kill()
	s.t.Fatalf("slapd does not listen: %s", &s.log)
}

func freeAddress(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().String()
}

func (s *server) conf(c config) string {
	var b strings.Builder
	for _, schema := range []string{"core", "cosine", "inetorgperson"} {
		fmt.Fprintf(&b, "include /etc/ldap/schema/%s.schema\n", schema)
	}
	b.WriteString(`attributetype ( 1.3.6.1.4.1.32473.1.1 NAME 'exLocked' EQUALITY booleanMatch SYNTAX 1.3.6.1.4.1.1466.115.121.1.7 SINGLE-VALUE )
attributetype ( 1.3.6.1.4.1.32473.1.2 NAME 'exSessionsEnd' EQUALITY generalizedTimeMatch SYNTAX 1.3.6.1.4.1.1466.115.121.1.24 SINGLE-VALUE )
attributetype ( 1.3.6.1.4.1.32473.1.3 NAME 'exPointPassword' EQUALITY octetStringMatch SYNTAX 1.3.6.1.4.1.1466.115.121.1.40 )
attributetype ( 1.3.6.1.4.1.32473.1.4 NAME 'exOneTime' EQUALITY caseIgnoreMatch SYNTAX 1.3.6.1.4.1.1466.115.121.1.15 SINGLE-VALUE )
objectclass ( 1.3.6.1.4.1.32473.2.1 NAME 'exID' AUXILIARY MAY ( exLocked $ exSessionsEnd $ exPointPassword $ exOneTime ) )
modulepath /usr/lib/ldap
moduleload back_mdb
`)
	if !c.noPolicy {
		b.WriteString("moduleload ppolicy\n")
	}
	if c.tls {
		fmt.Fprintf(&b, "TLSCertificateFile %[1]s/cert.pem\nTLSCertificateKeyFile %[1]s/key.pem\n", s.dir)
	}
	access := c.access
	if access == "" {
		access = least("write", c.noPolicy)
	}
	fmt.Fprintf(&b, "pidfile %[1]s/pid\ndatabase mdb\nmaxsize 16777216\nsuffix %[2]s\nrootdn %[3]s\nrootpw \"%[4]s\"\ndirectory %[1]s/db\ndbnosync\n%[5]s", s.dir, suffix, rootDN, rootPW, access)
	if !c.noPolicy {
		b.WriteString("overlay ppolicy\nppolicy_default cn=ids,ou=policies," + suffix + "\n")
	}
	return b.String()
}

// least are the rules of access of docs/connect/ldap.md, with the right to what is not userPassword.
func least(right string, noPolicy bool) string {
	written := "exLocked,exSessionsEnd,exPointPassword,exOneTime"
	if !noPolicy {
		written += ",pwdAccountLockedTime,pwdReset"
	}
	return strings.NewReplacer("HOTEN", hotenDN, "WRITTEN", written, "RIGHT", right).Replace(`access to attrs=userPassword by dn.exact="HOTEN" =w by anonymous auth by * none
access to attrs=WRITTEN by dn.exact="HOTEN" RIGHT by * none
access to * by dn.exact="HOTEN" read by * none
`)
}

func data(c config) string {
	var b strings.Builder
	entry := func(lines ...string) { b.WriteString(strings.Join(lines, "\n") + "\n\n") }
	entry("dn: "+suffix, "objectClass: dcObject", "objectClass: organization", "o: Example", "dc: example")
	entry("dn: "+people, "objectClass: organizationalUnit", "ou: people")
	entry("dn: ou=policies,"+suffix, "objectClass: organizationalUnit", "ou: policies")
	if !c.noPolicy {
		policy := []string{"dn: cn=ids,ou=policies," + suffix, "objectClass: device", "objectClass: pwdPolicy", "cn: ids", "pwdAttribute: userPassword"}
		given := c.policy
		for _, line := range []string{"pwdLockout: TRUE", "pwdInHistory: 3", "pwdCheckQuality: 2", "pwdMinLength: 10", "pwdMaxFailure: 50"} {
			name, _, _ := strings.Cut(line, ":")
			if !slices.ContainsFunc(given, func(l string) bool { return strings.HasPrefix(l, name+":") }) {
				given = append(given, line)
			}
		}
		entry(append(policy, given...)...)
	}
	entry("dn: "+hotenDN, "objectClass: person", "cn: hoten", "sn: hoten", "userPassword: "+hotenPW)
	for i, login := range append(slices.Clone(logins), "twin", "twin") {
		entry(fmt.Sprintf("dn: cn=%d,%s", i, people), "objectClass: inetOrgPerson", "objectClass: exID", fmt.Sprintf("cn: %d", i), "sn: x",
			"uid:: "+base64Of(login), "userPassword: "+stolen, "exPointPassword: points")
	}
	return b.String()
}

// certify makes the certificate of the server, and of what signed it.
func (s *server) certify(expired bool) {
	s.t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		s.t.Fatal(err)
	}
	until := time.Now().Add(time.Hour)
	if expired {
		until = time.Now().Add(-time.Hour)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "tests"}, NotBefore: until.Add(-48 * time.Hour), NotAfter: until,
		IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign | x509.KeyUsageDigitalSignature, IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)},
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		s.t.Fatal(err)
	}
	private, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		s.t.Fatal(err)
	}
	s.ca = string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}))
	s.write("cert.pem", s.ca)
	s.write("key.pem", string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: private})))
}

// settings are those of hoten's account, over which more are laid: name, value, …
func settings(url string, more ...string) map[string]string {
	set := map[string]string{}
	for _, s := range Kind.Settings {
		set[s.Name] = s.Default
	}
	maps.Copy(set, map[string]string{
		"url": url, "bind_dn": hotenDN, "bind_password": hotenPW, "base_dn": people,
		"session_attribute": "exSessionsEnd", "point_password_attribute": "exPointPassword",
		"one_time_attribute": "exOneTime", "one_time_on": "always", "one_time_off": "never",
	})
	for i := 0; i < len(more); i += 2 {
		set[more[i]] = more[i+1]
	}
	return set
}

func opened(t *testing.T, set map[string]string) directories.System {
	t.Helper()
	s, err := Kind.Open(set)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func (s *server) system(more ...string) directories.System {
	s.t.Helper()
	return opened(s.t, settings(s.url, more...))
}

// root is a connection that may do everything.
func (s *server) root() *goldap.Conn {
	s.t.Helper()
	c, err := goldap.DialURL(s.url)
	if err != nil {
		s.t.Fatal(err)
	}
	s.t.Cleanup(func() { c.Close() })
	if err := c.Bind(rootDN, rootPW); err != nil {
		s.t.Fatal(err)
	}
	return c
}

// of is the value of an attribute of the login's entry; empty: it has none.
func (s *server) of(login, attribute string) string {
	s.t.Helper()
	found, err := s.root().Search(&goldap.SearchRequest{BaseDN: dn(login), Filter: "(objectClass=*)", Attributes: []string{attribute}})
	if err != nil || len(found.Entries) != 1 {
		s.t.Fatal(found, err)
	}
	return found.Entries[0].GetAttributeValue(attribute)
}

// set gives an attribute of the login's entry a value.
func (s *server) set(login, attribute, value string) {
	s.t.Helper()
	m := goldap.NewModifyRequest(dn(login), nil)
	m.Replace(attribute, []string{value})
	if err := s.root().Modify(m); err != nil {
		s.t.Fatal(err)
	}
}

// opens reports whether the login's password is this one, and the server lets it in.
func (s *server) opens(login, password string) bool {
	s.t.Helper()
	c, err := goldap.DialURL(s.url)
	if err != nil {
		s.t.Fatal(err)
	}
	defer c.Close()
	err = c.Bind(dn(login), password)
	if err != nil && !goldap.IsErrorWithCode(err, goldap.LDAPResultInvalidCredentials) {
		s.t.Fatal(err)
	}
	return err == nil
}

func dn(login string) string {
	return fmt.Sprintf("cn=%d,%s", slices.Index(logins, login), people)
}

func request(act directories.Act, login string) directories.Request {
	r := directories.Request{Key: "k", Number: 1, Act: act, Login: login, OrderedAt: time.Now()}
	if act == directories.SetPassword {
		r.Password = chosen
	}
	return r
}

func within(t *testing.T, d time.Duration) context.Context {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), d)
	t.Cleanup(cancel)
	return ctx
}
