package keycloak

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"hoten/app/directories"
	"hoten/app/outside"
	"hoten/app/outside/rest/resttest"
)

var orders int64

func request(act directories.Act, login string) directories.Request {
	orders++
	r := directories.Request{Key: fmt.Sprint("order-", orders), Number: orders, Act: act, Login: login, OrderedAt: time.Now()}
	if act == directories.SetPassword {
		r.Password = chosen
	}
	return r
}

func expect(t *testing.T, sys directories.System, r directories.Request, want string) {
	t.Helper()
	err := sys.Do(resttest.Within(t, time.Minute), r)
	if got := resttest.Certainty(err); got != want {
		t.Fatalf("%s: %v, want %s", r.Act, err, want)
	}
	resttest.Harmless(t, err, chosen, secret, "short")
}

func do(t *testing.T, sys directories.System, r directories.Request) {
	t.Helper()
	for range 2 {
		expect(t, sys, r, "done")
	}
}

func settled(t *testing.T, sys directories.System, r directories.Request, want outside.Settled) {
	t.Helper()
	if got, err := sys.Settled(resttest.Within(t, time.Minute), r); err != nil || got != want {
		t.Errorf("%s: settled as %d, %v", r.Act, got, err)
	}
}

func TestActs(t *testing.T) {
	f := start(t, resttest.Serve)
	for _, lookup := range [][]string{{"username", "alice"}, {"email", "alice@example.jp"}, {"member", `alice "1"`}} {
		sys, login, p := f.system("lookup", lookup[0]), lookup[1], f.users["id-alice"]
		restrict := request(directories.Restrict, login)
		settled(t, sys, restrict, outside.NotDone)
		p.sessions, p.consents = 2, []string{"app/one"}
		do(t, sys, restrict)
		settled(t, sys, restrict, outside.Done)
		if p.rep["enabled"] != false || p.passwords[len(p.passwords)-1] == stolen || p.sessions != 0 || len(p.consents) != 0 {
			t.Errorf("restricted: %+v", p)
		}
		set := request(directories.SetPassword, login)
		settled(t, sys, set, outside.NotDone)
		p.sessions = 1
		do(t, sys, set)
		settled(t, sys, set, outside.Done)
		if !p.opens(chosen) || p.sessions != 0 || strings.Contains(fmt.Sprint(p.rep), updatePassword) {
			t.Errorf("password set: %+v", p)
		}
	}
	if slices.Sort(f.random); len(slices.Compact(f.random)) != 6 || len(f.random[0]) < 43 {
		t.Errorf("%d random passwords", len(f.random))
	}
}

func TestSmallActs(t *testing.T) {
	f := start(t, resttest.ServePlain)
	sys, p := f.system(), f.users["id-alice"]
	const login = "alice"
	p.rep["enabled"] = false
	release := request(directories.Release, login)
	settled(t, sys, release, outside.NotDone)
	do(t, sys, release)
	settled(t, sys, release, outside.Done)
	p.rep["attributes"].(map[string]any)["points"] = []any{"hash"}
	void := request(directories.VoidPointPassword, login)
	settled(t, sys, void, outside.NotDone)
	do(t, sys, void)
	settled(t, sys, void, outside.CannotTell)
	if strings.Contains(fmt.Sprint(p.rep), "points") {
		t.Errorf("void: %+v", p.rep)
	}
	on, off := request(directories.OneTimePasswordOn, login), request(directories.OneTimePasswordOff, login)
	settled(t, sys, on, outside.NotDone)
	do(t, sys, on)
	settled(t, sys, on, outside.Done)
	settled(t, sys, off, outside.NotDone)
	p.otp = true
	do(t, sys, off)
	settled(t, sys, off, outside.Done)
	p.otp = true
	do(t, sys, on)
	if p.otp = false; strings.Contains(fmt.Sprint(p.rep), configureTOTP) {
		t.Errorf("a second generator is asked for: %v", p.rep)
	}
}

func TestRefusals(t *testing.T) {
	f := start(t, resttest.ServePlain)
	sys := f.system()
	expect(t, sys, request(directories.Restrict, "nobody"), outside.UnknownID)
	settled(t, sys, request(directories.Restrict, "nobody"), outside.NotDone)
	expect(t, f.system("lookup", "other"), request(directories.Restrict, "a"), outside.UnknownID) // two
	expect(t, f.system("point_password_attribute", ""), request(directories.VoidPointPassword, "alice"), outside.NotAble)
	expect(t, sys, request("other", "alice"), outside.NotAble)
	for password, want := range map[string]string{"": directories.PasswordRefused, "short": directories.PasswordRefused} {
		r := request(directories.SetPassword, "alice")
		r.Password = password
		expect(t, sys, r, want)
	}
	if p := f.users["id-alice"]; !p.opens(stolen) || p.sessions != 2 {
		t.Errorf("a refused password changed something: %+v", p)
	}
	expect(t, f.system("client_secret", "another"), request(directories.Restrict, "alice"), "unready")
	f.unmanage = "no random"
	expect(t, sys, request(directories.Restrict, "alice"), outside.NotAble)
	if p := f.users["id-alice"]; p.rep["enabled"] != false || p.sessions != 0 {
		t.Errorf("the ID is open: %+v", p)
	}
}

