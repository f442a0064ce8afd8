package secrets

import (
	"regexp"
	"slices"
)

const myNumberDigits = 12

// myNumberNamed is a number of twelve digits that the text calls a My Number: its
// check digit may have been misheard.
var myNumberNamed = regexp.MustCompile(`(?i)(?:マイナンバー(?:カード)?|個人番号|通知カード|my ?number|individual number)[^0-9A-Za-z。\n` + hidden + `]{0,12}\d(?:[^\pL\pN。` + hidden + `]{0,4}\d){11}`)

func holdsMyNumber(text string) bool {
	return myNumberNamed.MatchString(text) || slices.ContainsFunc(runs(text), func(r run) bool {
		if r.identifier() || labelled.MatchString(end(r.before, near)) {
			return false
		}
		return r.windows(myNumberDigits, func(digits string, groups []string) bool { return even(groups) && isMyNumber(digits) })
	})
}

// even reports whether the groups are ones that people write a number in: of one
// length, or none of fewer than four digits.
func even(groups []string) bool {
	short := func(g string) bool { return len(g) < 4 }
	other := func(g string) bool { return len(g) != len(groups[0]) }
	return !slices.ContainsFunc(groups, short) || !slices.ContainsFunc(groups, other)
}

// isMyNumber is the check digit of an individual number (総務省令第85号 第5条).
func isMyNumber(digits string) bool {
	if len(digits) != myNumberDigits {
		return false
	}
	sum := 0
	for n := 1; n <= 11; n++ {
		q := n + 1
		if n > 6 {
			q = n - 5
		}
		sum += int(digits[11-n]-'0') * q
	}
	check := 0
	if r := sum % 11; r > 1 {
		check = 11 - r
	}
	return int(digits[11]-'0') == check
}
