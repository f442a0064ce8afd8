package reports

import (
	"context"
	"fmt"

	"hoten/app/desks"
	"hoten/app/incidents"
	"hoten/i18n"
)

// Names are what a daily report calls desks and programs by their codes.
type Names map[string]string

// NamesOf are the names in the language of the context.
func NamesOf(ctx context.Context, list []desks.Kept, programs []incidents.Program) Names {
	n := Names{"": i18n.T(ctx, "reports.daily.no_desk")}
	for _, d := range list {
		if n[d.Code] = d.NameJa; i18n.Lang(ctx) == "en" {
			n[d.Code] = d.NameEn
		}
	}
	for _, p := range programs {
		n[p.Code] = p.Name(i18n.Lang(ctx))
	}
	return n
}

// Tables are the figures of the report, in the order in which it is read.
func (d *Daily) Tables(ctx context.Context, names Names) []Table {
	out := []Table{d.hoursTable(ctx, names), d.callsTable(ctx, names), d.workTable(ctx), d.decidedTable(ctx), d.pointsTable(ctx, names)}
	if d.Open != nil {
		out = append(out, AgesTable(ctx, *d.Open))
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
		said := desks.Clock(h.Open) + "–" + desks.Clock(h.Close)
		if h.Closed {
			said = i18n.T(ctx, "desks.shut")
		}
		t.Rows = append(t.Rows, []Cell{Text(names[h.Desk]), Text(said)})
	}
	return t
}

func (d *Daily) notesTable(ctx context.Context, names Names) Table {
	t := Table{ID: "notes", Title: i18n.T(ctx, "reports.daily.notes"), Columns: []Column{{Title: i18n.T(ctx, "reports.daily.time")}, {Title: i18n.T(ctx, "reports.daily.by")},
		{Title: i18n.T(ctx, "reports.daily.desk")}, {Title: i18n.T(ctx, "reports.daily.note")}}}
	for _, n := range d.Notes {
		desk := i18n.T(ctx, "reports.daily.all_desks")
		if n.Desk != "" {
			desk = names[n.Desk]
		}
		t.Rows = append(t.Rows, []Cell{Text(i18n.Time(n.At)), Text(n.By), Text(desk), Text(n.Text)})
	}
	return t
}

// talk writes the mean length of calls, 4:05.
func talk(c DeskCalls) Cell {
	s := int(c.MeanTalk().Seconds())
	return Text(fmt.Sprintf("%d:%02d", s/60, s%60))
}

func (d *Daily) callsTable(ctx context.Context, names Names) Table {
	t := Table{ID: "calls", Title: i18n.T(ctx, "reports.daily.calls"), Columns: columns(i18n.T(ctx, "reports.daily.desk"),
		i18n.T(ctx, "calls.direction.inbound"), i18n.T(ctx, "calls.direction.outbound"), i18n.T(ctx, "calls.outcome.verified"), i18n.T(ctx, "calls.outcome.mismatch"),
		i18n.T(ctx, "calls.outcome.unable"), i18n.T(ctx, "calls.outcome.impostor_suspected"))}
	t.Columns = append(t.Columns, Column{Title: i18n.T(ctx, "reports.daily.talk"), Number: true})
	sums, all := make([]int64, 6), DeskCalls{}
	for _, c := range d.Calls {
		figures := []int64{c.Inbound, c.Outbound, c.Verified, c.Mismatch, c.Unable, c.ImpostorSuspected}
		for i, n := range figures {
			sums[i] += n
		}
		all.Ended, all.TalkSeconds = all.Ended+c.Ended, all.TalkSeconds+c.TalkSeconds
		t.Rows = append(t.Rows, append(append([]Cell{Text(names[c.Desk])}, numbers(figures...)...), talk(c)))
	}
	t.Total = append(append([]Cell{Text(i18n.T(ctx, "reports.total"))}, numbers(sums...)...), talk(all))
	return t
}

func (d *Daily) workTable(ctx context.Context) Table {
	t := Table{ID: "work", Title: i18n.T(ctx, "reports.daily.work"), Columns: columns(i18n.T(ctx, "reports.item"), i18n.T(ctx, "reports.number"))}
	for _, r := range []struct {
		name string
		n    int64
	}{
		{i18n.T(ctx, "reports.daily.resets_sent"), d.Resets.Sent}, {i18n.T(ctx, "reports.daily.resets_completed"), d.Resets.Completed},
		{i18n.T(ctx, "reports.daily.cases_opened"), d.Cases.Opened}, {i18n.T(ctx, "reports.daily.cases_completed"), d.Cases.Completed},
		{i18n.T(ctx, "reports.daily.callbacks_promised"), d.Callbacks.Promised}, {i18n.T(ctx, "reports.daily.callbacks_attempts"), d.Callbacks.Attempts},
		{i18n.T(ctx, "reports.daily.callbacks_reached"), d.Callbacks.Reached}, {i18n.T(ctx, "reports.daily.callbacks_missed"), d.Callbacks.Missed},
		{i18n.T(ctx, "reports.daily.mails_sent"), d.Mails["sent"]}, {i18n.T(ctx, "reports.daily.mails_failed"), d.Mails["failed"]},
		{i18n.T(ctx, "reports.daily.mails_bounced"), d.Mails["bounced"]},
	} {
		t.Rows = append(t.Rows, []Cell{Text(r.name), Number(r.n)})
	}
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
		t.Rows = append(t.Rows, append([]Cell{Text(names[p.Program]), Text(i18n.T(ctx, "reports.step."+p.Step))}, numbers(p.Rollback, p.Reimburse, p.Absorbed, p.Adjusted)...))
	}
	return t
}

func (d *Daily) agentsTable(ctx context.Context) Table {
	t := Table{ID: "agents", Title: i18n.T(ctx, "reports.daily.agents"), Columns: columns(i18n.T(ctx, "staff.name"), i18n.T(ctx, "reports.daily.calls"),
		i18n.T(ctx, "calls.outcome.verified"), i18n.T(ctx, "reports.step.proposed"))}
	for _, a := range d.Agents {
		t.Rows = append(t.Rows, append([]Cell{Text(a.Name)}, numbers(a.Calls, a.Verified, a.Proposals)...))
	}
	return t
}
