package crash

import (
	"fmt"
	"strings"
	"testing"
	"time"
)

// late are tables that an import of a file writes after others, in the same
// transaction: held there, it has half of its rows in the database.
var late = map[string]string{"affected": "case_events", "movements": "cases"}

// An import that dies with its program leaves nothing behind, and is done by the
// next program, once: killed while it reads, and again while it writes.
func TestKilledImports(t *testing.T) {
	t.Parallel()
	const n = 10_000
	h := newHouse(t)
	p := h.start()
	p.incident()
	for _, file := range []struct {
		name, content string
		rows          int
		tables        []string
	}{
		{"affected", affected(n), n, []string{"cases", "identities", "members", "case_events", "postings"}},
		{"movements", movements(n), 2 * n, []string{"movements"}},
	} {
		path := p.upload(file.name, file.content)
		h.until("the import has begun", func() bool {
			return h.count("select count(*) from imports where state = 'running' and processed > 0") > 0
		})
		p.kill()
		h.gone()
		h.none(file.name+" killed while reading", rows(file.tables...))

		release := h.hold("lock table " + late[file.name] + " in share mode")
		start := time.Now()
		p = h.start()
		h.held(1)
		soon(t, "the second try of "+file.name, start)
		p.kill()
		release()
		h.gone()
		h.none(file.name+" killed while writing", rows(file.tables...))

		start = time.Now()
		p = h.start()
		out := p.finished("manager", path)
		soon(t, "the third try of "+file.name, start)
		if out["accepted"] != float64(file.rows) || out["ignored"] != 0.0 || out["rejected_count"] != 0.0 {
			t.Errorf("%s: accepted %v, ignored %v, rejected %v", file.name, out["accepted"], out["ignored"], out["rejected_count"])
		}
		if got := h.count("select count(*) from " + file.tables[0]); got != int64(file.rows) {
			t.Errorf("%s: %d rows, want %d", file.name, got, file.rows)
		}
	}
	h.none("in the end", map[string]string{
		"IDs that do not have one case":        "select count(*) from (select i.id from identities i left join cases c on c.identity_id = i.id group by i.id having count(c.id) <> 1) off",
		"IDs that do not have two movements":   "select count(*) from (select i.id from identities i left join movements m on m.identity_id = i.id group by i.id having count(m.id) <> 2) off",
		"IDs that do not have two accounts":    "select count(*) from (select i.id from identities i left join accounts a on a.identity_id = i.id group by i.id having count(a.id) <> 2) off",
		"cases that were not opened just once": "select count(*) from (select c.id from cases c left join case_events e on e.case_id = c.id and e.kind = 'opened' group by c.id having count(e.id) <> 1) off",
		"cases that are not of class C":        "select count(*) from cases where class <> 'C'",
		"uploads that were not deleted":        "select count(*) from import_chunks",
	})
	h.books()
	p.stop()
}

// chunk is how many cases one transaction of proposing and of approving takes;
// third is the place of a case in the third of them, for a lock on its row.
const (
	chunk = 250
	third = 2*chunk + 30
)

// lastly is held to have a transaction wait when all but its audit is written.
const lastly = "lock table audit_entries in share mode"

