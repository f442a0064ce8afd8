package cases

import (
	"regexp"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/width"

	"hoten/app/vault"
)

// Rules that a search which found nothing may have missed: what was typed cannot find all that
// it may stand for.
const (
	RuleCheckDigit   = "check_digit"   // a case number with a wrong digit
	RuleShort        = "short"         // one letter or digit
	RuleOneCharacter = "one_character" // whole family or given names only
	RuleDigits       = "digits"        // case and customer numbers only
	RuleStart        = "start"         // whole IDs and mail addresses, and names
)

var (
	likeNumber = regexp.MustCompile(`^(H\d{7}-?\d|\d{7}-\d)$`)
	inASCII    = regexp.MustCompile(`^[[:ascii:]]*$`)
	inDigits   = regexp.MustCompile(`^\d+$`)
)

// RuleOf is the rule to tell of when q found nothing; empty for none: no case has this.
func RuleOf(q string) string {
	typed := strings.ToUpper(strings.TrimSpace(width.Narrow.String(q)))
	_, isNumber := ParseNumber(typed)
	n := utf8.RuneCountInString(typed)
	switch {
	case !isNumber && likeNumber.MatchString(oneDash.Replace(typed)):
		return RuleCheckDigit
	case n == 1 && inASCII.MatchString(typed):
		return RuleShort
	case n == 1:
		return RuleOneCharacter
	case n < vault.StartLengths[0] && inDigits.MatchString(typed):
		return RuleDigits
	case n < vault.StartLengths[0] && inASCII.MatchString(typed):
		return RuleStart
	}
	return ""
}

// Searchable reports whether a rule still lets it be told that no case has the ID: a whole
// one is found however short.
func Searchable(rule string) bool { return rule == "" || rule == RuleStart }
