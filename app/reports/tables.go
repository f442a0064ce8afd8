package reports

import (
	"context"
	"slices"

	"hoten/app/cases"
	"hoten/app/incidents"
	"hoten/i18n"
)

// Tables are all figures of an incident, for its downloads.
func Tables(ctx context.Context, f *Figures, days []Day, programs []incidents.Program) []Table {
	return []Table{ProgressTable(ctx, f), DaysTable(ctx, days), AgesTable(ctx, f.Open), statusTable(ctx, f), pointsTable(ctx, f, programs), OwedTable(ctx, f.Owed, programs)}
}

// ProgressTable tells how far an incident has come.
func ProgressTable(ctx context.Context, f *Figures) Table {
	t := Table{ID: "progress", Title: i18n.T(ctx, "incidents.show.progress"),
		Columns: columns(i18n.T(ctx, "reports.item"), i18n.T(ctx, "reports.number"), i18n.T(ctx, "reports.of"))}
	line := func(name string, n, of int64) { t.Rows = append(t.Rows, append([]Cell{Text(name)}, numbers(n, of)...)) }
	all := f.IDs + f.Added
	line(i18n.T(ctx, "incidents.ids"), all, all)
	line(i18n.T(ctx, "incidents.exchanged"), f.IDsExchange, f.IDs)
	line(i18n.T(ctx, "incidents.show.restricted"), f.Restricted, all)
	line(i18n.T(ctx, "incidents.show.notified"), f.Notified, all)
	line(i18n.T(ctx, "incidents.show.reached"), f.Reached, all)
	line(i18n.T(ctx, "incidents.show.verified"), f.Verified, all)
	line(i18n.T(ctx, "incidents.show.resumed"), f.Resumed, all)
	line(i18n.T(ctx, "incidents.made_whole"), f.MadeWhole, f.WithPlan)
	line(i18n.T(ctx, "cases.queue.balance_missing"), f.Unknown, f.WithPlan)
	line(i18n.T(ctx, "incidents.show.completed"), f.Completed, all)
	line(i18n.T(ctx, "incidents.show.unreachable"), f.Unreachable, all)
	return t
}

// AgesTable lists the open cases by how long they have lain.
func AgesTable(ctx context.Context, a Ages) Table {
	t := Table{ID: "ages", Title: i18n.T(ctx, "reports.open.title"), Columns: columns(i18n.T(ctx, "reports.open.since"), i18n.T(ctx, "reports.cases"))}
	for _, r := range []struct {
		name string
		n    int64
	}{{i18n.T(ctx, "reports.open.today"), a.Today}, {i18n.T(ctx, "reports.open.days_1_to_3"), a.Days1To3},
		{i18n.T(ctx, "reports.open.days_4_to_7"), a.Days4To7}, {i18n.T(ctx, "reports.open.days_8_up"), a.Days8Up}} {
		t.Rows = append(t.Rows, []Cell{Text(r.name), Number(r.n)})
	}
	t.Total = []Cell{Text(i18n.T(ctx, "reports.total")), Number(a.Sum())}
	return t
}

func statusTable(ctx context.Context, f *Figures) Table {
	t := Table{ID: "statuses", Title: i18n.T(ctx, "incidents.show.cases"), Columns: columns(i18n.T(ctx, "reports.status"), i18n.T(ctx, "reports.cases"))}
	for _, s := range cases.Statuses {
		t.Rows = append(t.Rows, []Cell{Text(i18n.T(ctx, "cases.status."+string(s))), Number(f.Cases[string(s)])})
	}
	return t
}

// pointsTable has no total: each program has its own unit.
func pointsTable(ctx context.Context, f *Figures, programs []incidents.Program) Table {
	t := Table{ID: "points", Title: i18n.T(ctx, "incidents.show.points"), Columns: []Column{{Title: i18n.T(ctx, "reports.program")}, {Title: i18n.T(ctx, "reports.item")},
		{Title: i18n.T(ctx, "incidents.planned"), Number: true}, {Title: i18n.T(ctx, "incidents.approved"), Number: true}, {Title: i18n.T(ctx, "incidents.posted"), Number: true}}}
	for _, p := range programs {
		for _, kind := range []struct {
			name string
			of   func(Totals) map[string]int64
		}{
			{i18n.T(ctx, "cases.sums.rollback"), func(t Totals) map[string]int64 { return t.Rollback }},
			{i18n.T(ctx, "cases.sums.reimburse"), func(t Totals) map[string]int64 { return t.Reimburse }},
			{i18n.T(ctx, "cases.sums.absorbed"), func(t Totals) map[string]int64 { return t.Absorbed }},
			{i18n.T(ctx, "reimbursements.line.adjust"), func(t Totals) map[string]int64 { return t.Adjusted }},
		} {
			t.Rows = append(t.Rows, append([]Cell{Text(p.Name(i18n.Lang(ctx))), Text(kind.name)},
				numbers(kind.of(f.Plan)[p.Code], kind.of(f.Approved)[p.Code], kind.of(f.Posted)[p.Code])...))
		}
	}
	return t
}

// Reconciled reports whether a part of what is owed is so once it is reconciled.
func Reconciled(list []Owed) bool {
	return slices.ContainsFunc(list, func(o Owed) bool { return o.Outside })
}

// OwedTable is what one company owes the other, a line a program and never a sum.
func OwedTable(ctx context.Context, list []Owed, programs []incidents.Program) Table {
	t := Table{ID: "owed", Title: i18n.T(ctx, "reports.owed.title"), Columns: []Column{{Title: i18n.T(ctx, "reports.program")}, {Title: i18n.T(ctx, "reports.owed.from")},
		{Title: i18n.T(ctx, "reports.owed.to")}}}
	reconciled := Reconciled(list)
	if reconciled {
		t.Columns = append(t.Columns, Column{Title: i18n.T(ctx, "reports.owed.payable"), Number: true}, Column{Title: i18n.T(ctx, "reports.owed.waiting"), Number: true})
	}
	t.Columns = append(t.Columns, Column{Title: i18n.T(ctx, "incidents.posted"), Number: true}, Column{Title: i18n.T(ctx, "incidents.planned"), Number: true})
	for _, o := range list {
		operator, bearer := o.Names(i18n.Lang(ctx))
		name := o.Program
		for _, p := range programs {
			if p.ID == o.ProgramID {
				name = p.Name(i18n.Lang(ctx))
			}
		}
		amounts := []int64{o.Posted, o.Planned}
		if reconciled {
			amounts = append([]int64{o.Payable, o.Waiting}, amounts...)
		}
		switch {
		case o.Own():
			bearer = i18n.T(ctx, "reports.owed.own")
			clear(amounts)
		case bearer == "":
			bearer = i18n.T(ctx, "reports.owed.undecided")
		}
		t.Rows = append(t.Rows, append([]Cell{Text(name), Text(bearer), Text(operator)}, numbers(amounts...)...))
	}
	return t
}
