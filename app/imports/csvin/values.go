package csvin

import (
	"slices"
	"strings"
	"time"

	"hoten/app/jptext"
)

// values reads the cells of one record and notes what is wrong with them. A
// column is refused for one reason, the first.
type values struct {
	raw      []string
	header   *header
	names    Names
	columns  []column
	today    jptext.Date
	line     int
	problems []Problem
	damaged  []string // columns, see checkDamage
}

// cell is the cell as it came; empty where the file has no such column.
func (v *values) cell(c int) string {
	at := v.header.at[c]
	if at < 0 {
		return ""
	}
	if len(v.raw[at]) > maxValue {
		v.refuse(c, "value_too_long")
		return ""
	}
	return v.raw[at]
}

func (v *values) trimmed(c int) string { return strings.TrimSpace(v.cell(c)) }

func (v *values) refuse(c int, reason string, detail ...string) {
	v.refuseName(v.columns[c].name, reason, detail...)
}

func (v *values) refuseName(name, reason string, detail ...string) {
	if slices.Contains(v.damaged, name) {
		return
	}
	for _, p := range v.problems {
		if p.Column == name {
			return
		}
	}
	v.problems = append(v.problems, Problem{Line: v.line, Column: name, Reason: reason, Detail: strings.Join(detail, "")})
}

// id is a cell that is looked up by, and the key it matches on.
func (v *values) id(c int, missing string) (id, key string) {
	id = v.trimmed(c)
	key = jptext.ReferenceKey(id)
	switch {
	case key == "" && missing != "":
		v.refuse(c, missing)
	case len(key) > maxID:
		v.refuse(c, "value_too_long")
	case strings.ContainsAny(id, notInIDs):
		v.refuse(c, "id_invalid")
	}
	return id, key
}

// login is id for the ID of a member, which has the form of the operator's.
func (v *values) login(c int) (id, key string) {
	id, key = v.id(c, "login_id_missing")
	key = jptext.LoginKey(key)
	if key != "" && v.names.Fits != nil && !v.names.Fits(key) {
		v.refuse(c, "login_id_form", v.names.Form)
	}
	return id, key
}

// notInIDs are characters of torn rows and of notes below a list, which would
// otherwise pass for IDs.
const notInIDs = "\",;\t\r\n※、。「」"

func (v *values) date(c int, reason string) jptext.Date {
	s := v.trimmed(c)
	if s == "" {
		return jptext.Date{}
	}
	d, err := jptext.ParseDate(s)
	switch {
	case err != nil:
		v.refuse(c, reason)
	case !v.today.IsZero() && d.After(v.today):
		v.refuse(c, "date_in_future")
	}
	return d
}

func (v *values) time(c int, reason string) time.Time {
	t, err := jptext.ParseTime(v.cell(c))
	switch {
	case err != nil:
		v.refuse(c, reason)
	case !v.today.IsZero() && jptext.DateOf(t).After(v.today.AddDays(1)): // clocks differ, and 25:30 is of the next day
		v.refuse(c, "date_in_future")
	}
	return t
}

// points is a number of points that must be positive.
func (v *values) points(c int) int64 {
	n, err := jptext.ParsePoints(v.cell(c))
	switch {
	case err == jptext.ErrTooLarge && n > 0:
		v.refuse(c, "points_too_large")
	case err == jptext.ErrInteger:
		v.refuse(c, "points_not_integer")
	case err != nil || n <= 0:
		v.refuse(c, "points_not_positive")
	}
	return n
}

// word reads a cell of a fixed set of words; an empty one means empty.
func (v *values) word(c int, words map[string]string, empty, reason string) string {
	s := v.cell(c)
	if w, ok := words[s]; ok {
		return w
	}
	key := jptext.LoginKey(s)
	if key == "" && empty != "" {
		return empty
	}
	w, ok := words[key]
	if !ok {
		v.refuse(c, reason)
	}
	return w
}
