package notices_test

import (
	"strings"
	"testing"
	"time"

	"gorm.io/gorm"

	"hoten/app/apptest"
	"hoten/app/notices"
	"hoten/app/store"
)

func jobCount(t *testing.T, s *store.Store) (n int) {
	t.Helper()
	if err := store.Scan(store.Read(t.Context(), s), "select coalesce(sum(jsonb_array_length(args->'ids')), 0) from river_job", nil, &n); err != nil {
		t.Fatal(err)
	}
	return n
}

func TestSweep(t *testing.T) {
	s, clock := apptest.New(t)
	sweep := func() {
		t.Helper()
		if err := notices.Sweep(t.Context(), s); err != nil {
			t.Fatal(err)
		}
	}
	drafts := make([]notices.Draft, 30)
	for i := range drafts {
		drafts[i] = draft(notices.ReimbursementCompleted, "taro@mail.example")
	}
	queue(t, s, drafts...)
	clock.Add(time.Minute)
	if sweep(); jobCount(t, s) != 30 {
		t.Errorf("%d mails in jobs while the first jobs wait", jobCount(t, s))
	}
	mustExec(t, s, "update river_job set state = 'running', attempted_at = now() - interval '1 hour'")
	if sweep(); jobCount(t, s) != 60 {
		t.Errorf("%d mails in jobs after the first died", jobCount(t, s))
	}
	mustExec(t, s, "update river_job set state = 'completed', finalized_at = now(), attempted_at = now()")
	mustExec(t, s, "update mails set due_at = $1", clock.Now().Add(time.Minute))
	if sweep(); jobCount(t, s) != 60 {
		t.Error("a mail that is not due was taken")
	}
}

func mustExec(t *testing.T, s *store.Store, query string, args ...any) {
	t.Helper()
	if _, err := s.Pool.Exec(t.Context(), query, args...); err != nil {
		t.Fatal(err)
	}
}

// By thousands mails come and go faster than statistics are made: what is asked for each reads
// the mails of its member, and not the queue.
func TestWhatIsAskedForEachMailReadsNoQueue(t *testing.T) {
	s, _ := apptest.New(t)
	err := store.Read(t.Context(), s).Connection(func(db *gorm.DB) error {
		for _, query := range []string{"set plan_cache_mode = force_generic_plan", "prepare last_ahead as " + notices.LastAhead, "prepare wake_behind as " + notices.WakeBehind} {
			if err := db.Exec(query).Error; err != nil {
				return err
			}
		}
		for _, query := range []string{"last_ahead(1, '{}')", "wake_behind(1, 2, now(), '{}')"} {
			var plan []string
			if err := db.Raw("explain execute " + query).Scan(&plan).Error; err != nil {
				return err
			}
			said := strings.Join(plan, "\n")
			for _, index := range []string{"mails_due", "mails_state", "mails_kind", "Seq Scan on mails"} {
				if strings.Contains(said, index) || !strings.Contains(said, "mails_member") {
					t.Error(said)
				}
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}
