package desks

import (
	"slices"
	"testing"
	"time"

	"hoten/app/jptext"
)

// lunch is a desk that closes for lunch on working days and has one opening on Saturdays;
// for a time it is open in the evening as well.
func lunch() Desk {
	d := Release()[0]
	d.ClosedYearly, d.Exceptions = nil, nil
	d.Hours = []Hours{{Weekdays: Working, Open: 600, Close: 780}, {Weekdays: Working, Open: 840, Close: 1140}, {Weekdays: 1 << time.Saturday, Open: 600, Close: 780},
		{Weekdays: Working, Open: 600, Close: 780, From: jptext.Date{Year: 2014, Month: 8, Day: 1}, Until: jptext.Date{Year: 2014, Month: 8, Day: 1}},
		{Weekdays: Working, Open: 840, Close: 1260, From: jptext.Date{Year: 2014, Month: 8, Day: 1}, Until: jptext.Date{Year: 2014, Month: 8, Day: 1}}}
	return d
}

func jst(t *testing.T, s string) time.Time {
	t.Helper()
	at, err := jptext.ParseTime(s)
	if err != nil {
		t.Fatal(s)
	}
	return at
}

func TestSeveralOpeningsADay(t *testing.T) {
	d := lunch()
	if err := d.Check(); err != nil {
		t.Fatal(err)
	}
	for date, want := range map[string]string{"2014-07-31": "10–13 14–19", "2014-08-01": "10–13 14–21", "2014-08-02": "10–13", "2014-08-03": "closed"} {
		if got := written(d, day(t, date)); got != want {
			t.Errorf("%s: %s, want %s", date, got, want)
		}
	}
	for at, want := range map[string]string{ // open until, or opens next
		"2014-07-31 09:59": "2014-07-31 10:00", "2014-07-31 10:00": "until 2014-07-31 13:00", "2014-07-31 12:59": "until 2014-07-31 13:00", "2014-07-31 13:00": "2014-07-31 14:00",
		"2014-07-31 13:59": "2014-07-31 14:00", "2014-07-31 14:00": "until 2014-07-31 19:00", "2014-07-31 19:00": "2014-08-01 10:00", "2014-08-02 13:00": "2014-08-04 10:00",
	} {
		s := d.At(jst(t, at))
		got := s.Next.In(jptext.JST).Format("2006-01-02 15:04")
		if s.Open {
			got = "until " + s.Until.In(jptext.JST).Format("2006-01-02 15:04")
		}
		if got != want {
			t.Errorf("at %s: %s, want %s", at, got, want)
		}
	}
	if why := d.NoCalls(jst(t, "2014-07-31 13:30")); why != "desk_hours" {
		t.Errorf("a call at lunch: %q", why)
	}
	if why := d.Why(day(t, "2014-08-01")); why != "extended" {
		t.Errorf("a longer second opening is %q", why)
	}
}

// Deadlines do not count the break.
func TestOpenTimeWithoutTheBreak(t *testing.T) {
	d := lunch()
	for _, c := range []struct {
		from, until string
		open        time.Duration
	}{
		{"2014-07-31 12:00", "2014-07-31 15:00", 2 * time.Hour}, {"2014-07-31 13:00", "2014-07-31 14:00", 0}, {"2014-07-31 13:10", "2014-07-31 14:30", 30 * time.Minute},
		{"2014-07-31 09:00", "2014-07-31 23:00", 8 * time.Hour}, {"2014-07-31 18:00", "2014-08-01 11:00", 2 * time.Hour}, {"2014-08-02 12:00", "2014-08-04 10:30", 90 * time.Minute},
	} {
		from, until := jst(t, c.from), jst(t, c.until)
		if got := d.OpenBetween(from, until); got != c.open {
			t.Errorf("%s to %s: %s, want %s", c.from, c.until, got, c.open)
		}
		if at, ok := d.After(from, c.open); c.open > 0 && (!ok || at.After(until) || d.OpenBetween(from, at) != c.open) {
			t.Errorf("%s after %s is %s", c.open, c.from, at)
		}
		if at, ok := d.Before(until, c.open); c.open > 0 && (!ok || at.Before(from) || d.OpenBetween(at, until) != c.open) {
			t.Errorf("%s before %s is %s", c.open, c.until, at)
		}
	}
}

// Openings of one day lie apart; those that touch are one.
func TestOpeningsLieApart(t *testing.T) {
	for name, c := range map[string]struct {
		second Hours
		fine   bool
	}{
		"apart":            {Hours{Weekdays: Daily, Open: 840, Close: 1140}, true},
		"touching":         {Hours{Weekdays: Daily, Open: 780, Close: 1140}, true},
		"overlapping":      {Hours{Weekdays: Daily, Open: 779, Close: 1140}, false},
		"within":           {Hours{Weekdays: Daily, Open: 610, Close: 700}, false},
		"of another day":   {Hours{Weekdays: 1 << time.Sunday, Open: 610, Close: 700}, false},
		"before the first": {Hours{Weekdays: Working, Open: 540, Close: 600}, true},
	} {
		d := lunch()
		d.Hours = []Hours{{Weekdays: Daily, Open: 600, Close: 780}, c.second}
		if err := d.Check(); (err == nil) != c.fine {
			t.Errorf("%s: %v", name, err)
		}
	}
	d := lunch()
	d.Hours = []Hours{{Weekdays: Daily, Open: 780, Close: 1140}, {Weekdays: Daily, Open: 600, Close: 780}}
	if got := d.On(day(t, "2014-07-31")); !slices.Equal(got, []Span{{600, 1140}}) {
		t.Errorf("touching openings: %v", got)
	}
	on := day(t, "2014-08-20")
	for name, c := range map[string]struct {
		list []Exception
		fine bool
		want string
	}{
		"two openings": {[]Exception{{Date: on, Open: 840, Close: 900}, {Date: on, Open: 600, Close: 660}}, true, "10–11 14–15"},
		"overlapping":  {[]Exception{{Date: on, Open: 600, Close: 900}, {Date: on, Open: 840, Close: 960}}, false, "10–16"},
		"and closed":   {[]Exception{{Date: on, Open: 600, Close: 660}, {Date: on, Closed: true}}, false, "closed"},
	} {
		d := lunch()
		d.Exceptions = c.list
		if err := d.Check(); (err == nil) != c.fine || written(d, on) != c.want {
			t.Errorf("%s: %v, %s", name, err, written(d, on))
		}
	}
}

// The usual week is what extensions and exceptions give way to; days with the same
// openings stand together, closed days do not stand in it.
func TestRegular(t *testing.T) {
	noon := []Hours{{Weekdays: Working, Open: 600, Close: 720}, {Weekdays: Working, Open: 780, Close: 1080}, {Weekdays: 1 << time.Saturday, Open: 600, Close: 720},
		{Weekdays: Working, Open: 540, Close: 1260, Until: day(t, "2026-03-31")}}
	d := Desk{Hours: noon, Exceptions: []Exception{{Date: day(t, "2026-03-09"), Closed: true}}}
	for _, from := range []string{"2026-03-09", "2026-03-15"} {
		week := d.Regular(day(t, from))
		if len(week) != 2 || week[0].Weekdays != Working || Written(week[0].Openings) != "10:00–12:00 13:00–18:00" || week[1].Weekdays != 1<<time.Saturday || Written(week[1].Openings) != "10:00–12:00" {
			t.Errorf("from %s: %+v", from, week)
		}
	}
	if week := (Desk{}).Regular(day(t, "2026-03-09")); week != nil {
		t.Errorf("without hours: %+v", week)
	}
}
