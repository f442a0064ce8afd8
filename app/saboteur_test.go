package app_test

import (
	"database/sql"
	"fmt"
	"maps"
	"strings"
	"testing"
)

// saboteur fails writes of the program from beneath it: statement triggers on
// every table count the statements that write, and from the wanted one on refuse
// them. It works as the owner, on a connection of its own.
type saboteur struct {
	db       *sql.DB
	snapshot string
}

func newSaboteur(t *testing.T, address string) *saboteur {
	t.Helper()
	db, err := sql.Open("pgx", address)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	s := &saboteur{db: db}
	// A sequence counts across rollbacks; that is what makes the n-th write the n-th.
	s.run(t, `create sequence writes; create table sabotage (from_write bigint)`)
	s.run(t, `create function sabotage() returns trigger language plpgsql security definer set search_path = public as $$
		begin
		  if nextval('writes') >= (select from_write from sabotage where from_write > 0) then raise exception 'sabotaged %', tg_table_name; end if;
		  return null;
		end $$`)
	// All writes went through, and the commit does not.
	s.run(t, `create function sabotage_commit() returns trigger language plpgsql security definer set search_path = public as $$
		begin
		  if exists (select 1 from sabotage where from_write = 0) then raise exception 'sabotaged commit'; end if;
		  return null;
		end $$`)
	s.run(t, "create constraint trigger zzz_sabotage after insert on audit_entries deferrable initially deferred for each row execute function sabotage_commit()")
	rows, err := db.Query("select tablename from pg_tables where schemaname = 'public' and tablename not in ('sabotage', 'goose_db_version') order by 1")
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	var hashes []string
	for rows.Next() {
		var table string
		if err := rows.Scan(&table); err != nil {
			t.Fatal(err)
		}
		s.run(t, fmt.Sprintf("create trigger aaa_sabotage before insert or update or delete on %s for each statement execute function sabotage()", table))
		hashes = append(hashes, fmt.Sprintf("select '%s', count(*), coalesce(md5(string_agg(t::text, ',' order by t::text)), '') from %s t", table, table))
	}
	if s.snapshot = strings.Join(hashes, " union all "); len(hashes) < 30 {
		t.Fatalf("only %d tables", len(hashes))
	}
	return s
}

func (s *saboteur) run(t *testing.T, statement string, args ...any) {
	t.Helper()
	if _, err := s.db.Exec(statement, args...); err != nil {
		t.Fatal(err)
	}
}

// failFrom makes the n-th writing statement from now and all later ones fail; the
// 0th is the commit.
func (s *saboteur) failFrom(t *testing.T, n int) {
	t.Helper()
	s.stop(t)
	s.run(t, "alter sequence writes restart")
	s.run(t, "insert into sabotage values ($1)", n)
}

func (s *saboteur) stop(t *testing.T) {
	t.Helper()
	s.run(t, "delete from sabotage")
}

// tables is every table's number of rows and a hash over all it holds.
func (s *saboteur) tables(t *testing.T) map[string]string {
	t.Helper()
	rows, err := s.db.Query(s.snapshot)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	out := map[string]string{}
	for rows.Next() {
		var table, hash string
		var n int64
		if err := rows.Scan(&table, &n, &hash); err != nil {
			t.Fatal(err)
		}
		out[table] = fmt.Sprint(n, " ", hash)
	}
	if rows.Err() != nil {
		t.Fatal(rows.Err())
	}
	return out
}

// sabotage fails the commit of the action, then its first write, then the second,
// and so on until it goes through; after each failure every table is as it was.
func (s *saboteur) sabotage(t *testing.T, action func() error) {
	t.Helper()
	defer s.stop(t)
	before := s.tables(t)
	for n := range 60 {
		s.failFrom(t, n)
		err := action()
		after := s.tables(t)
		if err == nil {
			t.Logf("%d writes", n-1)
			if before["audit_entries"] == after["audit_entries"] {
				t.Errorf("succeeded after %d writes, audited: %v", n-1, before["audit_entries"] != after["audit_entries"])
			}
			return
		}
		if !strings.Contains(err.Error(), "sabotaged") {
			t.Fatalf("write %d: another error: %v", n, err)
		}
		if !maps.Equal(before, after) {
			for table := range after {
				if before[table] != after[table] {
					t.Errorf("write %d failed (%v), and %s changed", n, err, table)
				}
			}
		}
	}
	t.Fatal("no end")
}
