package jptext

import (
	"errors"
	"math"
	"strconv"
	"strings"
	"time"
)

// ErrTime says that a text is no instant.
var ErrTime = errors.New("jptext: not a time")

// ParseTime reads an instant: a date as ParseDate knows them, then nothing
// (midnight) or a time: 15:04, 15:04:05, 15:04:05.999, 15時4分5秒, then nothing
// (Japan's time) or a zone (Z, JST, +09:00). Also 20140711150405 and an Excel
// serial with a fraction, to the second. Hours run to 29, as broadcasters and
// call centers write them: 25:30 is 01:30 of the next day (docs/domain.md section 7).
// The result is in UTC. It fails with ErrTime.
func ParseTime(s string) (time.Time, error) {
	if t, ok := plainTime(s); ok {
		return t, nil
	}
	s = tidy(s)
	if t, ok := compactTime(s); ok {
		return t, nil
	}
	if t, ok := serialTime(s); ok {
		return t, nil
	}
	d, rest, err := readDate(s)
	if err != nil {
		return time.Time{}, ErrTime
	}
	if rest == "" {
		return d.At(0).UTC(), nil
	}
	between := strings.TrimLeft(rest, " ")
	between = strings.TrimPrefix(between, "t")
	if between == rest && !strings.Contains(s, "日") {
		return time.Time{}, ErrTime
	}
	c, err := readClock(between)
	if err != nil {
		return time.Time{}, err
	}
	return c.on(d), nil
}

// plainTime reads "2006-01-02 15:04:05" in Japan's time, what nearly every line
// of a file holds.
func plainTime(s string) (time.Time, bool) {
	const layout = "0000-00-00 00:00:00"
	if len(s) != len(layout) {
		return time.Time{}, false
	}
	for i := range len(layout) {
		if c := s[i]; layout[i] == '0' && (c < '0' || c > '9') || layout[i] != '0' && c != layout[i] {
			return time.Time{}, false
		}
	}
	two := func(i int) int { return int(s[i]-'0')*10 + int(s[i+1]-'0') }
	d, ok := MakeDate(two(0)*100+two(2), two(5), two(8))
	c := clock{seconds: two(11)*3600 + two(14)*60 + two(17)}
	if !ok || d.Year < minYear || d.Year > maxYear || two(11) > lastHour || two(14) > 59 || two(17) > 59 {
		return time.Time{}, false
	}
	return c.on(d), true
}

const lastHour = 29

// clock is a time of day: seconds and nanoseconds since midnight, and the
// offset of its zone in seconds.
type clock struct {
	seconds, nanos int
	offset         int
	zoned          bool
}

func (c clock) on(d Date) time.Time {
	offset := 9 * 60 * 60
	if c.zoned {
		offset = c.offset
	}
	return time.Date(d.Year, d.Month, d.Day, 0, 0, c.seconds-offset, c.nanos, time.UTC)
}

// readClock reads all of s as a time of day.
func readClock(s string) (clock, error) {
	var c clock
	units := []string{":", ":", ""}
	if strings.Contains(s, "時") {
		units = []string{"時", "分", "秒"}
	}
	sizes, limits := []int{3600, 60, 1}, []int{lastHour, 59, 59}
	for i := range units {
		n, digits, rest := number(strings.TrimLeft(s, " "))
		if digits == 0 && i > 0 && units[0] == "時" {
			break
		}
		if digits == 0 || digits > 2 || n > limits[i] {
			return clock{}, ErrTime
		}
		c.seconds += n * sizes[i]
		more := strings.HasPrefix(rest, units[i])
		s = strings.TrimPrefix(rest, units[i])
		if !more && (i == 0 || units[0] == "時") {
			return clock{}, ErrTime
		}
		if !more {
			break
		}
	}
	s = c.readFraction(s)
	return c, c.readZone(strings.TrimLeft(s, " "))
}

func (c *clock) readFraction(s string) string {
	if !strings.HasPrefix(s, ".") && !strings.HasPrefix(s, ",") {
		return s
	}
	n, digits, rest := number(s[1:])
	if digits == 0 {
		return s
	}
	c.nanos = n * int(math.Pow10(9-digits))
	return strings.TrimLeft(rest, "0123456789")
}

func (c *clock) readZone(s string) error {
	switch s {
	case "":
		return nil
	case "z", "utc", "gmt":
		c.zoned = true
		return nil
	case "jst":
		return nil
	}
	hours, digits, rest := number(s[1:])
	minutes := 0
	if digits == 4 {
		hours, minutes = hours/100, hours%100
	} else if rest != "" {
		minutes, digits, rest = number(strings.TrimPrefix(rest, ":"))
		if digits != 2 {
			return ErrTime
		}
	}
	if s[0] != '+' && s[0] != '-' || digits == 0 || rest != "" || hours > 14 || minutes > 59 {
		return ErrTime
	}
	c.zoned, c.offset = true, hours*3600+minutes*60
	if s[0] == '-' {
		c.offset = -c.offset
	}
	return nil
}

func compactTime(s string) (time.Time, bool) {
	if len(s) != 14 || strings.Trim(s, "0123456789") != "" {
		return time.Time{}, false
	}
	return plainTime(s[:4] + "-" + s[4:6] + "-" + s[6:8] + " " + s[8:10] + ":" + s[10:12] + ":" + s[12:])
}

func serialTime(s string) (time.Time, bool) {
	days, fraction, found := strings.Cut(s, ".")
	if !found || len(days) != 5 || strings.Trim(days+fraction, "0123456789") != "" {
		return time.Time{}, false
	}
	d, _, err := readDate(days)
	part, perr := strconv.ParseFloat("0."+fraction, 64)
	if err != nil || perr != nil {
		return time.Time{}, false
	}
	return clock{seconds: int(math.Round(part * 24 * 60 * 60))}.on(d), true
}