func TestAPasswordOfTheHistory(t *testing.T) {
	f := start(t, resttest.ServePlain)
	f.history = true
	p := f.users["id-alice"]
	p.rep["enabled"] = false
	r := request(directories.SetPassword, "alice")
	p.passwords = append(p.passwords, chosen)
	p.set = r.OrderedAt.Add(-time.Hour).UnixMilli()
	expect(t, f.system(), r, directories.PasswordRefused)
	p.set = r.OrderedAt.UnixMilli() // an earlier try
	expect(t, f.system(), r, "done")
	expect(t, f.system(), r, directories.PasswordRefused) // of whoever is let in, the member may have set it
	settled(t, f.system(), r, outside.Done)
}

func TestATokenThatRanOutIsReplaced(t *testing.T) {
	f := start(t, resttest.ServePlain)
	sys := f.system()
	do(t, sys, request(directories.Release, "alice"))
	if f.made != 1 {
		t.Errorf("%d tokens", f.made)
	}
	f.forget()
	do(t, sys, request(directories.Release, "alice"))
	if f.made != 2 {
		t.Errorf("%d tokens", f.made)
	}
}

func TestEachTroubleAtEachRequestIsMended(t *testing.T) {
	f := start(t, resttest.ServePlain)
	whole := f.system()
	const first = 4 // token, list, read, the first change
	for _, act := range []directories.Act{directories.Restrict, directories.SetPassword} {
		for _, trouble := range resttest.Troubles {
			for at := 1; ; at++ {
				p := f.users["id-alice"]
				p.rep["enabled"], p.rep["notBefore"] = act == directories.Restrict, 0
				p.passwords, p.set, p.sessions, p.consents = []string{stolen}, 0, 2, []string{"app/one"}
				o := request(act, "alice")
				sys := f.system()
				err := sys.Do(f.Meet(t, at, trouble), o)
				if !f.Met() {
					if err != nil {
						t.Error(err)
					}
					break
				}
				want := "unready"
				if at == first {
					want = trouble.Change
				} else if at > first {
					want = "uncertain"
				}
				where := fmt.Sprintf("%s, %s at %d", act, trouble.Name, at)
				if got := resttest.Certainty(err); got != want {
					t.Errorf("%s: %v", where, err)
				}
				resttest.Harmless(t, err, append(f.random, chosen, secret)...)
				if begun := at > first || at == first && trouble.Done; p.opens(stolen) && (begun || act != directories.Restrict) {
					t.Errorf("%s: the ID is open: %+v", where, p)
				}
				if now, err := whole.Settled(resttest.Within(t, time.Minute), o); err != nil || now == outside.Done && (p.sessions > 0 || len(p.consents) > 0 || p.passwords[len(p.passwords)-1] == stolen) {
					t.Errorf("%s: settled as %d, %v", where, now, err)
				}
				expect(t, whole, o, "done")
				settled(t, whole, o, outside.Done)
			}
		}
	}
}

func TestTroubleIsNotTakenForAState(t *testing.T) {
	f := start(t, resttest.ServePlain)
	for _, trouble := range resttest.Troubles {
		for at := 1; at <= 4; at++ {
			sys := f.system()
			r := request(directories.OneTimePasswordOn, "alice")
			if now, err := sys.Settled(f.Meet(t, at, trouble), r); err == nil {
				t.Errorf("%s at %d: settled as %d", trouble.Name, at, now)
			}
		}
		if found := f.system().Check(f.Meet(t, 1, trouble)); resttest.Failing(found) != "sign_in" {
			t.Errorf("%s: %v", trouble.Name, found)
		}
		f.Met()
	}
}

func TestCheck(t *testing.T) {
	f := start(t, resttest.Serve)
	check := func(want string, pairs ...string) {
		t.Helper()
		if found := f.system(pairs...).Check(resttest.Within(t, time.Minute)); resttest.Failing(found) != want {
			t.Errorf("%v, want %s", found, want)
		}
	}
	check("")
	check("sign_in", "client_secret", "another")
	check("tls", "ca", "")
	f.unmanage = ""
	check("keycloak_attributes")
	check("", "lookup", "member", "point_password_attribute", "")
	f.roles = []string{"view-users"}
	check("keycloak_rights", "point_password_attribute", "")
}

func TestSettingsThatCannotBeMeant(t *testing.T) {
	s := &resttest.Server{URL: "https://id.example.jp/auth"}
	resttest.Wrong(t, Kind, s.Settings(Kind))
	resttest.Wrong(t, Kind, s.Settings(Kind, "lookup", "a b", "point_password_attribute", `a"`), "lookup:keycloak_attribute", "point_password_attribute:keycloak_attribute")
	s.URL = "http://id.example.jp"
	resttest.Wrong(t, Kind, s.Settings(Kind), "url:rest_plain")
}

func TestEachSettingAndStepHasWords(t *testing.T) {
	resttest.Words(t, Kind, "keycloak_rights", "keycloak_users", "keycloak_attributes")
}
