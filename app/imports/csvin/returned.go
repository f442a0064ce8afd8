package csvin

import (
	"slices"
	"strings"
	"unicode/utf8"

	"hoten/app/jptext"
)

// OutcomeColumns stand behind the columns of a file of refused rows. A file that
// ends with them came from here: they are no columns of the list, and its cells
// were disarmed.
var OutcomeColumns = []string{"line", "column", "reason", "message"}

func endsWith(names, ends []string) bool {
	if len(names) <= len(ends) {
		return false
	}
	return slices.EqualFunc(names[len(names)-len(ends):], ends, func(name, end string) bool { return jptext.LoginKey(name) == end })
}

// Disarm keeps a spreadsheet from running a cell as a formula (docs/domain.md section
// 7); a Japanese Excel takes the full-width signs for the others. Rearm undoes it.
func Disarm(s string) string {
	if armed(strings.TrimLeft(s, "'")) {
		return "'" + s
	}
	return s
}

// Rearm gives a cell back as it was before Disarm.
func Rearm(s string) string {
	if rest, ok := strings.CutPrefix(s, "'"); ok && armed(strings.TrimLeft(rest, "'")) {
		return rest
	}
	return s
}

func armed(s string) bool {
	first, _ := utf8.DecodeRuneInString(s)
	return s != "" && strings.ContainsRune("=+-@\t\r\n＝＋－＠", first)
}

func rearmed(cells []string) []string {
	out := make([]string, len(cells))
	for i, c := range cells {
		out[i] = Rearm(c)
	}
	return out
}
