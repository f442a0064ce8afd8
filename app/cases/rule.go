package cases

import (
	"regexp"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/width"

	"hoten/app/jptext"
	"hoten/app/vault"
)

// Rules that a search which found nothing may have missed: what was typed cannot find all that
// it may stand for. The first three are about what is written as a case number.
const (
	RuleCheckDigit   = "check_digit"   // a wrong digit
	RuleLength       = "length"        // too few or too many digits
	RuleUnknown      = "unknown"       // right, and no case's
	RuleOneCharacter = "one_character" // whole family or given names only
	RuleDigits       = "digits"        // case and customer numbers, and whole IDs, only
	RulePhone        = "phone"         // a telephone number with too few digits
	RuleLastDigits   = "last_digits"   // the end of a telephone number, with too few digits, beside a name
	RuleStart        = "start"         // whole IDs and mail addresses, and names
	RuleCustomer     = "customer"      // it may be a part of a customer number, of which whole ones only are found
)

var (
	numberForm = regexp.MustCompile(`^(H\d{7}-?\d|\d{7}-\d)$`)
	// H with digits alone may be an ID, unless there are about as many as a case number has.
	likeNumber = regexp.MustCompile(`^(H\d+-\d*|H\d{7,9})$`)
	inASCII    = regexp.MustCompile(`^[[:ascii:]]+$`)
	// A name with the end of a telephone number, of which four digits are needed.
	lastDigits = regexp.MustCompile(`^([^[:ascii:]]+-?\d{1,3}|\d{1,3}-?[^[:ascii:]]+)$`)
	customer   = regexp.MustCompile(`^([A-Z]{1,4}-?\d{3,}|[1-9]\d{4,})$`)
	inDigits   = regexp.MustCompile(`^\d+$`)
)

// RuleOf is the rule to tell of when q found nothing; empty for none: no case has this. It
// counts what the search counts: the keys, without hyphens, spaces and brackets.
func RuleOf(q string) string {
	number := oneDash(strings.ReplaceAll(strings.ToUpper(strings.TrimSpace(width.Narrow.String(q))), " ", ""))
	_, isNumber := ParseNumber(q)
	key, phone := jptext.LoginKey(q), jptext.TypedPhone(q)
	switch {
	case isNumber && (numberForm.MatchString(number) || likeNumber.MatchString(number)):
		return RuleUnknown
	case numberForm.MatchString(number):
		return RuleCheckDigit
	case likeNumber.MatchString(number):
		return RuleLength
	case phone != "" && len(phone) < vault.StartLengths[0] && inDigits.MatchString(strings.TrimSpace(width.Narrow.String(q))):
		return RuleDigits
	case phone != "" && len(phone) < vault.StartLengths[0]:
		return RulePhone
	case lastDigits.MatchString(number):
		return RuleLastDigits
	case len(key) < vault.StartLengths[0] && inASCII.MatchString(key):
		return RuleStart
	case utf8.RuneCountInString(key) == 1:
		return RuleOneCharacter
	case customer.MatchString(number):
		return RuleCustomer
	}
	return ""
}

// Searchable reports whether a rule still lets it be told that no case has the ID: a whole
// one is found however short.
func Searchable(rule string) bool {
	return rule == "" || rule == RuleStart || rule == RuleDigits || rule == RuleCustomer
}
