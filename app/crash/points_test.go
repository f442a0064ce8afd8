package crash

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"hoten/app/points/simulator"
	"hoten/app/store/embedded"
)

// plansOutside is how many plans TestKilledWhilePointsMove moves; HOTEN_CRASH_PLANS says
// otherwise, which docs/connect/points-http.md has figures of.
const plansOutside = 200

// shop is a point system in a process that can be killed: what it did stays, and whoever was
// asking gets no answer.
type shop struct {
	*simulator.System
	address string
	mu      sync.Mutex
	server  *http.Server
}

func newShop(t *testing.T) *shop {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s := &shop{System: simulator.New("a-secret-of-enough-length"), address: l.Addr().String()}
	s.serve(l)
	t.Cleanup(func() { s.server.Close() })
	return s
}

func (s *shop) serve(l net.Listener) {
	s.server = &http.Server{Handler: s.System, ReadHeaderTimeout: time.Minute}
	go s.server.Serve(l)
}

// kill ends the point system in the middle of its answers, and starts it again.
func (s *shop) kill() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := s.server.Close(); err != nil {
		return err
	}
	time.Sleep(100 * time.Millisecond)
	l, err := net.Listen("tcp", s.address)
	if err == nil {
		s.serve(l)
	}
	return err
}

// ownHouse is a house with a PostgreSQL of its own, which may be killed.
func ownHouse(t *testing.T) (*house, *embedded.Server) {
	t.Helper()
	folder := t.TempDir()
	for _, d := range []string{folder, filepath.Dir(folder)} {
		if err := os.Chmod(d, 0o711); err != nil { // the server's account reaches its folder
			t.Fatal(err)
		}
	}
	data := filepath.Join(folder, "data")
	server, err := embedded.Start(t.Context(), data, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := server.Stop(); err != nil {
			t.Error(err)
		}
	})
	return settle(t, server.URL(), data, "HOTEN_DATABASE_URL="), server
}

// killServer ends PostgreSQL as a power cut would, and waits until who looks after it has started
// it again: sessions of the one that was killed answer for a while yet.
func (h *house) killServer(server *embedded.Server) {
	h.t.Helper()
	killed := 0
	h.until("PostgreSQL runs", func() bool {
		killed = h.postmaster(server)
		return killed != 0
	})
	if err := syscall.Kill(killed, syscall.SIGKILL); err != nil {
		h.t.Fatal(err)
	}
	h.until("another PostgreSQL runs", func() bool {
		pid := h.postmaster(server)
		return pid != 0 && pid != killed
	})
	h.db.Reset()
}

// postmaster is the process of the server; 0: there is none just now.
func (h *house) postmaster(server *embedded.Server) int {
	noted, err := os.ReadFile(filepath.Join(server.Folder(), "postmaster.pid"))
	if errors.Is(err, os.ErrNotExist) {
		return 0
	}
	if err != nil {
		h.t.Fatal(err)
	}
	line, _, _ := strings.Cut(string(noted), "\n")
	pid, _ := strconv.Atoi(line) // none: it is being written
	return pid
}

// tried is the number that a query gives, while the database may be away; -1: it was.
func (h *house) tried(query string) (n int64) {
	ctx, cancel := context.WithTimeout(h.t.Context(), 10*time.Second)
	defer cancel()
	if h.db.QueryRow(ctx, query).Scan(&n) != nil {
		return -1
	}
	return n
}

