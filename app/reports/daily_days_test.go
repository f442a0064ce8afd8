package reports

import (
	"reflect"
	"strings"
	"testing"
	"time"

	"hoten/app/access"
	"hoten/app/apptest"
	"hoten/app/cases"
	"hoten/app/jptext"
	"hoten/app/reimbursements"
	"hoten/app/resets"
	"hoten/i18n"
)

// at lets somebody do something at a time.
func at(t *testing.T, w *apptest.World, when time.Time, do func() error) {
	t.Helper()
	w.Clock.Set(when)
	if err := do(); err != nil {
		t.Fatal(err)
	}
}

func move(w *apptest.World, by access.Actor, login string, to cases.Status) func() error {
	return func() error {
		c := w.Case(login)
		_, err := cases.Update(w.Ctx, w.Store, by, c.ID, cases.Change{Status: &to, Version: c.Version, Reason: "連絡なし"})
		return err
	}
}

// Work counts for the desk of who did it, on the day in Japan on which they did;
// the import of four, by a manager without a desk, for all desks only.
func TestDailyWorkOfDesks(t *testing.T) {
	w := world(t)
	opened := func(by access.Actor, login string) func() error {
		return func() error { _, err := cases.Open(w.Ctx, w.Store, by, apptest.Reference, login); return err }
	}
	link := func(by access.Actor, token string, sent time.Time, used any) {
		c := w.Case("b@ocn.example")
		exec(t, w, `insert into reset_links (case_id, identity_id, contact_id, token_hash, sent_by, sent_at, expires_at, used_at, voided_at)
			select $1, $2, min(id), $3::bytea, $4, $5, $5, $6, $5 from contacts`, c.ID, c.IdentityID, []byte(token), by.ID, sent, used)
	}
	at(t, w, july(30, 23, 59), opened(w.Agent, "x@ocn.example"))
	at(t, w, july(31, 0, 0), opened(w.Agent, "y@ocn.example"))
	at(t, w, july(31, 9, 0), opened(w.Agent2, "z@ocn.example"))
	at(t, w, july(31, 10, 0), move(w, w.Supervisor, "a@ocn.example", cases.Completed))
	at(t, w, july(31, 11, 0), move(w, w.Agent2, "a@ocn.example", cases.Reopened))
	at(t, w, july(31, 12, 0), move(w, w.Supervisor, "a@ocn.example", cases.Completed)) // the second time today
	at(t, w, july(31, 13, 0), move(w, w.Supervisor2, "y@ocn.example", cases.OutOfScope))
	at(t, w, july(31, 14, 0), func() error {
		_, err := resets.Release(w.Ctx, w.Store, w.Supervisor, w.Case("c@ocn.example").ID, "誤って制限")
		return err
	})
	link(w.Agent, "1", july(31, 23, 50), july(32, 0, 10)) // sent today, used tomorrow
	link(w.Agent2, "2", july(30, 23, 50), july(31, 0, 10))
	w.Clock.Set(july(32, 9, 0))

	for _, want := range []struct {
		day    int
		desk   string
		cases  CaseDay
		resets Resets
	}{
		{30, "", CaseDay{Opened: 1}, Resets{Sent: 1}},
		{31, "", CaseDay{Opened: 6, Completed: 1, OutOfScope: 1, Reopened: 1}, Resets{Sent: 1, Completed: 1, Released: 1}},
		{31, apptest.Tech, CaseDay{Opened: 1, Completed: 1}, Resets{Sent: 1, Released: 1}},
		{31, apptest.Point, CaseDay{Opened: 1, OutOfScope: 1, Reopened: 1}, Resets{Completed: 1}},
		{32, "", CaseDay{}, Resets{Completed: 1}},
	} {
		d := dailyOf(t, w, w.Supervisor, Query{Date: on(1).AddDays(want.day - 1), Desk: want.desk})
		if d.Cases != want.cases || d.Resets != want.resets {
			t.Errorf("%d %q: %+v %+v", want.day, want.desk, d.Cases, d.Resets)
		}
	}
	if all := dailyOf(t, w, w.Auditor, Query{Date: on(31)}).Agents; len(all) != 1 || all[0].Resets != 1 || all[0].Calls != 0 {
		t.Errorf("who only sent a link: %+v", all)
	}
}

