package reports

import (
	"context"

	"gorm.io/gorm"

	"hoten/app/cases"
	"hoten/app/jptext"
	"hoten/app/store"
	"hoten/i18n"
)

// Day is how many affected IDs came to a stage on a day in Japan.
type Day struct {
	Date      jptext.Date `json:"date"`
	Notified  int64       `json:"notified"`
	Reached   int64       `json:"reached"`
	Verified  int64       `json:"verified"`
	Resumed   int64       `json:"resumed"`
	MadeWhole int64       `json:"made_whole"`
	Completed int64       `json:"completed"`
}

func (d Day) stages() []int64 {
	return []int64{d.Notified, d.Reached, d.Verified, d.Resumed, d.MadeWhole, d.Completed}
}

// jst turns an instant into a day in Japan; a fixed offset needs no zone files.
func jst(column string) string { return "(" + column + " at time zone interval '9 hours')::date" }

// talked is a call in which the member, or who may act for them, was spoken with: verified, or, without having failed,
// neither refuted nor suspected. A call that was merely begun, or was not answered, has come
// to no level and no outcome.
const talked = cases.EntitledCaller + ` and (k.level > 0 or k.outcome in ('verified', 'unable'))`

// longestGap is how many days without anything are still shown one by one.
const longestGap = 31

// countDays counts, in one pass over the incident's cases and one over their
// calls. Days on which nothing happened stand between the others.
func countDays(db *gorm.DB, incident int64) ([]Day, error) {
	rows, err := store.Select[Day](db, `with stamps as (
			select s.stage, `+jst("s.at")+` as day from cases c join identities i on i.id = c.identity_id cross join lateral (values
				(1, c.notified_at), (3, c.verified_at), (4, i.resumed_at), (5, c.made_whole_at), (6, c.completed_at)) s(stage, at)
			where c.incident_id = $1 and c.origin <> 'inquiry' and s.at is not null
			union all
			select 2, `+jst("min(k.started_at)")+` from calls k join cases c on c.id = k.case_id
			where c.incident_id = $1 and c.origin <> 'inquiry' and `+talked+` group by k.case_id)
		select day as date, count(*) filter (where stage = 1) as notified, count(*) filter (where stage = 2) as reached,
			count(*) filter (where stage = 3) as verified, count(*) filter (where stage = 4) as resumed,
			count(*) filter (where stage = 5) as made_whole, count(*) filter (where stage = 6) as completed
		from stamps group by day order by day`, incident)
	if err != nil {
		return nil, err
	}
	out := make([]Day, 0, len(rows))
	for _, d := range rows {
		if n := len(out); n > 0 && d.Date.Before(out[n-1].Date.AddDays(longestGap)) {
			for next := out[n-1].Date.AddDays(1); next.Before(d.Date); next = next.AddDays(1) {
				out = append(out, Day{Date: next})
			}
		}
		out = append(out, d)
	}
	return out, nil
}

// DaysTable lists the days with their sum.
func DaysTable(ctx context.Context, days []Day) Table {
	t := Table{ID: "days", Title: i18n.T(ctx, "reports.days.title"), Columns: columns(i18n.T(ctx, "reports.day"),
		i18n.T(ctx, "incidents.show.notified"), i18n.T(ctx, "incidents.show.reached"), i18n.T(ctx, "incidents.show.verified"),
		i18n.T(ctx, "incidents.show.resumed"), i18n.T(ctx, "incidents.made_whole"), i18n.T(ctx, "incidents.show.completed"))}
	sums := make([]int64, len(Day{}.stages()))
	for _, d := range days {
		for i, n := range d.stages() {
			sums[i] += n
		}
		t.Rows = append(t.Rows, append([]Cell{Date(d.Date)}, numbers(d.stages()...)...))
	}
	t.Total = append([]Cell{Text(i18n.T(ctx, "reports.total"))}, numbers(sums...)...)
	return t
}
