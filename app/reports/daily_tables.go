package reports

import (
	"context"
	"fmt"
	"slices"
	"time"

	"hoten/app/desks"
	"hoten/app/incidents"
	"hoten/i18n"
)

// Names are what a daily report calls desks and programs, each by their codes: a desk and
// a program may have the same one.
type Names struct{ Desks, Programs map[string]string }

// NamesOf are the names in the language of the context.
func NamesOf(ctx context.Context, list []desks.Kept, programs []incidents.Program) Names {
	n := Names{Desks: map[string]string{"": i18n.T(ctx, "reports.daily.no_desk")}, Programs: map[string]string{}}
	for _, d := range list {
		if n.Desks[d.Code] = d.NameJa; i18n.Lang(ctx) == "en" {
			n.Desks[d.Code] = d.NameEn
		}
	}
	for _, p := range programs {
		n.Programs[p.Code] = p.Name(i18n.Lang(ctx))
	}
	return n
}

// Tables are the figures of the report, in the order in which it is read.
func (d *Daily) Tables(ctx context.Context, names Names) []Table {
	out := []Table{d.hoursTable(ctx, names), d.callsTable(ctx, names), d.byHourTable(ctx), d.casesTable(ctx), d.openTable(ctx),
		d.callbacksTable(ctx), d.mailsTable(ctx), d.decidedTable(ctx), d.pointsTable(ctx, names)}
	if len(d.Telephone) > 0 {
		out = slices.Insert(out, 3, d.telephoneTable(ctx, names))
	}
	if d.Agents != nil {
		out = append(out, d.agentsTable(ctx))
	}
	if len(d.Notes) > 0 {
		out = append(out, d.notesTable(ctx, names))
	}
	return out
}

func (d *Daily) hoursTable(ctx context.Context, names Names) Table {
	t := Table{ID: "hours", Title: i18n.T(ctx, "reports.daily.hours"), Columns: []Column{{Title: i18n.T(ctx, "reports.daily.desk")}, {Title: i18n.T(ctx, "reports.daily.open")}}}
	for _, h := range d.Hours {
		said := desks.Written(h.Openings)
		if h.Closed {
			said = i18n.T(ctx, "desks.shut")
		}
		if why := d.why(ctx, h.Why); why != "" {
			said = i18n.T(ctx, "reports.daily.because", "hours", said, "why", why)
		}
		t.Rows = append(t.Rows, []Cell{Text(names.Desks[h.Desk]), Text(said)})
	}
	return t
}

func (d *Daily) why(ctx context.Context, why string) string {
	switch why {
	case "":
		return ""
	case "holiday":
		return i18n.T(ctx, "desks.holiday."+desks.Holiday(d.Date))
	}
	return i18n.T(ctx, "desks.why."+why, "day", i18n.Weekday(ctx, d.Date.At(0)))
}

func (d *Daily) notesTable(ctx context.Context, names Names) Table {
	t := Table{ID: "notes", Title: i18n.T(ctx, "reports.daily.notes"), Columns: []Column{{Title: i18n.T(ctx, "reports.daily.time")}, {Title: i18n.T(ctx, "reports.daily.by")},
		{Title: i18n.T(ctx, "reports.daily.desk")}, {Title: i18n.T(ctx, "reports.daily.note")}}}
	for _, n := range d.Notes {
		desk := i18n.T(ctx, "reports.daily.all_desks")
		if n.Desk != "" {
			desk = names.Desks[n.Desk]
		}
		t.Rows = append(t.Rows, []Cell{Text(i18n.Time(ctx, n.At)), Text(n.By.In(i18n.Lang(ctx))), Text(desk), Text(n.Text)})
	}
	return t
}

// talk writes the mean length of calls, 4:05.
func talk(c DeskCalls) Cell {
	if c.Ended == 0 {
		return Text("—")
	}
	s := int(c.MeanTalk().Seconds())
	return Text(fmt.Sprintf("%d:%02d", s/60, s%60))
}