// Mails are of the desk of their case, or of its assignee; one given up counts on
// the day of its last attempt, although that had until tomorrow.
func TestDailyMails(t *testing.T) {
	w := world(t)
	a := w.Case("a@ocn.example").ID
	exec(t, w, "update mails set state = 'sent', sent_at = $1, due_at = $1", july(1, 0, 0))
	exec(t, w, "update cases set assignee_id = $2 where id = $1", a, w.Agent2.ID)
	mail := func(of int64, kind, state string, due time.Time, sent any) {
		exec(t, w, `insert into mails (case_id, kind, language, recipient, data, state, message_id, queued_at, due_at, sent_at)
			values ($1, $2, 'ja', '\x00', '\x00', $3, gen_random_uuid(), $4, $4, $5)`, of, kind, state, due, sent)
	}
	mail(a, "reset_link", "sent", july(31, 0, 2), july(31, 0, 0))
	mail(a, "reset_link", "failed", july(32, 0, 1), nil) // tried at 23:59
	mail(a, "restriction_notice", "bounced", july(31, 12, 0), nil)
	mail(a, "restriction_notice", "sent", july(31, 0, 0), july(30, 23, 59))
	mail(a, "restriction_notice", "queued", july(31, 12, 0), nil)
	mail(w.Case("b@ocn.example").ID, "reset_completed", "sent", july(31, 9, 0), july(31, 9, 0)) // nobody's yet
	w.Clock.Set(july(32, 9, 0))
	of := []MailDay{{Kind: "restriction_notice", Bounced: 1}, {Kind: "reset_link", Sent: 1, Failed: 1}, {Kind: "reset_completed", Sent: 1}}
	for desk, want := range map[string][]MailDay{"": of, apptest.Point: of[:2], apptest.Tech: {}} {
		if d := dailyOf(t, w, w.Agent, Query{Date: on(31), Desk: desk}); !reflect.DeepEqual(d.Mails, want) {
			t.Errorf("%q: %+v", desk, d.Mails)
		}
	}
}

// What was open is told also of cases that a proposal took up again, and a note
// makes none younger.
func TestDailyOpenAges(t *testing.T) {
	w := world(t)
	exec(t, w, "update cases set opened_at = $1, changed_at = $1", july(22, 12, 0))
	exec(t, w, "update case_events set at = $1", july(22, 12, 0))
	at(t, w, july(29, 10, 0), move(w, w.Supervisor, "a@ocn.example", cases.Completed))
	at(t, w, july(29, 11, 0), move(w, w.Agent2, "c@ocn.example", cases.InProgress))
	at(t, w, july(30, 10, 0), func() error {
		_, err := cases.AddNote(w.Ctx, w.Store, w.Agent, w.Case("c@ocn.example").ID, "確認中")
		return err
	})
	at(t, w, july(31, 10, 0), func() error {
		_, err := reimbursements.Propose(w.Ctx, w.Store, w.Agent, w.Case("a@ocn.example").ID, "")
		return err
	})
	at(t, w, july(31, 11, 0), move(w, w.Agent2, "c@ocn.example", cases.OnHold))
	w.Clock.Set(july(32, 9, 0))
	for day, want := range map[int]Ages{21: {}, 22: {Today: 4}, 29: {Today: 1, Days4To7: 2}, 30: {Days1To3: 1, Days8Up: 2}, 31: {Today: 2, Days8Up: 2}, 32: {Days1To3: 2, Days8Up: 2}} {
		if d := dailyOf(t, w, w.Agent, Query{Date: on(1).AddDays(day - 1)}); *d.Open != want {
			t.Errorf("at the end of the %dth: %+v", day, *d.Open)
		}
	}
	exec(t, w, "update cases set assignee_id = $2 where id = $1", w.Case("c@ocn.example").ID, w.Agent2.ID)
	if d := dailyOf(t, w, w.Agent, Query{Date: on(31), Desk: apptest.Point}); *d.Open != (Ages{Today: 1}) {
		t.Errorf("of one desk: %+v", *d.Open)
	}
}

