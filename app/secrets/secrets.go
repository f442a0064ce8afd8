// Package secrets refuses free text that holds what is never asked and never
// stored (docs/domain.md section 4): passwords, one-time codes, card numbers, My
// Numbers, bank accounts. It judges by form and by the words around: what
// testdata holds is refused and accepted as the test measures.
package secrets

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"hoten/app/fault"
	"hoten/app/jptext"
)

// maxText bounds what people type, in characters, where nothing else does.
const maxText = 4000

// Text notes in p when a free text of the field is longer than most characters or
// holds what looks like a password, a one-time code, a card number, a My Number or a
// bank account. Every free text that a person types goes through it, Refuse or Label;
// a test of app/web ranges over the fields of all forms.
func Text(p *fault.Problems, field, text string, most int) {
	if i := strings.IndexFunc(text, reverses); i >= 0 {
		p.Add(field, "characters_invalid", "character", Character(text[i:]))
	} else if utf8.RuneCountInString(text) > most {
		p.Add(field, "too_long", "max", most)
	} else if code := secretIn(text); code != "" {
		p.Add(field, code)
	}
}

// Refuse is Text for a field alone, with the widest bound: an Invalid fault.
func Refuse(field, text string) error {
	var p fault.Problems
	Text(&p, field, text, maxText)
	return p.Err()
}

// Label is Text for the name or title that a person gives something, which is needed
// and stands on one line.
func Label(p *fault.Problems, field, text string, most int) {
	at := misleading(text)
	switch {
	case jptext.Blank(text):
		p.Add(field, "required")
	case at >= 0:
		p.Add(field, "characters_invalid", "character", Character(text[at:]))
	default:
		Text(p, field, text, most)
	}
}

// Character names the first character of a text, as "U+200B".
func Character(text string) string {
	r, _ := utf8.DecodeRuneInString(text)
	return fmt.Sprintf("U+%04X", r)
}

// misleading is where the first character of a text stands that is no text, or that nobody sees
// and nothing needs; -1 for none.
func misleading(text string) int {
	before := ' '
	for i, r := range text {
		n := utf8.RuneLen(r)
		if r == utf8.RuneError && !strings.HasPrefix(text[i:], "\ufffd") {
			return i
		}
		if after, _ := utf8.DecodeRuneInString(text[i+n:]); unseen(r) && !(joins(r) && joined(before) && joined(after)) {
			return i
		}
		before = r
	}
	return -1
}

// joins tells the joiners of no width: emoji of several people and names in Persian or in
// scripts of India are written with them.
func joins(r rune) bool { return r == '\u200c' || r == '\u200d' }

// joined tells what a joiner may stand between: emoji, and letters of scripts that are written
// joined. Between others it shows nothing.
func joined(r rune) bool {
	return r != utf8.RuneError && unicode.In(r, unicode.So, unicode.Sk, unicode.Variation_Selector, unicode.Arabic, unicode.Syriac, unicode.Mongolian, unicode.Devanagari, unicode.Bengali, unicode.Gurmukhi, unicode.Gujarati,
		unicode.Oriya, unicode.Tamil, unicode.Telugu, unicode.Kannada, unicode.Malayalam, unicode.Sinhala, unicode.Khmer)
}

// reverses tells characters that turn the direction of the text after them: what is read is not
// what is written (CVE-2021-42574).
func reverses(r rune) bool { return r >= '\u202a' && r <= '\u202e' || r >= '\u2066' && r <= '\u2069' }

// unseen tells characters that change how the text around them reads and show nothing:
// control characters, line separators, marks of direction, spaces of no width.
func unseen(r rune) bool { return unicode.In(r, unicode.Cc, unicode.Cf, unicode.Zl, unicode.Zp) }

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
