package ldap

import (
	"bytes"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"runtime"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	ber "github.com/go-asn1-ber/asn1-ber"
	goldap "github.com/go-ldap/ldap/v3"

	"hoten/app/directories"
	"hoten/app/outside"
)

// certainty is what an answer says: nil, *Refused, *Unready or nobody knows.
func certainty(err error) string {
	if err == nil {
		return "done"
	}
	if r, ok := errors.AsType[*outside.Refused](err); ok {
		return r.Code
	}
	if _, ok := errors.AsType[*outside.Unready](err); ok {
		return "unready"
	}
	return "uncertain"
}

func TestARestrictionThatIsCutLeavesTheIDClosed(t *testing.T) {
	s := start(t, config{})
	for i := range 5 { // bind, search, lock, password, lock again
		for at, done := range []bool{false, true} {
			t.Run(fmt.Sprint(i+1, done), func(t *testing.T) {
				login := logins[2*i+at]
				broken, whole := opened(t, settings(between(t, s, i+1, done, nil))), s.system()
				r := request(directories.Restrict, login)
				want, open := "uncertain", i < 2 || i == 2 && !done
				if i < 2 {
					want = "unready"
				}
				err := broken.Do(within(t, 10*time.Second), r)
				if certainty(err) != want || s.opens(login, stolen) != open {
					t.Fatalf("%v; opens: %v", err, s.opens(login, stolen))
				}
				harmless(t, err.Error(), "")
				if got, err := whole.Settled(within(t, 10*time.Second), r); err != nil || (got == outside.Done) != (i == 4 && done) {
					t.Errorf("settled as %d, %v", got, err)
				}
				do(t, whole, r)
				settledAs(t, whole, r, outside.Done)
			})
		}
	}
}

func TestAPasswordWhoseAnswerIsLostIsNotHeldAgainstTheMember(t *testing.T) {
	s := start(t, config{})
	for i, login := range logins[:5] { // bind, search, password, read, the end of the lock
		for _, done := range []bool{false, true} {
			t.Run(fmt.Sprint(i+1, done), func(t *testing.T) {
				broken, whole := opened(t, settings(between(t, s, i+1, done, nil))), s.system()
				do(t, whole, request(directories.Restrict, login))
				s.set(login, "exSessionsEnd", "20200101000000Z")
				r := request(directories.SetPassword, login)
				r.Password = fmt.Sprint("chosen-password-", i, done)
				want, set := "uncertain", i > 2 || i == 2 && done
				if i < 2 {
					want = "unready"
				}
				err := broken.Do(within(t, 10*time.Second), r)
				if certainty(err) != want || s.opens(login, r.Password) != set || s.opens(login, stolen) {
					t.Fatalf("%v; opens: %v", err, s.opens(login, r.Password))
				}
				harmless(t, err.Error(), r.Password)
				if got, err := whole.Settled(within(t, 10*time.Second), r); err != nil || (got == outside.Done) != (i == 4 && done) {
					t.Errorf("settled as %d, %v", got, err)
				}
				do(t, whole, r) // in the history by now
				settledAs(t, whole, r, outside.Done)
				if !s.opens(login, r.Password) {
					t.Error("the password does not open")
				}
			})
		}
	}
}

func TestAServerThatDiesInTheMiddle(t *testing.T) {
	s := start(t, config{})
	killed := opened(t, settings(between(t, s, 4, true, s.kill)))
	r := request(directories.Restrict, "alice")
	if err := killed.Do(within(t, 10*time.Second), r); certainty(err) != "uncertain" {
		t.Fatal(err)
	}
	if _, err := s.system().Settled(within(t, 10*time.Second), r); err == nil {
		t.Error("the state of a dead server was read")
	}
	if err := s.system().Do(within(t, 10*time.Second), r); certainty(err) != "unready" {
		t.Error(err)
	}
	s.run()
	if s.opens("alice", stolen) {
		t.Error("the ID is open")
	}
	do(t, s.system(), r)
	settledAs(t, s.system(), r, outside.Done)
}

