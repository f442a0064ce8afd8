// Package secrets refuses free text that holds what is never asked and never
// stored (docs/domain.md section 4): passwords, one-time codes, card numbers, My
// Numbers, bank accounts. It judges by form and by the words around: what
// testdata holds is refused and accepted as the test measures.
package secrets

import "hoten/app/fault"

// maxText bounds what people type, in characters.
const maxText = 4000

// Refuse returns an Invalid fault for the field when the text is too long
// or holds what looks like a password, a one-time code, a card number, a My
// Number or a bank account. Every free text that a person types goes through it.
func Refuse(field, text string) error {
	if len([]rune(text)) > maxText {
		return fault.Input(field, "too_long", "max", maxText)
	}
	if code := secretIn(text); code != "" {
		return fault.Input(field, code)
	}
	return nil
}

// secretIn is the code of the refusal, empty where nothing looks like a secret.
func secretIn(text string) string {
	read := hideWritten(plain(text))
	numbers := hideCompact(read)
	switch {
	case holdsCard(numbers):
		return "secret_card"
	case holdsMyNumber(numbers):
		return "secret_my_number"
	case holdsAccount(numbers):
		return "secret_bank_account"
	case holdsOneTime(numbers):
		return "secret_one_time"
	case holdsPassword(read):
		return "secret_password"
	}
	return ""
}
