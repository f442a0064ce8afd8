package secrets

import (
	"strings"
	"unicode"
)

// maxGap is how many characters may stand between the digits of one number.
const maxGap = 4

// run is a chain of groups of digits with nothing but blanks and punctuation
// between, as people write long numbers.
type run struct {
	before string // the text before it
	groups []string
}

// runs cuts the numbers out of plain text.
func runs(text string) (all []run) {
	var now run
	gap, inGroup := 0, false
	shut := func() {
		if len(now.groups) > 0 {
			all = append(all, now)
		}
		now, gap, inGroup = run{}, 0, false
	}
	for i, r := range text {
		switch {
		case isDigit(r) && inGroup:
			now.groups[len(now.groups)-1] += string(r)
		case isDigit(r):
			if len(now.groups) == 0 {
				now.before = text[:i]
			}
			now.groups = append(now.groups, string(r))
			gap, inGroup = 0, true
		case separates(r) && gap < maxGap:
			gap++
			inGroup = false
		default:
			shut()
		}
	}
	shut()
	return all
}

// separates reports whether r may stand within a number; the end of a sentence does not.
func separates(r rune) bool {
	return r != []rune(hidden)[0] && r != '。' && (unicode.IsSpace(r) || unicode.IsPunct(r) || unicode.IsSymbol(r))
}

// windows reports whether fn is true of a number of at most so many digits that begins
// and ends with groups of the run.
func (r run) windows(most int, fn func(digits string, groups []string) bool) bool {
	for i := range r.groups {
		digits := ""
		for j := i; j < len(r.groups) && len(digits) <= most; j++ {
			digits += r.groups[j]
			if len(digits) <= most && fn(digits, r.groups[i:j+1]) {
				return true
			}
		}
	}
	return false
}

// identifier reports whether the number is the rest of a word (MV2014, N0001): "no"
// before a number is not one.
func (r run) identifier() bool {
	word := r.before[len(strings.TrimRightFunc(r.before, func(c rune) bool { return c < 0x80 && isASCIILetter(byte(c)) })):]
	return word != "" && !strings.EqualFold(word, "no")
}
