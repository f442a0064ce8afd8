package ldap

import (
	"encoding/base64"
	"errors"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	goldap "github.com/go-ldap/ldap/v3"

	"hoten/app/directories"
	"hoten/app/outside"
)

func base64Of(s string) string { return base64.StdEncoding.EncodeToString([]byte(s)) }

// do does an act, which has to be done.
func do(t *testing.T, s directories.System, r directories.Request) {
	t.Helper()
	if err := s.Do(within(t, 10*time.Second), r); err != nil {
		t.Fatalf("%s: %v", r.Act, err)
	}
}

func settledAs(t *testing.T, s directories.System, r directories.Request, want outside.Settled) {
	t.Helper()
	if got, err := s.Settled(within(t, 10*time.Second), r); err != nil || got != want {
		t.Errorf("%s is settled as %d, %v; want %d", r.Act, got, err, want)
	}
}

// refusedAs tries an act that has to be refused, and returns what was said.
func refusedAs(t *testing.T, s directories.System, r directories.Request, code string) string {
	t.Helper()
	err := s.Do(within(t, 10*time.Second), r)
	refused, ok := errors.AsType[*outside.Refused](err)
	if !ok || refused.Code != code {
		t.Fatalf("%s: %v, want to be refused as %s", r.Act, err, code)
	}
	harmless(t, refused.Said, r.Password)
	return refused.Said
}

// harmless checks that what is said is short, printable and holds no password.
func harmless(t *testing.T, said, password string) {
	t.Helper()
	for _, secret := range []string{password, hotenPW, stolen} {
		if secret != "" && strings.Contains(said, secret) {
			t.Errorf("a password is in %q", said)
		}
	}
	if len([]rune(said)) > 300 || strings.ContainsFunc(said, func(r rune) bool { return r < ' ' }) {
		t.Errorf("%q is too long or not printable", said)
	}
}

func TestEachActDoneTwiceEndsTheSame(t *testing.T) {
	for _, lock := range [][]string{
		{"lock", "ppolicy"}, {"lock", "attribute", "lock_attribute", "exLocked", "lock_value", "TRUE"}, {"lock", "none"},
	} {
		t.Run(lock[1], func(t *testing.T) {
			s := start(t, config{})
			sys := s.system(lock...)
			attribute, value := map[string]string{"ppolicy": lockedFor, "attribute": "exLocked", "none": "description"}[lock[1]], map[string]string{"ppolicy": "000001010000Z", "attribute": "TRUE"}[lock[1]]
			restrict := request(directories.Restrict, "alice")
			for range 2 {
				do(t, sys, restrict)
				if got := s.of("alice", attribute); got != value || s.opens("alice", stolen) || s.of("alice", "exSessionsEnd") == "" {
					t.Fatalf("%s is %q after restricting", attribute, got)
				}
			}
			settledAs(t, sys, restrict, map[string]outside.Settled{"ppolicy": outside.Done, "attribute": outside.Done}[lock[1]])
			set := request(directories.SetPassword, "alice")
			for range 2 {
				do(t, sys, set)
				if got := s.of("alice", attribute); got != "" || !s.opens("alice", chosen) {
					t.Fatalf("%s is %q after setting the password", attribute, got)
				}
				settledAs(t, sys, set, outside.Done)
			}
			do(t, sys, request(directories.Restrict, "alice"))
			release := request(directories.Release, "alice")
			for range 2 {
				do(t, sys, release)
				if got := s.of("alice", attribute); got != "" || s.opens("alice", stolen) || s.opens("alice", chosen) {
					t.Fatalf("%s is %q after releasing", attribute, got)
				}
				settledAs(t, sys, release, outside.Done)
			}
		})
	}
}

