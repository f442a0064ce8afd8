package reimbursements_test

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"hoten/app/access"
	"hoten/app/apptest"
	"hoten/app/callbacks"
	"hoten/app/cases"
	"hoten/app/desks"
	"hoten/app/incidents"
	"hoten/app/jptext"
	"hoten/app/policies"
	"hoten/app/reimbursements"
	"hoten/app/reports"
	"hoten/app/resets"
	"hoten/app/staff"
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
			// The state, the timeline or the mail, and the audit trail: an action with
			// fewer writes is not told to anybody.
			if n <= 2 || before["audit_entries"] == after["audit_entries"] {
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

// said is what the member of login(i) says to be verified to level 2.
func said(i int) []string {
	return []string{cases.ItemName, "山田 太郎", cases.ItemBirthDate, "1970-01-02", cases.ItemAddress, "東京都千代田区千代田1-1", cases.ItemCustomerNumber, fmt.Sprintf("N%09d", i+1)}
}

// Every action is whole or not at all. A new verb is one more line here.
func TestSabotage(t *testing.T) {
	ctx := context.Background()
	address := apptest.DatabaseURL(t)
	clock := &apptest.Clock{}
	clock.Set(apptest.Start)
	w := apptest.Populate(t, apptest.Open(t, address, clock.Now), clock)
	losses := slices.Repeat([]loss{large}, 52)
	w.Import(files(0, losses))
	of := casesOf(w, 0, len(losses))
	s := newSaboteur(t, address)

	db, agent, supervisor, supervisor2 := w.Store, w.Agent, w.Supervisor, w.Supervisor2
	next := -1 // each action has a case of its own
	other := func() *cases.Case { next++; return of[next] }
	proposed := func() (*cases.Case, int64) { c := other(); return c, propose(t, w, agent, c).ID }
	verified := func() (*cases.Case, *cases.Call) { c := other(); return c, w.Call(agent, c.ID, said(next)...) }
	asked := func() (*cases.Case, *cases.Call) { c := other(); return c, w.Call(agent, c.ID) }
	linked := func() (*cases.Case, string) {
		c, _ := verified()
		if _, err := resets.Send(ctx, db, agent, c.ID, ""); err != nil {
			t.Fatal(err)
		}
		return c, strings.TrimPrefix(w.Secret(c.ID), "/reset/")
	}
	promised := func() int64 {
		c, err := callbacks.Promise(ctx, db, agent, other().ID, callbacks.New{DueAt: clock.Now().Add(time.Hour)})
		if err != nil {
			t.Fatal(err)
		}
		return c.ID
	}
	for _, a := range []struct {
		name  string
		setUp func() (action func() error)
	}{
		{"Propose", func() func() error {
			c := other()
			return func() error { _, err := reimbursements.Propose(ctx, db, agent, c.ID, "覚え書き"); return err }
		}},
		{"ProposeMany", func() func() error {
			ids := []int64{other().ID, other().ID}
			return func() error { _, err := reimbursements.ProposeMany(ctx, db, agent, ids); return err }
		}},
		{"Approve, the first of two", func() func() error {
			_, id := proposed()
			return func() error { return try(w, supervisor, id) }
		}},
		{"Approve, the last: posted", func() func() error {
			_, id := proposed()
			approve(t, w, supervisor, id)
			return func() error { return try(w, supervisor2, id) }
		}},
		{"ApproveMany", func() func() error {
			_, one := proposed()
			_, two := proposed()
			approve(t, w, supervisor, one)
			return func() error {
				results, err := reimbursements.ApproveMany(ctx, db, supervisor2, []int64{one, two})
				for _, r := range results {
					err = errors.Join(err, r.Err)
				}
				return err
			}
		}},
		{"ApproveSeen", func() func() error {
			_, id := proposed()
			return func() error {
				_, err := reimbursements.ApproveSeen(ctx, db, supervisor, []int64{id}, fmt.Sprint("once", id))
				return err
			}
		}},
		{"Return", func() func() error {
			_, id := proposed()
			return func() error { _, err := reimbursements.Return(ctx, db, supervisor, id, "見直し"); return err }
		}},
		{"Reject", func() func() error {
			_, id := proposed()
			return func() error { _, err := reimbursements.Reject(ctx, db, supervisor, id, "own_use"); return err }
		}},
		{"Withdraw", func() func() error {
			_, id := proposed()
			return func() error { _, err := reimbursements.Withdraw(ctx, db, agent, id, "誤り"); return err }
		}},
		{"DecideFinding, approvals voided", func() func() error {
			c, id := proposed()
			approve(t, w, supervisor, id)
			return func() error {
				_, err := reimbursements.DecideFinding(ctx, db, supervisor, c.ID, fmt.Sprint("E", next), incidents.Own, "本人")
				return err
			}
		}},
		{"AddAdjustment, approvals voided", func() func() error {
			c, id := proposed()
			approve(t, w, supervisor, id)
			return func() error {
				_, err := reimbursements.AddAdjustment(ctx, db, agent, c.ID, "goo", 5, "端数")
				return err
			}
		}},
		{"reports.AddNote", func() func() error {
			return func() error { return reports.AddNote(ctx, db, agent, reports.Query{}, "明日は10時から増員") }
		}},
		{"cases.Open", func() func() error {
			return func() error { _, err := cases.Open(ctx, db, agent, apptest.Reference, "new@ocn.example"); return err }
		}},
		{"cases.AddToIncident", func() func() error {
			opened, err := cases.Open(ctx, db, agent, apptest.Reference, "added@ocn.example")
			if err != nil {
				t.Fatal(err)
			}
			return func() error {
				_, err := cases.AddToIncident(ctx, db, supervisor, opened.Case.ID, "追加申告")
				return err
			}
		}},
		{"cases.StartCall", func() func() error {
			c := other()
			return func() error {
				_, err := cases.StartCall(ctx, db, agent, c.ID, cases.NewCall{Direction: "inbound", Relation: cases.Self, CallerNumber: "090-0000-0001"})
				return err
			}
		}},
		{"cases.Answer, right", func() func() error {
			_, call := asked()
			return func() error {
				_, err := cases.Answer(ctx, db, agent, call.ID, cases.ItemName, "山田太郎", false)
				return err
			}
		}},
		{"cases.Answer, the third wrong", func() func() error {
			c := other()
			call := w.Call(agent, c.ID, cases.ItemName, "田中", cases.ItemName, "山本")
			return func() error {
				_, err := cases.Answer(ctx, db, agent, call.ID, cases.ItemPhone, "090-1111-1111", false)
				return err
			}
		}},
		{"cases.Conclude", func() func() error {
			_, call := verified()
			return func() error { _, err := cases.Conclude(ctx, db, agent, call.ID, cases.Verified); return err }
		}},
		{"cases.Conclude, impostor", func() func() error {
			_, call := verified()
			return func() error { _, err := cases.Conclude(ctx, db, agent, call.ID, cases.ImpostorSuspected); return err }
		}},
		{"cases.ClearImpostor", func() func() error {
			c, call := verified()
			if _, err := cases.Conclude(ctx, db, agent, call.ID, cases.ImpostorSuspected); err != nil {
				t.Fatal(err)
			}
			return func() error { _, err := cases.ClearImpostor(ctx, db, supervisor, c.ID, "本人と確認"); return err }
		}},
		{"cases.ReopenVerification", func() func() error {
			c := other()
			w.Call(agent, c.ID, cases.ItemName, "田中", cases.ItemName, "山本", cases.ItemName, "鈴木")
			return func() error {
				_, err := cases.ReopenVerification(ctx, db, supervisor, c.ID, "折り返しで確認")
				return err
			}
		}},
		{"cases.RecordRepresentative", func() func() error {
			c := other()
			return func() error {
				_, err := cases.RecordRepresentative(ctx, db, supervisor, c.ID, cases.Proxy, "委任状を確認")
				return err
			}
		}},
		{"cases.SendCode", func() func() error {
			_, call := asked()
			return func() error { _, err := cases.SendCode(ctx, db, agent, call.ID); return err }
		}},
		{"cases.CheckCode", func() func() error {
			c, call := asked()
			if _, err := cases.SendCode(ctx, db, agent, call.ID); err != nil {
				t.Fatal(err)
			}
			code := w.Secret(c.ID)
			return func() error { _, err := cases.CheckCode(ctx, db, agent, call.ID, code); return err }
		}},
		{"cases.ConfirmCallback", func() func() error {
			c := other()
			call, err := cases.StartCall(ctx, db, agent, c.ID, cases.NewCall{Direction: "outbound", Relation: cases.Self})
			if err != nil {
				t.Fatal(err)
			}
			return func() error { _, err := cases.ConfirmCallback(ctx, db, agent, call.ID); return err }
		}},
		{"callbacks.Promise", func() func() error {
			c := other()
			return func() error {
				_, err := callbacks.Promise(ctx, db, agent, c.ID, callbacks.New{DueAt: clock.Now().Add(time.Hour), Note: "午後を希望"})
				return err
			}
		}},
		{"callbacks.Attempt, the third in vain", func() func() error {
			id := promised()
			attempt := func() error {
				_, err := callbacks.Attempt(ctx, db, agent, id, callbacks.Tried{Outcome: callbacks.NoAnswer})
				return err
			}
			if err := errors.Join(attempt(), attempt()); err != nil {
				t.Fatal(err)
			}
			return attempt
		}},
		{"callbacks.Move", func() func() error {
			id := promised()
			return func() error {
				_, err := callbacks.Move(ctx, db, agent, id, callbacks.Moved{DueAt: clock.Now().Add(2 * time.Hour), Reason: "お客さまの都合"})
				return err
			}
		}},
		{"callbacks.Drop", func() func() error {
			id := promised()
			return func() error { _, err := callbacks.Drop(ctx, db, agent, id, 0, "不要"); return err }
		}},
		{"cases.EndCall", func() func() error {
			_, call := asked()
			return func() error { _, err := cases.EndCall(ctx, db, agent, call.ID); return err }
		}},
		{"cases.AddNote", func() func() error {
			c := other()
			return func() error { _, err := cases.AddNote(ctx, db, agent, c.ID, "折り返しを希望"); return err }
		}},
		{"cases.Update, closed and mailed", func() func() error {
			c, done := other(), cases.Completed
			return func() error {
				_, err := cases.Update(ctx, db, agent, c.ID, cases.Change{Status: &done, Assignee: &agent.ID, Version: c.Version})
				return err
			}
		}},
		{"cases.Reveal", func() func() error {
			c := other()
			return func() error { _, err := cases.Reveal(ctx, db, agent, c.ID, "封書の宛名"); return err }
		}},
		{"resets.Send", func() func() error {
			c, _ := verified()
			return func() error { _, err := resets.Send(ctx, db, agent, c.ID, ""); return err }
		}},
		{"resets.Complete", func() func() error {
			_, token := linked()
			return func() error { return resets.Complete(ctx, db, token, "keyaki-no-ki-47", "keyaki-no-ki-47", true) }
		}},
		{"resets.Release, with a link out", func() func() error {
			c, _ := linked()
			return func() error { _, err := resets.Release(ctx, db, supervisor, c.ID, "誤って制限"); return err }
		}},
		{"resets.Notify", func() func() error {
			c := other()
			return func() error { _, err := resets.Notify(ctx, db, agent, c.ID); return err }
		}},
		{"policies.Set", func() func() error {
			return func() error {
				return policies.Set(ctx, db, w.Manager, w.PolicyVersion(), policies.Default(), "見直し")
			}
		}},
		{"incidents.Create", func() func() error {
			day := apptest.Start.UTC().Truncate(1)
			return func() error {
				_, err := incidents.Create(ctx, db, w.Manager, incidents.New{Reference: "2014-R097", TitleJa: "別", TitleEn: "Other", PeriodFrom: day, PeriodTo: day, DetectedOn: day})
				return err
			}
		}},
		{"desks.Add", func() func() error {
			return func() error {
				d := desks.Release()[0]
				d.Code = "night"
				return desks.Add(ctx, db, w.Manager, d, "夜間の受付")
			}
		}},
		{"desks.Set", func() func() error {
			return func() error {
				seen := desks.Release()[0]
				next := seen
				next.Phone = "0120-000-000"
				_, err := desks.Set(ctx, db, w.Manager, seen, next, "番号の変更")
				return err
			}
		}},
		{"desks.Except", func() func() error {
			day := jptext.Date{Year: 2014, Month: time.August, Day: 20}
			return func() error { return desks.Except(ctx, db, w.Manager, "point", day, day.AddDays(1), "", "", "点検") }
		}},
		{"staff.Add", func() func() error {
			return func() error {
				_, err := staff.Add(ctx, db, w.Administrator, staff.New{Email: "new@hoten.example", Name: "新", Role: access.Agent})
				return err
			}
		}},
		{"reimbursements.ProposeAll", func() func() error {
			return func() error { _, err := reimbursements.ProposeAll(ctx, db, agent, apptest.Reference); return err }
		}},
		{"reimbursements.Remind", func() func() error {
			proposed()
			clock.Add(5 * time.Hour)
			return func() error { return reimbursements.Remind(ctx, db) }
		}},
		{"reimbursements.Remind, escalated", func() func() error {
			clock.Add(4 * time.Hour)
			return func() error { return reimbursements.Remind(ctx, db) }
		}},
	} {
		t.Run(a.name, func(t *testing.T) { s.sabotage(t, a.setUp()) })
	}
}
