package crash

import (
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"
)

// Two programs on one database: what both are asked for at once happens once, by
// one and by the batch.
func TestTwoProgramsApprove(t *testing.T) {
	t.Parallel()
	const n = 60
	h := newHouse(t)
	one, two := h.start(), h.start()
	one.incident()
	one.finished("manager", two.upload("affected", affected(n)))
	two.finished("manager", one.upload("movements", movements(n)))
	one.finished("agent", fmt.Sprintf("/jobs/%.0f", two.must("agent", "POST", "/incidents/T/reimbursements", nil)["id"]))
	ids := h.proposals()
	var tally struct {
		sync.Mutex
		posted map[int64]int
		errs   []error
	}
	tally.posted = map[int64]int{}
	var wg sync.WaitGroup
	for i, p := range []*program{one, two} {
		who := []string{"sv", "sv2"}[i]
		for _, id := range ids[:n/2] {
			wg.Go(func() {
				out, err := p.call(who, "POST", fmt.Sprintf("/reimbursements/%d/approve", id), nil)
				tally.Lock()
				defer tally.Unlock()
				switch {
				case err == nil && out["state"] == "posted":
					tally.posted[id]++
				case err == nil || !strings.Contains(err.Error(), `"already_decided"`):
					tally.errs = append(tally.errs, fmt.Errorf("%v %w", out["state"], err))
				}
			})
		}
		wg.Go(func() {
			out, err := p.call(who, "POST", "/reimbursements/approve", map[string]any{"ids": ids[n/2:]})
			tally.Lock()
			defer tally.Unlock()
			if err != nil {
				tally.errs = append(tally.errs, err)
				return
			}
			for i, r := range out["results"].([]any) {
				switch row := r.(map[string]any); {
				case row["state"] == "posted":
					tally.posted[ids[n/2+i]]++
				case row["code"] != "already_decided":
					tally.errs = append(tally.errs, fmt.Errorf("%v", row))
				}
			}
		})
	}
	wg.Wait()
	for _, err := range tally.errs {
		t.Error("who came second was told something else: ", err)
	}
	for _, id := range ids {
		if tally.posted[id] != 1 {
			t.Errorf("%d callers were told that they posted reimbursement %d", tally.posted[id], id)
		}
	}
	h.whole(n)
	one.stop()
	if r, err := http.Get(two.origin + "/readyz"); err != nil || r.StatusCode != http.StatusOK {
		t.Errorf("the other program minds: %v %v", r, err)
	}
	two.stop()
}
