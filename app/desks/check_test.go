package desks

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"hoten/app/fault"
)

func TestWhatCannotBeMeant(t *testing.T) {
	usual := Hours{Weekdays: Daily, Open: 600, Close: 1140}
	within := func(from, until string) Hours {
		h := usual
		if from != "" {
			h.From = day(t, from)
		}
		if until != "" {
			h.Until = day(t, until)
		}
		return h
	}
	saturday := Hours{Weekdays: 1 << 6, Open: 600, Close: 1020}
	for name, c := range map[string]struct {
		change func(d *Desk)
		want   string // refused fields and codes
	}{
		"as released":         {func(*Desk) {}, ""},
		"no name":             {func(d *Desk) { d.NameJa = " 　" }, "name_ja:required"},
		"no code":             {func(d *Desk) { d.Code = "" }, "code:desk_code_invalid"},
		"a code in capitals":  {func(d *Desk) { d.Code = "Tech" }, "code:desk_code_invalid"},
		"a code of a path":    {func(d *Desk) { d.Code = "a/b" }, "code:desk_code_invalid"},
		"an address":          {func(d *Desk) { d.Code = "new" }, "code:code_reserved"},
		"who decides for all": {func(d *Desk) { d.Code = "center" }, "code:code_reserved"},
		"all desks":           {func(d *Desk) { d.Code = "all" }, "code:code_reserved"},
		"no short name":       {func(d *Desk) { d.ShortJa, d.ShortEn = "", " " }, "short_ja:required short_en:required"},
		"a long short name":   {func(d *Desk) { d.ShortEn = "Technical" }, "short_en:too_long"},
		"a long name":         {func(d *Desk) { d.NameEn = strings.Repeat("あ", 61) }, "name_en:too_long"},
		"NUL in a name":       {func(d *Desk) { d.NameEn = "a\x00b" }, "name_en:characters_invalid"},
		"broken UTF-8":        {func(d *Desk) { d.NameEn = "a\xffb" }, "name_en:characters_invalid"},
		"no telephone":        {func(d *Desk) { d.Phone = "" }, "phone:phone_invalid"},
		"letters":             {func(d *Desk) { d.Phone = "0120-ABC-860" }, "phone:phone_invalid"},
		"too few digits":      {func(d *Desk) { d.Phone = "03-123-4567" }, "phone:phone_invalid"},
		"too many digits":     {func(d *Desk) { d.Phone = "01234-12345-123" }, "phone:phone_invalid"},
		"unhyphenated":        {func(d *Desk) { d.Phone = "0120047860" }, ""},
		"a topic twice":       {func(d *Desk) { d.Topics = []string{"id", "id"} }, "topics:setup_twice"},
		"markup as a topic":   {func(d *Desk) { d.Topics = []string{"<b>"} }, "topics:topic_unknown"},
		"no weekday":          {func(d *Desk) { d.Hours = []Hours{{Open: 1, Close: 2}} }, "hours.0.weekdays:weekdays_missing"},
		"an eighth weekday":   {func(d *Desk) { d.Hours[0].Weekdays = 255 }, "hours.0.weekdays:weekdays_missing"},
		"close at open":       {func(d *Desk) { d.Hours[1].Close = 600 }, "hours.1.close:hours_invalid"},
		"beyond midnight":     {func(d *Desk) { d.Hours[1].Close = 1441 }, "hours.1.close:hours_invalid"},
		"reversed":            {func(d *Desk) { d.Hours[1].Until = day(t, "2014-07-27") }, "hours.1.until:until_before_from"},
		"twice the same":      {func(d *Desk) { d.Hours = []Hours{usual, usual} }, "hours.1.from:openings_overlap"},
		"the same period":     {func(d *Desk) { d.Hours[2].Until = d.Hours[1].Until }, "hours.2.from:openings_overlap"},
		"crossing": {func(d *Desk) {
			d.Hours = []Hours{within("2014-08-01", "2014-08-10"), within("2014-08-05", "2014-08-20")}
		}, "hours.1.from:hours_overlap"},
		"crossing, open":    {func(d *Desk) { d.Hours = []Hours{within("2015-04-01", ""), within("", "2015-04-30")} }, "hours.1.from:hours_overlap"},
		"one after another": {func(d *Desk) { d.Hours = []Hours{within("", "2015-03-31"), within("2015-04-01", "")} }, ""},
		"meeting in a day":  {func(d *Desk) { d.Hours = []Hours{within("", "2015-04-01"), within("2015-04-01", "")} }, "hours.1.from:hours_overlap"},
		"nested":            {func(d *Desk) { d.Hours = []Hours{usual, within("", "2015-03-31"), within("2015-03-01", "2015-03-31")} }, ""},
		"Saturdays beside":  {func(d *Desk) { d.Hours = []Hours{{Weekdays: Working, Open: 600, Close: 1140}, saturday} }, ""},
		"Saturdays twice":   {func(d *Desk) { d.Hours = []Hours{usual, saturday} }, "hours.1.from:openings_overlap"},
		"no day":            {func(d *Desk) { d.Exceptions = []Exception{{Closed: true}} }, "exceptions.0.date:required"},
		"a day twice": {func(d *Desk) {
			e := Exception{Date: day(t, "2014-08-06"), Closed: true}
			d.Exceptions = []Exception{e, e}
		}, "exceptions.1.date:exception_twice"},
		"no hours":        {func(d *Desk) { d.Exceptions = []Exception{{Date: day(t, "2014-08-06")}} }, "exceptions.0.close:hours_invalid"},
		"30 February":     {func(d *Desk) { d.ClosedYearly = []Period{{First: Day{2, 30}, Last: Day{3, 1}}} }, "closed_yearly.0.first:yearly_invalid"},
		"month 13":        {func(d *Desk) { d.ClosedYearly = []Period{{First: Day{2, 1}, Last: Day{13, 1}}} }, "closed_yearly.0.last:yearly_invalid"},
		"too many rows":   {func(d *Desk) { d.Hours = make([]Hours, 41) }, "hours:rows_too_many"},
		"too many yearly": {func(d *Desk) { d.ClosedYearly = slicesOf(21, Release()[0].ClosedYearly[0]) }, "closed_yearly:rows_too_many"},
	} {
		d := Release()[0]
		c.change(&d)
		if got := refused(d.Check()); got != c.want {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
	}
}

func slicesOf[T any](n int, v T) []T {
	out := make([]T, n)
	for i := range out {
		out[i] = v
	}
	return out
}

func refused(err error) string {
	f, ok := fault.As(err)
	if !ok {
		return fmt.Sprint(map[bool]any{true: ""}[err == nil])
	}
	var out []string
	for _, field := range f.Fields {
		out = append(out, field.Name+":"+field.Code)
	}
	return strings.Join(out, " ")
}

func TestWhy(t *testing.T) {
	tech, point := Release()[0], Release()[1]
	point.Exceptions = []Exception{{Date: day(t, "2014-08-20"), Closed: true}}
	late := Desk{Hours: []Hours{{Weekdays: Working &^ (1 << 3), Open: 600, Close: 1140}, {Weekdays: Working &^ (1 << 3), Open: 660, Close: 1140, From: day(t, "2014-08-04"), Until: day(t, "2014-08-08")}}}
	for _, c := range []struct {
		desk      Desk
		day, want string
	}{
		{tech, "2014-07-30", "extended"}, {tech, "2014-08-07", ""}, {tech, "2014-12-31", "year_end"}, {tech, "2014-09-15", ""},
		{Desk{ClosedYearly: []Period{{Day{8, 13}, Day{8, 15}}}}, "2014-08-14", "yearly"}, {point, "2014-08-20", "exception"}, {point, "2014-09-15", "holiday"}, {point, "2014-08-16", "weekend"}, {point, "2015-01-01", "year_end"},
		{late, "2014-08-05", "special"}, {late, "2014-08-06", "weekday"}, {late, "2014-08-12", ""},
		{Desk{Hours: []Hours{{Weekdays: Working | 1<<time.Saturday, Open: 600, Close: 1140}}}, "2014-08-17", "weekday"},
	} {
		if got := c.desk.Why(day(t, c.day)); got != c.want {
			t.Errorf("%s %s: %q, want %q", c.desk.Code, c.day, got, c.want)
		}
	}
}

func TestDifferences(t *testing.T) {
	before, after := Release()[0], Release()[0]
	if d := Differences(before, after); len(d) > 0 || !before.Equal(after) {
		t.Errorf("%+v", d)
	}
	after.Hours = []Hours{before.Hours[2], before.Hours[0], before.Hours[1]}
	if !before.Equal(after) {
		t.Error("the order of rows is no rule")
	}
	after.Phone, after.Topics, after.ClosedOnHolidays = "0120-000-000", []string{"id", "goo"}, true
	after.Hours = append(after.Hours[:2:2], Hours{Weekdays: 1, Open: 0, Close: 1, From: day(t, "2015-01-01"), Until: day(t, "2015-01-01")})
	after.Exceptions = []Exception{{Date: day(t, "2014-08-20"), Closed: true}}
	after.ClosedYearly = nil
	var rules []string
	for _, d := range Differences(before, after) {
		rules = append(rules, fmt.Sprintf("%s:%t%t", d.Rule, d.Before != nil, d.After != nil))
	}
	want := "phone:truetrue topics:truefalse topics:falsetrue hours:truefalse hours:falsetrue closed_on_holidays:truetrue closed_yearly:truefalse exceptions:falsetrue"
	if got := strings.Join(rules, " "); got != want {
		t.Errorf("%s", got)
	}
}
