package secrets

import (
	"regexp"
	"slices"
)

// brand is a range of the first digits of card numbers and how long they are
// (ISO/IEC 7812; the issuers' published ranges).
type brand struct {
	from, to string
	lengths  []int
}

var (
	sixteenUp  = []int{16, 17, 18, 19}
	fourteenUp = []int{14, 15, 16, 17, 18, 19}
)

var brands = []brand{
	{"4", "4", []int{13, 16, 19}},                        // Visa
	{"51", "55", []int{16}}, {"2221", "2720", []int{16}}, // Mastercard
	{"3528", "3589", sixteenUp},                      // JCB
	{"34", "34", []int{15}}, {"37", "37", []int{15}}, // American Express
	{"300", "305", fourteenUp}, {"36", "36", fourteenUp}, {"38", "39", fourteenUp}, // Diners Club
	{"6011", "6011", sixteenUp}, {"644", "649", sixteenUp}, {"65", "65", sixteenUp}, // Discover
	{"62", "62", sixteenUp}, // UnionPay
}

// maxCard and usualCard are digits of a card number.
const maxCard, usualCard = 19, 16

var (
	cardCode    = regexp.MustCompile(`(?i)(?:\bcvv2?\b|\bcvc2?\b|セキュリティー?コード)[^0-9。\n` + hidden + `]{0,8}\d{3,4}`)
	articleCode = regexp.MustCompile(`(?i)(?:JAN|EAN|ISBN|バーコード)[^0-9。\n]{0,8}$`)
)

func holdsCard(text string) bool {
	for _, at := range cardCode.FindAllStringIndex(text, -1) {
		if rest := text[at[1]:]; !counted.MatchString(rest) && (rest == "" || !isDigit(rune(rest[0]))) {
			return true
		}
	}
	return slices.ContainsFunc(runs(text), func(r run) bool {
		if articleCode.MatchString(end(r.before, near)) {
			return false
		}
		return r.windows(maxCard, func(digits string, _ []string) bool { return isCard(digits) }) || slices.ContainsFunc(r.groups, cardWithin)
	})
}

// cardWithin looks for a card number of the usual length in digits that run on.
func cardWithin(group string) bool {
	for i := 0; len(group) > usualCard && i+usualCard <= len(group); i++ {
		if isCard(group[i : i+usualCard]) {
			return true
		}
	}
	return false
}

func isCard(digits string) bool {
	return slices.ContainsFunc(brands, func(b brand) bool {
		return slices.Contains(b.lengths, len(digits)) && digits[:len(b.from)] >= b.from && digits[:len(b.to)] <= b.to
	}) && luhn(digits)
}

// luhn is the check of ISO/IEC 7812.
func luhn(digits string) bool {
	sum := 0
	for i := range digits {
		d := int(digits[len(digits)-1-i] - '0')
		if i%2 == 1 {
			if d *= 2; d > 9 {
				d -= 9
			}
		}
		sum += d
	}
	return sum%10 == 0
}