func (d *Daily) callsTable(ctx context.Context, names Names) Table {
	t := Table{ID: "calls", Title: i18n.T(ctx, "reports.daily.calls"), Columns: columns(i18n.T(ctx, "reports.daily.desk"),
		i18n.T(ctx, "calls.direction.inbound"), i18n.T(ctx, "calls.direction.outbound"), i18n.T(ctx, "reports.daily.ended"), i18n.T(ctx, "reports.daily.talk"),
		i18n.T(ctx, "calls.outcome.verified"), i18n.T(ctx, "calls.outcome.mismatch"), i18n.T(ctx, "calls.outcome.unable"), i18n.T(ctx, "calls.outcome.impostor_suspected"))}
	all := DeskCalls{}
	line := func(name string, c DeskCalls) []Cell {
		out := append([]Cell{Text(name)}, numbers(c.Inbound, c.Outbound, c.Ended)...)
		return append(append(out, talk(c)), numbers(c.Verified, c.Mismatch, c.Unable, c.ImpostorSuspected)...)
	}
	for _, c := range d.Calls {
		all.add(c)
		t.Rows = append(t.Rows, line(names.Desks[c.Desk], c))
	}
	t.Total = line(i18n.T(ctx, "reports.total"), all)
	return t
}

func (c *DeskCalls) add(b DeskCalls) {
	c.Inbound, c.Outbound, c.Ended, c.TalkSeconds = c.Inbound+b.Inbound, c.Outbound+b.Outbound, c.Ended+b.Ended, c.TalkSeconds+b.TalkSeconds
	c.Verified, c.Mismatch, c.Unable, c.ImpostorSuspected = c.Verified+b.Verified, c.Mismatch+b.Mismatch, c.Unable+b.Unable, c.ImpostorSuspected+b.ImpostorSuspected
}

func (d *Daily) byHourTable(ctx context.Context) Table {
	t := Table{ID: "by-hour", Title: i18n.T(ctx, "reports.daily.by_hour"), Columns: columns(i18n.T(ctx, "reports.daily.hour"),
		i18n.T(ctx, "calls.direction.inbound"), i18n.T(ctx, "calls.direction.outbound"))}
	for _, h := range d.ByHour {
		t.Rows = append(t.Rows, append([]Cell{Text(desks.Clock(60*h.Hour) + "–" + desks.Clock(60*h.Hour+60))}, numbers(h.Inbound, h.Outbound)...))
	}
	return t
}

func (d *Daily) telephoneTable(ctx context.Context, names Names) Table {
	t := Table{ID: "telephone", Title: i18n.T(ctx, "reports.daily.telephone"), Columns: append([]Column{{Title: i18n.T(ctx, "reports.daily.half_hour")}}, columns(i18n.T(ctx, "reports.daily.desk"),
		i18n.T(ctx, "reports.daily.offered"), i18n.T(ctx, "reports.daily.answered"), i18n.T(ctx, "reports.daily.abandoned"))...)}
	var offered, answered, abandoned int64
	for _, h := range d.Telephone {
		span := i18n.Clock(h.From) + "–" + i18n.Clock(h.From.Add(30*time.Minute))
		t.Rows = append(t.Rows, append([]Cell{Text(span), Text(names.Desks[h.Desk])}, numbers(h.Offered, h.Answered, h.Abandoned)...))
		offered, answered, abandoned = offered+h.Offered, answered+h.Answered, abandoned+h.Abandoned
	}
	t.Total = append([]Cell{Text(i18n.T(ctx, "reports.total")), Text("")}, numbers(offered, answered, abandoned)...)
	return t
}

// counts is a table of figures that each have a name.
func counts(ctx context.Context, id, title string, of []named) Table {
	t := Table{ID: id, Title: title, Columns: columns(i18n.T(ctx, "reports.item"), i18n.T(ctx, "reports.number"))}
	for _, r := range of {
		t.Rows = append(t.Rows, []Cell{Text(r.name), Number(r.n)})
	}
	return t
}

type named struct {
	name string
	n    int64
}

func (d *Daily) casesTable(ctx context.Context) Table {
	return counts(ctx, "work", i18n.T(ctx, "reports.daily.work"), []named{
		{i18n.T(ctx, "reports.daily.cases_opened"), d.Cases.Opened}, {i18n.T(ctx, "reports.daily.cases_completed"), d.Cases.Completed},
		{i18n.T(ctx, "reports.daily.cases_out_of_scope"), d.Cases.OutOfScope}, {i18n.T(ctx, "reports.daily.cases_reopened"), d.Cases.Reopened},
		{i18n.T(ctx, "reports.daily.resets_sent"), d.Resets.Sent}, {i18n.T(ctx, "reports.daily.resets_completed"), d.Resets.Completed},
		{i18n.T(ctx, "reports.daily.resets_released"), d.Resets.Released}})
}

