package web

import (
	"net/url"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/text/width"

	"hoten/app/desks"
	"hoten/app/fault"
	"hoten/app/jptext"
	"hoten/ui"
)

// maxRows is how many rows of a form are read; one more than any rule may have
// is refused by desks.Check.
const maxRows = 1000

// typedRules are a desk's rules as the form has them. Rows that were left blank
// are dropped, so that a row's place is the same in the form and in the rules.
func typedRules(v url.Values) (r ui.DeskRules) {
	for name, to := range map[string]*string{"code": &r.Code, "name_ja": &r.NameJa, "name_en": &r.NameEn, "short_ja": &r.ShortJa, "short_en": &r.ShortEn, "phone": &r.Phone} {
		*to = strings.TrimSpace(v.Get(name))
	}
	r.Topics, r.IDs, r.ClosedOnHolidays = v["topics"], v["ids"], v.Get("closed_on_holidays") == "true"
	eachRow(v, "hours", "open", func(get func(string) string, all func(string) []string) {
		row := ui.HoursRow{Open: get("open"), Close: get("close"), From: get("from"), Until: get("until")}
		for i := range row.Weekdays {
			row.Weekdays[i] = slices.Contains(all("weekdays"), strconv.Itoa(i))
		}
		if row != (ui.HoursRow{}) {
			r.Hours = append(r.Hours, row)
		}
	})
	eachRow(v, "closed_yearly", "first", func(get func(string) string, _ func(string) []string) {
		if row := (ui.YearlyRow{First: get("first"), Last: get("last")}); row != (ui.YearlyRow{}) {
			r.Yearly = append(r.Yearly, row)
		}
	})
	eachRow(v, "exceptions", "date", func(get func(string) string, _ func(string) []string) {
		if row := (ui.ExceptionRow{Date: get("date"), Open: get("open"), Close: get("close")}); row != (ui.ExceptionRow{}) {
			r.Exceptions = append(r.Exceptions, row)
		}
	})
	return r
}

// eachRow visits the rows of a rule; the field always is in every row.
func eachRow(v url.Values, rule, always string, visit func(get func(string) string, all func(string) []string)) {
	for i := range maxRows {
		prefix := rule + "." + strconv.Itoa(i) + "."
		if _, posted := v[prefix+always]; !posted {
			return
		}
		visit(func(field string) string { return strings.TrimSpace(v.Get(prefix + field)) }, func(field string) []string { return v[prefix+field] })
	}
}

// shownRules are a desk's rules as the form shows them.
func shownRules(d desks.Desk) ui.DeskRules {
	r := ui.DeskRules{Code: d.Code, NameJa: d.NameJa, NameEn: d.NameEn, ShortJa: d.ShortJa, ShortEn: d.ShortEn, Phone: d.Phone, Topics: d.Topics, IDs: d.IDs, ClosedOnHolidays: d.ClosedOnHolidays}
	for _, h := range d.Hours {
		row := ui.HoursRow{Open: desks.Clock(h.Open), Close: desks.Clock(h.Close), From: h.From.String(), Until: h.Until.String()}
		for i := range row.Weekdays {
			row.Weekdays[i] = h.Weekdays&(1<<i) != 0
		}
		r.Hours = append(r.Hours, row)
	}
	for _, y := range d.ClosedYearly {
		r.Yearly = append(r.Yearly, ui.YearlyRow{First: y.First.String(), Last: y.Last.String()})
	}
	for _, e := range d.Exceptions {
		row := ui.ExceptionRow{Date: e.Date.String()}
		if !e.Closed {
			row.Open, row.Close = desks.Clock(e.Open), desks.Clock(e.Close)
		}
		r.Exceptions = append(r.Exceptions, row)
	}
	return r
}

// rulesReader gathers what of a form cannot be read.
type rulesReader struct{ problems fault.Problems }

func (r *rulesReader) clock(field, s string) int {
	minutes, ok := desks.ParseClock(s)
	if !ok {
		r.problems.Add(field, "clock_invalid")
	}
	return minutes
}

func (r *rulesReader) date(field, s string) (d jptext.Date) {
	if s == "" {
		return d
	}
	d, err := jptext.ParseDate(s)
	if err != nil {
		r.problems.Add(field, "date_invalid")
	}
	return d
}

func (r *rulesReader) day(field, s string) desks.Day {
	d, ok := desks.ParseDay(s)
	if !ok {
		r.problems.Add(field, "yearly_invalid")
	}
	return d
}

// readRules turns what was typed into rules, or names all that cannot be read or meant.
// Of a rule in which something cannot be read, only its days are checked beyond that.
func readRules(typed ui.DeskRules) (desks.Desk, error) {
	var r rulesReader
	d := desks.Desk{Code: typed.Code, NameJa: typed.NameJa, NameEn: typed.NameEn, ShortJa: typed.ShortJa, ShortEn: typed.ShortEn,
		Phone: width.Narrow.String(typed.Phone), Topics: typed.Topics, IDs: typed.IDs, ClosedOnHolidays: typed.ClosedOnHolidays}
	if d.Topics == nil {
		d.Topics = []string{}
	}
	for i, row := range typed.Hours {
		field := "hours." + strconv.Itoa(i) + "."
		h := desks.Hours{Open: r.clock(field+"open", row.Open), Close: r.clock(field+"close", row.Close), From: r.date(field+"from", row.From), Until: r.date(field+"until", row.Until)}
		for day, on := range row.Weekdays {
			if on {
				h.Weekdays |= 1 << day
			}
		}
		d.Hours = append(d.Hours, h)
	}
	for i, row := range typed.Yearly {
		field := "closed_yearly." + strconv.Itoa(i) + "."
		d.ClosedYearly = append(d.ClosedYearly, desks.Period{First: r.day(field+"first", row.First), Last: r.day(field+"last", row.Last)})
	}
	for i, row := range typed.Exceptions {
		field := "exceptions." + strconv.Itoa(i) + "."
		e := desks.Exception{Date: r.date(field+"date", row.Date), Closed: row.Open == "" && row.Close == ""}
		if !e.Closed {
			e.Open, e.Close = r.clock(field+"open", row.Open), r.clock(field+"close", row.Close)
		}
		d.Exceptions = append(d.Exceptions, e)
	}
	unread := map[string]bool{}
	for _, problem := range r.problems {
		rule, _, _ := strings.Cut(problem.Name, ".")
		unread[rule] = true
	}
	for _, problem := range fieldsOf(d.Check()) {
		if rule, _, _ := strings.Cut(problem.Name, "."); !unread[rule] || problem.Code == "weekdays_missing" {
			r.problems = append(r.problems, problem)
		}
	}
	return d, r.problems.Err()
}