func TestPointPasswordAndOneTimePasswords(t *testing.T) {
	s := start(t, config{})
	sys := s.system()
	for _, c := range []struct {
		act              directories.Act
		attribute, after string
		settled          outside.Settled
	}{
		{directories.VoidPointPassword, "exPointPassword", "", outside.CannotTell},
		{directories.OneTimePasswordOn, "exOneTime", "always", outside.Done},
		{directories.OneTimePasswordOff, "exOneTime", "never", outside.Done},
	} {
		r := request(c.act, "bob")
		settledAs(t, sys, r, outside.NotDone)
		for range 2 {
			do(t, sys, r)
			if got := s.of("bob", c.attribute); got != c.after {
				t.Errorf("%s: %s is %q", c.act, c.attribute, got)
			}
			settledAs(t, sys, r, c.settled)
		}
	}
	if !s.opens("bob", stolen) {
		t.Error("the password was touched")
	}
	bare := s.system("point_password_attribute", "", "one_time_on", "", "one_time_off", "")
	for _, a := range directories.Acts {
		basic := slices.Contains([]directories.Act{directories.Restrict, directories.SetPassword, directories.Release}, a)
		if sys.Can(a) != true || bare.Can(a) != basic {
			t.Errorf("%s: %v, %v", a, sys.Can(a), bare.Can(a))
		}
		if !basic {
			refusedAs(t, bare, request(a, "bob"), outside.NotAble)
		}
	}
}

func TestTheLockStopsASignInUntilItIsReleased(t *testing.T) {
	s := start(t, config{policy: []string{"pwdMaxFailure: 3"}})
	wrong := func() {
		for range 2 {
			if s.opens("alice", "wrong") {
				t.Fatal("a wrong password opens")
			}
		}
	}
	wrong()
	s.set("alice", lockedFor, "000001010000Z")
	if s.opens("alice", stolen) {
		t.Fatal("the lock holds nobody")
	}
	do(t, s.system(), request(directories.Release, "alice"))
	wrong() // the ones before are forgotten
	if !s.opens("alice", stolen) {
		t.Error("a lock stays")
	}
}

func TestAPasswordThatHasToBeChangedIsTheMembersOwn(t *testing.T) {
	s := start(t, config{policy: []string{"pwdMustChange: TRUE"}, access: "access to attrs=userPassword by dn.exact=" + hotenDN + " manage by anonymous auth by * none\naccess to * by dn.exact=" + hotenDN + " manage by * none\n"})
	sys := s.system()
	do(t, sys, request(directories.Restrict, "alice"))
	if got := s.of("alice", "pwdReset"); got != "TRUE" {
		t.Fatalf("pwdReset is %q: the policy does not do what is tested here", got)
	}
	set := request(directories.SetPassword, "alice")
	settledAs(t, sys, set, outside.CannotTell)
	do(t, sys, set)
	if got := s.of("alice", "pwdReset"); got != "" || !s.opens("alice", chosen) {
		t.Errorf("pwdReset is %q", got)
	}
	settledAs(t, sys, set, outside.Done)
	s.set("alice", "pwdReset", "TRUE")
	settledAs(t, sys, set, outside.NotDone)
}

func TestLoginsAreValuesOfTheFilter(t *testing.T) {
	s := start(t, config{})
	sys := s.system("login_filter", "(&(objectClass=inetOrgPerson)(|(uid={login})(mail={login})))")
	for _, login := range logins {
		do(t, sys, request(directories.OneTimePasswordOn, login))
		for _, other := range logins {
			want := ""
			if other == login {
				want = "always"
			}
			if got := s.of(other, "exOneTime"); got != want {
				t.Errorf("%q: exOneTime of %q is %q", login, other, got)
			}
		}
		s.set(login, "exOneTime", "x")
		do(t, sys, request(directories.OneTimePasswordOff, login))
		m := s.root()
		if err := m.Modify(without(login)); err != nil {
			t.Fatal(err)
		}
	}
	for _, login := range []string{"nobody", "a*", "al*", "(uid=alice)", "alice)(objectClass=*", "𠮷", "\xff\xfe", "twin", ""} {
		said := refusedAs(t, sys, request(directories.Restrict, login), outside.UnknownID)
		if strings.Contains(said, "not unique") != (login == "twin") {
			t.Errorf("%q: %s", login, said)
		}
		settledAs(t, sys, request(directories.Restrict, login), outside.NotDone)
	}
}

func TestWhatTheRulesOfPasswordsForbidTheMemberMends(t *testing.T) {
	s := start(t, config{})
	sys := s.system()
	do(t, sys, request(directories.Restrict, "alice"))
	for password, why := range map[string]string{"abc": "too short", stolen: "history"} {
		r := request(directories.SetPassword, "alice")
		r.Password = password
		if said := refusedAs(t, sys, r, directories.PasswordRefused); !strings.Contains(said, why) {
			t.Errorf("%q does not say %q", said, why)
		}
		if s.of("alice", lockedFor) == "" || s.opens("alice", password) {
			t.Error("what was refused opened the ID")
		}
	}
	empty := request(directories.SetPassword, "alice")
	empty.Password = ""
	refusedAs(t, sys, empty, directories.PasswordRefused)
}

