package scim

import (
	"fmt"
	"net/http"
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
	resttest.Harmless(t, err, chosen, secret, "short")
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
	for i, c := range []struct {
		set           []string
		quiet, unsure bool
	}{{}, {[]string{"lookup", "emails.value"}, true, false}, {[]string{"token", "", "username", "hoten", "password", secret}, false, true}} {
		f.quiet, f.unsure = c.quiet, c.unsure
		p := f.users[i%2]
		sys := f.system(c.set...)
		p.password = stolen
		do(t, sys, request(directories.Restrict, p.name), outside.NotDone, outside.CannotTell)
		if p.active || p.password == stolen {
			t.Errorf("restricted: %+v", p)
		}
		do(t, sys, request(directories.SetPassword, p.name), outside.NotDone, outside.CannotTell)
		if !p.active || p.password != chosen {
			t.Errorf("password set: %+v", p)
		}
		p.active, p.points = false, true
		do(t, sys, request(directories.Release, p.name), outside.NotDone, outside.Done)
		do(t, sys, request(directories.VoidPointPassword, p.name), outside.CannotTell, outside.CannotTell)
		do(t, sys, request(directories.OneTimePasswordOn, p.name), outside.CannotTell, outside.CannotTell)
		if !p.active || p.points || p.oneTime != true {
			t.Errorf("%+v", p)
		}
		if do(t, sys, request(directories.OneTimePasswordOff, p.name), outside.CannotTell, outside.CannotTell); p.oneTime != false {
			t.Errorf("%+v", p)
		}
	}
	if slices.Sort(f.random); len(slices.Compact(f.random)) != 6 || len(f.random[0]) < 43 {
		t.Errorf("%d random passwords", len(f.random))
	}
}

func TestRefusals(t *testing.T) {
	f := start(t, resttest.ServePlain)
	sys := f.system()
	for _, login := range []string{"nobody", "ignored", `" or userName pr or userName eq "`, "alice\" "} {
		expect(t, sys, request(directories.Restrict, login), outside.UnknownID)
		settled(t, sys, request(directories.Restrict, login), outside.NotDone)
	}
	expect(t, f.system("lookup", "title"), request(directories.Restrict, "Mr"), outside.UnknownID) // two
	bare := f.system("point_password_path", "", "one_time_path", "")
	for _, act := range []directories.Act{directories.VoidPointPassword, directories.OneTimePasswordOn, directories.OneTimePasswordOff, "other"} {
		expect(t, bare, request(act, "alice"), outside.NotAble)
	}
	expect(t, f.system("one_time_path", "unknown"), request(directories.OneTimePasswordOn, "alice"), outside.NotAble)
	for _, password := range []string{"", "short"} {
		r := request(directories.SetPassword, "alice")
		r.Password = password
		expect(t, sys, r, directories.PasswordRefused)
	}
	if p := f.users[0]; p.password != stolen || p.version != 0 {
		t.Errorf("a refused password changed something: %+v", p)
	}
	expect(t, f.system("token", "another"), request(directories.Restrict, "alice"), "unready")
	f.supported = nil // no random password
	expect(t, sys, request(directories.Restrict, "alice"), outside.NotAble)
	if f.users[0].active {
		t.Error("the ID is open")
	}
}

func TestAUserThatIsChangedMeanwhileIsReadAgain(t *testing.T) {
	f := start(t, resttest.ServePlain)
	times := 0
	f.change = func(p *person) {
		if times--; times >= 0 {
			p.version++
		}
	}
	for n, want := range []string{"done", "done", "unready"} {
		times = n
		expect(t, f.system(), request(directories.Release, "alice"), want)
	}
	n := 0
	f.change = func(p *person) {
		if n++; n > 1 {
			p.version++
		}
	}
	expect(t, f.system(), request(directories.Restrict, "alice"), "uncertain") // half of it was done
}