func TestServersThatMisbehave(t *testing.T) {
	for name, answer := range misbehaving {
		t.Run(name, func(t *testing.T) {
			wait := 10 * time.Second
			if name == "silence" || name == "other number" {
				wait = 200 * time.Millisecond
			}
			for op, want := range map[ber.Tag]string{goldap.ApplicationBindRequest: "unready", goldap.ApplicationSearchRequest: "unready", goldap.ApplicationExtendedRequest: "uncertain"} {
				sys := opened(t, settings(pretend(t, op, answer), "lock", "none"))
				err := sys.Do(within(t, wait), request(directories.SetPassword, "alice"))
				if certainty(err) != want {
					t.Errorf("operation %d: %v", op, err)
				} else if long := name == "huge" || name == "endless"; long != strings.Contains(err.Error(), errTooLong.Error()) {
					t.Errorf("operation %d: %v", op, err)
				} else {
					harmless(t, err.Error(), chosen)
				}
				if want == "uncertain" {
					continue
				}
				if _, err := sys.Settled(within(t, wait), request(directories.SetPassword, "alice")); err == nil {
					t.Errorf("operation %d: the state was read", op)
				}
				if found := sys.Check(within(t, wait)); failing(found) == "" {
					t.Errorf("operation %d: the check is content: %v", op, found)
				}
			}
			sys := opened(t, settings(pretend(t, goldap.ApplicationModifyRequest, answer), "lock", "none"))
			if err := sys.Do(within(t, wait), request(directories.VoidPointPassword, "alice")); certainty(err) != "uncertain" {
				t.Errorf("modification: %v", err)
			}
		})
	}
	gone(t)
}

// gone waits for the end of what the library started, which follows the end of its connection.
func gone(t *testing.T) {
	t.Helper()
	stacks := make([]byte, 1<<20)
	for end := time.Now().Add(10 * time.Second); time.Now().Before(end); runtime.Gosched() {
		if stacks = stacks[:runtime.Stack(stacks[:cap(stacks)], true)]; !bytes.Contains(stacks, []byte("go-ldap")) {
			return
		}
	}
	t.Errorf("something outlives its call:\n%s", stacks)
}

func failing(found []outside.Finding) string {
	for _, f := range found {
		if !f.OK {
			return f.Step
		}
	}
	return ""
}

func TestResultCodes(t *testing.T) {
	const bare = -1
	for _, c := range []struct {
		code, policy int64
		want         string
	}{
		{goldap.LDAPResultConstraintViolation, 5, directories.PasswordRefused},
		{goldap.LDAPResultConstraintViolation, 6, directories.PasswordRefused},
		{goldap.LDAPResultConstraintViolation, bare, directories.PasswordRefused},
		{goldap.LDAPResultConstraintViolation, 9, directories.PasswordRefused}, // too long, of later drafts
		{goldap.LDAPResultUnwillingToPerform, 5, directories.PasswordRefused},
		{goldap.LDAPResultInsufficientAccessRights, 4, outside.NotAble},
		{goldap.LDAPResultInsufficientAccessRights, bare, outside.NotAble},
		{goldap.LDAPResultUnwillingToPerform, bare, outside.NotAble},
		{goldap.LDAPResultProtocolError, bare, outside.NotAble},
		{goldap.LDAPResultUnavailableCriticalExtension, bare, outside.NotAble},
		{goldap.LDAPResultNoSuchObject, bare, outside.UnknownID},
		{goldap.LDAPResultNamingViolation, bare, outside.RefusedOther},
		{goldap.LDAPResultBusy, bare, "unready"},
		{goldap.LDAPResultUnavailable, bare, "unready"},
		{goldap.LDAPResultConfidentialityRequired, bare, "unready"},
		{goldap.LDAPResultReferral, bare, "unready"},
		{goldap.LDAPResultOther, bare, "uncertain"},
		{goldap.LDAPResultOperationsError, bare, "uncertain"},
		{goldap.LDAPResultTimeLimitExceeded, bare, "uncertain"},
		{goldap.LDAPResultTooLate, bare, "uncertain"},
		{goldap.ErrorNetwork, bare, "uncertain"},
		{70000, bare, "uncertain"},
	} {
		url := pretend(t, goldap.ApplicationExtendedRequest, func(conn net.Conn, id int64) {
			var more []*ber.Packet
			if c.policy != bare {
				more = append(more, policyControl(c.policy))
			}
			conn.Write(result(id, goldap.ApplicationExtendedResponse, c.code, "no\n to "+chosen+strings.Repeat("あ", 400), more...).Bytes())
		})
		r := request(directories.SetPassword, "alice")
		err := opened(t, settings(url, "lock", "none")).Do(within(t, 10*time.Second), r)
		if certainty(err) != c.want {
			t.Errorf("code %d, policy %d: %v, want %s", c.code, c.policy, err, c.want)
			continue
		}
		said := err.Error()
		if refused, ok := errors.AsType[*outside.Refused](err); ok {
			said = refused.Said
		} else if unready, ok := errors.AsType[*outside.Unready](err); ok {
			said = unready.Said
		}
		harmless(t, said, chosen)
	}
}

func TestWhatIsHalfDoneIsUncertain(t *testing.T) {
	url := pretend(t, goldap.ApplicationExtendedRequest, func(c net.Conn, id int64) {
		c.Write(result(id, goldap.ApplicationExtendedResponse, goldap.LDAPResultBusy, "").Bytes())
	})
	for lock, want := range map[string]string{lockPolicy: "uncertain", lockNone: "unready"} {
		if err := opened(t, settings(url, "lock", lock)).Do(within(t, 10*time.Second), request(directories.Restrict, "alice")); certainty(err) != want {
			t.Errorf("%s: %v", lock, err)
		}
	}
}

