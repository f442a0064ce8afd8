package crash

import (
	"fmt"
	"net/http"
	"sync"
	"testing"
)

// An import that dies with its program leaves nothing behind, and is done by the
// next program, once.
func TestKilledImports(t *testing.T) {
	t.Parallel()
	const n = 3000
	h := newHouse(t)
	p := h.start()
	p.incident()
	for _, file := range []struct{ name, content, table string }{{"affected", affected(n), "cases"}, {"movements", movements(n), "movements"}} {
		path := p.upload(file.name, file.content)
		h.until("the import has begun", func() bool {
			return h.count("select count(*) from imports where state = 'running' and processed > 0") > 0
		})
		p.kill()
		if got := h.count("select count(*) from " + file.table); got != 0 {
			t.Fatalf("%d rows of %s landed without the rest", got, file.name)
		}
		p = h.start()
		out := p.finished("manager", path)
		if out["rejected_count"] != 0.0 {
			t.Errorf("%v", out)
		}
		if want := map[string]int64{"cases": n, "movements": 2 * n}[file.table]; h.count("select count(*) from "+file.table) != want {
			t.Errorf("%s: %d rows, want %d", file.table, h.count("select count(*) from "+file.table), want)
		}
	}
	p.stop()
}

// Proposals for a whole incident, and approvals in batches, are each whole or not
// there at all; what was cut off is done again and nothing twice.
func TestKilledProposalsAndApprovals(t *testing.T) {
	t.Parallel()
	const n = 1500
	h := newHouse(t)
	p := h.start()
	p.incident()
	p.finished("manager", p.upload("affected", affected(n)))
	p.finished("manager", p.upload("movements", movements(n)))
	if _, err := h.db.Exec(t.Context(), `insert into policies (value, set_at, set_by) values ('{"daily_limits": {"goo": 1000000000, "pointtalk": 1000000000}}', now(), 0)`); err != nil {
		t.Fatal(err)
	}
	job := fmt.Sprintf("/jobs/%.0f", p.must("agent", "POST", "/incidents/T/reimbursements", nil)["id"])
	h.until("some are proposed", func() bool { return h.count("select count(*) from reimbursements") > 0 })
	p.kill()
	if h.count("select count(*) from reimbursements") == n {
		t.Log("the program was killed too late to cut anything off")
	}
	p = h.start()
	p.finished("agent", job)
	if got := h.count("select count(*) from reimbursements where state = 'submitted'"); got != n {
		t.Fatalf("%d are proposed, want %d", got, n)
	}

	var ids []int64
	rows, err := h.db.Query(t.Context(), "select id from reimbursements order by id")
	if err != nil {
		t.Fatal(err)
	}
	for rows.Next() {
		var id int64
		if err := rows.Scan(&id); err != nil {
			t.Fatal(err)
		}
		ids = append(ids, id)
	}
	answered := make(chan error, 1)
	go func() {
		_, err := p.call("sv", "POST", "/reimbursements/approve", map[string]any{"ids": ids}, "Idempotency-Key", "batch")
		answered <- err
	}()
	h.until("some are posted", func() bool { return h.count("select count(*) from transfers where key like 'reimbursement:%'") > 0 })
	p.kill()
	if err := <-answered; err == nil {
		t.Log("the program was killed too late to cut the answer off")
	}
	p = h.start()
	if out, err := p.call("sv", "POST", "/reimbursements/approve", map[string]any{"ids": ids}, "Idempotency-Key", "batch"); err == nil {
		t.Log("the first answer was kept: ", len(out))
	}
	p.must("sv", "POST", "/reimbursements/approve", map[string]any{"ids": ids})
	h.whole(n)
	h.until("all mails are sent", func() bool { return h.count("select count(*) from mails where state <> 'sent'") == 0 })
	p.stop()
}

// Two programs on one database: what both are asked for at once happens once.
func TestTwoProgramsApprove(t *testing.T) {
	t.Parallel()
	const n = 60
	h := newHouse(t)
	one, two := h.start(), h.start()
	one.incident()
	one.finished("manager", two.upload("affected", affected(n)))
	two.finished("manager", one.upload("movements", movements(n)))
	one.finished("agent", fmt.Sprintf("/jobs/%.0f", two.must("agent", "POST", "/incidents/T/reimbursements", nil)["id"]))
	var wg sync.WaitGroup
	for id := int64(1); id <= n; id++ {
		for i, p := range []*program{one, two} {
			wg.Go(func() {
				if _, err := p.call([]string{"sv", "sv2"}[i], "POST", fmt.Sprintf("/reimbursements/%d/approve", id), nil); err != nil {
					return // the other was first
				}
			})
		}
	}
	wg.Wait()
	h.whole(n)
	one.stop()
	if r, err := http.Get(two.origin + "/readyz"); err != nil || r.StatusCode != http.StatusOK {
		t.Errorf("the other program minds: %v %v", r, err)
	}
	two.stop()
}
