package webhooks_test

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"hoten/app/apptest"
	"hoten/app/audit"
	"hoten/app/cases"
	"hoten/app/fault"
	"hoten/app/store"
	"hoten/app/webhooks"
)

func TestMain(m *testing.M) { apptest.Main(m) }

// message is a request as a receiver got it.
type message struct {
	ID, At, Signature, Body string
	Type, Timestamp         string
	Data                    struct {
		Subject string
		Seq     int64
	}
}

// receiver is a server outside, and an endpoint for it.
type receiver struct {
	*apptest.World
	*httptest.Server
	made   webhooks.Added
	sender *webhooks.Sender
	answer func(w http.ResponseWriter, r *http.Request) // nil: 204

	mu       sync.Mutex
	got      []message
	now, top int // requests under way, and the most at once
}

func receive(t *testing.T, kinds ...string) *receiver {
	t.Helper()
	w := apptest.NewWorld(t)
	w.Import(apptest.Losses(3))
	r := &receiver{World: w, sender: &webhooks.Sender{Store: w.Store, Reach: webhooks.Anywhere}}
	r.Server = httptest.NewServer(r)
	t.Cleanup(r.Close)
	r.seal()
	var err error
	r.made, err = webhooks.Add(w.Ctx, w.Store, w.Administrator, webhooks.Anywhere, webhooks.Plan{URL: r.URL + "/hoten", Note: "BI", Kinds: kinds})
	must(t, err)
	return r
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func (r *receiver) ServeHTTP(w http.ResponseWriter, request *http.Request) {
	body, _ := io.ReadAll(request.Body)
	m := message{ID: request.Header.Get("webhook-id"), At: request.Header.Get("webhook-timestamp"), Signature: request.Header.Get("webhook-signature"), Body: string(body)}
	json.Unmarshal(body, &m)
	r.mu.Lock()
	r.got = append(r.got, m)
	r.now++
	r.top = max(r.top, r.now)
	answer := r.answer
	r.mu.Unlock()
	defer func() {
		r.mu.Lock()
		r.now--
		r.mu.Unlock()
	}()
	if answer != nil {
		answer(w, request)
		return
	}
	w.WriteHeader(http.StatusNoContent)
}

func status(code int, header ...string) func(http.ResponseWriter, *http.Request) {
	return func(w http.ResponseWriter, _ *http.Request) {
		for i := 0; i+1 < len(header); i += 2 {
			w.Header().Set(header[i], header[i+1])
		}
		w.WriteHeader(code)
	}
}

func (r *receiver) seal() {
	r.T.Helper()
	_, err := audit.SealAll(r.Ctx, r.Store, filepath.Join(r.T.TempDir(), "head"))
	must(r.T, err)
}

// note makes events case.noted of the case of an ID.
func (r *receiver) note(n int) {
	r.T.Helper()
	c := r.Case(apptest.LossLogin(0))
	for i := range n {
		_, err := cases.AddNote(r.Ctx, r.Store, r.Agent, c.ID, fmt.Sprint("折り返し", i))
		must(r.T, err)
	}
}

// pass does what the chores do, once.
func (r *receiver) pass() {
	r.T.Helper()
	r.seal()
	must(r.T, webhooks.Spread(r.Ctx, r.Store))
	must(r.T, r.sender.Send(r.Ctx))
}

func (r *receiver) log() []webhooks.Sending {
	r.T.Helper()
	list, err := webhooks.Log(store.Read(r.Ctx, r.Store), r.made.ID, 0, 1000)
	must(r.T, err)
	return list
}

func (r *receiver) endpoint() *webhooks.Endpoint {
	r.T.Helper()
	e, err := webhooks.ByID(store.Read(r.Ctx, r.Store), r.made.ID)
	must(r.T, err)
	return e
}

// verify checks a signature as the standard says, by none of our code.
func verify(m message, secret string) bool {
	key, _ := base64.StdEncoding.DecodeString(strings.TrimPrefix(secret, "whsec_"))
	mac := hmac.New(sha256.New, key)
	fmt.Fprintf(mac, "%s.%s.%s", m.ID, m.At, m.Body)
	return slices.Contains(strings.Split(m.Signature, " "), "v1,"+base64.StdEncoding.EncodeToString(mac.Sum(nil)))
}

func TestEventsAreTold(t *testing.T) {
	r := receive(t, "case", "call")
	r.note(2)
	c := r.Case(apptest.LossLogin(1))
	r.Call(r.Agent, c.ID) // another kind beside, and one that is not told: viewing
	must(t, cases.Viewed(r.Ctx, r.Store, r.Agent, c.ID))
	r.pass()
	r.pass()
	var types []string
	for i, m := range r.got {
		types = append(types, m.Type)
		if !verify(m, r.made.Secret) || m.At != fmt.Sprint(r.Clock.Now().Unix()) || m.Timestamp != r.Clock.Now().UTC().Format(time.RFC3339Nano) {
			t.Errorf("%+v", m)
		}
		if i > 0 && !strings.HasPrefix(m.ID, "evt_") || r.Number("select count(*) from audit_seals s join audit_entries e on e.id = s.entry_id where seq = $1 and action = $2 and subject = $3", m.Data.Seq, m.Type, m.Data.Subject) != 1 {
			t.Errorf("%+v is no entry", m)
		}
		if want := fmt.Sprintf(`{"type":%q,"timestamp":%q,"data":{"subject":%q,"seq":%d}}`, m.Type, m.Timestamp, m.Data.Subject, m.Data.Seq); m.Body != want {
			t.Errorf("%s holds more than %s", m.Body, want)
		}
	}
	slices.Sort(types)
	if !slices.Equal(types, []string{"call.started", "case.noted", "case.noted"}) {
		t.Error(types)
	}
	for _, d := range r.log() {
		if d.State != webhooks.Done || d.Attempts != 1 || d.Status != 204 {
			t.Errorf("%+v", d)
		}
	}
}

// Programs share the deliveries: one row of an event and an endpoint, sent once, four at once.
func TestManyProgramsSendEachEventOnce(t *testing.T) {
	r := receive(t, "case")
	const n = 60
	r.note(n)
	r.seal()
	var all sync.WaitGroup
	for range 4 {
		all.Go(func() {
			for range 2 {
				if err := webhooks.Spread(r.Ctx, r.Store); err != nil {
					t.Error(err)
				}
			}
			if err := r.sender.Send(r.Ctx); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	r.pass()
	ids := map[string]bool{}
	for _, m := range r.got {
		ids[m.ID] = true
	}
	if len(r.got) != n || len(ids) != n || len(r.log()) != n || r.top > 4 {
		t.Errorf("%d messages, %d of them different, %d deliveries, %d at once", len(r.got), len(ids), len(r.log()), r.top)
	}
}

// Deliveries are taken in the order of the seals.
func TestEventsKeepTheirOrder(t *testing.T) {
	r := receive(t, "case")
	r.note(20)
	r.pass()
	list := r.log()
	slices.Reverse(list)
	last := int64(0)
	for _, d := range list {
		if *d.Seq <= last {
			t.Fatalf("%d after %d", *d.Seq, last)
		}
		last = *d.Seq
	}
	for i, m := range r.got { // of four that are sent at once any may come first
		if at := slices.IndexFunc(list, func(d webhooks.Sending) bool { return *d.Seq == m.Data.Seq }); at/4 != i/4 {
			t.Errorf("the event %d came as %d", at, i)
		}
	}
}

func TestRetries(t *testing.T) {
	r := receive(t, "case")
	r.answer = status(http.StatusInternalServerError)
	r.note(1)
	r.pass()
	table := []time.Duration{5 * time.Second, 5 * time.Minute, 30 * time.Minute, 2 * time.Hour, 5 * time.Hour, 10 * time.Hour, 14 * time.Hour, 20 * time.Hour, 24 * time.Hour}
	for i, wait := range table {
		d := r.log()[0]
		if after := d.NextAt.Sub(r.Clock.Now()); d.State != webhooks.Waiting || d.Attempts != i+1 || after < wait || after > wait+wait/10 {
			t.Fatalf("attempt %d: %v, %+v", i+1, after, d)
		}
		r.Clock.Add(wait - time.Second)
		if r.pass(); len(r.got) != i+1 {
			t.Fatal("sent before its time")
		}
		r.Clock.Add(wait/10 + 2*time.Second)
		r.pass()
	}
	if d := r.log()[0]; d.State != webhooks.GivenUp || d.Attempts != 10 || len(r.got) != 10 {
		t.Errorf("%+v", d)
	}
	ids := map[string]bool{}
	for _, m := range r.got {
		if ids[m.ID] = true; !verify(m, r.made.Secret) {
			t.Error(m)
		}
	}
	if len(ids) != 1 {
		t.Error(ids)
	}
	// Sent again by hand it begins anew, with the same webhook-id.
	r.answer = nil
	must(t, webhooks.Replay(r.Ctx, r.Store, r.Administrator, r.made.ID, r.log()[0].ID))
	r.pass()
	if d := r.log()[0]; d.State != webhooks.Done || d.Attempts != 1 || r.got[10].ID != r.got[0].ID || r.endpoint().FailingSince != nil {
		t.Errorf("%+v", d)
	}
}

func TestRetryAfter(t *testing.T) {
	r := receive(t, "case")
	r.answer = status(http.StatusTooManyRequests, "Retry-After", "3600")
	r.note(2)
	r.pass()
	sent := len(r.got)
	r.answer = nil
	r.Clock.Add(59 * time.Minute)
	if r.pass(); len(r.got) != sent {
		t.Error("sent before the hour had passed")
	}
	r.Clock.Add(2 * time.Minute)
	r.pass()
	r.pass()
	if n := r.Number("select count(*) from webhook_deliveries where state = 'done'"); n != 2 {
		t.Errorf("%d done", n)
	}
}

func TestGoneDisables(t *testing.T) {
	r := receive(t, "case")
	r.answer = status(http.StatusGone)
	r.note(1)
	r.pass()
	e := r.endpoint()
	if e.DisabledWhy != webhooks.Gone || r.Number("select count(*) from audit_entries where action = 'webhook.disabled' and actor_kind = 'system'") != 1 || !alarm(r) {
		t.Fatalf("%+v", e)
	}
	if d := r.log()[0]; d.State != webhooks.GivenUp || d.Status != 410 {
		t.Errorf("%+v", d)
	}
	r.note(2) // nobody is told meanwhile
	r.answer = nil
	if r.pass(); len(r.got) != 1 {
		t.Error("told although it is gone")
	}
	for name, err := range map[string]error{"test": webhooks.Test(r.Ctx, r.Store, r.Administrator, r.made.ID), "replay": webhooks.Replay(r.Ctx, r.Store, r.Administrator, r.made.ID, r.log()[0].ID)} {
		if !fault.Is(err, "webhook_disabled") {
			t.Errorf("%s: %v", name, err)
		}
	}
	must(t, webhooks.Disable(r.Ctx, r.Store, r.Administrator, r.made.ID)) // somebody knows
	if alarm(r) || r.endpoint().DisabledWhy != webhooks.ByPerson {
		t.Error("the alarm stays")
	}
	must(t, webhooks.Enable(r.Ctx, r.Store, r.Administrator, r.made.ID))
	if r.pass(); len(r.got) != 3 {
		t.Errorf("%d told: what happened meanwhile is lost", len(r.got))
	}
}

func alarm(r *receiver) bool {
	told, err := store.Now(store.Read(r.Ctx, r.Store), webhooks.AskDisabled)
	must(r.T, err)
	return told[0]
}

func TestALongFailureDisables(t *testing.T) {
	r := receive(t, "case")
	r.answer = status(http.StatusBadGateway)
	for range 6 {
		r.note(1)
		r.pass()
		if e := r.endpoint(); e.DisabledAt != nil {
			t.Fatal("disabled too early")
		}
		r.Clock.Add(24*time.Hour - time.Minute)
	}
	r.Clock.Add(time.Hour)
	r.pass()
	if e := r.endpoint(); e.DisabledWhy != webhooks.Failing || !alarm(r) {
		t.Errorf("%+v", e)
	}
}

func TestAnswersThatAreNone(t *testing.T) {
	elsewhere := 0
	other := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { elsewhere++ }))
	defer other.Close()
	for name, c := range map[string]struct {
		answer func(http.ResponseWriter, *http.Request)
		status int
		said   string
	}{
		"redirect": {status(http.StatusTemporaryRedirect, "Location", other.URL), 307, ""},
		"silent":   {func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() }, 0, "context deadline exceeded"},
		"cut": {func(w http.ResponseWriter, _ *http.Request) {
			conn, _, _ := http.NewResponseController(w).Hijack()
			conn.Close()
		}, 0, "EOF"},
		"long": {func(w http.ResponseWriter, _ *http.Request) {
			w.WriteHeader(http.StatusBadRequest)
			for line := strings.Repeat("あ\x00\n", 1<<10); ; {
				if _, err := io.WriteString(w, line); err != nil {
					return
				}
			}
		}, 400, strings.Repeat("あ  ", 66) + "あ…"},
	} {
		t.Run(name, func(t *testing.T) {
			r := receive(t, "case")
			r.answer, r.sender.Patience = c.answer, 300*time.Millisecond
			r.note(1)
			r.pass()
			d := r.log()[0]
			if said := d.PlainSaid(r.Store.Vault); d.State != webhooks.Waiting || d.Attempts != 1 || d.Status != c.status || said != c.said {
				t.Errorf("%+v: %q", d, said)
			}
		})
	}
	if elsewhere != 0 {
		t.Error("a redirect was followed")
	}
}
