package kratos

import (
	"fmt"
	"slices"
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
	resttest.Harmless(t, err, chosen, secret)
}

func do(t *testing.T, sys directories.System, r directories.Request, before, after outside.Settled) {
	t.Helper()
	settled(t, sys, r, before)
	for range 2 {
		expect(t, sys, r, "done")
	}
	settled(t, sys, r, after)
}

func settled(t *testing.T, sys directories.System, r directories.Request, want outside.Settled) {
	t.Helper()
	if got, err := sys.Settled(resttest.Within(t, time.Minute), r); err != nil || got != want {
		t.Errorf("%s: settled as %d, %v", r.Act, got, err)
	}
}

func TestActs(t *testing.T) {
	f := start(t, resttest.Serve)
	sys := f.system()
	for i, login := range []string{"ALICE", "花子@example.jp"} {
		p := f.people[i]
		do(t, sys, request(directories.Restrict, login), outside.NotDone, outside.CannotTell)
		if p.state != inactive || p.password == stolen || p.sessions != 0 {
			t.Errorf("restricted: %+v", p)
		}
		p.sessions = 1
		do(t, sys, request(directories.SetPassword, login), outside.NotDone, outside.CannotTell)
		if p.state != active || p.password != chosen || p.sessions != 0 {
			t.Errorf("password set: %+v", p)
		}
		p.state = inactive
		do(t, sys, request(directories.Release, login), outside.NotDone, outside.Done)
		p.factors = []string{"lookup_secret", "totp"}
		do(t, sys, request(directories.OneTimePasswordOff, login), outside.NotDone, outside.Done)
		if p.state != active || p.password != chosen || len(p.factors) > 0 {
			t.Errorf("%+v", p)
		}
	}
	if slices.Sort(f.random); len(slices.Compact(f.random)) != 4 || len(f.random[0]) < 43 {
		t.Errorf("%d random passwords", len(f.random))
	}
}

func TestRefusals(t *testing.T) {
	f := start(t, resttest.ServePlain)
	sys := f.system()
	for _, login := range []string{"nobody", "several", "ignored", ""} {
		expect(t, sys, request(directories.Restrict, login), outside.UnknownID)
		settled(t, sys, request(directories.Restrict, login), outside.NotDone)
	}
	for _, act := range []directories.Act{directories.VoidPointPassword, directories.OneTimePasswordOn, "other"} {
		expect(t, sys, request(act, "alice"), outside.NotAble)
	}
	empty := request(directories.SetPassword, "alice")
	empty.Password = ""
	expect(t, sys, empty, directories.PasswordRefused)
	expect(t, f.system("token", "another"), request(directories.Restrict, "alice"), "unready")
	expect(t, f.system("token", ""), request(directories.Restrict, "alice"), "unready")
	f.strict = true
	expect(t, sys, request(directories.SetPassword, "alice"), outside.NotAble)
	if p := f.people[0]; p.password != stolen || p.state != active || p.sessions != 2 {
		t.Errorf("a refusal changed something: %+v", p)
	}
}

func TestEachTroubleAtEachRequestIsMended(t *testing.T) {
	f := start(t, resttest.ServePlain)
	p, sys := f.people[0], f.system()
	for act, last := range map[directories.Act]int{directories.Restrict: 4, directories.SetPassword: 5} { // list, read, PUT, sessions, PATCH
		for _, trouble := range resttest.Troubles {
			for at := 1; at <= last; at++ {
				*p = person{login: "alice", state: active, password: stolen, sessions: 2}
				if act == directories.SetPassword {
					p.state = inactive
				}
				o := request(act, "alice")
				err := sys.Do(f.Meet(t, at, trouble), o)
				want := "unready"
				if at == 3 {
					want = trouble.Change
				} else if at > 3 {
					want = "uncertain"
				}
				where := fmt.Sprintf("%s, %s at %d", act, trouble.Name, at)
				if got := resttest.Certainty(err); !f.Met() || got != want {
					t.Errorf("%s: %v", where, err)
				}
				resttest.Harmless(t, err, append(f.random, chosen, secret)...)
				if begun := at > 3 || at == 3 && trouble.Done; p.state == active && p.password == stolen && (begun || act != directories.Restrict) {
					t.Errorf("%s: the ID is open: %+v", where, p)
				}
				if now, err := sys.Settled(resttest.Within(t, time.Minute), o); err != nil || now == outside.Done {
					t.Errorf("%s: settled as %d, %v", where, now, err)
				}
				if expect(t, sys, o, "done"); p.password == stolen || p.sessions > 0 || (p.state == active) != (act == directories.SetPassword) {
					t.Errorf("%s: %+v", where, p)
				}
			}
		}
	}
}

func TestTroubleIsNotTakenForAState(t *testing.T) {
	f := start(t, resttest.ServePlain)
	sys := f.system()
	for _, trouble := range resttest.Troubles {
		for at := 1; at <= 2; at++ {
			if now, err := sys.Settled(f.Meet(t, at, trouble), request(directories.Release, "alice")); err == nil {
				t.Errorf("%s: settled as %d", trouble.Name, now)
			}
		}
		if found := sys.Check(f.Meet(t, 1, trouble)); resttest.Failing(found) != "sign_in" {
			t.Errorf("%s: %v", trouble.Name, found)
		}
		f.Met()
	}
}

func TestCheck(t *testing.T) {
	f := start(t, resttest.Serve)
	for want, pairs := range map[string][]string{"": nil, "sign_in": {"token", "another"}, "tls": {"ca", ""}} {
		if found := f.system(pairs...).Check(resttest.Within(t, time.Minute)); resttest.Failing(found) != want {
			t.Errorf("%v, want %s", found, want)
		}
	}
	f.people = nil
	if found := f.system().Check(resttest.Within(t, time.Minute)); resttest.Failing(found) != "kratos_identities" {
		t.Error(found)
	}
}

func TestSettingsAndWords(t *testing.T) {
	s := &resttest.Server{URL: "http://id.example.jp:4434"}
	resttest.Wrong(t, Kind, s.Settings(Kind), "url:rest_plain")
	resttest.Wrong(t, Kind, s.Settings(Kind, "allow_plain", "yes"))
	resttest.Words(t, Kind, "kratos_identities")
}