// Plans go through a point system that answers late, twice, wrongly, with an error after doing it
// and not at all, while hoten, PostgreSQL and the point system are killed at their work: in the
// end both sides are equal, and each movement was compensated once.
func TestKilledWhilePointsMove(t *testing.T) {
	t.Parallel()
	n := plansOutside
	if asked := os.Getenv("HOTEN_CRASH_PLANS"); asked != "" {
		var err error
		if n, err = strconv.Atoi(asked); err != nil {
			t.Fatal(err)
		}
	}
	y := newShop(t)
	h, server := ownHouse(t)
	file := filepath.Join(t.TempDir(), "points.yaml")
	if err := os.WriteFile(file, fmt.Appendf(nil, "point_systems:\n  - {code: points, name: Points, kind: http, programs: [goo, pointtalk], settings: [{name: url, value: \"http://%s\"}, {name: secret, value: a-secret-of-enough-length}]}\n", y.address), 0o600); err != nil {
		t.Fatal(err)
	}
	h.command("setup", file)
	p := h.start()
	p.incident()
	p.finished("manager", p.upload("affected", affected(n)))
	p.finished("manager", p.upload("movements", movements(n)))
	if _, err := h.db.Exec(t.Context(), `insert into policies (value, set_at, set_by) values ('{"daily_limits": {"goo": 1000000000, "pointtalk": 1000000000}}', now(), 0)`); err != nil {
		t.Fatal(err)
	}
	p.finished("agent", fmt.Sprintf("/jobs/%.0f", p.must("agent", "POST", "/incidents/T/reimbursements", nil)["id"]))
	y.Behave(simulator.Faults{Latency: 10 * time.Millisecond, Before: .01, After: .01, Error: .01, Busy: .01, Wrong: .01, Twice: .05})

	began, kills := time.Now(), map[string]int{}
	for round := 0; h.tried("select count(*) from reimbursements where state <> 'posted'") != 0 || len(kills) < 3; round++ {
		if time.Since(began) > 2*time.Hour || round > 100 && n == plansOutside {
			t.Fatalf("%d are not posted after %v", h.tried("select count(*) from reimbursements where state <> 'posted'"), kills)
		}
		approved := make(chan error, 1)
		go func() { approved <- h.approveSome(p) }()
		time.Sleep(200*time.Millisecond + rand.N(time.Second))
		var err error
		switch what := []string{"hoten", "PostgreSQL", "the point system"}[round%3]; what {
		case "hoten":
			kills[what]++
			p.kill()
			p = h.start()
		case "PostgreSQL":
			kills[what]++
			h.killServer(server)
		default:
			kills[what]++
			err = y.kill()
		}
		<-approved // what a kill broke off is asked for again
		if err != nil {
			t.Fatal(err)
		}
		// What waits longer each time, or for a lease of the dead, is due now.
		h.until("the database answers again", func() bool {
			_, err := h.db.Exec(t.Context(), "with y as (update point_systems set rests_until = null) update point_legs set next_at = now(), taken_until = null where state in ('waiting', 'uncertain')")
			return err == nil
		})
	}
	took := time.Since(began)
	repeated := 0
	done := y.Done()
	for key := range done {
		if y.Asked(key) > 1 {
			repeated++
		}
	}
	t.Logf("%d plans in %s; killed: %v; %d of %d movements were asked for more than once", n, took.Round(time.Second), kills, repeated, len(done))
	if len(done) != 2*n {
		t.Errorf("%d movements were done outside, want %d", len(done), 2*n)
	}
	for i := range n {
		login := fmt.Sprintf("m%05d@ocn.example", i)
		if talk, goo := y.Balance(login, "pointtalk"), y.Balance(login, "goo"); talk != 2500 || goo != 200 {
			t.Errorf("%s: %d and %d outside", login, talk, goo)
		}
	}
	h.none("in the end", map[string]string{
		"legs that are not done":             "select count(*) from point_legs where state <> 'done'",
		"legs that are not one each":         "select count(*) from (select 1 from point_legs group by reimbursement_id, program_id having count(*) > 1) twice",
		"plans whose books differ from legs": "select count(*) from point_legs l where l.points <> (select sum(x.points) from reimbursement_points x where x.reimbursement_id = l.reimbursement_id and x.program_id = l.program_id)",
	})
	h.whole(n)
	p.stop()
}

// approveSome approves what waits, a thousand at a time.
func (h *house) approveSome(p *program) error {
	for {
		var ids []int64
		err := h.db.QueryRow(h.t.Context(), "select coalesce(array_agg(id), '{}') from (select id from reimbursements where state = 'submitted' order by id limit 1000) w").Scan(&ids)
		if err != nil || len(ids) == 0 {
			return err
		}
		if _, err := p.call("sv", "POST", "/reimbursements/approve", map[string]any{"ids": ids}); err != nil {
			return errors.Join(errors.New("approving"), err)
		}
	}
}
