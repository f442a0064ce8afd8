// Package secrets refuses free text that holds what is never asked and never
// stored (docs/domain.md section 4): passwords, one-time codes, card numbers, My
// Numbers, bank accounts.
package secrets

import (
	"regexp"
	"strings"

	"golang.org/x/text/unicode/norm"

	"hoten/app/fault"
)

// maxText bounds what people type, in characters.
const maxText = 4000

var (
	longNumber = regexp.MustCompile(`\d(?:[ -]?\d){11,18}`)
	account    = regexp.MustCompile(`(?i)(口座|普通預金|当座|account\s*(no|number|#)?)[^0-9\n]{0,20}\d{7}`)
	password   = regexp.MustCompile(`(?i)(パスワード|暗証番号|password|passwd|\bpin\b|\bpw\b)\s*(は|が|:|=|\bis\b)+\s*['"「]?[!-~]{4,}`)
	oneTime    = regexp.MustCompile(`(?i)(ワンタイム(パスワード)?|確認コード|otp|one-time (password|code)|verification code)[^0-9\n]{0,12}\d{4,8}`)
)

// Refuse returns an Invalid fault for the field when the text is too long
// or holds what looks like a password, a one-time code, a card number, a My
// Number or a bank account.
func Refuse(field, text string) error {
	if len([]rune(text)) > maxText {
		return fault.Input(field, "too_long", "max", maxText)
	}
	if code := secretIn(norm.NFKC.String(text)); code != "" {
		return fault.Input(field, code)
	}
	return nil
}

func secretIn(text string) string {
	for _, found := range longNumber.FindAllString(text, -1) {
		digits := strings.NewReplacer(" ", "", "-", "").Replace(found)
		switch {
		case len(digits) == 12 && isMyNumber(digits):
			return "secret_my_number"
		case len(digits) >= 14 && isCard(digits):
			return "secret_card"
		}
	}
	switch {
	case account.MatchString(text):
		return "secret_bank_account"
	case oneTime.MatchString(text):
		return "secret_one_time"
	case password.MatchString(text):
		return "secret_password"
	}
	return ""
}

// isCard is the Luhn check of ISO/IEC 7812.
func isCard(digits string) bool {
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

// isMyNumber is the check digit of an individual number (総務省令第85号 第5条).
func isMyNumber(digits string) bool {
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