func TestEachTroubleAtEachRequestIsMended(t *testing.T) {
	f := start(t, resttest.ServePlain)
	p, sys := f.users[0], f.system()
	for _, act := range []directories.Act{directories.Restrict, directories.SetPassword} {
		for _, trouble := range resttest.Troubles {
			for at := 1; ; at++ { // search, change, change
				*p = person{name: "alice", password: stolen, active: act == directories.Restrict}
				o := request(act, "alice")
				err := sys.Do(f.Meet(t, at, trouble), o)
				if !f.Met() {
					if err != nil || at != 4 {
						t.Error(at, err)
					}
					break
				}
				want := []string{"unready", trouble.Change, "uncertain"}[at-1]
				where := fmt.Sprintf("%s, %s at %d", act, trouble.Name, at)
				if got := resttest.Certainty(err); got != want {
					t.Errorf("%s: %v", where, err)
				}
				resttest.Harmless(t, err, append(f.random, chosen, secret)...)
				if begun := at > 2 || at == 2 && trouble.Done; p.active && p.password == stolen && (begun || act != directories.Restrict) {
					t.Errorf("%s: the ID is open: %+v", where, p)
				}
				if now, err := sys.Settled(resttest.Within(t, time.Minute), o); err != nil || now == outside.Done {
					t.Errorf("%s: settled as %d, %v", where, now, err)
				}
				if expect(t, sys, o, "done"); p.password == stolen || p.active != (act == directories.SetPassword) {
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
		if now, err := sys.Settled(f.Meet(t, 1, trouble), request(directories.Release, "alice")); err == nil {
			t.Errorf("%s: settled as %d", trouble.Name, now)
		}
		for at, want := range []string{"sign_in", "scim_config"} {
			if found := sys.Check(f.Meet(t, at+1, trouble)); resttest.Failing(found) != want {
				t.Errorf("%s: %v", trouble.Name, found)
			}
		}
		f.Met()
	}
}

func TestAnswersThatMakeNoSense(t *testing.T) {
	var status int
	var body string
	s := resttest.ServePlain(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodGet && status == 0 || r.Method == http.MethodPatch {
			w.WriteHeader(max(status, 200))
			fmt.Fprint(w, body)
			return
		}
		fmt.Fprint(w, `{"totalResults":1,"Resources":[{"id":"1","userName":"alice"}]}`)
	}))
	sys := resttest.Open(t, Kind, s.Settings(Kind, "token", secret))
	for _, c := range []struct {
		status int // of the PATCH; 0: of the search, with 200
		body   string
		want   string
	}{
		{0, `[]`, "unready"}, {0, `{}`, "unready"}, {0, `{"totalResults":1}`, "unready"}, {0, `{"totalResults":1,"Resources":[7]}`, "unready"},
		{0, `{"totalResults":1,"Resources":[{"userName":"alice"}]}`, "unready"}, {0, `{"totalResults":1,"Resources":[{"id":"1"}]}`, outside.UnknownID},
		{200, `{"id":"1"}`, "done"}, {200, `{"id":"2"}`, "uncertain"}, {200, `null`, "uncertain"}, {202, ``, "uncertain"},
		{404, ``, outside.UnknownID}, {501, ``, outside.NotAble}, {400, `{"scimType":"mutability"}`, outside.NotAble}, {409, ``, outside.RefusedOther},
	} {
		status, body = c.status, c.body
		expect(t, sys, request(directories.Release, "alice"), c.want)
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
	check("sign_in", "token", "another")
	check("tls", "ca", "")
	f.supported = []string{"patch", "filter"}
	check("scim_config")
	f.users = nil
	check("scim_users")
}

func TestSettingsThatCannotBeMeant(t *testing.T) {
	s := &resttest.Server{URL: "https://id.example.jp/scim/v2"}
	resttest.Wrong(t, Kind, s.Settings(Kind, "token", secret))
	resttest.Wrong(t, Kind, s.Settings(Kind, "username", "hoten", "password", secret))
	resttest.Wrong(t, Kind, s.Settings(Kind), "token:scim_sign_in")
	resttest.Wrong(t, Kind, s.Settings(Kind, "username", "hoten"), "token:scim_sign_in")
	resttest.Wrong(t, Kind, s.Settings(Kind, "username", "hoten", "password", secret, "token", secret), "token:scim_sign_in")
	resttest.Wrong(t, Kind, s.Settings(Kind, "token", secret, "lookup", `a eq "b" or c`, "one_time_path", "a[b]"), "lookup:scim_path", "one_time_path:scim_path")
	s.URL = "http://id.example.jp"
	resttest.Wrong(t, Kind, s.Settings(Kind, "token", secret), "url:rest_plain")
}

func TestEachSettingAndStepHasWords(t *testing.T) {
	resttest.Words(t, Kind, "scim_users", "scim_config")
}
