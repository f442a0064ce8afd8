package jptext

import (
	"database/sql/driver"
	"fmt"
	"time"
)

// JST is the zone in which the program reads and shows times (docs/domain.md
// section 7). It is a fixed offset: Japan has had no summer time since 1951,
// and no time zone database is needed.
var JST = time.FixedZone("JST", 9*60*60)

// Date is a day without time and zone. Its zero value is no date.
type Date struct {
	Year  int
	Month time.Month
	Day   int
}

// DateOf is the day in Japan at the instant t.
func DateOf(t time.Time) Date {
	y, m, d := t.In(JST).Date()
	return Date{y, m, d}
}

// StartOfDay is the instant at which the day of t began in Japan.
func StartOfDay(t time.Time) time.Time { return DateOf(t).At(0) }

// MakeDate gives the date, and false when the calendar has no such day.
func MakeDate(year, month, day int) (Date, bool) {
	d := Date{year, time.Month(month), day}
	return d, month >= 1 && month <= 12 && day >= 1 && day <= daysIn(year, month)
}

func daysIn(year, month int) int {
	switch month {
	case 4, 6, 9, 11:
		return 30
	case 2:
		if year%4 == 0 && (year%100 != 0 || year%400 == 0) {
			return 29
		}
		return 28
	}
	return 31
}

// IsZero reports whether d is no date.
func (d Date) IsZero() bool { return d == Date{} }

// At is the instant so many minutes after midnight in Japan.
func (d Date) At(minutes int) time.Time {
	return time.Date(d.Year, d.Month, d.Day, 0, minutes, 0, 0, JST)
}

// AddDays is the date n days later.
func (d Date) AddDays(n int) Date {
	t := time.Date(d.Year, d.Month, d.Day+n, 0, 0, 0, 0, time.UTC)
	return Date{t.Year(), t.Month(), t.Day()}
}

// Weekday is the day of the week of d.
func (d Date) Weekday() time.Weekday { return d.At(0).Weekday() }

// Compare is negative when d is before e, positive when after, else 0.
func (d Date) Compare(e Date) int {
	if d.Year != e.Year {
		return d.Year - e.Year
	}
	if d.Month != e.Month {
		return int(d.Month - e.Month)
	}
	return d.Day - e.Day
}

// Before reports whether d is before e.
func (d Date) Before(e Date) bool { return d.Compare(e) < 0 }

// After reports whether d is after e.
func (d Date) After(e Date) bool { return d.Compare(e) > 0 }

// String is the date as ISO 8601 writes it, "2014-07-28"; empty for no date.
func (d Date) String() string {
	if d.IsZero() {
		return ""
	}
	return fmt.Sprintf("%04d-%02d-%02d", d.Year, d.Month, d.Day)
}

// MarshalText writes String; JSON and configuration use it.
func (d Date) MarshalText() ([]byte, error) { return []byte(d.String()), nil }

// UnmarshalText reads what MarshalText wrote and nothing looser.
func (d *Date) UnmarshalText(b []byte) error {
	if len(b) == 0 {
		*d = Date{}
		return nil
	}
	t, err := time.Parse(time.DateOnly, string(b))
	if err != nil {
		return ErrDate
	}
	*d = Date{t.Year(), t.Month(), t.Day()}
	return nil
}

// Value stores the date in a column of type date, no date as NULL.
func (d Date) Value() (driver.Value, error) {
	if d.IsZero() {
		return nil, nil
	}
	return d.String(), nil
}

// Scan reads a column of type date.
func (d *Date) Scan(v any) error {
	switch v := v.(type) {
	case nil:
		*d = Date{}
	case time.Time:
		// The driver gives midnight in a zone of its choice: the day is what counts.
		*d = Date{v.Year(), v.Month(), v.Day()}
	case string:
		return d.UnmarshalText([]byte(v))
	case []byte:
		return d.UnmarshalText(v)
	default:
		return fmt.Errorf("jptext: a date cannot be read from %T", v)
	}
	return nil
}
