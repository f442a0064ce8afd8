package jptext

import (
	"errors"
	"strings"
	"unicode"
)

// LoginID is a login ID as it is kept and shown: in the spelling that came in, without
// spaces and anything invisible, which would make two of them look alike.
func LoginID(s string) string { return visible(s) }

// LoginKey is what login IDs match on (docs/api.md, "The import files"): their ReferenceKey
// with one dash, whichever an input method, a spreadsheet or a letter made of it. Mail
// addresses stay as they are.
func LoginKey(s string) string {
	key := ReferenceKey(s)
	if ascii(key) || strings.Contains(key, "@") {
		return key
	}
	runes := []rune(key)
	for i, r := range runes {
		if loginDash(r) || r == longVowel && i > 0 && alphanumeric(runes[i-1]) && (i+1 == len(runes) || alphanumeric(runes[i+1])) {
			runes[i] = '-'
		}
	}
	return string(runes)
}

// loginDash knows what stands for a hyphen in a login ID. A tilde is a sign of its own there,
// and a long vowel is one in kana.
func loginDash(r rune) bool {
	return IsDash(r) && !strings.ContainsRune("~\u301c\u223c\u3030\u30fc\u3161\u1173", r)
}

func alphanumeric(r rune) bool { return r >= '0' && r <= '9' || r >= 'a' && r <= 'z' }

// ReferenceKey is what IDs of movements match on: NFKC, lower case, no spaces and nothing
// invisible.
func ReferenceKey(s string) string {
	// Composed again, because a dropped space can bring marks to a letter.
	return compat(strings.ToLower(visible(compat(s))))
}

// EmailKey is what mail addresses are looked up by. It is not what mail is sent
// to: the raw address is (docs/domain.md section 6).
func EmailKey(s string) string { return ReferenceKey(s) }

// MailboxKey names the mailbox that an address stands for, however it is written: case,
// width, quotation marks and a tag (+shop) are spelling. Its name holds no @ and its domain
// is empty where the address, or the login ID, has none.
func MailboxKey(address string) string {
	name, domain := LoginKey(address), ""
	if at := strings.LastIndexByte(name, '@'); at >= 0 {
		name, domain = name[:at], strings.TrimRight(name[at+1:], ".")
	}
	if len(name) > 2 && name[0] == '"' && name[len(name)-1] == '"' {
		name = name[1 : len(name)-1]
	}
	if tag := strings.IndexByte(name, '+'); tag > 0 {
		name = name[:tag]
	}
	return strings.ReplaceAll(name, "@", "") + "@" + domain
}

// CustomerNumberKey is what customer numbers are compared by: its Alphanumeric; of
// a number in digits alone without leading zeros, which spreadsheets take away.
func CustomerNumberKey(s string) string {
	key := Alphanumeric(s)
	if strings.Trim(key, "0123456789") != "" || key == "" {
		return key
	}
	if n := strings.TrimLeft(key, "0"); n != "" {
		return n
	}
	return "0"
}

// Alphanumeric is NFKC, upper case, letters and digits only.
func Alphanumeric(s string) string {
	return compat(strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			return unicode.ToUpper(r)
		}
		return -1
	}, compat(s)))
}

// visible drops spaces, controls and zero-width characters.
func visible(s string) string {
	for i := range len(s) {
		if c := s[i]; c <= ' ' || c >= 0x7f {
			return strings.Map(func(r rune) rune {
				if unicode.IsSpace(r) || unicode.In(r, unicode.C, unicode.Variation_Selector) {
					return -1
				}
				return r
			}, s)
		}
	}
	return s
}

// ErrEmail says that a text is no mail address.
var ErrEmail = errors.New("jptext: not a mail address")

// ParseEmail gives the address in s as mail is sent to it: outer spaces gone,
// full-width letters made ASCII, otherwise raw. The dots of old carriers
// (foo..bar@carrier.example, foo.@…) are valid (docs/domain.md section 6). It fails
// with ErrEmail.
func ParseEmail(s string) (string, error) {
	s = strings.TrimSpace(compat(s))
	at := strings.LastIndexByte(s, '@')
	if at < 1 || at > 64 || len(s) > 254 || !validLocal(s[:at]) || !validDomain(s[at+1:]) {
		return "", ErrEmail
	}
	return s, nil
}

func validLocal(s string) bool {
	if len(s) > 2 && s[0] == '"' && s[len(s)-1] == '"' {
		return ascii(s) && !strings.ContainsAny(s[1:len(s)-1], "\"\\") && !strings.ContainsFunc(s, unicode.IsControl)
	}
	for i := range len(s) {
		if c := s[i]; c <= ' ' || c >= 0x7f || strings.IndexByte(`()<>[]:;,@\"`, c) >= 0 {
			return false
		}
	}
	return true
}

func validDomain(s string) bool {
	labels := 0
	for label := range strings.SplitSeq(s, ".") {
		if label == "" || len(label) > 63 || label[0] == '-' || label[len(label)-1] == '-' {
			return false
		}
		for i := range len(label) {
			c := label[i] | 0x20
			if (c < 'a' || c > 'z') && (label[i] < '0' || label[i] > '9') && label[i] != '-' {
				return false
			}
		}
		labels++
	}
	return labels >= 2
}

// Blank reports whether a reader sees nothing of s: spaces, controls, marks without a
// letter, and letters that are drawn empty.
func Blank(s string) bool {
	return !strings.ContainsFunc(s, func(r rune) bool {
		return !unicode.IsSpace(r) && !unicode.In(r, unicode.C, unicode.M) && !strings.ContainsRune(emptyLetters, r)
	})
}

// emptyLetters are the Hangul fillers and the Braille pattern without dots.
const emptyLetters = "\u115f\u1160\u3164\uffa0\u2800"
