package cases_test

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"hoten/app/apptest"
	"hoten/app/cases"
	"hoten/app/desks"
	"hoten/app/jptext"
	"hoten/app/policies"
	"hoten/app/store"
)

func TestDue(t *testing.T) {
	tech, point := int64(1), int64(2)
	list := []desks.Kept{{ID: tech, Desk: apptest.Release(t)[0]}, {ID: point, Desk: apptest.Release(t)[1]}}
	at := func(s string) time.Time { v, _ := jptext.ParseTime(s); return v }
	noon := at("2014-08-01 12:00")
	for name, c := range map[string]struct {
		row  cases.Row
		want string // empty: nothing is due
	}{
		"friday noon":             {cases.Row{Case: cases.Case{Status: cases.New, OpenedAt: noon}}, "2014-08-01 20:00"},
		"friday evening":          {cases.Row{Case: cases.Case{Status: cases.New, OpenedAt: at("2014-08-01 20:00")}}, "2014-08-02 17:00"},
		"over a weekend":          {cases.Row{Case: cases.Case{Status: cases.New, OpenedAt: at("2014-08-01 20:00"), DeskID: &point}}, "2014-08-04 17:00"},
		"the assignee's desk":     {cases.Row{Case: cases.Case{Status: cases.New, OpenedAt: at("2014-08-01 20:00")}, AssigneeDesk: &point}, "2014-08-04 17:00"},
		"the case's desk first":   {cases.Row{Case: cases.Case{Status: cases.New, OpenedAt: at("2014-08-01 20:00"), DeskID: &tech}, AssigneeDesk: &point}, "2014-08-02 17:00"},
		"over the end of a year":  {cases.Row{Case: cases.Case{Status: cases.New, OpenedAt: at("2014-12-28 18:00")}}, "2015-01-04 17:00"},
		"work has begun":          {cases.Row{Case: cases.Case{Status: cases.InProgress, OpenedAt: noon}}, ""},
		"reopened":                {cases.Row{Case: cases.Case{Status: cases.Reopened, OpenedAt: noon}}, ""},
		"the member was notified": {cases.Row{Case: cases.Case{Status: cases.New, OpenedAt: noon, NotifiedAt: &noon}}, ""},
	} {
		due, ok := cases.DeadlinesOf(list, nil, policies.Default()).Of(c.row)
		if ok != (c.want != "") || ok && !due.Equal(at(c.want)) {
			t.Errorf("%s: %s, want %s", name, due.In(jptext.JST), c.want)
		}
	}
	slow := policies.Default()
	slow.RespondMinutes = 60
	if due, _ := cases.DeadlinesOf(list, nil, slow).Of(cases.Row{Case: cases.Case{Status: cases.New, OpenedAt: noon}}); !due.Equal(at("2014-08-01 13:00")) {
		t.Errorf("by policy: %s", due)
	}
}

// Rows of a list bring what a deadline needs.
func TestRowsKnowTheDeskOfTheirAssignee(t *testing.T) {
	w := desk(t, 2)
	set(t, w, "m1@ocn.example", "assignee_id = $1", w.Agent2.ID)
	rows, _, err := cases.Find(store.Read(w.Ctx, w.Store), w.Vault, cases.Filter{Limit: 10})
	if err != nil || len(rows) != 2 {
		t.Fatal(rows, err)
	}
	for _, r := range rows {
		if assigned := r.AssigneeID != nil; assigned != (r.AssigneeDesk != nil) || assigned && *r.AssigneeDesk != w.Agent2.DeskID {
			t.Errorf("%s: %v", r.Number(), r.AssigneeDesk)
		}
	}
}