// Every step counts with its points; an approval that was void by the evening does not, nor
// does the first of two.
func TestDailySteps(t *testing.T) {
	w := world(t)
	var ids []int64
	for _, login := range []string{"a@ocn.example", "b@ocn.example"} {
		at(t, w, july(31, 10, 0), func() error {
			r, err := reimbursements.Propose(w.Ctx, w.Store, w.Agent, w.Case(login).ID, "")
			if err == nil {
				ids = append(ids, r.ID)
			}
			return err
		})
	}
	at(t, w, july(31, 11, 0), func() error { _, err := reimbursements.Approve(w.Ctx, w.Store, w.Supervisor2, ids[0]); return err })
	at(t, w, july(32, 0, 0), func() error {
		_, err := reimbursements.Return(w.Ctx, w.Store, w.Supervisor, ids[1], "見直し")
		return err
	})
	count := func(day int, desk string) (n [6]int64) {
		for i, s := range dailyOf(t, w, w.Agent, Query{Date: on(1).AddDays(day - 1), Desk: desk}).Reimbursements {
			n[i] = s.Count
		}
		return n
	}
	w.Clock.Set(july(32, 20, 0))
	for _, c := range []struct {
		day  int
		desk string
		want [6]int64
	}{{31, "", [6]int64{2, 1, 0, 0, 0, 1}}, {31, apptest.Tech, [6]int64{2}}, {31, apptest.Point, [6]int64{0, 1, 0, 0, 0, 1}}, {32, "", [6]int64{0, 0, 1}}} {
		if got := count(c.day, c.desk); got != c.want {
			t.Errorf("%d %q: %v, want %v", c.day, c.desk, got, c.want)
		}
	}
	exec(t, w, "update reimbursements set approvals_needed = 2 where id = $1", ids[0])
	if got := count(31, ""); got[1] != 0 {
		t.Error("the first of two approvals counts")
	}
	exec(t, w, "insert into approvals (reimbursement_id, proposer_id, staff_id, at) values ($1, $2, $3, $4)", ids[0], w.Agent.ID, w.Supervisor.ID, july(32, 12, 0))
	for day, want := range map[int]int64{31: 0, 32: 1} {
		if got := count(day, ""); got[1] != want {
			t.Errorf("%d approved on the %dth by the second of two, want %d", got[1], day, want)
		}
	}
	if got := count(32, apptest.Tech); got[1] != 1 {
		t.Error("approved by the desk of the last approval")
	}
	exec(t, w, "update approvals set voided_at = at where staff_id = $1", w.Supervisor.ID)
	exec(t, w, "update reimbursements set approvals_needed = 1 where id = $1", ids[0])
	exec(t, w, "update approvals set voided_at = $1 where staff_id = $2", july(32, 0, 0), w.Supervisor2.ID)
	if got := count(31, ""); got[1] != 1 {
		t.Error("an approval voided later is gone from the day")
	}
	exec(t, w, "update approvals set voided_at = $1 where staff_id = $2", july(31, 23, 59), w.Supervisor2.ID)
	if got := count(31, ""); got[1] != 0 {
		t.Error("an approval voided the same day counts")
	}
	points := dailyOf(t, w, w.Agent, Query{Date: on(1).AddDays(31)}).Points
	for _, p := range points {
		if want := map[bool]int64{true: 700}[p.Step == "returned" && p.Program == "goo"]; p.Reimburse != want {
			t.Errorf("%+v", p)
		}
	}
}

