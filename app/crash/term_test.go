package crash

import (
	"fmt"
	"net/http"
	"syscall"
	"testing"
	"time"
)

// grace is how long a program may take to end: less than the thirty seconds that
// those who run programs commonly wait before they kill.
const grace = 28 * time.Second

// term asks the program to end, and waits until it takes no more requests.
func (p *program) term() {
	p.h.t.Helper()
	if err := p.process.Process.Signal(syscall.SIGTERM); err != nil {
		p.h.t.Fatal(err)
	}
	p.h.until("the program takes no more requests", func() bool {
		r, err := http.Get(p.origin + "/healthz")
		if err == nil {
			r.Body.Close()
		}
		return err != nil
	})
}

// exits waits for the good end of a program that was asked to end at start.
func (p *program) exits(start time.Time) {
	p.h.t.Helper()
	select {
	case err := <-p.ended:
		if err != nil {
			p.h.t.Errorf("after SIGTERM: %v\n%s", err, p.log.String())
		}
	case <-time.After(time.Until(start.Add(grace))):
		p.h.t.Fatalf("the program has not ended %s after SIGTERM", grace)
	}
}

// Work that can be finished in time is finished before a program ends.
func TestTermFinishesWork(t *testing.T) {
	t.Parallel()
	const n = 300
	h := newHouse(t)
	p := h.start()
	p.incident()
	release := h.hold("lock table case_events in share mode")
	p.upload("affected", affected(n))
	h.held(1)
	start := time.Now()
	p.term()
	release()
	p.exits(start)
	if h.count("select count(*) from cases") != n || h.count("select count(*) from imports where state = 'done'") != 1 {
		t.Errorf("%d cases, want %d", h.count("select count(*) from cases"), n)
	}
}

// Work that takes longer than the program has is broken off without a trace, and
// done by the next one; a request likewise, but nobody repeats that.
func TestTermBreaksOffWork(t *testing.T) {
	t.Parallel()
	const n = 300
	h := newHouse(t)
	p := h.start()
	p.incident()
	p.finished("manager", p.upload("affected", affected(n)))
	p.finished("manager", p.upload("movements", movements(n)))
	number := p.must("agent", "GET", "/cases?incident=T&limit=1", nil)["items"].([]any)[0].(map[string]any)["number"]

	// Held is the last case, which the list shows first: the job comes to it in its
	// second chunk, the request at once.
	release := h.hold("select 1 from cases where id = (select max(id) from cases) for update")
	job := fmt.Sprintf("/jobs/%.0f", p.must("agent", "POST", "/incidents/T/reimbursements", nil)["id"])
	h.held(1)
	noted := make(chan error, 1)
	go func() {
		_, err := p.call("agent", "POST", fmt.Sprintf("/cases/%v/notes", number), map[string]string{"text": "note"})
		noted <- err
	}()
	h.held(2)
	start := time.Now()
	p.term()
	p.exits(start)
	if err := <-noted; err == nil {
		t.Error("a request that was broken off has answered well")
	}
	release()
	h.gone()
	h.none("after the end", map[string]string{
		"notes":                      "select count(*) from case_events where kind = 'note'",
		"proposals beside one chunk": fmt.Sprintf("select abs(count(*) - %d) from reimbursements", chunk),
	})
	start = time.Now()
	p = h.start()
	p.finished("agent", job)
	soon(t, "the proposals", start)
	if got := h.count("select count(*) from reimbursements where state = 'submitted'"); got != n {
		t.Errorf("%d are proposed, want %d", got, n)
	}
	p.stop()
}
