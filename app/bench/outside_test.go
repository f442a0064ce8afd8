package bench

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"hoten/app/points/simulator"
)

// latency is how long the point system and the receiver of webhooks take for an answer.
const latency = 5 * time.Millisecond

func late(h http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		time.Sleep(latency)
		h.ServeHTTP(w, r)
	})
}

// Benchmark9Points measures plans of two legs each, from the first approval to the last answer
// of the point system over HTTP.
func Benchmark9Points(b *testing.B) {
	const plans, size = 2000, 500
	d := start(b)
	system := httptest.NewServer(late(simulator.New("a-secret-of-enough-length")))
	defer system.Close()
	connect := d.hoten("setup", "-")
	connect.Stdin = strings.NewReader(`point_systems: [{code: bench, name: Bench, kind: http, programs: [goo, pointtalk], settings: [{name: url, value: "` + system.URL + `"}, {name: secret, value: a-secret-of-enough-length}]}]`)
	if out, err := connect.CombinedOutput(); err != nil {
		b.Fatalf("%v: %s", err, out)
	}
	if err := d.addIncident("POINTS"); err != nil {
		b.Fatal(err)
	}
	if _, _, err := d.importAffected("POINTS", 0, plans); err != nil {
		b.Fatal(err)
	}
	if _, _, err := d.importMovements("POINTS", 0, plans); err != nil {
		b.Fatal(err)
	}
	if err := d.proposeAll("POINTS"); err != nil {
		b.Fatal(err)
	}
	ids, err := d.numbers("select r.id from reimbursements r join cases c on c.id = r.case_id join incidents i on i.id = c.incident_id where r.state = 'submitted' and i.reference = 'POINTS' order by r.id")
	if err != nil {
		b.Fatal(err)
	}
	begun := time.Now()
	for some := range slices.Chunk(ids, size) {
		if err := d.call("supervisor", "POST", "/reimbursements/approve", map[string]any{"ids": some}, nil); err != nil {
			b.Fatal(err)
		}
	}
	legs, err := d.numbers("select count(*) from point_legs where reimbursement_id = any($1)", ids)
	if err != nil || legs[0] != 2*int64(len(ids)) || len(ids) < plans*9/10 {
		b.Fatalf("%d plans have %v legs: %v", len(ids), legs, err)
	}
	for open := true; open; {
		left, err := d.numbers("select count(*) from point_legs where state <> 'done' and reimbursement_id = any($1)", ids)
		if err != nil {
			b.Fatal(err)
		}
		if open = left[0] > 0; open {
			time.Sleep(50 * time.Millisecond)
		}
	}
	b.ReportMetric(float64(len(ids))/time.Since(begun).Seconds(), "plans/s")
}

// Benchmark10Webhooks measures messages to one receiver. It holds them up until the events are
// there; from then on they are counted.
func Benchmark10Webhooks(b *testing.B) {
	const events = 1500
	d := start(b)
	var taken atomic.Int64
	gate := make(chan struct{})
	receiver := httptest.NewServer(late(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		<-gate
		io.Copy(io.Discard, r.Body)
		taken.Add(1)
	})))
	defer receiver.Close()
	admin, err := d.administrator()
	if err != nil {
		b.Fatal(err)
	}
	if _, err := d.submit(admin, "/webhooks", url.Values{"url": {receiver.URL}, "note": {"bench"}, "kinds": {"case"}}); err != nil {
		b.Fatal(err)
	}
	if err := d.addIncident("WEBHOOKS"); err != nil {
		b.Fatal(err)
	}
	parallel(b, 8, events, func(_, i int) error {
		return d.call("agent", "POST", "/cases", map[string]string{"incident": "WEBHOOKS", "login_id": fmt.Sprintf("hook%06d@ocn.example", i)}, nil)
	})
	if b.Failed() {
		b.FailNow() // nothing would come
	}
	const waiting = "select count(*) from webhook_deliveries where state = 'waiting'"
	var due int64
	for due < events {
		n, err := d.numbers(waiting)
		if err != nil {
			b.Fatal(err)
		}
		due = n[0]
		time.Sleep(20 * time.Millisecond)
	}
	begun := time.Now()
	close(gate)
	for left := due; left > 0; time.Sleep(20 * time.Millisecond) {
		n, err := d.numbers(waiting)
		if err != nil {
			b.Fatal(err)
		}
		left = n[0]
	}
	b.ReportMetric(float64(due)/time.Since(begun).Seconds(), "messages/s")
	if taken.Load() < due {
		b.Errorf("%d of %d arrived", taken.Load(), due)
	}
}