// Proposals for a whole incident, and approvals in batches, are each whole or not
// there at all; what was cut off is done again and nothing twice. Both are killed
// between two transactions, and then within one.
func TestKilledProposalsAndApprovals(t *testing.T) {
	t.Parallel()
	const n = 1000
	h := newHouse(t)
	p := h.start()
	p.incident()
	p.finished("manager", p.upload("affected", affected(n)))
	p.finished("manager", p.upload("movements", movements(n)))
	if _, err := h.db.Exec(t.Context(), `insert into policies (value, set_at, set_by) values ('{"daily_limits": {"goo": 1000000000, "pointtalk": 1000000000}}', now(), 0)`); err != nil {
		t.Fatal(err)
	}

	release := h.hold("select 1 from cases where id = (select id from cases order by id offset $1 limit 1) for update", third)
	job := fmt.Sprintf("/jobs/%.0f", p.must("agent", "POST", "/incidents/T/reimbursements", nil)["id"])
	h.held(1)
	p.kill()
	release()
	h.gone()
	half := map[string]string{
		"reimbursements beside those of whole chunks": beside("reimbursements"),
		"cases that do not know theirs":               "select count(*) from cases c where (c.reimbursement_state is not null) <> exists (select 1 from reimbursements r where r.case_id = c.id)",
	}
	h.none("killed between two chunks", half)
	release = h.hold(lastly)
	start := time.Now()
	p = h.start()
	h.held(1)
	soon(t, "the second try of proposing", start)
	p.kill()
	release()
	h.gone()
	h.none("killed within a chunk", half)
	start = time.Now()
	p = h.start()
	out := p.finished("agent", job)
	soon(t, "the third try of proposing", start)
	if out["failed"] != 0.0 || out["processed"] != out["total"] || h.count("select count(*) from reimbursements where state = 'submitted'") != n {
		t.Fatalf("%v; %d are proposed, want %d", out, h.count("select count(*) from reimbursements where state = 'submitted'"), n)
	}
	p = h.approveKilled(p, n)
	h.due()
	h.allSent()
	p.stop()
}

// beside counts the rows of a chunk that is not whole, after two that are. The third may
// be there: where the last statements of a transaction and its commit had reached the
// database before the program died, they are carried out.
func beside(rows string) string {
	return fmt.Sprintf("select count(*) %% %[1]d + greatest(0, 2*%[1]d - count(*)) from %[2]s", chunk, rows)
}

// approveKilled approves all n proposals in one batch, killed twice, and returns
// the program that has finished them.
func (h *house) approveKilled(p *program, n int) *program {
	h.t.Helper()
	batch := map[string]any{"ids": h.proposals()}
	half := map[string]string{
		"postings beside those of whole chunks": beside("transfers where key like 'reimbursement:%'"),
		"movements that are not compensated":    "select (select count(*) from compensations) - 2 * (select count(*) from transfers where key like 'reimbursement:%')",
		"states that differ from the books":     "select count(*) from reimbursements r where (r.state = 'posted') <> exists (select 1 from transfers t where t.key = 'reimbursement:' || r.id)",
	}
	for _, step := range []struct {
		when, lock string
		args       []any
	}{
		{"between two chunks", "select 1 from reimbursements where id = (select id from reimbursements order by id offset $1 limit 1) for update", []any{third}},
		{"within a chunk", lastly, nil},
	} {
		release := h.hold(step.lock, step.args...)
		answered := make(chan error, 1)
		go func() {
			_, err := p.call("sv", "POST", "/reimbursements/approve", batch, "Idempotency-Key", step.when)
			answered <- err
		}()
		h.held(1)
		p.kill()
		if err := <-answered; err == nil {
			h.t.Fatalf("%s: a program that was killed has answered", step.when)
		}
		release()
		h.gone()
		h.none("approvals killed "+step.when, half)
		p = h.start()
		// Nobody knows any more what the answer would have been: the key does not
		// start the batch over before its time.
		if _, err := p.call("sv", "POST", "/reimbursements/approve", batch, "Idempotency-Key", step.when); err == nil || !strings.Contains(err.Error(), `"idempotency_key_running"`) {
			h.t.Errorf("the same key after a crash: %v", err)
		}
	}
	// Now with everything that was posted before the crash among it.
	posted := int(h.count("select count(*) from reimbursements where state = 'posted'"))
	states := map[string]int{}
	for _, r := range p.must("sv", "POST", "/reimbursements/approve", batch)["results"].([]any) {
		row := r.(map[string]any)
		states[fmt.Sprint(row["state"], row["code"])]++
	}
	if want := map[string]int{"posted<nil>": n - posted, "<nil>already_decided": posted}; fmt.Sprint(states) != fmt.Sprint(want) {
		h.t.Errorf("the repeated batch: %v, want %v", states, want)
	}
	h.whole(n)
	return p
}
