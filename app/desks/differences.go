package desks

import (
	"reflect"
	"slices"
)

// Difference is one rule that one desk has and another has not. Before or After
// is nil where there is none; else a string (a name, a telephone, a topic), a
// bool (closed on holidays), Hours, a Period or an Exception.
type Difference struct {
	Rule          string // "name_ja", "phone", "topics", "hours", …: the name in JSON
	Before, After any
}

// Differences lists what makes the rules before into those after, in the order of
// the form that edits them. The order of rows is no difference.
func Differences(before, after Desk) (out []Difference) {
	single := func(rule string, b, a any) {
		if !reflect.DeepEqual(b, a) {
			out = append(out, Difference{rule, b, a})
		}
	}
	single("name_ja", before.NameJa, after.NameJa)
	single("name_en", before.NameEn, after.NameEn)
	single("short_ja", before.ShortJa, after.ShortJa)
	single("short_en", before.ShortEn, after.ShortEn)
	single("phone", before.Phone, after.Phone)
	out = append(out, rows("topics", before.Topics, after.Topics)...)
	out = append(out, rows("ids", before.IDs, after.IDs)...)
	out = append(out, rows("hours", before.Hours, after.Hours)...)
	single("closed_on_holidays", before.ClosedOnHolidays, after.ClosedOnHolidays)
	out = append(out, rows("closed_yearly", before.ClosedYearly, after.ClosedYearly)...)
	return append(out, rows("exceptions", before.Exceptions, after.Exceptions)...)
}

func rows[T comparable](rule string, before, after []T) (out []Difference) {
	for _, b := range before {
		if !slices.Contains(after, b) {
			out = append(out, Difference{rule, b, nil})
		}
	}
	for _, a := range after {
		if !slices.Contains(before, a) {
			out = append(out, Difference{rule, nil, a})
		}
	}
	return out
}
