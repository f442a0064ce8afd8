package callbacks_test

import (
	"fmt"
	"maps"
	"strings"
	"testing"
	"time"

	"hoten/app/apptest"
	"hoten/app/callbacks"
	"hoten/app/cases"
	"hoten/app/store"
)

// numbers are the logins of a list in order, all pages of two.
func numbers(w *apptest.World, f callbacks.Filter) string {
	w.T.Helper()
	var out []string
	f.Limit, f.Now = 2, w.Clock.Now()
	for {
		rows, err := callbacks.Find(store.Read(w.Ctx, w.Store), f)
		if err != nil {
			w.T.Fatal(err)
		}
		more := len(rows) > f.Limit
		rows = rows[:min(len(rows), f.Limit)]
		for _, r := range rows {
			login, err := r.PlainLogin(w.Vault)
			if err != nil {
				w.T.Fatal(err)
			}
			out = append(out, strings.TrimSuffix(login, "@ocn.example"))
			f.After = callbacks.Place{At: r.DueAt, ID: r.ID}
		}
		if !more {
			return strings.Join(out, " ")
		}
	}
}

func TestLists(t *testing.T) {
	w := world(t, 6)
	// m1 and m2 are at the same minute: the number decides.
	for i, due := range []string{"7/31 12:00", "7/31 12:00", "7/31 11:00", "7/31 11:30", "7/31 15:00"} {
		by := w.Agent
		if i == 3 {
			by = w.Agent2
		}
		promised(w, by, fmt.Sprintf("m%d", i+1), at(t, due))
	}
	// Whoever has the case calls back, whoever promised.
	own := w.Case("m6@ocn.example")
	if _, err := cases.Update(w.Ctx, w.Store, w.Supervisor, own.ID, cases.Change{Assignee: &w.Agent2.ID, Version: own.Version}); err != nil {
		t.Fatal(err)
	}
	promised(w, w.Agent, "m6", at(t, "7/31 14:00"))
	w.Clock.Set(at(t, "7/31 11:45"))
	for want, f := range map[string]callbacks.Filter{
		"m3 m4 m1 m2 m6 m5": {},
		"m3 m1 m2 m5":       {Assignee: w.Agent.ID},
		"m4 m6":             {Assignee: w.Agent2.ID},
		"m3 m4":             {Overdue: true},
		"m3":                {Overdue: true, Assignee: w.Agent.ID},
		"m3 m1 m2 m6 m5":    {Desk: w.Agent.DeskID},
		"":                  {Closed: true},
	} {
		if got := numbers(w, f); got != want {
			t.Errorf("%+v lists %q, want %q", f, got, want)
		}
	}
	for _, login := range []string{"m3", "m1", "m2"} {
		row, err := callbacks.OfCase(store.Read(w.Ctx, w.Store), w.Case(login+"@ocn.example").ID)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := try(w, w.Agent, &row.Callback, callbacks.Reached); err != nil {
			t.Fatal(err)
		}
	}
	for want, f := range map[string]callbacks.Filter{"m2 m1 m3": {Closed: true}, "m2 m1 m3 ": {State: callbacks.Done}, "": {State: callbacks.Dropped}, "m4 m6 m5": {State: callbacks.Open}} {
		if got := numbers(w, f); got != strings.TrimSpace(want) {
			t.Errorf("%+v lists %q, want %q", f, got, want)
		}
	}
}

// The badge and the reminder go by the reader's own callbacks.
func TestPerPerson(t *testing.T) {
	w := world(t, 4)
	for i, due := range []string{"7/31 11:00", "7/31 11:20", "7/31 11:30"} {
		promised(w, w.Agent, fmt.Sprintf("m%d", i+1), at(t, due))
	}
	promised(w, w.Agent2, "m4", at(t, "7/31 11:00"))
	if _, err := w.Pool.Exec(w.Ctx, "update callbacks set state = 'done', closed_at = now(), closed_by = promised_by where due_at = $1", at(t, "7/31 11:30")); err != nil {
		t.Fatal(err)
	}
	got := map[int64]callbacks.Promised{}
	list, err := callbacks.PerPerson(store.Read(w.Ctx, w.Store), at(t, "7/31 11:10"))
	for _, p := range list {
		got[p.AssigneeID] = p
	}
	if want := (map[int64]callbacks.Promised{w.Agent.ID: {w.Agent.ID, 2, 1}, w.Agent2.ID: {w.Agent2.ID, 1, 1}}); err != nil || !maps.Equal(got, want) {
		t.Errorf("%v, want %v: %v", got, want, err)
	}
}