var (
	ctiAddress = regexp.MustCompile(`/cti/[A-Z0-9]+\b`)
	rung       = regexp.MustCompile(`"call":(\d+)`)
)

// Benchmark11Telephone measures from the telephone system's word that a call was answered to the
// agent's page that knows of it, and to the caller's case in it.
func Benchmark11Telephone(b *testing.B) {
	const calls = 200
	d := start(b)
	admin, err := d.administrator()
	if err != nil {
		b.Fatal(err)
	}
	page, err := d.submit(admin, "/cti", url.Values{"name": {"PBX"}})
	if err != nil {
		b.Fatal(err)
	}
	address := d.origin + ctiAddress.FindString(page)
	agents, err := d.numbers("select id from staff where email = 'agent@hoten.example'")
	if err != nil {
		b.Fatal(err)
	}
	if _, err := d.submit(admin, fmt.Sprint("/staff/", agents[0]), url.Values{"extension": {"201"}}); err != nil {
		b.Fatal(err)
	}
	agent, err := d.signIn("agent")
	if err != nil {
		b.Fatal(err)
	}
	tell := func(call int, event string) {
		r, err := client.PostForm(address, url.Values{"event": {event}, "callId": {fmt.Sprint("bench-", call)}, "direction": {"in"}, "from": {fmt.Sprintf("8190%08d", call)}, "to": {"0120047860"}, "answeringNumber": {"201"}})
		if err != nil {
			b.Fatal(err)
		}
		r.Body.Close()
		if r.StatusCode != http.StatusOK {
			b.Fatalf("%s: %s", event, r.Status)
		}
	}
	heard, opened := make([]time.Duration, calls), make([]time.Duration, calls)
	for i := range calls {
		tell(i, "newCall")
		rings := make(chan string, 1)
		go func() {
			for {
				said, err := get(agent, d.origin+"/ring")
				if found := rung.FindStringSubmatch(said); err != nil || found != nil {
					rings <- said
					return
				}
			}
		}()
		time.Sleep(20 * time.Millisecond) // the page waits
		begun := time.Now()
		tell(i, "answer")
		found := rung.FindStringSubmatch(<-rings)
		if found == nil {
			b.Fatal("nothing rings")
		}
		heard[i] = time.Since(begun)
		if _, err := get(agent, d.origin+"/pop/"+found[1]); err != nil {
			b.Fatal(err)
		}
		opened[i] = time.Since(begun)
		tell(i, "hangup")
	}
	for unit, took := range map[string][]time.Duration{"rings": heard, "opens": opened} {
		slices.Sort(took)
		b.ReportMetric(float64(took[calls/2].Microseconds())/1000, unit+"_p50_ms")
		b.ReportMetric(float64(took[calls*99/100].Microseconds())/1000, unit+"_p99_ms")
	}
}

// administrator is a session of one, who is hired where there is none.
func (d *desk) administrator() (*http.Client, error) {
	if d.tokens["admin"] == "" {
		if err := d.hire("admin", "administrator"); err != nil {
			return nil, err
		}
	}
	return d.signIn("admin")
}

// submit sends a form of the console and returns the page that follows.
func (d *desk) submit(c *http.Client, path string, form url.Values) (string, error) {
	page, err := get(c, d.origin+"/tokens")
	if err != nil {
		return "", err
	}
	form.Set("csrf", csrfField.FindStringSubmatch(page)[1])
	r, err := c.PostForm(d.origin+path, form)
	if err != nil {
		return "", err
	}
	defer r.Body.Close()
	b, err := io.ReadAll(r.Body)
	if err == nil && r.StatusCode != http.StatusOK {
		err = fmt.Errorf("%s: %s", path, r.Status)
	}
	return string(b), err
}

// numbers are what a query finds.
func (d *desk) numbers(query string, args ...any) ([]int64, error) {
	ctx := context.Background()
	c, err := pgx.Connect(ctx, d.database)
	if err != nil {
		return nil, err
	}
	defer c.Close(ctx)
	rows, err := c.Query(ctx, query, args...)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, pgx.RowTo[int64])
}
