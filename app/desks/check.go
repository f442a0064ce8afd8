package desks

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"hoten/app/fault"
	"hoten/app/jptext"
	"hoten/app/secrets"
)

// The most that a desk's rules may hold: two years of exceptions, and more rows
// than anybody reads.
const (
	maxHours      = 40
	maxYearly     = 20
	maxExceptions = 732
	maxTopics     = 20
	maxIDs        = 20
	maxName       = 60 // characters
	maxShort      = 8
)

// reserved are codes that addresses and policies use for something else: the form of a
// new desk, a report of all desks, who decides for the whole center.
var reserved = []string{"new", "all", "center"}

var (
	phoneForm = regexp.MustCompile(`^0\d{1,4}-?\d{1,4}-?\d{3,4}$`)
	codeForm  = regexp.MustCompile(`^[a-z][a-z0-9-]{1,19}$`)
	topicForm = regexp.MustCompile(`^[a-z0-9][a-z0-9_-]{0,39}$`)
)

// Check refuses rules that cannot be meant, with an Invalid fault that names
// each by its place, "hours.0.until": a desk without a code, a name or a telephone,
// hours that do not end after they begin or leave the day, two rows of hours of
// which neither is meant to give way, a first day behind the last, exceptions for a
// day that contradict each other, a day no year has.
func (d Desk) Check() error {
	var p fault.Problems
	d.checkDesk(&p)
	d.checkHours(&p)
	d.checkExceptions(&p)
	for i, y := range d.ClosedYearly {
		if !validDay(y.First) {
			p.Add(fmt.Sprintf("closed_yearly.%d.first", i), "yearly_invalid")
		}
		if !validDay(y.Last) {
			p.Add(fmt.Sprintf("closed_yearly.%d.last", i), "yearly_invalid")
		}
	}
	return p.Err()
}

func (d Desk) checkDesk(p *fault.Problems) {
	switch {
	case slices.Contains(reserved, d.Code):
		p.Add("code", "code_reserved")
	case !codeForm.MatchString(d.Code):
		p.Add("code", "desk_code_invalid")
	}
	secrets.Label(p, "name_ja", d.NameJa, maxName)
	secrets.Label(p, "name_en", d.NameEn, maxName)
	secrets.Label(p, "short_ja", d.ShortJa, maxShort)
	secrets.Label(p, "short_en", d.ShortEn, maxShort)
	if digits := len(strings.ReplaceAll(d.Phone, "-", "")); !phoneForm.MatchString(d.Phone) || digits < 10 || digits > 11 {
		p.Add("phone", "phone_invalid")
	}
	checkCodes(p, "topics", d.Topics, maxTopics, "topic_unknown")
	checkCodes(p, "ids", d.IDs, maxIDs, "id_unknown")
	checkRows(p, "hours", len(d.Hours), maxHours)
	checkRows(p, "closed_yearly", len(d.ClosedYearly), maxYearly)
	checkRows(p, "exceptions", len(d.Exceptions), maxExceptions)
}

func checkCodes(p *fault.Problems, field string, codes []string, most int, unknown string) {
	for i, code := range codes {
		switch {
		case slices.Contains(codes[:i], code):
			p.Add(field, "setup_twice")
			return
		case i >= most || !topicForm.MatchString(code):
			p.Add(field, unknown)
			return
		}
	}
}

func checkRows(p *fault.Problems, field string, rows, most int) {
	if rows > most {
		p.Add(field, "rows_too_many", "max", most)
	}
}

func (d Desk) checkHours(p *fault.Problems) {
	if len(d.Hours) > maxHours {
		return // comparing each with each would take long
	}
	for i, h := range d.Hours {
		field := fmt.Sprintf("hours.%d.", i)
		if h.Weekdays&Daily == 0 || h.Weekdays&^Daily != 0 {
			p.Add(field+"weekdays", "weekdays_missing")
		}
		if !validSpan(h.Open, h.Close) {
			p.Add(field+"close", "hours_invalid")
		}
		if !h.From.IsZero() && !h.Until.IsZero() && h.Until.Before(h.From) {
			p.Add(field+"until", "until_before_from")
			continue
		}
		for j, other := range d.Hours[:i] {
			if h.contradicts(other) {
				code := "hours_overlap"
				if h.From == other.From && h.Until == other.Until {
					code = "openings_overlap"
				}
				p.Add(field+"from", code, "row", j+1)
			}
		}
	}
}

// contradicts reports whether both rows hold on some day and neither lies within
// the other, so that no まで is nested. Rows for the same days are openings of one day,
// which lie apart.
func (h Hours) contradicts(other Hours) bool {
	meet := h.Weekdays&other.Weekdays != 0 && !endsBefore(h, other) && !endsBefore(other, h)
	if !meet || h.From == other.From && h.Until == other.Until {
		return meet && h.Open < other.Close && other.Open < h.Close
	}
	return !h.within(other) && !other.within(h)
}

func endsBefore(h, other Hours) bool { return !h.Until.IsZero() && h.Until.Before(other.From) }

func (h Hours) within(other Hours) bool {
	return !h.From.Before(other.From) && (other.Until.IsZero() || !h.Until.IsZero() && !h.Until.After(other.Until))
}

func (d Desk) checkExceptions(p *fault.Problems) {
	for i, e := range d.Exceptions {
		field := fmt.Sprintf("exceptions.%d.", i)
		if e.Date.IsZero() {
			p.Add(field+"date", "required")
		} else if first := slices.IndexFunc(d.Exceptions[:min(i, maxExceptions)], e.contradicts); first >= 0 {
			p.Add(field+"date", "exception_twice", "row", first+1)
		}
		if !e.Closed && !validSpan(e.Open, e.Close) {
			p.Add(field+"close", "hours_invalid")
		}
	}
}

// contradicts reports whether both are for one day and not two openings of it that lie
// apart.
func (e Exception) contradicts(other Exception) bool {
	return e.Date == other.Date && (e.Closed || other.Closed || e.Open < other.Close && other.Open < e.Close)
}

func validSpan(open, close int) bool { return 0 <= open && open < close && close <= 24*60 }

func validDay(d Day) bool {
	_, ok := jptext.MakeDate(2000, int(d.Month), d.Day)
	return ok
}