// The queue of overdue cases has those whose deadline is over, the oldest first,
// whatever their desk and the hour: what the rule says of each, the database finds.
func TestOverdueQueueIsTheDeadlines(t *testing.T) {
	w := desk(t, 9)
	at := func(s string) time.Time { v, _ := jptext.ParseTime(s); return v }
	opened := []string{"2014-08-01 09:00", "2014-08-01 12:00", "2014-08-01 20:30", "2014-08-02 11:00", "2014-08-03 11:00", "2014-08-04 10:00", "2014-08-04 10:00:00.000001", "2014-08-01 12:00", "2014-08-01 12:00"}
	for i, o := range opened {
		login := fmt.Sprintf("m%d@ocn.example", i+1)
		when, _ := time.ParseInLocation("2006-01-02 15:04:05", o+map[bool]string{true: ":00"}[len(o) == 16], jptext.JST)
		set(t, w, login, "opened_at = $1", when)
		switch i % 3 {
		case 1:
			set(t, w, login, "desk_id = 2")
		case 2:
			set(t, w, login, "assignee_id = $1", w.Agent2.ID)
		}
	}
	set(t, w, "m8@ocn.example", "notified_at = now()")
	set(t, w, "m9@ocn.example", "status = 'in_progress'")
	// Another operator's desk, which closes for lunch and on Sundays, serves another ID.
	apptest.SetUpFerry(t, w.Store)
	if i := w.ImportInto("FERRY-2026-01", "login_id,name\nfc-000001,山田 太郎\nfc-000002,山田 太郎\n", ""); i.Accepted != 2 {
		t.Fatalf("%+v", i)
	}
	set(t, w, "fc-000001", "opened_at = $1", at("2014-08-01 10:00"))
	set(t, w, "fc-000002", "opened_at = $1, desk_id = 1", at("2014-08-01 10:00"))
	db := store.Read(w.Ctx, w.Store)
	deadlines, err := cases.CurrentDeadlines(db)
	if err != nil {
		t.Fatal(err)
	}
	all, _, err := cases.Find(db, w.Vault, cases.Filter{Limit: 50})
	if err != nil {
		t.Fatal(err)
	}
	slices.SortFunc(all, func(a, b cases.Row) int { return cmp.Or(a.OpenedAt.Compare(b.OpenedAt), cmp.Compare(a.ID, b.ID)) })
	for login, want := range map[string]string{"fc-000001": "2014-08-01 19:00", "fc-000002": "2014-08-01 18:00"} {
		i := slices.IndexFunc(all, func(r cases.Row) bool { return r.ID == w.Case(login).ID })
		if due, _ := deadlines.Of(all[i]); !due.Equal(at(want)) {
			t.Errorf("%s is due at %s, want %s", login, due.In(jptext.JST), want)
		}
	}
	// A call is taken at a desk that serves the ID, whatever desk its agent works at.
	_, err = cases.StartCall(w.Ctx, w.Store, w.Agent, w.Case("fc-000001").ID, cases.NewCall{Direction: "inbound", Desk: "tech", Relation: cases.Self})
	refused(t, err, "desk_of_others")
	for _, code := range []string{"miles", ""} {
		if d, err := w.Case("fc-000001").ChooseDesk(db, code, w.Agent.DeskID); err != nil || d.Code != "miles" {
			t.Errorf("desk %q: %+v %v", code, d, err)
		}
	}
	if d, err := w.Case("m1@ocn.example").ChooseDesk(db, "", w.Agent.DeskID); err != nil || d.ID != w.Agent.DeskID {
		t.Errorf("the agent's own desk: %+v %v", d, err)
	}
	seen := 0
	for _, now := range []time.Time{at("2014-08-01 10:00"), at("2014-08-01 18:00"), at("2014-08-01 20:00"), at("2014-08-01 20:00").Add(-1), at("2014-08-01 19:00").Add(-1), at("2014-08-01 19:00"), at("2014-08-02 09:00"),
		at("2014-08-02 18:00"), at("2014-08-03 19:00"), at("2014-08-04 10:30"), at("2014-08-04 18:00"), at("2014-08-04 18:00").Add(time.Microsecond), at("2014-08-05 11:00"), at("2014-08-20 11:00")} {
		w.Clock.Set(now)
		var want []string
		for _, r := range all {
			if due, ok := deadlines.Of(r); ok && !now.Before(due) {
				login, err := r.PlainLogin(w.Vault)
				if err != nil {
					t.Fatal(err)
				}
				want = append(want, strings.TrimSuffix(login, "@ocn.example"))
			}
		}
		seen += len(want)
		of := cases.Desk{Reader: w.Agent, Now: now, Deadlines: deadlines}
		f := cases.Filter{Queue: cases.QueueOverdue, Order: cases.Longest, Of: of}
		if got := logins(t, w, f); got != strings.Join(want, " ") {
			t.Errorf("%s: %s, want %s", now.In(jptext.JST), got, want)
		}
		sizes, err := cases.QueueSizes(db, of)
		if err != nil || sizes[cases.QueueOverdue] != int64(len(want)) {
			t.Errorf("%s: %d counted, want %d, %v", now.In(jptext.JST), sizes[cases.QueueOverdue], len(want), err)
		}
		// A page that stops after the second goes on with the third.
		if len(want) > 2 {
			f.Limit = 1
			rows, _, err := cases.Find(db, w.Vault, f)
			if err != nil || len(rows) != 2 {
				t.Fatal(len(rows), err)
			}
			f.After = cases.Place{At: f.Queue.Since(rows[1]), ID: rows[1].ID}
			if got := logins(t, w, f); got != strings.Join(want[2:], " ") {
				t.Errorf("%s: the second page is %s, want %s", now.In(jptext.JST), got, want[2:])
			}
		}
	}
	if seen < 20 {
		t.Errorf("only %d were overdue: the test says little", seen)
	}
}