func (d *Daily) callbacksTable(ctx context.Context) Table {
	c := d.Callbacks
	return counts(ctx, "callbacks", i18n.T(ctx, "reports.daily.callbacks"), []named{
		{i18n.T(ctx, "reports.daily.callbacks_promised"), c.Promised}, {i18n.T(ctx, "reports.daily.callbacks_due"), c.Due},
		{i18n.T(ctx, "reports.daily.callbacks_kept"), c.Kept}, {i18n.T(ctx, "reports.daily.callbacks_missed"), c.Missed},
		{i18n.T(ctx, "reports.daily.callbacks_attempts"), c.Attempts}, {i18n.T(ctx, "reports.daily.callbacks_reached"), c.Reached}})
}

// openTable says of when it speaks: the end of a day that is over, or now; and
// where nobody counted, that.
func (d *Daily) openTable(ctx context.Context) Table {
	var t Table
	if d.Open != nil {
		t = AgesTable(ctx, *d.Open)
	} else {
		t = AgesTable(ctx, Ages{})
		t.Rows, t.Total = [][]Cell{{Text(i18n.T(ctx, "reports.daily.left_unknown")), Text("—")}}, nil
	}
	if t.Title = i18n.T(ctx, "reports.daily.left"); d.At.Before(d.Date.AddDays(1).At(0)) {
		t.Title = i18n.T(ctx, "reports.daily.left_now")
	}
	return t
}

// mailsTable names the kinds of which something was sent or given up.
func (d *Daily) mailsTable(ctx context.Context) Table {
	t := Table{ID: "mails", Title: i18n.T(ctx, "reports.daily.mails"), Columns: columns(i18n.T(ctx, "mails.kind"),
		i18n.T(ctx, "reports.daily.mails_sent"), i18n.T(ctx, "reports.daily.mails_failed"), i18n.T(ctx, "reports.daily.mails_bounced"))}
	all := MailDay{}
	for _, m := range d.Mails {
		all.Sent, all.Failed, all.Bounced = all.Sent+m.Sent, all.Failed+m.Failed, all.Bounced+m.Bounced
		t.Rows = append(t.Rows, append([]Cell{Text(i18n.T(ctx, "mails.kind."+m.Kind))}, numbers(m.Sent, m.Failed, m.Bounced)...))
	}
	t.Total = append([]Cell{Text(i18n.T(ctx, "reports.total"))}, numbers(all.Sent, all.Failed, all.Bounced)...)
	return t
}

func (d *Daily) decidedTable(ctx context.Context) Table {
	t := Table{ID: "reimbursements", Title: i18n.T(ctx, "reports.daily.reimbursements"), Columns: columns(i18n.T(ctx, "reports.item"), i18n.T(ctx, "reports.number"))}
	for _, r := range d.Reimbursements {
		t.Rows = append(t.Rows, []Cell{Text(i18n.T(ctx, "reports.step."+r.Step)), Number(r.Count)})
	}
	return t
}

// pointsTable has no total: each program has its own unit.
func (d *Daily) pointsTable(ctx context.Context, names Names) Table {
	t := Table{ID: "points", Title: i18n.T(ctx, "incidents.show.points"), Columns: append([]Column{{Title: i18n.T(ctx, "reports.program")}},
		columns(i18n.T(ctx, "reports.item"), i18n.T(ctx, "cases.sums.rollback"), i18n.T(ctx, "cases.sums.reimburse"), i18n.T(ctx, "cases.sums.absorbed"),
			i18n.T(ctx, "reimbursements.line.adjust"))...)}
	for _, p := range d.Points {
		t.Rows = append(t.Rows, append([]Cell{Text(names.Programs[p.Program]), Text(i18n.T(ctx, "reports.step."+p.Step))}, numbers(p.Rollback, p.Reimburse, p.Absorbed, p.Adjusted)...))
	}
	return t
}

func (d *Daily) agentsTable(ctx context.Context) Table {
	t := Table{ID: "agents", Title: i18n.T(ctx, "reports.daily.agents"), Columns: columns(i18n.T(ctx, "staff.name"), i18n.T(ctx, "reports.daily.calls"),
		i18n.T(ctx, "calls.outcome.verified"), i18n.T(ctx, "reports.daily.resets_sent"), i18n.T(ctx, "reports.step.proposed"), i18n.T(ctx, "reports.daily.approvals"))}
	for _, a := range d.Agents {
		t.Rows = append(t.Rows, append([]Cell{Text(a.Name.In(i18n.Lang(ctx)))}, numbers(a.Calls, a.Verified, a.Resets, a.Proposals, a.Approvals)...))
	}
	return t
}
