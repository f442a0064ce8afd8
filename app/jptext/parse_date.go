package jptext

import (
	"errors"
	"strings"
)

// ErrDate says that a text is no date.
var ErrDate = errors.New("jptext: not a date")

// ErrAmbiguous says that a text may be more than one date, as 26.7.11 is
// (docs/domain.md section 7). errors.Is(ErrAmbiguous, ErrDate) holds as well.
var ErrAmbiguous error = ambiguous{}

type ambiguous struct{}

func (ambiguous) Error() string   { return "jptext: the year of the date is ambiguous" }
func (ambiguous) Is(e error) bool { return e == ErrDate }

// The years that dates may have. They are wide enough for every living person
// and narrow enough that a mistyped year is noticed.
const minYear, maxYear = 1868, 2199

// era is a name of years; years outside its calendar years do not exist.
type era struct {
	names       []string
	first, last int
}

var eras = []era{
	{[]string{"令和", "令", "r"}, 2019, maxYear},
	{[]string{"平成", "平", "h"}, 1989, 2019},
	{[]string{"昭和", "昭", "s"}, 1926, 1989},
	{[]string{"大正", "大", "t"}, 1912, 1926},
	{[]string{"明治", "明", "m"}, minYear, 1912},
}

// ParseDate reads a date as people and spreadsheets write it: 2014-07-11,
// 2014/7/11, 2014.7.11, 20140711, 2014年7月11日, 平成26年7月11日, H26.7.11, S45.3.2,
// an Excel serial of five digits; a midnight behind it is dropped. It fails with
// ErrDate, and with ErrAmbiguous where the year has two digits and no era.
func ParseDate(s string) (Date, error) {
	s = tidy(s)
	d, rest, err := readDate(s)
	if err != nil {
		return Date{}, err
	}
	if rest = strings.TrimLeft(rest, " t"); rest != "" {
		c, err := readClock(rest)
		if err != nil || c.seconds != 0 || c.nanos != 0 {
			return Date{}, ErrDate
		}
	}
	return d, nil
}

// tidy is the text in narrow lower-case letters without invisible characters.
func tidy(s string) string {
	s = compat(s)
	if !ascii(s) {
		s = strings.Map(func(r rune) rune {
			switch {
			case r >= '\u200b' && r <= '\u200f', r == '\ufeff', r == '\u00ad':
				return -1
			case r == longVowel || IsDash(r):
				return '-'
			}
			return r
		}, s)
	}
	return strings.ToLower(strings.TrimSpace(s))
}

// readDate reads the date that tidy text s begins with and gives the rest.
func readDate(s string) (Date, string, error) {
	first, rest := yearEra(s)
	n, digits, rest := number(rest)
	switch {
	case first.names == nil && digits == 8:
		d, ok := MakeDate(n/10000, n/100%100, n%100)
		return checked(d, rest, ok)
	case first.names == nil && digits == 5 && (rest == "" || rest[0] == '.'):
		return readSerial(n, rest)
	case first.names != nil && digits == 0 && strings.HasPrefix(rest, "元"):
		n, rest = 1, strings.TrimPrefix(rest, "元")
	case first.names != nil && (digits == 0 || digits > 2 || n == 0):
		return Date{}, "", ErrDate
	case first.names == nil && digits != 4 && digits != 2:
		return Date{}, "", ErrDate
	}
	month, day, rest, ok := readMonthDay(rest)
	if !ok {
		return Date{}, "", ErrDate
	}
	if first.names == nil && digits == 2 {
		return Date{}, "", ErrAmbiguous
	}
	if first.names != nil {
		if n += first.first - 1; n > first.last {
			return Date{}, "", ErrDate
		}
	}
	d, ok := MakeDate(n, month, day)
	return checked(d, rest, ok)
}

func checked(d Date, rest string, ok bool) (Date, string, error) {
	if !ok || d.Year < minYear || d.Year > maxYear {
		return Date{}, "", ErrDate
	}
	return d, rest, nil
}

func yearEra(s string) (era, string) {
	for _, e := range eras {
		for _, name := range e.names {
			if rest, ok := strings.CutPrefix(s, name); ok {
				return e, strings.TrimLeft(rest, " .")
			}
		}
	}
	return era{}, s
}

// readMonthDay reads what follows the year, with one separator throughout.
func readMonthDay(s string) (month, day int, rest string, ok bool) {
	second := ""
	switch {
	case strings.HasPrefix(s, "年"):
		s, second = s[len("年"):], "月"
	case s != "" && strings.IndexByte("-/.", s[0]) >= 0:
		s, second = s[1:], s[:1]
	default:
		return 0, 0, "", false
	}
	month, digits, s := number(strings.TrimLeft(s, " "))
	s, ok = strings.CutPrefix(s, second)
	if digits == 0 || digits > 2 || !ok {
		return 0, 0, "", false
	}
	day, digits, s = number(strings.TrimLeft(s, " "))
	if digits == 0 || digits > 2 {
		return 0, 0, "", false
	}
	if second == "月" {
		s, ok = strings.CutPrefix(s, "日")
	}
	return month, day, s, ok
}

// readSerial reads an Excel serial in the 1900 system: day 60 of it is a
// 29 February that never was, hence the origin. Four digits would be as likely
// a year, so people born before May 1927 are refused here.
func readSerial(n int, rest string) (Date, string, error) {
	if rest != "" && strings.Trim(rest[1:], "0") != "" {
		return Date{}, "", ErrDate
	}
	return checked(Date{1899, 12, 30}.AddDays(n), "", true)
}

// number reads the ASCII digits that s begins with, at most nine of them.
func number(s string) (n, digits int, rest string) {
	for digits < len(s) && digits < 9 && s[digits] >= '0' && s[digits] <= '9' {
		n = n*10 + int(s[digits]-'0')
		digits++
	}
	return n, digits, s[digits:]
}
