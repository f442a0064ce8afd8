package webhook

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"hoten/app/directories"
	"hoten/app/outbound"
	"hoten/app/outside"
	"hoten/app/outside/rest/resttest"
)

var shared = outbound.NewSecret("hmac")

func (r *receiver) system(pairs ...string) directories.System {
	r.t.Helper()
	s := &resttest.Server{URL: r.url}
	return resttest.Open(r.t, Kind, s.Settings(Kind, append([]string{"secret", shared}, pairs...)...))
}

func TestTheReceiverOfTheDocumentation(t *testing.T) {
	private := outbound.NewSecret("ed25519")
	public, _ := outbound.PublicKey(private)
	r := start(t, shared+" "+public)
	for i, set := range [][]string{{}, {"signature", "ed25519", "secret", private}} {
		sys, login := r.system(set...), logins[i+2]
		if found := sys.Check(resttest.Within(t, time.Minute)); resttest.Failing(found) != "" || len(found) != 3 {
			t.Fatal(found)
		}
		do(t, sys, request(directories.Restrict, login))
		if a := r.account(login); !a.Locked || a.Password != nil || a.Sessions != 0 {
			t.Errorf("restricted: %+v", a)
		}
		do(t, sys, request(directories.SetPassword, login))
		if a := r.account(login); a.Locked || a.Password == nil || a.Sessions != 0 {
			t.Errorf("password set: %+v", a)
		}
		do(t, sys, request(directories.Restrict, login))
		do(t, sys, request(directories.Release, login))
		if a := r.account(login); a.Locked || a.Password != nil {
			t.Errorf("released: %+v", a)
		}
		short := request(directories.SetPassword, login)
		short.Password = "short"
		expect(t, sys, short, directories.PasswordRefused)
		expect(t, sys, request(directories.Restrict, "nobody"), outside.UnknownID)
	}
}

func do(t *testing.T, sys directories.System, r directories.Request) {
	t.Helper()
	expect(t, sys, r, "done")
	if got, err := sys.Settled(resttest.Within(t, time.Minute), r); err != nil || got != outside.Done {
		t.Errorf("%s: settled as %d, %v", r.Act, got, err)
	}
}

func expect(t *testing.T, sys directories.System, r directories.Request, want string) {
	t.Helper()
	err := sys.Do(resttest.Within(t, time.Minute), r)
	if got := resttest.Certainty(err); got != want {
		t.Fatalf("%s: %v, want %s", r.Act, err, want)
	}
	resttest.Harmless(t, err, chosen, shared)
}

func TestAnOrderIsDoneOnceAndNeverAfterALaterOne(t *testing.T) {
	r := start(t, shared)
	sys := r.system()
	first, password, last := request(directories.Restrict, "alice"), request(directories.SetPassword, "alice"), request(directories.Restrict, "alice")
	do(t, sys, first)
	do(t, sys, last)
	expect(t, sys, password, outside.RefusedOther) // overtaken
	if a := r.account("alice"); !a.Locked || a.Password != nil {
		t.Errorf("an earlier order opened the ID: %+v", a)
	}
	do(t, sys, request(directories.SetPassword, "alice"))
	kept := r.account("alice")
	r.stop()
	r.run() // it remembers
	do(t, r.system(), first)
	do(t, r.system(), last)
	if a := r.account("alice"); a.Locked || string(a.Password) != string(kept.Password) {
		t.Errorf("an order was done twice: %+v", a)
	}
}

func TestMessagesThatAreNotToBeTrusted(t *testing.T) {
	r := start(t, shared)
	for name, set := range map[string][]string{
		"another secret": {"secret", outbound.NewSecret("hmac")},
		"another way":    {"signature", "ed25519", "secret", outbound.NewSecret("ed25519")},
	} {
		sys := r.system(set...)
		expect(t, sys, request(directories.Restrict, "alice"), "unready")
		if found := sys.Check(resttest.Within(t, time.Minute)); resttest.Failing(found) != "sign_in" {
			t.Errorf("%s: %v", name, found)
		}
		if _, err := sys.Settled(resttest.Within(t, time.Minute), request(directories.Restrict, "alice")); err == nil {
			t.Errorf("%s: the state was read", name)
		}
	}
}

