package secrets

import (
	"regexp"
	"slices"
	"strings"
)

// gap is what may stand between a word and its number: no end of a sentence.
const gap = `[^0-9。\n` + hidden + `]`

// accountNumber is a number, a branch before it or not, in any grouping.
const accountNumber = `(\d(?:[ -]{0,3}\d){5,13})`

// branch is the number of a bank, a branch or a 記号, before the account's own.
const branch = `(?:\d{3,5}` + gap + `{1,8}){0,2}`

// accounts are a word and a number of an account. How many digits it has is
// different: a bank's name says less than 口座 does.
var accounts = []struct {
	form   *regexp.Regexp
	digits []int
}{
	{regexp.MustCompile(`(?:口座|通帳|[振返送]込?金?先|入金先)` + gap + `{0,20}` + branch + accountNumber), []int{6, 7, 8, 10, 11}},
	{regexp.MustCompile(`(?:口座番号|預金|普通|当座|フツウ|トウザ|\([普当]\)|[普当])(?:預金|口座|番号|[のは:・,、()\s-])*` + branch + accountNumber), []int{6, 7, 8, 10, 11}},
	{regexp.MustCompile(`(?:ゆうちょ|貯金|記号)` + gap + `{0,12}` + branch + accountNumber), []int{6, 7, 8, 10, 11, 12, 13}},
	{regexp.MustCompile(`(?:銀行|支店|本店|営業部|金庫|信金|信組|バンク|店番)` + gap + `{0,20}` + branch + accountNumber), []int{7, 10}},
	{regexp.MustCompile(`(?i)(?:\baccount (?:no\b|number|num\b|#)|bank account|savings account|\bacct\b|\ba/c\b)` + gap + `{0,12}` + branch + accountNumber), []int{6, 7, 8, 10, 11}},
	{regexp.MustCompile(`(?i)\b(?:bank|branch)\b` + gap + `{1,24}` + accountNumber), []int{7, 10}},
	{regexp.MustCompile(`(?i)\baccount(?: is| was)?[ :#=]{1,3}` + accountNumber), []int{7, 8, 10}},
}

// otherThan tells by what stands between the word and the number that it is another.
var otherThan = regexp.MustCompile(`(?i)残高|balance|points?|ポイント|郵便|[a-z]$`)

var iban = regexp.MustCompile(`(?i)\b[a-z]{2}\d{2}(?:[ -]?[a-z0-9]){11,30}\b`)

func holdsAccount(text string) bool {
	for _, a := range accounts {
		for _, at := range a.form.FindAllStringSubmatchIndex(text, -1) {
			between, number, rest := text[at[0]:at[2]], text[at[2]:at[3]], text[at[3]:]
			ordinary := otherThan.MatchString(between) && !strings.HasSuffix(strings.ToLower(between), "no") ||
				labelled.MatchString(between) || counted.MatchString(rest) || rest != "" && isDigit(rune(rest[0]))
			if !ordinary && slices.Contains(a.digits, digitsIn(number)) {
				return true
			}
		}
	}
	return slices.ContainsFunc(iban.FindAllString(text, -1), isIBAN)
}

func digitsIn(s string) (n int) {
	for _, r := range s {
		if isDigit(r) {
			n++
		}
	}
	return n
}

// ibanLengths are the lengths that the countries of most holders have (SWIFT's
// registry).
var ibanLengths = map[string]int{"AE": 23, "AT": 20, "BE": 16, "BG": 22, "CH": 21, "CY": 28, "CZ": 24, "DE": 22, "DK": 18, "EE": 20, "ES": 24,
	"FI": 18, "FR": 27, "GB": 22, "GR": 27, "HR": 21, "HU": 28, "IE": 22, "IL": 23, "IS": 26, "IT": 27, "LI": 21, "LT": 20, "LU": 20, "LV": 21,
	"MC": 27, "MT": 31, "NL": 18, "NO": 15, "PL": 28, "PT": 25, "RO": 24, "SA": 24, "SE": 24, "SI": 19, "SK": 24, "TR": 26}

// isIBAN reports whether s begins with an IBAN that passes the check of ISO 13616.
func isIBAN(s string) bool {
	s = strings.ToUpper(strings.NewReplacer(" ", "", "-", "").Replace(s))
	n, known := ibanLengths[s[:2]]
	if !known || len(s) < n {
		return false
	}
	rest := 0
	for _, r := range s[4:n] + s[:4] {
		if r >= 'A' {
			rest = (rest*100 + int(r-'A') + 10) % 97
		} else {
			rest = (rest*10 + int(r-'0')) % 97
		}
	}
	return rest == 1
}