func TestDueFor(t *testing.T) {
	w := world(t, 4)
	for i, due := range []string{"7/31 11:00", "7/31 11:20", "7/31 11:30"} {
		promised(w, w.Agent, fmt.Sprintf("m%d", i+1), at(t, due))
	}
	promised(w, w.Agent2, "m4", at(t, "7/31 11:00"))
	for _, c := range []struct {
		now            string
		count, overdue int64
		first          string
	}{
		{"7/31 10:45", 0, 0, ""},
		{"7/31 10:46", 1, 0, ""},
		{"7/31 10:51", 1, 0, "7/31 11:00"},
		{"7/31 11:01", 1, 1, "7/31 11:00"},
		{"7/31 11:06", 2, 1, "7/31 11:00"},
		{"7/31 11:40", 3, 3, "7/31 11:00"},
	} {
		d, err := callbacks.DueFor(store.Read(w.Ctx, w.Store), w.Agent.ID, at(t, c.now))
		if err != nil {
			t.Fatal(err)
		}
		var first time.Time
		if d.First != nil {
			first = *d.First
		}
		if d.Count != c.count || d.Overdue != c.overdue || c.first == "" && d.First != nil || c.first != "" && !first.Equal(at(t, c.first)) {
			t.Errorf("at %s: %+v", c.now, d)
		}
	}
}

// Every list and the badge are read from an index, with many rows.
func TestIndexes(t *testing.T) {
	w := world(t, 1)
	db := store.Read(w.Ctx, w.Store)
	c := promised(w, w.Agent, "m1", at(t, "7/31 18:00"))
	if _, err := w.Pool.Exec(w.Ctx, `insert into callbacks (case_id, desk_id, due_at, promised_by, promised_at, assignee_id, state, closed_at, closed_by)
		select case_id, desk_id, due_at + n * interval '1 minute', promised_by, promised_at, case when n % 50 = 0 then $2::bigint else assignee_id end, 'done', now(), promised_by
		from callbacks, generate_series(1, 20000) n where id = $1`, c.ID, w.Agent2.ID); err != nil {
		t.Fatal(err)
	}
	if _, err := w.Pool.Exec(w.Ctx, "analyze callbacks"); err != nil {
		t.Fatal(err)
	}
	for query, index := range map[string]string{
		"select * from callbacks b where b.state <> 'open' order by b.due_at desc, b.id desc limit 51":                                                  "callbacks_closed",
		fmt.Sprintf("select * from callbacks b where b.state <> 'open' and b.assignee_id = %d order by b.due_at desc, b.id desc limit 51", w.Agent2.ID): "callbacks_assignee_closed",
		fmt.Sprintf("select * from callbacks b where b.case_id = %d order by b.id desc limit 1", c.CaseID):                                              "callbacks_",
		fmt.Sprintf("select count(*) from callbacks where state = 'open' and assignee_id = %d and due_at < now()", w.Agent.ID):                          "callbacks_",
	} {
		rows, err := store.Select[struct {
			Plan string `gorm:"column:QUERY PLAN"`
		}](db, "explain "+query)
		if err != nil {
			t.Fatal(err)
		}
		var plan string
		for _, r := range rows {
			plan += r.Plan + "\n"
		}
		if !strings.Contains(plan, index) || strings.Contains(plan, "Seq Scan") || strings.Contains(plan, "Sort") {
			t.Errorf("%s:\n%s", query, plan)
		}
	}
}
