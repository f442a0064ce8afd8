package csvin

import (
	"regexp"
	"slices"
	"strings"

	"hoten/app/jptext"
)

// What a spreadsheet writes where a value was (docs/domain.md section 7).
var (
	scientific = regexp.MustCompile(`^[+-]?\d+([.,]\d+)?e[+-]\d+$|^[+-]?\d+[.,]\d+e\d+$`)
	hashes     = regexp.MustCompile(`^##+$`)
	// Excel's errors, old and new, and those of LibreOffice.
	errorValue = regexp.MustCompile(`^(#n/a|#(ref|value|num|null|spill|calc|field|blocked|connect|unknown|busy|external|python|getting_data|div/0)!?|#name\?|err:\d+)$`)
)

// numberlike are the columns whose values are digits, which Excel takes for one number.
func numberlike(kind Kind, c int) bool {
	switch kind {
	case MovementsFile:
		return c == movID || c == movLogin || c == movRefers
	case StatementFile:
		return c == staKey || c == staAccount || c == staReference
	}
	return c == affLogin || c == affPhone || c == affPostal || c == affCustomer
}

// damage is the reason why a cell no longer holds what was in it; empty when
// nothing shows that.
func damage(cell string, number bool) string {
	if len(cell) > maxID || !mayBeDamaged(cell, number) {
		return ""
	}
	key := jptext.LoginKey(cell)
	switch {
	case hashes.MatchString(key):
		return "excel_hashes"
	case errorValue.MatchString(key):
		return "excel_error"
	case number && scientific.MatchString(key):
		return "excel_scientific"
	}
	return ""
}

// mayBeDamaged tells at little cost that a cell needs a closer look.
func mayBeDamaged(cell string, number bool) bool {
	if number && strings.ContainsAny(cell, "eEｅＥ") {
		return true
	}
	cell = strings.TrimLeft(cell, " \u3000\t'")
	return cell != "" && strings.ContainsRune("#＃eEｅＥ", []rune(cell[:min(len(cell), 4)])[0])
}

// checkDamage refuses a row for its first damaged cell: what else is said of it
// would only repeat that the row has to come from its source again.
func (v *values) checkDamage(kind Kind) {
	for c, at := range v.header.at {
		if at >= 0 {
			v.noteDamage(v.columns[c].name, v.raw[at], numberlike(kind, c))
		}
	}
	for _, b := range v.header.balances {
		v.noteDamage(b.name, v.raw[b.at], false)
	}
}

func (v *values) noteDamage(name, cell string, number bool) {
	reason := damage(cell, number)
	switch {
	case reason == "":
	case len(v.damaged) == 0:
		v.refuseName(name, reason)
		fallthrough
	default:
		v.damaged = append(v.damaged, name)
	}
}

// Notice is something about a file that its owner should know, and that refuses
// nothing.
type Notice struct {
	Column string // English name; empty when it is about the whole file
	Code   string // stable word
	Count  int64  // of what the word says
}

// zeros counts the values of one column that are digits only, by their length.
// In a spreadsheet numbers lose their leading zeros, and then differ in length.
type zeros struct {
	column  string
	digits  int           // that every value has, 0 where that is not known
	lengths map[int]int64 // of all
	bare    map[int]int64 // of those that do not begin with a zero
}

func (z *zeros) note(value string) {
	if value == "" || strings.Trim(value, "0123456789") != "" {
		return
	}
	if z.lengths == nil {
		z.lengths, z.bare = map[int]int64{}, map[int]int64{}
	}
	z.lengths[len(value)]++
	if value[0] != '0' {
		z.bare[len(value)]++
	}
}

// notice tells of the values that are shorter than the longest, or than all have to be,
// and begin with no zero. One that begins with a zero has kept its zeros.
func (z *zeros) notice() []Notice {
	longest, short := z.digits, int64(0)
	for n := range z.lengths {
		longest = max(longest, n)
	}
	for n, count := range z.bare {
		if n < longest {
			short += count
		}
	}
	if short == 0 {
		return nil
	}
	return []Notice{{z.column, "leading_zeros_lost", short}}
}

// Notices are what was found in the rows read so far.
func (r *Reader) Notices() []Notice {
	return slices.Concat(r.in.notices(), r.logins.notice(), r.customers.notice())
}