func TestTimesAndBodiesAreSigned(t *testing.T) {
	r := start(t, shared)
	s, _ := outbound.ReadSecret(shared)
	body := []byte(`{"type":"directory.restrict","data":{"order":1,"login":"alice"}}`)
	for name, c := range map[string]struct {
		signed, sent int64 // seconds from now
		change       string
		want         int
	}{
		"old":            {-301, -301, "", 401},
		"ahead":          {310, 310, "", 401},
		"made new again": {-400, 0, "", 401},
		"changed":        {0, 0, " ", 401},
		"nearly old":     {-290, -290, "", 200},
	} {
		now := time.Now().Unix()
		req, _ := http.NewRequest(http.MethodPost, r.url, strings.NewReader(string(body)+c.change))
		req.Header.Set("webhook-id", name)
		req.Header.Set("webhook-timestamp", fmt.Sprint(now+c.sent))
		req.Header.Set("webhook-signature", "v1,AAAA v2,BBBB "+s.Sign(name, now+c.signed, body))
		answer, err := http.DefaultClient.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		answer.Body.Close()
		if answer.StatusCode != c.want {
			t.Errorf("%s: %d", name, answer.StatusCode)
		}
	}
}

func TestEachTroubleIsMended(t *testing.T) {
	r := start(t, shared)
	s := r.troubled()
	sys := resttest.Open(t, Kind, s.Settings(Kind, "secret", shared))
	for _, trouble := range resttest.Troubles {
		t.Run(trouble.Name, func(t *testing.T) {
			o := request(directories.SetPassword, "alice")
			err := sys.Do(s.Meet(t, 1, trouble), o)
			if !s.Met() || resttest.Certainty(err) != trouble.Change {
				t.Fatal(err)
			}
			resttest.Harmless(t, err, chosen)
			if now, err := sys.Settled(s.Meet(t, 1, trouble), o); err == nil {
				t.Errorf("settled as %d by no answer", now)
			}
			if found := sys.Check(s.Meet(t, 1, trouble)); resttest.Failing(found) != "sign_in" {
				t.Error(found)
			}
			s.Met()
			// What is late may still be going on.
			if now, err := sys.Settled(resttest.Within(t, time.Minute), o); err != nil || !trouble.Silent && (now == outside.Done) != trouble.Done {
				t.Errorf("settled as %d, %v", now, err)
			}
			do(t, sys, o)
		})
	}
}

// canned is a receiver that answers what it is told to.
type canned struct {
	directories.System
	status int
	body   string
	seen   []byte // the body of the last message
}

func newCanned(t *testing.T) *canned {
	t.Helper()
	c := &canned{}
	s := resttest.ServePlain(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		c.seen, _ = io.ReadAll(r.Body)
		if r.Method != http.MethodPost || r.URL.RequestURI() != "/" || r.Header.Get("Content-Type") != "application/json" {
			t.Errorf("%s %s, %v", r.Method, r.URL, r.Header)
		}
		w.WriteHeader(c.status)
		io.WriteString(w, c.body)
	}))
	c.System = resttest.Open(t, Kind, s.Settings(Kind, "secret", shared, "point_password", "yes"))
	return c
}

