package ledger_test

import (
	"context"
	"database/sql"
	"errors"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5/pgconn"

	"hoten/app/apptest"
	"hoten/app/fault"
	"hoten/app/ledger"
	"hoten/app/reimbursements"
	"hoten/app/store"
)

func TestMain(m *testing.M) { apptest.Main(m) }

// posted is a world with one ID made whole, so that every table of the ledger has rows.
func posted(t *testing.T) (*apptest.World, []ledger.Account) {
	t.Helper()
	w := apptest.NewWorld(t)
	w.Import(apptest.AffectedHeader+"m1@ocn.example,山田 太郎,ヤマダ タロウ,1970-01-02,090-0000-0001,c1@mail.example,2008-01-01,1000001,東京都千代田区千代田1-1,N000000001,ja,100,50,2014-07-29 15:00:00\n",
		apptest.MovementsHeader+"T1,m1@ocn.example,2014-07-20 01:00:00,transfer,pointtalk,goo,,3000,600,,confirmed\n")
	c := w.Case("m1@ocn.example")
	r, err := reimbursements.Propose(w.Ctx, w.Store, w.Agent, c.ID, "")
	if err == nil {
		_, err = reimbursements.Approve(w.Ctx, w.Store, w.Supervisor, r.ID)
	}
	if err != nil {
		t.Fatal(err)
	}
	accounts, err := accountsOf(w, []int64{c.IdentityID})
	if err != nil || len(accounts) != 2 {
		t.Fatalf("%+v %v", accounts, err)
	}
	return w, accounts
}

// The program's own role may not change what was booked, whatever its code does.
func TestTheDatabaseIsTheSecondLock(t *testing.T) {
	w, accounts := posted(t)
	var role string
	if err := w.Pool.QueryRow(w.Ctx, "select current_user").Scan(&role); err != nil || !strings.HasPrefix(role, "hoten_app_") {
		t.Fatalf("the program works as %q, %v", role, err)
	}
	if _, err := w.Pool.Exec(w.Ctx, "insert into audit_seals select 1000000, id, '\\x00' from audit_entries limit 1"); err != nil {
		t.Fatal(err)
	}
	if n := rows(t, w, "transfers") * rows(t, w, "postings") * rows(t, w, "compensations") * rows(t, w, "audit_entries"); n == 0 {
		t.Fatal("a table is empty, nothing would be shown by it")
	}
	const denied, appendOnly = "42501", "23001"
	for _, c := range []struct{ statement, code string }{
		{"update transfers set key = 'x'", denied},
		{"update postings set points = points + 1", denied},
		{"update audit_entries set reason = null", denied},
		{"update audit_seals set hash = ''", denied},
		{"update compensations set movement_id = 1", denied},
		{"update accounts set balance = balance + 1", denied},
		{"update accounts set identity_id = identity_id", denied},
		{"delete from transfers", denied},
		{"delete from postings", denied},
		{"delete from audit_entries", denied},
		{"delete from audit_seals", denied},
		{"delete from compensations", denied},
		{"delete from accounts", denied},
		{"truncate transfers cascade", denied},
		{"truncate postings", denied},
		{"truncate audit_entries", denied},
		{"truncate audit_seals", denied},
		{"truncate compensations", denied},
		{"truncate accounts cascade", denied},
		{"alter table postings disable trigger all", denied},
		{"drop table postings", denied},
	} {
		_, err := w.Pool.Exec(w.Ctx, c.statement)
		wantCode(t, c.statement, err, c.code)
	}
	// The owner has the rights, and is stopped by the triggers all the same.
	owner, err := sql.Open("pgx", w.Pool.Config().ConnString())
	if err != nil {
		t.Fatal(err)
	}
	defer owner.Close()
	for _, table := range []string{"transfers", "postings", "audit_entries", "audit_seals", "compensations"} {
		for _, statement := range []string{"delete from " + table, "truncate " + table + " cascade"} {
			_, err := owner.ExecContext(w.Ctx, statement)
			wantCode(t, "owner: "+statement, err, appendOnly)
		}
	}
	_, err = owner.ExecContext(w.Ctx, "update postings set points = points * 2")
	wantCode(t, "owner: update", err, appendOnly)
	right(t, w)

	again, err := accountsOf(w, []int64{*accounts[0].IdentityID})
	if err != nil || *again[0].Balance != 3100 || *again[1].Balance != 0 {
		t.Fatalf("%+v %v", again, err)
	}
}

func rows(t *testing.T, w *apptest.World, table string) (n int64) {
	t.Helper()
	if err := w.Pool.QueryRow(w.Ctx, "select count(*) from "+table).Scan(&n); err != nil {
		t.Fatal(err)
	}
	return n
}

func wantCode(t *testing.T, what string, err error, code string) {
	t.Helper()
	var pg *pgconn.PgError
	if !errors.As(err, &pg) || pg.Code != code {
		t.Errorf("%s: %v, want %s", what, err, code)
	}
}

func right(t *testing.T, w *apptest.World) {
	t.Helper()
	if off, err := ledger.Check(store.Read(w.Ctx, w.Store)); off != "" || err != nil {
		t.Fatalf("%s %v", off, err)
	}
}

// post posts as an action would.
func post(w *apptest.World, drafts ...ledger.Draft) error {
	return store.Keep(context.Background(), w.Store, func(tx *store.Tx) error {
		ids, err := store.TakeIDs(tx.DB, "transfers", len(drafts))
		for i := range ids {
			drafts[i].ID = ids[i]
		}
		ledger.Post(tx, drafts)
		return err
	})
}

func accountsOf(w *apptest.World, identities []int64) ([]ledger.Account, error) {
	var reads store.Reads
	accounts := ledger.AskAccounts(&reads, identities)
	err := reads.Run(store.Read(w.Ctx, w.Store))
	return *accounts, err
}