func TestAPasswordThatIsSetAlreadyIsNotRefused(t *testing.T) {
	for _, policy := range [][]string{{"pwdInHistory: 3"}, {"pwdMinAge: 60", "pwdInHistory: 0"}} {
		t.Run(policy[0], func(t *testing.T) {
			s := start(t, config{policy: policy})
			sys := s.system()
			r := request(directories.SetPassword, "alice")
			do(t, sys, r)
			do(t, sys, r)
			other := r
			other.Password = "another-password-1"
			if policy[0] == "pwdMinAge: 60" {
				if said := refusedAs(t, sys, other, directories.PasswordRefused); !strings.Contains(said, "young") {
					t.Errorf("said %q", said)
				}
			}
			if !s.opens("alice", chosen) {
				t.Error("the password is gone")
			}
		})
	}
}

func TestWithoutAPolicyAnAttributeLocks(t *testing.T) {
	s := start(t, config{noPolicy: true})
	sys := s.system("lock", "attribute", "lock_attribute", "exLocked", "lock_value", "TRUE")
	r := request(directories.Restrict, "alice")
	do(t, sys, r)
	settledAs(t, sys, r, outside.CannotTell) // nothing tells when the password was changed
	set := request(directories.SetPassword, "alice")
	do(t, sys, set)
	settledAs(t, sys, set, outside.Done)
	if s.of("alice", "exLocked") != "" || !s.opens("alice", chosen) {
		t.Error("the ID stays closed")
	}
}

func TestOneSystemServesSeveralAtOnce(t *testing.T) {
	s := start(t, config{})
	sys := s.system()
	var all sync.WaitGroup
	for _, login := range logins {
		all.Go(func() {
			for _, act := range []directories.Act{directories.Restrict, directories.SetPassword, directories.OneTimePasswordOn} {
				if err := sys.Do(t.Context(), request(act, login)); err != nil {
					t.Errorf("%q: %s: %v", login, act, err)
				}
			}
		})
	}
	all.Wait()
	for _, login := range logins {
		if !s.opens(login, chosen) || s.of(login, "exOneTime") != "always" {
			t.Errorf("%q: something is missing", login)
		}
	}
}

func TestWhatOurAccountMayWriteAndNotSeeIsRemoved(t *testing.T) {
	s := start(t, config{access: least("=w", false)})
	for attribute, value := range map[string]string{lockedFor: "000001010000Z", "exLocked": "TRUE"} {
		s.set("alice", attribute, value)
		sys := s.system()
		if attribute == "exLocked" {
			sys = s.system("lock", "attribute", "lock_attribute", attribute, "lock_value", value)
		}
		do(t, sys, request(directories.Release, "alice"))
		if got := s.of("alice", attribute); got != "" {
			t.Errorf("%s is %q", attribute, got)
		}
	}
	void := request(directories.VoidPointPassword, "alice")
	settledAs(t, s.system(), void, outside.CannotTell)
	do(t, s.system(), void)
	if got := s.of("alice", "exPointPassword"); got != "" {
		t.Errorf("the password for points is %q", got)
	}
}

func TestWhatOurAccountMayNotDoIsRefused(t *testing.T) {
	read := "access to attrs=userPassword by anonymous auth by * none\naccess to * by dn.exact=" + hotenDN + " read by * none\n"
	s := start(t, config{access: read})
	for _, a := range directories.Acts {
		refusedAs(t, s.system(), request(a, "alice"), outside.NotAble)
	}
	if !s.opens("alice", stolen) || s.of("alice", lockedFor) != "" {
		t.Error("something was changed")
	}
	// The lock may be written and the password may not: the ID stays closed.
	s = start(t, config{access: "access to attrs=userPassword by anonymous auth by * none\naccess to * by dn.exact=" + hotenDN + " write by * none\n"})
	refusedAs(t, s.system(), request(directories.Restrict, "alice"), outside.NotAble)
	if s.opens("alice", stolen) || s.of("alice", lockedFor) == "" || s.of("alice", "exSessionsEnd") == "" {
		t.Error("the lock was taken back")
	}
}

func without(login string) *goldap.ModifyRequest {
	m := goldap.NewModifyRequest(dn(login), nil)
	m.Replace("exOneTime", nil)
	return m
}