func TestReferencesAreNotFollowed(t *testing.T) {
	var followed atomic.Int32
	trap := listen(t, func(_ int, c net.Conn) { followed.Add(1) })
	referral := ber.Encode(ber.ClassApplication, ber.TypeConstructed, goldap.ApplicationSearchResultReference, nil, "")
	referral.AppendChild(ber.NewString(ber.ClassUniversal, ber.TypePrimitive, ber.TagOctetString, trap+"/"+people, ""))
	for name, c := range map[string]struct {
		op     ber.Tag
		answer func(c net.Conn, id int64)
		want   string
	}{
		"references only": {goldap.ApplicationSearchRequest, func(c net.Conn, id int64) {
			c.Write(enveloped(id, referral).Bytes())
			c.Write(result(id, goldap.ApplicationSearchResultDone, 0, "").Bytes())
		}, outside.UnknownID},
		"another server's": {goldap.ApplicationSearchRequest, func(c net.Conn, id int64) {
			c.Write(result(id, goldap.ApplicationSearchResultDone, goldap.LDAPResultReferral, trap).Bytes())
		}, "unready"},
		"another server writes": {goldap.ApplicationModifyRequest, func(c net.Conn, id int64) {
			c.Write(result(id, goldap.ApplicationModifyResponse, goldap.LDAPResultReferral, trap).Bytes())
		}, "unready"},
		"more than was asked for": {goldap.ApplicationSearchRequest, func(c net.Conn, id int64) {
			for range 1000 {
				c.Write(found(id, dn("alice")).Bytes())
			}
			c.Write(result(id, goldap.ApplicationSearchResultDone, 0, "").Bytes())
		}, outside.UnknownID},
		"one of several": {goldap.ApplicationSearchRequest, func(c net.Conn, id int64) {
			c.Write(found(id, dn("alice")).Bytes())
			c.Write(result(id, goldap.ApplicationSearchResultDone, goldap.LDAPResultSizeLimitExceeded, "").Bytes())
		}, outside.UnknownID},
		"an entry without a name": {goldap.ApplicationSearchRequest, func(c net.Conn, id int64) {
			c.Write(found(id, "").Bytes())
			c.Write(result(id, goldap.ApplicationSearchResultDone, 0, "").Bytes())
		}, "unready"},
		"a modification that a search answers": {goldap.ApplicationModifyRequest, func(c net.Conn, id int64) {
			c.Write(result(id, goldap.ApplicationSearchResultDone, 0, "").Bytes())
		}, "uncertain"},
	} {
		if err := opened(t, settings(pretend(t, c.op, c.answer))).Do(within(t, 10*time.Second), request(directories.Restrict, "alice")); certainty(err) != c.want {
			t.Errorf("%s: %v", name, err)
		}
	}
	if n := followed.Load(); n > 0 {
		t.Errorf("%d references were followed", n)
	}
}

func TestWhereNothingAnswers(t *testing.T) {
	nowhere := "ldap://" + freeAddress(t)
	noTLS := listen(t, func(_ int, c net.Conn) { c.Write([]byte("220 mail.example.jp ESMTP\r\n")) })
	halfTLS := listen(t, func(_ int, c net.Conn) { tls.Server(c, &tls.Config{}).Handshake() })
	silent := listen(t, func(_ int, c net.Conn) { io.Copy(io.Discard, c) })
	for name, set := range map[string]map[string]string{
		"nobody":              settings(nowhere),
		"no TLS":              settings(strings.Replace(noTLS, "ldap:", "ldaps:", 1)),
		"no certificate":      settings(strings.Replace(halfTLS, "ldap:", "ldaps:", 1)),
		"silence before TLS":  settings(strings.Replace(silent, "ldap:", "ldaps:", 1)),
		"silence in StartTLS": settings(silent, "start_tls", "yes"),
		"no StartTLS":         settings(noTLS, "start_tls", "yes"),
	} {
		wait := 10 * time.Second
		if strings.HasPrefix(name, "silence") {
			wait = 200 * time.Millisecond
		}
		sys := opened(t, set)
		for _, a := range directories.Acts {
			if err := sys.Do(within(t, wait), request(a, "alice")); certainty(err) != "unready" {
				t.Errorf("%s: %s: %v", name, a, err)
			}
		}
		want := "tls"
		if name == "nobody" {
			want = "connect"
		}
		if found := sys.Check(within(t, wait)); failing(found) != want || len(found) > 2 {
			t.Errorf("%s: %v", name, found)
		}
	}
	gone(t)
}
