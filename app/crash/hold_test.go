package crash

import (
	"context"
	"fmt"
	"log/slog"
	"path/filepath"
	"testing"
	"time"

	"hoten/app/ledger"
	"hoten/app/store"
	"hoten/app/vault"
)

// hold takes a lock that work will come to wait for, so that a test ends the
// program at a place it chose and not where chance would have it. Calling what it
// returns lets go of the lock.
func (h *house) hold(lock string, args ...any) func() {
	h.t.Helper()
	tx, err := h.db.Begin(context.Background())
	if err == nil {
		h.holder = tx.Conn().PgConn().PID()
		_, err = tx.Exec(context.Background(), lock, args...)
	}
	if err != nil {
		h.t.Fatal(err)
	}
	release := func() {
		// Rolled back already when the test let go itself.
		_ = tx.Rollback(context.Background())
	}
	h.t.Cleanup(release)
	return release
}

// held waits until n pieces of work wait for what hold has locked, or for one another
// because of it. Other waits pass by themselves.
func (h *house) held(n int64) {
	h.t.Helper()
	h.until("the work waits for the lock", func() bool {
		return h.count(`with recursive waiting as (
			select pid from pg_stat_activity where datname = current_database() and application_name = 'hoten' and $1 = any(pg_blocking_pids(pid))
			union select a.pid from pg_stat_activity a join waiting w on w.pid = any(pg_blocking_pids(a.pid)) where a.application_name = 'hoten')
			select count(*) from waiting`, h.holder) >= n
	})
}

// gone waits until the database has noticed that no program is left: what a dead
// one had begun is rolled back then.
func (h *house) gone() {
	h.t.Helper()
	h.until("no connection of a dead program is left", func() bool {
		return h.count("select count(*) from pg_stat_activity where datname = current_database() and application_name = 'hoten'") == 0
	})
}

// lost bounds how long work may lie about after its program was killed.
const lost = time.Minute

// soon fails when what began at start took longer than lost work may.
func soon(t *testing.T, what string, start time.Time) {
	t.Helper()
	if took := time.Since(start); took > lost {
		t.Errorf("%s took %s after the restart", what, took.Round(time.Second))
	}
}

// books has the ledger checked as the program itself does every day, and the
// audit trail by the command.
func (h *house) books() {
	h.t.Helper()
	h.until("all of the audit trail is sealed", func() bool {
		return h.count("select count(*) from audit_entries e where not exists (select 1 from audit_seals s where s.entry_id = e.id)") == 0
	})
	h.command("audit", "verify")
	keys, err := vault.Open(filepath.Join(h.folder, "keys"))
	if err != nil {
		h.t.Fatal(err)
	}
	s, err := store.Open(context.Background(), h.address, keys, time.Now, slog.New(slog.DiscardHandler))
	if err != nil {
		h.t.Fatal(err)
	}
	defer s.Close()
	if off, err := ledger.Check(store.Read(context.Background(), s)); off != "" || err != nil {
		h.t.Errorf("ledger: %s %v", off, err)
	}
}

// none fails for every query that counts something.
func (h *house) none(when string, queries map[string]string) {
	h.t.Helper()
	for what, query := range queries {
		if got := h.count(query); got != 0 {
			h.t.Errorf("%s: %s: %d", when, what, got)
		}
	}
}

// rows counts the rows of tables, for none.
func rows(tables ...string) map[string]string {
	out := map[string]string{}
	for _, name := range tables {
		out["rows of "+name] = fmt.Sprintf("select count(*) from %s", name)
	}
	return out
}
