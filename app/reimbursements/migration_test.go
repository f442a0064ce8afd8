package reimbursements_test

import (
	"database/sql"
	"testing"

	"github.com/pressly/goose/v3"

	"hoten/app/cases"
	"hoten/app/incidents"
	"hoten/app/reimbursements"
	"hoten/migrations"
)

// A database from before migration 0080 gets the marks, authors and unclear balances that
// it would have had, and keeps every figure.
func TestMigrationMarksWhatIsOpen(t *testing.T) {
	w, of := importLosses(t, exchanged(300), exchanged(200), exchanged(100))
	settle(t, w, of[0])
	w.Import("login_id,name,balance_pointtalk,balance_goo\nu@ocn.example,山田,,\nz@ocn.example,山田,0,5\n", movements(
		"C0,"+login(0)+",2014-08-01 10:00,cancel,,goo,,100,,E0,none",
		"D1,"+login(1)+",2014-07-20 02:00:00,exchange,goo,,x,200,,,suspected",
		"U,u@ocn.example,2014-07-20 01:00,transfer,pointtalk,goo,,500,100,,confirmed"))
	for _, finding := range []string{incidents.Own, incidents.Confirmed} {
		if _, err := reimbursements.DecideFinding(w.Ctx, w.Store, w.Supervisor, of[2].ID, "E2", finding, "会員に確認"); err != nil {
			t.Fatal(err)
		}
	}
	propose(t, w, w.Agent, of[2])
	db, err := sql.Open("pgx", w.Pool.Config().ConnString()+"&default_query_exec_mode=simple_protocol")
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	const decided = `select string_agg(x, E'\n' order by x) from (
		select format('case %s %s %s %s', id, status, class, reimbursement_state) x from cases
		union all select format('proposal %s %s %s', id, state, encode(plan_hash, 'hex')) from reimbursements
		union all select format('compensation %s %s', reimbursement_id, movement_id) from compensations
		union all select format('balance %s %s %s', identity_id, program_id, balance) from accounts) d`
	const marks = `select string_agg(x, E'\n' order by x) from (
		select format('case %s %s', id, points_open) x from cases union all select format('author %s %s', movement_id, staff_id) from loss_authors) d`
	read := func(query string) (out string) {
		t.Helper()
		if err := db.QueryRowContext(w.Ctx, query).Scan(&out); err != nil {
			t.Fatal(err)
		}
		return out
	}
	before, marked := read(decided), read(marks)
	for login, want := range map[string]int16{login(0): cases.CorrectionDue, login(1): cases.DoubleOpen, "u@ocn.example": cases.BalanceMissing, login(2): 0} {
		if got := w.Case(login).PointsOpen; got != want {
			t.Errorf("%s: %d, want %d", login, got, want)
		}
	}
	provider, err := goose.NewProvider(goose.DialectPostgres, db, migrations.FS)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := provider.DownTo(w.Ctx, 79); err != nil {
		t.Fatal(err)
	}
	if got := read(decided); got != before {
		t.Errorf("taken back:\n%s\nbefore:\n%s", got, before)
	}
	if _, err := provider.Up(w.Ctx); err != nil {
		t.Fatal(err)
	}
	if got := read(decided); got != before {
		t.Errorf("migrated:\n%s\nbefore:\n%s", got, before)
	}
	if got := read(marks); got != marked {
		t.Errorf("marks:\n%s\nwant:\n%s", got, marked)
	}
	if got := read("select string_agg(format('%s', program_id), ' ') from accounts where unclear"); got != "1" {
		t.Errorf("unclear: %s", got)
	}
}
