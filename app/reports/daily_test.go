package reports

import (
	"bytes"
	"reflect"
	"strings"
	"testing"
	"time"

	"hoten/app/access"
	"hoten/app/apptest"
	"hoten/app/cases"
	"hoten/app/desks"
	"hoten/app/fault"
	"hoten/app/incidents"
	"hoten/app/reimbursements"
	"hoten/app/store"
	"hoten/i18n"
)

func dailyOf(t *testing.T, w *apptest.World, by access.Actor, q Query) *Daily {
	t.Helper()
	d, err := DailyOf(store.Read(w.Ctx, w.Store), w.Store.Vault, by, q, w.Clock.Now())
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// The figures of a day are those between its midnights in Japan, each of the desk
// that it belongs to.
func TestDaily(t *testing.T) {
	w := world(t)
	a, b := w.Case("a@ocn.example").ID, w.Case("b@ocn.example").ID
	tech, point := w.Agent.DeskID, w.Agent2.DeskID
	call := func(of int64, by access.Actor, desk int64, direction string, from time.Time, minutes, level int, outcome any) {
		exec(t, w, `insert into calls (case_id, agent_id, desk_id, direction, relation, started_at, ended_at, level, outcome) values ($1, $2, $3, $4, 'self', $5, $6, $7, $8)`,
			of, by.ID, desk, direction, from, from.Add(time.Duration(minutes)*time.Minute), level, outcome)
	}
	call(a, w.Agent, tech, "inbound", july(30, 23, 59), 9, 2, nil) // the day before
	call(a, w.Agent, tech, "inbound", july(31, 0, 0), 4, 0, "mismatch")
	call(a, w.Agent, tech, "inbound", july(31, 12, 0), 2, 1, "verified")
	call(b, w.Agent2, point, "outbound", july(31, 23, 59), 10, 2, nil) // verified, and ended without a word about it
	call(b, w.Agent2, point, "inbound", july(32, 0, 0), 1, 2, nil)     // the day after
	w.Clock.Set(july(31, 15, 0))
	if _, err := reimbursements.Propose(w.Ctx, w.Store, w.Agent, a, ""); err != nil {
		t.Fatal(err)
	}
	w.Clock.Set(july(32, 9, 30))

	d := dailyOf(t, w, w.Supervisor, Query{Date: on(31)})
	want := []DeskCalls{{Desk: apptest.Tech, Inbound: 2, Verified: 1, Mismatch: 1, Ended: 2, TalkSeconds: 360}, {Desk: apptest.Point, Outbound: 1, Verified: 1, Ended: 1, TalkSeconds: 600}}
	if !reflect.DeepEqual(d.Calls, want) {
		t.Errorf("%+v", d.Calls)
	}
	if d.Calls[0].MeanTalk() != 3*time.Minute {
		t.Errorf("a mean of %v", d.Calls[0].MeanTalk())
	}
	if d.Reimbursements[0] != (Decided{"proposed", 1}) || d.Open == nil || d.Open.Sum() != 4 {
		t.Errorf("%+v, %+v open", d.Reimbursements, d.Open)
	}
	if d.Points[0] != (PointsOnDay{Step: "proposed", Program: "pointtalk", Rollback: 1000}) || d.Points[6] != (PointsOnDay{Step: "proposed", Program: "goo", Rollback: -900}) {
		t.Errorf("%+v", d.Points)
	}
	if len(d.Agents) != 2 || d.Agents[0].Calls != 2 || d.Agents[0].Proposals != 1 || d.Agents[0].Verified != 1 || d.Agents[1].Calls != 1 || d.Agents[1].Verified != 1 {
		t.Errorf("%+v", d.Agents)
	}
	if one := dailyOf(t, w, w.Agent, Query{Date: on(31), Desk: apptest.Point}); !reflect.DeepEqual(one.Calls, want[1:]) || one.Agents != nil || one.Reimbursements[0].Count != 0 {
		t.Errorf("of one desk, to an agent: %+v %+v", one.Calls, one.Agents)
	}
	if sat := dailyOf(t, w, w.Agent, Query{Date: on(26)}); sat.Hours[0].Closed || !sat.Hours[1].Closed || sat.Hours[1].Why != "weekend" {
		t.Errorf("a Saturday: %+v", sat.Hours)
	}
	if before := dailyOf(t, w, w.Agent, Query{Date: on(1).AddDays(-30)}); before.Open.Sum() != 0 {
		t.Errorf("%+v were open before the first case", before.Open)
	}
}

// A completion that was undone is none, and what was completed again counts once.
func TestDailyLeavesOutWhatWasUndone(t *testing.T) {
	w := world(t)
	id := w.Case("a@ocn.example").ID
	w.Clock.Set(july(31, 15, 0))
	exec(t, w, `insert into case_events (case_id, at, kind, actor_kind, actor_id, data)
		select $1, $2::timestamptz + n * interval '1 second', 'status', 'staff', $3, d::json from (values (1, '{"from": "new", "to": "completed"}'),
			(2, '{"from": "completed", "to": "new", "undo": true}'), (3, '{"from": "new", "to": "out_of_scope"}')) e (n, d)`, id, w.Clock.Now(), w.Agent.ID)
	w.Clock.Set(july(32, 9, 30))
	d := dailyOf(t, w, w.Supervisor, Query{Date: on(31)})
	if d.Cases.Completed != 0 || d.Cases.OutOfScope != 1 || d.Cases.Reopened != 0 {
		t.Errorf("%+v", d.Cases)
	}
}

// What was open when a day ended is told from what has happened since.
func TestDailyOpenThen(t *testing.T) {
	w := world(t)
	c := w.Case("a@ocn.example")
	exec(t, w, "update cases set opened_at = $1", july(29, 12, 0))
	w.Clock.Set(july(31, 10, 0))
	done := cases.Completed
	if _, err := cases.Update(w.Ctx, w.Store, w.Supervisor, c.ID, cases.Change{Status: &done, Version: c.Version, Reason: "連絡なし"}); err != nil {
		t.Fatal(err)
	}
	for day, open := range map[int]int64{30: 4, 31: 3} {
		w.Clock.Set(july(32, 9, 0))
		if d := dailyOf(t, w, w.Agent, Query{Date: on(day)}); d.Open.Sum() != open {
			t.Errorf("%d were open at the end of the %dth, want %d", d.Open.Sum(), day, open)
		}
	}
}

func TestDailyCallbacks(t *testing.T) {
	w := world(t)
	a, b := w.Case("a@ocn.example").ID, w.Case("b@ocn.example").ID
	promised := func(of int64, due time.Time) {
		exec(t, w, `insert into callbacks (case_id, desk_id, due_at, promised_by, promised_at, assignee_id) values ($1, $2, $3, $4, $5, $4)`,
			of, w.Agent.DeskID, due, w.Agent.ID, july(31, 10, 0))
	}
	tried := func(id int, at time.Time, outcome string) {
		exec(t, w, "insert into callback_attempts (callback_id, at, staff_id, outcome) values ($1, $2, $3, $4)", id, at, w.Agent.ID, outcome)
	}
	promised(a, july(31, 18, 0))
	promised(b, july(31, 19, 0))
	tried(1, july(31, 17, 59), "no_answer")
	tried(2, july(31, 19, 30), "reached")
	f, err := Of(store.Read(w.Ctx, w.Store), w.Incident, july(31, 18, 30))
	if err != nil || f.Overdue != 1 {
		t.Errorf("%d overdue: %v", f.Overdue, err)
	}
	w.Clock.Set(july(31, 18, 59))
	if d := dailyOf(t, w, w.Agent, Query{}); d.Callbacks.Missed != 0 {
		t.Errorf("before its time: %+v", d.Callbacks)
	}
	w.Clock.Set(july(31, 20, 0))
	if d := dailyOf(t, w, w.Agent, Query{}); d.Callbacks != (CallbackDay{Promised: 2, Due: 2, Kept: 1, Missed: 1, Attempts: 2, Reached: 1}) {
		t.Errorf("%+v", d.Callbacks)
	}
}

// Handover notes stand in the report of their desk, sealed and without secrets.
func TestDailyNotes(t *testing.T) {
	w := world(t)
	w.Clock.Set(july(31, 19, 0))
	note := func(by access.Actor, q Query, text string) error { return AddNote(w.Ctx, w.Store, by, q, text) }
	for _, n := range []struct{ desk, text string }{{apptest.Tech, "回線の混雑は解消"}, {"", "明日は=SUM(1)増員"}} {
		if err := note(w.Agent, Query{Desk: n.desk}, n.text); err != nil {
			t.Fatal(err)
		}
	}
	for _, c := range []struct {
		by   access.Actor
		q    Query
		text string
		code string
	}{
		{w.Agent, Query{}, " ", "required"}, {w.Agent, Query{}, "パスワードはabc123です", "secret_password"}, {w.Auditor, Query{}, "x", "forbidden"},
		{w.Agent, Query{Desk: "nowhere"}, "x", "desk_unknown"}, {w.Agent, Query{Date: on(32)}, "x", "date_future"},
	} {
		err := note(c.by, c.q, c.text)
		if f, ok := fault.As(err); !ok || f.Code != c.code && (len(f.Fields) != 1 || f.Fields[0].Code != c.code) {
			t.Errorf("%q: %v, want %s", c.text, err, c.code)
		}
	}
	if d := dailyOf(t, w, w.Agent2, Query{Desk: apptest.Point}); len(d.Notes) != 1 || d.Notes[0].By != "佐藤 葵" {
		t.Errorf("of the other desk: %+v", d.Notes)
	}
	d := dailyOf(t, w, w.Supervisor, Query{})
	if len(d.Notes) != 2 {
		t.Fatalf("%+v", d.Notes)
	}
	db := store.Read(w.Ctx, w.Store)
	list, err := desks.List(db)
	if err != nil {
		t.Fatal(err)
	}
	programs, err := incidents.Programs(db)
	if err != nil {
		t.Fatal(err)
	}
	ctx := i18n.With(w.Ctx, "ja")
	var b bytes.Buffer
	if err := WriteCSV(&b, d.Tables(ctx, NamesOf(ctx, list, programs))...); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"\ufeff", "申し送り", "回線の混雑は解消", "OCNテクニカルサポートセンタ"} {
		if !strings.Contains(b.String(), want) {
			t.Errorf("the file lacks %q", want)
		}
	}
}

