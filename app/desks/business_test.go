package desks

import (
	"testing"
	"time"
	_ "time/tzdata" // the machine may have none

	"pgregory.net/rapid"

	"hoten/app/jptext"
)

func TestAfter(t *testing.T) {
	tech, point := Release()[0], Release()[1]
	for _, c := range []struct {
		desk    Desk
		from    string
		minutes int
		want    string
	}{
		{tech, "2014-07-28 10:00", 480, "2014-07-28 18:00"},
		{tech, "2014-07-28 09:00", 480, "2014-07-28 18:00"},
		{tech, "2014-07-28 20:00", 480, "2014-07-29 16:00"}, // two hours until 22, six the next day
		{tech, "2014-08-06 20:00", 60, "2014-08-06 21:00"},  // まで is inclusive: done as it closes
		{tech, "2014-08-06 20:00", 61, "2014-08-07 10:01"},
		{tech, "2014-12-28 18:00", 120, "2015-01-04 11:00"},
		{point, "2014-08-01 20:30", 60, "2014-08-04 10:30"}, // over a weekend
		{point, "2014-09-12 18:00", 120, "2014-09-16 11:00"},
		{point, "2014-08-02 12:00", 0, "2014-08-02 12:00"},
		{point, "2014-08-02 12:00", -5, "2014-08-02 12:00"},
	} {
		from, _ := jptext.ParseTime(c.from)
		want, _ := jptext.ParseTime(c.want)
		got, ok := c.desk.After(from, time.Duration(c.minutes)*time.Minute)
		if !ok || !got.Equal(want) {
			t.Errorf("%s %s + %d: %s, want %s", c.desk.Code, c.from, c.minutes, got.In(jptext.JST), want)
		}
	}
	if at, ok := (Desk{}).After(time.Unix(1406500000, 0), time.Minute); ok {
		t.Errorf("a desk that never opens has counted to %s", at)
	}
}

func TestOpenBetween(t *testing.T) {
	point := Release()[1]
	at := func(s string) time.Time { v, _ := jptext.ParseTime(s); return v }
	for _, c := range []struct {
		a, b    string
		minutes int
	}{
		{"2014-08-01 20:00", "2014-08-04 11:00", 120}, {"2014-08-02 00:00", "2014-08-03 23:59", 0}, {"2014-08-04 11:00", "2014-08-04 10:30", 0},
		{"2014-08-04 09:00", "2014-08-04 22:00", 660}, {"2014-08-04 12:15", "2014-08-04 12:45", 30},
	} {
		if got := point.OpenBetween(at(c.a), at(c.b)); got != time.Duration(c.minutes)*time.Minute {
			t.Errorf("%s to %s: %s, want %d minutes", c.a, c.b, got, c.minutes)
		}
	}
}

func TestOpenTimeIsCountedBothWays(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d := drawDesk(t)
		a := time.Unix(rapid.Int64Range(1388000000, 1490000000).Draw(t, "a"), 0)
		open := time.Duration(rapid.Int64Range(0, int64(40*time.Hour)).Draw(t, "open"))
		more := open + time.Duration(rapid.Int64Range(1, int64(10*time.Hour)).Draw(t, "more"))
		if due, ok := d.After(a, open); ok {
			if due.Before(a) || d.OpenBetween(a, due) != open {
				t.Fatalf("%s open since %s at %s, want %s", d.OpenBetween(a, due), a, due, open)
			}
			if later, ok := d.After(a, more); ok && !later.After(due) {
				t.Fatalf("more open time is over at %s, less at %s", later, due)
			}
			// The first such instant: a moment earlier it has not been open for so long.
			if open > 0 && d.OpenBetween(a, due.Add(-time.Nanosecond)) >= open {
				t.Fatalf("%s is not the first instant", due)
			}
		}
		// Before is the mirror: the last instant from which it has been open for so long.
		if since, ok := d.Before(a, open); ok {
			if since.After(a) || d.OpenBetween(since, a) != open {
				t.Fatalf("%s open from %s until %s, want %s", d.OpenBetween(since, a), since, a, open)
			}
			if open > 0 && d.OpenBetween(since.Add(time.Nanosecond), a) >= open {
				t.Fatalf("%s is not the last instant", since)
			}
		}
		b := a.Add(time.Duration(rapid.Int64Range(0, int64(400*time.Hour)).Draw(t, "b")))
		c := b.Add(time.Duration(rapid.Int64Range(0, int64(400*time.Hour)).Draw(t, "c")))
		counted := d.OpenBetween(a, b)
		if sum := counted + d.OpenBetween(b, c); sum != d.OpenBetween(a, c) {
			t.Fatalf("the parts are %s, the whole is %s", sum, d.OpenBetween(a, c))
		}
		if counted < 0 || counted > b.Sub(a) {
			t.Fatalf("open for %s in %s", counted, b.Sub(a))
		}
		if back, ok := d.After(a, counted); !ok || back.After(b) || d.OpenBetween(back, b) != 0 {
			t.Fatalf("%s of open time since %s are over at %s, after %s", counted, a, back, b)
		}
	})
}

// Where it is read from changes nothing: the zone is Japan's, which has no summer
// time.
func TestOpenTimeKnowsNoOtherZone(t *testing.T) {
	york, err := time.LoadLocation("America/New_York")
	if err != nil {
		t.Fatal(err)
	}
	a := time.Date(2014, 11, 1, 9, 0, 0, 0, jptext.JST) // the clocks of New York go back in between
	here, _ := Release()[0].After(a, 40*time.Hour)
	there, _ := Release()[0].After(a.In(york), 40*time.Hour)
	if !here.Equal(there) {
		t.Errorf("%s and %s", here, there)
	}
}
