package i18n

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"time"
)

// JST is the zone in which every time is shown. Japan has no summer time, so
// the program needs no zone files on the machine.
var JST = time.FixedZone("JST", 9*60*60)

// Number writes 1265 as 1,265.
func Number(n int64) string {
	s := strconv.FormatInt(n, 10)
	sign := ""
	if n < 0 {
		sign, s = "−", s[1:]
	}
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return sign + s
}

// Signed writes a change: +1,000, −1,000, 0.
func Signed(n int64) string {
	if n > 0 {
		return "+" + Number(n)
	}
	return Number(n)
}

// Either joins words of which one or the other is meant: miles or coins, マイルまたはコイン.
func Either(lang string, words []string) string { return join(lang, "list.or", words) }

// Both joins words that are all meant: miles and coins, マイルおよびコイン.
func Both(lang string, words []string) string { return join(lang, "list.and", words) }

func join(lang, key string, words []string) string {
	if len(words) < 2 {
		return strings.Join(words, "")
	}
	ctx, last := With(context.Background(), lang), len(words)-1
	return T(ctx, key, "before", strings.Join(words[:last], T(ctx, "list.comma")), "last", words[last])
}

// Count writes a number with its unit: 1,265件; 1,265 cases, 1 case.
func Count(ctx context.Context, unit string, n int64) string {
	return T(ctx, "unit."+unit, "count", n)
}

// Time writes the short form for lists, 7/28 18:04 or 28 Jul 18:04, and of another year
// 2013/7/28 18:04 or 28 Jul 2013 18:04; TimeFull belongs beside it.
func Time(ctx context.Context, t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return Day(ctx, t) + " " + Clock(t)
}

// Clock writes the time of day, 18:04.
func Clock(t time.Time) string { return format(t, "15:04") }

// ClockFull writes a time of day with its seconds.
func ClockFull(t time.Time) string { return format(t, "15:04:05") }

// Closing writes the time at which something ends: 24:00 at midnight.
func Closing(t time.Time) string {
	if written := Clock(t); written != "00:00" {
		return written
	}
	return "24:00"
}

// Day writes the short form of a day, 7/28 or 28 Jul, and of another year 2013/7/28 or
// 28 Jul 2013.
func Day(ctx context.Context, t time.Time) string {
	switch ja, now := Lang(ctx) == "ja", thisYear(ctx, t); {
	case ja && now:
		return format(t, "1/2")
	case ja:
		return format(t, "2006/1/2")
	case now:
		return format(t, "2 Jan")
	}
	return format(t, "2 Jan 2006")
}

// TimeFull writes 2014年7月28日 18:04, or 28 July 2014, 18:04 JST.
func TimeFull(ctx context.Context, t time.Time) string {
	if Lang(ctx) == "ja" {
		return format(t, "2006年1月2日 15:04")
	}
	return format(t, "2 January 2006, 15:04 JST")
}

// Date writes 2014年7月28日, or 28 July 2014.
func Date(ctx context.Context, t time.Time) string {
	if Lang(ctx) == "ja" {
		return format(t, "2006年1月2日")
	}
	return format(t, "2 January 2006")
}

// DayOfYear writes a day of every year: 12月29日, or 29 December.
func DayOfYear(ctx context.Context, month time.Month, day int) string {
	if Lang(ctx) == "ja" {
		return fmt.Sprintf("%d月%d日", month, day)
	}
	return fmt.Sprintf("%d %s", day, month)
}

// DayOfWeek writes 7/28（月）, or Mon 28 Jul, and of another year also the year.
func DayOfWeek(ctx context.Context, t time.Time) string {
	if Lang(ctx) == "ja" {
		return Day(ctx, t) + "（" + weekday(t) + "）"
	}
	return format(t, "Mon ") + Day(ctx, t)
}

// DayInSentence writes 7月28日（月）, or Monday 28 July.
func DayInSentence(ctx context.Context, t time.Time) string {
	if Lang(ctx) == "ja" {
		return format(t, "1月2日") + "（" + weekday(t) + "）"
	}
	return format(t, "Monday 2 January")
}

// Weekday writes the day of the week in Japan: 日, or Sunday.
func Weekday(ctx context.Context, t time.Time) string {
	if Lang(ctx) == "ja" {
		return weekday(t)
	}
	return format(t, "Monday")
}

// weekday writes the day of the week in Japan in Japanese, 月.
func weekday(t time.Time) string {
	return string([]rune("日月火水木金土")[t.In(JST).Weekday()])
}

// format writes nothing for the zero time: what has not happened has no date.
func format(t time.Time, layout string) string {
	if t.IsZero() {
		return ""
	}
	return t.In(JST).Format(layout)
}

// DayInput writes what an input of type date holds, 2014-07-28.
func DayInput(t time.Time) string { return format(t, time.DateOnly) }

// Month writes 2014年7月, or July 2014.
func Month(ctx context.Context, t time.Time) string {
	if Lang(ctx) == "ja" {
		return format(t, "2006年1月")
	}
	return format(t, "January 2006")
}

// DaySpoken writes a day as it is read aloud: 8月4日（月曜日）, or Monday 4 August.
func DaySpoken(ctx context.Context, t time.Time) string {
	if Lang(ctx) == "ja" && !t.IsZero() {
		return format(t, "1月2日（") + weekday(t) + "曜日）"
	}
	return format(t, "Monday 2 January")
}
