package imports_test

import (
	"testing"

	"github.com/riverqueue/river"

	"hoten/app/apptest"
	"hoten/app/imports"
)

// The database breaks an import off while it lands: it keeps its upload, and is done by
// the next worker.
func TestBrokenOffByTheDatabase(t *testing.T) {
	for _, late := range []string{"case_events", "import_chunks"} { // held there, it has landed some or all of its rows
		w := apptest.NewWorld(t)
		i, err := upload(w, w.Manager, false, "affected", ids+"a@ocn.example,山田,1,1\nb@ocn.example,鈴木,2,2\n")
		if err != nil {
			t.Fatal(err)
		}
		held, err := w.Pool.Begin(w.Ctx)
		if err == nil {
			_, err = held.Exec(w.Ctx, "lock table "+late+" in share mode")
		}
		if err != nil {
			t.Fatal(err)
		}
		ended := make(chan error, 1)
		go func() {
			worker := &imports.Worker{Store: w.Store}
			ended <- worker.Work(w.Ctx, &river.Job[imports.RunArgs]{Args: imports.RunArgs{ImportID: i.ID}})
		}()
		for broken := 0; broken == 0; {
			broken = count(w, "select count(pg_terminate_backend(pid)) from pg_stat_activity, pg_sleep(0.02) where datname = current_database() and wait_event_type = 'Lock'")
		}
		if err := <-ended; err == nil {
			t.Errorf("%s: broken off without an error", late)
		}
		if err := held.Rollback(w.Ctx); err != nil {
			t.Fatal(err)
		}
		if count(w, "select count(*) from imports where state = 'running'") != 1 || count(w, "select count(*) from import_chunks") != 1 || count(w, "select count(*) from cases") != 0 {
			t.Errorf("%s: it does not wait to be begun again", late)
		}
		if i := work(w, i.ID); counts(i) != "done 2/0/0" {
			t.Errorf("%s: %s %s", late, counts(i), i.Error)
		}
	}
}
