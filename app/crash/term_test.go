package crash

import (
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
	h.held()
	start := time.Now()
	p.term()
	release()
	p.exits(start)
	if h.count("select count(*) from cases") != n || h.count("select count(*) from imports where state = 'done'") != 1 {
		t.Errorf("%d cases, want %d", h.count("select count(*) from cases"), n)
	}
}

// Work that takes longer than the program has is broken off without a trace, and
// done by the next one: an import and an approval at once.
func TestTermBreaksOffWork(t *testing.T) {
	t.Parallel()
	const n = 300
	h := newHouse(t)
	p := h.start()
	p.incident()
	p.finished("manager", p.upload("affected", affected(n)))
	release := h.hold("lock table movements in share mode")
	path := p.upload("movements", movements(n))
	h.held()
	start := time.Now()
	p.term()
	p.exits(start)
	h.gone()
	h.none("after the end", rows("movements"))
	release()
	start = time.Now()
	p = h.start()
	p.finished("manager", path)
	soon(t, "the import", start)
	if got := h.count("select count(*) from movements"); got != 2*n {
		t.Errorf("%d movements, want %d", got, 2*n)
	}
	p.stop()
}