func TestAnswersOfReceivers(t *testing.T) {
	sys := newCanned(t)
	o := request(directories.SetPassword, "alice")
	for _, c := range []struct {
		status int
		body   string
		want   string
	}{
		{204, "", "done"},
		{200, `{"state":"done"}`, "done"},
		{200, `{"state":"refused","code":"unknown_id"}`, outside.UnknownID},
		{200, `{"state":"refused","code":"password_refused","detail":"no: \"` + strings.ReplaceAll(chosen, `"`, `\"`) + strings.Repeat(`あ\n`, 400) + `"}`, directories.PasswordRefused},
		{200, `{"state":"refused","code":"not_able"}`, outside.NotAble},
		{200, `{"state":"refused","code":"asleep"}`, outside.RefusedOther},
		{200, `{"state":"refused"}`, outside.RefusedOther},
		{409, `{"state":"overtaken"}`, outside.RefusedOther},
		{409, `{"state":"done"}`, "uncertain"},
		{202, `{"state":"done"}`, "uncertain"},
		{200, "", "uncertain"}, {200, "[]", "uncertain"}, {200, `{"state":"overtaken"}`, "uncertain"}, {201, `{"state":"done"}`, "uncertain"},
		{400, `{"state":"done"}`, "unready"}, {404, "", "unready"}, {405, "", "unready"}, {410, "", "unready"}, {422, `{"state":"refused"}`, "unready"},
		{500, `{"state":"done"}`, "uncertain"},
	} {
		sys.status, sys.body = c.status, c.body
		expect(t, sys, o, c.want)
	}
}

func TestMessages(t *testing.T) {
	sys := newCanned(t)
	sys.status = 204
	o := request(directories.SetPassword, "alice")
	expect(t, sys, o, "done")
	var sent map[string]any
	if err := json.Unmarshal(sys.seen, &sent); err != nil {
		t.Fatal(err)
	}
	want := map[string]any{"type": "directory.set_password", "timestamp": o.OrderedAt.UTC().Format(time.RFC3339Nano), "data": map[string]any{"order": float64(o.Number), "login": "alice", "password": chosen}}
	if fmt.Sprint(sent) != fmt.Sprint(want) {
		t.Errorf("%v, want %v", sent, want)
	}
	o = request(directories.Restrict, "alice")
	o.Password = chosen // nobody's business here
	expect(t, sys, o, "done")
	if strings.Contains(string(sys.seen), "password") {
		t.Errorf("%s", sys.seen)
	}
	for text, want := range map[string]outside.Settled{"done": outside.Done, "not_done": outside.NotDone, "unknown": outside.CannotTell} {
		sys.status, sys.body = 200, `{"state":"`+text+`"}`
		if got, err := sys.Settled(resttest.Within(t, time.Minute), o); err != nil || got != want {
			t.Errorf("%s: %d, %v", text, got, err)
		}
		if !strings.Contains(string(sys.seen), `"key":"`+o.Key+`"`) || strings.Contains(string(sys.seen), "password") {
			t.Errorf("%s", sys.seen)
		}
	}
}

func TestActsThatTheReceiverNames(t *testing.T) {
	sys := newCanned(t)
	sys.status, sys.body = 200, `{"state":"done","acts":["restrict","set_password"]}`
	found := sys.Check(resttest.Within(t, time.Minute))
	if at := slices.IndexFunc(found, func(f outside.Finding) bool { return f.Step == "webhook_acts" }); at < 0 || found[at].Said != "the receiver can not: release, void_point_password" {
		t.Error(found)
	}
}

func TestWhatTheReceiverCanNotDoIsNotAsked(t *testing.T) {
	s := resttest.Serve(t, http.HandlerFunc(func(http.ResponseWriter, *http.Request) { t.Error("asked") }))
	sys := resttest.Open(t, Kind, s.Settings(Kind, "secret", shared))
	for _, act := range []directories.Act{directories.VoidPointPassword, directories.OneTimePasswordOn, directories.OneTimePasswordOff, "other"} {
		expect(t, sys, request(act, "alice"), outside.NotAble)
	}
	empty := request(directories.SetPassword, "alice")
	empty.Password = ""
	expect(t, sys, empty, directories.PasswordRefused)
	all := resttest.Open(t, Kind, s.Settings(Kind, "secret", shared, "point_password", "yes", "one_time_password", "yes"))
	for _, act := range directories.Acts {
		if !all.Can(act) {
			t.Error(act)
		}
	}
	foreign := resttest.Open(t, Kind, s.Settings(Kind, "secret", shared, "ca", ""))
	if u, ok := errors.AsType[*outside.Unready](foreign.Do(resttest.Within(t, time.Minute), request(directories.Restrict, "alice"))); !ok || u.Said == "" {
		t.Error("a foreign certificate is trusted")
	}
}
