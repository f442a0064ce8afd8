package jptext

import (
	_ "embed"
	"strings"
	"unicode"
)

// PhoneKey is what telephone numbers are compared by: the digits as dialled in
// Japan ("09000008551"), whatever the hyphens, the width, +81 or a zero that a
// spreadsheet lost; a foreign number keeps its "+". Empty when s holds no digit.
func PhoneKey(s string) string {
	s = compat(s)
	digits := make([]byte, 0, 16)
	international := false
	for i := range len(s) {
		switch c := s[i]; {
		case c >= '0' && c <= '9':
			digits = append(digits, c)
		case c == '+' && len(digits) == 0:
			international = true
		}
	}
	key := string(digits)
	switch {
	case key == "":
		return ""
	case international && !strings.HasPrefix(key, "81"):
		return "+" + key
	case international:
		// +81(0)90…: the zero in parentheses is the national one.
		return "0" + strings.TrimPrefix(key[2:], "0")
	case key[0] != '0' && (len(key) == 9 || len(key) == 10):
		return "0" + key
	}
	return key
}

// TypedPhone is the PhoneKey of what is written as a telephone number: digits with dashes,
// brackets, dots, slashes and spaces; empty for anything else, whose digits are no number.
func TypedPhone(s string) string {
	other := func(r rune) bool {
		return !(r >= '0' && r <= '9') && !IsDash(r) && !unicode.IsSpace(r) && !strings.ContainsRune("+()[]./", r)
	}
	if strings.ContainsFunc(compat(s), other) {
		return ""
	}
	return PhoneKey(s)
}

// ValidPhone reports whether key, a PhoneKey, can be a number that is called:
// ten or eleven digits in Japan, 8 to 15 abroad (E.164).
func ValidPhone(key string) bool {
	if n, abroad := strings.CutPrefix(key, "+"); abroad {
		return len(n) >= 8 && len(n) <= 15
	}
	return strings.HasPrefix(key, "0") && (len(key) == 10 || len(key) == 11)
}

//go:embed area_codes.txt
var areaCodeText string

// areaCodes is how many digits an area code has, by how the number begins; 4 where it says nothing.
var areaCodes = readAreaCodes(areaCodeText)

func readAreaCodes(text string) map[string]int {
	out := map[string]int{}
	for line := range strings.Lines(text) {
		if fields := strings.Fields(line); fields[0] != "#" {
			for _, begins := range fields[1:] {
				out[begins] = int(fields[0][0] - '0')
			}
		}
	}
	return out
}

func areaCode(key string) int {
	for n := 6; n > 1; n-- {
		if digits, known := areaCodes[key[:n]]; known {
			return digits
		}
	}
	return 4
}

// PhoneGroups cuts a PhoneKey into the groups it is written in, with the first
// always the network or area.
func PhoneGroups(key string) []string {
	first, last := 3, 4
	switch {
	case !ValidPhone(key) || key[0] == '+':
		return []string{key}
	case strings.HasPrefix(key, "0120"), strings.HasPrefix(key, "0570"), strings.HasPrefix(key, "0990"):
		first, last = 4, 3
	case strings.HasPrefix(key, "0800") && len(key) == 11:
		first = 4
	case len(key) == 10:
		first = areaCode(key)
	}
	return []string{key[:first], key[first : len(key)-last], key[len(key)-last:]}
}

// FormatPhone writes a number for reading, however it was written: "090-0000-8551",
// "0120-047-860". What is no number that can be called stays as it is.
func FormatPhone(phone string) string {
	if key := TypedPhone(phone); ValidPhone(key) {
		return strings.Join(PhoneGroups(key), "-")
	}
	return phone
}

// FormatPostal writes a postal code for reading: "〒100-0001". What is none stays as it is.
func FormatPostal(code string) string {
	digits := strings.Map(func(r rune) rune {
		if r >= '0' && r <= '9' {
			return r
		}
		return -1
	}, compat(code))
	if len(digits) != 7 {
		return code
	}
	return "〒" + digits[:3] + "-" + digits[3:]
}