// A desk and a program with the same code have each their own name.
func TestNamesOfDesksAndPrograms(t *testing.T) {
	w := world(t)
	db := store.Read(w.Ctx, w.Store)
	list, err := desks.List(db)
	if err != nil {
		t.Fatal(err)
	}
	programs, err := incidents.Programs(db)
	if err != nil {
		t.Fatal(err)
	}
	list[0].Code = programs[0].Code
	ctx := i18n.With(w.Ctx, "en")
	d := Daily{Hours: []DeskHours{{Desk: list[0].Code, Closed: true}}, Calls: []DeskCalls{{Desk: list[0].Code}}, Points: []PointsOnDay{{Step: "posted", Program: programs[0].Code}},
		Notes: []DailyNote{{Desk: list[0].Code, Text: "busy"}}}
	first := map[string]string{}
	for _, table := range d.Tables(ctx, NamesOf(ctx, list, programs)) {
		if len(table.Rows) > 0 {
			first[table.ID] = table.Rows[0][0].Text
			if table.ID == "notes" {
				first[table.ID] = table.Rows[0][2].Text
			}
		}
	}
	for id, want := range map[string]string{"hours": list[0].NameEn, "calls": list[0].NameEn, "notes": list[0].NameEn, "points": programs[0].Name("en")} {
		if first[id] != want || want == "" {
			t.Errorf("%s names %q, want %q", id, first[id], want)
		}
	}
}
