package desks

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"hoten/app/jptext"
)

func day(t *testing.T, s string) jptext.Date {
	t.Helper()
	d, err := jptext.ParseDate(s)
	if err != nil {
		t.Fatal(s)
	}
	return d
}

// released is the table of docs/domain.md section 3, row by row.
var released = []struct{ from, until, tech, point string }{
	{"2014-07-28", "2014-07-30", "10–22", "10–21"},
	{"2014-07-31", "2014-08-01", "10–21", "10–21"},
	{"2014-08-02", "2014-08-03", "10–21", "closed"},
	{"2014-08-04", "2014-08-06", "10–21", "10–21"},
	{"2014-08-07", "2014-08-08", "10–19", "10–19"},
	{"2014-08-09", "2014-08-10", "10–19", "closed"},
	{"2014-08-11", "2014-08-15", "10–19", "10–19"},
	{"2014-09-15", "2014-09-15", "10–19", "closed"},
	{"2014-09-23", "2014-09-23", "10–19", "closed"},
	{"2014-10-13", "2014-10-13", "10–19", "closed"},
	{"2014-11-03", "2014-11-03", "10–19", "closed"},
	{"2014-11-24", "2014-11-24", "10–19", "closed"},
	{"2014-12-23", "2014-12-23", "10–19", "closed"},
	{"2014-12-29", "2015-01-03", "closed", "closed"},
	{"2015-01-04", "2015-01-04", "10–19", "closed"},
	{"2015-01-05", "2015-01-05", "10–19", "10–19"},
	// Beside the table: the day before the extensions, and a later year.
	{"2014-07-25", "2014-07-25", "10–19", "10–19"},
	{"2016-08-11", "2016-08-11", "10–19", "closed"},
}

func TestReleaseTable(t *testing.T) {
	tech, point := Release()[0], Release()[1]
	for _, row := range released {
		for d := day(t, row.from); !d.After(day(t, row.until)); d = d.AddDays(1) {
			if got := written(tech, d); got != row.tech {
				t.Errorf("%s tech: %s, want %s", d, got, row.tech)
			}
			if got := written(point, d); got != row.point {
				t.Errorf("%s point: %s, want %s", d, got, row.point)
			}
		}
	}
}

func written(d Desk, date jptext.Date) string {
	var openings []string
	for _, o := range d.On(date) {
		openings = append(openings, fmt.Sprintf("%d–%d", o.Open/60, o.Close/60))
	}
	return cmp.Or(strings.Join(openings, " "), "closed")
}

func TestAt(t *testing.T) {
	tech, point := Release()[0], Release()[1]
	for _, c := range []struct {
		desk            Desk
		at, until, next string // Japan's time; empty: zero
	}{
		{tech, "2014-07-30 09:59:59", "", "2014-07-30 10:00"},
		{tech, "2014-07-30 10:00:00", "2014-07-30 22:00", "2014-07-31 10:00"},
		{tech, "2014-07-30 21:59:59", "2014-07-30 22:00", "2014-07-31 10:00"},
		{tech, "2014-07-30 22:00:00", "", "2014-07-31 10:00"},
		{tech, "2014-07-31 21:00:00", "", "2014-08-01 10:00"},
		{tech, "2014-12-28 19:00:00", "", "2015-01-04 10:00"},
		{point, "2014-08-01 20:59:59", "2014-08-01 21:00", "2014-08-04 10:00"},
		{point, "2014-08-02 12:00:00", "", "2014-08-04 10:00"},
		{point, "2014-09-22 19:00:00", "", "2014-09-24 10:00"},
		{Desk{}, "2014-08-02 12:00:00", "", ""},
		{Desk{Hours: []Hours{{Weekdays: 1 << time.Saturday, Open: 600, Close: 1020}}}, "2014-08-01 12:00:00", "", "2014-08-02 10:00"},
		{Desk{Hours: []Hours{{Weekdays: 1 << time.Saturday, Open: 600, Close: 1020}}}, "2014-08-02 16:59:59", "2014-08-02 17:00", "2014-08-09 10:00"},
	} {
		at, _ := jptext.ParseTime(c.at)
		want := State{Open: c.until != ""}
		if c.until != "" {
			want.Until, _ = jptext.ParseTime(c.until)
		}
		if c.next != "" {
			want.Next, _ = jptext.ParseTime(c.next)
		}
		if got := c.desk.At(at); got.Open != want.Open || !got.Until.Equal(want.Until) || !got.Next.Equal(want.Next) {
			t.Errorf("%s %s: %+v, want %+v", c.desk.Code, c.at, got, want)
		}
	}
}