// The hours of the report are those in which a desk was open or somebody called.
func TestDailyHours(t *testing.T) {
	w := world(t)
	exec(t, w, `insert into calls (case_id, agent_id, desk_id, direction, relation, started_at) values ($1, $2, $3, 'inbound', 'self', $4)`,
		w.Case("a@ocn.example").ID, w.Agent.ID, w.Agent.DeskID, july(31, 21, 59))
	w.Clock.Set(time.Date(2014, 9, 20, 12, 0, 0, 0, jptext.JST))
	d := dailyOf(t, w, w.Agent, Query{Date: on(31), Desk: apptest.Tech})
	if first, last := d.ByHour[0], d.ByHour[len(d.ByHour)-1]; first != (HourCalls{Hour: 10}) || last != (HourCalls{Hour: 21, Inbound: 1}) || len(d.ByHour) != 12 {
		t.Errorf("%+v", d.ByHour)
	}
	shut := dailyOf(t, w, w.Agent, Query{Date: jptext.Date{Year: 2014, Month: 9, Day: 15}, Desk: apptest.Point})
	if len(shut.ByHour) != 0 || shut.ByHour == nil {
		t.Errorf("hours of a closed day: %+v", shut.ByHour)
	}
	for lang, want := range map[string]string{"ja": "休み（敬老の日）", "en": "Closed (Respect for the Aged Day)"} {
		ctx := i18n.With(w.Ctx, lang)
		if got := shut.hoursTable(ctx, Names{}).Rows[0][1].Text; got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}

// Of a large incident today's report is counted in the background, and yesterday's
// once more when its day is over; then it stays.
func TestKeepDays(t *testing.T) {
	w := world(t)
	large(t, 1)
	call := func(when time.Time) {
		exec(t, w, `insert into calls (case_id, agent_id, desk_id, direction, relation, started_at) values ($1, $2, $3, 'inbound', 'self', $4)`,
			w.Case("a@ocn.example").ID, w.Agent.ID, w.Agent.DeskID, when)
	}
	keeps := func(when time.Time) {
		t.Helper()
		at(t, w, when, func() error { return keepAll(w.Ctx, w.Store, 1) })
	}
	inbound := func(desk string) int64 {
		return dailyOf(t, w, w.Agent, Query{Date: on(31), Desk: desk}).Calls[0].Inbound
	}
	call(july(31, 12, 0))
	keeps(july(31, 20, 0))
	call(july(31, 20, 30))
	d := dailyOf(t, w, w.Agent, Query{Date: on(31)})
	if d.Calls[0].Inbound != 1 || !d.At.Equal(july(31, 20, 0)) || d.Agents != nil || len(d.Hours) != 2 || d.Open == nil {
		t.Errorf("kept: %+v", d)
	}
	if d := dailyOf(t, w, w.Supervisor, Query{Date: on(31)}); len(d.Agents) != 1 {
		t.Errorf("to a supervisor: %+v", d.Agents)
	}
	keeps(july(31, 23, 0))
	if n := inbound(""); n != 2 {
		t.Errorf("%d calls at eleven", n)
	}
	call(july(31, 23, 59))
	keeps(july(32, 3, 0))
	if n, tech := inbound(""), inbound(apptest.Tech); n != 3 || tech != 3 {
		t.Errorf("%d and %d calls when the day was over", n, tech)
	}
	call(july(31, 23, 58))
	keeps(july(32, 9, 0))
	if n := inbound(""); n != 3 {
		t.Error("a day that is over was counted again")
	}
	keeps(july(32, 20, 0))
	exec(t, w, `insert into calls (case_id, agent_id, desk_id, direction, relation, started_at) select case_id, agent_id, desk_id, direction, relation, $1 from calls limit 1`, july(32, 20, 1))
	keeps(july(35, 9, 0)) // the program ended in the evening, and nobody was there for two days
	if d := dailyOf(t, w, w.Agent, Query{Date: on(1).AddDays(31)}); d.Calls[0].Inbound != 1 || !d.At.Equal(july(35, 9, 0)) {
		t.Errorf("the day on which the program ended: %+v", d.Calls)
	}
	before := dailyOf(t, w, w.Agent, Query{Date: on(29)})
	if before.Open != nil {
		t.Error("counts what was open in a large incident while somebody waits")
	}
	ctx := i18n.With(w.Ctx, "ja")
	if text := before.openTable(ctx).Rows[0][0].Text; !strings.Contains(text, "集計していません") {
		t.Errorf("does not say so: %q", text)
	}
}

// A note is never changed, whoever has the program's rights.
func TestDailyNotesStay(t *testing.T) {
	w := world(t)
	if err := AddNote(w.Ctx, w.Store, w.Agent, Query{}, "明日は増員"); err != nil {
		t.Fatal(err)
	}
	for _, change := range []string{"update daily_notes set text = '\\x00'", "delete from daily_notes"} {
		if _, err := w.Pool.Exec(w.Ctx, change); err == nil {
			t.Errorf("%s went through", change)
		}
	}
}