func companiesOf(t *testing.T, w *apptest.World) map[string]map[int16]int64 {
	t.Helper()
	var reads store.Reads
	companies := ledger.AskCompanies(&reads)
	if err := reads.Run(store.Read(w.Ctx, w.Store)); err != nil {
		t.Fatal(err)
	}
	return companies()
}

func TestPostRefuses(t *testing.T) {
	w, accounts := posted(t)
	companies := companiesOf(t, w)
	talk, goo := accounts[0], accounts[1]
	adjusted := func(program int16, points int64) ledger.Posting {
		return ledger.Posting{AccountID: companies[ledger.Adjusted][program], ProgramID: program, Purpose: "adjust", Points: points}
	}
	member := func(a ledger.Account, points int64) ledger.Posting {
		return ledger.Posting{AccountID: a.ID, ProgramID: a.ProgramID, Purpose: "adjust", Points: points}
	}
	transfers, postings := rows(t, w, "transfers"), rows(t, w, "postings")
	for _, c := range []struct {
		name string
		code string
		of   []ledger.Draft
	}{
		{"not zero", "23514", []ledger.Draft{{Key: "a", Postings: []ledger.Posting{member(talk, 5), adjusted(talk.ProgramID, -4)}}}},
		{"one side only", "23514", []ledger.Draft{{Key: "a", Postings: []ledger.Posting{member(talk, 5)}}}},
		// The sum over both units would be zero; a point is not a point of the other program.
		{"zero across units", "23514", []ledger.Draft{{Key: "a", Postings: []ledger.Posting{member(talk, 5), adjusted(goo.ProgramID, -5)}}}},
		{"zero across transfers", "23514", []ledger.Draft{{Key: "a", Postings: []ledger.Posting{member(talk, 5)}}, {Key: "b", Postings: []ledger.Posting{adjusted(talk.ProgramID, -5)}}}},
		{"below zero", "23514", []ledger.Draft{{Key: "a", Postings: []ledger.Posting{member(goo, -1), adjusted(goo.ProgramID, 1)}}}},
		{"no points", "23514", []ledger.Draft{{Key: "a", Postings: []ledger.Posting{member(talk, 0)}}}},
		{"an account that is not there", "23503", []ledger.Draft{{Key: "a", Postings: []ledger.Posting{adjusted(talk.ProgramID, -1),
			{AccountID: 99999, ProgramID: talk.ProgramID, Purpose: "adjust", Points: 1}}}}},
		// Else points of one program would become points of the other.
		{"an account of the other program", "23503", []ledger.Draft{{Key: "a", Postings: []ledger.Posting{adjusted(talk.ProgramID, -1),
			{AccountID: goo.ID, ProgramID: talk.ProgramID, Purpose: "adjust", Points: 1}}}}},
	} {
		wantCode(t, c.name, post(w, c.of...), c.code)
	}

	right(t, w)
	if rows(t, w, "transfers") != transfers || rows(t, w, "postings") != postings {
		t.Fatal("something refused was written")
	}
	good := ledger.Draft{Key: "a", Postings: []ledger.Posting{member(talk, -5), adjusted(talk.ProgramID, 5)}}
	if err := post(w, good); err != nil {
		t.Fatal(err)
	}
	// Retried, the key tells that it was done.
	if err := post(w, good); !fault.Is(err, "conflict") {
		t.Fatalf("the same key again: %v", err)
	}
	if err := post(w, ledger.Draft{Key: "b", Postings: good.Postings}, ledger.Draft{Key: "b", Postings: good.Postings}); !fault.Is(err, "conflict") {
		t.Fatalf("one key twice in one go: %v", err)
	}
	right(t, w)
	statement, err := ledger.Statement(store.Read(w.Ctx, w.Store), *talk.IdentityID)
	if err != nil || len(statement) != 6 || statement[5].Points != -5 || statement[5].Key != "a" {
		t.Fatalf("%+v %v", statement, err)
	}
}

// A transfer is closed with its transaction: postings that come later would
// change what was booked.
func TestNoLaterPostings(t *testing.T) {
	w, accounts := posted(t)
	companies := companiesOf(t, w)
	_, err := w.Pool.Exec(w.Ctx, `insert into postings (transfer_id, account_id, program_id, purpose, points)
		select max(id), $1::bigint, $3::smallint, 'adjust', 7 from transfers union all select max(id), $2, $3, 'adjust', -7 from transfers`,
		accounts[0].ID, companies[ledger.Adjusted][accounts[0].ProgramID], accounts[0].ProgramID)
	wantCode(t, "later", err, "23001")
	_, err = w.Pool.Exec(w.Ctx, `insert into postings (transfer_id, account_id, program_id, purpose, points) values (99999, $1, $3, 'adjust', 7), (99999, $2, $3, 'adjust', -7)`,
		accounts[0].ID, companies[ledger.Adjusted][accounts[0].ProgramID], accounts[0].ProgramID)
	wantCode(t, "to no transfer", err, "23001")
	right(t, w)
}

// Check is what finds an owner's hand in the balances.
func TestCheckFindsATamperedBalance(t *testing.T) {
	w, accounts := posted(t)
	owner, err := sql.Open("pgx", w.Pool.Config().ConnString())
	if err != nil {
		t.Fatal(err)
	}
	defer owner.Close()
	if _, err := owner.ExecContext(w.Ctx, "update accounts set balance = balance + 7 where id = $1", accounts[0].ID); err != nil {
		t.Fatal(err)
	}
	off, err := ledger.Check(store.Read(w.Ctx, w.Store))
	if err != nil || !strings.Contains(off, "off by 7") {
		t.Fatalf("%q %v", off, err)
	}
}