func TestExceptionsHoldInsteadOfEveryRule(t *testing.T) {
	d := Release()[1]
	sunday, monday := day(t, "2014-08-03"), day(t, "2014-08-04")
	d.Exceptions = []Exception{{Date: sunday, Open: 600, Close: 900}, {Date: sunday, Open: 0, Close: 60}, {Date: monday, Open: 0, Close: 60}, {Date: monday, Closed: true}}
	if got := written(d, sunday); got != "0–1 10–15" {
		t.Errorf("special Sunday: %s", got)
	}
	if got := written(d, monday); got != "closed" {
		t.Errorf("closed beats open: %s", got)
	}
	if got := written(d, monday.AddDays(1)); got != "10–21" {
		t.Errorf("the day after: %s", got)
	}
}

func drawDesk(t *rapid.T) Desk {
	date := func(label string) jptext.Date {
		return jptext.Date{Year: 2014, Month: 1, Day: 1}.AddDays(rapid.IntRange(0, 1200).Draw(t, label))
	}
	d := Desk{ClosedOnHolidays: rapid.Bool().Draw(t, "holidays")}
	if rapid.Bool().Draw(t, "year end") {
		d.ClosedYearly = Release()[0].ClosedYearly
	}
	for range rapid.IntRange(0, 4).Draw(t, "hours") {
		h := Hours{Weekdays: Weekdays(rapid.IntRange(0, 127).Draw(t, "weekdays")), Open: rapid.IntRange(0, 1439).Draw(t, "open")}
		h.Close = rapid.IntRange(h.Open+1, 1440).Draw(t, "close")
		if rapid.Bool().Draw(t, "bounded") {
			h.From = date("from")
			h.Until = h.From.AddDays(rapid.IntRange(0, 60).Draw(t, "length"))
		}
		d.Hours = append(d.Hours, h)
	}
	if rapid.Bool().Draw(t, "exception") {
		d.Exceptions = []Exception{{Date: date("exception"), Closed: rapid.Bool().Draw(t, "closed"), Open: 600, Close: 601}}
	}
	return d
}

func TestStatesAreConsistent(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d := drawDesk(t)
		at := time.Unix(rapid.Int64Range(1388000000, 1490000000).Draw(t, "at"), 0)
		s := d.At(at)
		date := jptext.DateOf(at)
		openings := d.On(date)
		inside := slices.ContainsFunc(openings, func(o Span) bool { return !at.Before(date.At(o.Open)) && at.Before(date.At(o.Close)) })
		if s.Open != inside || s.Open != !s.Until.IsZero() {
			t.Fatalf("%+v at %s, on that day %v", s, at, openings)
		}
		if s.Open && (!s.Until.After(at) || !d.At(s.Until.Add(-time.Nanosecond)).Open) {
			t.Fatalf("open until %s, but closed just before", s.Until)
		}
		if s.Open && d.At(s.Until).Open && !s.Next.Equal(s.Until) {
			t.Fatalf("open at the end %s of opening", s.Until)
		}
		if s.Next.IsZero() {
			return
		}
		if !s.Next.After(at) || !d.At(s.Next).Open {
			t.Fatalf("at the next opening %s it is closed", s.Next)
		}
		from := at
		if s.Open {
			from = s.Until
		}
		if span := int64(s.Next.Sub(from)); span > 0 {
			between := from.Add(time.Duration(rapid.Int64Range(0, span-1).Draw(t, "between")))
			if d.At(between).Open {
				t.Fatalf("open at %s, before the next opening %s", between, s.Next)
			}
		}
	})
}

func TestClosedBeatsHours(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d := drawDesk(t)
		d.Exceptions = nil
		date := jptext.Date{Year: 2014, Month: 1, Day: 1}.AddDays(rapid.IntRange(0, 1200).Draw(t, "date"))
		ok := len(d.On(date)) > 0
		yearEnd := len(d.ClosedYearly) > 0 && (date.Month == 12 && date.Day >= 29 || date.Month == 1 && date.Day <= 3)
		never := !slices.ContainsFunc(d.Hours, func(h Hours) bool { return h.Weekdays.Has(date.Weekday()) })
		if ok && (never || d.ClosedOnHolidays && IsHoliday(date) || yearEnd) {
			t.Fatalf("open on %s: %+v", date, d)
		}
	})
}

func TestCallAllowed(t *testing.T) {
	for at, want := range map[string]bool{"2014-07-28 07:59:59": false, "2014-07-28 08:00:00": true, "2014-07-28 20:59:59": true,
		"2014-07-28 21:00:00": false, "2014-07-28 23:59:59": false, "2014-07-28 00:00:00": false, "2014-07-28T12:00:00Z": false, "2014-07-28T11:59:59Z": true} {
		instant, _ := jptext.ParseTime(at)
		if CallAllowed(instant) != want {
			t.Errorf("%s: want %v", at, want)
		}
	}
}

func BenchmarkAt(b *testing.B) {
	d := Release()[1]
	at := time.Date(2014, 12, 27, 12, 0, 0, 0, jptext.JST)
	for b.Loop() {
		d.At(at)
	}
}
