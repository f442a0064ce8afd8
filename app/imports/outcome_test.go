package imports_test

import (
	"database/sql"
	"testing"

	"github.com/riverqueue/river"

	"hoten/app/apptest"
	"hoten/app/imports"
	"hoten/app/store"
)

// Rows and outcome land in one transaction: where the outcome cannot be written,
// no row stands either, and a program killed between the two tells nothing else.
func TestTheOutcomeLandsWithTheRows(t *testing.T) {
	w := apptest.NewWorld(t)
	owner, err := sql.Open("pgx", w.Pool.Config().ConnString())
	if err != nil {
		t.Fatal(err)
	}
	defer owner.Close()
	if _, err := owner.Exec(`create function late() returns trigger language plpgsql as $$ begin raise exception 'late'; end $$;
		create trigger late before update on imports for each row when (new.state = 'done') execute function late()`); err != nil {
		t.Fatal(err)
	}
	before := count(w, "select count(*) from cases")
	i, err := upload(w, w.Manager, false, "affected", ids+"a1@ocn.example,山田,1,1\na2@ocn.example,山田,x,1\n")
	if err != nil {
		t.Fatal(err)
	}
	worker := &imports.Worker{Store: w.Store}
	if err := worker.Work(w.Ctx, &river.Job[imports.RunArgs]{Args: imports.RunArgs{ImportID: i.ID}}); err == nil {
		t.Fatal("it ended well")
	}
	if i, err = imports.ByID(store.Read(w.Ctx, w.Store), i.ID); err != nil || i.State != imports.Failed || i.Accepted != 0 || i.Rejected != 1 {
		t.Errorf("%+v %v", i, err)
	}
	if n := count(w, "select count(*) from cases"); n != before {
		t.Errorf("%d cases landed", n-before)
	}
}
