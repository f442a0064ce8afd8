package desks

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"time"

	"golang.org/x/text/width"
)

var (
	clockForm = regexp.MustCompile(`^(\d{1,2})(?::(\d{2}))?$`)
	dayForm   = regexp.MustCompile(`^(\d{1,2})[/月-](\d{1,2})日?$`)
)

// ParseClock reads a time of day as people type it, 10:00 or 10, also full-width,
// as minutes after midnight; 24:00 is the day's end.
func ParseClock(s string) (minutes int, ok bool) {
	m := clockForm.FindStringSubmatch(strings.TrimSpace(width.Narrow.String(s)))
	if m == nil {
		return 0, false
	}
	hour, _ := strconv.Atoi(m[1])   // two digits
	minute, _ := strconv.Atoi(m[2]) // two digits, or none: 0
	minutes = hour*60 + minute
	return minutes, minute < 60 && minutes <= 24*60
}

// ParseDay reads a day of every year as people type it: 12/29, 12-29, 12月29日.
func ParseDay(s string) (d Day, ok bool) {
	m := dayForm.FindStringSubmatch(strings.TrimSpace(width.Narrow.String(s)))
	if m == nil {
		return d, false
	}
	month, _ := strconv.Atoi(m[1]) // two digits
	day, _ := strconv.Atoi(m[2])   // two digits
	d = Day{time.Month(month), day}
	return d, validDay(d)
}

// String writes the day as ParseDay reads it: 12/29.
func (d Day) String() string { return fmt.Sprintf("%d/%d", d.Month, d.Day) }
